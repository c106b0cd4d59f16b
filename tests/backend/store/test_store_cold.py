"""Cold files: whatever is stored, moved, lost in a crash or destroyed, an answer is what a plain list would give."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.audit import seal
from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.store import Store
from backend.store.cold import writing
from backend.store.cold.days import MovedError
from backend.store.cold.layout import DAY_US
from backend.store.cold.reading import OpenFile, root_of
from backend.store.cold.rules import Cooling
from backend.store.cold.writing import FileWriter
from backend.store.rolled import cooling, growing, steps
from tests.support.clock import START_US, ManualClock
from tests.support.stored import batch, url_of

MIN, H = 60_000_000, 3_600_000_000
BAD = quality(Status.BAD, Cause.COMMS)
NAN = float(np.array([0x7FF8_0000_DEAD_BEEF], np.uint64).view(np.float64)[0])
TODAY = START_US // DAY_US * DAY_US
Row = tuple[int, int, float, int]
"""Point, µs UTC, value, quality."""


def of(rows: list[Row]) -> SampleBatch:
    point, at, value, code = zip(*rows, strict=True)
    return SampleBatch.of(point, at, value, code, received_at=START_US, source="R-12")


def put(store: Store, *batches: SampleBatch) -> None:
    for each in batches:
        store.run(lambda tx, b=each: tx.samples(b)).result(5)


def cool(store: Store, *, days: int = 2, now: int = TODAY, again: int = 0) -> int:
    return store.cool(Cooling(now=now, recent_days=days, again_us=again))


def bits(found: SampleBatch) -> list[tuple[int, int, int, int]]:
    columns = (found.point, found.at, np.ascontiguousarray(found.value).view(np.int64), found.quality)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def count(file: Path, asked: str) -> int:
    with closing(sqlite3.connect(file)) as reader:
        return int(reader.execute(asked).fetchone()[0])


# -- files ------------------------------------------------------------------------------------------------------------

values = st.one_of(
    st.sampled_from([0.0, -0.0, 1.5, NAN, float("inf"), float("-inf"), 1e300, 0.1 + 0.2, 5e-324]),
    st.floats(-1e6, 1e6).map(lambda value: round(value, 1)),
    st.floats(allow_nan=True, allow_infinity=True),
)
stretches = st.lists(
    st.tuples(st.integers(0, 9), st.lists(st.tuples(st.integers(0, 50), values, st.sampled_from([GOOD, BAD])))),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stretches, st.integers(1, 5), st.integers(1, 8))
def test_what_is_written_is_read_to_the_bit_by_us_and_by_others(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drawn: list[tuple[int, list[tuple[int, float, int]]]],
    few: int,
    blocks: int,
) -> None:
    rows = [(point, START_US + at, value, code) for point, held in drawn for at, value, code in held]
    rows.sort(key=lambda row: row[:2])
    file = tmp_path / "day.parquet"
    file.unlink(missing_ok=True)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "FEW_ROWS", few)
        patch.setattr(writing, "MOST_ROWS", 7)
        patch.setattr(writing, "GROUP_BLOCKS", blocks)
        writer = FileWriter(file, {})
        for row in [] if not rows else [of(rows)]:
            writer.add(row)
        written = writer.finish()
    assert written.n == len(rows)
    assert written.size == file.stat().st_size
    with OpenFile(file, size=written.size, root=root_of(written.root)) as opened:
        groups = range(opened.groups())
        every = [b for group in groups for b in opened.read(group, None, 0, 2**62)]
        some = [
            b
            for group in opened.holding(np.array([2, 7], np.int32))
            for b in opened.read(group, np.array([2, 7], np.int32), START_US + 10, START_US + 30)
        ]
        assert opened.digest() == written.digest
    nothing = SampleBatch.of([], [], [], [], received_at=0, source="")
    expected = bits(of(rows)) if rows else []
    assert bits(SampleBatch.join([nothing, *every])) == expected
    wanted = [row for row in expected if row[0] in (2, 7) and 10 <= row[1] - START_US < 30]
    assert bits(SampleBatch.join([nothing, *some])) == wanted
    asked = (
        "SELECT point, epoch_us(time_utc) AS at_us, coalesce(value, number / power(10, decimals)) AS value, quality "
        f"FROM '{file}'"
    )
    options = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    with duckdb.connect(config=options) as other:
        found = other.execute(asked).fetchnumpy()
    columns = (found["point"], found["at_us"], np.asarray(found["value"], np.float64).view(np.int64), found["quality"])
    assert list(zip(*(np.asarray(column).tolist() for column in columns), strict=True)) == expected


# -- moving -----------------------------------------------------------------------------------------------------------


def test_old_days_move_to_files_and_their_groups_are_let_go(opened: Callable[[], Store], file: Path) -> None:
    store = opened()
    put(store, *(batch([(1, -n * H, float(n)), (2, -n * H, -0.0)]) for n in range(24 * 6)))
    whole = bits(store.history.read([1, 2], 0, 2**62))
    store.roll_up()
    store.close()
    store = opened()
    assert cool(store) == 4
    assert bits(store.history.read([1, 2], 0, 2**62)) == whole
    assert bits(store.history.read(range(400), 0, 2**62)) == whole
    assert store.history.count() == len(whole)
    assert store.history.contains(batch([(1, -130 * H, 130.0), (1, -130 * H, 0.0)])).tolist() == [True, False]
    # Two days and what there is of today are left; the newest group stays for its id.
    left = sum(START_US - n * H >= TODAY - 2 * DAY_US for n in range(24 * 6))
    assert count(file, "SELECT count(*) FROM samples") == left + 1
    assert len(list((file.parent / "history").iterdir())) == 4
    assert cool(store) == 0
    assert store.history.check() == ()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows fill many leaves, blocks and row groups."""
    monkeypatch.setattr(steps, "PIECES_DUE", 2)
    monkeypatch.setattr(growing, "SAMPLES", 5)
    monkeypatch.setattr(growing, "GRAINS", 3)
    monkeypatch.setattr(writing, "FEW_ROWS", 4)
    monkeypatch.setattr(writing, "GROUP_BLOCKS", 2)
    monkeypatch.setattr(cooling, "_POINTS_AT_ONCE", 2)
    monkeypatch.setattr(cooling, "_CLEARED_AT_ONCE", 1)
    monkeypatch.setattr(cooling, "_GROUPS_AT_ONCE", 3)


moments = st.one_of(
    st.integers(-6, 0).map(lambda n: TODAY + n * DAY_US),
    st.integers(-20, 4).map(lambda n: TODAY + n * 7 * H),
    st.integers(-5 * 24 * 60, 60).map(lambda n: TODAY + n * MIN),
)
some_values = st.sampled_from([0.0, -0.0, 1.5, 2.25, NAN, float("inf"), 0.1 + 0.2])
stored_rows = st.lists(
    st.tuples(st.integers(0, 2), moments, some_values, st.sampled_from([GOOD, BAD])), min_size=1, max_size=9
)
acts = st.lists(
    st.one_of(stored_rows, st.sampled_from(["roll", "cool", "cool more", "reopen"])), min_size=3, max_size=8
)


class Lived:
    """A store that lives through acts, beside a plain list of everything that was stored."""

    def __init__(self, file: Path, points: int) -> None:
        self.file = file
        self.base = points
        self.rows: list[Row] = []
        self.clock = ManualClock()
        self.store = self.open()

    def open(self) -> Store:
        make = (Store.create, Store.open)[self.file.exists()]
        return make(url_of(self.file), site="s", mode="live", clock=self.clock, seal=seal)

    def act(self, act: str | list[Row]) -> None:
        do = {
            "roll": lambda: self.store.roll_up(),
            "cool": lambda: cool(self.store),
            "cool more": lambda: cool(self.store, days=0),
            "reopen": self.reopen,
        }
        do.get(str(act), lambda: self.put(act))()

    def put(self, act: str | list[Row]) -> None:
        added = [(self.base + row[0], *row[1:]) for row in act]
        self.rows += added
        put(self.store, of(added))

    def reopen(self) -> None:
        self.store.close()
        self.store = self.open()

    def check(self, start: int, end: int, before: int) -> None:
        points = [self.base, self.base + 1, self.base + 2]
        history = self.store.history
        expected = sorted((row for row in self.rows if start <= row[1] < end), key=lambda row: row[:2])
        assert bits(history.read(points, start, end)) == (bits(of(expected)) if expected else [])
        assert history.count() == before + len(self.rows)
        for point, thinned in zip(points, history.thinned(points, start, end, 2), strict=True):
            mine = [row for row in expected if row[0] == point]
            assert thinned.count.sum() == len(mine)
            sound = [value for _, _, value, code in mine if code == GOOD and np.isfinite(value)]
            assert np.nanmax([-1.0, *thinned.high]) == max([-1.0, *sound])
            assert [thinned.at[0], thinned.last_at[-1]] * bool(mine) == [mine[0][1], mine[-1][1]] if mine else True

    def check_ends(self) -> None:
        history = self.store.history
        if self.rows:
            assert history.contains(of(self.rows)).all()
            assert not history.contains(
                of([(point, at + 1_000, value, code) for point, at, value, code in self.rows])
            ).any()
            for point in {row[0] for row in self.rows}:
                # A little before that, where only a group knows.
                first = history.first_at(point)
                assert first is not None
                assert first <= min(row[1] for row in self.rows if row[0] == point)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(acts, moments, moments)
@pytest.mark.usefixtures("small")
def test_whatever_happens_an_answer_is_what_a_plain_list_gives(
    shared: Path, acts: list[str | list[Row]], one: int, other: int
) -> None:
    lived = Lived(shared, next(_next_point))
    try:
        before = lived.store.history.count()
        start, end = sorted((one, other))
        for act in acts:
            lived.act(act)
            lived.check(start, end + 1, before)
        lived.check_ends()
        assert lived.store.history.check() == ()
        assert lived.store.history.damaged_rolled == {}
    finally:
        lived.store.close()


_next_point = iter(range(0, 10_000, 10))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database for all examples; each uses its own points."""
    return tmp_path_factory.mktemp("lived") / "linepack.db"


# -- killed -----------------------------------------------------------------------------------------------------------

COOLING = """
import os, signal, sys
from backend.audit import seal
from backend.store import Store
from backend.store.cold import writing
from backend.store.cold.rules import Cooling
from backend.store.rolled import cooling, growing, steps
from tests.backend.store.test_store_cold import TODAY
from tests.support.clock import ManualClock
from tests.support.stored import url_of

steps.PIECES_DUE, growing.GRAINS, writing.FEW_ROWS, writing.GROUP_BLOCKS = 1, 2, 2, 2
growing.SAMPLES, cooling._POINTS_AT_ONCE, cooling._CLEARED_AT_ONCE, cooling._GROUPS_AT_ONCE = 5, 2, 1, 3

def kill_at(stage, after):
    def reached(name):
        nonlocal after
        after -= name == stage
        if after < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return reached

for line in sys.stdin:
    stage, after = line.rsplit(maxsplit=1)
    child = os.fork()
    if not child:
        cooling.reached = kill_at(stage, int(after))
        store = Store.open(url_of(sys.argv[1]), site="linjiang", mode="live", clock=ManualClock(), seal=seal)
        store.roll_up()
        store.cool(Cooling(now=TODAY, recent_days=1, again_us=0))
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""
STAGES = (
    *("begun", "written some", "verified", "named", "counting", "counted"),
    *("cleared some", "cleared", "let go some"),
)


@pytest.mark.timeout(90)
@pytest.mark.usefixtures("small")
def test_kill_9_at_every_step_loses_nothing_and_doubles_nothing(opened: Callable[[], Store], file: Path) -> None:
    chance = random.Random(20260115)
    opened().close()
    rows: list[Row] = []
    command = [sys.executable, "-c", COOLING, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for stage in STAGES:
            store = opened()
            added = [(n % 3, TODAY - chance.randint(1, 4 * 24 * 60) * MIN, float(n), GOOD) for n in range(12)]
            rows += added
            put(store, of(added[:5]), of(added[5:]))
            store.close()
            process.stdin.write(f"{stage} {chance.randint(0, 1)}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "9\n", stage
            store = opened()
            expected = bits(of(sorted(rows, key=lambda row: row[:2])))
            for again in range(2):
                assert bits(store.history.read([0, 1, 2], 0, 2**62)) == expected, stage
                assert store.history.count() == len(rows), stage
                assert [each.count.sum() for each in store.history.thinned([0], TODAY - 9 * DAY_US, TODAY, 3)] == [
                    sum(row[0] == 0 for row in rows)
                ]
                # What was begun is brought to its end, with what came in between.
                ((lambda s=store: (s.roll_up(), cool(s, days=1))), lambda: None)[again]()
            assert store.history.check() == ()
            assert store.history.damaged_rolled == {}
            named = count(file, "SELECT count(*) FROM cold") + count(file, "SELECT count(*) FROM cold_gone")
            assert len(list((file.parent / "history").iterdir())) == named
            store.close()
    assert process.returncode == 0


# -- damage -----------------------------------------------------------------------------------------------------------


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


@pytest.mark.expects_warnings
@pytest.mark.usefixtures("small")
def test_a_flipped_bit_is_named_with_file_and_points_and_never_served(opened: Callable[[], Store], file: Path) -> None:
    store = opened()
    put(store, *(batch([(point, -n * H, n + point / 8) for point in range(9)]) for n in range(24 * 6)))
    store.roll_up()
    cool(store)
    day = min((file.parent / "history").iterdir())
    whole = bits(store.history.read(range(9), 0, 2**62))
    flip(day, 40)
    found = store.history.read(range(9), 0, 2**62)
    (named,) = store.history.damaged
    assert (named.file, named.points, named.first_at // DAY_US) == (day.name, (0, 1), TODAY // DAY_US - 6)
    lost = [row for row in whole if row[0] in (0, 1) and row[1] // DAY_US == named.first_at // DAY_US]
    assert bits(found) == [row for row in whole if row not in lost]
    # The roll-ups still hold what was lost of samples, and are not given up for it.
    thinned = store.history.thinned([0], TODAY - 9 * DAY_US, TODAY + DAY_US, 9)[0]
    assert thinned.count.sum() == 24 * 6
    assert [each.file for each in store.history.check()] == [day.name]
    put(store, batch([(0, -140 * H, 5.0)]))
    store.roll_up()
    assert cool(store) == 0
    assert 5.0 in store.history.read([0], 0, 2**62).value
    assert store.history.thinned([0], TODAY - 9 * DAY_US, TODAY + DAY_US, 9)[0].count.sum() == 24 * 6 + 1


@pytest.mark.expects_warnings
@pytest.mark.parametrize("harm", [Path.unlink, lambda day: day.write_bytes(day.read_bytes()[:-9]), lambda day: None])
def test_a_missing_cut_or_forged_file_is_named_and_all_else_is_answered(
    opened: Callable[[], Store], file: Path, harm: Callable[[Path], object]
) -> None:
    store = opened()
    put(store, *(batch([(1, -n * H, float(n))]) for n in range(24 * 6)))
    store.roll_up()
    cool(store)
    day = min((file.parent / "history").iterdir())
    harm(day)
    with closing(sqlite3.connect(file, isolation_level=None)) as attacker:
        attacker.execute("UPDATE cold SET n = n + 1 WHERE file = ? AND ?", (day.name, day.exists()))
    found = store.history.read([1], 0, 2**62)
    (named,) = store.history.damaged
    assert (named.file, named.points) == (day.name, None)
    assert set((found.at // DAY_US).tolist()) == {TODAY // DAY_US - n for n in range(6)}
    assert [each.file for each in store.history.check()] == [day.name]


@pytest.mark.expects_warnings
@pytest.mark.usefixtures("small")
def test_damaged_leaves_are_made_again_from_files_when_groups_are_gone(
    opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PIECES_DUE", 1)
    store = opened()
    put(store, *(batch([(1, -n * H, float(n)), (2, -n * H, 0.5)]) for n in range(24 * 6)))
    store.roll_up()
    store.close()
    store = opened()
    cool(store)
    asked = (TODAY - 9 * DAY_US, TODAY + DAY_US, 9)
    (thinned,) = store.history.thinned([1], *asked)
    with closing(sqlite3.connect(file, isolation_level=None)) as attacker:
        attacker.execute("UPDATE leaf SET digest = x'00' WHERE point = 1 AND tier > 1")
    assert store.history.thinned([1], *asked)[0].count.sum() == 24 * 6
    assert set(store.history.damaged_rolled) == {1}
    put(store, batch([(2, 0, 1.0)]))
    store.roll_up()
    assert store.history.damaged_rolled == {}
    (again,) = store.history.thinned([1], *asked)
    assert again.tier == thinned.tier
    assert (again.high.tolist(), again.count.tolist()) == (thinned.high.tolist(), thinned.count.tolist())
    assert store.history.check() == ()
    assert store.history.damaged_rolled == {}


def test_a_reader_of_an_older_state_of_the_database_is_answered_too(opened: Callable[[], Store], file: Path) -> None:
    store = opened()
    put(store, *(batch([(1, -n * H, float(n))]) for n in range(24 * 6)))
    store.roll_up()
    cool(store)
    with store._database.reading() as connection:
        days = store.history._shelf.days(connection, 0, 2**62)
        put(store, batch([(1, -140 * H - 1, 5.0)]))
        store.roll_up()
        assert cool(store) == 1
        assert len(days.read([1], 0, 2**62)) == 4
        # Long after that it is deleted.
        store.cool(Cooling(now=TODAY + 3 * H, recent_days=2))
        with pytest.raises(MovedError):
            days.read([1], 0, 2**62)
    assert len(store.history.read([1], 0, 2**62)) == 24 * 6 + 1
