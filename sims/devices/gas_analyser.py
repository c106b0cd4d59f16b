"""The gas chromatograph at a source point: a composition that wanders, analysed cycle by cycle."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Final

from sims.devices.approach import towards
from sims.devices.iso6976 import burning
from sims.devices.moment import Moment, read_only

CYCLE_S: Final = 60.0
"""A fast process chromatograph: between two analyses the old result stands."""
_WANDER_S: Final = 5400.0
"""Time constant with which the gas comes back to its usual composition."""
_WANDER: Final = 0.035
"""How far a minor component strays from its usual share, relative (one standard deviation)."""
_ODOUR_STRAY: Final = 0.8
_CARRIER_KPA_S: Final = 2e-4
_FRONT_S: Final = 90.0
"""Other gas arrives with a front this long; behind it the pipe holds the new gas alone."""

NORTH: Final = {"ethane": 4.0, "propane": 0.92, "butanes": 0.31, "carbon_dioxide": 1.24, "nitrogen": 1.05}
"""Gas of a long-distance pipeline from gas and condensate fields."""
WEST: Final = {"ethane": 0.92, "propane": 0.18, "butanes": 0.06, "carbon_dioxide": 2.35, "nitrogen": 1.62}
"""Lean gas with more carbon dioxide."""
LNG: Final = {"ethane": 4.6, "propane": 1.35, "butanes": 0.42, "carbon_dioxide": 0.0, "nitrogen": 0.22}
"""Liquefying takes the carbon dioxide out."""
LPG: Final = {"methane": 0.2, "ethane": 1.8, "butanes": 34.5, "carbon_dioxide": 0.0, "nitrogen": 0.25}
"""Winter LPG: two parts propane, one part butane (GB 11174)."""

Sense = Callable[[Moment], tuple[float, float]]
"""Gauge pressure in kPa and temperature in °C at the sampling point."""


class GasAnalyser:
    """`usual`: mol % of all components but `rest`, which takes what they leave."""

    def __init__(
        self, usual: Mapping[str, float], rest: str, sense: Sense, rng: random.Random, *, dewpoint_c: float
    ) -> None:
        self._usual = dict(usual)
        self._comes = dict(usual)
        self._rest = rest
        self._sense = sense
        self._rng = rng
        self._dewpoint = dewpoint_c
        self._stray = {name: rng.gauss(0.0, 1.0) for name in (*usual, "odour", "sulphur")}
        self._carrier = rng.uniform(6_000.0, 14_000.0)
        self._left_s = 0.0
        self._analysed: dict[str, float] = {}
        self._felt = (0.0, 0.0)

    def feel(self, moment: Moment) -> None:
        """Let the gas change, and analyse it when the cycle is over."""
        self._felt = self._sense(moment)
        self._carrier = max(self._carrier - _CARRIER_KPA_S * moment.dt_s, 0.0)
        # An Ornstein-Uhlenbeck walk: exact over any step, so speed does not change how far the gas strays.
        for name, share in self._comes.items():
            self._usual[name] = towards(self._usual[name], share, moment.dt_s, _FRONT_S)
        stay = math.exp(-moment.dt_s / _WANDER_S)
        for name, stray in self._stray.items():
            self._stray[name] = stray * stay + self._rng.gauss(0.0, math.sqrt(1 - stay * stay))
        self._left_s -= moment.dt_s
        if self._left_s <= 0:
            self._left_s = CYCLE_S
            self._analysed = self._analysis()

    def values(self) -> Mapping[str, float]:
        """Every property of the gas-analyser model."""
        pressure, temperature = self._felt
        return self._analysed | {
            "pressure": pressure,
            "temperature": temperature,
            "carrier_gas_pressure": self._carrier,
            "analyser_fault": 0.0,
        }

    def write(self, name: str, value: float) -> str:
        """Drives nothing."""
        return read_only(name)

    def deliver(self, shares: Mapping[str, float]) -> None:
        """Other gas comes: mol % of some components; the others stay, the main one takes what is left.

        Raises KeyError for a component that is not measured here, ValueError for shares that leave no room.
        """
        for name in shares.keys() - self._comes.keys():
            raise KeyError(name)
        comes = {**self._comes, **shares}
        if min(comes.values()) < 0 or sum(comes.values()) >= 100:
            raise ValueError("the shares must leave room for the main component")
        self._comes = comes

    def _analysis(self) -> dict[str, float]:
        shares = {name: max(usual * (1 + _WANDER * self._stray[name]), 0.0) for name, usual in self._usual.items()}
        shares[self._rest] = 100.0 - sum(shares.values())
        found = burning(shares)
        return shares | {
            "gross_calorific_value": found.gross_calorific_value,
            "relative_density": found.relative_density,
            "wobbe_index": found.wobbe_index,
            "odorant": 21.5 + _ODOUR_STRAY * self._stray["odour"],
            "hydrogen_sulphide": max(1.4 + 0.4 * self._stray["sulphur"], 0.0),
            "water_dewpoint": self._dewpoint + 0.6 * self._stray["sulphur"],
        }
