"""A stand-in for the core: runs an alarm engine, writes what it commits into a dict, and can restart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backend.alarms import AlarmEngine, Changes
from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmRecord, Occurrence
from backend.model.event import LinkHealth, LinkState
from backend.model.journal import JournalDraft
from backend.model.plant import Registry
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from tests.support.clock import ManualClock

US = 1_000_000
RULES = ("RULE-7", "RULE-8")


class AlarmDesk:
    """An engine with a database that is a dict. Everything is committed as soon as it is decided."""

    def __init__(self, registry: Registry, *, links: Sequence[str] = ("modbus/a",)) -> None:
        self.clock = ManualClock()
        self.registry = registry
        self.links = links
        self.alarms: dict[str, tuple[AlarmConfig, AlarmFacts]] = {}
        self.occurrences: list[Occurrence] = []
        self.journal: list[JournalDraft] = []
        self.newest: dict[int, tuple[int, float, int]] = {}
        self.restart()

    def restart(self, *, last_seen: int = 0) -> None:
        """The process ends here and starts again from what is stored."""
        points = sorted(self.newest)
        columns = zip(*(self.newest[each] for each in points), strict=True) if points else ([], [], [])
        self.engine = AlarmEngine(
            registry=self.registry,
            links=self.links,
            clock=self.clock,
            stored=list(self.alarms.values()),
            newest=SampleBatch.of(points, *columns, received_at=self.now, source="store"),
            last_seen=last_seen,
            rules=RULES,
        )

    @property
    def now(self) -> int:
        return self.clock.wall_us()

    def keep(self, changes: Changes) -> Changes:
        """One transaction, then commit."""
        for record in changes.records:
            self.alarms[record.config.key] = (record.config, record.facts)
        self.occurrences += changes.occurrences
        self.journal += changes.journal
        self.engine.commit(changes)
        return changes

    def batch(self, *rows: tuple[int, float, float] | tuple[int, float, float, int]) -> SampleBatch:
        """Rows of (point, value, seconds from now, quality = good)."""
        full = [(*row, GOOD)[:4] for row in rows]
        return SampleBatch.of(
            [point for point, _, _, _ in full],
            [self.now + round(after * US) for _, _, after, _ in full],
            [value for _, value, _, _ in full],
            [quality for _, _, _, quality in full],
            received_at=self.now,
            source="modbus/a",
        )

    def hears(self, *rows: tuple[int, float, float] | tuple[int, float, float, int]) -> Changes:
        """A batch of such rows arrives."""
        batch = self.batch(*rows)
        for point, at, value, quality in zip(
            batch.point.tolist(), batch.at.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True
        ):
            self.newest[point] = max(self.newest.get(point, (0, 0.0, 0)), (at, value, quality))
        return self.keep(self.engine.evaluate(batch, self.now))

    def link(self, state: LinkState, *devices: str, link: str = "modbus/a") -> Changes:
        """A link changes."""
        health = LinkHealth(
            link=link, protocol="modbus", state=state, since=self.now, reason="timed out", devices=devices
        )
        return self.keep(self.engine.link(health, self.now))

    def waits(self, seconds: float) -> Changes:
        """Time passes, then the core ticks."""
        self.clock.tick(seconds)
        return self.ticks()

    def ticks(self) -> Changes:
        return self.keep(self.engine.tick(self.now, self.clock.mono()))

    def stale(self, *points: int) -> Changes:
        return self.keep(self.engine.stale(np.array(points, np.int32), self.now))

    def acknowledges(self, key: str, occurrence: int | None = None, by: str = "li") -> Changes:
        number = self.alarms[key][1].occurrence if occurrence is None else occurrence
        return self.keep(self.engine.acknowledge(key, number, by, "desk-1", self.now, session="s-1"))

    def shelves(self, key: str, seconds: int = 900, *, one_shot: bool = False) -> Changes:
        return self.keep(
            self.engine.shelve(key, seconds, "noisy", "li", "desk-1", self.now, one_shot=one_shot, session="s-1")
        )

    def record(self, key: str) -> AlarmRecord:
        """The alarm as others see it; KeyError when it is NORM."""
        return {each.config.key: each for each in self.engine.records()}[key]

    @property
    def names(self) -> dict[str, str]:
        """Name of everything that is not NORM."""
        return {each.config.key: str(each.name) for each in self.engine.records()}

    def events(self, key: str) -> list[str]:
        """What the alarm journal says of an alarm."""
        return [each.event for each in self.occurrences if each.key == key]
