"""The consequences of the open commands, worked out anew as valves move; of ended ones, what they were to do."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.actions import Actions
from app.dialogs.outlook import Moves, moves
from backend.api import Backend
from backend.model.command import TERMINAL, Command
from backend.model.isolation import Consequence


class Effects(QObject):
    """Asks the backend and remembers. Signals: changed() when an answer differs from the one before."""

    changed = Signal()

    def __init__(self, backend: Backend, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._backend = backend
        self._actions = actions
        self._known: dict[str, Consequence] = {}
        self._asking: set[str] = set()

    def of(self, command_id: str) -> Consequence | None:
        """What it does, or was to do; None = not known."""
        return self._known.get(command_id) or self._backend.network.at_request(command_id)

    def look(self, commands: Iterable[Command]) -> None:
        """Ask for every open one."""
        for command in commands:
            content = command.content
            if command.state in TERMINAL or content.id in self._asking:
                continue
            asked = moves(self._backend, point=content.point, action=content.action, own=content.id)
            if asked.known():
                self._ask(content.id, asked)

    def _ask(self, command_id: str, asked: Moves) -> None:
        self._asking.add(command_id)
        self._actions.ask(
            self._backend.network.consequence(asked.closing, asked.opening),
            lambda told: self._heard(command_id, told),
            owner=self,
            failed=lambda _words: self._asking.discard(command_id),
        )

    def _heard(self, command_id: str, told: Consequence) -> None:
        self._asking.discard(command_id)
        if self._known.get(command_id) != told:
            self._known[command_id] = told
            self.changed.emit()
