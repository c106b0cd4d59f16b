"""F06, F10, F11, F12: a log cut or garbled, a bit flipped, a database put back or taken away.

What is opened is an exact prefix of what was stored, or the opening is refused in one sentence; what is behind the
newest signed checkpoint is named as a store that went back.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app.making import init_site
from backend.audit import GENESIS, verify
from backend.audit.checkpoint import FILE_NAME
from backend.errors import ConfigError, LinepackError
from backend.system import System
from tests.support.clock import ManualClock
from tests.support.fault_disk import FaultDisk
from tests.support.stored import batch
from tests.support.units import ROUNDS, SEED, SITE, make_store, open_store, put, unit, units_of

UNITS = 9
HEADER, FRAME = 32, 24
"""Bytes before the first page of a log, and before each page, sqlite.org/fileformat2.html#walformat."""


@pytest.fixture
def killed(tmp_path: Path) -> tuple[dict[str, bytes], list[int]]:
    """A database and its log as a kill leaves them, and the size of the log after each unit."""
    clock = ManualClock()
    file = tmp_path / "linepack.db"
    make_store(file, clock)
    log = file.with_name("linepack.db-wal")
    store = open_store(file, clock)
    try:
        sizes = [0]
        for number in range(UNITS):
            store.run(unit(number)).result(10)
            sizes.append(log.stat().st_size)
        return {file.name: file.read_bytes(), log.name: log.read_bytes()}, sizes
    finally:
        store.close()


def damages(log: bytes, chance: random.Random) -> Iterator[tuple[int, bytes]]:
    """(bytes that are whole, log) cut or garbled at every frame and some bytes beside it."""
    page = int.from_bytes(log[8:12], "big")
    for start in range(HEADER, len(log), FRAME + page):
        for beside in (0, *(chance.randrange(1, FRAME + page) for _ in range((ROUNDS + 2) // 5))):
            at = min(start + beside, len(log))
            yield at, log[:at]
            yield at, log[:at] + chance.randbytes(len(log) - at)
        flipped = bytearray(log)
        at = start + chance.randrange(FRAME + page)
        flipped[at] ^= 1 << chance.randrange(8)
        yield at, bytes(flipped)


@pytest.mark.timeout(120 + 40 * ROUNDS)
def test_a_log_that_is_cut_or_garbled_opens_as_an_exact_prefix(
    tmp_path: Path, killed: tuple[dict[str, bytes], list[int]]
) -> None:
    files, sizes = killed
    clock = ManualClock()
    found = set()
    chance = random.Random(SEED)
    every = list(damages(files["linepack.db-wal"], chance))
    # All of them in the long form.
    for number, (whole, log) in enumerate(chance.sample(every, min(len(every), 10 * ROUNDS))):
        folder = put(tmp_path / f"cut{number}", {**files, "linepack.db-wal": log})
        with FaultDisk(folder, clock).mounted():
            store = open_store(folder / "linepack.db", clock)
            units = units_of(store)
            store.close()
        # Every unit that is in the part of the log that is whole, and not one more.
        assert units == sum(size <= whole for size in sizes) - 1, (SEED, whole)
        found.add(units)
    assert len(found) > UNITS // 2


def flipped(page: bytes, at: int) -> bytes:
    return page[:at] + bytes([page[at] ^ 0x10]) + page[at + 1 :]


@pytest.mark.timeout(120 + 20 * ROUNDS)
@pytest.mark.expects_warnings
def test_a_flipped_bit_is_never_served_as_good(tmp_path: Path) -> None:
    """One bit anywhere behind the header of the file: an answer is right, or refused, or the range is named."""
    clock = ManualClock()
    home = tmp_path / "home"
    home.mkdir()
    make_store(home / "linepack.db", clock)
    store = open_store(home / "linepack.db", clock)
    for number in range(UNITS):
        store.run(unit(number)).result(10)
    store.close()
    content = (home / "linepack.db").read_bytes()
    chance = random.Random(SEED)
    noticed = 0
    for number in range(8 * ROUNDS):
        folder = put(tmp_path / f"flip{number}", {"linepack.db": flipped(content, chance.randrange(100, len(content)))})
        noticed += outcome(folder / "linepack.db", clock)
    # Most bits of a page that is in use matter; those of an empty one do not.
    assert noticed > 0


def outcome(file: Path, clock: ManualClock) -> bool:
    """Whether the damage was noticed. Fails when a wrong value came out as a good one."""
    with FaultDisk(file.parent, clock).mounted():
        try:
            store = open_store(file, clock)
        except LinepackError:
            return True
        try:
            found = store.history.read(range(2000), 0, 2**62)
            # Every sample's value is the number of its unit, and so is its time.
            assert np.array_equal(found.value, (found.at - found.at.min()).astype(np.float64)) or len(found) == 0
            sound = verify(store.journal(), GENESIS(SITE, store.id)).ok and not store.fault()
            subjects = [entry.draft.subject for entry in store.journal()]
            assert not sound or subjects == [f"c{number}" for number in range(UNITS)]
            return store.history.check() != () or len(found) < store.history.count() or not sound
        except LinepackError:
            return True
        finally:
            store.close()


@pytest.mark.expects_warnings
def test_a_bit_that_the_disk_flips_while_it_reads_is_named_with_its_range(tmp_path: Path) -> None:
    """The file is sound; what the disk gives for it is not."""
    clock = ManualClock()
    make_store(tmp_path / "linepack.db", clock)
    disk = FaultDisk(tmp_path, clock)
    mark = np.float64(1234.5).tobytes()

    def spoil(name: str, data: bytearray, offset: int) -> int:
        data[:] = data.replace(mark * 3, mark * 2 + np.float64(1234.25).tobytes())
        return 0

    with disk.mounted():
        store = open_store(tmp_path / "linepack.db", clock)
        store.run(lambda tx: tx.samples(batch([(1, n, 1.0) for n in range(50)]))).result(10)
        store.run(lambda tx: tx.samples(batch([(1, n, 1234.5) for n in range(100, 150)]))).result(10)
        store.close()
        disk.spoil = spoil
        store = open_store(tmp_path / "linepack.db", clock)
        found = store.history.read([1], 0, 2**62)
        assert found.value.tolist() == [1.0] * 50
        (damaged,) = store.history.damaged
        assert (damaged.n, damaged.last_at - damaged.first_at) == (50, 49)
        disk.spoil = lambda name, data, offset: 0
        store.close()


# -- the site: F11, F12, and what F06 takes from the end --------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A live site that has run once: its journal has entries and a checkpoint over them."""
    folder = tmp_path / "site"
    init_site(folder, name="Proof", broker_url=None)
    run_once(folder)
    return folder


def run_once(folder: Path, after_s: float = 0.0) -> None:
    clock = ManualClock()
    clock.tick(after_s)
    system = System(folder, clock=clock)
    system.start()
    system.stop()


def refusal(folder: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        System(folder, clock=ManualClock())
    return str(refused.value)


def entries(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "linepack.db")) as reader:
        return int(reader.execute("SELECT max(seq) FROM journal").fetchone()[0])


@pytest.mark.expects_warnings
def test_yesterdays_database_is_refused_and_the_gap_is_named(site: Path) -> None:
    yesterday = (site / "linepack.db").read_bytes()
    before = entries(site)
    run_once(site)
    after = entries(site)
    today = (site / "linepack.db").read_bytes()
    (site / "linepack.db").write_bytes(yesterday)
    sentence = refusal(site)
    assert f"went back: its journal has {before} entries, entries {before + 1} to {after} are missing" in sentence
    assert (site / "linepack.db").read_bytes() == yesterday
    (site / "linepack.db").write_bytes(today)
    run_once(site)


@pytest.mark.expects_warnings
def test_yesterdays_database_that_grew_again_is_refused(site: Path, tmp_path: Path) -> None:
    yesterday = (site / "linepack.db").read_bytes()
    run_once(site)
    other = tmp_path / "other" / site.name
    shutil.copytree(site, other)
    (other / "linepack.db").write_bytes(yesterday)
    (other / FILE_NAME).write_bytes((site / FILE_NAME).read_bytes().splitlines(keepends=True)[0])
    for _ in range(3):
        run_once(other, after_s=3600)
    shutil.copyfile(other / "linepack.db", site / "linepack.db")
    assert "is not the one that was signed" in refusal(site)


@pytest.mark.expects_warnings
def test_a_log_cut_below_the_high_water_mark_is_a_store_that_went_back(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signed checkpoint is the mark: what it saw was committed."""
    system = System(site, clock=ManualClock())
    system.start()
    system._checkpoint()
    count = entries(site)
    log = (site / "linepack.db-wal").read_bytes()
    database = (site / "linepack.db").read_bytes()
    system.stop()
    marks = (site / FILE_NAME).read_bytes()
    (site / "linepack.db").write_bytes(database)
    (site / "linepack.db-wal").write_bytes(log)
    (site / FILE_NAME).write_bytes(b"".join(marks.splitlines(keepends=True)[:-1]))
    run_once(site)  # whole, it opens
    (site / "linepack.db").write_bytes(database)
    (site / "linepack.db-wal").write_bytes(log[: HEADER + 10])
    assert "went back" in refusal(site)
    assert count > 1


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.unlink(), "There is no database at"),
        (lambda file: file.write_bytes(b""), "is empty (0 bytes); restore a backup"),
        (lambda file: file.write_bytes(b"%PDF-1.7" * 999), "is not a database or is damaged; restore a backup"),
    ],
)
def test_a_database_that_is_gone_is_never_made_anew(site: Path, spoil: object, words: str) -> None:
    """F12; the simulator's store and the rest are in test_store_identity."""
    file = site / "linepack.db"
    assert callable(spoil)
    spoil(file)
    before = sorted((each.name, each.stat().st_size) for each in site.iterdir() if each.name.startswith("linepack.db"))
    assert words in refusal(site)
    after = sorted((each.name, each.stat().st_size) for each in site.iterdir() if each.name.startswith("linepack.db"))
    assert after == before
