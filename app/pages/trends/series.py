"""One pen over time: history joined with what came live since, without a double and without a hole. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pages.trends.tail import Tail
from backend.model.quality import CAUSE_MASK, STATUS_MASK, Cause, Status
from backend.model.sample import Qualities, Times, Values
from backend.model.trend import Thinned

RAW: Final = "raw"
_OLD: Final = (Cause.STALE, Cause.RESTART, Cause.NEVER)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Rows by time; arrays of shape (n,). A row stands for `count` samples from `at` to `last_at` (µs UTC).

    low, high, mid: NaN where nothing in the row may be believed. first, last: values as they stand. worst: quality.
    """

    tier: str
    at: Times
    last_at: Times
    low: Values
    high: Values
    mid: Values
    first: Values
    last: Values
    count: NDArray[np.int64]
    worst: Qualities

    def __len__(self) -> int:
        return len(self.at)

    def where(self, keep: slice) -> Series:
        """Some of the rows."""
        return Series(
            tier=self.tier,
            at=self.at[keep],
            last_at=self.last_at[keep],
            low=self.low[keep],
            high=self.high[keep],
            mid=self.mid[keep],
            first=self.first[keep],
            last=self.last[keep],
            count=self.count[keep],
            worst=self.worst[keep],
        )

    def between(self, start: int, end: int) -> Series:
        """The rows that begin in start <= at < end."""
        first, last = np.searchsorted(self.at, [start, end], "left")
        return self.where(slice(int(first), int(last)))

    def before(self, at: int) -> int:
        """Place of the last row that begins at or before a time; -1 for none."""
        return int(np.searchsorted(self.at, at, "right")) - 1


def sound(values: Values, qualities: Qualities) -> Values:
    """The values that may be believed, NaN for the others. What only got old is no sample of that moment."""
    status = qualities & STATUS_MASK
    believed = (status == Status.GOOD) | (status == Status.UNCERTAIN)
    believed &= ~np.isin(qualities & CAUSE_MASK, _OLD)
    return np.where(believed & np.isfinite(values), values, np.nan)


def of_history(thinned: Thinned) -> Series:
    """An answer of the history as a series."""
    return Series(
        tier=thinned.tier,
        at=thinned.at,
        last_at=thinned.last_at,
        low=thinned.low,
        high=thinned.high,
        mid=thinned.mean,
        first=thinned.first,
        last=thinned.last,
        count=thinned.count.astype(np.int64),
        worst=thinned.worst,
    )


def of_samples(at: Times, value: Values, quality: Qualities, tier: str = RAW) -> Series:
    """Samples as a series of rows of one."""
    held = sound(value, quality)
    return Series(
        tier=tier,
        at=at,
        last_at=at,
        low=held,
        high=held,
        mid=held,
        first=value,
        last=value,
        count=np.ones(len(at), np.int64),
        worst=quality,
    )


NOTHING: Final = of_samples(np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8))


def joined(history: Series, asked_end: int, tail: Tail | None) -> Series:
    """History asked up to `asked_end`, and behind it what the tail has that is newer.

    Stored before shown: whatever the tail heard before the question is in the answer. So a tail that began before
    `asked_end` goes on exactly where the answer ends; one that began later would leave a hole, and is left out.
    """
    if tail is None or not len(tail) or tail.began > asked_end:
        return history
    at, value, quality = tail.arrays()
    seam = int(history.last_at[-1]) if len(history) else 0
    first = int(np.searchsorted(at, seam, "right"))
    if first == len(at):
        return history
    return concatenated((history, of_samples(at[first:], value[first:], quality[first:])), tier=history.tier)


def concatenated(parts: Sequence[Series], *, tier: str) -> Series:
    """Rows of several series behind one another."""
    return Series(
        tier=tier,
        at=np.concatenate([part.at for part in parts]),
        last_at=np.concatenate([part.last_at for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        mid=np.concatenate([part.mid for part in parts]),
        first=np.concatenate([part.first for part in parts]),
        last=np.concatenate([part.last for part in parts]),
        count=np.concatenate([part.count for part in parts]),
        worst=np.concatenate([part.worst for part in parts]),
    )


def shifted(series: Series, by: int) -> Series:
    """The same rows, `by` µs later."""
    return Series(
        tier=series.tier,
        at=series.at + by,
        last_at=series.last_at + by,
        low=series.low,
        high=series.high,
        mid=series.mid,
        first=series.first,
        last=series.last,
        count=series.count,
        worst=series.worst,
    )
