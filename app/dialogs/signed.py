"""What is signed, to the letter, folded behind a line; always there, never in the way."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.formats import literal
from app.texts import _
from widgets.surfaces import Disclosure
from widgets.theme import Role, font, px
from widgets.theme import metrics as m

_LINES = 9


class SignedText(Disclosure):
    """The very text whose hash is signed (S15), read-only and plain."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setFont(font(Role.HINT, mono=True))
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(px(Role.HINT.line * _LINES + m.GAP))
        self._text.setAccessibleName(_("What you sign, to the letter"))
        super().__init__(_("What you sign, to the letter"), self._text, parent)

    def show_text(self, text: str) -> None:
        """Show it. No name in it may turn round what stands beside it."""
        self._text.setPlainText("\n".join(literal(line) for line in text.split("\n")))

    def words(self) -> str:
        """What is shown."""
        return self._text.toPlainText()
