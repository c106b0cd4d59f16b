"""A mimic on screen: a still background, one layer of pipes, items that repaint only when what they show changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolTip, QWidget

from widgets.mimic.board import Board
from widgets.mimic.description import ElementKind, Mimic, Row
from widgets.mimic.gas import PipeState
from widgets.mimic.items import BOX_HEIGHT, BoxItem, ElementItem, Selectable, leader
from widgets.mimic.look import BoxLook, Look
from widgets.mimic.pipes import PipeLayer
from widgets.mimic.walk import Ground, Way, step
from widgets.notices.blink import shared_blink
from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.painted import plain_tip
from widgets.theme.strokes import text, text_width

_WAYS = {
    Qt.Key.Key_Left: Way.LEFT,
    Qt.Key.Key_Right: Way.RIGHT,
    Qt.Key.Key_Up: Way.UP,
    Qt.Key.Key_Down: Way.DOWN,
}
_DOT = 2.5


class MimicView(QGraphicsView):
    """Shows one description at a time. Words come in the language of the desk through `texts`.

    Signals: selected(str id of an element or box) when a person chose one.
    """

    selected = Signal(str)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = QGraphicsScene(self)
        self._mimic: Mimic | None = None
        self._chinese = False
        self._elements: dict[str, ElementItem] = {}
        self._boxes: dict[str, BoxItem] = {}
        self._pipes = PipeLayer()
        self._tiers: tuple[str, ...] = ()
        self._board = Board()
        self._chosen = ""
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(name)
        shared_blink().changed.connect(self._beat)

    # -- what is drawn ------------------------------------------------------------------------------------------------

    def set_mimic(self, mimic: Mimic, *, chinese: bool) -> None:
        """Draw another description, or the same in another language."""
        self._mimic, self._chinese = mimic, chinese
        self._scene.clear()
        self._pipes = PipeLayer()
        self._scene.addItem(self._pipes)
        self._elements = {
            each.id: ElementItem(each, mimic.zoom) for each in mimic.elements if each.kind is not ElementKind.JOINT
        }
        self._boxes = {each.point: BoxItem(each) for each in mimic.boxes}
        for item in self._items().values():
            self._scene.addItem(item)
        self._tiers = tuple(mimic.zones[pipe.zone].tier for pipe in mimic.pipes)
        self._chosen = ""
        self._lay()

    def show_looks(self, elements: Mapping[str, Look], boxes: Mapping[str, BoxLook]) -> None:
        """Show these facts; an element or box that is not named stays as it is."""
        for key, look in elements.items():
            self._elements[key].show_look(look)
        for key, box_look in boxes.items():
            self._boxes[key].show_look(box_look)
        shared_blink().need(self, any(item.blinks() for item in self._items().values()))

    def show_pipes(self, states: Sequence[PipeState], tiers: Sequence[str]) -> None:
        """Show what is in each pipe, in the order of the description."""
        self._tiers = tuple(tiers)
        self._pipes.show_states(states, tiers)

    def pipe_states(self) -> tuple[PipeState, ...]:
        """What is shown of the pipes."""
        return self._pipes.states()

    def look_of(self, id_: str) -> Look | BoxLook | None:
        """What an element or box shows."""
        item = self._elements.get(id_) or self._boxes.get(id_)
        return item.look if item is not None else None

    # -- selection ----------------------------------------------------------------------------------------------------

    def chosen(self) -> str:
        """The id of what is selected; empty for nothing."""
        return self._chosen

    def choose(self, id_: str) -> None:
        """Select without telling anybody, and bring it into view."""
        items = self._items()
        if id_ not in items:
            id_ = ""
        if self._chosen in items:
            items[self._chosen].choose(False)
        self._chosen = id_
        if id_:
            items[id_].choose(True)
            margin = px(m.PAGE_INSET)
            self.ensureVisible(items[id_].sceneBoundingRect(), margin, margin)
        self.setAccessibleDescription(items[id_].tip().replace("\n", "; ") if id_ else "")

    def ground(self) -> Ground:
        """What the arrow keys walk on."""
        places = {key: (item.pos().x(), item.pos().y()) for key, item in self._elements.items()}
        for key, item in self._boxes.items():
            # A box counts as over what it measures, wherever its neighbours have pushed it.
            centre, tap = item.sceneBoundingRect().center(), item.entry.tap
            places[key] = (self._board.place(tap).x() if tap is not None else centre.x(), centre.y())
        links = [(pipe.start, pipe.end) for pipe in self._mimic.pipes] if self._mimic is not None else []
        return Ground(places=places, links=links)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _WAYS.get(Qt.Key(event.key()))
        if way is None or self._mimic is None or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            # Not the view's own scrolling: what it does not use is the page's.
            event.ignore()
            return
        self._select(step(self.ground(), self._chosen, way))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None:
            self._select(found.id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._at(QPointF(event.pos()))
            words = plain_tip(found.tip()) if found is not None else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._repaint_chosen()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._repaint_chosen()

    # -- layout -------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            for item in (*self._elements.values(), *self._boxes.values()):
                item.resize()
            self._lay()

    def board(self) -> Board:
        """How the drawing is spread over the room there is."""
        return self._board

    def _lay(self) -> None:
        if self._mimic is None:
            return
        self._board = board = Board.of(self._mimic, self.maximumViewportSize(), current().scale)
        room = QRectF(0, 0, board.width, board.height)
        self._scene.setSceneRect(room)
        for element in self._elements.values():
            element.setPos(board.place(element.element.at))
        for value_box in self._boxes.values():
            value_box.lie_in(board.boxes[value_box.entry.point])
        self._pipes.lay(board.paths(self._mimic), self._tiers, room)
        self.resetCachedContent()
        self._scene.update()
        self.choose(self._chosen)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        mimic = self._mimic
        if mimic is None:
            return
        theme = current()
        painter.fillRect(rect, theme.bg2)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        line = px(Role.LABEL.line)
        for index, section in enumerate(mimic.sections):
            x = self._board.place((section.x, 0)).x()
            if index:
                painter.setPen(QPen(theme.line1, px(1), Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(x - px(m.GAP), 0), QPointF(x - px(m.GAP), self._board.height))
            words = section.title.zh if self._chinese else section.title.en
            title = QRectF(x, 0, text_width(words, font(Role.LABEL, Weight.SEMIBOLD)), line)
            text(painter, title, words, theme.text2, font(Role.LABEL, Weight.SEMIBOLD))
        for caption in mimic.captions:
            at = self._board.place(caption.at)
            words = caption.title.zh if self._chinese else caption.title.en
            width = text_width(words, font(Role.LABEL, Weight.SEMIBOLD))
            text(
                painter,
                QRectF(at.x(), at.y() - line, width, line),
                words,
                theme.text1,
                font(Role.LABEL, Weight.SEMIBOLD),
            )
            if caption.note is not None:
                note = caption.note.zh if self._chinese else caption.note.en
                after = QRectF(at.x() + width + px(m.HALF), at.y() - line, text_width(note, font(Role.LABEL)), line)
                text(painter, after, note, theme.text2, font(Role.LABEL))
        self._paint_leaders(painter, mimic)

    def _paint_leaders(self, painter: QPainter, mimic: Mimic) -> None:
        theme = current()
        for entry in mimic.boxes:
            if entry.tap is None:
                continue
            area, tap = self._board.boxes[entry.point], self._board.place(entry.tap)
            painter.setPen(QPen(theme.line3, px(1)))
            painter.drawPolyline(leader(area, tap, below=entry.row is Row.BOTTOM))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.line3)
            painter.drawEllipse(tap, px(_DOT), px(_DOT))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _items(self) -> dict[str, Selectable]:
        return {**self._elements, **self._boxes}

    def _at(self, where: QPointF) -> Selectable | None:
        found = self.items(where.toPoint())
        return next((each for each in found if isinstance(each, Selectable)), None)

    def _select(self, id_: str) -> None:
        if id_ and id_ != self._chosen:
            self.choose(id_)
            self.selected.emit(id_)

    def _repaint_chosen(self) -> None:
        item = self._items().get(self._chosen)
        if item is not None:
            item.update()

    def _beat(self) -> None:
        for item in self._items().values():
            if item.blinks():
                item.update()


__all__ = ["BOX_HEIGHT", "MimicView"]
