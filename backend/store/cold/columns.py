"""Samples as the six columns of a cold file, and back. Pure.

point, time_utc, quality: as they are. A value that few decimals write exactly is `number` / 10^`decimals`, since whole
numbers are small to keep; any other (NaN, an infinity, -0.0, a long fraction) stands in `value` to the bit, and has no
number.
In SQL: coalesce(value, number / power(10, decimals)).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.store.cold.pages import Floats, Ints
from backend.store.rolled.packing import decimals_of

_SCALES: Final = tuple(10.0**decimals for decimals in range(5))
_MINUS_ZERO: Final = np.int64(-(2**63))


def numbered(values: Floats) -> tuple[NDArray[np.bool_], Ints, int]:
    """Of the values of one point: which have a number, the numbers (of those), and how many decimals they have."""
    plain = np.isfinite(values) & (values.view(np.int64) != _MINUS_ZERO)
    some = values if plain.all() else values[plain]
    decimals = decimals_of(some)
    if decimals is None or not len(some):
        return np.zeros(len(values), np.bool_), np.zeros(0, np.int64), 0
    return plain, np.rint(some * _SCALES[decimals]).astype(np.int64), decimals


def values_of(numbers: Ints, decimals: int | Ints) -> Floats:
    """What numbers of so many decimals stand for, to the bit."""
    if isinstance(decimals, int):
        found: Floats = numbers / _SCALES[decimals]
        return found
    scaled: Floats = numbers / np.array(_SCALES)[decimals]
    return scaled
