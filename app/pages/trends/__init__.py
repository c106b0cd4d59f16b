"""Trends (F3): pens over one time axis, live and from history."""
