"""Thin one point to equal buckets of time that keep every extreme, from its samples or from its roll-ups. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import SampleBatch
from backend.model.trend import Thinned
from backend.store.rolled import grains as grain_rules
from backend.store.rolled.grains import RAW, ROLLED, Grains, Tier


def tier_for(start: int, end: int, buckets: int) -> Tier:
    """The coarsest tier that still gives half as many grains as there may be buckets."""
    fitting = [tier for tier in ROLLED if (end - start) * 2 >= buckets * tier.grain_us]
    return fitting[-1] if fitting else RAW


def thin(batch: SampleBatch, point: int, start: int, end: int, buckets: int) -> Thinned:
    """Samples of one point, sorted by time, with start <= at < end (µs UTC), as at most `buckets` equal stretches.

    Where there are no more samples than buckets, the samples themselves.
    """
    n = len(batch)
    which = np.arange(n) if n <= buckets else _bucket(batch.at, start, end, buckets)
    return _thinned(grain_rules.of_samples(batch, which), point, RAW)


def thin_grains(grains: Grains, tier: Tier, point: int, start: int, end: int, buckets: int) -> Thinned:
    """Grains of one point that cover start <= at < end (µs UTC), in order of storing, as at most `buckets` stretches.

    A grain is never cut: it belongs to the bucket in which it begins.
    """
    begun = np.maximum(grains.at // tier.grain_us * tier.grain_us, start)
    return _thinned(grain_rules.merged(grains, _bucket(begun, start, end, buckets)), point, tier)


def _bucket(at: NDArray[np.int64], start: int, end: int, buckets: int) -> NDArray[np.int64]:
    # Rounded up, so that the last bucket may be shorter, never one more.
    found: NDArray[np.int64] = (at - start) // -((start - end) // buckets)
    return found


def _thinned(grains: Grains, point: int, tier: Tier) -> Thinned:
    none = grains.used == 0
    return Thinned(
        point=point,
        tier=tier.name,
        at=grains.at,
        last_at=grains.last_at,
        low=np.where(none, np.nan, grains.low),
        high=np.where(none, np.nan, grains.high),
        mean=np.where(none, np.nan, grains.total / np.maximum(grains.used, 1)),
        first=grains.first,
        last=grains.last,
        count=grains.count.astype(np.int32),
        worst=grains.worst,
    )
