"""F07, F08, F09: a disk that is full, that fails to sync, a database that somebody else holds: all at the store.

The real SQLite on a disk under the test's control; waiting for a lock takes the test's time. The same with a running
site, its alarm and its devices is in test_faults_storage.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from backend.audit import GENESIS, seal, verify
from backend.errors import StoreError
from backend.store import Reserve, Store
from tests.support.clock import ManualClock
from tests.support.fault_disk import FSYNC, FULL, IOERR, FaultDisk, nth
from tests.support.stored import alarm, batch, command, draft, occurrence, url_of
from tests.support.units import ROUNDS, SEED, SITE, make_store, open_store, put, unit, units_of

# The store says in its log what it could not do.
pytestmark = pytest.mark.expects_warnings
KIB = 1024
RESERVE = 4096 * KIB
"""Instead of 64 MiB, so that a test fills it in a moment."""
CHANGES = ("write", "truncate", "sync")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def disk(tmp_path: Path, clock: ManualClock) -> Iterator[FaultDisk]:
    folder = tmp_path / "site"
    folder.mkdir()
    make_store(folder / "linepack.db", clock)
    disk = FaultDisk(folder, clock)
    with disk.mounted():
        yield disk


@pytest.fixture
def store(disk: FaultDisk, clock: ManualClock) -> Iterator[Store]:
    """A store with a reserve for its journal."""
    reserve = Reserve(disk.folder, size=RESERVE, margin=64 * KIB, free=lambda _folder: disk.free())
    disk.capacity = 64 << 20
    file = disk.folder / "linepack.db"
    store = Store.open(url_of(file), site=SITE, mode="live", clock=clock, seal=seal, reserve=reserve)
    yield store
    store.close()


def failure(future: Future[Any]) -> str:
    with pytest.raises(StoreError) as caught:
        future.result(10)
    return str(caught.value)


# -- F07 --------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(300)
@pytest.mark.parametrize("code", [FULL, IOERR])
def test_a_disk_that_refuses_any_one_write_loses_nothing_acknowledged(
    tmp_path: Path, clock: ManualClock, code: int
) -> None:
    """Each call in turn: the unit it hits is refused whole, the next one is stored, without a restart."""
    make_store(tmp_path / "linepack.db", clock)
    content = {"linepack.db": (tmp_path / "linepack.db").read_bytes()}
    seen = 0
    for number in random.Random(SEED).sample(range(1, 60), 4 * min(ROUNDS, 14)):
        folder = put(tmp_path / f"n{number}", content)
        disk = FaultDisk(folder, clock)
        with disk.mounted():
            store = open_store(folder / "linepack.db", clock)
            disk.refuse = nth(number, code, *CHANGES)
            refused = 0
            for _ in range(4):
                answer = store.run(unit(units_of(store))).exception(10)
                refused += isinstance(answer, StoreError)
            assert refused <= 1
            assert units_of(store) == 4 - refused
            seen += refused
            store.close()
            again = open_store(folder / "linepack.db", clock)
            assert units_of(again) == 4 - refused
            again.close()
    assert seen > 0


def test_on_a_full_disk_samples_are_refused_and_the_journal_lives_on(disk: FaultDisk, store: Store) -> None:
    store.run(unit(0)).result(10)
    disk.fill()
    rows = [(point, 1, 1.0) for point in range(9000)]
    assert "the disk is full" in failure(store.run(lambda tx: tx.samples(batch(rows))))
    # Samples do not get at the reserve, whatever they try.
    assert store._writer._reserve is not None
    assert store._writer._reserve.whole
    for number in range(100):
        store.run(lambda tx, n=number: tx.journal(draft(f"full{n}"))).result(10)
    store.run(lambda tx: (tx.alarm(*alarm()), tx.occurrence(occurrence()))).result(10)
    store.run(lambda tx: (tx.command(command("c1")), tx.claim("c1", 1), tx.journal(draft("c1")))).result(10)
    assert not store._writer._reserve.whole
    before = store.history.count()
    for _ in range(20):
        assert "the disk is full, and what is left is kept for the journal" in failure(
            store.run(lambda tx: tx.samples(batch([(1, 2, 1.0)])))
        )
    assert store.history.count() == before
    store.run(lambda tx: tx.journal(draft("still"))).result(10)
    subjects = [entry.draft.subject for entry in store.journal()]
    assert subjects == ["c0", *(f"full{n}" for n in range(100)), "c1", "still"]
    assert verify(store.journal(), GENESIS(SITE, store.id)).ok


def test_when_there_is_room_again_samples_are_taken_without_a_restart_and_the_reserve_is_back(
    disk: FaultDisk, store: Store
) -> None:
    disk.fill()
    for number in range(50):
        store.run(lambda tx, n=number: tx.journal(draft(f"full{n}", value=float(n)))).result(10)
    assert "the disk is full" in failure(store.run(lambda tx: tx.samples(batch([(1, 2, 1.0)] * 90_000))))
    assert store._writer._reserve is not None
    assert not store._writer._reserve.whole
    disk.fill(RESERVE // 2)  # not enough for the reserve: samples still wait
    assert "kept for the journal" in failure(store.run(lambda tx: tx.samples(batch([(1, 2, 1.0)]))))
    disk.fill(4 * RESERVE)
    store.run(unit(0)).result(10)
    assert store._writer._reserve.whole
    assert store.history.count() > 0


def test_a_reserve_that_is_used_up_is_the_end_of_acknowledging_not_of_the_program(
    disk: FaultDisk, store: Store
) -> None:
    disk.fill()
    taken = 0
    words = ""
    while not words:
        answer = store.run(lambda tx, n=taken: tx.journal(draft(f"full{n}" * 50))).exception(10)
        words = str(answer or "")
        taken += 1
    assert "the disk is full" in words
    assert taken > 20
    disk.fill(8 * RESERVE)
    store.run(lambda tx: tx.journal(draft("after"))).result(10)
    entries = list(store.journal())
    assert len(entries) == taken
    assert entries[-1].draft.subject == "after"
    assert verify(entries, GENESIS(SITE, store.id)).ok


def test_a_reserve_left_by_a_kill_is_taken_over(disk: FaultDisk, clock: ManualClock) -> None:
    reserve = Reserve(disk.folder, size=RESERVE)
    assert reserve.keep()
    made = (disk.folder / "linepack.reserve").stat()
    assert Reserve(disk.folder, size=RESERVE).keep()
    assert (disk.folder / "linepack.reserve").stat().st_ino == made.st_ino
    # On the disk, not only in its size.
    assert made.st_blocks * 512 >= RESERVE


# -- F08 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [1, 2, 3])
def test_after_a_failed_sync_the_connection_is_dropped_and_the_sync_is_never_tried_again(
    disk: FaultDisk, clock: ManualClock, place: int
) -> None:
    store = open_store(disk.folder / "linepack.db", clock)
    store.run(unit(0)).result(10)
    first = store._writer._hand.connection
    begun = len(disk.log)
    disk.refuse = nth(place, FSYNC, "sync")
    answers = [store.run(lambda tx: unit(_next(disk))(tx)).exception(10) for _ in range(5)]
    refused = [str(answer) for answer in answers if answer is not None]
    assert len(refused) == 1
    assert "the disk reports an error" in refused[0]
    assert store._writer._hand.connection is not first
    # Whatever the failed sync was for is written again before anything is acknowledged on it.
    after = [op.kind for op in disk.log[begun:]]
    assert after.count("open") > 0
    store.close()
    again = open_store(disk.folder / "linepack.db", clock)
    assert units_of(again) == 5
    again.close()


def _next(disk: FaultDisk) -> int:
    """The number of the unit to store: how many are there, as a new reader sees it."""
    with closing(sqlite3.connect(disk.folder / "linepack.db")) as reader:
        return int(reader.execute("SELECT count(*) FROM journal").fetchone()[0])


# -- F09 --------------------------------------------------------------------------------------------------------------


def test_a_database_held_for_thirty_seconds_is_said_every_second_and_nothing_is_lost(
    disk: FaultDisk, clock: ManualClock
) -> None:
    """30 s of the test's clock; a commit waits at most one of them before its caller hears of it."""
    store = open_store(disk.folder / "linepack.db", clock)
    store.run(unit(0)).result(10)
    disk.locked = True
    begun, tries, longest = clock.mono(), 0, 0.0
    while clock.mono() - begun < 30:
        asked = clock.mono()
        assert "another program holds it locked" in failure(store.run(unit(1)))
        longest = max(longest, clock.mono() - asked)
        tries += 1
        clock.tick(0.5)
        # Readers do not wait for it.
        assert store.history.count() > 0
    disk.locked = False
    store.run(unit(1)).result(10)
    assert units_of(store) == 2
    assert longest < 2.0
    assert tries >= 15
    store.close()
