"""Set small symbols that stand on top of one another a few px apart: a well and its valve are two things. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from widgets.maps.mercator import world_px
from widgets.maps.scene import DRAWN_IN_ORDER, NOWHERE, SIZES, Shape, Symbol

Pixels = NDArray[np.float64]
_AT_ZOOM: Final = 16
"""Things stand apart as they do at this zoom; nearer they only stand further apart."""
_GAP: Final = 3.0
_CELL_PX: Final = 40.0
"""Wider than any two symbols that could touch, their gap included."""
_MOST: Final = 4_000
"""Symbols that are looked at one by one: a few ms of a city's drawing."""
_TURNS: Final = tuple(math.radians(turn) for turn in (90, -90, 45, -45, 135, -135, 0, 180))
_REACHES: Final = (0.6, 1.0, 1.5)
_FIXED: Final = frozenset({Shape.VALVE, Shape.STATION, Shape.SUPPLY, Shape.VEHICLE})
"""These stay where they are: a valve lies in its pipe."""

Taken = dict[tuple[int, int], list[tuple[float, float, float]]]
"""Cell → (x, y, half size) of what stands there, px."""


def apart(symbols: Sequence[Symbol], x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Pixels, Pixels]:
    """Px at 100 % to the right and down by which each symbol is drawn aside of its place; 0 for nearly all."""
    across, down = np.zeros(len(symbols)), np.zeros(len(symbols))
    px_x, px_y = x * world_px(_AT_ZOOM), y * world_px(_AT_ZOOM)
    crowded = [int(index) for index in np.flatnonzero(_crowded(px_x, px_y)) if symbols[int(index)].at != NOWHERE]
    if len(crowded) > _MOST:
        # So many touch one another that setting them aside would only move the heap.
        return across, down
    crowded.sort(key=lambda index: -DRAWN_IN_ORDER.index(symbols[index].shape))
    taken: Taken = {}
    for index in crowded:
        symbol, at_x, at_y = symbols[index], float(px_x[index]), float(px_y[index])
        half = SIZES[symbol.shape] / 2
        if symbol.shape is Shape.VEHICLE:
            continue
        if symbol.shape not in _FIXED:
            dx, dy = _free(at_x, at_y, half, symbol.angle, _near(taken, at_x, at_y))
            across[index], down[index] = dx, dy
            at_x, at_y = at_x + dx, at_y + dy
        taken.setdefault(_cell(at_x, at_y), []).append((at_x, at_y, half))
    return across, down


def _free(
    x: float, y: float, half: float, angle: float, near: Sequence[tuple[float, float, float]]
) -> tuple[float, float]:
    """The first step aside that touches nothing; none where there is room, or nowhere is any."""
    touching = [one for one in near if _touches(x, y, half, one)]
    if not touching:
        return 0.0, 0.0
    widest = max(one[2] for one in touching) + half + _GAP
    for reach in _REACHES:
        for turn in _TURNS:
            way = math.radians(angle) + turn
            dx, dy = round(math.cos(way) * widest * reach, 1), round(math.sin(way) * widest * reach, 1)
            if not any(_touches(x + dx, y + dy, half, one) for one in near):
                return dx, dy
    return 0.0, 0.0


def _touches(x: float, y: float, half: float, other: tuple[float, float, float]) -> bool:
    return math.hypot(x - other[0], y - other[1]) < half + other[2]


def _near(taken: Taken, x: float, y: float) -> list[tuple[float, float, float]]:
    column, row = _cell(x, y)
    return [one for across in (-1, 0, 1) for down in (-1, 0, 1) for one in taken.get((column + across, row + down), ())]


def _cell(x: float, y: float) -> tuple[int, int]:
    return int(x // _CELL_PX), int(y // _CELL_PX)


def _crowded(x: Pixels, y: Pixels) -> NDArray[np.bool_]:
    """Which share their cell, or one of the eight around it, with another; of tens of thousands most do not."""
    column, row = (x // _CELL_PX).astype(np.int64), (y // _CELL_PX).astype(np.int64)
    keys, counts = np.unique((column << 32) | row, return_counts=True)
    if not len(keys):
        return np.zeros(0, bool)
    others = np.full(len(x), -1, np.int64)
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            wanted = ((column + across) << 32) | (row + down)
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            others += np.where(keys[at] == wanted, counts[at], 0)
    return np.asarray(others > 0, bool)
