"""F05: the power goes at any write, sync, truncate or delete: nothing acknowledged is lost and nothing is half there.

The store runs once on a disk that keeps a log of everything SQLite does to it (`tests.support.fault_disk`). At each
moment chosen by the seed the disk is made as a power cut could leave it, and the store must open on it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.store import connections
from tests.support.clock import ManualClock
from tests.support.fault_disk import FaultDisk, PowerLoss
from tests.support.units import ROUNDS, SEED, make_store, open_store, put, unit, units_of

MOMENTS = 10 * ROUNDS
UNITS = 18
Moment = tuple[int, dict[str, bytes], int, int]


def with_pragma(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A writer set up otherwise."""
    given = [each for each in connections._FOR_WRITING if f"PRAGMA {name}=" not in each]
    assert len(given) == len(connections._FOR_WRITING) - 1
    monkeypatch.setattr(connections, "_FOR_WRITING", (*given, f"PRAGMA {name}={value}"))


def lived(folder: Path, clock: ManualClock) -> FaultDisk:
    """A store's life on a disk: units one after another, closed and opened again, roll-ups, snapshots, checkpoints."""
    make_store(folder / "linepack.db", clock)
    disk = FaultDisk(folder, clock)
    with disk.mounted():
        for life in range(3):
            store = open_store(folder / "linepack.db", clock)
            for number in range(life * UNITS // 3, (life + 1) * UNITS // 3):
                clock.tick(25)
                store.run(unit(number)).result(10)
                disk.say(number)
            store.roll_up()
            store.close()
    return disk


def moments(disk: FaultDisk, number: int) -> Iterator[Moment]:
    """(place in the log, files, units acknowledged by then, units begun by then) of so many power cuts."""
    chance = random.Random(SEED)
    places = [place for place, op in enumerate(disk.log) if op.kind != "said"]
    chosen = set(chance.choices(places, k=number) if number < len(places) else places)
    loss, acknowledged = PowerLoss(disk.base), 0
    for place, op in enumerate(disk.log):
        loss.take(op)
        acknowledged += op.kind == "said"
        if place in chosen:
            yield place, loss.image(random.Random(f"{SEED}/{place}")), acknowledged, acknowledged + 1


@pytest.mark.timeout(120 + 20 * ROUNDS)
def test_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Often enough to be cut in the middle.
    with_pragma(monkeypatch, "wal_autocheckpoint", "15")
    clock = ManualClock()
    (tmp_path / "site").mkdir()
    disk = lived(tmp_path / "site", clock)
    kinds = {(op.kind, op.name) for op in disk.log}
    assert {("sync", "linepack.db"), ("sync", "linepack.db-wal"), ("delete", "linepack.db-wal")} <= kinds
    cuts = 0
    for place, files, acknowledged, begun in moments(disk, MOMENTS):
        folder = put(tmp_path / f"cut{place}", files)
        with FaultDisk(folder, clock).mounted():
            store = open_store(folder / "linepack.db", clock)
            found = units_of(store)
            assert acknowledged <= found <= begun, (SEED, place)
            # It goes on from there, and the next power cut is another test's.
            store.run(unit(found)).result(10)
            assert units_of(store) == found + 1
            store.close()
        cuts += 1
    assert cuts > MOMENTS // 2
    print(f"{cuts} power cuts in {len(disk.log)} operations, nothing acknowledged lost")


def test_the_same_power_cuts_show_a_store_that_does_not_wait_for_its_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tester tested: without FULL an acknowledged unit is lost sooner or later."""
    with_pragma(monkeypatch, "wal_autocheckpoint", "15")
    with_pragma(monkeypatch, "synchronous", "NORMAL")
    clock = ManualClock()
    (tmp_path / "site").mkdir()
    lost = 0
    for place, files, acknowledged, _ in moments(lived(tmp_path / "site", clock), 25):
        folder = put(tmp_path / f"cut{place}", files)
        with FaultDisk(folder, clock).mounted():
            store = open_store(folder / "linepack.db", clock)
            lost += units_of(store) < acknowledged
            store.close()
    assert lost > 0
