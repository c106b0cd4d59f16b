"""A few lines of text under one another, each a label of its own: no line break ever stands inside a text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.readouts import Text
from widgets.theme import Role, Tone, Weight, space


class Lines(QWidget):
    """As many labels as there are lines; hidden when there is none."""

    def __init__(
        self,
        role: Role = Role.LABEL,
        weight: Weight = Weight.REGULAR,
        tone: Tone = Tone.NORMAL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role, self._weight, self._tone = role, weight, tone
        self._texts: list[Text] = []
        self._column = QVBoxLayout(self)
        space(self._column)

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these, wrapped where they are too long."""
        while len(self._texts) < len(lines):
            text = Text("", self._role, self._weight, self._tone, wrap=True)
            self._texts.append(text)
            self._column.addWidget(text)
        for place, text in enumerate(self._texts):
            text.setText(lines[place] if place < len(lines) else "")
            text.setVisible(place < len(lines))
        self.setVisible(bool(lines))

    def lines(self) -> tuple[str, ...]:
        """What is shown."""
        return tuple(text.text() for text in self._texts if text.text())
