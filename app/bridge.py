"""Backend topics → Qt: values coalesced at 4 Hz, alarms, commands and links one by one at 10 Hz.

Listeners run on the core thread and only append; two timers on the GUI thread drain. The GUI never waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from backend.api import Backend
from backend.model.alarm import AlarmRecord
from backend.model.command import Command
from backend.model.event import LinkHealth
from backend.model.live import TagSnapshot
from backend.model.note import Note

VALUES_MS = 250
FACTS_MS = 100
FACTS_PER_DRAIN = 2_000
"""A flood is spread over several turns of the event loop; none is skipped."""

Fact = AlarmRecord | Command | LinkHealth | Note


class Bridge(QObject):
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

    def __init__(self, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._facts: deque[Fact] = deque()
        self._dirty = True
        self._latest: TagSnapshot = backend.live.snapshot()
        self._stops: list[Callable[[], None]] = []
        self._values_timer = self._timer(VALUES_MS, self._drain_values)
        self._facts_timer = self._timer(FACTS_MS, self._drain_facts)

    def start(self) -> None:
        """Listen and drain."""
        self._stops = [
            self._backend.live.changed.subscribe(self._on_live),
            self._backend.alarms.changed.subscribe(self._facts.append),
            self._backend.commands.changed.subscribe(self._facts.append),
            self._backend.links.changed.subscribe(self._facts.append),
            self._backend.notes.changed.subscribe(self._facts.append),
        ]
        self._values_timer.start()
        self._facts_timer.start()

    def stop(self) -> None:
        """Listen no more."""
        for stop in self._stops:
            stop()
        self._stops = []
        self._values_timer.stop()
        self._facts_timer.stop()

    def snapshot(self) -> TagSnapshot:
        """The values last given to pages: one value is equal on every page and window."""
        return self._latest

    def _on_live(self, _version: int) -> None:
        self._dirty = True

    def _drain_values(self) -> None:
        # The flag first: what changes while the copy is made is shown next time, never lost.
        changed, self._dirty = self._dirty, False
        self._latest = self._backend.live.snapshot()
        if changed:
            self.values.emit(self._latest)
        self.beat.emit()

    def _drain_facts(self) -> None:
        alarms: list[AlarmRecord] = []
        commands: list[Command] = []
        links: list[LinkHealth] = []
        notes: list[Note] = []
        for _ in range(min(len(self._facts), FACTS_PER_DRAIN)):
            match self._facts.popleft():
                case AlarmRecord() as record:
                    alarms.append(record)
                case Command() as command:
                    commands.append(command)
                case LinkHealth() as health:
                    links.append(health)
                case Note() as note:
                    notes.append(note)
        if links:
            self.links.emit(links)
        if alarms:
            self.alarms.emit(alarms)
        if commands:
            self.commands.emit(commands)
        if notes:
            self.notes.emit(notes)

    def _timer(self, interval_ms: int, tick: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(tick)
        return timer
