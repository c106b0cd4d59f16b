"""A CNG filling station: two compressors fill a cascade of three banks; vehicles fill by pressure difference."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sims.devices.approach import SAFE, switched, towards
from sims.devices.moment import Moment, read_only

M3_PER_M3_MPA: Final = 11.6
"""Standard m³ in a m³ of bottle per MPa: 1 / (0.101325 MPa x Z of 0.85)."""
_COMPRESSOR_M3H: Final = 1000.0
_FULL_MPA: Final = 25.0
_VEHICLE_MPA: Final = 20.0
_BANKS_M3: Final = {"high": 4.0, "medium": 6.0, "low": 8.0}
_START_BELOW: Final = {"high": 22.5, "medium": 18.0, "low": 12.0}
_BY_HOUR: Final = (
    2.0, 1.5, 1.0, 1.0, 1.5, 3.0, 5.0, 4.5, 4.0, 4.5, 5.0, 5.5,
    4.0, 4.0, 4.5, 5.0, 6.0, 5.5, 4.5, 4.0, 4.0, 3.5, 3.0, 2.5,
)  # fmt: skip
"""Vehicles an hour at each dispenser: taxis change shift at dawn and in the late afternoon, buses fill at noon."""
_STEP_S: Final = 5.0


@dataclass(slots=True)
class _Customer:
    """A vehicle at a dispenser: bottles of so many m³ at a pressure in MPa."""

    bottle_m3: float
    mpa: float


class CngStation:
    """`node`: of the network, whose pressure it feels; what it draws is too little to move the solved gas."""

    def __init__(self, node: str, rng: random.Random) -> None:
        self._node = node
        self._rng = rng
        self._banks = {"high": rng.uniform(23, 25), "medium": rng.uniform(19, 24), "low": rng.uniform(14, 22)}
        self._on = {"a": True, "b": False}
        self._discharge_c = {"a": 42.0, "b": 12.0}
        self._customers: list[_Customer | None] = [None] * 4
        self._flows = [0.0] * 4
        self._taken, self._sold = rng.uniform(1e6, 4e6), rng.uniform(1e6, 4e6)
        self._bed_s = rng.uniform(0, 8 * 3600)
        self._values: dict[str, float] = {}

    def feel(self, moment: Moment) -> None:
        """Fill vehicles, then banks, in steps short enough for a bottle."""
        left = moment.dt_s
        while left > 0:
            step = min(left, _STEP_S)
            self._sell(moment.hour, step)
            self._compress(step)
            left -= step
        running = sum(self._on.values())
        self._bed_s = (self._bed_s + moment.dt_s) % (8 * 3600)
        for key, on in self._on.items():
            goal = 44.0 + 4.0 * (min(self._banks.values()) / _FULL_MPA) if on else moment.air_c + 4
            self._discharge_c[key] = towards(self._discharge_c[key], goal, moment.dt_s, 400.0)
        filled = self._filled()
        self._values = {
            "inlet_pressure": max(moment.state.pressure_kpa[self._node] - 3.0 * running**2, 0.0),
            "inlet_flow": running * _COMPRESSOR_M3H,
            "inlet_volume": self._taken,
            # The bed takes up water until the towers change.
            "dryer_dewpoint": -60.0 + 8.0 * self._bed_s / (8 * 3600),
            **{f"compressor_{key}_running": float(on) for key, on in self._on.items()},
            **{
                f"compressor_{key}_discharge_pressure": self._banks[filled] + 0.4 if on and filled else 0.6
                for key, on in self._on.items()
            },
            **{f"compressor_{key}_discharge_temperature": value for key, value in self._discharge_c.items()},
            **{f"storage_{name}_pressure": mpa for name, mpa in self._banks.items()},
            **{f"dispenser_{number}_flow": flow for number, flow in enumerate(self._flows, start=1)},
            "dispensed_volume": self._sold,
            "compressor_area_ch4": 0.3,
            "dispenser_area_ch4": 0.2,
            **SAFE,
        }

    def values(self) -> Mapping[str, float]:
        """Every property of the cng-station model."""
        return self._values

    def write(self, name: str, value: float) -> str:
        """Drives nothing from afar."""
        return read_only(name)

    def _sell(self, hour: float, dt: float) -> None:
        arriving = _BY_HOUR[int(hour) % 24] * dt / 3600
        for place, customer in enumerate(self._customers):
            if customer is None:
                if self._rng.random() < arriving:
                    bottle = self._rng.choice((0.075, 0.075, 0.13, 0.9))
                    self._customers[place] = _Customer(bottle, self._rng.uniform(2.0, 7.0))
                self._flows[place] = 0.0
                continue
            bank = self._bank_for(customer.mpa)
            push = self._banks[bank] - customer.mpa
            room = (_VEHICLE_MPA - customer.mpa) * customer.bottle_m3 * M3_PER_M3_MPA
            moved = min(1400.0 * math.sqrt(max(push, 0.0) / 20.0) * dt / 3600, max(room, 0.0))
            customer.mpa += moved / (customer.bottle_m3 * M3_PER_M3_MPA)
            self._banks[bank] -= moved / (_BANKS_M3[bank] * M3_PER_M3_MPA)
            self._sold += moved
            self._flows[place] = moved * 3600 / dt
            if customer.mpa >= _VEHICLE_MPA - 0.05 or push < 0.1:
                self._customers[place] = None

    def _bank_for(self, mpa: float) -> str:
        """The lowest bank that still pushes well: so the high one is left for topping up."""
        return next((name for name in ("low", "medium") if self._banks[name] > mpa + 1.5), "high")

    def _compress(self, dt: float) -> None:
        short = any(self._banks[name] < least for name, least in _START_BELOW.items())
        room = min(self._banks.values())
        self._on["a"] = short or (self._on["a"] and room < _FULL_MPA)
        self._on["b"] = switched(self._on["b"], self._banks["low"], start_below=9.0, stop_above=16.0)
        filled = self._filled()
        if filled:
            holds = _BANKS_M3[filled] * M3_PER_M3_MPA
            gas = min(sum(self._on.values()) * _COMPRESSOR_M3H * dt / 3600, (_FULL_MPA - self._banks[filled]) * holds)
            self._taken += gas
            self._banks[filled] = min(self._banks[filled] + gas / holds, _FULL_MPA)

    def _filled(self) -> str:
        """The bank that the priority panel fills now: the highest that is not full."""
        return next((name for name, mpa in self._banks.items() if mpa < _FULL_MPA), "")
