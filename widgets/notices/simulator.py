"""Mark a window as simulator, so that nobody takes it for the live plant: hatched frame and watermark (hmi.md §6)."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QPolygonF, QRegion
from PySide6.QtWidgets import QWidget

from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, text_width

_STRIPE = 14
_WATERMARK = 0.05
_ANGLE = -25.0
_APART = 420
_WATERMARK_SCALE = 1.45


class SimulatorFrame(QWidget):
    """Lies over its parent and lets every click through. Give the parent's content `FRAME` px of margin.

    It is always the topmost child: whatever is added later is painted below it.
    """

    def __init__(self, parent: QWidget, words: str) -> None:
        super().__init__(parent)
        self._area = parent
        self._words = words
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(words)
        parent.installEventFilter(self)
        self._fit()
        self.show()

    def thickness(self) -> int:
        """Width of the frame in px."""
        return px(m.FRAME)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area:
            if event.type() == QEvent.Type.Resize:
                self._fit()
            elif event.type() == QEvent.Type.ChildAdded:
                self.raise_()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            inner = self.rect().adjusted(*(self.thickness() * side for side in (1, 1, -1, -1)))
            tile = _hatch(theme.not_field.name(), theme.bg0.name(), px(_STRIPE))
            # Only what is dirty: the frame lies over everything, so it is asked for each change beneath it.
            for edge in self._edges():
                if event.region().intersects(edge):
                    painter.drawTiledPixmap(edge, tile, edge.topLeft())
            painter.setClipRect(inner)
            painter.setOpacity(_WATERMARK)
            self._paint_words(painter, inner, event.region())

    def _edges(self) -> tuple[QRect, QRect, QRect, QRect]:
        thick, width, height = self.thickness(), self.width(), self.height()
        return (
            QRect(0, 0, width, thick),
            QRect(0, height - thick, width, thick),
            QRect(0, thick, thick, height - 2 * thick),
            QRect(width - thick, thick, thick, height - 2 * thick),
        )

    def _paint_words(self, painter: QPainter, inner: QRect, dirty: QRegion) -> None:
        ink = current().emphasis.name()
        mark = _watermark(self._words, ink, current().scale)
        step = px(_APART)
        for row, top in enumerate(range(inner.top() + step // 6, inner.bottom(), step)):
            for left in range(inner.left() - (step // 2 if row % 2 else 0), inner.right(), round(step * 1.5)):
                where = QRect(left, top, mark.width(), mark.height())
                if dirty.intersects(where):
                    painter.drawPixmap(where.topLeft(), mark)

    def _fit(self) -> None:
        self.setGeometry(self._area.rect())
        self.raise_()


@cache
def _hatch(stripe: str, gap: str, width: int) -> QPixmap:
    """A tile of diagonal stripes that joins on all sides."""
    size = 2 * width
    tile = QPixmap(size, size)
    tile.fill(QColor(gap))
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(stripe))
    for shift in (-size, 0, size):
        corners = [(shift, size), (shift + width, size), (shift + width + size, 0), (shift + size, 0)]
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    painter.end()
    return tile


@cache
def _watermark(words: str, ink: str, scale: float) -> QPixmap:
    """The words, large and slanting, on a transparent picture."""
    face = font(Role.CONSEQUENCE, Weight.BOLD)
    width = text_width(words, face) * _WATERMARK_SCALE + 2 * px(m.GAP)
    height = width * 0.62
    picture = QPixmap(round(width), round(height))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(width / 2, height / 2)
    painter.rotate(_ANGLE)
    painter.scale(_WATERMARK_SCALE, _WATERMARK_SCALE)
    painter.setFont(face)
    painter.setPen(QColor(ink))
    painter.drawText(QRectF(-width, -height, 2 * width, 2 * height), CENTRE, words)
    painter.end()
    return picture
