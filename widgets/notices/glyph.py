"""Draw the alarm glyph: shape, numeral and hue say the priority, fill, ring and letter say the state (hmi.md §3.4)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.notices.blink import shared_blink
from widgets.theme import Painted, Role, Theme, Weight, alarm_tone, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE

_GRID = 24.0
_STROKE = 1.6
_THICK = 2.6
_DIM = 0.28
_HAIRLINE = 1.0
_NUMERAL = 10.5
_LETTER = 9.0
_TIGHT = 0.86
"""A triangle has less room for its numeral than the other shapes."""
_DASH = (1.1, 1.3)


class GlyphState(StrEnum):
    """What the form around the numeral says (ISA-18.2)."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    LATCHED = "latched"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"
    NONE = "none"


BLINKING = frozenset({GlyphState.UNACKNOWLEDGED, GlyphState.RETURNED})
_HELD_BACK = {GlyphState.SHELVED: "S", GlyphState.SUPPRESSED: "D", GlyphState.OUT_OF_SERVICE: "O"}


def _square(size: float) -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(12 - size / 2, 12 - size / 2, size, size))
    return path


def _triangle(size: float) -> QPainterPath:
    # Ring and shape share their centre of mass, a little under the middle of the grid, where the numeral stands.
    height = size * 0.9
    top = 13.8 - height * 2 / 3
    path = QPainterPath(QPointF(12, top))
    path.lineTo(12 + size / 2, top + height)
    path.lineTo(12 - size / 2, top + height)
    path.closeSubpath()
    return path


def _diamond(size: float) -> QPainterPath:
    half = size / 2
    path = QPainterPath(QPointF(12, 12 - half))
    path.lineTo(12 + half, 12)
    path.lineTo(12, 12 + half)
    path.lineTo(12 - half, 12)
    path.closeSubpath()
    return path


def _circle(size: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(12, 12), size / 2, size / 2)
    return path


_Shape = Callable[[float], QPainterPath]
_SHAPES: dict[int, tuple[_Shape, float, float, float]] = {
    1: (_square, 12.5, 18.6, 12.0),
    2: (_triangle, 15.0, 22.6, 13.9),
    3: (_diamond, 15.8, 22.6, 12.0),
    4: (_circle, 13.4, 19.4, 12.0),
}
"""Priority → shape, size of the shape, size of the ring, height of the numeral's middle; on a grid of 24."""


def paint_glyph(
    painter: QPainter,
    rect: QRectF,
    priority: int,
    state: GlyphState,
    *,
    ring_lit: bool | None = None,
    calm: bool = False,
) -> None:
    """Draw the glyph of an alarm in a square rectangle. `ring_lit` overrides the shared beat. calm: the form alone, in
    grey and without a numeral, to explain it where there is no alarm."""
    blink = shared_blink()
    if ring_lit is None:
        ring_lit = blink.slow() if state is GlyphState.RETURNED else blink.fast()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / _GRID, rect.height() / _GRID)
    ring = _THICK if blink.steady else _STROKE
    if calm and state not in _HELD_BACK:
        _draw_form(painter, current(), priority, state, ring)
    else:
        _draw(painter, current(), priority, state, ring_lit, ring)
    painter.restore()


def glyph_pixmap(priority: int, state: GlyphState, size: int, ratio: float, *, ring_lit: bool) -> QPixmap:
    """The glyph as a cached picture of `size` px, for tables."""
    theme = current()
    return _pixmap(theme.name, priority, state, size, ratio, ring_lit, shared_blink().steady)


@cache
def _pixmap(
    theme_name: str, priority: int, state: GlyphState, size: int, ratio: float, ring_lit: bool, steady: bool
) -> QPixmap:
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_glyph(painter, QRectF(0, 0, size, size), priority, state, ring_lit=ring_lit)
    painter.end()
    return pixmap


def _draw(painter: QPainter, theme: Theme, priority: int, state: GlyphState, ring_lit: bool, ring: float) -> None:
    shape, size, ring_size, middle = _SHAPES[priority]
    hue = theme.mark(alarm_tone(priority))
    if state in _HELD_BACK or state is GlyphState.NONE:
        _draw_grey(painter, theme, shape(size), state)
        letter = _HELD_BACK.get(state, str(priority))
        _numeral(painter, letter, middle, theme.text3, _size(priority, _LETTER))
        return
    if state in BLINKING:
        _ring(painter, theme, shape(ring_size), hue, ring, lit=ring_lit, dashed=state is GlyphState.RETURNED)
    if state in (GlyphState.UNACKNOWLEDGED, GlyphState.ACKNOWLEDGED):
        painter.setPen(Qt.PenStyle.NoPen if theme.glyph_outline is None else QPen(theme.glyph_outline, 1.0))
        painter.setBrush(hue)
        painter.drawPath(shape(size))
        _numeral(painter, str(priority), middle, theme.numerals[priority - 1], _size(priority, _NUMERAL))
        return
    _stroke(painter, theme, shape(size - 0.6), hue, _STROKE, dashed=False)
    _numeral(painter, str(priority), middle, theme.glyph_outline or hue, _size(priority, _LETTER + 0.5))
    if state is GlyphState.LATCHED:
        bar = QRectF(12 - size / 2, 21.0, size, 2.2)
        painter.setPen(Qt.PenStyle.NoPen if theme.glyph_outline is None else QPen(theme.glyph_outline, 0.6))
        painter.setBrush(hue)
        painter.drawRect(bar)


def _draw_form(painter: QPainter, theme: Theme, priority: int, state: GlyphState, ring: float) -> None:
    shape, size, ring_size, _middle = _SHAPES[priority]
    grey = theme.text3
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if state in BLINKING:
        painter.setPen(_pen(grey, ring, state is GlyphState.RETURNED, ring))
        painter.drawPath(shape(ring_size))
    filled = state in (GlyphState.UNACKNOWLEDGED, GlyphState.ACKNOWLEDGED)
    painter.setPen(Qt.PenStyle.NoPen if filled else _pen(grey, _STROKE, dashed=False, dash_unit=_STROKE))
    painter.setBrush(grey if filled else Qt.BrushStyle.NoBrush)
    painter.drawPath(shape(size if filled else size - 0.6))
    if state is GlyphState.LATCHED:
        painter.fillRect(QRectF(12 - size / 2, 21.0, size, 2.2), grey)


def _ring(
    painter: QPainter, theme: Theme, path: QPainterPath, hue: QColor, width: float, *, lit: bool, dashed: bool
) -> None:
    """The ring; between two flashes it stays as a faint line, so that one look is enough to see that it is there."""
    if lit:
        _stroke(painter, theme, path, hue, width, dashed=dashed)
        return
    faint = theme.glyph_outline or hue
    painter.setOpacity(_DIM)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(faint, width if theme.glyph_outline is None else _HAIRLINE, dashed, width))
    painter.drawPath(path)
    painter.setOpacity(1.0)


def _stroke(painter: QPainter, theme: Theme, path: QPainterPath, hue: QColor, width: float, *, dashed: bool) -> None:
    """A line in the hue; in a light theme with a dark line under it, because light hues are weak on light grey."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if theme.glyph_outline is not None:
        painter.setPen(_pen(theme.glyph_outline, width + _HAIRLINE, dashed, width))
        painter.drawPath(path)
    painter.setPen(_pen(hue, width, dashed, width))
    painter.drawPath(path)


def _pen(colour: QColor, width: float, dashed: bool, dash_unit: float) -> QPen:
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if dashed:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        # Dash lengths count in pen widths; the outline must break where the hue breaks.
        pen.setDashPattern([part * dash_unit / width for part in _DASH])
    return pen


def _draw_grey(painter: QPainter, theme: Theme, path: QPainterPath, state: GlyphState) -> None:
    pen = QPen(theme.line3 if state is GlyphState.NONE else theme.text3, 1.2)
    if state is GlyphState.SUPPRESSED:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([1.6, 1.4])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    if state is GlyphState.OUT_OF_SERVICE:
        painter.setPen(QPen(theme.text3, 1.2))
        painter.drawLine(QPointF(4, 20), QPointF(20, 4))


def _size(priority: int, size: float) -> float:
    return size * _TIGHT if priority == 2 else size


def _numeral(painter: QPainter, words: str, middle: float, colour: QColor, size: float) -> None:
    face = QFont(font(Role.MICRO, Weight.BOLD))
    # A fixed size on the grid: the painter's transformation brings it to the size of the glyph.
    face.setPixelSize(100)
    painter.save()
    painter.translate(12, middle)
    painter.scale(size / 100, size / 100)
    painter.setFont(face)
    painter.setPen(colour)
    painter.drawText(QRectF(-100, -100, 200, 200), CENTRE, words)
    painter.restore()


class AlarmGlyph(Painted):
    """The glyph of one alarm as a widget."""

    def __init__(
        self,
        priority: int = 1,
        state: GlyphState = GlyphState.ACKNOWLEDGED,
        *,
        name: str,
        size: int = m.GLYPH,
        calm: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """calm: the form alone, in grey, for a legend; it does not blink."""
        super().__init__(parent)
        self._priority = priority
        self._state = state
        self._size = size
        self._calm = calm
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        shared_blink().changed.connect(self._beat)
        self.set_alarm(priority, state, name)

    def set_alarm(self, priority: int, state: GlyphState, name: str) -> None:
        """Show this priority and state; `name` says both in words."""
        self._priority = priority
        self._state = state
        self.say(name)
        shared_blink().need(self, state in BLINKING and not self._calm)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(self._size), px(self._size))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            paint_glyph(painter, self.frame(), self._priority, self._state, calm=self._calm)

    def _beat(self) -> None:
        if self._state in BLINKING and not self._calm:
            self.update()
