"""The trend chart: panes over one time axis, drawn by pyqtgraph between a painted ground and a painted overlay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from widgets.charts.trend.columns import columns_of
from widgets.charts.trend.ground import paint_ground
from widgets.charts.trend.lines import PaneLines
from widgets.charts.trend.overlay import paint_overlay
from widgets.charts.trend.parts import Cursor, Curve, Lane, Mark, Pane, Span
from widgets.charts.trend.picture import Picture
from widgets.charts.trend.places import least_height
from widgets.theme import px

_DRAG: Final = 6
_BOX_HEIGHT: Final = 28
"""px a dragged box must be high to zoom values too."""
_WHEEL: Final = 1.25
_NOTCH: Final = 120
_WIDE: Final = 520
_LEAST_US: Final = 1_000_000


class TrendChart(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is not typed
    """Panes, switch lanes, alarm foot and cursors. Times are µs UTC, shown in local time.

    Signals: cursor_asked(object µs, bool second) on a click; zoomed(object start, object end) by box or wheel;
    values_zoomed(str pane, float low, float high); mark_pressed(str key of the most urgent mark).
    """

    cursor_asked = Signal(object, bool)
    zoomed = Signal(object, object)
    values_zoomed = Signal(str, float, float)
    mark_pressed = Signal(str)
    resized = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.picture = Picture()
        self._lines: list[PaneLines] = []
        self._stale = True
        self._pressed: QPointF | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        # pyqtgraph keeps the background from paint to paint; ours moves with time.
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setMouseTracking(False)
        self.setAccessibleName(name)

    # -- what is shown --------------------------------------------------------------------------------------------

    def show_window(self, start: int, end: int, now: int) -> None:
        """The stretch of time in view, and how far time has come."""
        self.picture.start, self.picture.end, self.picture.now = start, end, now
        self._renew()

    def show_panes(self, panes: Sequence[Pane], lanes: Sequence[Lane]) -> None:
        """Which pens lie in which pane, with what range; and the switches below."""
        shape = [[pen.key for pen in pane.pens] for pane in self.picture.panes]
        rows = len(self.picture.lanes)
        self.picture.panes, self.picture.lanes = tuple(panes), tuple(lanes)
        if shape != [[pen.key for pen in pane.pens] for pane in panes] or rows != len(lanes):
            self._build()
        self._renew()

    def show_curves(
        self, curves: Mapping[str, Curve], compare: Mapping[str, Curve], spans: Mapping[str, Sequence[Span]]
    ) -> None:
        """The lines by pen, the lines of another day moved to this one, and what is doubtful in them."""
        self.picture.curves, self.picture.compare = dict(curves), dict(compare)
        self.picture.spans = spans
        self._renew()

    def show_marks(self, marks: Sequence[Mark], foot: str, tier: str = "") -> None:
        """Alarms on the foot, what the foot is called, and what the lines are made from."""
        self.picture.marks, self.picture.foot, self.picture.tier = tuple(marks), foot, tier
        self.viewport().update()

    def show_cursor(self, cursor: Cursor | None, second: Cursor | None = None) -> None:
        """Where the cursors stand."""
        self.picture.cursor, self.picture.second = cursor, second
        self.viewport().update()

    def set_band(self, on: bool) -> None:
        """Draw smallest and largest value as a band; without it the line itself goes through them."""
        self.picture.band = on
        self._renew()

    def columns(self) -> int:
        """Pixel columns of the plot: as many buckets are worth asking for."""
        return self.picture.columns()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_WIDE), least_height())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def close(self) -> bool:
        """As every widget closes. pyqtgraph's own takes the scene apart while Qt still paints from it."""
        return bool(QGraphicsView.close(self))

    # -- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._stale:
            self._stale = False
            self._thin()
        super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, self.picture, QRectF(self.viewport().rect()))

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_overlay(painter, self.picture)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # pyqtgraph calls this with nothing while it is being built.
        if event is not None:
            self._place()
            self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_lines"):
            self._place()
            self.updateGeometry()

    # -- pointer and keys -----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        dragged = event.position() - self._pressed
        if self.picture.box is not None or abs(dragged.x()) > px(_DRAG):
            self.picture.box = self._box(self._pressed, event.position())
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        box, self.picture.box = self.picture.box, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if box is not None:
            self._zoom_box(pressed, box)
        else:
            self._click(event.position(), second=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / _NOTCH
        event.accept()
        if not turns:
            return
        factor = _WHEEL**-turns
        where = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_values(where.y(), factor)
            return
        picture = self.picture
        at = min(max(picture.time(where.x()), picture.start), picture.end)
        start, end = at - round((at - picture.start) * factor), at + round((picture.end - at) * factor)
        if end - start >= _LEAST_US:
            self.zoomed.emit(start, end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Every key is the page's: a view would scroll.
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _click(self, where: QPointF, *, second: bool) -> None:
        picture = self.picture
        if picture.places.foot.adjusted(-px(_DRAG), 0, px(_DRAG), 0).contains(where):
            for cluster in picture.clusters():
                if 0 <= where.x() - cluster.x + px(_DRAG * 2) <= px(_DRAG * 7):
                    self.mark_pressed.emit(cluster.top.key)
                    return
        if picture.places.plot.left() <= where.x() <= picture.places.plot.right():
            self.cursor_asked.emit(picture.time(where.x()), second)

    def _box(self, one: QPointF, other: QPointF) -> QRectF:
        """What the drag spans: the whole height of the plot unless it is clearly a box inside one pane."""
        plot = self.picture.places.plot
        left, right = sorted(min(max(each.x(), plot.left()), plot.right()) for each in (one, other))
        pane = self.picture.pane_at(one.y())
        if pane < 0 or abs(other.y() - one.y()) < px(_BOX_HEIGHT):
            return QRectF(left, plot.top(), right - left, plot.height())
        rect = self.picture.places.panes[pane]
        top, bottom = sorted(min(max(each.y(), rect.top()), rect.bottom()) for each in (one, other))
        return QRectF(left, top, right - left, bottom - top)

    def _zoom_box(self, pressed: QPointF, box: QRectF) -> None:
        picture = self.picture
        start, end = picture.time(box.left()), picture.time(box.right())
        pane = picture.pane_at(pressed.y())
        if pane >= 0 and box.height() < picture.places.plot.height():
            low, high = picture.value(pane, box.bottom()), picture.value(pane, box.top())
            self.values_zoomed.emit(picture.panes[pane].key, low, high)
        if end - start >= _LEAST_US:
            self.zoomed.emit(start, end)

    def _zoom_values(self, y: float, factor: float) -> None:
        place = self.picture.pane_at(y)
        if place >= 0:
            pane, value = self.picture.panes[place], self.picture.value(place, y)
            low, high = value - (value - pane.low) * factor, value + (pane.high - value) * factor
            self.values_zoomed.emit(pane.key, low, high)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        self._stale = True
        self.viewport().update()

    def _build(self) -> None:
        """Other panes or pens: lines are made anew."""
        for lines in self._lines:
            self.scene().removeItem(lines.box)
        self._lines = [PaneLines(pane) for pane in self.picture.panes]
        for lines in self._lines:
            self.scene().addItem(lines.box)
        self.updateGeometry()
        self._place()

    def _place(self) -> None:
        self.picture.lay_out(self.viewport().width(), self.viewport().height())
        for lines, rect in zip(self._lines, self.picture.places.panes, strict=True):
            lines.box.setGeometry(rect)
        self._renew()

    def _thin(self) -> None:
        picture = self.picture
        columns = picture.columns()
        picture.thin = {
            pen.key: columns_of(picture.curves[pen.key], picture.start, picture.end, columns)
            for pane in picture.panes
            for pen in pane.pens
            if pen.key in picture.curves
        }
        for place, lines in enumerate(self._lines):
            lines.show(picture, place)
