"""A small extract of a network around one thing: pipes by pressure class, valves beside them, the thing in a ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.mimic.valve import ValveState, paint_valve
from widgets.theme import Painted, Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, box, text, text_width

_WIDTH = 196
_HEIGHT = 116
_RING = 17
_VALVE = 20
_DOT = 3
_SHARE_OF_SCALE = 0.3
_STEPS = (1, 2, 5)
_PAD = 3


class MarkKind(StrEnum):
    """What stands beside the pipes."""

    VALVE = "valve"
    STATION = "station"
    WELL = "well"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatorLine:
    """A pipe in metres east and north of the thing. pipe: its class, "hp" to "lp". lit: it belongs to the subject."""

    x1: float
    y1: float
    x2: float
    y2: float
    pipe: str
    lit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatorMark:
    """A thing in metres east and north; a name is written beside it. partner: commanded together with the subject."""

    x: float
    y: float
    kind: MarkKind
    name: str = ""
    partner: bool = False
    state: ValveState = ValveState.OPEN


class LocatorMap(Painted):
    """North is up. The middle is where the thing stands, ringed in blue; nothing here can be pressed."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[LocatorLine, ...] = ()
        self._marks: tuple[LocatorMark, ...] = ()
        self._radius_m = 1.0
        self._state = ValveState.UNKNOWN
        self._station = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(name)

    def show_place(
        self,
        lines: Sequence[LocatorLine],
        marks: Sequence[LocatorMark],
        *,
        radius_m: float,
        state: ValveState = ValveState.UNKNOWN,
        station: bool = False,
    ) -> None:
        """Draw what lies within `radius_m`. state: how the valve in the middle stands; station: it is no valve."""
        self._lines, self._marks, self._radius_m = tuple(lines), tuple(marks), max(1.0, radius_m)
        self._state, self._station = state, station
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_WIDTH), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = self.frame()
        with self.painter() as painter:
            clip = QPainterPath()
            clip.addRoundedRect(rect, px(m.RADIUS_CONTROL), px(m.RADIUS_CONTROL))
            painter.setClipPath(clip)
            painter.fillRect(rect, theme.ground["land"])
            for lit in (False, True):
                for line in self._lines:
                    if line.lit is lit:
                        self._paint_line(painter, line)
            for mark in self._marks:
                self._paint_mark(painter, mark)
            self._paint_subject(painter)
            self._paint_scale(painter)
            box(painter, rect, line=theme.line1)

    def _at(self, x: float, y: float) -> QPointF:
        share = min(self.width(), self.height()) / 2 / self._radius_m
        return QPointF(self.width() / 2 + x * share, self.height() / 2 - y * share)

    def _paint_line(self, painter: QPainter, line: LocatorLine) -> None:
        theme = current()
        pipe = theme.pipes[line.pipe]
        start, end = self._at(line.x1, line.y1), self._at(line.x2, line.y2)
        if line.lit:
            painter.setPen(QPen(theme.you, px(pipe.width) + 2 * px(2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(start, end)
        painter.setPen(QPen(pipe.colour, px(pipe.width), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(start, end)

    def _paint_mark(self, painter: QPainter, mark: LocatorMark) -> None:
        theme = current()
        at = self._at(mark.x, mark.y)
        if mark.kind is MarkKind.WELL:
            painter.setPen(QPen(theme.text3, px(1)))
            painter.setBrush(theme.ground["land"])
            painter.drawEllipse(at, px(_DOT), px(_DOT))
        elif mark.kind is MarkKind.STATION:
            self._paint_station(painter, at)
        else:
            self._paint_valve(painter, at, mark.state)
        if not self.frame().contains(at):
            return
        if mark.partner:
            painter.setPen(QPen(theme.you, px(1.5), Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, px(_RING) - 4, px(_RING) - 4)
        self._paint_name(painter, at, mark.name)

    def _paint_subject(self, painter: QPainter) -> None:
        theme = current()
        at = self._at(0, 0)
        if self._station:
            self._paint_station(painter, at)
        else:
            self._paint_valve(painter, at, self._state)
        painter.setPen(QPen(theme.you, px(2)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, px(_RING), px(_RING))

    def _paint_valve(self, painter: QPainter, at: QPointF, state: ValveState) -> None:
        width = px(_VALVE)
        # The symbol's middle lies below that of its box.
        rect = QRectF(at.x() - width / 2, at.y() - width * 0.47, width, width * 0.75)
        paint_valve(painter, rect, state, current().text1)

    def _paint_station(self, painter: QPainter, at: QPointF) -> None:
        theme = current()
        half = px(_VALVE) / 2 - 2
        box(
            painter,
            QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half),
            fill=theme.bg2,
            line=theme.text1,
            width=1.5,
        )
        paint_valve(painter, QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half), ValveState.OPEN, theme.text1)

    def _paint_name(self, painter: QPainter, at: QPointF, name: str) -> None:
        if not name:
            return
        theme = current()
        face = font(Role.MICRO, Weight.SEMIBOLD, mono=True)
        width, height = text_width(name, face) + 2 * px(_PAD), px(Role.MICRO.line)
        left = at.x() + px(_RING) if at.x() < self.width() / 2 else at.x() - px(_RING) - width
        left = max(px(_PAD), min(left, self.width() - width - px(_PAD)))
        top = max(px(_PAD), min(at.y() - height / 2, self.height() - height - px(_PAD)))
        plate = QRectF(left, top, width, height)
        box(painter, plate, fill=theme.bg2, radius=2)
        text(painter, plate.adjusted(px(_PAD), 0, 0, 0), name, theme.text1, face, LEFT)

    def _paint_scale(self, painter: QPainter) -> None:
        """A bar of a round length at the foot."""
        theme = current()
        share = min(self.width(), self.height()) / 2 / self._radius_m
        length = _round_length(self.width() * _SHARE_OF_SCALE / share)
        left, base = float(px(m.HALF)), self.height() - float(px(m.HALF))
        high = px(Role.MICRO.line)
        said = f"{length:g} m"
        wide = max(length * share, text_width(said, font(Role.MICRO)))
        plate = QRectF(left - px(_PAD), base - high - px(_PAD), wide + 2 * px(_PAD), high + 2 * px(_PAD))
        box(painter, plate, fill=theme.ground["land"], radius=2)
        painter.setPen(QPen(theme.text2, px(1.5)))
        painter.drawLine(QPointF(left, base), QPointF(left + length * share, base))
        text(painter, QRectF(left, base - high - 2, wide, high), said, theme.text2, font(Role.MICRO), LEFT)


def _round_length(most: float) -> float:
    """The longest of 1, 2, 5, 10 … that is no longer."""
    size = 1.0
    while size * 10 <= most:
        size *= 10
    return max((step * size for step in _STEPS if step * size <= most), default=size)
