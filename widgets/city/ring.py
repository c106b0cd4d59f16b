"""The supply ring: sources at the left, the ring main with its district stations, line pack by tier inside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.city.walk import Walked
from widgets.notices.blink import shared_blink
from widgets.notices.glyph import BLINKING, GlyphState, paint_glyph
from widgets.readouts.mark import FADED, Mark, paint_mark
from widgets.readouts.value import paint_value
from widgets.theme import Role, Theme, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, box, focus_ring, text, text_width

Alarm = tuple[int, GlyphState]
_SOURCE_SHARE = 0.185
_TRUNK_SHARE = 0.055
_SOURCE_HEIGHT = 92
_STATION_HEIGHT = 46
_DROP = 28
_CORNER = 14
_PIPE = 4
_BOW = 5
_GLYPH = 20
_BAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where gas comes in. share: of its capacity, 0-1, NaN unknown. pipe: a key of the theme's pipes."""

    key: str
    tag: str
    name: str
    value: str
    unit: str
    share: float
    foot: str
    pipe: str = "hp"
    mark: Mark = Mark.GOOD
    alarm: Alarm | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A district station on the ring."""

    key: str
    tag: str
    name: str
    value: str
    mark: Mark = Mark.GOOD
    alarm: Alarm | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Line pack of a pressure tier. share, minimum: of the bar, 0-1."""

    name: str
    pipe: str
    share: float
    minimum: float
    stored: str
    change: str
    left: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """Words above the tiers' columns."""

    tiers: str
    stored: str
    change: str
    left: str


class SupplyRing(Walked):
    """The whole supply in one drawing. Signals: those of Walked."""

    def __init__(self, titles: Titles, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self._sources: tuple[Source, ...] = ()
        self._stations: tuple[Station, ...] = ()
        self._tiers: tuple[Tier, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        shared_blink().changed.connect(self._beat)
        self.say(name)

    def set_words(self, name: str, titles: Titles) -> None:
        """Another language."""
        self._titles = titles
        self.say(name)
        self.update()

    def show_supply(self, sources: Sequence[Source], stations: Sequence[Station], tiers: Sequence[Tier]) -> None:
        """Show these; nothing is painted anew when nothing changed."""
        shown = (tuple(sources), tuple(stations), tuple(tiers))
        if shown != (self._sources, self._stations, self._tiers):
            self._sources, self._stations, self._tiers = shown
            shared_blink().need(self, self._blinks())
            self.update()

    def keys(self) -> Sequence[str]:
        return [each.key for each in self._both()]

    def area(self, key: str) -> QRectF:
        for index, source in enumerate(self._sources):
            if source.key == key:
                return self._source_box(index)
        return self._station_box([each.key for each in self._stations].index(key))

    def words(self, key: str) -> str:
        found = next(each for each in self._both() if each.key == key)
        return found.words or f"{found.tag} {found.name} {found.value}"

    def sizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 14, px(m.RAIL) * 5)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 8, px(m.RAIL) * 5 // 2)

    def _both(self) -> tuple[Source | Station, ...]:
        return (*self._sources, *self._stations)

    # -- where things lie -----------------------------------------------------------------------------------------

    def _ring(self) -> QRectF:
        left = self.width() * (_SOURCE_SHARE + _TRUNK_SHARE)
        edge = px(_STATION_HEIGHT + _DROP)
        return QRectF(left, edge, self.width() - left - px(m.HALF), self.height() - 2 * edge)

    def _source_box(self, index: int) -> QRectF:
        count = max(1, len(self._sources))
        height = min(px(_SOURCE_HEIGHT), self.height() / count - px(m.HALF))
        gap = (self.height() - count * height) / max(1, count - 1) if count > 1 else 0.0
        return QRectF(0, index * (height + gap), self.width() * _SOURCE_SHARE, height)

    def _station_box(self, index: int) -> QRectF:
        ring = self._ring()
        upper = (len(self._stations) + 1) // 2
        below = index >= upper
        count = max(1, len(self._stations) - upper if below else upper)
        place = index - upper if below else index
        room = ring.width() - 2 * px(_CORNER)
        width = room / count
        left = ring.left() + px(_CORNER) + place * width
        top = self.height() - px(_STATION_HEIGHT) if below else 0.0
        return QRectF(left + px(2), top, width - px(m.QUARTER), px(_STATION_HEIGHT))

    # -- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        ring = self._ring()
        with self.painter() as painter:
            for index, source in enumerate(self._sources):
                self._paint_trunk(painter, theme, ring, self._source_box(index), source, index)
            for index in range(len(self._stations)):
                self._paint_drop(painter, theme, ring, self._station_box(index))
            self._paint_ring(painter, theme, ring)
            for index, source in enumerate(self._sources):
                self._paint_source(painter, theme, self._source_box(index), source)
            for index, station in enumerate(self._stations):
                self._paint_station(painter, theme, self._station_box(index), station)
            self._paint_tiers(painter, theme, ring.adjusted(px(24), px(m.INSET), -px(m.INSET), -px(m.INSET)))
            if self.hasFocus() and self._current in self.keys():
                focus_ring(painter, self.area(self._current), radius=m.RADIUS_CARD)

    def _paint_ring(self, painter: QPainter, theme: Theme, ring: QRectF) -> None:
        corner = px(_CORNER)
        outline = QPolygonF(
            [
                QPointF(ring.left() + corner, ring.top()),
                QPointF(ring.right() - corner, ring.top()),
                QPointF(ring.right(), ring.top() + corner),
                QPointF(ring.right(), ring.bottom() - corner),
                QPointF(ring.right() - corner, ring.bottom()),
                QPointF(ring.left() + corner, ring.bottom()),
                QPointF(ring.left(), ring.bottom() - corner),
                QPointF(ring.left(), ring.top() + corner),
            ]
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.pipes["shp"].colour, px(_PIPE)))
        painter.drawPolygon(outline)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.pipes["shp"].colour)
        for share in (0.3, 0.66):
            for y in (ring.top(), ring.bottom()):
                tip = QPointF(ring.left() + share * ring.width() + px(m.HALF), y)
                back = tip.x() - px(m.GAP)
                painter.drawPolygon(QPolygonF([tip, QPointF(back, y - px(7)), QPointF(back, y + px(7))]))

    def _paint_trunk(
        self, painter: QPainter, theme: Theme, ring: QRectF, where: QRectF, source: Source, index: int
    ) -> None:
        pipe = theme.pipes[source.pipe]
        share = (index + 0.5) / len(self._sources)
        end = QPointF(ring.left(), ring.top() + px(_CORNER) + share * (ring.height() - 2 * px(_CORNER)))
        start = QPointF(where.right(), where.center().y())
        elbow = QPointF(start.x() + (ring.left() - start.x()) * 0.45, start.y())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(pipe.colour, px(pipe.width)))
        painter.drawPolyline(QPolygonF([start, elbow, end]))

    def _paint_drop(self, painter: QPainter, theme: Theme, ring: QRectF, where: QRectF) -> None:
        pipe = theme.pipes["mpa"]
        x = where.center().x()
        above = where.top() < ring.top()
        start, end = (where.bottom(), ring.top()) if above else (ring.bottom(), where.top())
        painter.setPen(QPen(pipe.colour, px(pipe.width)))
        painter.drawLine(QPointF(x, start), QPointF(x, end))
        middle, half = (start + end) / 2, px(_BOW)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pipe.colour)
        for side in (-1, 1):
            y = middle + side * half * 1.5
            painter.drawPolygon(QPolygonF([QPointF(x, middle), QPointF(x - half, y), QPointF(x + half, y)]))

    def _paint_source(self, painter: QPainter, theme: Theme, where: QRectF, source: Source) -> None:
        chosen = source.key == self._current
        box(painter, where, fill=theme.bg3, line=theme.line3 if chosen else None, radius=m.RADIUS_CONTROL)
        inside = where.adjusted(px(m.GAP), px(m.HALF), -px(m.GAP), -px(m.QUARTER))
        head = QRectF(inside.left(), inside.top(), inside.width(), px(Role.LABEL.line))
        bold = font(Role.LABEL, Weight.SEMIBOLD)
        text(painter, head, source.tag, theme.text1, bold)
        name = head.adjusted(text_width(source.tag, bold) + px(m.HALF), 0, -px(_GLYPH), 0)
        text(painter, name, source.name, theme.text2, font(Role.LABEL), elide=Qt.TextElideMode.ElideMiddle)
        value = QRectF(inside.left(), head.bottom(), inside.width(), px(Role.KEY.line))
        paint_value(painter, value, source.value, source.unit, Role.VALUE, source.mark)
        bar = QRectF(inside.left(), value.bottom(), inside.width(), px(5))
        box(painter, bar, fill=theme.bg4, radius=1)
        if not math.isnan(source.share):
            filled = QRectF(bar.left(), bar.top(), bar.width() * min(1.0, max(0.0, source.share)), bar.height())
            box(painter, filled, fill=theme.text2, radius=1)
        foot = QRectF(inside.left(), bar.bottom() + px(m.QUARTER), inside.width(), px(Role.HINT.line))
        text(painter, foot, source.foot, theme.text2, font(Role.HINT), elide=Qt.TextElideMode.ElideRight)
        if source.alarm is not None:
            size = px(_GLYPH)
            paint_glyph(painter, QRectF(inside.right() - size, head.top() - px(2), size, size), *source.alarm)

    def _paint_station(self, painter: QPainter, theme: Theme, where: QRectF, station: Station) -> None:
        chosen = station.key == self._current
        strong = chosen or station.alarm is not None
        box(painter, where, fill=theme.bg3, line=theme.line3 if strong else None, radius=m.RADIUS_CONTROL)
        inside = where.adjusted(px(6), px(m.QUARTER), -px(6), -px(m.QUARTER))
        head = QRectF(inside.left(), inside.top(), inside.width(), px(Role.LABEL.line))
        bold = font(Role.LABEL, Weight.SEMIBOLD)
        text(painter, head, station.tag, theme.text1, bold)
        ink = theme.text3 if station.mark in FADED else theme.text1
        roomy = text_width(station.tag, bold) + text_width(station.value, font(Role.LABEL)) + px(6) <= head.width()
        if roomy:
            text(painter, head, station.value, ink, font(Role.LABEL), RIGHT)
        foot = QRectF(inside.left(), head.bottom() + px(1), inside.width(), px(Role.HINT.line))
        size = px(_GLYPH - 2)
        if station.alarm is not None:
            paint_glyph(painter, QRectF(foot.right() - size, foot.top() - px(1), size, size), *station.alarm)
            foot = foot.adjusted(0, 0, -size - px(2), 0)
        elif station.mark is not Mark.GOOD:
            badge = px(m.BADGE)
            paint_mark(painter, QRectF(foot.right() - badge, foot.top(), badge, badge), station.mark)
            foot = foot.adjusted(0, 0, -badge - px(2), 0)
        # Where both do not fit, the flow says more than the name, which the tip gives.
        words, shade = (station.name, theme.text2) if roomy else (station.value, ink)
        text(painter, foot, words, shade, font(Role.HINT), elide=Qt.TextElideMode.ElideRight)

    def _paint_tiers(self, painter: QPainter, theme: Theme, inside: QRectF) -> None:
        rows = len(self._tiers) + 1
        height = min(inside.height() / max(1, rows), px(m.ROW_LIST))
        top = inside.center().y() - rows * height / 2
        columns = [inside.left() + share * inside.width() for share in (0.0, 0.27, 0.52, 0.64, 0.8, 1.0)]
        head = font(Role.HINT)
        line = QRectF(inside.left(), top, inside.width(), height)
        text(painter, line, self._titles.tiers, theme.text1, font(Role.LABEL, Weight.SEMIBOLD))
        for right, words in ((3, self._titles.stored), (4, self._titles.change), (5, self._titles.left)):
            text(painter, QRectF(0, top, columns[right], height), words, theme.text3, head, RIGHT)
        for index, tier in enumerate(self._tiers, start=1):
            y = top + index * height
            name = QRectF(columns[0], y, columns[1] - columns[0] - px(m.HALF), height)
            text(painter, name, tier.name, theme.text1, font(Role.LABEL), LEFT, Qt.TextElideMode.ElideRight)
            self._paint_bar(painter, theme, QRectF(columns[1], y, columns[2] - columns[1], height), tier)
            weight = Weight.SEMIBOLD if tier.strong else Weight.REGULAR
            text(
                painter,
                QRectF(0, y, columns[3], height),
                tier.stored,
                theme.text1,
                font(Role.LABEL, Weight.SEMIBOLD),
                RIGHT,
            )
            text(painter, QRectF(0, y, columns[4], height), tier.change, theme.text1, font(Role.LABEL, weight), RIGHT)
            text(painter, QRectF(0, y, columns[5], height), tier.left, theme.text1, font(Role.LABEL, weight), RIGHT)

    def _paint_bar(self, painter: QPainter, theme: Theme, where: QRectF, tier: Tier) -> None:
        track = QRectF(where.left(), where.center().y() - px(_BAR) / 2, where.width(), px(_BAR))
        box(painter, track, fill=theme.bg4, radius=2)
        if math.isnan(tier.share):
            return
        filled = QRectF(track.left(), track.top(), track.width() * min(1.0, max(0.0, tier.share)), track.height())
        box(painter, filled, fill=theme.pipes[tier.pipe].colour, radius=2)
        x = track.left() + track.width() * min(1.0, max(0.0, tier.minimum))
        painter.fillRect(QRectF(x - px(2), track.top() - px(3), px(m.QUARTER), track.height() + px(6)), theme.bg2)
        painter.fillRect(QRectF(x - px(1), track.top() - px(3), px(2), track.height() + px(6)), theme.text1)

    def _blinks(self) -> bool:
        alarms = [each.alarm for each in self._both()]
        return any(alarm is not None and alarm[1] in BLINKING for alarm in alarms)

    def _beat(self) -> None:
        if self._blinks():
            self.update()
