"""The tag table: newest wins, a lost link keeps the last number, silence becomes stale."""

import math

import numpy as np

from backend.clock import US
from backend.live import TagTable
from backend.model.quality import GOOD, Cause, Status, cause_of, quality
from backend.model.sample import SampleBatch

NOW = 1_768_473_000 * US
COMMS = quality(Status.BAD, Cause.COMMS)


def table() -> TagTable:
    return TagTable(np.array([1.0, 10.0]))


def batch(*rows: tuple[int, int, float, int], received_at: int = NOW) -> SampleBatch:
    point, at, value, code = zip(*rows, strict=True)
    return SampleBatch.of(point, at, value, code, received_at=received_at, source="test")


def test_a_point_that_never_spoke_says_so() -> None:
    snapshot = table().snapshot(NOW)
    assert [cause_of(code) for code in snapshot.quality.tolist()] == [Cause.NEVER, Cause.NEVER]
    assert np.isnan(snapshot.value).all()
    assert snapshot.at.tolist() == [0, 0]


def test_the_newest_device_time_wins_whatever_the_order_of_arrival() -> None:
    tags = table()
    tags.update(batch((0, NOW, 3.0, GOOD), (0, NOW - 5, 1.0, GOOD), (0, NOW - 1, 2.0, GOOD)))
    tags.update(batch((0, NOW - 2, 9.0, GOOD)))
    assert tags.one(0) == (3.0, NOW, NOW, GOOD)


def test_after_the_clock_was_set_back_the_field_is_heard_at_once() -> None:
    """F19: what was received "later than now" must not stand as good until the clock has caught up."""
    tags = table()
    tags.update(batch((0, NOW, 3.0, GOOD)))
    back = NOW - 3600 * US
    tags.update(batch((0, back, 4.0, GOOD), received_at=back))
    assert tags.one(0) == (4.0, back, back, GOOD)
    tags.update(batch((0, back - 2, 9.0, GOOD), received_at=back + US))
    assert tags.one(0) == (4.0, back, back, GOOD)


def test_of_two_rows_with_one_time_the_later_row_wins() -> None:
    tags = table()
    tags.update(batch((0, NOW, 1.0, GOOD), (0, NOW, 2.0, GOOD)))
    assert tags.one(0) == (2.0, NOW, NOW, GOOD)


def test_a_lost_link_keeps_the_last_number_and_its_time() -> None:
    tags = table()
    tags.update(batch((0, NOW, 3.0, GOOD)))
    tags.update(batch((0, NOW + 5, math.nan, COMMS)))
    assert tags.one(0) == (3.0, NOW, NOW, COMMS)


def test_silence_longer_than_three_periods_is_stale_once() -> None:
    tags = table()
    tags.update(batch((0, NOW, 3.0, GOOD), (1, NOW, 4.0, GOOD)))
    assert tags.expire(NOW + 3 * US).tolist() == []
    assert tags.expire(NOW + 3 * US + 1).tolist() == [0]
    assert tags.expire(NOW + 4 * US).tolist() == []
    assert cause_of(tags.one(0)[3]) is Cause.STALE
    tags.update(batch((0, NOW + 5 * US, 3.5, GOOD), received_at=NOW + 5 * US))
    assert tags.one(0) == (3.5, NOW + 5 * US, NOW + 5 * US, GOOD)


def test_values_restored_at_start_are_uncertain_until_the_field_speaks() -> None:
    tags = table()
    tags.restore(batch((1, NOW, 4.0, GOOD)))
    value, at, _received_at, code = tags.one(1)
    assert (value, at, cause_of(code)) == (4.0, NOW, Cause.RESTART)
    assert tags.newest(np.array([0, 1], np.int32)).tolist() == [0, NOW]


def test_a_snapshot_never_changes_again() -> None:
    tags = table()
    before = tags.snapshot(NOW)
    tags.update(batch((0, NOW, 3.0, GOOD)))
    assert np.isnan(before.value[0])
    assert not before.value.flags.writeable
    assert tags.snapshot(NOW).version > before.version
