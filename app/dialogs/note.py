"""Write a note to the log, or ask somebody: one line, kept in the journal under one's name."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.formats import shown
from app.texts import _
from backend.model.note import LONGEST_NOTE
from widgets.inputs import Button, ButtonKind, FormField, LineField
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, Weight, px
from widgets.theme import metrics as m

_WIDTH = 640


class NoteDialog(DialogFrame):
    """About what it is, the words, and that they stay. asked: who is asked; "" = a note.

    Signals: written(str words); escaped() (from DialogFrame).
    """

    written = Signal(str)

    def __init__(self, about: str, *, asked: str = "", parent: QWidget | None = None) -> None:
        title = _("Ask {person}").format(person=shown(asked, 32)) if asked else _("Note to the log")
        super().__init__(title, icon="note", parent=parent)
        self.setMinimumWidth(px(_WIDTH))
        label = _("Question") if asked else _("Note")
        self._words = LineField(name=label)
        self._words.setMaxLength(LONGEST_NOTE)
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._commit = Button(
            _("Ask") if asked else _("Write"), key="↵", kind=ButtonKind.COMMIT, height=m.COMMAND_BUTTON
        )
        back = Button(_("Back"), key="Esc", height=m.COMMAND_BUTTON)
        self.body.addWidget(Text(shown(about, 200), Role.VALUE, wrap=True))
        self.body.addWidget(FormField(label, self._words))
        hint = _("It is kept in the journal under your name and cannot be changed.")
        self.body.addWidget(Text(hint, Role.HINT, tone=Tone.MUTED, wrap=True))
        self.body.addWidget(self._refusal)
        self._refusal.hide()
        self.add_leading(back)
        self.add_commit(self._commit)
        self._commit.setEnabled(False)
        self._words.textChanged.connect(lambda text: self._commit.setEnabled(bool(text.strip())))
        self._words.returnPressed.connect(self._write)
        self._commit.clicked.connect(self._write)
        back.clicked.connect(self.escaped)

    def focus_first(self) -> None:
        """Start in the words."""
        self._words.setFocus()

    def refused(self, sentence: str) -> None:
        """Say why not; the dialog stays for another try."""
        self._refusal.setText(sentence)
        self._refusal.setVisible(bool(sentence))
        self._commit.setEnabled(True)

    def _write(self) -> None:
        if self._commit.isEnabled():
            self._commit.setEnabled(False)
            self.written.emit(self._words.text().strip())
