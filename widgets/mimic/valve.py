"""Draw a valve: filled means open, hollow with a bar means closed, half means travelling (design/hmi.md §3.7)."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Theme, Tone, Weight, current, font, px
from widgets.theme.strokes import CENTRE, box, text, text_width

_GRID_WIDTH = 64.0
_GRID_HEIGHT = 48.0
_MIDDLE = 30.0
_HALF = 15.0
_RISE = 12.0
_STROKE = 2.2
_PIPE = 5.0


class ValveState(StrEnum):
    """Position as it was read back."""

    OPEN = "open"
    CLOSED = "closed"
    TRAVELLING = "travelling"
    UNKNOWN = "unknown"
    DISAGREES = "disagrees"
    UNMEASURED = "unmeasured"
    """Nobody reads it back: hollow, without bar or sign."""


class Actuator(StrEnum):
    """What moves the valve; the letters stand in the actuator."""

    NONE = ""
    HAND = "hand"
    MOTOR = "M"
    GAS_OVER_OIL = "GO"
    SLAM_SHUT = "S"


def paint_valve(
    painter: QPainter,
    rect: QRectF,
    state: ValveState,
    colour: QColor,
    *,
    actuator: Actuator = Actuator.NONE,
    off_normal: bool = False,
    ring: Tone | None = None,
    piped: bool = True,
) -> None:
    """Draw a valve on a lying pipe inside a rectangle of 64 by 48 parts. `ring` marks reservation or selection; not
    `piped`, the pipe is somebody else's."""
    theme = current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scale = min(rect.width() / _GRID_WIDTH, rect.height() / _GRID_HEIGHT)
    painter.translate(rect.center().x() - scale * _GRID_WIDTH / 2, rect.center().y() - scale * _GRID_HEIGHT / 2)
    painter.scale(scale, scale)
    if piped:
        _paint_pipe(painter, colour, flowing=state is ValveState.OPEN)
    moving = state is ValveState.TRAVELLING
    body = theme.you if moving else colour
    _paint_actuator(painter, theme, actuator, body)
    _paint_bow(painter, state, body)
    if off_normal:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.emphasis, 1.0 / scale if scale > 1 else 1.0))
        painter.drawEllipse(QPointF(32, _MIDDLE), 18.5, 16.5)
    if ring is not None:
        box(painter, QRectF(8, 2, 48, 45), line=theme.mark(ring), width=1.5, radius=4)
    _paint_sign(painter, theme, state)
    painter.restore()


def _paint_pipe(painter: QPainter, colour: QColor, *, flowing: bool) -> None:
    for left, right in ((0.0, 32 - _HALF), (32 + _HALF, _GRID_WIDTH)):
        pipe = QRectF(left, _MIDDLE - _PIPE / 2, right - left, _PIPE)
        if flowing:
            painter.fillRect(pipe, colour)
        else:
            painter.setPen(QPen(colour, 1.2))
            painter.drawLine(pipe.topLeft(), pipe.topRight())
            painter.drawLine(pipe.bottomLeft(), pipe.bottomRight())


def _paint_bow(painter: QPainter, state: ValveState, colour: QColor) -> None:
    pen = QPen(colour, _STROKE)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if state in (ValveState.UNKNOWN, ValveState.DISAGREES):
        pen.setStyle(Qt.PenStyle.SolidLine)
    painter.setPen(pen)
    filled = {ValveState.OPEN: (True, True), ValveState.TRAVELLING: (True, False)}.get(state, (False, False))
    for side, full in zip((-1, 1), filled, strict=True):
        painter.setBrush(colour if full else current().bg2)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(32 + side * _HALF, _MIDDLE - _RISE),
                    QPointF(32, _MIDDLE),
                    QPointF(32 + side * _HALF, _MIDDLE + _RISE),
                ]
            )
        )
    if state is ValveState.CLOSED:
        painter.drawLine(QPointF(32, _MIDDLE - _RISE), QPointF(32, _MIDDLE + _RISE))
    if state is ValveState.TRAVELLING:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for step in (0, 6):
            painter.drawPolyline(QPolygonF([QPointF(48, 6), QPointF(53, 11), QPointF(48, 16)]).translated(step, 0))


def _paint_actuator(painter: QPainter, theme: Theme, actuator: Actuator, colour: QColor) -> None:
    if actuator is Actuator.NONE:
        return
    painter.setPen(QPen(colour, 1.6))
    painter.drawLine(QPointF(32, _MIDDLE), QPointF(32, 12))
    if actuator is Actuator.HAND:
        painter.drawLine(QPointF(25, 12), QPointF(39, 12))
        return
    painter.setBrush(theme.bg2)
    if actuator is Actuator.MOTOR:
        painter.drawEllipse(QPointF(32, 7.5), 6.5, 6.5)
    else:
        painter.drawRoundedRect(QRectF(32 - 8.5, 1, 17, 13), 2, 2)
    painter.save()
    painter.translate(32, 7.5)
    painter.scale(9 / px(Role.MICRO.size), 9 / px(Role.MICRO.size))
    face = font(Role.MICRO, Weight.BOLD)
    text(painter, QRectF(-50, -50, 100, 100), actuator.value, theme.text1, face, CENTRE)
    painter.restore()


def _paint_sign(painter: QPainter, theme: Theme, state: ValveState) -> None:
    """`?` or `≠` on its own plate beside the bow, never inside it."""
    signs = {ValveState.UNKNOWN: "?", ValveState.DISAGREES: "\u2260"}
    if state not in signs:
        return
    plate = QRectF(46, 4, 15, 15)
    box(painter, plate, fill=theme.bg2, line=theme.text2, width=1.2, radius=2)
    painter.save()
    painter.translate(plate.center())
    painter.scale(11 / px(Role.MICRO.size), 11 / px(Role.MICRO.size))
    text(painter, QRectF(-50, -50, 100, 100), signs[state], theme.text1, font(Role.MICRO, Weight.BOLD), CENTRE)
    painter.restore()


class ValveSymbol(Painted):
    """A valve with its state as a word below, for dialogs and lists."""

    def __init__(
        self,
        state: ValveState = ValveState.UNKNOWN,
        words: str = "",
        *,
        actuator: Actuator = Actuator.NONE,
        pipe: str = "mpa",
        size: int = 64,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._words = words
        self._actuator = actuator
        self._pipe = pipe
        self._size = size
        self._off_normal = False
        self._ring: Tone | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(words)

    def show_state(self, state: ValveState, words: str, *, off_normal: bool = False, ring: Tone | None = None) -> None:
        """Show a position and its word, such as OPEN; `ring` marks your selection or reservation."""
        self._state, self._words, self._off_normal, self._ring = state, words, off_normal, ring
        self.say(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        symbol = px(self._size * _GRID_HEIGHT / _GRID_WIDTH)
        words = px(Role.VALUE.line) if self._words else 0
        width = text_width(self._words, font(Role.VALUE, Weight.SEMIBOLD))
        return QSize(max(px(self._size), round(width + 0.5)), symbol + words)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with self.painter() as painter:
            height = px(self._size * _GRID_HEIGHT / _GRID_WIDTH)
            where = QRectF(0, 0, px(self._size), height)
            paint_valve(
                painter,
                where,
                self._state,
                theme.pipes[self._pipe].colour,
                actuator=self._actuator,
                off_normal=self._off_normal,
                ring=self._ring,
            )
            below = QRectF(0, height, self.width(), px(Role.VALUE.line))
            text(painter, below, self._words, theme.text1, font(Role.VALUE, Weight.SEMIBOLD))
