"""Paint the symbols of a map, once each, into one picture that both the web page and the schematic draw from.

Names: a shape ("well"; "valve" is one turned by hand);
"valve:STATE:TIER"; "vehicle:hollow"; "sign:?"; "alarm:PRIORITY:STATE" with ":lit" or ":dim".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from widgets.maps.scene import SIZES, Shape
from widgets.mimic import ValveState
from widgets.notices.glyph import GlyphState, paint_glyph
from widgets.theme import Role, Theme, Weight, font, paint_icon
from widgets.theme.strokes import CENTRE, box, text

GLYPH: Final = 22
_SIGN: Final = 12
_CELL: Final = 32
_COLUMNS: Final = 12
_SIGNS: Final = {"sign:?": "?", "sign:≠": "≠"}
_HIDDEN: Final = frozenset({GlyphState.NONE})

Paint = Callable[[QPainter, QRectF, Theme], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """All sprites in one image, and where each is: left, top, edge in px of the screen at device ratio 1."""

    image: QImage
    places: dict[str, tuple[float, float, float]]
    ratio: float


def valve_sprite(state: ValveState, tier: str) -> str:
    """The body of a valve in this state, in the colour of its pipe."""
    return f"valve:{state.value}:{tier}"


def sign_of(state: ValveState) -> str:
    """The plate beside a valve whose state is not known for sure."""
    return {ValveState.UNKNOWN: "sign:?", ValveState.DISAGREES: "sign:≠"}.get(state, "")


def alarm_sprite(priority: int, state: GlyphState) -> str:
    """The glyph beside an alarmed symbol; the beat is added by whoever draws it."""
    return f"alarm:{priority}:{state.value}"


def paint_shape(painter: QPainter, rect: QRectF, theme: Theme, shape: Shape, valve: ValveState) -> None:
    """One symbol alone, as lists show it; a valve in this state."""
    painter.save()
    paint = _valve(valve, "mpa") if shape is Shape.VALVE else _PLAIN[shape]
    paint(painter, rect, theme)
    painter.restore()


def atlas(theme: Theme, ratio: float) -> Atlas:
    """Paint every sprite at the theme's scale for a screen with this many device px a px."""
    names = tuple(_every(theme))
    cell = theme.px(_CELL)
    rows = -(-len(names) // _COLUMNS)
    image = QImage(
        round(cell * _COLUMNS * ratio), round(cell * rows * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    places: dict[str, tuple[float, float, float]] = {}
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    for number, (name, size, paint) in enumerate(names):
        row, column = divmod(number, _COLUMNS)
        left, top, edge = float(column * cell), float(row * cell), float(theme.px(size))
        painter.save()
        paint(painter, QRectF(left, top, edge, edge), theme)
        painter.restore()
        places[name] = (left, top, edge)
    painter.end()
    return Atlas(image=image, places=places, ratio=ratio)


def _every(theme: Theme) -> Iterator[tuple[str, int, Paint]]:
    """(name, edge in px at 100 %, how to paint it)."""
    for shape, paint in _PLAIN.items():
        yield shape.value, SIZES[shape], paint
    yield "vehicle:hollow", SIZES[Shape.VEHICLE], _hollow_vehicle
    for state, tier in product(ValveState, theme.pipes):
        yield valve_sprite(state, tier), SIZES[Shape.VALVE], _valve(state, tier)
    for name, words in _SIGNS.items():
        yield name, _SIGN, _sign(words)
    for priority, glyph in product((1, 2, 3, 4), (state for state in GlyphState if state not in _HIDDEN)):
        for beat, lit in (("lit", True), ("dim", False)):
            yield f"{alarm_sprite(priority, glyph)}:{beat}", GLYPH, _glyph(priority, glyph, lit)


def _glyph(priority: int, state: GlyphState, lit: bool) -> Paint:
    return lambda painter, rect, _theme: paint_glyph(painter, rect, priority, state, ring_lit=lit)


def _valve(state: ValveState, tier: str) -> Paint:
    def paint(painter: QPainter, rect: QRectF, theme: Theme) -> None:
        moving = state is ValveState.TRAVELLING
        colour = theme.you if moving else theme.pipes[tier].colour
        _bow(painter, rect.adjusted(1, 1, -1, -1), theme, colour, state)

    return paint


def _bow(painter: QPainter, rect: QRectF, theme: Theme, colour: QColor, state: ValveState) -> None:
    """A bow-tie on a pipe that runs from left to right: filled open, hollow with a bar closed, half travelling."""
    middle, half, rise = rect.center(), rect.width() / 2, rect.height() * 0.34
    pen = QPen(colour, max(1.5, rect.width() / 12))
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    full = {ValveState.OPEN: (-1, 1), ValveState.TRAVELLING: (-1,)}.get(state, ())
    for side in (-1, 1):
        painter.setBrush(colour if side in full else theme.ground["land"])
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(middle.x() + side * half * 0.86, middle.y() - rise),
                    middle,
                    QPointF(middle.x() + side * half * 0.86, middle.y() + rise),
                ]
            )
        )
    if state is ValveState.CLOSED:
        painter.drawLine(QPointF(middle.x(), middle.y() - rise * 1.15), QPointF(middle.x(), middle.y() + rise * 1.15))


def _hand_valve(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """A valve that nothing watches: filled, as it is drawn, with the T of its handle."""
    edge = rect.adjusted(1, 1, -1, -1)
    colour = theme.pipes["mpa"].colour
    _bow(painter, edge, theme, colour, ValveState.OPEN)
    middle, top = edge.center(), edge.top() + 1
    painter.drawLine(middle, QPointF(middle.x(), top))
    painter.drawLine(QPointF(middle.x() - edge.width() / 4, top), QPointF(middle.x() + edge.width() / 4, top))


def _station(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    edge = rect.adjusted(1, 1, -1, -1)
    box(painter, edge, fill=theme.bg0 if theme.dark else theme.bg3, line=theme.text1, width=2.0, radius=5)
    inner = edge.adjusted(4, 4, -4, -4)
    _bow(painter, inner, theme, theme.text1, ValveState.OPEN)


def _supply(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """A station through which gas comes in: an arrow into a vessel."""
    edge = rect.adjusted(1, 1, -1, -1)
    box(painter, edge, fill=theme.bg0 if theme.dark else theme.bg3, line=theme.text1, width=2.0, radius=5)
    middle, reach = edge.center(), edge.width() * 0.24
    painter.setPen(QPen(theme.text1, 2.0))
    painter.drawLine(QPointF(middle.x() - reach, middle.y()), QPointF(middle.x() + reach, middle.y()))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(
        QPolygonF(
            [
                QPointF(middle.x() + reach * 0.2, middle.y() - reach * 0.8),
                QPointF(middle.x() + reach, middle.y()),
                QPointF(middle.x() + reach * 0.2, middle.y() + reach * 0.8),
            ]
        )
    )


def _well(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    edge = rect.adjusted(1.5, 1.5, -1.5, -1.5)
    painter.setPen(QPen(theme.text2, 1.5))
    painter.setBrush(theme.ground["land"])
    painter.drawEllipse(edge)
    painter.drawLine(QPointF(edge.left(), edge.center().y()), QPointF(edge.right(), edge.center().y()))


def _detector(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    paint_icon(painter, rect, "leak", theme.text2)


def _cabinet(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """A small box with its door line."""
    edge = rect.adjusted(1.5, 1.5, -1.5, -1.5)
    box(painter, edge, fill=theme.ground["land"], line=theme.text2, width=1.5, radius=2)
    painter.setPen(QPen(theme.text2, 1.2))
    painter.drawLine(QPointF(edge.center().x(), edge.top() + 2.5), QPointF(edge.center().x(), edge.bottom() - 2.5))


def _logger(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """A gauge: an open arc and its needle."""
    edge = rect.adjusted(1.5, 1.5, -1.5, -1.5)
    painter.setPen(QPen(theme.text2, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(edge, -30 * 16, 240 * 16)
    painter.drawLine(edge.center(), QPointF(edge.right() - 2, edge.top() + 2.5))


def _customer(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    _disc(painter, rect, theme.bg1 if theme.dark else theme.bg3, theme.text2)
    paint_icon(painter, rect.adjusted(5, 5, -5, -5), "works", theme.text2)


def _vehicle(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    _disc(painter, rect, theme.text1, theme.text1)
    paint_icon(painter, rect.adjusted(5, 5, -5, -5), "vehicle", theme.bg1)


def _hollow_vehicle(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """Its last position is old."""
    _disc(painter, rect, theme.bg1, theme.text2)
    paint_icon(painter, rect.adjusted(5, 5, -5, -5), "vehicle", theme.text2)


def _confined(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The mouth of a tunnel."""
    edge = rect.adjusted(2.5, 2, -2.5, -2)
    painter.setPen(QPen(theme.text2, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(edge.left(), edge.top(), edge.width(), edge.width()), 0, 180 * 16)
    half = edge.top() + edge.width() / 2
    painter.drawLine(QPointF(edge.left(), half), QPointF(edge.left(), edge.bottom()))
    painter.drawLine(QPointF(edge.right(), half), QPointF(edge.right(), edge.bottom()))


def _other(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    edge = rect.adjusted(2, 2, -2, -2)
    box(painter, edge, line=theme.text2, width=1.5, radius=2)


def _disc(painter: QPainter, rect: QRectF, fill: QColor, line: QColor) -> None:
    painter.setPen(QPen(line, 1.5))
    painter.setBrush(fill)
    painter.drawEllipse(rect.adjusted(1, 1, -1, -1))


def _sign(words: str) -> Paint:
    def paint(painter: QPainter, rect: QRectF, theme: Theme) -> None:
        box(painter, rect, fill=theme.bg2, line=theme.text2, width=1.2, radius=2)
        painter.translate(rect.center())
        face = font(Role.MICRO, Weight.BOLD)
        share = rect.height() * 0.82 / max(1, face.pixelSize())
        painter.scale(share, share)
        text(painter, QRectF(-50, -50, 100, 100), words, theme.text1, face, CENTRE)

    return paint


_PLAIN: Final[dict[Shape, Paint]] = {
    Shape.STATION: _station,
    Shape.SUPPLY: _supply,
    Shape.VALVE: _hand_valve,
    Shape.WELL: _well,
    Shape.DETECTOR: _detector,
    Shape.CABINET: _cabinet,
    Shape.LOGGER: _logger,
    Shape.CUSTOMER: _customer,
    Shape.VEHICLE: _vehicle,
    Shape.CONFINED: _confined,
    Shape.OTHER: _other,
}
