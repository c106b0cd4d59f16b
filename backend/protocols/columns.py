"""Gather decoded samples column by column until they become one SampleBatch. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import Points, Qualities, SampleBatch


class Columns:
    """Samples of many messages in order of arrival. A message adds one block: its points share time and quality kind.

    Costs a few list operations a block; the arrays are made once, in `take`.
    """

    def __init__(self) -> None:
        self._points: list[Points] = []
        self._at: list[int] = []
        self._quality: list[int | Qualities] = []
        self._sizes: list[int] = []
        self._values = array("d")
        self._plain = True
        """Whether every block has one quality for all its samples."""

    def __len__(self) -> int:
        """Samples gathered."""
        return len(self._values)

    def add(self, points: Points, at: int, values: Sequence[float], quality: int | Qualities) -> None:
        """One block of n samples. points: shape (n,). at: µs UTC. values: n finite numbers, or NaN where bad.
        quality: one byte for all, or shape (n,).
        """
        self._points.append(points)
        self._at.append(at)
        self._quality.append(quality)
        self._sizes.append(len(values))
        self._values.extend(values)
        self._plain = self._plain and isinstance(quality, int)

    def mark(self) -> tuple[int, int]:
        """Where the columns end now, for `cut`."""
        return len(self._sizes), len(self._values)

    def cut(self, mark: tuple[int, int]) -> None:
        """Take back everything added since `mark`."""
        blocks, samples = mark
        for column in (self._points, self._at, self._quality, self._sizes):
            del column[blocks:]
        del self._values[samples:]

    def take(self, *, received_at: int, source: str) -> SampleBatch:
        """Everything gathered, in time order where the devices' times ran backwards; the columns are empty then."""
        sizes = np.asarray(self._sizes, np.intp)
        at = np.repeat(np.asarray(self._at, np.int64), sizes)
        batch = SampleBatch(
            point=np.concatenate(self._points),
            at=at,
            value=np.frombuffer(self._values, np.float64),
            quality=self._qualities(sizes),
            received_at=received_at,
            source=source,
        )
        self._values = array("d")  # the old one belongs to the batch now
        self._plain = True
        for column in (self._points, self._at, self._quality, self._sizes):
            column.clear()
        if len(at) > 1 and (at[1:] < at[:-1]).any():
            return _sorted(batch)
        return batch

    def _qualities(self, sizes: NDArray[np.intp]) -> Qualities:
        if self._plain:
            return np.repeat(np.asarray(self._quality, np.uint8), sizes)
        return np.concatenate(
            [
                np.full(size, code, np.uint8) if isinstance(code, int) else code
                for code, size in zip(self._quality, self._sizes, strict=True)
            ]
        )


def _sorted(batch: SampleBatch) -> SampleBatch:
    order = np.argsort(batch.at, kind="stable")
    return SampleBatch(
        point=batch.point[order],
        at=batch.at[order],
        value=batch.value[order],
        quality=batch.quality[order],
        received_at=batch.received_at,
        source=batch.source,
    )
