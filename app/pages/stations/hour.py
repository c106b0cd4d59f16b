"""The last hour of a point on a fixed grid, from the archive and from what the console has seen itself. Plain NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.clock import US
from backend.model.alarm import AlarmRecord
from backend.model.plant import Point

STEP_US: Final = 10 * US
PLACES: Final = 360
HOUR_US: Final = STEP_US * PLACES
_PERIODS = 3
"""A value stands for three of its expected periods, as everywhere; then there is a gap."""

Times = NDArray[np.int64]
Floats = NDArray[np.float64]


def hour(end: int, period_s: float, *parts: tuple[Times, Floats]) -> Floats:
    """Shape (PLACES,), the newest at the end, NaN where nothing is known. parts: (µs UTC, values), later ones win.
    end: µs UTC."""
    grid = np.full(PLACES, np.nan)
    start = end - HOUR_US
    for at, value in parts:
        inside = (at > start) & (at <= end) & np.isfinite(value)
        grid[np.minimum((at[inside] - start - 1) // STEP_US, PLACES - 1)] = value[inside]
    return _held(grid, max(3, int(_PERIODS * period_s * US / STEP_US)))


def _held(grid: Floats, longest: int) -> Floats:
    """Each value carried on over at most `longest` empty places."""
    known = np.isfinite(grid)
    last = np.maximum.accumulate(np.where(known, np.arange(len(grid)), -1))
    usable = (last >= 0) & (np.arange(len(grid)) - last <= longest)
    return np.where(usable, grid[np.maximum(last, 0)], np.nan)


def raised(point: Point, alarms: Iterable[AlarmRecord], end: int) -> list[tuple[float, AlarmRecord]]:
    """Where in the hour the alarms of a point were raised, 0 to 1."""
    start = end - HOUR_US
    return [
        ((record.facts.raised_at - start) / HOUR_US, record)
        for record in alarms
        if record.config.point == point.id and start < record.facts.raised_at <= end
    ]
