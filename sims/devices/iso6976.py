"""Heat, density and Wobbe index of a gas from its composition, at 20 °C and 101.325 kPa (ISO 6976:2016); pure.

China bills and judges gas at 20 °C for burning and for metering (GB 17820-2018, GB/T 11062-2020, which adopts
ISO 6976).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """molar_mass: kg/kmol (Table 1). summation: factor s at 20 °C (Table 2). heat: gross kJ/mol at 20 °C (Table 3)."""

    molar_mass: float
    summation: float
    heat: float


COMPONENTS: Final[Mapping[str, Component]] = {
    "methane": Component(molar_mass=16.04246, summation=0.04317, heat=891.05),
    "ethane": Component(molar_mass=30.06904, summation=0.0895, heat=1561.42),
    "propane": Component(molar_mass=44.09562, summation=0.1308, heat=2220.13),
    # Counted as n-butane.
    "butanes": Component(molar_mass=58.12220, summation=0.1785, heat=2878.58),
    "carbon_dioxide": Component(molar_mass=44.0095, summation=0.0730, heat=0.0),
    "nitrogen": Component(molar_mass=28.0134, summation=0.0156, heat=0.0),
}
_AIR_MOLAR_MASS: Final = 28.96546
_AIR_Z: Final = 0.999645
_R_J_MOL_K: Final = 8.3144621
_KELVIN: Final = 293.15
_KPA: Final = 101.325


@dataclass(frozen=True, slots=True, kw_only=True)
class Burning:
    """gross_calorific_value and wobbe_index: MJ per m³ of real gas at 20 °C and 101.325 kPa."""

    gross_calorific_value: float
    relative_density: float
    wobbe_index: float


def burning(shares: Mapping[str, float]) -> Burning:
    """Of a mixture; shares: of the amount, by name in `COMPONENTS`, in any unit (they are brought to a sum of 1)."""
    whole = sum(shares.values())
    parts = [(share / whole, COMPONENTS[name]) for name, share in shares.items()]
    z = 1 - sum(share * part.summation for share, part in parts) ** 2
    molar_volume = z * _R_J_MOL_K * _KELVIN / _KPA
    heat = sum(share * part.heat for share, part in parts) / molar_volume
    density = sum(share * part.molar_mass for share, part in parts) / _AIR_MOLAR_MASS * _AIR_Z / z
    return Burning(gross_calorific_value=heat, relative_density=density, wobbe_index=heat / density**0.5)
