"""Stored samples by point and time, and whether exactly these samples are stored already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, func, select

from backend.model.sample import SampleBatch
from backend.model.trend import Thinned
from backend.store.blob import SPANS_US
from backend.store.groups import Damage, Damaged, sound
from backend.store.schema import samples
from backend.store.thinning import thin

_GAP_US = 600_000_000
"""Rows of a batch further apart than this are looked up separately: a back-fill may hold a minute of each day."""


class History:
    """Questions about stored samples. Any thread; no answer contains a group that was damaged."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]], damage: Damage) -> None:
        self._reading = reading
        self._damage = damage

    def read(self, points: Sequence[int], start: int, end: int) -> SampleBatch:
        """Samples of `points` with start <= at < end (µs UTC), sorted by point, then at, then order of storing.

        Groups found damaged are left out; `damaged` names them.
        """
        if not len(points) or start >= end:
            return _batch([])
        wanted = _Wanted(points)
        with self._reading() as connection:
            found = [
                (group, batch.where(wanted(batch.point) & (batch.at >= start) & (batch.at < end)))
                for group, batch in self._groups(connection, wanted, start, end)
            ]
        joined = _batch([batch for _, batch in sorted(found, key=lambda each: each[0]) if len(batch)])
        order = np.lexsort((joined.at, joined.point))
        return SampleBatch(
            point=joined.point[order],
            at=joined.at[order],
            value=joined.value[order],
            quality=joined.quality[order],
            received_at=joined.received_at,
            source="",
        )

    def thinned(self, points: Sequence[int], start: int, end: int, buckets: int) -> tuple[Thinned, ...]:
        """One answer per point, in the order asked: `thinning.thin` of its samples with start <= at < end (µs UTC)."""
        batch = self.read(points, start, end)
        return tuple(thin(batch.where(batch.point == point), point, start, end, buckets) for point in points)

    def contains(self, batch: SampleBatch) -> NDArray[np.bool_]:
        """For each row of `batch` whether its very (point, at, value), bit for bit, is stored; shape (n,)."""
        if not len(batch):
            return np.zeros(0, np.bool_)
        wanted = _Wanted(batch.point)
        times = np.unique(batch.at)
        seen: set[int] = set()
        stored: list[SampleBatch] = []
        with self._reading() as connection:
            for start, end in _stretches(times):
                for group, found in self._groups(connection, wanted, start, end):
                    if group not in seen:
                        seen.add(group)
                        stored.append(found.where(wanted(found.point) & np.isin(found.at, times)))
        return _contained(batch, _batch(stored))

    def count(self) -> int:
        """How many samples are stored, damaged ones included."""
        with self._reading() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(samples.c.n), 0))).scalar_one())

    def windows(self, start: int, end: int, rows: int) -> Iterator[tuple[int, int]]:
        """Cut start <= at < end into stretches of about `rows` samples of all points, for reading piece by piece."""
        with self._reading() as connection:
            groups = sorted(
                (first_at, n)
                for span in range(len(SPANS_US) + 1)
                for first_at, n in connection.execute(
                    _overlapping(select(samples.c.first_at, samples.c.n), span, start, end)
                )
            )
        begun, total = start, 0
        for first_at, n in groups:
            if total >= rows and first_at > begun:
                yield begun, first_at
                begun, total = first_at, 0
            total += n
        if total:
            yield begun, end

    def check(self) -> tuple[Damaged, ...]:
        """Read every group there is; all that are damaged. As long as the disk takes."""
        with self._reading() as connection:
            for _ in sound(connection, select(samples).order_by(samples.c.id), self._damage):
                pass
        return self.damaged

    @property
    def damaged(self) -> tuple[Damaged, ...]:
        """Every damaged group met since the store was opened: what answers left out."""
        return self._damage.found()

    def _groups(
        self, connection: Connection, wanted: _Wanted, start: int, end: int
    ) -> Iterator[tuple[int, SampleBatch]]:
        """Every sound group that may hold a wanted point in start <= at < end, with its id."""
        asked = select(samples).where(samples.c.high_point >= wanted.low, samples.c.low_point <= wanted.high)
        for span in range(len(SPANS_US) + 1):
            yield from sound(connection, _overlapping(asked, span, start, end), self._damage)


class _Wanted:
    """A set of points as a table, so that asking for each row of a batch is one array operation."""

    def __init__(self, points: Sequence[int] | NDArray[np.int32]) -> None:
        ids = np.asarray(points, np.int64)
        self.low, self.high = int(ids.min()), int(ids.max())
        self._table = np.zeros(self.high - self.low + 1, np.bool_)
        self._table[ids - self.low] = True

    def __call__(self, points: NDArray[np.int32]) -> NDArray[np.bool_]:
        inside = (points >= self.low) & (points <= self.high)
        found: NDArray[np.bool_] = inside & self._table[np.where(inside, points, self.low) - self.low]
        return found


def _overlapping(asked: Select[Any], span: int, start: int, end: int) -> Select[Any]:
    """Groups of one class of span that cover some of start <= at < end."""
    asked = asked.where(samples.c.span == span, samples.c.first_at < end, samples.c.last_at >= start)
    # The one condition the index can start from; the widest class has none.
    return asked.where(samples.c.first_at >= start - SPANS_US[span]) if span < len(SPANS_US) else asked


def _stretches(times: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Sorted times as stretches (start, end) without long gaps in them."""
    cuts = np.flatnonzero(np.diff(times) > _GAP_US) + 1
    for stretch in np.split(times, cuts):
        yield int(stretch[0]), int(stretch[-1]) + 1


def _contained(batch: SampleBatch, stored: SampleBatch) -> NDArray[np.bool_]:
    """Sort both together; a row is contained when a stored row falls into the same run of equal rows."""
    n = len(batch)
    both = [
        np.concatenate([batch.point, stored.point]),
        np.concatenate([batch.at, stored.at]),
        np.concatenate([batch.value, stored.value]).view(np.int64),
    ]
    order = np.lexsort(both)
    differs = np.zeros(len(order), np.bool_)
    for column in both:
        differs[1:] |= np.diff(column[order]) != 0
    run = np.cumsum(differs)
    has_stored = np.zeros(int(run[-1]) + 1, np.bool_)
    has_stored[run[order >= n]] = True
    contained = np.zeros(len(order), np.bool_)
    contained[order] = has_stored[run]
    return contained[:n]


def _batch(batches: Sequence[SampleBatch]) -> SampleBatch:
    empty = SampleBatch.of([], [], [], [], received_at=0, source="")
    return SampleBatch.join([empty, *batches])
