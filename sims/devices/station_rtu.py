"""A gate or district regulating station as its RTU sees it: two runs, filter, heater, odorant, inlet valve."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from backend.model.network import Regulator
from sims.devices.line_valve import LineValve
from sims.devices.moment import Moment, read_only

JOULE_THOMSON_K_BAR: Final = 0.45
"""Cooling of natural gas per bar of pressure drop near 10 °C."""
_GROUND_C: Final = 8.4
_OUTLET_C: Final = 9.0
"""What the heater works for: gas no colder than this in the street."""
_BURNER_K_S: Final = 0.02
_BURNER_BAND_K: Final = 1.0
_SETTING_PER_S: Final = 0.01
"""A pilot's motor turns the set-point by 1 % a second."""
_FILTER_KPA: Final = 9.0
"""Pressure drop over a clean filter at the duty run's capacity."""
_ODORANT_PERCENT_S: Final = 2e-5


class StationRtu:
    """The set-points in force and the inlet valve's opening are read by the plant: they are what moves the gas."""

    def __init__(self, station: str, runs: Mapping[str, Regulator], rng: random.Random) -> None:
        """runs: duty run "a" and standby run "b"."""
        self.station = station
        self.inlet_valve = LineValve(f"{station}/XV")
        self._runs = runs
        self._wanted = {key: run.setpoint_kpa for key, run in runs.items()}
        self.in_force = dict(self._wanted)
        self._values: dict[str, float] = {}
        self._clog = rng.uniform(0.7, 1.3)
        self._odorant = rng.uniform(68.0, 92.0)
        self._total = rng.uniform(2e8, 9e8)
        self._carbon = rng.uniform(0.0, 0.3)
        self._heated_c = 0.0
        self._burner = True

    def feel(self, moment: Moment) -> None:
        """Move set-points, heater, valve and counters on, then read the gas."""
        self.inlet_valve.feel(moment)
        for key, wanted in self._wanted.items():
            reach = _SETTING_PER_S * self._runs[key].setpoint_kpa * moment.dt_s
            self.in_force[key] += max(-reach, min(reach, wanted - self.in_force[key]))
        state, duty = moment.state, self._runs["a"]
        flow = sum(state.regulator_m3h[run.id] for run in self._runs.values())
        inlet, outlet = state.pressure_kpa[f"{self.station}.in"], state.pressure_kpa[duty.end]
        cooling = JOULE_THOMSON_K_BAR * max(inlet - outlet, 0.0) / 100
        self._heat(_OUTLET_C + cooling, moment.dt_s)
        self._total += max(flow, 0.0) * moment.dt_s / 3600
        self._odorant = max(self._odorant - _ODORANT_PERCENT_S * moment.dt_s, 0.0)
        self._values = {
            "inlet_pressure": inlet,
            "inlet_temperature": _GROUND_C,
            "filter_a_dp": _FILTER_KPA * self._clog * (flow / duty.capacity_m3h) ** 2,
            "filter_b_dp": 0.3,
            "heater_inlet_temperature": _GROUND_C,
            "heater_outlet_temperature": self._heated_c,
            "burner_on": float(self._burner),
            "room_ch4": self._carbon,
            "odorant_level": self._odorant,
            "battery_voltage": 27.2,
            "flow": flow,
            "total_volume": self._total,
            "odorant_concentration": 21.4 if flow > 1 else 20.8,
            "outlet_pressure": outlet,
            "outlet_temperature": self._heated_c - cooling,
            "door": 0.0,
            "mains_power": 1.0,
            **self._run_values(moment, outlet),
        }

    def values(self) -> Mapping[str, float]:
        """Every property of the station-rtu model."""
        commanded = {f"run_{key}_setpoint": value for key, value in self._wanted.items()}
        valve = {f"inlet_valve_{name}": value for name, value in self.inlet_valve.drive_values().items()}
        return self._values | commanded | valve

    def write(self, name: str, value: float) -> str:
        """Set-points and the inlet valve's command."""
        if name == "inlet_valve_command":
            return self.inlet_valve.write("command", value)
        if name in ("run_a_setpoint", "run_b_setpoint"):
            self._wanted[name[4]] = value
            return ""
        return read_only(name)

    def _run_values(self, moment: Moment, outlet: float) -> dict[str, float]:
        values: dict[str, float] = {}
        for key, run in self._runs.items():
            tripped = moment.state.tripped[run.id]
            values |= {
                f"run_{key}_outlet_pressure": outlet,
                f"run_{key}_opening": moment.state.opening[run.id] * 100,
                f"run_{key}_slam_shut": float(tripped),
                f"run_{key}_setpoint_feedback": self.in_force[key],
            }
        return values

    def _heat(self, needed_c: float, dt_s: float) -> None:
        """A burner that switches on and off around what is needed."""
        if self._heated_c == 0.0:
            self._heated_c = needed_c
        if self._heated_c > needed_c + _BURNER_BAND_K:
            self._burner = False
        if self._heated_c < needed_c - _BURNER_BAND_K:
            self._burner = True
        change = _BURNER_K_S * dt_s * (1 if self._burner else -1)
        self._heated_c = min(max(self._heated_c + change, needed_c - 3), needed_c + 3)
