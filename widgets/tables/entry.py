"""A list entry of four lines in one cell: what and which, where, what it does and who asked, how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.theme import Role, Theme, Weight, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, text, text_width

ENTRY_HEIGHT: Final = 104
_DOT = 3.5
_DOT_STEP = 15
_RING = 14
_FULL = 360 * 16
_TOP = 90 * 16


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCell:
    """One entry. left: share of its time that is left, None = nothing runs out. done: steps behind it of `steps`.

    strong: what it does matters. failed: it stopped at the step after `done`.
    """

    lead: str
    tag: str
    place: str = ""
    effect: str = ""
    by: str = ""
    time: str = ""
    state: str = ""
    done: int = 0
    steps: int = 0
    left: float | None = None
    strong: bool = False
    failed: bool = False

    @property
    def words(self) -> str:
        """Everything it says, for screen readers and a search."""
        parts = (f"{self.lead} {self.tag}", self.place, self.effect, self.by, self.state, self.time)
        return " · ".join(part for part in parts if part.strip())


def paint_entry(painter: QPainter, rect: QRect, cell: EntryCell, theme: Theme, *, bold: bool, dim: bool) -> None:
    """Draw an entry; dim: it is over."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inside = QRectF(rect).adjusted(px(m.GAP), px(m.HALF), -px(m.GAP), -px(m.HALF))
    first = QRectF(inside.left(), inside.top(), inside.width(), px(Role.VALUE.line))
    right = _paint_time(painter, first, cell, theme)
    ink = theme.text2 if dim else theme.text1
    lead_face = font(Role.VALUE, Weight.SEMIBOLD if bold else Weight.MEDIUM)
    room = QRectF(first.left(), first.top(), right - first.left(), first.height())
    text(painter, room, cell.lead, ink, lead_face, LEFT)
    tag = room.adjusted(text_width(cell.lead, lead_face) + px(m.HALF), 0, 0, 0)
    text(painter, tag, cell.tag, ink, font(Role.VALUE, Weight.MEDIUM, mono=True), LEFT)
    second = QRectF(inside.left(), first.bottom() + 2, inside.width(), px(Role.LABEL.line))
    text(painter, second, cell.place, theme.text2, font(Role.LABEL), LEFT, Qt.TextElideMode.ElideMiddle)
    third = second.translated(0, second.height() + 2)
    by_width = text_width(cell.by, font(Role.HINT))
    text(painter, third, cell.by, theme.text3, font(Role.HINT), RIGHT)
    effect = third.adjusted(0, 0, -by_width - px(m.HALF), 0)
    effect_face = font(Role.LABEL, Weight.SEMIBOLD if cell.strong and not dim else Weight.REGULAR)
    effect_ink = theme.text1 if cell.strong and not dim else theme.text2
    text(painter, effect, cell.effect, effect_ink, effect_face, LEFT, Qt.TextElideMode.ElideRight)
    last = third.translated(0, third.height() + 2)
    dots = _paint_steps(painter, last, cell, theme)
    state = last.adjusted(dots, 0, 0, 0)
    state_face = font(Role.LABEL, Weight.SEMIBOLD if cell.failed else Weight.REGULAR)
    state_ink = theme.text1 if cell.failed else theme.text2
    text(painter, state, cell.state, state_ink, state_face, LEFT, Qt.TextElideMode.ElideRight)
    painter.restore()


def _paint_time(painter: QPainter, line: QRectF, cell: EntryCell, theme: Theme) -> float:
    """The time at the right, with a ring that runs empty; returns where it begins."""
    face = font(Role.LABEL, Weight.MEDIUM, mono=True)
    text(painter, line, cell.time, theme.text2, face, RIGHT)
    left = line.right() - text_width(cell.time, face)
    if cell.left is not None:
        size = px(_RING)
        ring = QRectF(left - size - px(6), line.center().y() - size / 2, size, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.bg4, px(2.5)))
        painter.drawEllipse(ring)
        painter.setPen(QPen(theme.you, px(2.5)))
        painter.drawArc(ring, _TOP, -round(min(1.0, max(0.0, cell.left)) * _FULL))
        left = ring.left()
    return left - px(m.HALF)


def _paint_steps(painter: QPainter, line: QRectF, cell: EntryCell, theme: Theme) -> float:
    """The life in dots: behind it, now, still ahead; returns the width taken."""
    if not cell.steps:
        return 0.0
    middle, step = line.center().y(), px(_DOT_STEP)
    first = line.left() + px(_DOT) + 1
    painter.setPen(QPen(theme.line2, px(1.5)))
    painter.drawLine(QPointF(first, middle), QPointF(first + step * (cell.steps - 1), middle))
    for place in range(cell.steps):
        at = QPointF(first + step * place, middle)
        if cell.failed and place == cell.done:
            size = px(m.ICON_ROW)
            _dot(painter, at, theme.bg2, theme.bg2, px(_DOT) + 3)
            paint_icon(painter, QRectF(at.x() - size / 2, at.y() - size / 2, size, size), "cross", theme.text1)
            continue
        now = place == cell.done
        fill: QColor = theme.text2 if place < cell.done else theme.you if now else theme.bg2
        _dot(painter, at, fill, theme.you if now else theme.line3, px(_DOT))
    return step * (cell.steps - 1) + 2 * px(_DOT) + px(m.GAP)


def _dot(painter: QPainter, at: QPointF, fill: QColor, line: QColor, radius: float) -> None:
    painter.setPen(QPen(line, px(1.5)))
    painter.setBrush(fill)
    painter.drawEllipse(at, radius, radius)
