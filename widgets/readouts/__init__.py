"""Readouts: numbers, units, qualities and limits come in, nothing goes out; GUI thread only."""
