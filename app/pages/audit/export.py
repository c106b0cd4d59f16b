"""Ask where the journal is written to, and whether as a table of what is shown or as the signed whole."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.texts import _
from widgets.inputs import Button, ButtonKind, FormField, LineField, Segmented
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, px
from widgets.theme import metrics as m

_WIDTH = 620
BUNDLE: Final = ".zip"


class ExportDialog(DialogFrame):
    """Form and file.

    Signals: chosen(str file, bool whole): whole = the signed bundle of the whole journal; escaped() (from DialogFrame).
    """

    chosen = Signal(str, bool)

    def __init__(self, query: str, *, folder: Path, name: str = "journal", parent: QWidget | None = None) -> None:
        """query: what a table will hold, in words."""
        super().__init__(_("Export journal"), icon="export", parent=parent)
        self.setMinimumWidth(px(_WIDTH))
        self._query = query
        self._form = Segmented(
            [(".csv", "CSV"), (".xlsx", "XLSX"), (".parquet", "Parquet"), (BUNDLE, _("Signed bundle"))],
            name=_("Form"),
        )
        self._file = LineField(name=_("File"))
        self._file.setText(str(folder / f"{name}.csv"))
        self._words = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._commit = Button(_("Write file"), kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self.body.addWidget(FormField(_("Form"), self._form))
        self.body.addWidget(FormField(_("File"), self._file))
        self.body.addWidget(self._words)
        self.add_leading(back)
        self.add_commit(self._commit)
        self._form.chosen.connect(lambda _form: self._show())
        self._file.textChanged.connect(lambda _text: self._show_commit())
        self._file.returnPressed.connect(self._choose)
        self._commit.clicked.connect(self._choose)
        back.clicked.connect(self.escaped)
        self._show()

    def focus_first(self) -> None:
        """The name of the file is what has to be looked at."""
        self._file.setFocus()

    def _show(self) -> None:
        ending = self._form.current()
        file = Path(self._file.text())
        self._file.setText(str(file.with_suffix(ending)) if file.name else "")
        self._words.setText(
            _("The whole journal with its signed checkpoints: an auditor checks it with the site's public key.")
            if ending == BUNDLE
            else self._query
        )
        self._show_commit()

    def _show_commit(self) -> None:
        self._commit.setEnabled(Path(self._file.text()).suffix.casefold() == self._form.current())

    def _choose(self) -> None:
        if self._commit.isEnabled():
            self._commit.setEnabled(False)
            self.chosen.emit(self._file.text(), self._form.current() == BUNDLE)
