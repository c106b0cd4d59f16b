"""The last hour of one value: its name and number, the line with limits near it, and alarm glyphs at their time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.charts.sparkline import line_path
from widgets.notices.glyph import GlyphState, paint_glyph
from widgets.readouts.ages import NO_VALUE, number_text
from widgets.readouts.mark import Mark
from widgets.readouts.value import paint_value, value_width
from widgets.theme import Painted, Role, Tone, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, box, text, text_width

_DASH = (3.2, 2.4)
_DOT = 3.0
_GLYPH = 18
_REACH = 1.0
"""Limits further off than this many times the line's own height are left out: they would flatten it."""
_FLAT = 0.002
"""A line that moves less than this share of its value is drawn flat, not as noise over the whole height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A limit: its value, its name with the number ("H 25"), and how urgent crossing it is."""

    value: float
    words: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An alarm at its time: 0 is the left end, 1 the right."""

    share: float
    priority: int
    state: GlyphState


def rounded(low: float, high: float, digits: int) -> tuple[float, float]:
    """Ends that a person can read with so many decimals, a step of 1, 2 or 5 apart from the values."""
    span = max(high - low, _FLAT * max(abs(high), abs(low)), 5 * 10.0**-digits)
    size = 10 ** math.floor(math.log10(span))
    step = next(each * size for each in (0.2, 0.5, 1.0, 2.0) if each * size * 8 >= span)
    return math.floor(low / step - 0.25) * step, math.ceil(high / step + 0.25) * step


class HourTrend(Painted):
    """Values at equal steps, oldest first; NaN is a gap."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = name
        self._values: NDArray[np.float64] = np.empty(0)
        self._lines: tuple[Line, ...] = ()
        self._signs: tuple[Sign, ...] = ()
        self._foot = ("", "", "")
        self._number, self._unit, self._mark, self._digits = NO_VALUE, "", Mark.GOOD, 0
        self._tone = Tone.NORMAL
        self._empty = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.say(name)

    def set_title(self, title: str, empty: str) -> None:
        """Say what it is, and what to say where there is no value at all."""
        self._title, self._empty = title, empty
        self.say(title)
        self.update()

    def show_value(self, number: str, unit: str, mark: Mark, tone: Tone = Tone.NORMAL) -> None:
        """Show the value of now."""
        if (number, unit, mark, tone) != (self._number, self._unit, self._mark, self._tone):
            self._number, self._unit, self._mark, self._tone = number, unit, mark, tone
            self.say(self._title, f"{number} {unit}".strip())
            self.update(0, 0, self.width(), px(Role.VALUE.line))

    def show_hour(
        self,
        values: NDArray[np.float64],
        *,
        digits: int,
        lines: Sequence[Line] = (),
        signs: Sequence[Sign] = (),
        foot: tuple[str, str, str] = ("", "", ""),
    ) -> None:
        """Show the line. digits: decimals of the scale; foot: times at the left, in the middle and at the right."""
        self._values, self._digits = values, digits
        self._lines, self._signs, self._foot = tuple(lines), tuple(signs), foot
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(220), px(150))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(110), px(90))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        whole = self.frame()
        head, foot = px(Role.VALUE.line), px(Role.HINT.line + 2)
        plot = whole.adjusted(0, head + px(2), 0, -foot)
        with self.painter() as painter:
            self._paint_head(painter, QRectF(0, 0, whole.width(), head))
            box(painter, plot, fill=theme.bg1)
            below = QRectF(whole.left(), plot.bottom(), whole.width(), foot)
            for words, align in zip(self._foot, (LEFT, Qt.AlignmentFlag.AlignCenter, RIGHT), strict=True):
                text(painter, below, words, theme.text3, font(Role.HINT), align)
            finite = self._values[np.isfinite(self._values)]
            if finite.size == 0:
                text(painter, plot, self._empty, theme.text3, font(Role.HINT), Qt.AlignmentFlag.AlignCenter)
                return
            low, high = self._extent(float(finite.min()), float(finite.max()))
            self._paint_plot(painter, plot, low, high)

    def _paint_head(self, painter: QPainter, rect: QRectF) -> None:
        theme = current()
        width = value_width(self._number, self._unit, Role.BODY, self._mark)
        name = rect.adjusted(0, 0, -width - px(m.HALF), 0)
        text(painter, name, self._title, theme.text1, font(Role.LABEL), elide=Qt.TextElideMode.ElideRight)
        value = QRectF(rect.right() - width, rect.top(), width, rect.height())
        paint_value(painter, value, self._number, self._unit, Role.BODY, self._mark)

    def _extent(self, low: float, high: float) -> tuple[float, float]:
        reach = max(high - low, _FLAT * abs(high)) * _REACH
        near = [line.value for line in self._lines if low - reach <= line.value <= high + reach]
        return rounded(min([low, *near]), max([high, *near]), self._digits)

    def _paint_plot(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        theme = current()
        inset = px(m.QUARTER)
        line = px(Role.HINT.line)
        for words, top in ((high, plot.top() + 1), (low, plot.bottom() - line - 1)):
            label = number_text(words, self._digits)
            where = QRectF(plot.left() + inset, top, text_width(label, font(Role.HINT)), line)
            text(painter, where, label, theme.text3, font(Role.HINT))
        for limit in self._lines:
            if low < limit.value < high:
                self._paint_limit(
                    painter, plot, limit, plot.bottom() - (limit.value - low) / (high - low) * plot.height()
                )
        inside = plot.adjusted(0, 0, -px(_DOT + 2), 0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.text1, px(1.5)))
        painter.drawPath(line_path(self._values, inside, low, high))
        if np.isfinite(self._values[-1]):
            y = inside.bottom() - (float(self._values[-1]) - low) / (high - low) * inside.height()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.mark(self._tone))
            painter.drawEllipse(QPointF(inside.right(), y), px(_DOT), px(_DOT))
        size = px(_GLYPH)
        for sign in self._signs:
            x = plot.left() + sign.share * (plot.width() - size)
            paint_glyph(
                painter, QRectF(x, plot.bottom() - size - 1, size, size), sign.priority, sign.state, ring_lit=True
            )

    def _paint_limit(self, painter: QPainter, plot: QRectF, limit: Line, y: float) -> None:
        theme = current()
        pen = QPen(theme.mark(limit.tone), px(1.25))
        pen.setDashPattern(list(_DASH))
        painter.setPen(pen)
        painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
        width = text_width(limit.words, font(Role.HINT))
        above = y - plot.top() > px(Role.HINT.line) * 2
        top = y - px(Role.HINT.line) if above else y
        where = QRectF(plot.right() - width - px(m.HALF), top, width, px(Role.HINT.line))
        text(painter, where, limit.words, theme.text2, font(Role.HINT))
