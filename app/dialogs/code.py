"""Where the number of a device is typed: a box a character, or a plain field where it is no such number."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.formats import shown
from app.texts import _
from backend.model.command import Commandable
from widgets.inputs import DigitBoxes, LineField
from widgets.theme import space

_MOST_BOXES = 6


class CodeField(QWidget):
    """Typed from the screen, never pasted where boxes do. Signals: changed()."""

    changed = Signal()

    def __init__(self, code: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        boxed = code.isascii() and code.isalnum() and code == code.upper() and len(code) <= _MOST_BOXES
        self._boxes = DigitBoxes(len(code), name=name, letters=not code.isdigit()) if boxed else None
        self._line = LineField(name=name) if self._boxes is None else None
        layout = QVBoxLayout(self)
        space(layout)
        layout.addWidget(self.editor())
        self.setAccessibleName(name)
        self.setFocusProxy(self.editor())
        if self._boxes is not None:
            self._boxes.changed.connect(lambda _digits: self.changed.emit())
        elif self._line is not None:
            self._line.textChanged.connect(lambda _text: self.changed.emit())

    def editor(self) -> QWidget:
        """The widget that takes the keys."""
        editor = self._boxes or self._line
        assert editor is not None
        return editor

    def text(self) -> str:
        """What has been typed."""
        return self._boxes.digits() if self._boxes is not None else self._line.text().strip() if self._line else ""

    def fill(self, text: str) -> None:
        """Type this, as a person would."""
        if self._boxes is not None:
            self._boxes.fill(text)
        elif self._line is not None:
            self._line.setText(text)

    def clear(self) -> None:
        """Empty it."""
        self.fill("")


def code_label(target: Commandable) -> str:
    """What to type; the code itself only where it cannot be read off the tag above."""
    if target.short_code in target.device:
        return _("Number on screen")
    return _("Number on screen: {code}").format(code=shown(target.short_code, 24))
