"""How long a reservation or a request still lives: a ring and a sentence on what happens then."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.readouts import Text
from widgets.surfaces import ExpiryRing, Level, Surface
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m

_DIAMETER = 54


class ExpiryCard(Surface):
    """A ring that runs empty, with words."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Level.RAISED, parent=parent)
        self._ring = ExpiryRing(name=name, diameter=_DIAMETER)
        self._title = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._words = Text("", Role.HINT, tone=Tone.SECONDARY, wrap=True)
        lines = QVBoxLayout()
        space(lines, gap=m.QUARTER)
        lines.addStretch(1)
        lines.addWidget(self._title)
        lines.addWidget(self._words)
        lines.addStretch(1)
        row = QHBoxLayout(self)
        space(row, (m.INSET, m.HALF, m.INSET, m.HALF), m.INSET)
        row.addWidget(self._ring)
        row.addLayout(lines, 1)

    def show_left(self, left_s: float, total_s: float, title: str, words: str) -> None:
        """Show seconds left of the total, and what that means."""
        self._ring.show_left(left_s, total_s)
        self._title.setText(title)
        self._words.setText(words)
