"""Ask what of the trend is written where: the lines as drawn, the stored samples, or the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.texts import _
from widgets.inputs import Button, ButtonKind, FormField, LineField, Segmented
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, Weight, px
from widgets.theme import metrics as m

_WIDTH: Final = 620
SHOWN: Final = "shown"
RAW: Final = "raw"
PICTURE: Final = ".png"


class TrendExport(DialogFrame):
    """Form, content and file.

    Signals: chosen(str file, str what): what = "shown" or "raw"; a .png is the picture. escaped() (from DialogFrame).
    """

    chosen = Signal(str, str)

    def __init__(self, words: str, *, folder: Path, name: str, parent: QWidget | None = None) -> None:
        """words: what is in view, in words."""
        super().__init__(_("Export trend"), icon="export", parent=parent)
        self.setMinimumWidth(px(_WIDTH))
        self._form = Segmented([(".csv", "CSV"), (".parquet", "Parquet"), (PICTURE, "PNG")], name=_("Form"))
        self._what = Segmented([(SHOWN, _("As drawn")), (RAW, _("Every stored sample"))], name=_("Content"))
        self._file = LineField(name=_("File"))
        self._file.setText(str(folder / f"{name}.csv"))
        self._words = Text(words, Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._commit = Button(_("Write file"), kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self._content = FormField(_("Content"), self._what)
        self.body.addWidget(FormField(_("Form"), self._form))
        self.body.addWidget(self._content)
        self.body.addWidget(FormField(_("File"), self._file))
        self.body.addWidget(self._words)
        self.body.addWidget(self._refusal)
        self.add_leading(back)
        self.add_commit(self._commit)
        self._refusal.hide()
        self._form.chosen.connect(self._choose_form)
        self._file.textChanged.connect(lambda _text: self._show_commit())
        self._file.returnPressed.connect(self._choose)
        self._commit.clicked.connect(self._choose)
        back.clicked.connect(self.escaped)
        self._show_commit()

    def focus_first(self) -> None:
        """The name of the file is what has to be looked at."""
        self._file.setFocus()

    def refused(self, words: str) -> None:
        """Say why it was not written; another try is possible."""
        self._refusal.setText(words)
        self._refusal.show()
        self._show_commit()

    def _choose_form(self, ending: str) -> None:
        file = Path(self._file.text())
        self._file.setText(str(file.with_suffix(ending)) if file.name else "")
        self._content.setEnabled(ending != PICTURE)
        self._show_commit()

    def _show_commit(self) -> None:
        self._commit.setEnabled(Path(self._file.text()).suffix.casefold() == self._form.current())

    def _choose(self) -> None:
        if self._commit.isEnabled():
            self._commit.setEnabled(False)
            self.chosen.emit(self._file.text(), self._what.current())
