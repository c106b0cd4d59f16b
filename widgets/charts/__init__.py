"""Charts: arrays come in, nothing goes out; GUI thread only."""

from widgets.charts.limit_trend import LimitLine, LimitTrend
from widgets.charts.rate_bars import RateBars
from widgets.charts.sparkline import Sparkline, line_path, paint_sparkline, thinned

__all__ = ["LimitLine", "LimitTrend", "RateBars", "Sparkline", "line_path", "paint_sparkline", "thinned"]
