"""Says which process pictures of the site are not used, and why: file, place in it, reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout

from app.formats import sentence
from app.texts import _, say
from backend.errors import ConfigError
from widgets.readouts import Text
from widgets.surfaces import Level, Surface
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m


class RefusedNote(Surface):
    """One sentence over the page; not there while every description could be read."""

    def __init__(self) -> None:
        super().__init__(Level.RAISED, line=Tone.MUTED, radius=m.RADIUS_CONTROL)
        self._refused: tuple[ConfigError, ...] = ()
        self._words = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        row = QHBoxLayout(self)
        space(row, (m.INSET, m.HALF, m.INSET, m.HALF))
        row.addWidget(self._words, 1)
        self.hide()

    def show_refused(self, refused: Sequence[ConfigError]) -> None:
        """Name the first one, and count the others."""
        self._refused = tuple(refused)
        self.retranslate()

    def retranslate(self) -> None:
        """In the language of the desk."""
        self.setVisible(bool(self._refused))
        if not self._refused:
            return
        words = sentence(_("Process picture not used: {reason}").format(reason=say(self._refused[0])))
        if len(self._refused) > 1:
            words += " " + _("{count} more are not used either.").format(count=len(self._refused) - 1)
        self._words.setText(words)
        self.say(_("Process pictures"), words)
