"""An LPG filling plant: six scales fill 15 kg cylinders from a supply tank, by day."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sims.devices.approach import SAFE, daytime, switched, towards
from sims.devices.lpg import DENSITY_KG_M3, vapour_kpa
from sims.devices.moment import Moment, read_only

CYLINDER_KG: Final = 14.5
"""Net filling of a YSP35.5 cylinder, ± 0.5 kg (GB/T 5842)."""
_FILLING_KG_S: Final = 0.16
_TANK_M3: Final = 100.0
_SUPPLY_M3H: Final = 14.0
_STEP_S: Final = 1.0
_OPEN: Final = (7.0, 19.0)
_USUAL_PER_HOUR: Final = 150
"""Cylinders an hour of all scales together; what today had at the start of the simulation."""


@dataclass(slots=True)
class _Scale:
    """A cylinder is set on, filled to its own aim, left for weighing, and taken off: then the scale waits."""

    mass: float = 0.0
    aim: float = CYLINDER_KG
    wait_s: float = 0.0


class LpgFillingPlant:
    """What the scales give comes out of the tank; the storage station's pump fills it again."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._scales = [_Scale(wait_s=rng.uniform(0, 60)) for _ in range(6)]
        self._level = rng.uniform(50, 75)
        self._residue = rng.uniform(15, 55)
        self._c = rng.uniform(8, 10)
        self._supplied = False
        self._cylinders = -1
        self._hour = 0.0
        self._water = rng.uniform(820, 900)
        self._jockey = False
        self._values: dict[str, float] = {}

    def feel(self, moment: Moment) -> None:
        """Fill, in steps short enough to stop a cylinder at its aim."""
        self._count_days(moment.hour)
        open_ = daytime(moment.hour, *_OPEN)
        filled, left = 0.0, moment.dt_s
        while left > 0:
            step = min(left, _STEP_S)
            filled += sum(self._fill(scale, step, open_=open_) for scale in self._scales)
            left -= step
        self._supplied = switched(self._supplied, self._level, start_below=40, stop_above=80)
        into = _SUPPLY_M3H * moment.dt_s / 3600 if self._supplied else 0.0
        self._level += (into - filled / DENSITY_KG_M3) / _TANK_M3 * 100
        self._residue = self._residue + 0.002 * filled / CYLINDER_KG if self._residue < 68 else 10.0
        self._c = towards(self._c, moment.air_c + 2.5, moment.dt_s, 12 * 3600.0)
        self._jockey = switched(self._jockey, self._water, start_below=800, stop_above=950)
        self._water += (0.8 if self._jockey else -0.05) * min(moment.dt_s, 60.0)
        tank, busy = vapour_kpa(self._c), filled > 0
        self._values = {
            "tank_level": self._level,
            "tank_pressure": tank,
            "tank_temperature": self._c,
            "residue_tank_level": self._residue,
            "pump_running": float(open_),
            "pump_discharge_pressure": tank + (620.0 - (60.0 if busy else 0.0) if open_ else 0.0),
            "filling_flow": filled / DENSITY_KG_M3 * 3600 / moment.dt_s if moment.dt_s > 0 else 0.0,
            **{f"scale_{number}_mass": scale.mass for number, scale in enumerate(self._scales, start=1)},
            "cylinders_today": float(self._cylinders),
            "filled_mass_today": self._cylinders * CYLINDER_KG,
            "ventilation_running": float(open_),
            "fire_water_pressure": self._water,
            "hall_gas": 1.2 if busy else 0.2,
            "tank_area_gas": 0.2,
            **SAFE,
        }

    def values(self) -> Mapping[str, float]:
        """Every property of the lpg-filling-plant model."""
        return self._values

    def write(self, name: str, value: float) -> str:
        """Drives nothing from afar."""
        return read_only(name)

    def _fill(self, scale: _Scale, dt: float, *, open_: bool) -> float:
        """One scale lives on; kg that flowed."""
        if scale.wait_s > 0:
            scale.wait_s -= dt
            if scale.wait_s <= 0 and scale.mass > 0:
                scale.mass, scale.wait_s = 0.0, self._rng.uniform(15, 60)
            return 0.0
        if not open_ and scale.mass == 0:
            return 0.0
        if scale.mass == 0:
            scale.aim = self._rng.gauss(CYLINDER_KG, 0.08)
        moved = min(_FILLING_KG_S * dt, scale.aim - scale.mass)
        scale.mass += moved
        if scale.mass >= scale.aim - 1e-9:
            scale.wait_s = self._rng.uniform(6, 20)
            self._cylinders += 1
        return moved

    def _count_days(self, hour: float) -> None:
        """Today's counters begin again at midnight; at the start today already had its usual part."""
        if self._cylinders < 0:
            self._cylinders = round(max(min(hour, _OPEN[1]) - _OPEN[0], 0.0) * _USUAL_PER_HOUR)
        elif hour < self._hour - 12:
            self._cylinders = 0
        self._hour = hour
