"""The flow meter and volume corrector of an industrial or commercial customer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from backend.model.network import Fitting
from sims.devices.moment import Moment, read_only
from sims.gasnet.flow import Z_SLOPE

_STANDARD_KPA: Final = 101.325
_STANDARD_K: Final = 293.15
_GAS_C: Final = 11.5
_LINE_TOTAL_M3: Final = 40_000_000.0
"""The counter of uncorrected volume starts again here."""


class FlowMeter:
    """Counts at line conditions and corrects to 20 °C and 101.325 kPa (GB/T 36242, pTZ method)."""

    def __init__(self, fitting: Fitting, peak_m3h: float, rng: random.Random) -> None:
        self._node = fitting.node
        self._most = peak_m3h * 1.3
        self._base = 0.0
        self._pressure = _STANDARD_KPA
        self._total_base = rng.uniform(1e6, 9e6)
        self._total_line = rng.uniform(3e5, 2e6)
        self._battery = rng.uniform(55.0, 98.0)

    def feel(self, moment: Moment) -> None:
        """Read the gas and count it."""
        self._base = moment.state.demand_m3h[self._node]
        self._pressure = moment.state.pressure_kpa[self._node] + _STANDARD_KPA
        self._total_base += self._base * moment.dt_s / 3600
        self._total_line = (self._total_line + self._line_m3h() * moment.dt_s / 3600) % _LINE_TOTAL_M3

    def values(self) -> Mapping[str, float]:
        """Every property of the ci-flow-meter model."""
        return {
            "flow_base": self._base,
            "flow_line": self._line_m3h(),
            "total_base": self._total_base,
            "total_line": self._total_line,
            "pressure_abs": self._pressure,
            "temperature": _GAS_C,
            "alarm_supply": 0.0,
            "alarm_pressure": 0.0,
            "alarm_temperature": 0.0,
            "alarm_flow": float(self._base > self._most),
            "alarm_tamper": 0.0,
            "battery": self._battery,
        }

    def write(self, name: str, value: float) -> str:
        """Drives nothing."""
        return read_only(name)

    def _line_m3h(self) -> float:
        z = 1 + Z_SLOPE * self._pressure / 100
        return self._base * (_STANDARD_KPA / self._pressure) * ((_GAS_C + 273.15) / _STANDARD_K) * z
