"""Draw the small strokes every widget shares: boxes, focus ring, key hints, hatches, one line of text."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from widgets.theme.current import current, font, px
from widgets.theme.metrics import FOCUS, RADIUS_CONTROL, Role

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter

_CHIP_PAD = 5
_CHIP_HEIGHT = 19
_HATCH_STEP = 8
_KEPT_WIDTHS = 1024
"""Most texts are the same at the next beat, and shaping one takes longer than drawing it."""


def box(
    painter: QPainter,
    rect: QRectF,
    *,
    fill: QColor | None = None,
    line: QColor | None = None,
    width: float = 1.0,
    radius: float = RADIUS_CONTROL,
    dashed: bool = False,
) -> None:
    """A rounded box whose border lies inside the rectangle."""
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    if line is None:
        painter.setPen(Qt.PenStyle.NoPen)
        inner = rect
    else:
        pen = QPen(line, width)
        if dashed:
            pen.setDashPattern([2.0, 2.0])
        painter.setPen(pen)
        inner = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.drawRoundedRect(inner, px(radius), px(radius))


def focus_ring(painter: QPainter, rect: QRectF, radius: float = RADIUS_CONTROL) -> None:
    """The blue ring of keyboard focus, inside the rectangle."""
    box(painter, rect, line=current().you, width=px(FOCUS), radius=radius)


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    colour: QColor,
    face: QFont,
    align: Qt.AlignmentFlag = LEFT,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideNone,
) -> None:
    """One line of plain text; elided only when asked."""
    if elide is not Qt.TextElideMode.ElideNone:
        words = QFontMetricsF(face).elidedText(words, elide, rect.width())
    painter.setFont(face)
    painter.setPen(colour)
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextSingleLine) | int(Qt.TextFlag.TextDontClip), words)


@lru_cache(maxsize=_KEPT_WIDTHS)
def text_width(words: str, face: QFont) -> float:
    """Width of one line of text in px."""
    return QFontMetricsF(face).horizontalAdvance(words)


def key_width(key: str) -> float:
    """Width of a key hint."""
    return max(text_width(key, font(Role.HINT)) + 2 * px(_CHIP_PAD), px(_CHIP_HEIGHT))


def paint_key(painter: QPainter, left: float, middle: float, key: str, colour: QColor, line: QColor) -> None:
    """A key hint like [Space], its left edge at `left`, centred on the height `middle`."""
    height = px(_CHIP_HEIGHT)
    rect = QRectF(left, middle - height / 2, key_width(key), height)
    box(painter, rect, line=line, radius=3)
    text(painter, rect, key, colour, font(Role.HINT), CENTRE)


@cache
def _hatch_pixmap(colour: str, step: int, width: float) -> QPixmap:
    pixmap = QPixmap(step, step)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), width))
    # Three strokes, so that the tile joins without a seam at its corners.
    for offset in (-step, 0, step):
        painter.drawLine(QPointF(offset - 1, step + 1), QPointF(offset + step + 1, -1))
    painter.end()
    return pixmap


def hatch(colour: QColor, step: float = _HATCH_STEP, width: float = 1.0) -> QBrush:
    """A diagonal hatch brush."""
    return QBrush(_hatch_pixmap(colour.name(QColor.NameFormat.HexArgb), px(step), width))


def triangle(painter: QPainter, tip: QPointF, half: float, height: float, colour: QColor) -> None:
    """A filled triangle pointing down onto `tip`."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(
        QPolygonF([tip, QPointF(tip.x() - half, tip.y() - height), QPointF(tip.x() + half, tip.y() - height)])
    )
