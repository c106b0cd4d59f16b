"""Symbols of what stands in the line: arrows, regulators, check and relief valves, filters, heaters, meters.

Each is drawn about (0, 0), the middle of the pipe, in px at 100 %; the caller has scaled the painter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from widgets.mimic.description import ElementKind
from widgets.mimic.look import Look
from widgets.mimic.valve import Actuator, ValveState, paint_valve
from widgets.theme import Theme, paint_icon

LINE = 2.0
FINE = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """What a symbol is drawn with: the pipe's colour, the card behind it, the theme."""

    line: QColor
    back: QColor
    theme: Theme
    actuator: Actuator

    def fill(self, full: bool) -> QColor:
        """The pipe's colour, or the card showing through."""
        return self.line if full else self.back


Paint = Callable[[QPainter, Look, Ink], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """How a kind is drawn and how much room it takes about its place on the pipe. half: where pipes end left and right.
    stands: pipes end above and below too, at `top` and `bottom`."""

    paint: Paint
    half: float
    top: float
    bottom: float


def stroke(painter: QPainter, colour: QColor, width: float = LINE) -> None:
    """A round-jointed pen and no fill."""
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def polygon(*corners: tuple[float, float]) -> QPolygonF:
    """A closed shape."""
    return QPolygonF([QPointF(x, y) for x, y in corners])


def _joint(painter: QPainter, look: Look, ink: Ink) -> None:
    """Pipes meet without a sign."""


def _arrow(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.line)
    painter.setBrush(ink.fill(look.flowing))
    painter.drawPolygon(polygon((-9, -10), (9, 0), (-9, 10)))


def _valve(painter: QPainter, look: Look, ink: Ink) -> None:
    # A valve that is open on a pipe without flow is filled all the same: it says the position, the pipe says the flow.
    line = ink.theme.you if look.yours else ink.line
    paint_valve(
        painter,
        QRectF(-32, -30, 64, 48),
        look.state,
        line,
        actuator=ink.actuator,
        off_normal=look.off_normal,
        piped=False,
    )


def _regulator(painter: QPainter, look: Look, ink: Ink) -> None:
    line = ink.theme.you if look.yours else ink.line
    stroke(painter, line)
    painter.drawLine(QPointF(0, 0), QPointF(0, -20))
    dome = QPainterPath(QPointF(-13, -20))
    dome.arcTo(QRectF(-13, -33, 26, 26), 180, -180)
    dome.closeSubpath()
    painter.setBrush(ink.back)
    painter.drawPath(dome)
    _valve(painter, look, Ink(line=ink.line, back=ink.back, theme=ink.theme, actuator=Actuator.NONE))
    if look.share is not None:
        level_bar(painter, QRectF(19, -32, 6, 26), look.share, ink)


def level_bar(painter: QPainter, rect: QRectF, share: float, ink: Ink) -> None:
    """A standing bar filled from its foot."""
    painter.fillRect(rect, ink.theme.band if ink.theme.dark else ink.theme.bg0)
    high = rect.height() * min(1.0, max(0.0, share))
    painter.fillRect(QRectF(rect.left(), rect.bottom() - high, rect.width(), high), ink.theme.text1)


def _check(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.line)
    painter.setBrush(ink.fill(look.flowing))
    painter.drawPolygon(polygon((-10, -10), (6, 0), (-10, 10)))
    painter.drawLine(QPointF(8, -10), QPointF(8, 10))


def _relief(painter: QPainter, look: Look, ink: Ink) -> None:
    """Stands on the line and vents upwards."""
    stroke(painter, ink.line, FINE)
    painter.drawLine(QPointF(0, -4), QPointF(0, -22))
    painter.setBrush(ink.back)
    painter.drawPolygon(polygon((-7, -22), (7, -22), (0, -34)))
    painter.drawLine(QPointF(0, -34), QPointF(0, -44))
    painter.drawPolyline(QPolygonF([QPointF(-3, -41), QPointF(0, -44), QPointF(3, -41)]))


def _filter(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.line)
    painter.setBrush(ink.back)
    painter.drawRoundedRect(QRectF(-15, -30, 30, 60), 15, 15)
    stroke(painter, ink.line if look.flowing else ink.theme.line3, LINE)
    for row in range(-2, 3):
        for column in (-7.5, -2.5, 2.5, 7.5):
            painter.drawPoint(QPointF(column, row * 7.5))


def _heater(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.line)
    painter.setBrush(ink.back)
    painter.drawRoundedRect(QRectF(-40, -25, 80, 50), 7, 7)
    coil = QPainterPath(QPointF(-40, 0))
    for step in range(-32, 33):
        coil.lineTo(step, 12 * math.sin((step + 32) / 64 * 3 * 2 * math.pi))
    coil.lineTo(40, 0)
    stroke(painter, ink.line, 3.0)
    painter.drawPath(coil)
    if look.running:
        paint_icon(painter, QRectF(23, -24, 13, 13), "flame", ink.theme.text1)


def _meter(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.line)
    painter.setBrush(ink.back)
    painter.drawEllipse(QPointF(0, 0), 18, 18)
    stroke(painter, ink.line if look.flowing else ink.theme.line3, FINE)
    for side in (-5.5, 5.5):
        painter.drawEllipse(QPointF(side, 0), 5, 5)


def _detector(painter: QPainter, look: Look, ink: Ink) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.back)
    painter.drawEllipse(QPointF(0, 0), 12, 12)
    paint_icon(painter, QRectF(-12, -12, 24, 24), "leak", ink.theme.text2)


def _logger(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.theme.text2, FINE)
    painter.setBrush(ink.back)
    painter.drawRoundedRect(QRectF(-16, -44, 32, 26), 4, 4)
    painter.drawLine(QPointF(0, -18), QPointF(0, -4))
    painter.drawPolyline(QPolygonF([QPointF(-9, -28), QPointF(-4, -34), QPointF(1, -29), QPointF(9, -37)]))


def _well(painter: QPainter, look: Look, ink: Ink) -> None:
    """A shaft with its lid, and the water in it."""
    shaft = QRectF(-44, -52, 88, 104)
    if look.share is not None:
        high = (shaft.height() - 4) * min(1.0, max(0.0, look.share))
        painter.fillRect(QRectF(-42, 50 - high, 84, high), ink.theme.line2)
    stroke(painter, ink.theme.text2)
    painter.drawPolyline(QPolygonF([shaft.topLeft(), shaft.bottomLeft(), shaft.bottomRight(), shaft.topRight()]))
    if look.running:
        # The lid is open: it stands up at one side.
        painter.drawLine(QPointF(-50, -52), QPointF(-22, -74))
    else:
        painter.drawLine(QPointF(-50, -52), QPointF(50, -52))


LINE_SYMBOLS: dict[ElementKind, Symbol] = {
    ElementKind.JOINT: Symbol(paint=_joint, half=0, top=0, bottom=0),
    ElementKind.INLET: Symbol(paint=_arrow, half=9, top=11, bottom=11),
    ElementKind.OUTLET: Symbol(paint=_arrow, half=9, top=11, bottom=11),
    ElementKind.VALVE: Symbol(paint=_valve, half=16, top=31, bottom=14),
    ElementKind.REGULATOR: Symbol(paint=_regulator, half=16, top=36, bottom=14),
    ElementKind.CHECK: Symbol(paint=_check, half=10, top=12, bottom=12),
    ElementKind.RELIEF: Symbol(paint=_relief, half=0, top=46, bottom=6),
    ElementKind.FILTER: Symbol(paint=_filter, half=16, top=32, bottom=32),
    ElementKind.HEATER: Symbol(paint=_heater, half=41, top=27, bottom=27),
    ElementKind.METER: Symbol(paint=_meter, half=19, top=20, bottom=20),
    ElementKind.DETECTOR: Symbol(paint=_detector, half=13, top=13, bottom=13),
    ElementKind.LOGGER: Symbol(paint=_logger, half=18, top=46, bottom=6),
    ElementKind.WELL: Symbol(paint=_well, half=46, top=54, bottom=54),
}

__all__ = ["FINE", "LINE", "LINE_SYMBOLS", "Ink", "Symbol", "ValveState", "level_bar", "polygon", "stroke"]
