"""The city's network on a map: where everything lies, how it is now, what a leak asks to be closed."""
