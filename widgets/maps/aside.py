"""Move a ring aside of the symbols it would cover. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from widgets.maps.scene import Ring

_TURNS: Final = np.linspace(0, 2 * np.pi, 12, endpoint=False) - np.pi / 2
_REACHES: Final = (1.25, 1.75, 2.25)
_STEPS: Final = np.array(
    [(0.0, 0.0), *((np.cos(turn) * reach, np.sin(turn) * reach) for reach in _REACHES for turn in _TURNS)]
)
"""Where a ring is tried, in its radii from where it belongs: there, then round it, further and further away."""


def aside(ring: Ring, x: NDArray[np.float64], y: NDArray[np.float64], half: NDArray[np.float64], world: float) -> Ring:
    """The ring at the first place round where it belongs that covers none of these symbols; else where it belongs."""
    across = (x - ring.x) * world - _STEPS[:, :1] * ring.radius
    down = (y - ring.y) * world - _STEPS[:, 1:] * ring.radius
    free = (np.hypot(across, down) > half + ring.radius).all(axis=1)
    first = int(np.argmax(free))
    if not free[first] or first == 0:
        return ring
    step = _STEPS[first] * ring.radius / world
    return replace(ring, x=ring.x + float(step[0]), y=ring.y + float(step[1]))
