"""The consequence in a command dialog: customers in large figures, who they are, readings, what moves with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.lines import Lines
from app.dialogs.outlook import Outlook, Row
from app.texts import _
from widgets.readouts import Text
from widgets.surfaces import Card, Level, Surface
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m

_CRITICAL_AT_MOST = 4


class ConsequenceCard(Card):
    """Shows an outlook. Unknown is said in bold, never left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Consequence"), level=Level.WELL, parent=parent)
        self._number = Text("", Role.CONSEQUENCE, Weight.SEMIBOLD)
        self._words = Text("", Role.VALUE, wrap=True)
        self._split = Lines(tone=Tone.SECONDARY)
        self._critical = QVBoxLayout()
        self._rows = QVBoxLayout()
        self._shown: tuple[object, ...] = ()
        self._lay_out()

    def show_outlook(self, outlook: Outlook) -> None:
        """Show what is known; rebuilt only where it changed."""
        self._number.setText(outlook.number)
        self._number.setVisible(bool(outlook.number))
        self._words.setText(outlook.words)
        self._words.set_weight(Weight.REGULAR if outlook.number else Weight.BOLD)
        self._split.show_lines(outlook.split)
        self.set_note(outlook.note)
        shown = (outlook.critical, outlook.rows)
        if shown != self._shown:
            self._shown = shown
            self._show_critical(outlook.critical)
            self._show_rows(outlook.rows)

    def _show_critical(self, critical: Sequence[str]) -> None:
        _empty(self._critical)
        for name in critical[:_CRITICAL_AT_MOST]:
            self._critical.addWidget(_white_box(name))
        if len(critical) > _CRITICAL_AT_MOST:
            rest = _("{count} more works lose gas").format(count=len(critical) - _CRITICAL_AT_MOST)
            self._critical.addWidget(Text(rest, Role.LABEL, Weight.SEMIBOLD))

    def _show_rows(self, rows: Sequence[Row]) -> None:
        _empty(self._rows)
        for row in rows:
            self._rows.addWidget(_reading(row))

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        space(line, gap=m.GAP * 2)
        left = QVBoxLayout()
        space(left, gap=m.QUARTER)
        for part in (self._number, self._words, self._split):
            left.addWidget(part)
        left.addStretch(1)
        line.addLayout(left, 2)
        right = QVBoxLayout()
        space(right, gap=m.HALF)
        space(self._critical, gap=m.QUARTER)
        space(self._rows, gap=m.QUARTER + 2)
        right.addLayout(self._critical)
        right.addLayout(self._rows)
        right.addStretch(1)
        line.addLayout(right, 3)
        self.body.addLayout(line)
        self.body.addStretch(1)


def _white_box(name: str) -> QWidget:
    """A critical customer, framed in white so that nobody reads past it."""
    box = Surface(Level.WELL, line=Tone.NORMAL, radius=m.RADIUS_CONTROL)
    row = QHBoxLayout(box)
    space(row, (m.GAP, m.QUARTER, m.GAP, m.QUARTER), m.GAP)
    row.addWidget(Text(name, Role.LABEL, Weight.SEMIBOLD, elide=Qt.TextElideMode.ElideMiddle), 1)
    row.addWidget(Text(_("no arrangement recorded"), Role.HINT, tone=Tone.SECONDARY))
    return box


def _reading(row: Row) -> QWidget:
    """A label, what is now, and what will be where that is known."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    space(line, gap=m.HALF)
    line.addWidget(Text(row.label, Role.LABEL, tone=Tone.SECONDARY, elide=Qt.TextElideMode.ElideMiddle), 1)
    line.addWidget(Text(row.before, Role.LABEL, Weight.REGULAR if row.after else Weight.MEDIUM))
    if row.after:
        line.addWidget(Text("→", Role.LABEL, tone=Tone.MUTED))
        line.addWidget(Text(row.after, Role.LABEL, Weight.SEMIBOLD))
    return holder


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
