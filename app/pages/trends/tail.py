"""What came live since a moment, by pen: one row for each new value or quality. Plain Python."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.model.live import TagSnapshot
from backend.model.sample import Qualities, Times, Values

MOST: Final = 20_000
"""Rows of one pen; beyond that the older half is left to the history."""


class Tail:
    """The newest values of one point, complete from `began` (µs UTC) on, as far as snapshots see them."""

    def __init__(self, point: int, began: int) -> None:
        self.point = point
        self.began = began
        self._at: list[int] = []
        self._value: list[float] = []
        self._quality: list[int] = []

    def __len__(self) -> int:
        return len(self._at)

    def hear(self, snapshot: TagSnapshot) -> bool:
        """Take the point's value if it is new; whether it was. A quality that changes alone counts from now."""
        at, quality = int(snapshot.at[self.point]), int(snapshot.quality[self.point])
        if not at:
            return False
        if self._at and at <= self._at[-1]:
            if quality == self._quality[-1]:
                return False
            at = max(snapshot.taken_at, self._at[-1] + 1)
        self._at.append(at)
        self._value.append(float(snapshot.value[self.point]))
        self._quality.append(quality)
        if len(self._at) > MOST:
            self.forget(self._at[MOST // 2])
        return True

    def forget(self, before: int) -> None:
        """Leave what is older to the history: the tail begins at `before` from now on."""
        if before <= self.began:
            return
        keep = next((place for place, at in enumerate(self._at) if at >= before), len(self._at))
        # The last row stays: what comes next is compared with it.
        keep = min(keep, max(0, len(self._at) - 1))
        del self._at[:keep], self._value[:keep], self._quality[:keep]
        self.began = before

    def arrays(self) -> tuple[Times, Values, Qualities]:
        """(at, value, quality), oldest first."""
        return np.array(self._at, np.int64), np.array(self._value), np.array(self._quality, np.uint8)
