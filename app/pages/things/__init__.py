"""Thing models: what each product gives and does, its JSON out and in, and how its values are processed."""
