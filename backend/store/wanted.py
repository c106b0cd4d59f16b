"""A set of points as a table, so that asking for each row of a batch is one array operation. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Wanted:
    """Points with ids from `low` to `high`."""

    def __init__(self, points: Sequence[int] | NDArray[np.int32]) -> None:
        ids = np.asarray(points, np.int64)
        self.low, self.high = int(ids.min()), int(ids.max())
        self._table = np.zeros(self.high - self.low + 1, np.bool_)
        self._table[ids - self.low] = True

    def __call__(self, points: NDArray[np.int32]) -> NDArray[np.bool_]:
        """For each row whether its point is wanted."""
        inside = (points >= self.low) & (points <= self.high)
        found: NDArray[np.bool_] = inside & self._table[np.where(inside, points, self.low) - self.low]
        return found
