"""The convex hull round places, with some room. Plain Python."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from widgets.maps.scene import Place

_M_PER_DEGREE: Final = 110_870.0
_CORNERS: Final = 12


def around(places: NDArray[np.float64], room_m: float) -> tuple[Place, ...]:
    """Corners of the smallest hull with `room_m` round every place; places: shape (n, 2), longitude and latitude."""
    east = _M_PER_DEGREE * float(np.cos(np.radians(places[:, 1].mean())))
    turns = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    rim = np.column_stack((np.cos(turns), np.sin(turns))) * room_m
    metres = places * (east, _M_PER_DEGREE)
    spread = (metres[:, None, :] + rim[None, :, :]).reshape(-1, 2)
    return tuple((x / east, y / _M_PER_DEGREE) for x, y in hull(spread))


def hull(points: NDArray[np.float64]) -> list[tuple[float, float]]:
    """The convex hull, anticlockwise (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return ordered
    half: list[list[tuple[float, float]]] = []
    for run in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for point in run:
            while len(chain) >= 2 and _cross(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        half.append(chain[:-1])
    return half[0] + half[1]


def _cross(origin: Place, one: Place, other: Place) -> float:
    across = (one[0] - origin[0]) * (other[1] - origin[1])
    return across - (one[1] - origin[1]) * (other[0] - origin[0])
