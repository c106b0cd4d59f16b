"""Whether samples are among those stored. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import SampleBatch

_GAP_US: Final = 600_000_000
"""Rows of a batch further apart than this are looked up separately: a back-fill may hold a minute of each day."""


def stretches(times: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Sorted times as stretches (start, end) without long gaps in them."""
    cuts = np.flatnonzero(np.diff(times) > _GAP_US) + 1
    for stretch in np.split(times, cuts):
        yield int(stretch[0]), int(stretch[-1]) + 1


def contained(batch: SampleBatch, stored: SampleBatch) -> NDArray[np.bool_]:
    """For each row of `batch` whether `stored` has its very (point, at, value), bit for bit; shape (n,).

    Both are sorted together; a row is contained when a stored row falls into the same run of equal rows.
    """
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
