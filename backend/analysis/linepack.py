"""How much gas stands in pipes: geometry once, pressures at any moment. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.model.network import Network, Tier
from backend.model.plant import Point, Registry

STANDARD_KPA: Final = 101.325
STANDARD_K: Final = 293.15
GROUND_K: Final = 288.15
"""Buried pipes; no heat balance."""
Z_SLOPE_PER_KPA: Final = -0.000022
"""Compressibility of natural gas up to 4 MPa, linear in absolute pressure (AGA 8 at 15 °C: 0.99 at 0.4 MPa abs,
0.92 at 4 MPa abs)."""
_LOWEST_SHARE: Final = 0.6
_HIGHEST_SHARE: Final = 1.15
"""Of the design pressure, where no alarm limit says what may be."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The pipes of one tier in one zone: their inner volume and the points that read their pressure (kPa, gauge)."""

    tier: Tier
    zone: str
    volume_m3: float
    points: tuple[int, ...]
    lowest_kpa: float
    highest_kpa: float


def stored_m3(volume_m3: float, pressure_kpa: float) -> float:
    """Standard m³ in a volume at a gauge pressure: V · p/p0 · T0/T · 1/Z (real gas law)."""
    absolute = pressure_kpa + STANDARD_KPA
    z = 1 + Z_SLOPE_PER_KPA * absolute
    return volume_m3 * absolute / STANDARD_KPA * STANDARD_K / GROUND_K / z


def sections(network: Network, registry: Registry) -> tuple[Section, ...]:
    """One for each tier and zone that has pipes, in the order of the tiers."""
    nodes = {node.id: node for node in network.nodes}
    volume: dict[tuple[Tier, str], float] = {}
    for pipe in network.pipes:
        inner = math.pi * (pipe.diameter_mm / 1000) ** 2 / 4 * pipe.length_m
        volume[pipe.tier, pipe.zone] = volume.get((pipe.tier, pipe.zone), 0.0) + inner
    read: dict[tuple[Tier, str], list[Point]] = {}
    design: dict[tuple[Tier, str], list[float]] = {}
    for node in network.nodes:
        design.setdefault((node.tier, node.zone), []).append(node.design_kpa)
    for name, point in measured(network, registry):
        place = nodes[name]
        read.setdefault((place.tier, place.zone), []).append(point)
    return tuple(
        _section(tier, zone, inner, read.get((tier, zone), []), design.get((tier, zone), [0.0]))
        for (tier, zone), inner in sorted(volume.items(), key=lambda each: (list(Tier).index(each[0][0]), each[0][1]))
    )


def measured(network: Network, registry: Registry) -> Iterator[tuple[str, Point]]:
    """(node, point that reads its gauge pressure)."""
    places = _places(network)
    for point in registry.points:
        node = places.get((point.asset, point.property))
        if node is not None and not point.retired and point.unit == "kPa":
            yield node, point


def _places(network: Network) -> Mapping[tuple[str, str], str]:
    """(asset, property) → node, for everything whose place in the drawing is known."""
    found: dict[tuple[str, str], str] = {}
    for run in network.regulators:
        station = run.id.rpartition("/")[0]
        found[station, "inlet_pressure"], found[station, "outlet_pressure"] = run.start, run.end
    for fitting in network.fittings:
        found[fitting.id, "inlet_pressure"] = found[fitting.id, "pressure"] = fitting.node
    for valve in network.valves:
        found[valve.id, "upstream_pressure"], found[valve.id, "downstream_pressure"] = valve.start, valve.end
    return found


def pressures(section: Section, value: Values, good: NDArray[np.bool_]) -> tuple[float, bool]:
    """(mean gauge pressure of the section, kPa, whether it was read); NaN where no point is good."""
    ids = np.array(section.points, np.intp)
    sound = ids[good[ids]] if len(ids) else ids
    return (float(value[sound].mean()), True) if len(sound) else (math.nan, False)


def _section(tier: Tier, zone: str, volume: float, points: list[Point], design: list[float]) -> Section:
    usual = sum(design) / len(design)
    lows = [limit for point in points if (limit := point.limits.ll) is not None]
    highs = [limit for point in points if (limit := point.limits.hh) is not None]
    return Section(
        tier=tier,
        zone=zone,
        volume_m3=volume,
        points=tuple(point.id for point in points),
        lowest_kpa=sum(lows) / len(lows) if lows else usual * _LOWEST_SHARE,
        highest_kpa=sum(highs) / len(highs) if highs else usual * _HIGHEST_SHARE,
    )
