"""The map without a web page: painted natively, shown until the page is ready and whenever it has died."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from widgets.maps.painting import Canvas, paint_ground, paint_pipes, paint_things
from widgets.maps.picture import Picture
from widgets.maps.projection import Projection
from widgets.maps.scene import Frame, View
from widgets.maps.sprites import Atlas
from widgets.notices.blink import shared_blink
from widgets.theme import Painted, current

_DRAG_PX = 4
_WHEEL_STEP = 120


class Schematic(Painted):
    """Draws a picture at a view.

    Signals: clicked(float lon, float lat); moved(View) after a person moved or zoomed.
    """

    clicked = Signal(float, float)
    moved = Signal(object)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._frame = Frame()
        self._view = View()
        self._atlas: Atlas | None = None
        self._ground: QImage | None = None
        self._pressed: QPointF | None = None
        self._dragged = QPointF(0, 0)
        self._wheel = 0
        shared_blink().changed.connect(self._beat)

    def show_view(self, view: View) -> None:
        """Look there."""
        if view != self._view:
            self._view = view
            self.repaint_ground()

    def show_frame(self, frame: Frame) -> None:
        """Draw these symbols, rings and labels."""
        if frame.tiers_off != self._frame.tiers_off:
            self._ground = None
        self._frame = frame
        self.update()

    def show_atlas(self, atlas: Atlas) -> None:
        """Draw symbols from this picture of sprites."""
        self._atlas = atlas
        self.repaint_ground()

    def repaint_ground(self) -> None:
        """The network, the view or the theme is another."""
        self._ground = None
        self.update()

    def projection(self) -> Projection:
        """The view at this size."""
        return Projection(view=self._view, width=self.width(), height=self.height())

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._ground = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ground = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            self._dragged = event.position() - self._pressed
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, dragged = self._pressed, self._dragged
        self._pressed, self._dragged = None, QPointF(0, 0)
        if pressed is None:
            return
        if dragged.manhattanLength() > _DRAG_PX:
            self.moved.emit(self.projection().moved(-dragged.x(), -dragged.y()))
        else:
            self.clicked.emit(*self.projection().place(pressed.x(), pressed.y()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / _WHEEL_STEP)
        if steps:
            self._wheel -= steps * _WHEEL_STEP
            self.moved.emit(self.projection().zoomed(steps, event.position().x(), event.position().y()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._atlas is None:
            return
        blink = shared_blink()
        canvas = Canvas(
            projection=self.projection(), theme=current(), atlas=self._atlas, lit=(blink.fast(), blink.slow())
        )
        with self.painter() as painter:
            painter.fillRect(self.rect(), current().ground["land"])
            painter.translate(self._dragged)
            painter.drawImage(0, 0, self._grounded(canvas))
            paint_things(painter, canvas, self._picture, self._frame)

    def _grounded(self, canvas: Canvas) -> QImage:
        """Streets and pipes, painted once for each view."""
        ratio = self.devicePixelRatioF()
        if self._ground is None or self._ground.devicePixelRatio() != ratio:
            self._ground = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
            self._ground.setDevicePixelRatio(ratio)
            with QPainter(self._ground) as painter:
                paint_ground(painter, canvas, self._picture)
                paint_pipes(painter, canvas, self._picture, self._frame)
        return self._ground

    def _beat(self) -> None:
        if self.isVisible() and any(self._picture.looks[index].alarm for index in self._frame.visible):
            self.update()
