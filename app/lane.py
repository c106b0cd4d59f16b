"""What one listener hears of the backend: the signals every page knows, and what waits until it is its turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import SIGNAL, QObject, Signal

from backend.model.alarm import AlarmRecord
from backend.model.command import Command
from backend.model.event import LinkHealth
from backend.model.live import TagSnapshot
from backend.model.note import Note

_SIGNALS = ("values", "alarms", "commands", "links", "notes")


@dataclass(slots=True, kw_only=True)
class Facts:
    """What happened, each kind in order."""

    links: list[LinkHealth] = field(default_factory=list)
    alarms: list[AlarmRecord] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.links or self.alarms or self.commands or self.notes)

    def add(self, later: Facts) -> None:
        """What happened after that."""
        self.links += later.links
        self.alarms += later.alarms
        self.commands += later.commands
        self.notes += later.notes


class Lane(QObject):
    """What pages listen to.

    Signals: values(TagSnapshot) at most 4 Hz and only when something changed; alarms(list[AlarmRecord]),
    commands(list[Command]), links(list[LinkHealth]), notes(list[Note]) in order, at most 10 Hz; beat() at 4 Hz for ages
    and clocks.
    """

    values = Signal(object)
    alarms = Signal(object)
    commands = Signal(object)
    links = Signal(object)
    notes = Signal(object)
    beat = Signal()

    def __init__(self, snapshot: Callable[[], TagSnapshot], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot = snapshot
        self._facts = Facts()
        self._changed = self._beaten = False

    def snapshot(self) -> TagSnapshot:
        """The values last given to pages: one value is equal on every page and window."""
        return self._snapshot()

    def heard(self) -> bool:
        """Whether anybody listens; a page in view does, others do not."""
        return (
            any(self.receivers(SIGNAL(f"{name}(PyObject)")) for name in _SIGNALS)
            or self.receivers(SIGNAL("beat()")) > 0
        )

    def keep_beat(self, *, changed: bool) -> None:
        """A beat for the next turn; `changed`: there are new values with it."""
        self._beaten = True
        self._changed = self._changed or changed

    def keep_facts(self, facts: Facts) -> None:
        """Facts for the next turn, behind those that wait already; none is left out."""
        self._facts.add(facts)

    def drop(self) -> None:
        """Nobody listens: who comes later asks the backend what there is, and must not hear older facts after it."""
        self._facts = Facts()
        self._changed = self._beaten = False

    def turn(self) -> None:
        """Tell all that waits."""
        facts, changed, beaten = self._facts, self._changed, self._beaten
        self.drop()
        if facts.links:
            self.links.emit(facts.links)
        if facts.alarms:
            self.alarms.emit(facts.alarms)
        if facts.commands:
            self.commands.emit(facts.commands)
        if facts.notes:
            self.notes.emit(facts.notes)
        if changed:
            self.values.emit(self.snapshot())
        if beaten:
            self.beat.emit()
