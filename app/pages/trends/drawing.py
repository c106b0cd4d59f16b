"""What the chart and the table are given, made from the series of the pens. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.formats import bare_value
from app.pages.trends.panes import (
    Pen,
    Scale,
    front_of,
    lane_of,
    look_of,
    pane_key,
    pane_of,
    scale_of,
    sorted_by_unit,
)
from app.pages.trends.readout import Look, moment_text, reading, row_of
from app.pages.trends.series import NOTHING, Series
from app.pages.trends.spans import curve_of, patience, spans_of
from app.pages.trends.window import Window
from backend.model.live import TagSnapshot
from widgets.charts.trend import Cursor, Curve, Lane, Pane, Span
from widgets.tables import Row

_UNLIMITED: Final = 1 << 62


@dataclass(slots=True, kw_only=True)
class View:
    """What a person has set: pens, cursors, another day, which pen is in front, scales set by hand."""

    pens: tuple[Pen, ...] = ()
    cursor: int | None = None
    second: int | None = None
    shift: int = 0
    band: bool = True
    front: dict[str, int] = field(default_factory=dict)
    by_hand: dict[str, Scale] = field(default_factory=dict)

    def fronts(self) -> set[str]:
        """Keys of the pens in front."""
        return {front_of(held, self.front).key for held in sorted_by_unit(self.pens)}

    def bring(self, key: str) -> None:
        """Put a pen in front of its pane."""
        self.front[key] = max(self.front.values(), default=0) + 1


class Drawing:
    """Keeps the lines of the pens, made anew only where a series is another one."""

    def __init__(self) -> None:
        self.curves: dict[str, Curve] = {}
        self.compare: dict[str, Curve] = {}
        self.spans: dict[str, tuple[Span, ...]] = {}
        self.series: dict[str, Series] = {}
        self.other: dict[str, Series] = {}
        self._scales: dict[str, Scale] = {}
        self._finest = 0

    def take(
        self,
        view: View,
        series: Mapping[str, Series],
        other: Mapping[str, Series],
        now: int,
        snapshot: TagSnapshot,
        finest: int,
    ) -> None:
        """Make lines and doubtful stretches from these series; `finest` µs are one pixel."""
        same = finest == self._finest
        self._finest = finest
        for pen in view.pens:
            wait = patience(pen.point, finest)
            given, before = series.get(pen.key, NOTHING), self.series.get(pen.key)
            if given is not before or not same:
                self.curves[pen.key] = curve_of(given, wait)
            self.spans[pen.key] = spans_of(given, wait, now, int(snapshot.quality[pen.point.id]))
            another = other.get(pen.key, NOTHING)
            if another is not self.other.get(pen.key) or not same:
                self.compare[pen.key] = curve_of(another, wait)
        self.series, self.other = dict(series), dict(other)
        keep = {pen.key for pen in view.pens}
        for held in (self.curves, self.compare, self.spans):
            for key in held.keys() - keep:
                del held[key]

    def panes(self, view: View, window: Window, snapshot: TagSnapshot, *, hold: bool) -> tuple[Pane, ...]:
        """The panes with their scales. hold: keep a scale that is there already."""
        made: list[Pane] = []
        scales: dict[str, Scale] = {}
        for held in sorted_by_unit(view.pens):
            key, front = pane_key(held), front_of(held, view.front)
            scale = view.by_hand.get(key) or (self._scales.get(key) if hold else None)
            if scale is None:
                scale = scale_of(held, front, self.curves, window.start, window.end)
            if any(len(self.series.get(pen.key, NOTHING)) for pen in held):
                # A scale made of limits alone is nothing to hold on to.
                scales[key] = scale
            looks = {
                pen.key: look_of(
                    pen,
                    front=pen is front,
                    value=float(snapshot.value[pen.point.id]),
                    quality=int(snapshot.quality[pen.point.id]),
                )
                for pen in held
            }
            made.append(pane_of(held, front, scale, looks))
        self._scales = scales
        return tuple(made)

    def lanes(self, view: View, now: int, snapshot: TagSnapshot) -> tuple[Lane, ...]:
        """The switches."""
        return tuple(
            lane_of(
                pen,
                self.series.get(pen.key, NOTHING),
                self.spans.get(pen.key, ()),
                now,
                bare_value(pen.point, float(snapshot.value[pen.point.id])),
            )
            for pen in view.pens
            if pen.is_switch
        )

    def rows(self, view: View, window: Window, snapshot: TagSnapshot) -> Sequence[Row]:
        """The table."""
        look = Look(window=window, cursor=view.cursor, second=view.second, shift=view.shift)
        fronts = view.fronts()
        return [
            row_of(
                pen,
                self.series.get(pen.key, NOTHING),
                self.other.get(pen.key, NOTHING),
                look,
                float(snapshot.value[pen.point.id]),
                int(snapshot.quality[pen.point.id]),
                front=pen.key in fronts,
            )
            for pen in view.pens
        ]

    def cursor(self, view: View, at: int | None, window: Window, words: str = "") -> Cursor | None:
        """A cursor with the values it meets; `words` behind its time."""
        if at is None:
            return None
        values = tuple(
            (pen.key, reading(self.series.get(pen.key, NOTHING), at, patience(pen.point)).value)
            for pen in view.pens
            if not pen.is_switch
        )
        said = moment_text(at, window)
        return Cursor(at=at, words=f"{said}  {words}" if words else said, values=values)

    def walked(self, view: View) -> Series:
        """The series whose samples the cursor steps along: that of the first pen in front, else of any pen."""
        fronts = view.fronts()
        order = sorted(view.pens, key=lambda pen: (pen.key not in fronts, pen.number))
        return next((self.series[pen.key] for pen in order if len(self.series.get(pen.key, NOTHING))), NOTHING)
