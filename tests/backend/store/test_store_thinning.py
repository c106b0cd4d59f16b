"""Thinning keeps every extreme, every sample is counted once, and few samples come through as they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.store.thinning import thin

BAD = quality(Status.BAD, Cause.COMMS)
ROWS = st.lists(
    st.tuples(st.integers(0, 9_999), st.floats(-1e6, 1e6), st.sampled_from([GOOD, BAD])), min_size=1, max_size=200
)


def batch(rows: list[tuple[int, float, int]]) -> SampleBatch:
    rows = sorted(rows, key=lambda row: row[0])
    at, value, code = zip(*rows, strict=True)
    return SampleBatch.of([7] * len(rows), at, value, code, received_at=0, source="")


@given(ROWS, st.integers(1, 50))
def test_no_extreme_and_no_sample_is_lost(rows: list[tuple[int, float, int]], buckets: int) -> None:
    thinned = thin(batch(rows), 7, 0, 10_000, buckets)
    good = [value for _, value, code in rows if code == GOOD]
    assert thinned.count.sum() == len(rows)
    assert np.fmin.reduce(thinned.low, initial=np.inf) == min(good, default=np.inf)
    assert np.fmax.reduce(thinned.high, initial=-np.inf) == max(good, default=-np.inf)
    assert thinned.worst.min() == min(code for *_, code in rows)
    assert (np.diff(thinned.at) >= 0).all()
    assert (thinned.last_at >= thinned.at).all()
    assert len(thinned.at) <= max(buckets, len(rows) * (len(rows) <= buckets))


@given(ROWS)
def test_few_samples_come_as_they_are(rows: list[tuple[int, float, int]]) -> None:
    given_ = batch(rows)
    thinned = thin(given_, 7, 0, 10_000, 200)
    assert thinned.tier == "raw"
    np.testing.assert_array_equal(thinned.at, given_.at)
    np.testing.assert_array_equal(thinned.first, given_.value)
    np.testing.assert_array_equal(thinned.count, 1)


def test_nothing_stays_nothing() -> None:
    assert len(thin(SampleBatch.of([], [], [], [], received_at=0, source=""), 7, 0, 10, 5).at) == 0


def test_a_bucket_of_bad_samples_draws_no_band() -> None:
    thinned = thin(batch([(0, 1.0, BAD), (1, 2.0, BAD), (9_999, 3.0, GOOD)]), 7, 0, 10_000, 2)
    assert np.isnan(thinned.low[0])
    assert np.isnan(thinned.mean[0])
    assert thinned.high[1] == 3.0
