"""The table of pens below a chart: a piece of each line in its first column, the column of the cursor lit."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionViewItem, QWidget

from widgets.charts.trend.strokes import line_pen
from widgets.readouts.ages import NO_VALUE
from widgets.tables import RowModel, Table
from widgets.tables.delegate import PAD, RowDelegate
from widgets.tables.table import TableHead
from widgets.theme import current, px
from widgets.theme import metrics as m

PEN: Final = "pen"
"""Key of the column whose cells say the number of the pen."""
CURSOR: Final = "cursor"
"""Key of the lit column."""
_NUMBER: Final = 22
_LINE: Final = 32
_BAR: Final = 9

_Index = QModelIndex | QPersistentModelIndex


class _PenDelegate(RowDelegate):
    """Paints as every table does, and the pen itself."""

    lanes: frozenset[str] = frozenset()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        column = self._model.columns[index.column()]
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if column.key == CURSOR and not state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, current().you_bg)
        super().paint(painter, option, index)
        if column.key == PEN:
            row = self._model.row_at(index.row())
            _paint_pen(painter, QRectF(rect), str(row.cells[index.column()] or NO_VALUE), row.key in self.lanes)


def _paint_pen(painter: QPainter, rect: QRectF, number: str, lane: bool) -> None:
    """The line, or for a switch the bar, right of the number."""
    left, middle = rect.left() + px(PAD) + px(_NUMBER), rect.center().y()
    if lane:
        colour = current().pipes["mpa"].colour
        painter.fillRect(QRectF(left, middle - px(_BAR) / 2, px(_LINE), px(_BAR)), colour)
    elif number.isdecimal():
        painter.setPen(line_pen(int(number), front=True))
        painter.drawLine(QPointF(left, middle), QPointF(left + px(_LINE), middle))


class _PenHead(TableHead):
    """Column titles; the one of the cursor stands on the lit column."""

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if self._rows.columns[logicalIndex].key == CURSOR:
            painter.fillRect(rect, current().you_bg)
        super().paintSection(painter, rect, logicalIndex)


class PenTable(Table):
    """Rows by pen. Signals: those of Table."""

    def __init__(
        self, model: RowModel, *, name: str, row_height: int = m.ROW_TABLE, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, name=name, row_height=row_height, parent=parent)
        self._pens = _PenDelegate(model, row_height, self)
        self._delegate = self._pens
        self.setItemDelegate(self._pens)
        self.head = _PenHead(model, self)
        self.setHorizontalHeader(self.head)
        self.head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.restyle()

    def set_lanes(self, keys: frozenset[str]) -> None:
        """Which rows are switches."""
        self._pens.lanes = keys
        self.viewport().update()
