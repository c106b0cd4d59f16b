"""A storage-distribution station: spheres filled from the ring at night and emptied into the streets at the peaks,
and a low-pressure holder that a district lives from.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Final

from sims.devices.approach import SAFE, daytime, switched, towards
from sims.devices.moment import Moment, read_only

_SPHERE_M3: Final = 2000.0
_ATMOSPHERE_KPA: Final = 101.325
_FULL_KPA: Final = 1450.0
_EMPTY_KPA: Final = 400.0
_FILL_M3H_PER_KPA: Final = 7.5
"""Opening of the filling valve: m³/h per root of a difference of squares in kPa."""
_MOST_IN_M3H: Final = 6000.0
_OUT_M3H: Final = 5200.0
_HOLDER_M3: Final = 20_000.0
_HOLDER_IN_M3H: Final = 1900.0
_DISTRICT_M3H: Final = (
    520, 480, 450, 450, 520, 900, 1500, 1800, 1300, 1000, 1100, 1700,
    1600, 1000, 900, 950, 1200, 1800, 2200, 2000, 1500, 1100, 800, 620,
)  # fmt: skip
"""What the low-pressure district takes each hour of a winter day."""
STANDBY, FILLING, SENDING = 0, 1, 2


class GasHolderStation:
    """`ring`, `streets`: nodes of the network it fills from and sends to; their pressures are the solved ones."""

    def __init__(self, ring: str, streets: str, rng: random.Random) -> None:
        self._ring = ring
        self._streets = streets
        start = rng.uniform(900, 1150)
        self._kpa = {"a": start, "b": start - 12}
        self._c = {"a": 7.0, "b": 7.4}
        self._holder = rng.uniform(45, 70)
        self._holder_filling = True
        self._mode = STANDBY
        self._values: dict[str, float] = {}

    def feel(self, moment: Moment) -> None:
        """Fill or send out by the hour, as the pressures allow; the holder follows its district."""
        dt, ring = moment.dt_s, moment.state.pressure_kpa[self._ring]
        streets = moment.state.pressure_kpa[self._streets]
        inlet, outlet = self._spheres(moment, ring)
        into, out = self._bell(moment.hour, dt)
        mean = sum(self._kpa.values()) / 2
        self._values = {
            "mode": float(self._mode),
            "inlet_pressure": ring,
            "inlet_flow": inlet,
            **{f"sphere_{key}_pressure": kpa for key, kpa in self._kpa.items()},
            **{f"sphere_{key}_temperature": value for key, value in self._c.items()},
            "stock": min(max((mean - _EMPTY_KPA) / (_FULL_KPA - _EMPTY_KPA) * 100, 0.0), 100.0),
            "stored_volume": sum(_stored(kpa, self._c[key]) for key, kpa in self._kpa.items()),
            "outlet_pressure": streets + (6.0 if self._mode == SENDING else 0.0),
            "outlet_flow": outlet,
            # Expanding into the streets cools by about 0.45 K a bar; a heater works for 8 °C.
            "outlet_temperature": max(min(self._c.values()) - 0.0045 * max(mean - streets, 0.0), 8.0),
            "holder_level": self._holder,
            # The second lift of the bell adds its weight.
            "holder_pressure": 2.9 + 0.35 * math.tanh((self._holder - 50) / 4),
            "holder_inlet_flow": into,
            "holder_outlet_flow": out,
            "sphere_area_ch4": 0.2,
            "holder_area_ch4": 0.2,
            **SAFE,
        }

    def values(self) -> Mapping[str, float]:
        """Every property of the gas-holder-station model."""
        return self._values

    def write(self, name: str, value: float) -> str:
        """Drives nothing from afar."""
        return read_only(name)

    def _spheres(self, moment: Moment, ring: float) -> tuple[float, float]:
        """Flow in and out, standard m³/h."""
        mean = sum(self._kpa.values()) / 2
        self._mode = self._wanted(moment.hour, mean, ring)
        difference = max((ring + _ATMOSPHERE_KPA) ** 2 - (mean + _ATMOSPHERE_KPA) ** 2, 0.0)
        inlet = min(_FILL_M3H_PER_KPA * math.sqrt(difference), _MOST_IN_M3H) if self._mode == FILLING else 0.0
        outlet = _OUT_M3H if self._mode == SENDING else 0.0
        gas = (inlet - outlet) * moment.dt_s / 3600 / 2
        for key in self._kpa:
            self._kpa[key] = max(self._kpa[key] + gas * _ATMOSPHERE_KPA / _SPHERE_M3, _EMPTY_KPA / 2)
            # Gas pushed in is warmed, gas let out leaves the rest colder; the wall brings it back to the air.
            goal = moment.air_c + (3.0 if inlet else 0.0) - (4.0 if outlet else 0.0)
            self._c[key] = towards(self._c[key], goal, moment.dt_s, 2.5 * 3600)
        return inlet, outlet

    def _wanted(self, hour: float, mean: float, ring: float) -> int:
        if daytime(hour, 21.5, 5.5) and mean < min(_FULL_KPA, ring - 15):
            return FILLING
        if (daytime(hour, 6, 9) or daytime(hour, 17, 20.5)) and mean > _EMPTY_KPA + 150:
            return SENDING
        return STANDBY

    def _bell(self, hour: float, dt: float) -> tuple[float, float]:
        here, part = int(hour) % 24, hour % 1
        out = _DISTRICT_M3H[here] * (1 - part) + _DISTRICT_M3H[(here + 1) % 24] * part
        self._holder_filling = switched(self._holder_filling, self._holder, start_below=45, stop_above=82)
        into = _HOLDER_IN_M3H if self._holder_filling else 0.0
        self._holder = min(max(self._holder + (into - out) * dt / 3600 / _HOLDER_M3 * 100, 0.0), 100.0)
        return into, out


def _stored(kpa: float, celsius: float) -> float:
    """Standard m³ in a sphere; Z of natural gas at 8 °C falls by 0.0023 a bar."""
    absolute = kpa + _ATMOSPHERE_KPA
    z = 1 - 0.0023 * absolute / 100
    return _SPHERE_M3 * absolute / _ATMOSPHERE_KPA * 293.15 / (celsius + 273.15) / z
