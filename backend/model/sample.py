"""Samples travel only as batches: parallel arrays, one row a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int32]
Times = NDArray[np.int64]
Values = NDArray[np.float64]
Qualities = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBatch:
    """Samples of one source that arrived together. All arrays have shape (n,); order within a point is time order.

    point: dense point ids. at: µs UTC, device time (arrival time where the device sends none). value: engineering
    units of the point. quality: see `backend.model.quality`. received_at: µs UTC of arrival. source: device or link id.
    """

    point: Points
    at: Times
    value: Values
    quality: Qualities
    received_at: int
    source: str

    def __len__(self) -> int:
        return len(self.point)

    @classmethod
    def of(
        cls,
        point: Sequence[int] | Points,
        at: Sequence[int] | Times,
        value: Sequence[float] | Values,
        quality: Sequence[int] | Qualities,
        *,
        received_at: int,
        source: str,
    ) -> SampleBatch:
        """Build from sequences of equal length n; raises ValueError when the lengths differ."""
        columns = (
            np.asarray(point, np.int32),
            np.asarray(at, np.int64),
            np.asarray(value, np.float64),
            np.asarray(quality, np.uint8),
        )
        if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
            raise ValueError("the columns of a SampleBatch must be one-dimensional and of equal length")
        return cls(
            point=columns[0],
            at=columns[1],
            value=columns[2],
            quality=columns[3],
            received_at=received_at,
            source=source,
        )

    @classmethod
    def join(cls, batches: Sequence[SampleBatch], *, source: str = "") -> SampleBatch:
        """One batch of all rows in order; `received_at` is the latest. Raises ValueError on no batches."""
        if len(batches) == 1:
            return batches[0]
        return cls(
            point=np.concatenate([batch.point for batch in batches]),
            at=np.concatenate([batch.at for batch in batches]),
            value=np.concatenate([batch.value for batch in batches]),
            quality=np.concatenate([batch.quality for batch in batches]),
            received_at=max(batch.received_at for batch in batches),
            source=source or batches[0].source,
        )

    def where(self, keep: NDArray[np.bool_]) -> SampleBatch:
        """The rows where `keep` (shape (n,)) is true."""
        return SampleBatch(
            point=self.point[keep],
            at=self.at[keep],
            value=self.value[keep],
            quality=self.quality[keep],
            received_at=self.received_at,
            source=self.source,
        )
