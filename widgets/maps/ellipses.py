"""What an ellipse keeps free of labels: small boxes along its long axis. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from widgets.maps.mercator import EQUATOR_M, unit
from widgets.maps.placing import Box
from widgets.maps.scene import Ellipse

_STEPS: Final = 8
_REACH: Final = 2.0
"""Of the long half axis, to both sides: the outer third may be covered."""


def boxes(ellipse: Ellipse, world: float) -> Iterator[Box]:
    """In px of a world of this width."""
    px_per_m = world / (EQUATOR_M * math.cos(math.radians(ellipse.at[1])))
    x, y = (part * world for part in unit(*ellipse.at))
    turn, half = math.radians(ellipse.angle), max(1.0, ellipse.across_m * px_per_m / 2)
    for step in range(-_STEPS, _STEPS + 1):
        along = step / _STEPS * _REACH * ellipse.along_m * px_per_m
        at_x, at_y = x + math.cos(turn) * along, y + math.sin(turn) * along
        yield at_x - half, at_y - half, at_x + half, at_y + half
