"""Today's curve and what is expected of the rest of it. Plain Python and NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.model.trend import Thinned

BAND: Final = 0.04
"""Share around the forecast that is no surprise."""
_WEAKEST, _STRONGEST = 0.7, 1.4
"""Today is scaled from yesterday by no more than this: more is no forecast but an event."""
Values = NDArray[np.float64]


def summed(found: Sequence[Thinned], start: int, span: int, steps: int) -> Values:
    """Means of several points added up, by equal steps from `start` (µs UTC) on; shape (steps,).

    A step in which one of them has no good sample is NaN: a sum without a source would be a drop that never was.
    """
    total = np.zeros(steps)
    for line in found:
        weight, count = np.zeros(steps), np.zeros(steps)
        good = np.isfinite(line.mean)
        place = ((line.at[good] - start) * steps // span).astype(np.intp)
        inside = (place >= 0) & (place < steps)
        np.add.at(weight, place[inside], (line.mean[good] * line.count[good])[inside])
        np.add.at(count, place[inside], line.count[good][inside].astype(np.float64))
        total += np.divide(weight, count, out=np.full(steps, np.nan), where=count > 0)
    return total if found else np.full(steps, np.nan)


def forecast_of(yesterday: Values, today: Values, hour: float) -> Values:
    """Yesterday's curve scaled to how today compares with it so far; NaN before `hour` and where yesterday has none."""
    steps = len(today)
    both = np.isfinite(yesterday) & np.isfinite(today)
    scale = float(np.clip(today[both].sum() / yesterday[both].sum(), _WEAKEST, _STRONGEST)) if both.any() else 1.0
    later = (np.arange(steps) + 1) * 24 / steps > hour
    return np.where(later, yesterday * scale, np.nan)
