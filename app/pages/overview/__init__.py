"""F1 Overview: one look tells whether the city is safe for the next hour, and where it is not."""
