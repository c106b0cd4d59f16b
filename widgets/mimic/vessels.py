"""Symbols of what holds, heats or moves gas at storage and filling stations: tanks, spheres, vaporisers, machines.

Drawn as in `symbols`: about (0, 0), in px at 100 %.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from widgets.mimic.description import ElementKind
from widgets.mimic.look import Look
from widgets.mimic.symbols import FINE, LINE, Ink, Symbol, polygon, stroke
from widgets.theme import paint_icon


def _filled(painter: QPainter, shape: QPainterPath, look: Look, ink: Ink) -> None:
    """A vessel with its level inside."""
    painter.fillPath(shape, ink.back)
    if look.share is not None:
        box = shape.boundingRect()
        high = box.height() * min(1.0, max(0.0, look.share))
        painter.save()
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.fillRect(QRectF(box.left(), box.bottom() - high, box.width(), high), ink.theme.line2)
        painter.restore()
    stroke(painter, ink.line, LINE)
    painter.drawPath(shape)


def _rounded(rect: QRectF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


def _tank(painter: QPainter, look: Look, ink: Ink) -> None:
    """A lying vessel on two saddles."""
    _filled(painter, _rounded(QRectF(-52, -24, 104, 48), 24), look, ink)
    for side in (-30, 30):
        painter.drawLine(QPointF(side, 24), QPointF(side, 31))
        painter.drawLine(QPointF(side - 8, 31), QPointF(side + 8, 31))


def _sphere(painter: QPainter, look: Look, ink: Ink) -> None:
    ball = QPainterPath()
    ball.addEllipse(QPointF(0, 0), 38, 38)
    _filled(painter, ball, look, ink)
    for side in (-1, 1):
        painter.drawLine(QPointF(side * 27, 27), QPointF(side * 32, 46))


def _odoriser(painter: QPainter, look: Look, ink: Ink) -> None:
    """A dosing tank under the line."""
    stroke(painter, ink.line, FINE)
    painter.drawLine(QPointF(0, 5), QPointF(0, 44))
    painter.setBrush(ink.line)
    painter.drawPolygon(polygon((-4, 12), (4, 12), (0, 4)))
    tank = Ink(line=ink.theme.text2, back=ink.back, theme=ink.theme, actuator=ink.actuator)
    _filled(painter, _rounded(QRectF(-18, 44, 36, 46), 6), look, tank)
    paint_icon(painter, QRectF(-7, 48, 14, 14), "leak", ink.theme.text2)


def _vaporiser(painter: QPainter, look: Look, ink: Ink) -> None:
    """Liquid in, gas out: a box with fins."""
    stroke(painter, ink.line)
    painter.setBrush(ink.back)
    painter.drawRoundedRect(QRectF(-26, -30, 52, 60), 5, 5)
    stroke(painter, ink.line if look.running is not False else ink.theme.line3, FINE)
    for x in (-14, 0, 14):
        fin = [QPointF(x + (4 if step % 2 else -4), -20 + step * 8) for step in range(6)]
        painter.drawPolyline(QPolygonF(fin))


def _compressor(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.line)
    painter.setBrush(ink.fill(bool(look.running)))
    painter.drawEllipse(QPointF(0, 0), 22, 22)
    stroke(painter, ink.back if look.running else ink.line, LINE)
    painter.drawLine(QPointF(-17, -14), QPointF(20, -7))
    painter.drawLine(QPointF(-17, 14), QPointF(20, 7))


def _pump(painter: QPainter, look: Look, ink: Ink) -> None:
    stroke(painter, ink.line)
    painter.setBrush(ink.fill(bool(look.running)))
    painter.drawEllipse(QPointF(0, 0), 18, 18)
    stroke(painter, ink.back if look.running else ink.line, LINE)
    painter.drawPolygon(polygon((-8, -11), (14, 0), (-8, 11)))


def _dispenser(painter: QPainter, look: Look, ink: Ink) -> None:
    """A column with a display and a hose."""
    stroke(painter, ink.line)
    painter.setBrush(ink.back)
    painter.drawRoundedRect(QRectF(-16, -28, 32, 56), 4, 4)
    painter.setBrush(ink.fill(look.flowing))
    painter.drawRect(QRectF(-9, -20, 18, 12))
    stroke(painter, ink.line, FINE)
    hose = QPainterPath(QPointF(16, -10))
    hose.cubicTo(QPointF(30, -10), QPointF(28, 10), QPointF(24, 22))
    painter.drawPath(hose)


def _scale(painter: QPainter, look: Look, ink: Ink) -> None:
    """A cylinder on its scale, filled as far as it weighs."""
    _filled(painter, _rounded(QRectF(-13, -22, 26, 40), 8), look, ink)
    painter.drawRect(QRectF(-4, -29, 8, 7))
    painter.drawLine(QPointF(-20, 22), QPointF(20, 22))


VESSELS: dict[ElementKind, Symbol] = {
    ElementKind.ODORISER: Symbol(paint=_odoriser, half=0, top=6, bottom=92),
    ElementKind.TANK: Symbol(paint=_tank, half=53, top=26, bottom=33),
    ElementKind.SPHERE: Symbol(paint=_sphere, half=39, top=40, bottom=48),
    ElementKind.VAPORISER: Symbol(paint=_vaporiser, half=27, top=32, bottom=32),
    ElementKind.COMPRESSOR: Symbol(paint=_compressor, half=23, top=24, bottom=24),
    ElementKind.PUMP: Symbol(paint=_pump, half=19, top=20, bottom=20),
    ElementKind.DISPENSER: Symbol(paint=_dispenser, half=28, top=30, bottom=30),
    ElementKind.SCALE: Symbol(paint=_scale, half=22, top=32, bottom=26),
}
