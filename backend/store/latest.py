"""The newest sample of every point, kept up to date group by group; array operations only."""

from __future__ import annotations

import numpy as np

from backend.model.sample import SampleBatch

_NEVER = np.iinfo(np.int64).min
_FIRST_ROOM = 1024


class Latest:
    """For each point the sample with the highest `at`; of two with the same time the one stored later."""

    def __init__(self) -> None:
        self._at = np.full(_FIRST_ROOM, _NEVER, np.int64)
        self._value = np.zeros(_FIRST_ROOM, np.float64)
        self._quality = np.zeros(_FIRST_ROOM, np.uint8)
        self._received_at = 0

    def fold(self, batch: SampleBatch) -> None:
        """Take in a batch that is now stored; its points are dense ids from 0."""
        if not len(batch):
            return
        self._make_room(int(batch.point.max()) + 1)
        self._received_at = max(self._received_at, batch.received_at)
        rows = np.flatnonzero(batch.at >= self._at[batch.point])
        at = batch.at[rows]
        self._at[batch.point[rows]] = at
        # Of several rows of one point the last written stays, which is the newest when they came in time order.
        if not (at[1:] >= at[:-1]).all() and (self._at[batch.point[rows]] != at).any():
            rows = rows[np.lexsort((at, batch.point[rows]))]
            self._at[batch.point[rows]] = batch.at[rows]
        self._value[batch.point[rows]] = batch.value[rows]
        self._quality[batch.point[rows]] = batch.quality[rows]

    def batch(self) -> SampleBatch:
        """One row for each point that has a sample, in order of point; `source` is empty."""
        points = np.flatnonzero(self._at != _NEVER)
        return SampleBatch(
            point=points.astype(np.int32),
            at=self._at[points],
            value=self._value[points],
            quality=self._quality[points],
            received_at=self._received_at,
            source="",
        )

    def _make_room(self, points: int) -> None:
        missing = points - len(self._at)
        if missing <= 0:
            return
        missing = max(missing, len(self._at))
        self._at = np.concatenate([self._at, np.full(missing, _NEVER, np.int64)])
        self._value = np.concatenate([self._value, np.zeros(missing, np.float64)])
        self._quality = np.concatenate([self._quality, np.zeros(missing, np.uint8)])
