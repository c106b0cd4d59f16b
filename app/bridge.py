"""Backend topics → Qt: values coalesced at 4 Hz; alarms, commands, links and notes one by one at 10 Hz.

Listeners run on the core thread and only append; two timers on the GUI thread drain. The GUI never waits. The shell
hears at once, each page in a turn of its own: a dozen windows that show and paint in one turn would hold up every key.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from app.lane import Facts, Lane
from app.turns import Turns
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


class Bridge(Lane):
    """The lane of the shell itself, and those of the pages. Signals: those of Lane."""

    def __init__(self, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(lambda: self._latest, parent)
        self._backend = backend
        self._came: deque[Fact] = deque()
        self._dirty = True
        self._latest: TagSnapshot = backend.live.snapshot()
        self._stops: list[Callable[[], None]] = []
        self._lanes: list[Lane] = []
        self.turns = Turns(self)
        self._values_timer = self._timer(VALUES_MS, self._drain_values)
        self._facts_timer = self._timer(FACTS_MS, self._drain_facts)

    def start(self) -> None:
        """Listen and drain."""
        self._stops = [
            self._backend.live.changed.subscribe(self._on_live),
            self._backend.alarms.changed.subscribe(self._came.append),
            self._backend.commands.changed.subscribe(self._came.append),
            self._backend.links.changed.subscribe(self._came.append),
            self._backend.notes.changed.subscribe(self._came.append),
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
        self.turns.clear()

    def lane(self, owner: QObject) -> Lane:
        """A lane of its own for a page; it goes with its owner."""
        lane = Lane(self.snapshot, owner)
        self._lanes.append(lane)
        return lane

    def tell(self, facts: Facts) -> None:
        """These facts to the shell now and to every page in its turn."""
        self.keep_facts(facts)
        self.turn()
        for lane in self._asked():
            lane.keep_facts(facts)

    def _on_live(self, _version: int) -> None:
        self._dirty = True

    def _drain_values(self) -> None:
        # The flag first: what changes while the copy is made is shown next time, never lost.
        changed, self._dirty = self._dirty, False
        self._latest = self._backend.live.snapshot()
        self.keep_beat(changed=changed)
        self.turn()
        for lane in self._asked():
            lane.keep_beat(changed=changed)

    def _drain_facts(self) -> None:
        facts = Facts()
        for _ in range(min(len(self._came), FACTS_PER_DRAIN)):
            match self._came.popleft():
                case AlarmRecord() as record:
                    facts.alarms.append(record)
                case Command() as command:
                    facts.commands.append(command)
                case LinkHealth() as health:
                    facts.links.append(health)
                case Note() as note:
                    facts.notes.append(note)
        if facts:
            self.tell(facts)

    def _asked(self) -> list[Lane]:
        """The lanes that are listened to; each has asked for its turn."""
        self._lanes = [lane for lane in self._lanes if isValid(lane)]
        asked: list[Lane] = []
        for lane in self._lanes:
            if lane.heard():
                self.turns.ask(lane, lane.turn)
                asked.append(lane)
            else:
                lane.drop()
        return asked

    def _timer(self, interval_ms: int, tick: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(tick)
        return timer
