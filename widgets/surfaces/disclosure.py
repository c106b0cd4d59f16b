"""Fold what is needed seldom behind a line that says what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.inputs.button import Button, ButtonKind
from widgets.theme import metrics as m
from widgets.theme import space


class Disclosure(QWidget):
    """A line with an arrow; a press or ↵ shows or hides what is below it. Folded at the start.

    Signals: toggled(bool open).
    """

    toggled = Signal(bool)

    def __init__(self, words: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._head = Button(words, icon="right", kind=ButtonKind.QUIET)
        layout = QVBoxLayout(self)
        space(layout, gap=m.QUARTER)
        layout.addWidget(self._head, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(content, 1)
        content.setVisible(False)
        self._head.clicked.connect(lambda: self.open(not self.is_open()))

    def set_words(self, words: str) -> None:
        """Change the line (another language)."""
        self._head.set_words(words)

    def is_open(self) -> bool:
        """Whether the content is shown."""
        return not self._content.isHidden()

    def open(self, shown: bool) -> None:
        """Show or hide the content."""
        if shown != self.is_open():
            self._content.setVisible(shown)
            self._head.set_icon("down" if shown else "right")
            self.toggled.emit(shown)
