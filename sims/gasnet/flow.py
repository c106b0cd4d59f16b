"""Formulas of compressible flow and storage, and the daily curve; arrays in, arrays out, no I/O.

Pressures in bar, mass flows in kg/s. "Standard" volumes are at 20 °C and 101.325 kPa.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.model.network import Use

Array = NDArray[np.float64]

ATMOSPHERE_BAR: Final = 1.01325
GAS_K: Final = 288.15
"""The gas is 15 °C everywhere: buried pipes, no heat balance."""
GAMMA: Final = 1.31
"""Ratio of specific heats of natural gas."""
GAS_CONSTANT: Final = 8.314 / 0.016604
"""J/(kg K), pandapipes' "hgas" of 16.6 kg/kmol."""
NORMAL_DENSITY: Final = 0.7327
"""kg/m³ of "hgas" at 0 °C and 1.01325 bar."""
STANDARD_DENSITY: Final = NORMAL_DENSITY * 273.15 / 293.15
"""kg per standard m³."""
Z_SLOPE: Final = -0.0022
"""Compressibility of "hgas": Z = 1 + Z_SLOPE * p_abs."""

_CRITICAL: Final = (2 / (GAMMA + 1)) ** (GAMMA / (GAMMA - 1))
"""Pressure ratio at which flow through an opening becomes sonic."""
_CHOKED: Final = GAMMA**0.5 * (2 / (GAMMA + 1)) ** ((GAMMA + 1) / (2 * (GAMMA - 1)))
SERVICE_BAR: Final = 0.08
"""Gauge pressure at which customers' own regulators get only 63 % of what they want."""

_DAY_10E3_M3H: Final = (
    118, 111, 105, 102, 103, 112, 131, 155, 159, 141, 132, 140,
    155, 152, 138, 129, 131, 148, 181, 196, 181, 155, 136, 124,
)  # fmt: skip
"""Hourly supply of a winter day, ×10³ standard m³/h: morning, noon and evening peaks."""
PEAK_10E3_M3H: Final = max(_DAY_10E3_M3H)
_WORKS_DAY: Final = (
    0.72, 0.70, 0.70, 0.70, 0.72, 0.76, 0.84, 0.94, 1.00, 1.02, 1.02, 1.00,
    0.98, 1.00, 1.02, 1.02, 1.00, 0.98, 0.95, 0.90, 0.86, 0.82, 0.78, 0.75,
)  # fmt: skip
"""Hourly factor of industry and commerce: two shifts and a night shift."""


def orifice_kg_s(inlet_abs: Array, outlet_abs: Array, area_m2: Array) -> tuple[Array, Array, Array]:
    """Mass flow through a sharp opening and its derivatives by inlet and outlet pressure (kg/s, kg/s/bar).

    area_m2: effective area (discharge coefficient × area). Isentropic flow of an ideal gas, sonic below the critical
    pressure ratio (Crane TP-410 chapter 3; PGS 2 "Yellow Book" equations 2.20-2.23). Never negative.
    """
    root = (GAS_CONSTANT * GAS_K) ** 0.5
    sonic = 1e5 * area_m2 * _CHOKED / root
    ratio = np.clip(outlet_abs / inlet_abs, _CRITICAL, 1.0)
    power, other = 2 / GAMMA, (GAMMA + 1) / GAMMA
    shape2 = np.maximum(ratio**power - ratio**other, 0.0)
    peak2 = _CRITICAL**power - _CRITICAL**other
    # Below a per mille of the pressure the root's slope has no bound; a straight line stands in for it.
    edge = 1e-3
    edge2 = (1 - edge) ** power - (1 - edge) ** other
    straight = ratio > 1 - edge
    root_shape = np.where(straight, (1 - ratio) / edge * edge2**0.5, np.sqrt(np.maximum(shape2, edge2 * 1e-6)))
    slope = np.where(
        straight,
        -(edge2**0.5) / edge,
        (power * ratio ** (power - 1) - other * ratio ** (other - 1)) / (2 * np.maximum(root_shape, 1e-9)),
    )
    choked = ratio <= _CRITICAL
    psi = np.where(choked, 1.0, root_shape / peak2**0.5)
    psi_slope = np.where(choked, 0.0, slope / peak2**0.5)
    flow = sonic * inlet_abs * psi
    closed = outlet_abs >= inlet_abs
    by_inlet = np.where(closed, 0.0, sonic * (psi - ratio * psi_slope))
    by_outlet = np.where(closed, 0.0, sonic * psi_slope)
    return np.where(closed, 0.0, flow), by_inlet, by_outlet


def area_for_m2(flow_kg_s: float, inlet_abs: float) -> float:
    """Effective area that passes a mass flow at sonic speed from `inlet_abs` bar."""
    speed: float = (GAS_CONSTANT * GAS_K) ** 0.5
    return flow_kg_s * speed / (1e5 * inlet_abs * _CHOKED)


def stored_kg(volume_m3: Array, pressure_abs: Array) -> tuple[Array, Array]:
    """Gas held in a volume (its line pack) and the derivative by pressure (kg, kg/bar); real-gas law."""
    factor = volume_m3 * NORMAL_DENSITY * 273.15 / GAS_K / ATMOSPHERE_BAR
    z = 1 + Z_SLOPE * pressure_abs
    return factor * pressure_abs / z, factor / z**2


def served(pressure_bar: Array) -> tuple[Array, Array]:
    """Share of the wanted flow that customers get at a gauge pressure, and its derivative by pressure.

    Close to 1 above 0.4 bar, to 0 as the pipe empties; straight below zero so that a solver finds its way back.
    """
    fading = np.exp(-np.maximum(pressure_bar, 0.0) / SERVICE_BAR)
    return np.where(pressure_bar > 0, 1 - fading, pressure_bar / SERVICE_BAR), fading / SERVICE_BAR


def demand_factors(hour: float, works_share: float) -> dict[Use, float]:
    """Multipliers of the nodes' peak flows at an hour of the local day (0-24).

    works_share: share of industry and commerce in the sum of all peak flows. Homes take what the city's curve leaves.
    """
    total = _at(_DAY_10E3_M3H, hour) / PEAK_10E3_M3H
    works = _at(_WORKS_DAY, hour) / max(_WORKS_DAY)
    homes = (total - works_share * works) / max(1 - works_share, 1e-9)
    return {Use.NONE: 0.0, Use.WORKS: works, Use.HOMES: max(homes, 0.0)}


def kg_s(flow_m3h: float) -> float:
    """Standard m³/h as kg/s."""
    return flow_m3h * STANDARD_DENSITY / 3600


def m3h(flow_kg_s: float) -> float:
    """kg/s as standard m³/h."""
    return flow_kg_s * 3600 / STANDARD_DENSITY


def _at(table: tuple[float, ...], hour: float) -> float:
    """Periodic interpolation of an hourly table, with zero slope at the hours' peaks (cosine)."""
    lower = int(hour) % 24
    part = (1 - np.cos(np.pi * (hour % 1))) / 2
    return float(table[lower] * (1 - part) + table[(lower + 1) % 24] * part)
