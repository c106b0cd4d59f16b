"""What a region says when there is nothing to show: one true sentence and the one useful action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.inputs.button import Button
from widgets.readouts.text import Text
from widgets.theme import Role, Tone, space
from widgets.theme import metrics as m


class EmptyState(QWidget):
    """A sentence, and below it the action, if there is one.

    Signals: acted() when the action was pressed.
    """

    acted = Signal()

    def __init__(self, words: str, *, action: str = "", key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = Text(words, Role.BODY, tone=Tone.SECONDARY, wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = Button(action, key=key)
        self._button.clicked.connect(self.acted)
        layout = QVBoxLayout(self)
        space(layout, (m.INSET, m.INSET, m.INSET, m.INSET), m.GAP)
        layout.addStretch(1)
        layout.addWidget(self._words)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.set_words(words, action)

    def set_words(self, words: str, action: str = "") -> None:
        """Change the sentence and the action."""
        self._words.setText(words)
        self._button.set_words(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(words)
