"""What LPG in a closed tank does: its vapour pressure and density by temperature; pure."""

from __future__ import annotations

from typing import Final

_ATMOSPHERE_KPA: Final = 101.325
_KPA_PER_MMHG: Final = 0.1333224
_PROPANE: Final = (6.80398, 803.81, 246.99)
_BUTANE: Final = (6.80896, 935.86, 238.73)
"""Antoine constants for mmHg and °C (Lange's Handbook of Chemistry, vapour pressures of organic compounds)."""
DENSITY_KG_M3: Final = 545.0
"""Liquid at 10 °C."""


def vapour_kpa(temperature_c: float, *, propane: float = 0.65) -> float:
    """Gauge pressure over liquid LPG by Raoult's law; propane: share of the amount, the rest is butane."""
    return (
        propane * _antoine(_PROPANE, temperature_c)
        + (1 - propane) * _antoine(_BUTANE, temperature_c)
        - (_ATMOSPHERE_KPA)
    )


def _antoine(constants: tuple[float, float, float], temperature_c: float) -> float:
    a, b, c = constants
    return float(10 ** (a - b / (c + temperature_c))) * _KPA_PER_MMHG
