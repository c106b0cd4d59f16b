"""The state of a trend chart, and how time and value become px; shared by the layers that paint it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QRectF

from widgets.charts.trend.marks import CLOSEST, Cluster, merged
from widgets.charts.trend.parts import Cursor, Curve, Lane, Mark, Pane, Span, Times, Values
from widgets.charts.trend.places import Places, places
from widgets.theme import Role, font, px
from widgets.theme.strokes import text_width


@dataclass(slots=True, kw_only=True)
class Picture:
    """What is shown now. thin: curves reduced to pixel columns, by pen; renewed before painting."""

    start: int = 0
    end: int = 3_600_000_000
    now: int = 0
    panes: Sequence[Pane] = ()
    lanes: Sequence[Lane] = ()
    marks: Sequence[Mark] = ()
    curves: dict[str, Curve] = field(default_factory=dict)
    compare: dict[str, Curve] = field(default_factory=dict)
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    thin: dict[str, Curve] = field(default_factory=dict)
    band: bool = True
    cursor: Cursor | None = None
    second: Cursor | None = None
    box: QRectF | None = None
    foot: str = ""
    """What the foot of the axis is called."""
    tier: str = ""
    """What the lines are made from, such as "1 min"."""
    places: Places = field(default_factory=lambda: places(0, 0, 0, 0))

    def lay_out(self, width: float, height: float) -> None:
        """Place everything in a chart of this size."""
        face = font(Role.LABEL)
        label = max((text_width(lane.label, face) for lane in self.lanes), default=0.0)
        self.places = places(width, height, len(self.panes), len(self.lanes), label)

    def columns(self) -> int:
        """Pixel columns of the plot."""
        return max(1, round(self.places.plot.width()))

    def pens(self) -> int:
        """Lines in all panes."""
        return sum(len(pane.pens) for pane in self.panes)

    def x(self, at: int) -> float:
        """px of a time."""
        plot = self.places.plot
        return plot.left() + (at - self.start) / max(1, self.end - self.start) * plot.width()

    def xs(self, at: Times) -> Values:
        """px of many times."""
        plot = self.places.plot
        shares: Values = plot.left() + (at - self.start) / max(1, self.end - self.start) * plot.width()
        return shares

    def time(self, x: float) -> int:
        """µs of a px."""
        plot = self.places.plot
        return self.start + round((x - plot.left()) / max(1.0, plot.width()) * (self.end - self.start))

    def y(self, place: int, value: float) -> float:
        """px of a value in a pane."""
        pane, rect = self.panes[place], self.places.panes[place]
        return rect.bottom() - (value - pane.low) / ((pane.high - pane.low) or 1.0) * rect.height()

    def ys(self, place: int, values: Values) -> Values:
        """px of many values in a pane."""
        pane, rect = self.panes[place], self.places.panes[place]
        result: Values = rect.bottom() - (values - pane.low) / ((pane.high - pane.low) or 1.0) * rect.height()
        # Far outside is as good as just outside, and Qt's rasteriser stays with small numbers.
        return np.clip(result, -1e5, 1e5)

    def value(self, place: int, y: float) -> float:
        """The value at a px of a pane."""
        pane, rect = self.panes[place], self.places.panes[place]
        return pane.low + (rect.bottom() - y) / max(1.0, rect.height()) * (pane.high - pane.low)

    def pane_at(self, y: float) -> int:
        """The pane under a px; -1 for none."""
        return next((n for n, rect in enumerate(self.places.panes) if rect.top() <= y <= rect.bottom()), -1)

    def clusters(self) -> tuple[Cluster, ...]:
        """The alarm marks in view, merged where they would lie on one another."""
        inside = [mark for mark in self.marks if self.start <= mark.at <= self.end]
        return merged(inside, self.x, px(CLOSEST))
