"""What the samples of one point come to, a minute, a quarter or an hour at a time; grains merge without loss. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.model.quality import STATUS_MASK, Status
from backend.model.sample import Qualities, SampleBatch, Times, Values

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tier:
    """How fine: `grain_us` is the time a grain covers, counted from 1970; 0 is the samples themselves."""

    id: int
    name: str
    grain_us: int


RAW: Final = Tier(0, "raw", 0)
MINUTE: Final = Tier(1, "1 min", 60_000_000)
QUARTER: Final = Tier(2, "15 min", 900_000_000)
HOUR: Final = Tier(3, "1 h", 3_600_000_000)
ROLLED: Final = (MINUTE, QUARTER, HOUR)
"""Each divides the next, so that a coarser grain is made of finer ones."""
TIERS: Final = (RAW, *ROLLED)


@dataclass(frozen=True, slots=True)
class Grains:
    """Arrays of shape (n,), one row a grain.

    at, last_at: µs UTC of its first and last sample. low, high, total: over the `used` samples that may be believed;
    +inf, -inf and 0 where there is none. first, last: the values at `at` and `last_at` (of several at one time the one
    stored first, and last). count: all samples. worst: the worst quality byte.
    """

    at: Times
    last_at: Times
    low: Values
    high: Values
    total: Values
    used: Counts
    first: Values
    last: Values
    count: Counts
    worst: Qualities

    def __len__(self) -> int:
        return len(self.at)

    def pick(self, which: NDArray[Any] | slice) -> Grains:
        """Some of the rows."""
        return Grains(*(getattr(self, name)[which] for name in _COLUMNS))


_COLUMNS: Final = tuple(field.name for field in fields(Grains))
_FIRST: Final = np.zeros(1, np.int64)
_TIMES, _VALUES = np.zeros(0, np.int64), np.zeros(0, np.float64)
NONE: Final = Grains(
    at=_TIMES,
    last_at=_TIMES,
    low=_VALUES,
    high=_VALUES,
    total=_VALUES,
    used=_TIMES,
    first=_VALUES,
    last=_VALUES,
    count=_TIMES,
    worst=np.zeros(0, np.uint8),
)


def join(pieces: Sequence[Grains]) -> Grains:
    """All rows, in the order given."""
    if len(pieces) == 1:
        return pieces[0]
    return Grains(*(np.concatenate([getattr(piece, name) for piece in (NONE, *pieces)]) for name in _COLUMNS))


def of_samples(batch: SampleBatch, which: NDArray[np.int64]) -> Grains:
    """Samples of one point, sorted by time: those with the same number in `which` (never falling) as one grain."""
    if not len(batch):
        return NONE
    cuts = _cuts(which)
    ends = np.append(cuts[1:], len(batch)) - 1
    value = batch.value
    # Only what may be believed is drawn as a band.
    sound = ((batch.quality & STATUS_MASK) >= Status.UNCERTAIN) & np.isfinite(value)
    everything = bool(sound.all())
    return Grains(
        at=batch.at[cuts],
        last_at=batch.at[ends],
        low=np.minimum.reduceat(value if everything else np.where(sound, value, np.inf), cuts),
        high=np.maximum.reduceat(value if everything else np.where(sound, value, -np.inf), cuts),
        total=_sums(value if everything else np.where(sound, value, 0.0), cuts),
        used=np.add.reduceat(sound.astype(np.int64), cuts),
        first=value[cuts],
        last=value[ends],
        count=ends - cuts + 1,
        # The status bits stand highest, so the worst quality is the smallest byte.
        worst=np.minimum.reduceat(batch.quality, cuts),
    )


def rolled(batch: SampleBatch, tier: Tier) -> Grains:
    """Samples of one point, sorted by time, as grains of a tier."""
    return of_samples(batch, batch.at // tier.grain_us)


def merged(grains: Grains, which: NDArray[np.int64]) -> Grains:
    """Grains of one point, in the order they were stored: those with the same number in `which` as one, by number."""
    if (which[1:] > which[:-1]).all():
        return grains
    order = np.lexsort((grains.at, which))
    which, grains = which[order], grains.pick(order)
    cuts = _cuts(which)
    ends = np.append(cuts[1:], len(which)) - 1
    # The latest sample of all; of several at one time the one stored last.
    latest = np.lexsort((order, grains.last_at, which))[ends]
    return Grains(
        at=grains.at[cuts],
        last_at=grains.last_at[latest],
        low=np.minimum.reduceat(grains.low, cuts),
        high=np.maximum.reduceat(grains.high, cuts),
        total=_sums(grains.total, cuts),
        used=np.add.reduceat(grains.used, cuts),
        first=grains.first[cuts],
        last=grains.last[latest],
        count=np.add.reduceat(grains.count, cuts),
        worst=np.minimum.reduceat(grains.worst, cuts),
    )


def _cuts(which: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each run of one number begins; there is one row or more."""
    return np.concatenate([_FIRST, np.flatnonzero(which[1:] != which[:-1]) + 1])


def _sums(values: Values, cuts: NDArray[np.int64]) -> Values:
    # What a float cannot hold is infinite, and nothing to warn of.
    with np.errstate(over="ignore", invalid="ignore"):
        total: Values = np.add.reduceat(values, cuts)
    return total
