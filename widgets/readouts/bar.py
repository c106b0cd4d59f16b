"""The moving analog bar: where a value stands between its limits, readable without reading a digit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.readouts.mark import Mark
from widgets.theme import Painted, Role, Tone, current, font, px
from widgets.theme.strokes import LEFT, box, hatch, text

TRACK = 8
HEIGHT = 14
_TALL = 160
_LABEL_ROOM = 30
_POINTER = 4.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The range of a bar: its ends, the normal band and the limits as (value, name)."""

    low: float
    high: float
    band: tuple[float, float] | None = None
    limits: tuple[tuple[float, str], ...] = ()

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1, held at the ends."""
        width = self.high - self.low
        return min(1.0, max(0.0, (value - self.low) / width)) if width > 0 else 0.5


def paint_bar(
    painter: QPainter, rect: QRectF, span: Span, value: float | None, tone: Tone = Tone.NORMAL, mark: Mark = Mark.GOOD
) -> None:
    """Draw a lying bar: track, band, limits and the pointer, which alone takes the tone."""
    theme = current()
    track = QRectF(rect.left(), rect.center().y() - px(TRACK) / 2 + 1, rect.width(), px(TRACK))
    _paint_track(painter, track, mark)
    if span.band is not None and mark is not Mark.BAD:
        start, end = (track.left() + span.share(edge) * track.width() for edge in span.band)
        painter.fillRect(QRectF(start, track.top(), end - start, track.height()), _band(theme.band, theme.line2))
    for limit, _name in span.limits:
        x = round(track.left() + span.share(limit) * track.width())
        painter.fillRect(QRectF(x - px(1) / 2, track.top() - 2, px(1.5), track.height() + 4), theme.text3)
    if value is not None and not math.isnan(value) and mark is not Mark.BAD:
        x = round(track.left() + span.share(value) * track.width())
        _paint_pointer(painter, QPointF(x, track.top()), track.height(), theme.mark(tone), hollow=mark is Mark.STALE)


def _band(band: QColor, dark_band: QColor) -> QColor:
    return dark_band if current().dark else band


def _paint_track(painter: QPainter, track: QRectF, mark: Mark) -> None:
    theme = current()
    fill = theme.line1 if theme.dark else theme.bg4
    box(painter, track, fill=fill, radius=1)
    if mark is Mark.BAD:
        painter.fillRect(track, hatch(theme.line3, step=5))
    if mark in (Mark.UNCERTAIN, Mark.MANUAL):
        line = theme.text2 if mark is Mark.UNCERTAIN else theme.not_field
        pen = QPen(line, px(1), Qt.PenStyle.DotLine if mark is Mark.UNCERTAIN else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(track.adjusted(-1.5, -1.5, 1.5, 1.5))


def _paint_pointer(painter: QPainter, top: QPointF, height: float, colour: QColor, *, hollow: bool) -> None:
    """A wedge with a stem, its tip on the value."""
    half, rise = px(_POINTER), px(3)
    shape = QPolygonF(
        [
            QPointF(top.x() - half, top.y() - rise),
            QPointF(top.x() + half, top.y() - rise),
            QPointF(top.x() + px(1.25), top.y() + height * 0.45),
            QPointF(top.x() + px(1.25), top.y() + height + 1),
            QPointF(top.x() - px(1.25), top.y() + height + 1),
            QPointF(top.x() - px(1.25), top.y() + height * 0.45),
        ]
    )
    painter.setPen(QPen(colour, px(1)) if hollow else QPen(current().glyph_outline or current().bg0, 0.75))
    painter.setBrush(current().bg2 if hollow else colour)
    painter.drawPolygon(shape)


class AnalogBar(Painted):
    """A lying or standing bar with its own value."""

    def __init__(
        self,
        span: Span,
        *,
        name: str,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._span = span
        self._standing = orientation is Qt.Orientation.Vertical
        self._value: float | None = None
        self._tone = Tone.NORMAL
        self._mark = Mark.GOOD
        fixed, growing = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(fixed if self._standing else growing, growing if self._standing else fixed)
        self.say(name)

    def set_span(self, span: Span) -> None:
        """Change range, band and limits."""
        self._span = span
        self.update()

    def show_value(self, value: float | None, *, tone: Tone = Tone.NORMAL, mark: Mark = Mark.GOOD) -> None:
        """Move the pointer; None takes it away."""
        if (value, tone, mark) != (self._value, self._tone, self._mark):
            self._value, self._tone, self._mark = value, tone, mark
            self.update()

    def sizeHint(self) -> QSize:
        room = _LABEL_ROOM if any(name for _, name in self._span.limits) else TRACK
        return QSize(px(TRACK * 2 + room), px(_TALL)) if self._standing else QSize(px(_TALL), px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(TRACK * 2 + _LABEL_ROOM), px(_TALL // 2)) if self._standing else QSize(px(40), px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            if self._standing:
                self._paint_standing(painter)
            else:
                paint_bar(painter, self.frame(), self._span, self._value, self._tone, self._mark)

    def _paint_standing(self, painter: QPainter) -> None:
        theme = current()
        inset = px(Role.MICRO.line) / 2
        track = QRectF(px(TRACK), inset, px(TRACK + 2), self.height() - 2 * inset)
        _paint_track(painter, track, self._mark)
        if self._span.band is not None and self._mark is not Mark.BAD:
            foot, head = (track.bottom() - self._span.share(edge) * track.height() for edge in self._span.band)
            painter.fillRect(QRectF(track.left(), head, track.width(), foot - head), _band(theme.band, theme.line2))
        line = px(Role.MICRO.line)
        free = 0.0
        for limit, name in sorted(self._span.limits, reverse=True):
            height = round(track.bottom() - self._span.share(limit) * track.height())
            painter.fillRect(QRectF(track.right() + 1, height, px(TRACK), px(1)), theme.text3)
            # Names of limits that lie close together stand under one another.
            top = max(height - line / 2, free)
            free = top + px(Role.MICRO.size)
            label = QRectF(track.right() + px(TRACK + 4), top, px(60), line)
            text(painter, label, name, theme.text2, font(Role.MICRO), LEFT)
        if self._value is None or math.isnan(self._value) or self._mark is Mark.BAD:
            return
        y = track.bottom() - self._span.share(self._value) * track.height()
        wedge = QPolygonF([QPointF(track.left() + 1, y), QPointF(0, y - px(_POINTER)), QPointF(0, y + px(_POINTER))])
        hollow = self._mark is Mark.STALE
        painter.setPen(QPen(theme.mark(self._tone), px(1)) if hollow else Qt.PenStyle.NoPen)
        painter.setBrush(theme.bg2 if hollow else theme.mark(self._tone))
        painter.drawPolygon(wedge)
        painter.fillRect(QRectF(track.left(), y - px(1) / 2, track.width(), px(2)), theme.mark(self._tone))
