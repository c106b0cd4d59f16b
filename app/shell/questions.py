"""Questions between desks about a command: told where the one who asked for it sits, and the answer to who asked."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.formats import shown
from app.shell.console import Console
from app.texts import _
from backend.model.command import TERMINAL, Command
from backend.model.note import Note

_LONGEST = 160


class Questions(QObject):
    """Listens for as long as it lives. Signals: changed() when another command waits for an answer, or no longer."""

    changed = Signal()

    def __init__(self, console: Console, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._console = console
        self._open: dict[str, Note] = {}
        """The question that waits, by command."""
        console.bridge.notes.connect(self._on_notes)

    def waiting_for(self, person: str) -> frozenset[str]:
        """Open commands of a person about which somebody asks."""
        return frozenset(
            each.content.id for each in self._commands() if each.requester == person and each.content.id in self._open
        )

    def _on_notes(self, written: Iterable[Note]) -> None:
        for note in written:
            question = self._open.pop(note.subject, None)
            if note.asks:
                self._open[note.subject] = note
            self._tell(note, question)
        self.changed.emit()

    def _tell(self, note: Note, question: Note | None) -> None:
        session = self._console.desk.session
        command = next((each for each in self._commands() if each.content.id == note.subject), None)
        if session is None or command is None or self._console.desk.locked or note.person == session.person:
            return
        said = {
            "person": self._name(note.person),
            "device": shown(command.content.device, 40),
            "words": shown(note.words, _LONGEST),
        }
        if note.asks and session.person == command.requester:
            asked = _("{person} asks about {device}: {words}  Answer on the commands page with K.")
            self._console.said.emit(asked.format(**said), False)
        elif question is not None and question.person == session.person:
            self._console.said.emit(_("{person} answers about {device}: {words}").format(**said), False)

    def _commands(self) -> tuple[Command, ...]:
        return tuple(each for each in self._console.backend.commands.snapshot() if each.state not in TERMINAL)

    def _name(self, person: str) -> str:
        accounts = self._console.backend.people.accounts()
        return shown(next((each.name for each in accounts if each.person == person), person), 32)
