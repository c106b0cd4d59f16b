"""An LNG gasification station: two tanks, pumps, two ambient vaporisers in turn, a water bath, boil-off.

What it sends out is what the gas network takes from it, so tank, vaporisers and pipe tell one story.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.model.network import Regulator
from sims.devices.approach import SAFE, switched, towards
from sims.devices.moment import Moment, read_only

GAS_PER_LIQUID: Final = 600.0
"""Standard m³ of gas from a m³ of LNG."""
_TANK_M3: Final = 150.0
_TANKER_M3H: Final = 30.0
_CHANGE_OVER_S: Final = 4 * 3600.0
"""An ambient vaporiser works so long, then thaws."""
_ATMOSPHERE_KPA: Final = 101.325
_SENDOUT_C: Final = 8.0


@dataclass(slots=True)
class _Tank:
    level: float
    pressure: float

    @property
    def temperature(self) -> float:
        """Saturation temperature of methane in °C: 111.7 K at one atmosphere, 135 K at 500 kPa absolute."""
        absolute = self.pressure + _ATMOSPHERE_KPA
        return float(111.67 * (absolute / _ATMOSPHERE_KPA) ** 0.119) - 273.15


class LngStation:
    """`run`: the duty regulator run behind which the network begins; its flow is the send-out."""

    def __init__(self, source: str, run: Regulator, rng: random.Random) -> None:
        self._source = source
        self._run = run
        self._tanks = {"a": _Tank(rng.uniform(55, 75), rng.uniform(430, 460)), "b": _Tank(rng.uniform(40, 60), 445.0)}
        self._drawing = "a"
        self._filling = ""
        self._vaporiser = "a"
        self._turn_s = rng.uniform(0.2, 0.8) * _CHANGE_OVER_S
        self._outlet_c = {"a": -4.0, "b": 2.0}
        self._bath_c = rng.uniform(52, 58)
        self._burner = False
        self._boil_off = False
        self._total = rng.uniform(2e6, 9e6)
        self._values: dict[str, float] = {}

    def feel(self, moment: Moment) -> None:
        """Take liquid out, let tankers come, let tanks boil and vaporisers freeze and thaw."""
        dt = moment.dt_s
        flow = max(moment.state.source_m3h.get(self._source, 0.0), 0.0)
        load = flow / self._run.capacity_m3h
        self._total += flow * dt / 3600
        self._move_liquid(flow / GAS_PER_LIQUID, dt)
        self._boil(dt)
        self._vaporise(load, moment.air_c, dt)
        inlet = moment.state.pressure_kpa[self._run.start]
        self._values = {
            **{f"tank_{key}_level": tank.level for key, tank in self._tanks.items()},
            **{f"tank_{key}_pressure": tank.pressure for key, tank in self._tanks.items()},
            **{f"tank_{key}_temperature": tank.temperature for key, tank in self._tanks.items()},
            "unloading_flow": _TANKER_M3H if self._filling else 0.0,
            "pump_a_running": float(flow > 1),
            "pump_b_running": float(load > 0.75),
            "pump_discharge_pressure": inlet + 60 + 180 * load**2,
            "liquid_flow": flow / GAS_PER_LIQUID,
            **{f"vaporiser_{key}_running": float(flow > 1 and key == self._vaporiser) for key in "ab"},
            **{f"vaporiser_{key}_outlet_temperature": value for key, value in self._outlet_c.items()},
            "water_bath_temperature": self._bath_c,
            "bog_compressor_running": float(self._boil_off),
            "boil_off_flow": 160.0 if self._boil_off else 0.0,
            "sendout_pressure": moment.state.pressure_kpa[self._run.end],
            "sendout_flow": flow,
            # The bath's bypass keeps it there.
            "sendout_temperature": _SENDOUT_C + 0.04 * (self._bath_c - 55),
            "sendout_volume": self._total,
            "bund_temperature": moment.air_c,
            "tank_area_ch4": 0.2,
            "vaporiser_area_ch4": 0.1,
            **SAFE,
        }

    def values(self) -> Mapping[str, float]:
        """Every property of the lng-station model."""
        return self._values

    def write(self, name: str, value: float) -> str:
        """Drives nothing from afar."""
        return read_only(name)

    def _move_liquid(self, liquid_m3h: float, dt: float) -> None:
        other = "b" if self._drawing == "a" else "a"
        drawn = self._tanks[self._drawing]
        drawn.level = max(drawn.level - liquid_m3h * dt / 3600 / _TANK_M3 * 100, 0.0)
        if drawn.level < 25 and self._tanks[other].level > drawn.level:
            self._drawing, other = other, self._drawing
        if not self._filling and self._tanks[other].level < 45:
            self._filling = other
        if self._filling:
            filled = self._tanks[self._filling]
            filled.level += _TANKER_M3H * dt / 3600 / _TANK_M3 * 100
            if filled.level >= 85:
                self._filling = ""

    def _boil(self, dt: float) -> None:
        """Heat leaks in and raises the pressure until the boil-off compressor has it down again."""
        highest = max(tank.pressure for tank in self._tanks.values())
        self._boil_off = highest > 500 or (self._boil_off and highest > 440)
        for key, tank in self._tanks.items():
            rise = 0.006 + (0.01 if key == self._filling else 0.0) - (0.04 if self._boil_off else 0.0)
            tank.pressure = min(max(tank.pressure + rise * dt, 300.0), 690.0)

    def _vaporise(self, load: float, air_c: float, dt: float) -> None:
        self._turn_s += dt
        if self._turn_s > _CHANGE_OVER_S:
            self._turn_s, self._vaporiser = 0.0, "b" if self._vaporiser == "a" else "a"
        # Ice grows on the fins while it works.
        iced = 4.0 * self._turn_s / _CHANGE_OVER_S
        for key, outlet in self._outlet_c.items():
            working = key == self._vaporiser and load > 0
            goal = air_c - 5 - 12 * load - iced if working else air_c
            self._outlet_c[key] = towards(outlet, goal, dt, 180.0 if working else 1800.0)
        self._burner = switched(self._burner, self._bath_c, start_below=50, stop_above=60)
        self._bath_c += ((0.02 if self._burner else 0.0) - 0.006 * min(load + 0.2, 1.0)) * min(dt, 300.0)
        self._bath_c = min(max(self._bath_c, 45.0), 65.0)
