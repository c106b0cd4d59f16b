"""Judging samples: what is out of range, out of time or said twice."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.clock import US
from backend.model.quality import GOOD, Cause, Status, cause_of, is_good, quality, status_of
from backend.model.sample import SampleBatch
from backend.pipeline.judge import AHEAD_US, EARLIEST_US, Ranges, judge, known, repeated

NOW = 1_768_473_000 * US
RANGES = Ranges(low=np.array([0.0, -50.0]), high=np.array([10.0, 50.0]))


def batch(*rows: tuple[int, int, float, int]) -> SampleBatch:
    point, at, value, code = zip(*rows, strict=True) if rows else ((), (), (), ())
    return SampleBatch.of(point, at, value, code, received_at=NOW, source="test")


def test_good_values_inside_the_range_stay_as_they_are() -> None:
    given_batch = batch((0, NOW, 0.0, GOOD), (0, NOW, 10.0, GOOD), (1, NOW, -50.0, GOOD))
    assert judge(given_batch, RANGES) is given_batch


def test_numbers_no_instrument_can_give_are_bad_range() -> None:
    judged = judge(
        batch(*[(0, NOW, value, GOOD) for value in (math.nan, math.inf, -math.inf, 10.0001, -0.0001)]), RANGES
    )
    assert [(status_of(code), cause_of(code)) for code in judged.quality.tolist()] == [(Status.BAD, Cause.RANGE)] * 5


def test_a_bad_value_keeps_its_own_cause() -> None:
    lost = quality(Status.BAD, Cause.COMMS)
    assert judge(batch((0, NOW, math.nan, lost)), RANGES).quality.tolist() == [lost]


def test_a_device_time_that_cannot_be_true_becomes_the_arrival_time_and_uncertain() -> None:
    judged = judge(batch((0, 0, 1.0, GOOD), (0, NOW + AHEAD_US + 1, 1.0, GOOD), (0, NOW + AHEAD_US, 1.0, GOOD)), RANGES)
    assert judged.at.tolist() == [NOW, NOW, NOW + AHEAD_US]
    assert [cause_of(code) for code in judged.quality.tolist()] == [Cause.CLOCK, Cause.CLOCK, Cause.NONE]


def test_the_first_moment_of_2000_is_a_time() -> None:
    assert judge(batch((0, EARLIEST_US, 1.0, GOOD)), RANGES).at.tolist() == [EARLIEST_US]


def test_unknown_points_are_told_apart() -> None:
    assert known(batch((0, NOW, 1.0, GOOD), (2, NOW, 1.0, GOOD), (-1, NOW, 1.0, GOOD)), RANGES).tolist() == [
        True,
        False,
        False,
    ]


ROW = st.tuples(
    st.integers(0, 1),
    st.integers(NOW - 3, NOW),
    st.sampled_from([0.0, -0.0, 1.0, math.nan]),
    st.just(GOOD),
)


@given(st.lists(ROW, max_size=30))
def test_exactly_the_second_and_later_equal_rows_are_repeats(rows: list[tuple[int, int, float, int]]) -> None:
    seen: set[tuple[int, int, bytes]] = set()
    expected = []
    for point, at, value, _ in rows:
        key = (point, at, np.float64(value).tobytes())
        expected.append(key in seen)
        seen.add(key)
    assert repeated(batch(*rows)).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(), st.floats(), st.integers(0, 255)), max_size=30))
def test_judging_never_makes_a_value_better_and_never_lets_nan_be_good(rows: list[tuple[int, int, float, int]]) -> None:
    rows = [(point, max(min(at, 2**62), -(2**62)), value, code) for point, at, value, code in rows]
    judged = judge(batch(*rows), RANGES)
    for (_, _, _, before), after, value in zip(rows, judged.quality.tolist(), judged.value.tolist(), strict=True):
        assert not is_good(after) or (is_good(before) and math.isfinite(value))
