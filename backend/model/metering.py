"""What meters are settled with: accounts as parallel arrays, and how one stands. Volumes in litres, money in fen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Accounts of meters after a settlement; all arrays have shape (n,), one row an account, no account twice.

    point: the billed point. index_l: its last settled reading. at: the meter's own time of it, µs UTC. period: the
    year that `used_l` counts in. balance_fen: what the customer has left; below zero, what is owed. settled: readings
    settled so far. held: readings that were not, because the index went backwards.
    """

    point: Points
    index_l: Numbers
    at: Numbers
    period: Numbers
    used_l: Numbers
    balance_fen: Numbers
    settled: Numbers
    held: Numbers

    def __len__(self) -> int:
        return len(self.point)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """How one account stands: what the meter is told. amount_fen: of the last settlement."""

    at: int
    amount_fen: int
    balance_fen: int
    price_fen: int
    """Of the next cubic metre."""
