"""Deterministic simulation: a site, its devices, its disk and its power under one seed, checked by naive lists.

One queue of (virtual time, tie-break from the seed, what happens). The store, the pipeline, the intake and the alarms
are the real ones (`SteppedSite` on a `FaultDisk`); the oracle knows nothing of them. The same seed gives the same life.
"""

from __future__ import annotations

import hashlib
import heapq
import random
from collections.abc import Callable
from pathlib import Path

from backend.audit import GENESIS, verify
from backend.clock import US
from backend.errors import StoreError
from backend.store import Reserve
from tests.support.clock import START_US, ManualClock
from tests.support.fault_disk import FSYNC, FaultDisk, PowerLoss, nth
from tests.support.stepped import HIGH, NAMES, PretendBroker, SteppedSite, message
from tests.support.stored import draft
from tests.support.units import SITE, make_store

DEADBAND = 5.0
_RESERVE = 4 << 20
_ROOM = 64 << 20
_HOUR_US = 3600 * US


class Oracle:
    """What must be true, in lists and dicts: rows said, messages acknowledged, journal entries that were promised."""

    def __init__(self) -> None:
        self.rows: dict[int, list[tuple[int, int, float]]] = {}
        """By message: (point, at, value); none for a message that is no use."""
        self.live: dict[str, list[float]] = {}
        """Pressures of each device in its own order, without those that came late."""
        self.promised: list[str] = []
        self.tried: list[str] = []

    def raises(self, name: str) -> tuple[int, bool]:
        """How often the alarm of a device must have been raised, and whether it stands."""
        count, standing = 0, False
        for value in self.live.get(name, ()):
            if not standing and value > HIGH:
                count, standing = count + 1, True
            elif standing and value < HIGH - DEADBAND:
                standing = False
        return count, standing


class Simulation:
    """One life. `run` to its end, `settle` when the faults stop."""

    def __init__(self, folder: Path, seed: str, *, actions: int, faults: bool = True) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.clock = ManualClock()
        self.broker = PretendBroker()
        self.oracle = Oracle()
        self.counts: dict[str, int] = {}
        self._actions = actions
        self._queue: list[tuple[float, float, Callable[[], None]]] = []
        self._faults = faults
        self._at: dict[str, int] = {}
        self._back: dict[str, int] = {}
        folder.mkdir()
        make_store(folder / "linepack.db", self.clock)
        self._mount()

    def run(self) -> None:
        """Begin everything and go on until so many things have happened."""
        for action, every_s in ((self._publish, 0.4), (self._hear, 1.0), (self._step, 0.6), (self._journal, 4.0)):
            self._again(action, every_s)
        for action, every_s in self._calamities() if self._faults else ():
            self._again(action, every_s)
        for _ in range(self._actions):
            at, _tie, action = heapq.heappop(self._queue)
            self.clock.tick(max(0.0, at - self.clock.mono()))
            name = action.__name__
            self.counts[name] = self.counts.get(name, 0) + 1
            action()

    def settle(self, within_s: float = 60.0) -> None:
        """The faults stop: everything must be in order in bounded virtual time."""
        self._heal()
        begun = self.clock.mono()
        while self.broker.kept or self.site.core._held is not None:
            assert self.clock.mono() - begun < within_s, "it does not recover"
            self.site.hear(50)
            self.site.step()
            self.clock.tick(0.25)
        self.check()
        assert sorted(self.site.stored()) == sorted(row for rows in self.oracle.rows.values() for row in rows)
        for name in self.site.names:
            facts = self.site.alarm(f"{name}.pressure")
            found = (0, False) if facts is None else (facts.occurrence, facts.cond)
            assert found == self.oracle.raises(name), name

    def check(self) -> None:
        """Safety, at any moment: nothing acknowledged is missing, nothing is there that was not said, nothing twice."""
        stored = self.site.stored()
        said = [row for rows in self.oracle.rows.values() for row in rows]
        assert len(stored) == len(set(stored))
        assert set(stored) <= set(said)
        acknowledged = {row for mid in self.broker.acknowledged for row in self.oracle.rows[mid]}
        assert acknowledged <= set(stored)
        entries = list(self.site.store.journal())
        assert verify(entries, GENESIS(SITE, self.site.store.id)).ok
        kept = [entry.draft.subject for entry in entries if entry.draft.kind == "simulated"]
        assert set(self.oracle.promised) <= set(kept)
        assert kept == [each for each in self.oracle.tried if each in set(kept)]
        assert self.site.store.history.damaged == ()

    def digest(self) -> str:
        """Of all that was stored and acknowledged: the same for the same seed."""
        told = (self.site.stored(), self.broker.acknowledged, self.counts)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def close(self) -> None:
        self._heal()
        self.site.abandon()
        self._mounted.__exit__(None, None, None)

    # -- what devices and people do --------------------------------------------------------------------------------

    def _publish(self) -> None:
        name = self.chance.choice(self.site.names)
        kind = self.chance.random()
        if kind < 0.08 and self.broker.kept:
            # Sent again by the device, as another message.
            old = self.chance.choice(sorted(self.broker.kept))
            self._said(*self.broker.kept[old], rows=[])
        elif kind < 0.14:
            self._said(self.site.topic(name), b'{"values":{"pressure":' + self.chance.randbytes(9), rows=[])
        elif kind < 0.18:
            self._said("lp/s1/stranger/up", message(START_US, pressure=1.0), rows=[])
        elif kind < 0.25:
            # What it kept while it could not be heard, from before everything it has said so far.
            self._back[name] = self._back.get(name, START_US - _HOUR_US) - US
            self._sample(name, self._back[name], 300.0)
        else:
            now = self.clock.wall_us() // 1000 * 1000
            self._at[name] = max(now, self._at.get(name, 0) + 1000)
            value = float(self.chance.choice((300, 320, 397, 401, 450)))
            self.oracle.live.setdefault(name, []).append(value)
            self._sample(name, self._at[name], value)

    def _sample(self, name: str, at: int, pressure: float) -> None:
        point = self.site.names.index(name) * len(NAMES)
        temperature = self.chance.randrange(-200, 400) / 8
        rows = [(point, at, pressure), (point + 1, at, temperature)]
        self._said(self.site.topic(name), message(at, pressure=pressure, temperature=temperature), rows=rows)

    def _said(self, topic: str, payload: bytes, *, rows: list[tuple[int, int, float]]) -> None:
        self.oracle.rows[self.broker.publish(topic, payload)] = rows

    def _hear(self) -> None:
        self.site.hear(self.chance.randint(1, 40))

    def _step(self) -> None:
        self.site.step()

    def _journal(self) -> None:
        """A person does something that must be proved."""
        subject = f"act{len(self.oracle.tried)}"
        self.oracle.tried.append(subject)
        try:
            self.site.store.run(lambda tx: tx.journal(draft(subject, kind="simulated"))).result(30)
        except StoreError:
            return
        self.oracle.promised.append(subject)

    # -- what befalls them -------------------------------------------------------------------------------------------

    def _calamities(self) -> tuple[tuple[Callable[[], None], float], ...]:
        return (
            (self._power_cut, 50.0),
            (self._killed, 60.0),
            (self._full, 40.0),
            (self._locked, 40.0),
            (self._sync_fails, 20.0),
            (self._restart, 70.0),
            (self._room_again, 6.0),
        )

    def _power_cut(self) -> None:
        loss = PowerLoss(self.disk.base)
        for op in self.disk.log:
            loss.take(op)
        self._dies(loss.image(self.chance))

    def _killed(self) -> None:
        names = ("linepack.db", "linepack.db-wal")
        self._dies({name: (self.folder / name).read_bytes() for name in names if (self.folder / name).exists()})

    def _restart(self) -> None:
        self._heal()
        self.site.abandon()
        self.site.open()
        self.check()

    def _full(self) -> None:
        self.disk.fill(self.chance.randrange(200_000))

    def _locked(self) -> None:
        self.disk.locked = True

    def _sync_fails(self) -> None:
        self.disk.refuse = nth(self.chance.randint(1, 3), FSYNC, "sync")

    def _room_again(self) -> None:
        self._heal()

    def _heal(self) -> None:
        self.disk.capacity, self.disk.locked, self.disk.refuse = _ROOM, False, lambda op: 0

    def _dies(self, files: dict[str, bytes]) -> None:
        """The process is gone, the disk is as given, and in a moment somebody starts it again."""
        self._heal()
        kept, acknowledged = dict(self.broker.kept), list(self.broker.acknowledged)
        self.site.abandon()
        self._mounted.__exit__(None, None, None)
        # Whatever letting go of it did has not happened.
        self.broker.kept, self.broker.acknowledged = kept, acknowledged
        for file in self.folder.glob("linepack.db*"):
            file.unlink()
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        self.clock.tick(5)
        self._mount()
        self.check()

    def _mount(self) -> None:
        self.disk = FaultDisk(self.folder, self.clock)
        self.disk.capacity = _ROOM
        self._mounted = self.disk.mounted()
        self._mounted.__enter__()
        reserve = Reserve(self.folder, size=_RESERVE, margin=1 << 16, free=lambda _folder: self.disk.free())
        self.site = SteppedSite(self.folder, self.clock, self.broker, reserve=reserve).open()

    def _again(self, action: Callable[[], None], every_s: float) -> None:
        """Now and then from now on."""

        def happens() -> None:
            action()
            heapq.heappush(self._queue, (self._later(every_s), self.chance.random(), happens))

        happens.__name__ = action.__name__.strip("_")
        heapq.heappush(self._queue, (self._later(every_s), self.chance.random(), happens))

    def _later(self, every_s: float) -> float:
        return self.clock.mono() + self.chance.uniform(0.1, 1.9) * every_s
