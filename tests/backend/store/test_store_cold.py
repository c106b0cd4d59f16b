"""Cold files: whatever is stored, moved, lost in a crash or destroyed, an answer is what a plain list would give."""

from __future__ import annotations

import sqlite3
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
    assert count(file, "SELECT sum(n) FROM leaf WHERE tier = 0") + count(file, "SELECT sum(n) FROM piece") >= 2 * left
    assert len(list((file.parent / "history").iterdir())) == 4
    assert cool(store) == 0
    assert store.history.check() == ()
