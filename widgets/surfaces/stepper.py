"""Show how far a procedure has come: numbered steps in a row, done, now and still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Weight, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, text, text_width

_RING = 28
_HEIGHT = 48
_SHORTEST_LINE = 24


class StepState(StrEnum):
    """Where a step stands."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its words, where it stands, and a note such as its time."""

    words: str
    state: StepState = StepState.AHEAD
    note: str = ""


class Stepper(Painted):
    """Select, check, request, approve, execute, verify: a row of rings joined by lines."""

    def __init__(self, steps: Sequence[Step] = (), *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[Step, ...] = ()
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_steps(steps, name)

    def set_steps(self, steps: Sequence[Step], name: str = "") -> None:
        """Show these steps."""
        self._steps = tuple(steps)
        self._name = name or self._name
        running = [step for step in self._steps if step.state in (StepState.NOW, StepState.FAILED)]
        self.say(self._name, ", ".join(f"{step.words} {step.note}".strip() for step in running))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        needed = sum(self._words_width(step) + px(_RING + m.HALF + _SHORTEST_LINE + m.GAP) for step in self._steps)
        return QSize(round(needed), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._steps:
            return
        pitch = self._pitch()
        with self.painter() as painter:
            for index, step in enumerate(self._steps):
                left = index * pitch
                self._paint_ring(painter, left, index + 1, step)
                self._paint_words(painter, left, step)
                if index + 1 < len(self._steps):
                    start = left + px(_RING + m.HALF) + self._words_width(step) + px(m.GAP)
                    self._paint_line(painter, start, left + pitch - px(m.HALF), step)

    def _pitch(self) -> float:
        last = px(_RING + m.HALF) + self._words_width(self._steps[-1])
        gaps = len(self._steps) - 1
        return (self.width() - last) / gaps if gaps else 0.0

    def _words_width(self, step: Step) -> float:
        return max(text_width(step.words, font(Role.BODY, Weight.SEMIBOLD)), text_width(step.note, font(Role.HINT)))

    def _paint_ring(self, painter: QPainter, left: float, number: int, step: Step) -> None:
        theme = current()
        line = px(1.5)
        ring = QRectF(left + line / 2, line / 2, px(_RING) - line, px(_RING) - line)
        fills = {
            StepState.DONE: (theme.bg4, theme.text2),
            StepState.NOW: (theme.you, theme.you),
            StepState.AHEAD: (theme.bg2, theme.line2),
            StepState.FAILED: (theme.bg4, theme.text1),
        }
        fill, edge = fills[step.state]
        painter.setPen(QPen(edge, line))
        painter.setBrush(fill)
        painter.drawEllipse(ring)
        signs = {StepState.DONE: "check", StepState.FAILED: "cross"}
        if step.state in signs:
            size = px(m.ICON_ROW)
            where = QRectF(ring.center().x() - size / 2, ring.center().y() - size / 2, size, size)
            paint_icon(painter, where, signs[step.state], theme.text1)
            return
        ink = theme.on_you if step.state is StepState.NOW else theme.text3
        text(painter, ring, str(number), ink, font(Role.LABEL, Weight.SEMIBOLD), CENTRE)

    def _paint_words(self, painter: QPainter, left: float, step: Step) -> None:
        theme = current()
        inks = {
            StepState.DONE: theme.text1,
            StepState.NOW: theme.you,
            StepState.AHEAD: theme.text3,
            StepState.FAILED: theme.text1,
        }
        strong = step.state in (StepState.NOW, StepState.FAILED)
        face = font(Role.BODY, Weight.SEMIBOLD if strong else Weight.MEDIUM)
        x = left + px(_RING + m.HALF)
        width = self._words_width(step)
        text(painter, QRectF(x, 0, width, px(_RING)), step.words, inks[step.state], face)
        text(painter, QRectF(x, px(_RING), width, px(Role.HINT.line)), step.note, theme.text3, font(Role.HINT))

    def _paint_line(self, painter: QPainter, start: float, end: float, step: Step) -> None:
        theme = current()
        painter.setPen(QPen(theme.text2 if step.state is StepState.DONE else theme.line2, px(1.5)))
        middle = px(_RING) / 2
        painter.drawLine(QPointF(start, middle), QPointF(end, middle))
