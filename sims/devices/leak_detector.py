"""A leak detector beside a street main: feels leaks by distance as a valve well does, but in the open air."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Final

from backend.model.network import Fitting
from sims.devices.battery_terminals import SPREAD_M2_S, methane_percent_lel
from sims.devices.moment import Moment, distance_m, read_only

_AIRING_S: Final = 45.0
"""Wind takes the gas away when no more comes."""
_FAR_M: Final = 400.0
"""Farther leaks are not felt at all."""


class LeakDetector:
    """Methane at the street's surface."""

    def __init__(self, fitting: Fitting, rng: random.Random) -> None:
        self._fitting = fitting
        self._battery = rng.uniform(3.52, 3.66)
        self._signal = rng.uniform(-102.0, -78.0)
        self._background = rng.uniform(0.0, 0.3)
        self._ch4 = 0.0
        self._air = 0.0

    def feel(self, moment: Moment) -> None:
        """Let gas come and go."""
        self._air = moment.air_c
        level, pace = 0.0, _AIRING_S
        for leak in moment.leaks:
            away = distance_m(self._fitting.lon, self._fitting.lat, leak.lon, leak.lat)
            if away < _FAR_M and leak.flow_m3h > 1:
                level += methane_percent_lel(leak, away)
                pace = max(away, 1.0) ** 2 / (4 * SPREAD_M2_S)
        goal = min(level, 100.0)
        pace = _AIRING_S if goal < self._ch4 else pace
        self._ch4 += (goal - self._ch4) * (1 - math.exp(-moment.dt_s / pace))

    def values(self) -> Mapping[str, float]:
        """Every property of the leak-detector model."""
        return {
            "ch4": self._background + self._ch4,
            "temperature": self._air,
            "fault": 0.0,
            "battery_voltage": self._battery,
            "signal": self._signal,
        }

    def write(self, name: str, value: float) -> str:
        """Drives nothing."""
        return read_only(name)
