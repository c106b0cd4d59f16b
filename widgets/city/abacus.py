"""The pressure abacus: a rod per station, a bead at its pressure by its own limits. Off the line is the message."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.city.walk import Walked
from widgets.notices.blink import shared_blink
from widgets.notices.glyph import BLINKING, GlyphState, paint_glyph
from widgets.readouts.mark import FADED, Mark, paint_mark
from widgets.theme import Role, Theme, Tone, Weight, alarm_tone, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, LEFT, box, focus_ring, hatch, text

_LINES = (("HH", 0.72), ("H", 0.46), ("L", -0.46), ("LL", -0.72))
"""Where the limits lie on every rod; the set-point is 0, the ends are ±1."""
_BAND = 0.3
_SCALE_WIDTH = 44
_BEAD = (26, 9)
_ROD = 6
_TALL = 230


@dataclass(frozen=True, slots=True, kw_only=True)
class Rod:
    """One station. share: −1 (far below LL) to 1 (far above HH), 0 at the set-point; NaN = no value."""

    key: str
    label: str
    value: str
    share: float
    mark: Mark = Mark.GOOD
    alarm: tuple[int, GlyphState] | None = None
    words: str = ""


def share_of(value: float, setpoint: float, limits: tuple[float, float, float, float]) -> float:
    """Where a value lies on its rod, by its own LL, L, H, HH (in this order): linear between neighbouring marks.

    Limits that do not stand in order around the set-point give NaN: a bead must not lie about them.
    """
    ll, low, high, hh = limits
    knots = [2 * ll - low, ll, low, setpoint, high, hh, 2 * hh - high]
    places = [-1.0, -0.72, -0.46, 0.0, 0.46, 0.72, 1.0]
    if not math.isfinite(value) or any(a > b for a, b in pairwise(knots)):
        return math.nan
    if value <= knots[0] or value >= knots[-1]:
        return -1.0 if value <= knots[0] else 1.0
    after = next(index for index, knot in enumerate(knots) if value < knot)
    below, above = knots[after - 1], knots[after]
    return places[after - 1] + (places[after] - places[after - 1]) * (value - below) / (above - below)


class Abacus(Walked):
    """Rods side by side. Signals: those of Walked."""

    def __init__(self, *, name: str, setpoint: str, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rods: tuple[Rod, ...] = ()
        self._setpoint = setpoint
        self._unit = unit
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        shared_blink().changed.connect(self._beat)
        self.say(name)

    def set_words(self, name: str, setpoint: str, unit: str) -> None:
        """Another language."""
        self._setpoint, self._unit = setpoint, unit
        self.say(name)
        self.update()

    def show_rods(self, rods: Sequence[Rod]) -> None:
        """Show these; nothing is painted anew when nothing changed."""
        if tuple(rods) != self._rods:
            self._rods = tuple(rods)
            shared_blink().need(self, any(rod.alarm is not None and rod.alarm[1] in BLINKING for rod in rods))
            self.update()

    def keys(self) -> Sequence[str]:
        return [rod.key for rod in self._rods]

    def area(self, key: str) -> QRectF:
        index = self.keys().index(key)
        width = self._step()
        return QRectF(px(_SCALE_WIDTH) + index * width, 0, width, self.height())

    def words(self, key: str) -> str:
        rod = next(each for each in self._rods if each.key == key)
        return rod.words or f"{rod.label} {rod.value}"

    def sizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 8, px(_TALL))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 5, px(_TALL // 2 + m.RAIL // 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        track = self._track()
        with self.painter() as painter:
            self._paint_scale(painter, theme, track)
            for index, rod in enumerate(self._rods):
                middle = px(_SCALE_WIDTH) + (index + 0.5) * self._step()
                self._paint_rod(painter, theme, track, middle, rod)
            if self.hasFocus() and self._current in self.keys():
                focus_ring(painter, self.area(self._current).adjusted(1, 1, -1, -1))

    def _track(self) -> QRectF:
        top = px(m.GLYPH + m.QUARTER + Role.LABEL.line)
        return QRectF(
            px(_SCALE_WIDTH), top, self.width() - px(_SCALE_WIDTH), self.height() - top - px(Role.LABEL.line + m.HALF)
        )

    def _step(self) -> float:
        return (self.width() - px(_SCALE_WIDTH)) / max(1, len(self._rods))

    def _y(self, track: QRectF, share: float) -> float:
        return track.center().y() - share * track.height() / 2

    def _paint_scale(self, painter: QPainter, theme: Theme, track: QRectF) -> None:
        top, foot = self._y(track, _BAND), self._y(track, -_BAND)
        painter.fillRect(QRectF(track.left(), top, track.width(), foot - top), theme.bg3)
        for name, share in (*_LINES, (self._setpoint, 0.0)):
            y = self._y(track, share)
            label = QRectF(0, y - px(Role.HINT.line) / 2, px(_SCALE_WIDTH), px(Role.HINT.line))
            text(painter, label, name, theme.text3, font(Role.HINT), LEFT)
            if share:
                painter.setPen(QPen(theme.line2, px(1), Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(track.left(), y), QPointF(track.right(), y))
        foot_label = QRectF(0, track.bottom() + px(m.HALF), px(_SCALE_WIDTH), px(Role.LABEL.line))
        text(painter, foot_label, self._unit, theme.text3, font(Role.HINT), LEFT)

    def _paint_rod(self, painter: QPainter, theme: Theme, track: QRectF, middle: float, rod: Rod) -> None:
        width = self._step()
        head = QRectF(middle - width / 2, track.top() - px(Role.LABEL.line + m.QUARTER), width, px(Role.LABEL.line))
        chosen = rod.key == self._current or rod.alarm is not None
        weight = Weight.BOLD if chosen else Weight.MEDIUM
        text(painter, head, rod.label, theme.text1 if chosen else theme.text2, font(Role.LABEL, weight), CENTRE)
        bar = QRectF(middle - px(_ROD) / 2, track.top(), px(_ROD), track.height())
        box(painter, bar, fill=theme.bg4 if theme.dark else theme.line1, radius=2)
        if rod.mark is Mark.BAD:
            painter.fillRect(bar, hatch(theme.line3, step=5))
        lower, upper = self._y(track, -0.46), self._y(track, 0.46)
        painter.fillRect(
            QRectF(bar.left(), upper, bar.width(), lower - upper), theme.line3 if theme.dark else theme.band
        )
        if not math.isnan(rod.share) and rod.mark is not Mark.BAD:
            self._paint_bead(painter, theme, QPointF(middle, self._y(track, rod.share)), rod)
        foot = QRectF(middle - width / 2, track.bottom() + px(m.HALF), width, px(Role.LABEL.line))
        ink = theme.text3 if rod.mark in FADED else theme.text1
        text(painter, foot, rod.value, ink, font(Role.LABEL, Weight.BOLD if rod.alarm else Weight.REGULAR), CENTRE)
        if rod.alarm is not None:
            size = px(m.GLYPH)
            paint_glyph(painter, QRectF(middle - size / 2, 0, size, size), *rod.alarm)
        elif rod.mark is not Mark.GOOD:
            size = px(m.BADGE)
            paint_mark(painter, QRectF(middle - size / 2, px(m.QUARTER), size, size), rod.mark)

    def _paint_bead(self, painter: QPainter, theme: Theme, middle: QPointF, rod: Rod) -> None:
        width, height = px(_BEAD[0]), px(_BEAD[1])
        where = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
        tone = alarm_tone(rod.alarm[0]) if rod.alarm is not None else Tone.NORMAL
        fill = theme.mark(tone)
        hollow = rod.mark in FADED
        line = theme.glyph_outline if rod.alarm is not None else theme.bg1
        box(painter, where, fill=theme.bg2 if hollow else fill, line=fill if hollow else line, radius=_BEAD[1] / 2)
        painter.fillRect(
            QRectF(middle.x() - px(2), middle.y() - px(1), px(4), px(2)), theme.bg0 if not hollow else fill
        )

    def _beat(self) -> None:
        if any(rod.alarm is not None and rod.alarm[1] in BLINKING for rod in self._rods):
            self.update()
