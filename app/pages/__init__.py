"""The pages of the console, one package each: `page.py` (Qt) and `presenter.py` (plain Python)."""
