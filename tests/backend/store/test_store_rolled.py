"""Roll-ups: whatever came in whatever order, what is read from them is what a plain loop over the samples finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.audit import seal
from backend.errors import StoreError
from backend.model.quality import GOOD, STATUS_MASK, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.model.trend import Thinned
from backend.store import Store, history
from backend.store.rolled import growing, steps, tail
from backend.store.rolled.grains import HOUR, MINUTE, QUARTER, RAW, Tier
from backend.store.thinning import tier_for
from tests.support.clock import START_US, ManualClock
from tests.support.stored import batch

pytestmark = pytest.mark.on_file
S, MIN, H, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
BAD = quality(Status.BAD, Cause.COMMS)
Row = tuple[int, int, float, int]
"""Point, µs after the start, value, quality."""


def of(rows: list[Row]) -> SampleBatch:
    point, after, value, code = zip(*rows, strict=True)
    return SampleBatch.of(point, [START_US + at for at in after], value, code, received_at=START_US, source="R-12")


def put(store: Store, *batches: SampleBatch) -> None:
    for each in batches:
        store.run(lambda tx, b=each: tx.samples(b)).result(5)


def tables(file: Path) -> tuple[int, ...]:
    """How many leaves, pieces and points being mended there are."""
    with closing(sqlite3.connect(file)) as reader:
        asked = [f"SELECT count(*) FROM {name}" for name in ("leaf", "piece", "mending")]
        return tuple(reader.execute(each).fetchone()[0] for each in asked)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything goes into leaves with each step."""
    monkeypatch.setattr(steps, "PIECES_DUE", 1)


# -- against a plain loop ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(shared_url: str) -> Iterator[Store]:
    """One store for all examples, whose leaves are small, so that few samples fill many; each uses its own points."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "SAMPLES", 5)
        patch.setattr(growing, "GRAINS", 3)
        made = Store.open(shared_url, site="linjiang", mode="live", clock=ManualClock(), seal=seal)
        yield made
        made.close()


_next_point = iter(range(0, 10_000_000, 10))
# Few moments, so that samples of one time, one grain and one leaf are the rule.
times = st.one_of(
    st.integers(-5, 5).map(lambda n: n * 20 * S),
    st.integers(-12, 12).map(lambda n: n * 7 * MIN),
    st.integers(-30, 30).map(lambda n: n * H),
    st.integers(-3 * H, 3 * H),
)
values = st.one_of(st.sampled_from([0.0, -0.0, 1.5, float("nan"), float("inf")]), st.floats(-1e6, 1e6))
rows = st.tuples(st.just(0), times, values, st.sampled_from([GOOD, BAD, quality(Status.UNCERTAIN, Cause.STALE)]))
acts = st.lists(st.tuples(st.lists(rows, min_size=4, max_size=12), st.booleans()), min_size=1, max_size=6)


def model(stored: list[Row], point: int, start: int, end: int, tier: Tier, buckets: int) -> list[list[float]]:
    """The thinned columns of one point, sample by sample. start, end: µs after the start, as in Row."""
    mine = sorted((row for row in stored if row[0] == point and start <= row[1] < end), key=lambda row: row[1])
    width = -(-(end - start) // buckets)
    found: dict[int, list[Row]] = {}
    for place, row in enumerate(mine):
        grain = tier.grain_us or 1
        begun = max((START_US + row[1]) // grain * grain - START_US, start)
        number = place if len(mine) <= buckets else (begun - start) // width
        found.setdefault(number, []).append(row)
    return [_columns(found[number]) for number in sorted(found)]


def _columns(held: list[Row]) -> list[float]:
    sound = [value for _, _, value, code in held if code & STATUS_MASK >= Status.UNCERTAIN and np.isfinite(value)]
    nothing = float("nan")
    low, high, mean = (min(sound), max(sound), sum(sound) / len(sound)) if sound else (nothing, nothing, nothing)
    last_at = max(row[1] for row in held)
    last = [row for row in held if row[1] == last_at][-1]
    return [
        *(held[0][1], last_at, low, high, mean, held[0][2], last[2], len(held)),
        min(code for *_, code in held),
    ]


def columns(thinned: Thinned) -> list[list[float]]:
    """What came, in the order of `_columns`."""
    arrays = (thinned.at - START_US, thinned.last_at - START_US, thinned.low, thinned.high, thinned.mean)
    more = (thinned.first, thinned.last, thinned.count, thinned.worst)
    return [[float(value) for value in row] for row in zip(*arrays, *more, strict=True)]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts, times, times, st.sampled_from([1, 2, 5, 40]), st.integers(1, 2))
def test_what_is_read_is_what_a_plain_loop_finds(
    shared: Store, acts: list[tuple[list[Row], bool]], one: int, other: int, buckets: int, pieces_due: int
) -> None:
    base = next(_next_point)
    stored: list[Row] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "PIECES_DUE", pieces_due)
        for drawn, roll in acts:
            # A second point beside it, with the same times in another order.
            added = [(base + side, at, value, code) for side in (0, 1) for _, at, value, code in drawn[:: 1 - 2 * side]]
            stored += added
            put(shared, of(added))
            (lambda: None, shared.roll_up)[roll]()
    start, end = sorted((one, other))
    end += 1
    points = [base + 1, base + 2, base]
    found = shared.history.read(points, START_US + start, START_US + end)
    expected = sorted((row for row in stored if start <= row[1] < end), key=lambda row: row[:2])
    columns_read = (found.point.tolist(), (found.at - START_US).tolist(), found.value.tolist(), found.quality.tolist())
    assert repr(list(zip(*columns_read, strict=True))) == repr(expected)
    tier = tier_for(start, end, buckets)
    for point, thinned in zip(
        points, shared.history.thinned(points, START_US + start, START_US + end, buckets), strict=True
    ):
        assert thinned.point == point
        assert len(thinned.at) <= buckets
        many = thinned.count.sum() > buckets
        assert thinned.tier == (tier if many else RAW).name
        np.testing.assert_allclose(
            np.array(columns(thinned)).reshape(-1, 9),
            np.array(model(stored, point, start, end, tier, buckets)).reshape(-1, 9),
            rtol=1e-9,
            atol=1e-9,
        )


@pytest.mark.parametrize(
    ("days", "tier"), [(0.5, RAW), (1, MINUTE), (10, MINUTE), (11, QUARTER), (30, QUARTER), (42, HOUR), (365, HOUR)]
)
def test_the_tier_fits_the_range(days: float, tier: Tier) -> None:
    assert tier_for(0, int(days * DAY), 2000) == tier


# -- leaves -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("eager")
def test_a_late_sample_changes_its_own_leaves_only(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "SAMPLES", 50)
    put(store, batch([(1, number * MIN, float(number)) for number in range(200)]))
    store.roll_up()

    def raw_leaves() -> dict[int, bytes]:
        with closing(sqlite3.connect(file)) as reader:
            return dict(reader.execute("SELECT first - ?, digest FROM leaf WHERE tier = 0", (START_US,)))

    before = raw_leaves()
    assert sorted(before) == [0, 50 * MIN, 100 * MIN, 150 * MIN]
    put(store, batch([(1, 70 * MIN + 1, 1e6)]))
    store.roll_up()
    after = raw_leaves()
    # The full one it fell into was halved.
    assert sorted(after.keys() - before.keys()) == [75 * MIN]
    assert all(after[first] == before[first] for first in (0, 100 * MIN, 150 * MIN))
    thinned = store.history.thinned([1], START_US, START_US + 200 * MIN, 20)[0]
    assert thinned.high.max() == 1e6
    assert thinned.count.sum() == 201


@pytest.mark.usefixtures("eager")
def test_samples_of_one_time_stay_in_one_leaf(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "SAMPLES", 4)
    put(store, batch([(1, number // 10, float(number)) for number in range(30)]))
    store.roll_up()
    found = store.history.read([1], START_US, START_US + 10)
    assert found.value.tolist() == [float(number) for number in range(30)]
    assert tables(file)[0] == 3 + 3


def test_pieces_wait_until_there_are_many(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PIECES_DUE", 3)
    for number in range(4):
        put(store, batch([(1, number, 1.0), (2, number, 1.0)][: 1 + (number > 0)]))
        store.roll_up()
    # Point 1 has had three pieces after the third step, point 2 after the fourth.
    assert tables(file) == (8, 1, 0)
    assert len(store.history.read([1, 2], 0, 2**62)) == 7


def test_many_samples_of_one_point_do_not_wait(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "SAMPLES_DUE", 5)
    put(store, batch([(1, number, 1.0) for number in range(5)]), batch([(2, 0, 1.0)]))
    store.roll_up()
    assert tables(file) == (4, 1, 0)


def test_what_has_no_room_in_memory_is_read_from_its_groups(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "MOST_GROUPS", 3)
    put(store, *(batch([(1, number * S, float(number))]) for number in range(10)))
    assert store.history.read([1], START_US, START_US + DAY).value.tolist() == [float(n) for n in range(10)]
    store.roll_up()
    assert store.history.read([1], START_US, START_US + DAY).value.tolist() == [float(n) for n in range(10)]


def test_more_points_than_a_few_are_read_from_groups(store: Store) -> None:
    put(store, batch([(point, 0, float(point)) for point in range(400)]))
    store.roll_up()
    put(store, batch([(point, 1, float(point)) for point in range(400)]))
    assert store.history.read(range(400), START_US, START_US + 2).at.tolist() == [START_US, START_US + 1] * 400


def test_when_a_history_begins(store: Store, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.history.first_at(1) is None
    put(store, batch([(1, 5 * DAY, 1.0), (2, 0, 1.0)]), batch([(1, 6 * DAY, 1.0), (3, 0, 1.0)]))
    assert store.history.first_at(9) is None
    store.roll_up()
    assert store.history.first_at(1) == START_US + 5 * DAY
    monkeypatch.setattr(steps, "PIECES_DUE", 1)
    put(store, batch([(1, 2 * DAY, 1.0)]))
    store.roll_up()
    assert store.history.first_at(1) == START_US + 2 * DAY
    assert store.history.first_at(2) == START_US
    put(store, batch([(1, 1 * DAY, 1.0)]))
    assert store.history.first_at(1) == START_US + DAY
    assert tables(file)[0] > 0


def test_a_back_fill_of_few_points_is_looked_up_where_it_is_sorted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PIECES_DUE", 2)
    for day in range(0, 30, 3):
        put(store, batch([(1, (day + k) * DAY + k, float(day + k)) for k in range(3)] + [(2, day * DAY, 0.0)]))
        store.roll_up()
    asked = batch([(1, day * DAY + day % 3, float(day + (day == 7))) for day in range(40)])
    assert store.history.contains(asked).tolist() == [day < 30 and day != 7 for day in range(40)]


# -- two programs on one database -------------------------------------------------------------------------------------


def test_of_two_programs_one_gives_way_and_nothing_counts_twice(
    opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PIECES_DUE", 2)
    serve, tool = opened(), opened()
    for number in range(12):
        put((serve, tool)[number % 2], batch([(1, number * MIN, float(number)), (2, -number * MIN, float(number))]))
        (serve, tool)[number % 3 == 0].roll_up()
    for each in (serve, tool):
        assert each.history.read([1], START_US, START_US + DAY).value.tolist() == [float(n) for n in range(12)]
        assert each.history.read([2], 0, 2**62).value.tolist() == [float(n) for n in range(11, -1, -1)]


def test_a_step_that_another_program_has_done_is_left(
    opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    serve, tool = opened(), opened()
    put(serve, batch([(1, 1, 1.0)]), batch([(2, 2, 2.0)]))
    real = steps.shelf.count_in

    def late(raw: sqlite3.Connection, *args: object, **kwargs: object) -> None:
        real(raw, *args, **{**kwargs, "before": 99})  # type: ignore[arg-type]

    monkeypatch.setattr(steps.shelf, "count_in", late)
    with pytest.raises(StoreError, match="Another program is making the roll-ups"):
        serve.roll_up()
    monkeypatch.undo()
    assert tables(file) == (0, 2, 0)
    # What was not counted is neither read nor kept.
    assert tool.history.read([1, 2], 0, 2**62).value.tolist() == [1.0, 2.0]
    tool.roll_up()
    assert serve.history.read([1, 2], 0, 2**62).value.tolist() == [1.0, 2.0]


# -- damage -----------------------------------------------------------------------------------------------------------


def change_a_byte(file: Path, table: str, where: str) -> None:
    """In the body of every row of a table where that holds."""
    with closing(sqlite3.connect(file, isolation_level=None)) as attacker:
        for rowid, body in attacker.execute(f"SELECT rowid, body FROM {table} WHERE {where}").fetchall():
            changed = bytearray(body)
            changed[len(changed) // 2] ^= 1
            attacker.execute(f"UPDATE {table} SET body = ? WHERE rowid = ?", (bytes(changed), rowid))


def change_the_row(column: str, value: str) -> Callable[[Path], None]:
    """In every leaf of point 1."""

    def attack(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as attacker:
            attacker.execute(f"UPDATE leaf SET {column} = {value} WHERE point = 1")

    return attack


ATTACKS: dict[str, Callable[[Path], None]] = {
    "samples": lambda file: change_a_byte(file, "leaf", "point = 1 AND tier = 0"),
    "minutes": lambda file: change_a_byte(file, "leaf", "point = 1 AND tier = 1"),
    "hours of two points": lambda file: change_a_byte(file, "leaf", "tier = 3"),
    "count": change_the_row("n", "n + 1"),
    "last": change_the_row("last", "'x'"),
    "digest": change_the_row("digest", "x'00'"),
    "body": change_the_row("body", "''"),
    "count in words": change_the_row("n", "'many'"),
}


@pytest.mark.expects_warnings
@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.usefixtures("eager")
def test_a_damaged_leaf_is_named_never_served_and_made_again(
    store: Store, file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    monkeypatch.setattr(history, "_AT_ONCE", 300)
    put(store, *(batch([(1, n * MIN, float(n)), (2, n * MIN, float(-n))]) for n in range(1000)))
    store.roll_up()
    asked = (START_US, START_US + 1000 * MIN, 20)
    whole = store.history.read([1, 2], *asked[:2])
    thinned = [columns(each) for each in store.history.thinned([1, 2], *asked)]
    ATTACKS[attack](file)
    for _ in range(2):
        found = store.history.read([1, 2], *asked[:2])
        np.testing.assert_array_equal(found.value, whole.value)
        for each, expected in zip(store.history.thinned([1, 2], *asked), thinned, strict=True):
            np.testing.assert_allclose(np.array(columns(each)), np.array(expected))
    assert store.history.damaged == ()
    store.history.check()
    assert 1 in store.history.damaged_rolled
    told = [record.getMessage() for record in caplog.records if "roll-up damaged" in record.getMessage()]
    assert len(told) == len(store.history.damaged_rolled)
    put(store, batch([(3, 0, 1.0)]))
    store.roll_up()
    assert store.history.damaged_rolled == {}
    assert tables(file)[2] == 0
    again = [columns(each) for each in store.history.thinned([1, 2], *asked)]
    assert again == thinned
    store.history.check()
    assert store.history.damaged_rolled == {}


@pytest.mark.expects_warnings
def test_a_damaged_piece_is_read_from_its_groups(store: Store, file: Path) -> None:
    put(store, batch([(1, 0, 1.0), (2, 0, 5.0)]), batch([(1, 1, 2.0)]))
    store.roll_up()
    change_a_byte(file, "piece", "point = 1")
    assert store.history.read([1, 2], 0, 2**62).value.tolist() == [1.0, 2.0, 5.0]
    assert set(store.history.damaged_rolled) == {1}
    put(store, batch([(1, 2, 3.0)]))
    store.roll_up()
    assert store.history.damaged_rolled == {}
    assert store.history.read([1, 2], 0, 2**62).value.tolist() == [1.0, 2.0, 3.0, 5.0]


# -- old databases ----------------------------------------------------------------------------------------------------


def test_what_was_stored_before_there_were_roll_ups_is_rolled_up(opened: Callable[[], Store], file: Path) -> None:
    old = opened()
    put(old, *(batch([(1, n * MIN, float(n))]) for n in range(500)))
    old.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as before:
        for name in ("leaf", "piece", "rolled", "mending", "meter_account", "cold", "cold_gone", "retired", "relay"):
            before.execute(f"DROP TABLE {name}")
        before.execute("UPDATE alembic_version SET version_num = '0001'")
        before.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    store = opened()
    asked = ([1], START_US, START_US + 500 * MIN, 30)
    thinned = columns(store.history.thinned(*asked)[0])
    assert tables(file) == (0, 0, 0)
    store.roll_up()
    assert tables(file)[1] == 1
    assert columns(store.history.thinned(*asked)[0]) == thinned
