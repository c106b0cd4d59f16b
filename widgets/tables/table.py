"""A lean table: fixed row height, painted cells, whole rows selected, keys of the page left to the page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets.notices.blink import shared_blink
from widgets.notices.glyph import BLINKING
from widgets.tables.cells import Align, Column, GlyphCell, Kind
from widgets.tables.delegate import PAD, RowDelegate
from widgets.tables.model import RowModel
from widgets.theme import Role, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, LEFT, RIGHT, focus_ring, text, text_width

_Index = QModelIndex | QPersistentModelIndex
_HEAD = 34
_SORT = 10
_ALIGN = {Align.LEFT: LEFT, Align.RIGHT: RIGHT, Align.CENTRE: CENTRE}
_WALKING = frozenset(
    {
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
    }
)


class TableHead(QHeaderView):
    """Column titles in text2 above a rule; a press asks the owner to sort.

    Signals: sectionClicked (from QHeaderView).
    """

    def __init__(self, model: RowModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rows = model
        self._sorted: tuple[str, bool] = ("", False)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(px(m.QUARTER))

    def set_sorted(self, key: str, descending: bool) -> None:
        """Mark the column the rows are sorted by; empty marks none."""
        self._sorted = (key, descending)
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), px(_HEAD))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme = current()
        column = self._rows.columns[logicalIndex]
        painter.save()
        inside = QRectF(rect).adjusted(px(PAD), 0, -px(PAD), 0)
        key, descending = self._sorted
        if key == column.key:
            size = px(_SORT)
            taken = text_width(column.title, font(Role.HINT)) + px(m.QUARTER)
            left = inside.left() + taken if column.align is Align.LEFT else inside.right() - taken - size
            sign = QRectF(left, inside.center().y() - size / 2, size, size)
            paint_icon(painter, sign, "down" if descending else "up", theme.text1)
        ink = theme.text1 if key == column.key else theme.text2
        text(painter, inside, column.title, ink, font(Role.HINT), _ALIGN[column.align])
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line2)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        column = self.logicalIndexAt(event.position().toPoint())
        if column >= 0 and self._rows.columns[column].sortable:
            super().mousePressEvent(event)


class Table(QTableView):
    """A table over a RowModel.

    Only walking keys are used here; letters, Space, Esc and End go on to the page, where they mean something.
    Signals: opened(str key) on ↵ or double click; selected(str key) when the current row changes, "" for none;
    sort_asked(str column key).
    """

    opened = Signal(str)
    selected = Signal(str)
    sort_asked = Signal(str)

    def __init__(
        self, model: RowModel, *, name: str, row_height: int = m.ROW_TABLE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._row_height = row_height
        self._delegate = RowDelegate(model, row_height, self)
        self._current_key = ""
        self._choosing = True
        self.head = TableHead(model, self)
        self.setHorizontalHeader(self.head)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAutoScroll(False)
        self.viewport().setAutoFillBackground(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.head.sectionClicked.connect(self._ask_sort)
        self.doubleClicked.connect(self._open)
        shared_blink().changed.connect(self._beat)
        self.restyle()

    def restyle(self) -> None:
        """Take row height and column widths from the theme."""
        self._delegate.restyle()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(px(self._row_height))
        for place, column in enumerate(self._rows.columns):
            mode = QHeaderView.ResizeMode.Fixed if column.width else QHeaderView.ResizeMode.Stretch
            self.head.setSectionResizeMode(place, mode)
            if column.width:
                self.head.resizeSection(place, px(column.width))

    def row_model(self) -> RowModel:
        """The model given at the start."""
        return self._rows

    def current_key(self) -> str:
        """Key of the current row, empty if none."""
        return self._current_key

    def select(self, key: str) -> None:
        """Make a row the current one; an unknown key clears the choice."""
        place = self._rows.place_of(key)
        if place < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self._rows.index(place, 0))

    def visible_keys(self) -> tuple[str, ...]:
        """Keys of the rows that can be seen now, for "acknowledge visible"."""
        first, last = self._visible()
        return tuple(self._rows.row_at(place).key for place in range(first, last + 1))

    def whole_keys(self) -> tuple[str, ...]:
        """Keys of the rows that can be seen whole: what is cut off at the edge has not been read."""
        keys = self.visible_keys()
        if not keys:
            return keys
        first = self._rows.place_of(keys[0])
        above = self.rowViewportPosition(first) < 0
        last = first + len(keys) - 1
        below = self.rowViewportPosition(last) + self.rowHeight(last) > self.viewport().height()
        return keys[above : len(keys) - below]

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt makes the first row the current one when the list gets the focus; here nothing is chosen until one chooses.
        chosen = self._current_key
        self._choosing = False
        super().focusInEvent(event)
        self.select(chosen)
        self._choosing = True
        self.viewport().update()

    def currentChanged(self, current_index: _Index, previous: _Index) -> None:
        super().currentChanged(current_index, previous)
        key = self._rows.row_at(current_index.row()).key if current_index.isValid() else ""
        if key != self._current_key and self._choosing:
            self._current_key = key
            self.selected.emit(key)

    def rowsAboutToBeRemoved(self, parent: _Index, start: int, end: int) -> None:
        # Qt would move on to a neighbour, and the next Space would acknowledge what nobody chose.
        if start <= self.currentIndex().row() <= end:
            self.select("")
        super().rowsAboutToBeRemoved(parent, start, end)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() in _WALKING:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def keyboardSearch(self, search: str) -> None:
        """Typing letters does not jump: single letters are the page's keys."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        shared_blink().need(self, self._glyph_columns() != [])

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        shared_blink().need(self, False)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.currentIndex().isValid():
            row = self.visualRect(self.currentIndex())
            with QPainter(self.viewport()) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                ring = QRectF(0, row.top(), self.viewport().width(), row.height())
                focus_ring(painter, ring, radius=0)

    def _hover(self, row: int) -> None:
        if row == self._delegate.hovered:
            return
        for changed in (self._delegate.hovered, row):
            if changed >= 0:
                top = self.rowViewportPosition(changed)
                self.viewport().update(0, top, self.viewport().width(), self.rowHeight(changed))
        self._delegate.hovered = row

    def _visible(self) -> tuple[int, int]:
        """First and last row that can be seen; (0, -1) if none."""
        if self._rows.rowCount() == 0:
            return 0, -1
        last = self.rowAt(self.viewport().height() - 1)
        return max(0, self.rowAt(0)), last if last >= 0 else self._rows.rowCount() - 1

    def _glyph_columns(self) -> list[int]:
        return [place for place, column in enumerate(self._rows.columns) if column.kind is Kind.GLYPH]

    def _beat(self) -> None:
        if not self.isVisible():
            return
        first, last = self._visible()
        for column in self._glyph_columns():
            for row in range(first, last + 1):
                cell = self._rows.cell(row, column)
                if isinstance(cell, GlyphCell) and cell.state in BLINKING:
                    self.viewport().update(self.visualRect(self._rows.index(row, column)))

    def _open(self, index: _Index) -> None:
        if index.isValid():
            self.opened.emit(self._rows.row_at(index.row()).key)

    def _ask_sort(self, place: int) -> None:
        column: Column = self._rows.columns[place]
        if column.sortable:
            self.sort_asked.emit(column.key)
