"""Small pieces of machine behaviour that several stations share; pure."""

from __future__ import annotations

import math
from typing import Final

SAFE: Final = {"fire_call": 0.0, "emergency_stop": 0.0}
"""Call point and emergency stop of a station where nothing is wrong."""


def towards(value: float, goal: float, dt_s: float, tau_s: float) -> float:
    """First-order lag: where a value is after dt on its way to a goal."""
    return goal + (value - goal) * math.exp(-dt_s / tau_s)


def switched(on: bool, value: float, *, start_below: float, stop_above: float) -> bool:
    """A machine that starts when a value is low and stops when it is high; between them it goes on as it is."""
    return value < start_below or (on and value < stop_above)


def daytime(hour: float, start: float, end: float) -> bool:
    """Whether the hour lies within [start, end), over midnight where start is later than end."""
    return start <= hour < end if start <= end else hour >= start or hour < end
