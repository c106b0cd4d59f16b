"""Gather decoded samples column by column until they become one SampleBatch. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
        self._values: list[float] = []

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
        quality = np.concatenate(
            [
                np.full(size, code, np.uint8) if isinstance(code, int) else code
                for code, size in zip(self._quality, self._sizes, strict=True)
            ]
        )
        batch = SampleBatch(
            point=np.concatenate(self._points),
            at=at,
            value=np.asarray(self._values, np.float64),
            quality=quality,
            received_at=received_at,
            source=source,
        )
        for column in (self._points, self._at, self._quality, self._sizes, self._values):
            column.clear()
        if len(at) > 1 and (at[1:] < at[:-1]).any():
            return _sorted(batch)
        return batch


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
