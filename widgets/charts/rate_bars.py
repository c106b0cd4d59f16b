"""Counts in equal stretches of time as bars, against a line that they should stay below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, RIGHT, text, text_width

_FOOT = 18
_GAP = 0.25
_DASH = (3.2, 2.4)
_OVER = 1.6
"""The scale reaches at least so far above the line."""


class RateBars(Painted):
    """Bars of text2; those above the line are text1: a flood is said by height and words, not by an alarm hue."""

    def __init__(self, *, name: str, height: int = 76, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[int, ...] = ()
        self._line = 0
        self._words = ""
        self._foot: tuple[str, str, str] = ("", "", "")
        self._high = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say(name)

    def show_counts(self, counts: Sequence[int], *, line: int, words: str, foot: tuple[str, str, str]) -> None:
        """Counts, oldest first; the line and what it is called; the words at the left, middle and right of the foot."""
        self._counts = tuple(counts)
        self._line = line
        self._words = words
        self._foot = foot
        self.say(self.accessibleName(), f"{words}; {', '.join(map(str, counts))}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(self._high * 4), px(self._high))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(self._high), px(self._high))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        whole = self.frame()
        plot = whole.adjusted(0, 0, 0, -px(_FOOT))
        foot = QRectF(whole.left(), plot.bottom(), whole.width(), px(_FOOT))
        top = max([self._line * _OVER, *self._counts]) or 1
        with self.painter() as painter:
            step = plot.width() / max(1, len(self._counts))
            for place, count in enumerate(self._counts):
                height = plot.height() * count / top
                bar = QRectF(plot.left() + step * place, plot.bottom() - height, step * (1 - _GAP), height)
                painter.fillRect(bar, theme.text1 if count > self._line else theme.line3)
            painter.fillRect(QRectF(plot.left(), plot.bottom() - 1, plot.width(), 1), theme.line2)
            y = plot.bottom() - plot.height() * self._line / top
            pen = QPen(theme.text2, px(1.25))
            pen.setDashPattern(list(_DASH))
            painter.setPen(pen)
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            face = font(Role.HINT)
            width = text_width(self._words, face) + px(m.QUARTER)
            label = QRectF(plot.left(), y - px(Role.HINT.line), width, px(Role.HINT.line))
            text(painter, label, self._words, theme.text2, face)
            for words, align in zip(self._foot, (Qt.AlignmentFlag.AlignLeft, CENTRE, RIGHT), strict=True):
                text(painter, foot, words, theme.text3, face, align | Qt.AlignmentFlag.AlignVCenter)
