"""Paint table cells straight from the row, with prepared texts and no style sheet in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QStaticText
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.charts.sparkline import paint_sparkline
from widgets.notices.blink import shared_blink
from widgets.notices.glyph import GlyphState, glyph_pixmap
from widgets.readouts.mark import FADED, Mark, paint_mark
from widgets.tables.cells import (
    Align,
    Cell,
    Column,
    GlyphCell,
    Kind,
    MarkCell,
    Row,
    RowLook,
    SparkCell,
    ValueCell,
)
from widgets.tables.model import RowModel
from widgets.theme import Role, Theme, Weight, current, font, paint_icon, px
from widgets.theme import metrics as m

PAD = 8
_LOOSEST = 4096


@lru_cache(maxsize=_LOOSEST)
def _prepared(words: str, role: Role, weight: Weight, mono: bool, scale: float) -> QStaticText:
    """A text laid out once: shaping is what costs in a table. `scale` is part of the key only."""
    laid = QStaticText(words)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    laid.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    laid.prepare(font=font(role, weight, mono=mono))
    return laid


@lru_cache(maxsize=_LOOSEST)
def _shortened(words: str, role: Role, weight: Weight, width: int, scale: float) -> str:
    return QFontMetricsF(font(role, weight)).elidedText(words, Qt.TextElideMode.ElideMiddle, width)


class RowDelegate(QStyledItemDelegate):
    """Paints the cells of a RowModel. `hovered` is the row under the pointer, -1 for none."""

    def __init__(self, model: RowModel, row_height: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._height = row_height
        self.hovered = -1
        self._painters: dict[Kind, Callable[[QPainter, QRect, Cell, Row, Column, Theme], None]] = {
            Kind.TEXT: self._text,
            Kind.MUTED: self._muted,
            Kind.MONO: self._mono,
            Kind.TIME: self._time,
            Kind.GLYPH: self._glyph,
            Kind.VALUE: self._value,
            Kind.MARK: self._mark,
            Kind.SPARK: self._spark,
            Kind.AGE: self._age,
            Kind.TICK: self._tick,
        }

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(px(self._model.columns[index.column()].width), px(self._height))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = self._model.row_at(index.row())
        column = self._model.columns[index.column()]
        rect: QRect = option.rect
        theme = current()
        state: QStyle.StateFlag = option.state
        ground = self._ground(theme, row, index.row(), bool(state & QStyle.StateFlag.State_Selected))
        if ground is not None:
            painter.fillRect(rect, ground)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line1)
        cell = row.cells[index.column()]
        if cell is not None:
            self._painters[column.kind](painter, rect, cell, row, column, theme)

    def _ground(self, theme: Theme, row: Row, place: int, selected: bool) -> QColor | None:
        if selected:
            return theme.you_bg
        if place == self.hovered or row.look is RowLook.GROUP:
            return theme.bg3
        return None

    def _text(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        ink = theme.text3 if row.look is RowLook.DIM else theme.text1
        self._line(painter, rect, str(cell), column, ink, Weight.SEMIBOLD if row.bold else Weight.REGULAR)

    def _muted(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        self._line(painter, rect, str(cell), column, theme.text2, Weight.REGULAR)

    def _mono(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        self._line(painter, rect, str(cell), column, theme.text1, Weight.REGULAR, mono=True)

    def _time(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        self._line(painter, rect, str(cell), column, theme.text2, Weight.REGULAR, mono=True)

    def _age(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        self._line(painter, rect, str(cell), column, theme.text2, Weight.REGULAR)

    def _glyph(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, GlyphCell):
            return
        size = px(m.GLYPH)
        blink = shared_blink()
        lit = blink.slow() if cell.state is GlyphState.RETURNED else blink.fast()
        ratio = painter.device().devicePixelRatio()
        picture = glyph_pixmap(cell.priority, cell.state, size, ratio, ring_lit=lit)
        painter.drawPixmap(rect.center().x() - size // 2 + 1, rect.center().y() - size // 2, picture)

    def _value(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, ValueCell):
            return
        ink = theme.text3 if cell.mark in FADED else theme.text1
        weight = Weight.SEMIBOLD if cell.strong else Weight.REGULAR
        words = f"{cell.number}\u2009{cell.unit}" if cell.unit else cell.number
        laid = _prepared(words, Role.LABEL, weight, False, theme.scale)
        left = self._left(rect, laid.size().width(), column)
        painter.setFont(font(Role.LABEL, weight))
        painter.setPen(ink)
        self._draw(painter, left, rect, laid)
        if cell.mark is Mark.UNCERTAIN:
            painter.setPen(QPen(theme.text2, px(1), Qt.PenStyle.DotLine))
            base = rect.center().y() + px(8)
            painter.drawLine(QPointF(left, base), QPointF(left + laid.size().width(), base))
        if cell.mark is Mark.BAD:
            painter.fillRect(QRectF(left, rect.center().y() + 1, laid.size().width(), px(1)), ink)
        if cell.mark is not Mark.GOOD:
            size = px(m.BADGE)
            self._badge(painter, QRectF(left - size - px(6), rect.center().y() - size / 2 + 0.5, size, size), cell.mark)

    def _mark(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, MarkCell):
            return
        good = cell.mark is Mark.GOOD
        if not good:
            size = px(m.BADGE)
            where = QRectF(rect.left() + px(PAD), rect.center().y() - size / 2 + 0.5, size, size)
            self._badge(painter, where, cell.mark)
            rect = rect.adjusted(size + px(6), 0, 0, 0)
        self._line(painter, rect, cell.words, column, theme.text2 if good else theme.text1, Weight.REGULAR)

    def _spark(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if isinstance(cell, SparkCell):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            inside = QRectF(rect).adjusted(px(PAD), px(7), -px(PAD), -px(7))
            paint_sparkline(painter, inside, cell.values, theme.text2, theme.mark(cell.tone))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _tick(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        size = px(m.ICON_ROW)
        where = QRectF(rect.center().x() - size / 2, rect.center().y() - size / 2, size, size)
        paint_icon(painter, where, "check" if cell else "cross", theme.ok if cell else theme.text1)

    def _badge(self, painter: QPainter, where: QRectF, mark: Mark) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, where, mark)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _line(
        self,
        painter: QPainter,
        rect: QRect,
        words: str,
        column: Column,
        ink: QColor,
        weight: Weight,
        *,
        mono: bool = False,
    ) -> None:
        scale = current().scale
        laid = _prepared(words, Role.LABEL, weight, mono, scale)
        room = rect.width() - 2 * px(PAD)
        if column.elide and laid.size().width() > room:
            laid = _prepared(_shortened(words, Role.LABEL, weight, room, scale), Role.LABEL, weight, mono, scale)
        face: QFont = font(Role.LABEL, weight, mono=mono)
        painter.setFont(face)
        painter.setPen(ink)
        self._draw(painter, self._left(rect, laid.size().width(), column), rect, laid)

    def _left(self, rect: QRect, width: float, column: Column) -> float:
        if column.align is Align.LEFT:
            return rect.left() + px(PAD)
        if column.align is Align.RIGHT:
            return rect.right() + 1 - px(PAD) - width
        return rect.left() + (rect.width() - width) / 2

    def _draw(self, painter: QPainter, left: float, rect: QRect, laid: QStaticText) -> None:
        top = rect.top() + (rect.height() - laid.size().height()) / 2
        painter.drawStaticText(QPointF(left, top), laid)
