"""Tell a life in dated steps: of a command, a device, an alarm; lying or standing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Tone, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, LEFT, RIGHT, text, text_width

_DOT = 5
_ROW = 44
_LYING_HEIGHT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeStep:
    """One dated step; `now` marks where things stand, `ahead` what is still expected."""

    time: str
    words: str
    note: str = ""
    now: bool = False
    ahead: bool = False


def _spoken(step: LifeStep) -> str:
    return " ".join(part for part in (step.time, step.words, step.note) if part)


class LifeLine(Painted):
    """Dots on a line with time and words."""

    def __init__(
        self,
        steps: Sequence[LifeStep] = (),
        *,
        name: str,
        orientation: Qt.Orientation = Qt.Orientation.Vertical,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._steps: tuple[LifeStep, ...] = ()
        self._standing = orientation is Qt.Orientation.Vertical
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_steps(steps, name)

    def set_steps(self, steps: Sequence[LifeStep], name: str = "") -> None:
        """Show these steps, oldest first."""
        self._steps = tuple(steps)
        self.say(name or self.accessibleName(), "; ".join(_spoken(step) for step in self._steps))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        widest = max((self._width(step) for step in self._steps), default=0.0)
        if self._standing:
            return QSize(round(widest) + px(m.GAP * 2), px(_ROW) * len(self._steps))
        return QSize(round(widest + px(m.GAP)) * len(self._steps), px(_LYING_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._steps:
            return
        with self.painter() as painter:
            dots = [self._dot(index) for index in range(len(self._steps))]
            painter.setPen(QPen(current().line2, px(2)))
            for start, end in pairwise(dots):
                painter.drawLine(start, end)
            for step, dot in zip(self._steps, dots, strict=True):
                self._paint_dot(painter, step, dot)
                self._paint_words(painter, step, dot)

    def _dot(self, index: int) -> QPointF:
        margin = px(_DOT) + 1
        if self._standing:
            return QPointF(margin, px(Role.LABEL.line) / 2 + 1 + index * px(_ROW))
        span = self.width() - 2 * margin
        return QPointF(margin + span * index / max(1, len(self._steps) - 1), margin)

    def _paint_dot(self, painter: QPainter, step: LifeStep, dot: QPointF) -> None:
        theme = current()
        line = theme.line2 if step.ahead else theme.line3
        painter.setPen(QPen(theme.text1 if step.now else line, px(1.5)))
        painter.setBrush(theme.bg2 if step.ahead else theme.text1 if step.now else theme.line3)
        painter.drawEllipse(dot, px(_DOT), px(_DOT))

    def _paint_words(self, painter: QPainter, step: LifeStep, dot: QPointF) -> None:
        theme = current()
        ink = theme.ink(Tone.MUTED if step.ahead else Tone.NORMAL)
        if self._standing:
            self._paint_standing(painter, step, dot)
            return
        width = self._width(step)
        index_left = dot.x() < width / 2
        index_right = dot.x() > self.width() - width / 2
        align = LEFT if index_left else RIGHT if index_right else CENTRE
        left = 0.0 if index_left else self.width() - width if index_right else dot.x() - width / 2
        top = px(_DOT * 2 + m.HALF)
        line = px(Role.HINT.line)
        text(painter, QRectF(left, top, width, line), step.time, ink, font(Role.HINT), align)
        text(painter, QRectF(left, top + line, width, line), step.words, theme.text3, font(Role.HINT), align)

    def _paint_standing(self, painter: QPainter, step: LifeStep, dot: QPointF) -> None:
        theme = current()
        ink = theme.ink(Tone.MUTED if step.ahead else Tone.NORMAL)
        left = px(_DOT * 2 + m.GAP)
        line = px(Role.LABEL.line)
        top = dot.y() - line / 2
        face = font(Role.LABEL, Weight.SEMIBOLD if step.now else Weight.REGULAR)
        time_width = text_width(step.time, font(Role.HINT, mono=True))
        room = self.width() - left - time_width - px(m.HALF)
        text(painter, QRectF(left, top, room, line), step.words, ink, face)
        right = QRectF(self.width() - time_width, top, time_width, line)
        text(painter, right, step.time, theme.text3, font(Role.HINT, mono=True), RIGHT)
        note = QRectF(left, top + line, self.width() - left, px(Role.HINT.line))
        text(painter, note, step.note, theme.text3, font(Role.HINT), elide=Qt.TextElideMode.ElideRight)

    def _width(self, step: LifeStep) -> float:
        words = text_width(step.words, font(Role.LABEL, Weight.SEMIBOLD))
        if self._standing:
            return px(_DOT * 2 + m.GAP) + words + px(m.GAP) + text_width(step.time, font(Role.HINT, mono=True))
        return max(text_width(step.words, font(Role.HINT)), text_width(step.time, font(Role.HINT)))
