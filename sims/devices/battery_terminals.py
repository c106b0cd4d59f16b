"""The battery terminals that report over the air: valve well, regulator cabinet, pressure logger."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Final

from backend.model.network import Fitting
from sims.devices.moment import Leak, Moment, distance_m, read_only

LEL_PERCENT: Final = 5.0
"""Lower explosive limit of methane in air, per cent by volume (GB/T 50493)."""
SPREAD_M2_S: Final = 1.0
"""Effective spreading of gas along pipe trenches and ducts; far above diffusion in soil, which takes hours."""
AIRING_S: Final = 300.0
"""A well airs itself with this time constant when no more gas comes."""
GROUND_C: Final = 11.0
_CABINET_DROOP: Final = 0.06
_CABINET_NEEDS_KPA: Final = 5.0
"""A low-pressure regulator needs at least this over its outlet."""


def methane_percent_lel(leak: Leak, distance: float) -> float:
    """Where the methane at a distance from a steady leak ends up: Q / (4 pi D r) of a point source, in %LEL.

    Carslaw and Jaeger, Conduction of Heat in Solids, 10.4; the way there takes r²/(4 D) (see `ValveWell`).
    """
    fraction = leak.flow_m3h / 3600 / (4 * math.pi * SPREAD_M2_S * max(distance, 1.0))
    return min(fraction * 100 / LEL_PERCENT * 100, 100.0)


class ValveWell:
    """Methane follows the leaks around it: quick when near, slow when far, and airs out when they end."""

    def __init__(self, fitting: Fitting, rng: random.Random) -> None:
        self._fitting = fitting
        self._water = rng.uniform(40.0, 220.0)
        self._battery = rng.uniform(3.52, 3.66)
        self._signal = rng.uniform(-104.0, -82.0)
        self._humid = rng.uniform(78.0, 93.0)
        self._ch4 = 0.0

    def feel(self, moment: Moment) -> None:
        """Let gas come and go."""
        level, pace = 0.0, AIRING_S
        for leak in moment.leaks:
            away = distance_m(self._fitting.lon, self._fitting.lat, leak.lon, leak.lat)
            level += methane_percent_lel(leak, away)
            if leak.flow_m3h > 1:
                pace = min(pace, max(away, 1.0) ** 2 / (4 * SPREAD_M2_S))
        towards = min(level, 100.0)
        if towards < self._ch4:
            pace = AIRING_S
        self._ch4 += (towards - self._ch4) * (1 - math.exp(-moment.dt_s / pace))

    def values(self) -> Mapping[str, float]:
        """Every property of the valve-well-monitor model."""
        return {
            "ch4": self._ch4,
            "water_level": self._water,
            "temperature": GROUND_C,
            "humidity": self._humid,
            "lid": 0.0,
            "battery_voltage": self._battery,
            "signal": self._signal,
        }

    def write(self, name: str, value: float) -> str:
        """Drives nothing."""
        return read_only(name)


class RegulatorCabinet:
    """Medium to low pressure; its outlet droops with flow and fails when the inlet does."""

    def __init__(self, fitting: Fitting, peak_m3h: float, rng: random.Random) -> None:
        self._node = fitting.node
        self._peak = max(peak_m3h, 1.0)
        self._wanted = self._in_force = 2.8
        self._battery = rng.uniform(12.4, 12.9)
        self._signal = rng.uniform(-98.0, -76.0)
        self._values: dict[str, float] = {}

    def feel(self, moment: Moment) -> None:
        """Turn the set-point, then read the gas."""
        reach = 0.05 * moment.dt_s
        self._in_force += max(-reach, min(reach, self._wanted - self._in_force))
        inlet = moment.state.pressure_kpa[self._node]
        flow = moment.state.demand_m3h[self._node]
        outlet = self._in_force * (1 + _CABINET_DROOP * (0.5 - flow / self._peak))
        self._values = {
            "inlet_pressure": inlet,
            "outlet_pressure": min(outlet, max(inlet - _CABINET_NEEDS_KPA, 0.0)),
            "temperature": 0.5 * (GROUND_C + moment.air_c),
            "flow": flow,
            "slam_shut": 0.0,
            "door": 0.0,
            "battery_voltage": self._battery,
            "ch4": 0.0,
            "outlet_setpoint_feedback": self._in_force,
            "signal": self._signal,
        }

    def values(self) -> Mapping[str, float]:
        """Every property of the regulator-cabinet model."""
        return self._values | {"outlet_setpoint": self._wanted}

    def write(self, name: str, value: float) -> str:
        """The outlet's set-point."""
        if name != "outlet_setpoint":
            return read_only(name)
        self._wanted = value
        return ""


class PressureLogger:
    """Pressure at a far end of the streets."""

    def __init__(self, fitting: Fitting, rng: random.Random) -> None:
        self._node = fitting.node
        self._battery = rng.uniform(3.52, 3.66)
        self._signal = rng.uniform(-106.0, -80.0)
        self._pressure = 0.0

    def feel(self, moment: Moment) -> None:
        """Read the gas."""
        self._pressure = moment.state.pressure_kpa[self._node]

    def values(self) -> Mapping[str, float]:
        """Every property of the pressure-logger model."""
        return {
            "pressure": self._pressure,
            "temperature": GROUND_C,
            "battery_voltage": self._battery,
            "signal": self._signal,
        }

    def write(self, name: str, value: float) -> str:
        """Drives nothing."""
        return read_only(name)
