"""Say how far a value can be trusted: a badge before the value, and how the value itself is written (hmi.md §3.5)."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Weight, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, box, text

_RADIUS = 2


class Mark(StrEnum):
    """Quality of a value as it is shown."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"
    STALE = "stale"
    MANUAL = "manual"
    SIMULATED = "simulated"


FADED = frozenset({Mark.BAD, Mark.STALE})
"""Marks whose value is written in text3."""
_LETTERS = {Mark.UNCERTAIN: "?", Mark.MANUAL: "M", Mark.SIMULATED: "S"}


def paint_mark(painter: QPainter, rect: QRectF, mark: Mark) -> None:
    """Draw the badge in a square rectangle; good has none."""
    theme = current()
    fills = {Mark.BAD: theme.text2, Mark.MANUAL: theme.not_field}
    lines = {Mark.UNCERTAIN: theme.text2, Mark.STALE: theme.text3, Mark.SIMULATED: theme.not_field}
    inks = {Mark.UNCERTAIN: theme.text1, Mark.MANUAL: theme.bg0, Mark.SIMULATED: theme.not_field}
    if mark is Mark.GOOD:
        return
    box(
        painter,
        rect,
        fill=fills.get(mark),
        line=lines.get(mark),
        width=px(1.25),
        radius=_RADIUS,
        dashed=mark is Mark.STALE,
    )
    if mark in _LETTERS:
        ink = inks[mark] if theme.dark or mark is not Mark.MANUAL else theme.bg4
        text(painter, rect, _LETTERS[mark], ink, font(Role.MICRO, Weight.BOLD), CENTRE)
        return
    inset = rect.width() * 0.16
    icon, ink = ("close", theme.bg0) if mark is Mark.BAD else ("clock", theme.text2)
    ink = theme.bg4 if mark is Mark.BAD and not theme.dark else ink
    paint_icon(painter, rect.adjusted(inset, inset, -inset, -inset), icon, ink)


class MarkBadge(Painted):
    """The badge as a widget."""

    def __init__(self, mark: Mark = Mark.GOOD, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_mark(mark, name)

    def set_mark(self, mark: Mark, name: str) -> None:
        """Show this quality; `name` is its word."""
        self._mark = mark
        self.say(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(m.BADGE), px(m.BADGE))

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            paint_mark(painter, self.frame(), self._mark)
