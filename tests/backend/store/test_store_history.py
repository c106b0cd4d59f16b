"""Stored samples: found as a plain loop finds them, the newest of each point after any stop, no damage believed."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.audit import seal
from backend.errors import StoreError
from backend.model.sample import SampleBatch
from backend.store import Store, blob, snapshot
from tests.support.clock import START_US, ManualClock
from tests.support.stored import batch

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
Row = tuple[int, int, float]


def put(store: Store, *batches: SampleBatch) -> None:
    """Each batch in a unit of its own."""
    for each in batches:
        store.run(lambda tx, b=each: tx.samples(b)).result(5)


def rows_of(found: SampleBatch) -> list[Row]:
    """(point, µs after the start, value) in order."""
    return list(zip(found.point.tolist(), (found.at - START_US).tolist(), found.value.tolist(), strict=True))


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def test_samples_come_back_sorted_by_point_and_time(store: Store) -> None:
    put(store, batch([(2, 50, 1.0), (1, 40, 2.0)], quality=7), batch([(1, 30, 3.0), (3, 10, 4.0), (2, 20, 5.0)]))
    found = store.history.read([3, 1, 2], START_US, START_US + 60)
    assert rows_of(found) == [(1, 30, 3.0), (1, 40, 2.0), (2, 20, 5.0), (2, 50, 1.0), (3, 10, 4.0)]
    assert found.quality.tolist() == [0xC0, 7, 0xC0, 7, 0xC0]
    assert [str(column.dtype) for column in (found.point, found.at, found.value, found.quality)] == [
        *("int32", "int64", "float64", "uint8")
    ]
    assert store.history.count() == 5


def test_start_is_in_and_end_is_out(store: Store) -> None:
    put(store, batch([(1, number, float(number)) for number in range(10)]))
    assert rows_of(store.history.read([1], START_US + 3, START_US + 5)) == [(1, 3, 3.0), (1, 4, 4.0)]


@pytest.mark.parametrize(("points", "start", "end"), [([], 0, 2**62), ([1], 5, 5), ([1], 9, 2), ([99], 0, 2**62)])
def test_nothing_asked_is_nothing_found(store: Store, points: list[int], start: int, end: int) -> None:
    put(store, batch([(1, 1, 1.0)]))
    assert len(store.history.read(points, start, end)) == 0


def test_of_two_samples_at_one_time_the_later_stored_comes_later(store: Store) -> None:
    put(store, batch([(1, 5, 1.0), (1, 5 + 2 * DAY, 0.0)]), batch([(1, 5, 2.0)]), batch([(1, 5, 3.0), (1, HOUR, 0.0)]))
    assert rows_of(store.history.read([1], START_US, START_US + 6)) == [(1, 5, 1.0), (1, 5, 2.0), (1, 5, 3.0)]


def test_an_empty_batch_stores_nothing(store: Store) -> None:
    put(store, batch([]))
    assert store.history.count() == 0
    assert len(store.history.contains(batch([]))) == 0


@pytest.mark.parametrize("point", [-1, 1 << 24])
def test_a_point_that_cannot_be_is_refused(store: Store, point: int) -> None:
    with pytest.raises(StoreError, match="cannot be of this site"):
        put(store, batch([(1, 1, 1.0), (point, 1, 1.0)]))
    assert store.history.count() == 0


@pytest.mark.parametrize("span", [0, 1, 2 * 1_000_000, 2 * MINUTE, 2 * HOUR, 2 * DAY, 31 * DAY, 4000 * DAY])
def test_a_group_is_found_from_any_moment_it_covers(store: Store, span: int) -> None:
    """One group for each class of span, among others that do not matter."""
    put(store, *(batch([(1, number * DAY, -1.0)]) for number in (-5000, 5000)))
    put(store, batch([(1, 0, 1.0), (1, span // 2, 2.0), (1, span, 3.0)]))
    for after, value in ((0, 1.0), (span // 2, 2.0), (span, 3.0)):
        found = store.history.read([1], START_US + after, START_US + after + 1)
        assert (1, after, value) in rows_of(found)
        assert store.history.contains(batch([(1, after, value)])).tolist() == [True]


@pytest.mark.parametrize(
    ("row", "stored"),
    [
        ((1, 10, 0.5), True),
        ((1, 20, float("nan")), True),
        ((1, 30, -0.0), True),
        ((1, 30, 0.0), False),
        ((1, 10, 0.5000000000000001), False),
        ((2, 10, 0.5), False),
        ((1, 11, 0.5), False),
        ((1, 40, float("inf")), True),
        ((1, 40, float("-inf")), False),
    ],
)
def test_contained_is_exact_to_the_bit(store: Store, row: Row, stored: bool) -> None:
    put(store, batch([(1, 10, 0.5), (1, 20, float("nan")), (1, 30, -0.0), (1, 40, float("inf"))]))
    assert store.history.contains(batch([row])).tolist() == [stored]
    assert store.history.contains(batch([(9, 9, 9.0), row, row])).tolist() == [False, stored, stored]


def test_a_back_fill_over_a_month_is_looked_up_where_it_is(store: Store) -> None:
    put(store, *(batch([(1, day * DAY, float(day)), (2, day * DAY + HOUR, 0.0)]) for day in range(30)))
    asked = batch([(1, day * DAY, float(day + (day == 7))) for day in range(40)])
    assert store.history.contains(asked).tolist() == [day < 30 and day != 7 for day in range(40)]


@pytest.fixture(scope="module")
def shared(shared_url: str) -> Iterator[Store]:
    """One store for the examples below; each uses points of its own."""
    made = Store.open(shared_url, site="linjiang", mode="live", clock=ManualClock(), seal=seal)
    yield made
    made.close()


_next_point = iter(range(0, 10_000_000, 10))
times = st.one_of(st.integers(0, 20), st.integers(-3 * DAY, 3 * DAY))
rows = st.tuples(st.integers(0, 3), times, st.sampled_from([0.0, -0.0, 1.5, float("nan")]))
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(
    st.lists(st.lists(rows, min_size=1, max_size=6), max_size=5),
    st.lists(rows, max_size=8),
    st.sets(st.integers(0, 3)),
    times,
    times,
)
def test_history_finds_what_a_plain_loop_finds(
    shared: Store, groups: list[list[Row]], asked: list[Row], points: set[int], one: int, other: int
) -> None:
    base = next(_next_point)
    start, end = sorted((one, other))
    put(shared, *(batch([(base + point, at, value) for point, at, value in group]) for group in groups))
    stored = [(base + point, at, value) for group in groups for point, at, value in group]
    wanted = {base + point for point in points}
    found = shared.history.read(sorted(wanted), START_US + start, START_US + end)
    expected = sorted((row for row in stored if row[0] in wanted and start <= row[1] < end), key=lambda row: row[:2])
    assert repr(rows_of(found)) == repr(expected)
    exact = {(point, at, bits(value)) for point, at, value in stored}
    assert shared.history.contains(batch([(base + p, at, value) for p, at, value in asked])).tolist() == [
        (base + point, at, bits(value)) in exact for point, at, value in asked
    ]


def newest(groups: list[list[Row]]) -> list[Row]:
    """The newest sample of each point, found by a plain loop."""
    expected: dict[int, Row] = {}
    for row in (row for group in groups for row in group):
        older = expected.get(row[0])
        expected[row[0]] = row if older is None or row[1] >= older[1] else older
    return [expected[point] for point in sorted(expected)]


GROUPS: list[list[Row]] = [
    [(number % 7, (number * 37) % 101, float(number)), (number % 3, number, -float(number))] for number in range(40)
]


@pytest.mark.parametrize("stop", ["not", "closed", "snapshot", "snapshot and closed"])
def test_the_newest_of_each_point_after_any_stop(
    opened: Callable[[], Store], clock: ManualClock, file: Path, stop: str
) -> None:
    store = opened()
    put(store, *map(batch, GROUPS[:20]))
    clock.tick({"snapshot": 61, "snapshot and closed": 61}.get(stop, 0))
    put(store, *map(batch, GROUPS[20:]))
    {"closed": store.close, "snapshot and closed": store.close}.get(stop, lambda: None)()
    found = opened().last_values()
    assert rows_of(found) == newest(GROUPS)
    assert found.source == ""


def through(file: Path) -> list[int]:
    """Up to which group each snapshot reaches."""
    reader = sqlite3.connect(file)
    found = [number for (number,) in reader.execute("SELECT through FROM newest ORDER BY through")]
    reader.close()
    return found


def test_snapshots_are_written_in_turn(store: Store, clock: ManualClock, file: Path) -> None:
    kept = []
    for group in GROUPS[:5]:
        put(store, batch(group))
        clock.tick(61)
        put(store, batch(group))
        store.run(lambda tx: None).result(5)
        kept.append(through(file))
    assert kept == [[2], [2, 4], [4, 6], [6, 8], [8, 10]]


@pytest.mark.parametrize(("name", "value"), [("EVERY_GROUPS", 3), ("EVERY_SAMPLES", 6)])
def test_a_snapshot_is_due_after_so_many(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    monkeypatch.setattr(snapshot, name, value)
    put(store, *map(batch, GROUPS[:2]))
    store.run(lambda tx: None).result(5)
    assert through(file) == []
    put(store, batch(GROUPS[2]))
    store.run(lambda tx: None).result(5)
    assert through(file) == [3]


def test_another_processes_groups_are_in_the_snapshot(
    opened: Callable[[], Store], clock: ManualClock, file: Path
) -> None:
    serve, tool = opened(), opened()
    for number, group in enumerate(GROUPS):
        clock.tick(25)
        put((serve, tool)[number % 5 == 3], batch(group))
    serve.close()
    assert max(through(file)) == len(GROUPS)
    assert rows_of(tool.last_values()) == newest(GROUPS)
    assert rows_of(opened().last_values()) == newest(GROUPS)


def test_a_group_rolled_back_is_in_no_snapshot(store: Store, clock: ManualClock) -> None:
    put(store, batch([(1, 1, 1.0)]))
    clock.tick(61)
    put(store, batch([(1, 2, 2.0)]))
    with pytest.raises(ZeroDivisionError):
        store.run(lambda tx: (tx.samples(batch([(1, 9, 9.0)])), 1 / 0)).result(5)
    clock.tick(61)
    put(store, batch([(2, 1, 1.0)]))
    store.run(lambda tx: None).result(5)
    assert rows_of(store.last_values()) == [(1, 2, 2.0), (2, 1, 1.0)]


def damage(file: Path, whole: bytes) -> None:
    """Change one byte in the middle of `whole`, where it lies in the file."""
    content = bytearray(file.read_bytes())
    at = content.index(whole)
    content[at + len(whole) // 2] ^= 0x01
    file.write_bytes(content)


@pytest.mark.expects_warnings
def test_a_damaged_group_is_named_and_never_served(
    opened: Callable[[], Store], file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened()
    groups = [batch([(1, number, 1.0), (2, number, float(number))]) for number in range(5)]
    put(store, *groups)
    store.close()
    damage(file, blob.encode(groups[2]))
    store = opened()
    for _ in range(3):
        found = store.history.read([1, 2], START_US, START_US + 100)
        assert sorted(set(found.at - START_US)) == [0, 1, 3, 4]
    assert store.history.contains(groups[2]).tolist() == [False, False]
    assert store.history.contains(groups[3]).tolist() == [True, True]
    (named,) = store.history.damaged
    assert (named.group, named.n, named.first_at, named.last_at) == (3, 2, START_US + 2, START_US + 2)
    told = [record.getMessage() for record in caplog.records if "stored group damaged" in record.getMessage()]
    assert len(told) == 1
    assert "group=3" in told[0]
    assert "reason='its digest does not match'" in told[0]


@pytest.mark.expects_warnings
def test_a_damaged_snapshot_is_passed_over(opened: Callable[[], Store], clock: ManualClock, file: Path) -> None:
    store = opened()
    for group in GROUPS[:6]:
        put(store, batch(group))
        clock.tick(61)
    store.close()
    assert through(file) == [5, 6]
    reader = sqlite3.connect(file)
    bodies = [body for (body,) in reader.execute("SELECT body FROM newest ORDER BY through DESC")]
    reader.close()
    for body in bodies:
        damage(file, body)
        assert rows_of(opened().last_values()) == newest(GROUPS[:6])


@pytest.mark.expects_warnings
def test_a_damaged_group_after_the_snapshot_leaves_the_value_before_it(
    opened: Callable[[], Store], clock: ManualClock, file: Path
) -> None:
    store = opened()
    put(store, batch([(1, 1, 1.0)]))
    clock.tick(61)
    put(store, batch([(1, 2, 2.0)]))
    put(store, batch([(1, 3, 3.0)]), batch([(2, 4, 4.0)]))
    store._writer._hand._snapshots.put_off()
    store.close()
    damage(file, blob.encode(batch([(1, 3, 3.0)])))
    again = opened()
    assert rows_of(again.last_values()) == [(1, 2, 2.0), (2, 4, 4.0)]
    assert [named.group for named in again.history.damaged] == [3]


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("column", "value"),
    [("first_at", "'x'"), ("last_at", "0"), ("n", "'many'"), ("source", "x'00'"), ("received_at", "1"), ("body", "''")],
)
def test_checking_everything_finds_what_no_question_would(store: Store, file: Path, column: str, value: str) -> None:
    """A row whose times were changed is not found by its time any more."""
    put(store, *(batch([(1, number, 1.0)]) for number in range(5)))
    assert store.history.check() == ()
    attacker = sqlite3.connect(file)
    attacker.execute("DROP TRIGGER samples_no_update")
    attacker.execute(f"UPDATE samples SET {column} = {value} WHERE id = 4")
    attacker.commit()
    attacker.close()
    assert [each.group for each in store.history.check()] == [4]
    assert len(store.history.read([1], 0, 2**62)) == 4


def test_windows_cover_everything_once(store: Store) -> None:
    put(store, *(batch([(1, number * MINUTE + k, 1.0) for k in range(10)]) for number in range(50)))
    windows = list(store.history.windows(START_US, START_US + 50 * MINUTE, 100))
    assert windows[0][0] == START_US
    assert windows[-1][1] == START_US + 50 * MINUTE
    assert [end for _, end in windows[:-1]] == [start for start, _ in windows[1:]]
    assert [len(store.history.read([1], start, end)) for start, end in windows] == [100] * 5
    assert list(store.history.windows(START_US - DAY, START_US - HOUR, 100)) == []


def test_reading_is_the_callers_alone(store: Store) -> None:
    """What is given back cannot change what is stored, nor may it be a window on the database's own memory."""
    put(store, batch([(1, 1, 1.0)]))
    found = store.last_values()
    found.value[:] = 99.0
    assert store.last_values().value.tolist() == [1.0]
    assert np.array_equal(store.history.read([1], 0, 2**62).value, [1.0])
