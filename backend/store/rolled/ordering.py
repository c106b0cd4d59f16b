"""Rows of samples and grains: some of them, by time, by point. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import SampleBatch
from backend.store.rolled.grains import Grains

NOTHING = SampleBatch.of([], [], [], [], received_at=0, source="")


@overload
def rows_of(held: SampleBatch, which: NDArray[Any] | slice) -> SampleBatch: ...
@overload
def rows_of(held: Grains, which: NDArray[Any] | slice) -> Grains: ...
@overload
def rows_of(held: SampleBatch | Grains, which: NDArray[Any] | slice) -> SampleBatch | Grains: ...
def rows_of(held: SampleBatch | Grains, which: NDArray[Any] | slice) -> SampleBatch | Grains:
    """Some of the rows; those of a slice are not copied."""
    if isinstance(held, Grains):
        return held.pick(which)
    return SampleBatch(
        point=held.point[which],
        at=held.at[which],
        value=held.value[which],
        quality=held.quality[which],
        received_at=held.received_at,
        source=held.source,
    )


def between(ordered: NDArray[np.int64], low: int, high: int) -> slice:
    """Where low <= number < high lies in rising numbers."""
    return slice(int(np.searchsorted(ordered, low)), int(np.searchsorted(ordered, high)))


def by_time(parts: Sequence[SampleBatch]) -> SampleBatch:
    """All rows of parts given in order of storing, by time; of equal times the one stored first comes first."""
    batch = SampleBatch.join([NOTHING, *(part for part in parts if len(part))])
    if (batch.at[1:] >= batch.at[:-1]).all():
        return batch
    return rows_of(batch, np.argsort(batch.at, kind="stable"))


def each_point(batch: SampleBatch) -> Iterable[SampleBatch]:
    """The rows of each point, by time; of equal times the one that stands first comes first."""
    if not len(batch):
        return
    ordered = rows_of(batch, np.lexsort((batch.at, batch.point)))
    cuts = np.flatnonzero(np.diff(ordered.point)) + 1
    for start, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(batch)], strict=True):
        yield rows_of(ordered, slice(start, end))


def by_point(batches: Sequence[SampleBatch]) -> dict[int, SampleBatch]:
    """The rows of each point that has any; batches are in order of storing."""
    return {int(each.point[0]): each for each in each_point(SampleBatch.join([NOTHING, *batches]))}
