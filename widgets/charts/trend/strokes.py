"""Pens and brushes of a trend chart, from the theme in force."""

from __future__ import annotations

from functools import cache
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap
from shiboken6 import wrapInstance

from widgets.charts.trend.parts import Values
from widgets.theme import Theme, current, px

_DASHES: Final = (None, (6.0, 4.0), (1.5, 3.0), (8.0, 3.0, 1.5, 3.0))
"""Pens 1-5 solid, 6-10 dashed, 11-15 dotted, 16-20 dashed and dotted: the colours are only five."""
_COMPARE: Final = (3.0, 4.0)
_LIMIT: Final = 1.25
_LIMIT_DASH: Final = (5.0, 3.0)
_BAND: Final = 0.18
_DOT_STEP: Final = 6


def pen_colour(number: int, theme: Theme | None = None) -> QColor:
    """The colour of pen `number` (from 1)."""
    pens = (theme or current()).pens
    return pens[(number - 1) % len(pens)]


def line_pen(number: int, *, front: bool, dashed: bool = True) -> QPen:
    """The stroke of pen `number`; the front pen is twice as wide. dashed: False where the line itself is broken."""
    pen = QPen(pen_colour(number), px(2 if front else 1))
    pen.setCosmetic(True)
    _dash(pen, _pattern(number) if dashed else None)
    return pen


def dashes_across(number: int, xs: Values, *, front: bool) -> NDArray[np.bool_] | None:
    """Which of these px lie on a dash of pen `number`; None for a pen without dashes."""
    pattern = _pattern(number)
    if pattern is None:
        return None
    ends = np.cumsum(pattern) * px(2 if front else 1)
    on: NDArray[np.bool_] = np.searchsorted(ends, np.mod(xs, ends[-1]), "right") % 2 == 0
    return on


def compare_pen() -> QPen:
    """The stroke of another day."""
    pen = QPen(current().text3, 1)
    pen.setCosmetic(True)
    _dash(pen, _COMPARE)
    return pen


def limit_pen(colour: QColor, *, wider: float = 0.0) -> QPen:
    """The stroke of an alarm limit; `wider` px for an outline under it."""
    width = _LIMIT * current().scale
    pen = QPen(colour, width + wider)
    # Dashes count in widths: the outline must break where the line breaks.
    _dash(pen, tuple(part * width / (width + wider) for part in _LIMIT_DASH))
    return pen


def band_brush(number: int) -> QBrush:
    """What lies between smallest and largest value under a line."""
    colour = QColor(pen_colour(number))
    colour.setAlphaF(_BAND)
    return QBrush(colour)


def dots() -> QBrush:
    """The shading of stale time."""
    return QBrush(_dots(current().line3.name(), px(_DOT_STEP)))


def draw_boxes(painter: QPainter, boxes: Values) -> None:
    """Fill rectangles of shape (n, 4): left, top, width, height. Qt reads them where they lie; none is copied."""
    rows = np.ascontiguousarray(boxes, np.float64)
    if len(rows):
        first = cast(QRectF, wrapInstance(rows.ctypes.data, QRectF))
        painter.drawRects(first, len(rows))


def _pattern(number: int) -> tuple[float, ...] | None:
    return _DASHES[(number - 1) // len(current().pens) % len(_DASHES)]


def _dash(pen: QPen, pattern: tuple[float, ...] | None) -> None:
    if pattern is not None:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern(list(pattern))


@cache
def _dots(colour: str, step: int) -> QPixmap:
    picture = QPixmap(step, step)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.fillRect(step // 2, step // 2, 1, 1, QColor(colour))
    return picture
