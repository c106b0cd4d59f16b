"""The last ten minutes of the chosen alarm's value with its limits, asked from the history; nothing waits for it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.formats import bare_value, clock_time
from app.models.alarms import Words
from app.page import PageContext
from app.pages.alarms.detail import Detail
from backend.clock import US
from backend.model.alarm import AlarmRecord
from backend.model.plant import Limits, Point
from backend.model.trend import Thinned
from widgets.charts import LimitLine
from widgets.theme import Tone
from widgets.theme.tone import alarm_tone

SPAN_US: Final = 600 * US
BUCKETS: Final = 120


class Trace(QObject):
    """Keeps the detail's trend on the alarm it follows."""

    def __init__(self, context: PageContext, words: Words, detail: Detail) -> None:
        super().__init__(detail)
        self._context = context
        self._words = words
        self._detail = detail
        self._point: Point | None = None
        self._tone = Tone.NORMAL

    def follow(self, record: AlarmRecord | None) -> None:
        """Show the value of this alarm's point; without one, nothing."""
        point = None if record is None else self._words.point(record)
        self._tone = Tone.NORMAL if record is None or not record.facts.cond else alarm_tone(int(record.priority))
        if point is None:
            self._point = None
            self._show(None, 0)
        elif self._point is None or point.id != self._point.id:
            self._point = point
            self._show(np.full(BUCKETS, np.nan), self._context.backend.now())
            self.refresh()

    def refresh(self) -> None:
        """Ask for the newest ten minutes."""
        point = self._point
        if point is None:
            return
        now = self._context.backend.now()
        self._context.actions.ask(
            self._context.backend.history.thinned((point.id,), now - SPAN_US, now + 1, BUCKETS),
            lambda answer: self._arrived(point, answer[0], now),
            owner=self,
            failed=None,
        )

    def _arrived(self, point: Point, thinned: Thinned, now: int) -> None:
        if self._point is point:
            self._show(stretched(thinned, now - SPAN_US, now, BUCKETS), now)

    def _show(self, values: NDArray[np.float64] | None, now: int) -> None:
        limits = () if self._point is None else limit_lines(self._point)
        start, end = clock_time(now - SPAN_US)[:5], clock_time(now)
        self._detail.show_trend(values, limits, start=start, end=end, tone=self._tone)


def stretched(thinned: Thinned, start: int, end: int, places: int) -> NDArray[np.float64]:
    """Values at equal steps: each place has the newest value of its step, held until the next; NaN before the first
    and while the value was bad."""
    edges = start + (np.arange(places) + 1) * ((end - start) / places)
    index = np.searchsorted(thinned.at, edges, side="right") - 1
    values = np.where(np.isnan(thinned.mean), np.nan, thinned.last)
    return np.where(index >= 0, values[np.clip(index, 0, None)], np.nan) if len(values) else np.full(places, np.nan)


def limit_lines(point: Point) -> tuple[LimitLine, ...]:
    """The limits of a point with the tone of their priority."""
    limits: Limits = point.limits
    # The outer ones first: where there is no room for all words, theirs stay.
    each = (
        ("HH", limits.hh, limits.priority_hh),
        ("LL", limits.ll, limits.priority_ll),
        ("H", limits.h, limits.priority_h),
        ("L", limits.l, limits.priority_l),
    )
    return tuple(
        LimitLine(value=value, words=f"{name} {bare_value(point, value)}", tone=alarm_tone(priority))
        for name, value, priority in each
        if value is not None
    )
