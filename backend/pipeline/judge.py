"""Judge incoming samples: known point, finite, inside the instrument's range, a time that can be true. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.clock import US
from backend.model.quality import GOOD, STATUS_MASK, Cause, Status, quality
from backend.model.sample import SampleBatch

EARLIEST_US = 946_684_800 * US
"""2000-01-01: a device clock before this was never set."""
AHEAD_US = 600 * US
"""A device clock further ahead of ours than this is wrong."""

_KEYS = 2**62
"""Pairs of point and time that one integer can tell apart."""

_RANGE = np.uint8(quality(Status.BAD, Cause.RANGE))
_CLOCK = np.uint8(quality(Status.UNCERTAIN, Cause.CLOCK))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Instrument ranges by point id, shape (points,)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.low)


def known(batch: SampleBatch, ranges: Ranges) -> NDArray[np.bool_]:
    """Which rows name a registered point; shape (n,)."""
    return (batch.point >= 0) & (batch.point < len(ranges))


def judge(batch: SampleBatch, ranges: Ranges) -> SampleBatch:
    """The same rows with their quality lowered where needed; every point must be known.

    NaN, infinite or out of range: bad (range), the number stays for the record. A device time that cannot be true
    is replaced by the arrival time and a good row becomes uncertain (clock).
    """
    value, code, at = batch.value, batch.quality, batch.at
    claims = (code & STATUS_MASK) != Status.BAD
    # `not (low <= v <= high)` is also true for NaN.
    outside = claims & ~((value >= ranges.low[batch.point]) & (value <= ranges.high[batch.point]))
    untrue = (at < EARLIEST_US) | (at > batch.received_at + AHEAD_US)
    if not outside.any() and not untrue.any():
        return batch
    code = np.where(outside, _RANGE, code)
    code = np.where(untrue & (code == GOOD), _CLOCK, code).astype(np.uint8)
    return SampleBatch(
        point=batch.point,
        at=np.where(untrue, batch.received_at, at),
        value=value,
        quality=code,
        received_at=batch.received_at,
        source=batch.source,
    )


def repeated(batch: SampleBatch) -> NDArray[np.bool_]:
    """Which rows repeat an earlier row of the same batch exactly (point, time, value); shape (n,)."""
    if len(batch) < 2 or _all_different(batch):
        return np.zeros(len(batch), np.bool_)
    bits = batch.value.view(np.int64)
    order = np.lexsort((bits, batch.at, batch.point))  # stable: the first of equals stays first
    same = (
        (batch.point[order][1:] == batch.point[order][:-1])
        & (batch.at[order][1:] == batch.at[order][:-1])
        & (bits[order][1:] == bits[order][:-1])
    )
    result = np.zeros(len(batch), np.bool_)
    result[order[1:]] = same
    return result


def _all_different(batch: SampleBatch) -> bool:
    """Whether no point stands twice at one time; False also where that takes longer to find out."""
    earliest, points = batch.at.min(), int(batch.point.max()) + 1
    if (int(batch.at.max()) - int(earliest) + 1) * points > _KEYS:
        return False
    keys = (batch.at - earliest) * points + batch.point
    if (keys[1:] > keys[:-1]).all():  # what came in order of time, and of points within a time, is sorted already
        return True
    keys.sort()
    return bool((keys[1:] != keys[:-1]).all())
