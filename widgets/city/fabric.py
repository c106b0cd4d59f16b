"""The safety fabric: equal cells for equal shares of a fleet, and only the exceptions marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.city.walk import Walked
from widgets.notices.blink import shared_blink
from widgets.notices.glyph import BLINKING, GlyphState, paint_glyph
from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import RIGHT, box, focus_ring, text

_CELLS = 30
_CELL_HEIGHT = 9
_ROW = 52
_LOWEST_ROW = 33
"""Without the sentence below."""
_MARK = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OffNormal:
    """Something off in a fleet, at its share of the row (0-1)."""

    share: float
    priority: int
    state: GlyphState


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """One fleet: how many there are, what is off, and the rest in one sentence. dim: share whose link is lost."""

    key: str
    title: str
    count: int
    note: str
    exceptions: tuple[OffNormal, ...] = ()
    dim: tuple[float, ...] = ()


class Fabric(Walked):
    """Strands under one another. Signals: those of Walked."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strands: tuple[Strand, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        shared_blink().changed.connect(self._beat)
        self.say(name)

    def show_strands(self, strands: Sequence[Strand]) -> None:
        """Show these."""
        if tuple(strands) != self._strands:
            self._strands = tuple(strands)
            shared_blink().need(self, self._blinks())
            self.update()

    def keys(self) -> Sequence[str]:
        return [strand.key for strand in self._strands]

    def area(self, key: str) -> QRectF:
        return self._row(self.keys().index(key))

    def words(self, key: str) -> str:
        strand = next(each for each in self._strands if each.key == key)
        return f"{strand.title} {strand.count}: {strand.note}"

    def sizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 4, px(_ROW) * max(1, len(self._strands)))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 3, px(_LOWEST_ROW) * max(1, len(self._strands)))

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            for index, strand in enumerate(self._strands):
                self._paint(painter, self._row(index), strand)
            if self.hasFocus() and self._current in self.keys():
                focus_ring(painter, self.area(self._current))

    def _row(self, index: int) -> QRectF:
        height = self.height() / max(1, len(self._strands))
        return QRectF(0, index * height, self.width(), height)

    def _paint(self, painter: QPainter, where: QRectF, strand: Strand) -> None:
        theme = current()
        inside = where.adjusted(px(m.QUARTER), px(2), -px(m.QUARTER), 0)
        head = QRectF(inside.left(), inside.top(), inside.width(), px(Role.LABEL.line))
        text(painter, head, strand.title, theme.text1, font(Role.LABEL, Weight.SEMIBOLD))
        text(painter, head, f"{strand.count:,}", theme.text1, font(Role.LABEL, Weight.SEMIBOLD), RIGHT)
        cells = max(1, min(_CELLS, strand.count))
        step = inside.width() / cells
        top = head.bottom() + px(3)
        dim = {min(cells - 1, int(share * cells)) for share in strand.dim}
        for cell in range(cells if strand.count else 0):
            rect = QRectF(inside.left() + cell * step, top, step - px(2), px(_CELL_HEIGHT))
            lost = cell in dim
            box(
                painter,
                rect,
                fill=None if lost else theme.bg4,
                line=theme.line3 if lost else None,
                radius=1,
                dashed=lost,
            )
        for one in sorted(strand.exceptions, key=lambda each: -each.priority):
            size = px(_MARK)
            x = inside.left() + one.share * inside.width() - size / 2
            x = min(max(x, inside.left()), inside.right() - size)
            paint_glyph(painter, QRectF(x, top + px(_CELL_HEIGHT) / 2 - size / 2, size, size), one.priority, one.state)
        if inside.height() < px(_ROW - m.QUARTER):
            return
        foot = QRectF(inside.left(), top + px(_CELL_HEIGHT + 2), inside.width(), px(Role.HINT.line))
        text(painter, foot, strand.note, theme.text3, font(Role.HINT), elide=Qt.TextElideMode.ElideRight)

    def _blinks(self) -> bool:
        return any(one.state in BLINKING for strand in self._strands for one in strand.exceptions)

    def _beat(self) -> None:
        if self._blinks():
            self.update()
