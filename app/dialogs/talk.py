"""What was asked and answered about a command, under one another, the newest last; asked for anew on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from app.actions import Actions
from app.dialogs.lines import Lines
from app.formats import clock_time, shown
from app.texts import _
from backend.api import Backend
from backend.model.note import Note
from backend.model.person import Session

_NEWEST = 4


class Talk(Lines):
    """Hidden while nothing was written."""

    def __init__(
        self,
        backend: Backend,
        actions: Actions,
        command_id: str,
        name: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        """name: of a person by id."""
        super().__init__(parent=parent)
        self._backend = backend
        self._actions = actions
        self._command_id = command_id
        self._name = name
        self.hide()

    def look(self) -> None:
        """Read what there is now."""
        self._actions.ask(self._backend.notes.of(self._command_id), self._show_notes, owner=self, failed=None)

    def ask(self, session: Session, words: str, failed: Callable[[str], None]) -> None:
        """Ask whoever asked for the command."""
        self._actions.follow(
            self._backend.notes.write(session, self._command_id, words, asks=True),
            lambda _note: self.look(),
            failed=failed,
            saying=_("Asked. The answer will stand under the reason."),
            owner=self,
        )

    def _show_notes(self, notes: Sequence[Note]) -> None:
        line = _("{time} {person}: {words}")
        self.show_lines(
            [
                line.format(time=clock_time(each.at), person=self._name(each.person), words=shown(each.words, 300))
                for each in notes[-_NEWEST:]
            ]
        )
