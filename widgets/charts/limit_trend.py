"""A small trend with its alarm limits as dashed lines: where the value came from, and how far it is off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.charts.sparkline import line_path
from widgets.theme import Painted, Role, Tone, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import RIGHT, box, text, text_width

_HEIGHT = 120
_FOOT = 18
_DASH = (3.2, 2.4)
_ROOM = 0.08
"""Share of the span left free above and below."""
_DOT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """A limit in the value's unit, what it is called ("LL 0.280") and how urgent crossing it is."""

    value: float
    words: str
    tone: Tone


class LimitTrend(Painted):
    """Values at equal steps, oldest first; NaN is a gap. The words at the foot say from when to when."""

    def __init__(self, *, name: str, height: int = _HEIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float64] = np.empty(0)
        self._limits: tuple[LimitLine, ...] = ()
        self._foot = ("", "")
        self._empty = ""
        self._tone = Tone.NORMAL
        self._high = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say(name)

    def show_values(
        self,
        values: NDArray[np.float64],
        limits: Sequence[LimitLine],
        *,
        start: str,
        end: str,
        tone: Tone = Tone.NORMAL,
        empty: str = "",
    ) -> None:
        """Show these; `tone` is that of the dot at the last value, `empty` is said where there is no value at all."""
        self._values = values
        self._limits = tuple(limits)
        self._foot = (start, end)
        self._tone = tone
        self._empty = empty
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(self._high * 2), px(self._high))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(self._high), px(self._high))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        whole = self.frame()
        plot = whole.adjusted(0, 0, 0, -px(_FOOT))
        foot = QRectF(whole.left(), plot.bottom(), whole.width(), px(_FOOT))
        with self.painter() as painter:
            box(painter, plot, fill=theme.bg1)
            text(painter, foot, self._foot[0], theme.text3, font(Role.HINT))
            text(painter, foot, self._foot[1], theme.text3, font(Role.HINT), RIGHT)
            finite = self._values[np.isfinite(self._values)]
            if finite.size == 0:
                text(painter, plot, self._empty, theme.text3, font(Role.HINT), Qt.AlignmentFlag.AlignCenter)
                return
            low, high = self._extent(finite)
            self._paint_limits(painter, plot, low, high)
            self._paint_line(painter, plot, low, high)

    def _extent(self, finite: NDArray[np.float64]) -> tuple[float, float]:
        """Values and every limit near them; a limit far away would flatten the line."""
        low, high = float(finite.min()), float(finite.max())
        reach = max(high - low, abs(high) * _ROOM)
        near = [line.value for line in self._limits if low - 2 * reach <= line.value <= high + 2 * reach]
        low, high = min([low, *near]), max([high, *near])
        room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
        return low - room, high + room

    def _paint_limits(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        theme = current()
        taken: list[QRectF] = []
        for line in self._limits:
            if not low <= line.value <= high:
                continue
            y = plot.bottom() - (line.value - low) / (high - low) * plot.height()
            pen = QPen(theme.mark(line.tone), px(1.25))
            pen.setDashPattern(list(_DASH))
            painter.setPen(pen)
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            # The words stand on the side of the line that has more room.
            above = y - plot.top() > px(Role.HINT.line)
            top = y - px(Role.HINT.line) if above else y
            words = QRectF(
                plot.left() + px(m.QUARTER), top, text_width(line.words, font(Role.HINT)), px(Role.HINT.line)
            )
            # Two limits close together: the one named first keeps its words.
            if not any(words.intersects(other) for other in taken):
                text(painter, words, line.words, theme.text2, font(Role.HINT))
                taken.append(words)

    def _paint_line(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        theme = current()
        inside = plot.adjusted(0, 0, -px(m.HALF), 0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.text1, px(1.5)))
        painter.drawPath(line_path(self._values, inside, low, high))
        if np.isfinite(self._values[-1]):
            y = inside.bottom() - (float(self._values[-1]) - low) / (high - low) * inside.height()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.mark(self._tone))
            painter.drawEllipse(QPointF(inside.right(), y), px(_DOT), px(_DOT))
