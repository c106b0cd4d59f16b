"""Thin the samples of one point to equal buckets of time that keep every extreme. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.model.quality import STATUS_MASK, Status
from backend.model.sample import SampleBatch
from backend.model.trend import Thinned

RAW: Final = "raw"


def thin(batch: SampleBatch, point: int, start: int, end: int, buckets: int) -> Thinned:
    """Samples of one point, sorted by time, with start <= at < end (µs UTC), as at most `buckets` equal stretches.

    Where there are no more samples than buckets, the samples themselves.
    """
    n = len(batch)
    if n <= buckets:
        cuts = np.arange(n)
    else:
        which = (batch.at - start) * buckets // (end - start)
        cuts = np.flatnonzero(np.diff(which, prepend=-1))
    ends = np.append(cuts[1:], n) - 1 if n else cuts
    count = np.diff(np.append(cuts, n)).astype(np.int32)
    # Only what may be believed is drawn as a band; NaN of bad samples alone.
    sound = ((batch.quality & STATUS_MASK) >= Status.UNCERTAIN) & np.isfinite(batch.value)
    low = np.minimum.reduceat(np.where(sound, batch.value, np.inf), cuts) if n else batch.value
    high = np.maximum.reduceat(np.where(sound, batch.value, -np.inf), cuts) if n else batch.value
    total = np.add.reduceat(np.where(sound, batch.value, 0.0), cuts) if n else batch.value
    used = np.add.reduceat(sound.astype(np.int64), cuts) if n else count
    none = used == 0
    return Thinned(
        point=point,
        tier=RAW,
        at=batch.at[cuts],
        last_at=batch.at[ends],
        low=np.where(none, np.nan, low),
        high=np.where(none, np.nan, high),
        mean=np.where(none, np.nan, total / np.maximum(used, 1)),
        first=batch.value[cuts],
        last=batch.value[ends],
        count=count,
        # The status bits stand highest, so the worst quality is the smallest byte.
        worst=np.minimum.reduceat(batch.quality, cuts) if n else batch.quality,
    )
