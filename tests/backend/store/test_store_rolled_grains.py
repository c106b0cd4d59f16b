"""Grains: however samples are cut up and stored, their grains come together to the same."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.store.rolled.grains import HOUR, MINUTE, QUARTER, Grains, join, merged, of_samples, rolled
from backend.store.rolled.leaf import keys
from backend.store.rolled.ordering import by_time

BAD = quality(Status.BAD, Cause.COMMS)
# Whole values, so that sums do not depend on their order.
ROWS = st.lists(
    st.tuples(
        st.one_of(st.integers(-3, 3).map(lambda n: n * 30_000_000), st.integers(-(10**10), 10**10)),
        st.one_of(st.integers(-1000, 1000).map(float), st.sampled_from([float("nan"), float("inf")])),
        st.sampled_from([GOOD, BAD]),
    ),
    max_size=12,
)


def batch(rows: list[tuple[int, float, int]]) -> SampleBatch:
    at, value, code = ([row[column] for row in rows] for column in range(3))
    return SampleBatch.of([7] * len(rows), at, value, code, received_at=0, source="")


def same(one: Grains, other: Grains) -> None:
    for field in fields(Grains):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


@given(st.lists(ROWS, min_size=1, max_size=4), st.sampled_from([MINUTE, QUARTER, HOUR]))
def test_grains_of_parts_merge_to_the_grains_of_the_whole(
    parts: list[list[tuple[int, float, int]]], tier: object
) -> None:
    batches = [batch(rows) for rows in parts]
    whole = rolled(by_time(batches), tier)
    pieces = join([rolled(by_time([each]), tier) for each in batches])
    same(merged(pieces, keys(pieces, tier)), whole)


@given(ROWS)
def test_coarse_grains_are_made_of_fine_ones(rows: list[tuple[int, float, int]]) -> None:
    whole = by_time([batch(rows)])
    minutes = rolled(whole, MINUTE)
    quarters = merged(minutes, keys(minutes, QUARTER))
    same(quarters, rolled(whole, QUARTER))
    same(merged(quarters, keys(quarters, HOUR)), rolled(whole, HOUR))


def test_of_samples_at_one_time_the_first_and_the_last_stored_count() -> None:
    grains = of_samples(batch([(5, 1.0, GOOD), (5, 9.0, GOOD), (5, 2.0, GOOD)]), np.zeros(3, np.int64))
    assert (grains.first.tolist(), grains.last.tolist(), grains.high.tolist()) == ([1.0], [2.0], [9.0])


def test_bad_samples_are_counted_and_draw_no_band() -> None:
    grains = of_samples(batch([(1, 5.0, BAD), (2, 7.0, GOOD), (3, float("nan"), GOOD)]), np.zeros(3, np.int64))
    assert (grains.count.tolist(), grains.used.tolist(), grains.total.tolist()) == ([3], [1], [7.0])
    assert (grains.low.tolist(), grains.high.tolist(), grains.worst.tolist()) == ([7.0], [7.0], [BAD])
