"""Paint table cells straight from the row, with prepared texts and no style sheet in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from weakref import WeakKeyDictionary

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QStaticText
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from widgets.charts.sparkline import paint_sparkline
from widgets.notices.blink import shared_blink
from widgets.notices.glyph import GlyphState, glyph_pixmap
from widgets.readouts.ages import with_unit
from widgets.readouts.bar import paint_bar
from widgets.readouts.mark import FADED, Mark, paint_mark
from widgets.tables.cells import (
    Align,
    BarCell,
    Cell,
    Column,
    GlyphCell,
    Kind,
    MarkCell,
    Row,
    RowLook,
    SpanCell,
    SparkCell,
    StackedCell,
    ValueCell,
)
from widgets.tables.entry import EntryCell, paint_entry
from widgets.tables.model import RowModel
from widgets.theme import Role, Theme, Weight, current, font, paint_icon
from widgets.theme import metrics as m
from widgets.theme.strokes import RIGHT, text, text_width

PAD = 8
_BADGE_GAP = 6
_SPARK_INSET = 7
_KEPT_TEXTS = 1024
_KEPT_SPANS = 96

_Index = QModelIndex | QPersistentModelIndex
_CellPainter = Callable[[QPainter, QRect, Cell, Row, Column, Theme], None]


@lru_cache(maxsize=_KEPT_TEXTS)
def _prepared(words: str, weight: Weight, mono: bool, scale: float) -> tuple[QStaticText, float, float]:
    """A text laid out once, with its width and height: shaping is what costs in a table. `scale` only tells apart."""
    laid = QStaticText(words)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    laid.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    laid.prepare(font=font(Role.LABEL, weight, mono=mono))
    size = laid.size()
    return laid, size.width(), size.height()


@lru_cache(maxsize=_KEPT_TEXTS)
def _shortened(words: str, weight: Weight, mono: bool, width: int, scale: float) -> str:
    return QFontMetricsF(font(Role.LABEL, weight, mono=mono)).elidedText(words, Qt.TextElideMode.ElideMiddle, width)


def _shortened_in(words: str, face: QFont, width: float) -> str:
    return QFontMetricsF(face).elidedText(words, Qt.TextElideMode.ElideRight, max(0.0, width))


@lru_cache(maxsize=_KEPT_SPANS)
def _span_picture(
    cell: SpanCell, bold: bool, look: RowLook, width: int, height: int, ratio: float, themed: tuple[str, float]
) -> QPixmap:
    """A spanning text as a picture: every cell it lies over shows its own part of it. `themed` only tells apart."""
    theme = current()
    picture = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    pad = theme.px(PAD)
    inside = QRectF(0, 0, width, height).adjusted(pad, 0, -pad, 0)
    with QPainter(picture) as painter:
        if cell.unfolded is not None:
            size = theme.px(m.ICON_ROW)
            where = QRectF(inside.left(), inside.center().y() - size / 2, size, size)
            paint_icon(painter, where, "down" if cell.unfolded else "right", theme.text2)
            inside.setLeft(inside.left() + size + pad)
        plain = font(Role.LABEL)
        if cell.end:
            text(painter, inside, cell.end, theme.text2, plain, RIGHT)
            inside.setRight(inside.right() - text_width(cell.end, plain) - 2 * pad)
        face = font(Role.LABEL, Weight.SEMIBOLD if bold else Weight.REGULAR)
        words = _shortened_in(cell.words, face, inside.width())
        text(painter, inside, words, theme.text2 if look is RowLook.DIM else theme.text1, face)
        inside.setLeft(inside.left() + text_width(words, face) + 2 * pad)
        if cell.note and inside.width() > 0:
            text(painter, inside, _shortened_in(cell.note, plain, inside.width()), theme.text2, plain)
    return picture


class RowDelegate(QStyledItemDelegate):
    """Paints the cells of a RowModel. `hovered` is the row under the pointer, -1 for none."""

    def __init__(self, model: RowModel, row_height: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._height = row_height
        self.hovered = -1
        # The spanning text painted last: the cells of one row come one after another.
        self._spanned_row: Row | None = None
        self._spanned, self._spanned_by, self._picture_left = range(0), (0, 0, 0, 0.0, ("", 0.0)), 0
        self._picture = QPixmap()
        self._lines: WeakKeyDictionary[SparkCell, tuple[object, QPixmap]] = WeakKeyDictionary()
        self._painters: dict[Kind, _CellPainter] = {
            Kind.TEXT: self._text,
            Kind.MUTED: self._muted,
            Kind.MONO: self._mono,
            Kind.TIME: self._time,
            Kind.GLYPH: self._glyph,
            Kind.VALUE: self._value,
            Kind.MARK: self._mark,
            Kind.SPARK: self._spark,
            Kind.AGE: self._muted,
            Kind.TICK: self._tick,
            Kind.BAR: self._bar,
            Kind.ENTRY: self._entry,
        }
        self.restyle()

    def restyle(self) -> None:
        """Take the sizes from the theme once, not once for every cell."""
        theme = current()
        self._scale = theme.scale
        self._pad = theme.px(PAD)
        self._badge = theme.px(m.BADGE)
        self._badge_gap = theme.px(_BADGE_GAP)
        self._glyph_size = theme.px(m.GLYPH)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        theme = current()
        return QSize(theme.px(self._model.columns[index.column()].width), theme.px(self._height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = self._model.row_at(index.row())
        place = index.column()
        column = self._model.columns[place]
        rect: QRect = option.rect
        theme = current()
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.you_bg)
        elif row.look is RowLook.GROUP or index.row() == self.hovered:
            painter.fillRect(rect, theme.bg3)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line1)
        cell = row.cells[place]
        if cell is None or isinstance(cell, SpanCell):
            self._span(painter, rect, row, place, option.widget)
        elif isinstance(cell, StackedCell):
            self._stacked(painter, rect, cell, row, column, theme)
        else:
            self._painters[column.kind](painter, rect, cell, row, column, theme)

    def _span(self, painter: QPainter, rect: QRect, row: Row, place: int, table: object) -> None:
        """The part of a spanning text that lies in this cell: Qt paints cell by cell, each over its own ground."""
        if not isinstance(table, QTableView):
            return
        head, ratio = table.horizontalHeader(), painter.device().devicePixelRatio()
        known = (head.length(), head.offset(), rect.height(), ratio, self._look())
        if row is self._spanned_row and place in self._spanned and known == self._spanned_by:
            self._paint_part(painter, rect, ratio)
            return
        start = place
        while start > 0 and row.cells[start] is None:
            start -= 1
        cell = row.cells[start]
        if not isinstance(cell, SpanCell):
            return
        end = start + 1
        while end < len(row.cells) and row.cells[end] is None:
            end += 1
        left = table.columnViewportPosition(start)
        size = QSize(sum(table.columnWidth(column) for column in range(start, end)), rect.height())
        picture = _span_picture(cell, row.bold, row.look, size.width(), size.height(), ratio, self._look())
        self._spanned_row, self._spanned, self._spanned_by = row, range(start, end), known
        self._picture, self._picture_left = picture, left
        self._paint_part(painter, rect, ratio)

    def _paint_part(self, painter: QPainter, rect: QRect, ratio: float) -> None:
        part = QRectF((rect.left() - self._picture_left) * ratio, 0, rect.width() * ratio, rect.height() * ratio)
        painter.drawPixmap(QRectF(rect), self._picture, part)

    def _look(self) -> tuple[str, float]:
        return current().name, self._scale

    def _stacked(
        self, painter: QPainter, rect: QRect, cell: StackedCell, row: Row, column: Column, theme: Theme
    ) -> None:
        if not cell.below:
            self._text(painter, rect, cell.words, row, column, theme)
            return
        inside = QRectF(rect).adjusted(self._pad, 0, -self._pad, 0)
        weight = Weight.SEMIBOLD if row.bold else Weight.REGULAR
        upper = QRectF(inside.left(), inside.top(), inside.width(), inside.height() / 2 + theme.px(m.FOCUS))
        lower = QRectF(inside.left(), inside.center().y(), inside.width(), inside.height() / 2 - theme.px(m.FOCUS))
        text(painter, upper, cell.words, theme.text1, font(Role.LABEL, weight))
        text(painter, lower, _shortened_in(cell.below, font(Role.HINT), lower.width()), theme.text3, font(Role.HINT))

    def _text(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        ink = theme.text3 if row.look is RowLook.DIM else theme.text1
        self._line(painter, rect, str(cell), column, ink, Weight.SEMIBOLD if row.bold else Weight.REGULAR)

    def _muted(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        self._line(painter, rect, str(cell), column, theme.text2, Weight.REGULAR)

    def _mono(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        self._line(painter, rect, str(cell), column, theme.text1, Weight.REGULAR, mono=True)

    def _time(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        self._line(painter, rect, str(cell), column, theme.text2, Weight.REGULAR, mono=True)

    def _glyph(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, GlyphCell):
            return
        size = self._glyph_size
        blink = shared_blink()
        lit = blink.slow() if cell.state is GlyphState.RETURNED else blink.fast()
        picture = glyph_pixmap(cell.priority, cell.state, size, painter.device().devicePixelRatio(), ring_lit=lit)
        centre = rect.center()
        painter.drawPixmap(centre.x() - size // 2 + 1, centre.y() - size // 2, picture)

    def _value(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, ValueCell):
            return
        ink = theme.text3 if cell.mark in FADED else theme.text1
        weight = Weight.SEMIBOLD if cell.strong else Weight.REGULAR
        laid, width, height = _prepared(with_unit(cell.number, cell.unit), weight, False, self._scale)
        left = self._left(rect, width, column)
        self._draw(painter, left, rect, laid, height, ink, weight, mono=False)
        if cell.mark is Mark.GOOD:
            return
        middle = rect.center().y()
        if cell.mark is Mark.UNCERTAIN:
            painter.setPen(QPen(theme.text2, theme.px(1), Qt.PenStyle.DotLine))
            base = middle + theme.px(8)
            painter.drawLine(QPointF(left, base), QPointF(left + width, base))
        elif cell.mark is Mark.BAD:
            painter.fillRect(QRectF(left, middle + 1, width, theme.px(1)), ink)
        self._paint_badge(painter, left - self._badge - self._badge_gap, rect, cell.mark)

    def _mark(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, MarkCell):
            return
        good = cell.mark is Mark.GOOD
        if not good:
            self._paint_badge(painter, rect.left() + self._pad, rect, cell.mark)
            rect = rect.adjusted(self._badge + self._badge_gap, 0, 0, 0)
        self._line(painter, rect, cell.words, column, theme.text2 if good else theme.text1, Weight.REGULAR)

    def _spark(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, SparkCell):
            return
        ratio = painter.device().devicePixelRatio()
        look = (rect.width(), rect.height(), ratio, theme.name)
        kept = self._lines.get(cell)
        if kept is None or kept[0] != look:
            kept = (look, self._drawn_line(cell, rect, ratio, theme))
            self._lines[cell] = kept
        painter.drawPixmap(rect.topLeft(), kept[1])

    def _drawn_line(self, cell: SparkCell, rect: QRect, ratio: float, theme: Theme) -> QPixmap:
        picture = QPixmap(round(rect.width() * ratio), round(rect.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        down = theme.px(_SPARK_INSET)
        inside = QRectF(0, 0, rect.width(), rect.height()).adjusted(self._pad, down, -self._pad, -down)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_sparkline(painter, inside, cell.values, theme.text2, theme.mark(cell.tone))
        return picture

    def _bar(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if not isinstance(cell, BarCell):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_bar(
            painter, QRectF(rect).adjusted(self._pad, 0, -self._pad, 0), cell.span, cell.value, cell.tone, cell.mark
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _tick(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        size = theme.px(m.ICON_ROW)
        where = QRectF(rect.center().x() - size / 2, rect.center().y() - size / 2, size, size)
        paint_icon(painter, where, "check" if cell else "cross", theme.ok if cell else theme.text1)

    def _entry(self, painter: QPainter, rect: QRect, cell: Cell, row: Row, column: Column, theme: Theme) -> None:
        if isinstance(cell, EntryCell):
            paint_entry(painter, rect, cell, theme, bold=row.bold, dim=row.look is RowLook.DIM)

    def _paint_badge(self, painter: QPainter, left: float, rect: QRect, mark: Mark) -> None:
        where = QRectF(left, rect.center().y() - self._badge / 2 + 0.5, self._badge, self._badge)
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
        laid, width, height = _prepared(words, weight, mono, self._scale)
        room = rect.width() - 2 * self._pad
        if column.elide and width > room:
            shorter = _shortened(words, weight, mono, room, self._scale)
            laid, width, height = _prepared(shorter, weight, mono, self._scale)
        self._draw(painter, self._left(rect, width, column), rect, laid, height, ink, weight, mono=mono)

    def _left(self, rect: QRect, width: float, column: Column) -> float:
        if column.align is Align.LEFT:
            return rect.left() + self._pad
        if column.align is Align.RIGHT:
            return rect.right() + 1 - self._pad - width
        return rect.left() + (rect.width() - width) / 2

    def _draw(
        self,
        painter: QPainter,
        left: float,
        rect: QRect,
        laid: QStaticText,
        height: float,
        ink: QColor,
        weight: Weight,
        *,
        mono: bool,
    ) -> None:
        painter.setFont(font(Role.LABEL, weight, mono=mono))
        painter.setPen(ink)
        painter.drawStaticText(QPointF(left, rect.top() + (rect.height() - height) / 2), laid)
