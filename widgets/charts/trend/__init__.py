"""Trend charts: curves, spans, limits and marks come in, zooms and cursors go out as signals; GUI thread only."""

from widgets.charts.trend.chart import TrendChart
from widgets.charts.trend.columns import extent
from widgets.charts.trend.parts import (
    MOST_IN_PANE,
    Cursor,
    Curve,
    Fill,
    Lane,
    LaneRun,
    LimitLine,
    Look,
    Mark,
    Pane,
    PenLook,
    Span,
)
from widgets.charts.trend.pen_table import CURSOR, PEN, PenTable
from widgets.charts.trend.scales import local, nice_range

__all__ = [
    "CURSOR",
    "MOST_IN_PANE",
    "PEN",
    "Cursor",
    "Curve",
    "Fill",
    "Lane",
    "LaneRun",
    "LimitLine",
    "Look",
    "Mark",
    "Pane",
    "PenLook",
    "PenTable",
    "Span",
    "TrendChart",
    "extent",
    "local",
    "nice_range",
]
