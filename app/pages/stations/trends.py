"""The small trends at the foot: the last hour of the few points that say most about a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout

from app.formats import bare_value, clock_time, point_title, shown, unit_of
from app.page import PageContext
from app.pages.stations.hour import HOUR_US, PLACES, STEP_US, Floats, Times, hour, raised
from app.pages.stations.moment import Moment
from app.texts import _
from app.tones import glyph_of
from backend.model.alarm import AlarmRecord
from backend.model.plant import Point
from backend.model.trend import Thinned
from widgets.charts.hour import HourTrend, Line, Sign
from widgets.surfaces import Card
from widgets.theme import Tone, alarm_tone, space
from widgets.theme import metrics as m

_MOST = 4
_NOTHING: tuple[Times, Floats] = (np.empty(0, np.int64), np.empty(0))


class HourCard(Card):
    """Up to four trends. The archive is asked once for a place; from then on the console's own hour goes on.

    Signals: opened() when a person wants them on the trends page.
    """

    opened = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._points: tuple[Point, ...] = ()
        self._archive: dict[int, tuple[Times, Floats]] = {}
        self._drawn_at = 0
        self._trends = [HourTrend() for _each in range(_MOST)]
        across = QHBoxLayout()
        space(across, gap=m.PAGE_INSET)
        for trend in self._trends:
            across.addWidget(trend, 1)
        self.body.addLayout(across, 1)
        self.retranslate()

    def set_points(self, points: Iterable[Point]) -> None:
        """Show these; their hour comes from the archive as soon as it answers."""
        self._points = tuple(points)[:_MOST]
        self._archive = {}
        self._drawn_at = 0
        self._title_trends()
        if not self._points:
            return
        asked = self._points
        now = self._context.backend.now()
        future = self._context.backend.history.thinned([each.id for each in asked], now - HOUR_US, now, PLACES)
        self._context.actions.ask(future, lambda found: self._take(asked, found), owner=self, failed=None)

    def points(self) -> tuple[Point, ...]:
        """What is shown."""
        return self._points

    def show_moment(self, moment: Moment, alarms: Mapping[str, AlarmRecord]) -> None:
        """Show the values of now; the lines when the next step of the grid has come."""
        for trend, point in zip(self._trends, self._points, strict=False):
            glyph = moment.glyph((point,))
            tone = alarm_tone(glyph[0]) if glyph is not None else Tone.NORMAL
            trend.show_value(bare_value(point, moment.value(point)), unit_of(point), moment.mark(point), tone)
        if moment.now - self._drawn_at >= STEP_US:
            self._drawn_at = moment.now
            self._draw(moment.now, alarms)

    def retranslate(self) -> None:
        """Show every text anew."""
        self.set_title(_("Last hour"), _("T opens them in Trends"))
        self._title_trends()
        self._drawn_at = 0

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    def _take(self, asked: tuple[Point, ...], found: Iterable[Thinned]) -> None:
        if asked == self._points:
            self._archive = {each.point: (each.at, each.mean) for each in found}
            self._drawn_at = 0

    def _draw(self, end: int, alarms: Mapping[str, AlarmRecord]) -> None:
        foot = tuple(clock_time(at)[:5] for at in (end - HOUR_US, end - HOUR_US // 2, end))
        for trend, point in zip(self._trends, self._points, strict=False):
            seen_at, seen = self._context.recent.series(point.id)
            values = hour(
                end, point.period_s, self._archive.get(point.id, _NOTHING), (seen_at, seen.astype(np.float64))
            )
            signs = [
                Sign(share=share, priority=int(record.priority), state=glyph_of(record))
                for share, record in raised(point, alarms.values(), end)
            ]
            trend.show_hour(
                values, digits=point.precision, lines=_lines(point), signs=signs, foot=(foot[0], foot[1], foot[2])
            )

    def _title_trends(self) -> None:
        for index, trend in enumerate(self._trends):
            trend.setVisible(index < len(self._points))
            if index < len(self._points):
                trend.set_title(shown(point_title(self._points[index]), 40), _("no value in the last hour"))


def _lines(point: Point) -> tuple[Line, ...]:
    limits = point.limits
    named = (
        (limits.hh, "HH", limits.priority_hh),
        (limits.h, "H", limits.priority_h),
        (limits.l, "L", limits.priority_l),
        (limits.ll, "LL", limits.priority_ll),
    )
    return tuple(
        Line(value=value, words=f"{name} {bare_value(point, value)}", tone=alarm_tone(priority))
        for value, name, priority in named
        if value is not None
    )
