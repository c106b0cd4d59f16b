"""Charts: arrays come in, nothing goes out; GUI thread only."""

from widgets.charts.sparkline import Sparkline, line_path, paint_sparkline, thinned

__all__ = ["Sparkline", "line_path", "paint_sparkline", "thinned"]
