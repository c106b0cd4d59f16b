"""One point over a stretch of time, thinned to what a screen can show; extremes are never lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import Qualities, Times, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinned:
    """Buckets of one point that hold samples; arrays of shape (n,), by time.

    at: µs UTC of the first sample in the bucket; last_at: of the last. low, high, mean: over good and uncertain
    samples, NaN where the bucket holds bad ones only. first, last: values as they stand. count: samples. worst: the
    worst quality byte in the bucket. tier: "raw", "1 min", "15 min" or "1 h": what it was made from; "raw" with
    count 1 everywhere is the samples themselves.
    """

    point: int
    tier: str
    at: Times
    last_at: Times
    low: Values
    high: Values
    mean: Values
    first: Values
    last: Values
    count: NDArray[np.int32]
    worst: Qualities
