"""Supply, outflow, line pack and what does not add up, from current values. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.analysis.linepack import Section, pressures, sections, stored_m3
from backend.model.balance import CityBalance, TierPack, ZoneState
from backend.model.live import TagSnapshot
from backend.model.network import Network, Tier
from backend.model.plant import AssetKind, Point, Registry
from backend.model.quality import STATUS_MASK, Status

_FLOW: Final = "flow"
_HOUR_US: Final = 3_600_000_000
_SHORTEST_US: Final = 300_000_000
"""Watched for less than this, a change of line pack is noise."""
Packs = Sequence[tuple[int, tuple[float, ...]]]
"""(µs UTC, stored m³ by tier), oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Zone:
    id: str
    stations: tuple[str, ...]
    flows: tuple[Point, ...]
    outlets: tuple[tuple[int, int], ...]
    """(outlet pressure, set-point in force) by station."""
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What the balance is made of; fixed until the registry changes."""

    sections: tuple[Section, ...]
    tiers: tuple[Tier, ...]
    supplies: tuple[Point, ...]
    zones: tuple[_Zone, ...]


def city_of(network: Network, registry: Registry) -> City:
    """Supplies, zones and sections of the site."""
    made = sections(network, registry)
    by_asset: dict[str, dict[str, Point]] = {}
    for point in registry.points:
        if not point.retired:
            by_asset.setdefault(point.asset, {})[point.property] = point
    supplies = [
        by_asset[asset.id][_FLOW]
        for asset in registry.assets
        if asset.kind is AssetKind.SUPPLY and _FLOW in by_asset.get(asset.id, {})
    ]
    customers: dict[str, int] = {}
    for node in network.nodes:
        customers[node.zone] = customers.get(node.zone, 0) + node.customers
    return City(
        sections=made,
        tiers=tuple(dict.fromkeys(section.tier for section in made)),
        supplies=tuple(supplies),
        zones=tuple(
            _zone(asset.id, registry, by_asset, customers.get(asset.id, 0))
            for asset in registry.assets
            if asset.kind is AssetKind.AREA and asset.parent is not None
        ),
    )


def balance_of(city: City, snapshot: TagSnapshot, watched: Packs = ()) -> CityBalance:
    """The balance of a snapshot. watched: line packs of the last minutes, for how they change."""
    sound = ((snapshot.quality & STATUS_MASK) >= Status.UNCERTAIN) & np.isfinite(snapshot.value)
    packs = tier_packs(city, snapshot.value, sound)
    stored = tuple(pack.stored_m3 for pack in packs)
    per_h = changes_per_h([*watched, (snapshot.taken_at, stored)], len(packs))
    supply = _sum(city.supplies, snapshot, sound)
    outflow = _sum([point for zone in city.zones for point in zone.flows], snapshot, sound)
    # Until the change of line pack is known it counts as none.
    change = sum(each for each in per_h if not math.isnan(each))
    return CityBalance(
        at=snapshot.taken_at,
        supply_m3h=supply,
        outflow_m3h=outflow,
        stored_m3=sum(stored),
        per_h=sum(per_h),
        deviation_m3h=supply - outflow - change,
        tiers=packs,
        tiers_per_h=per_h,
        zones=tuple(_state(zone, city, snapshot, sound) for zone in city.zones),
        unread=tuple(
            point.tag
            for point in (*city.supplies, *(each for zone in city.zones for each in zone.flows))
            if not sound[point.id]
        ),
    )


def tier_packs(city: City, value: NDArray[np.float64], sound: NDArray[np.bool_]) -> tuple[TierPack, ...]:
    """Line pack by tier. A section that nobody reads is taken to have the mean pressure of its tier."""
    found = []
    for tier in city.tiers:
        parts = [(section, *pressures(section, value, sound)) for section in city.sections if section.tier is tier]
        read = sum(section.volume_m3 for section, _, known in parts if known)
        whole = sum(section.volume_m3 for section, _, _ in parts)
        mean = sum(section.volume_m3 * kpa for section, kpa, known in parts if known) / read if read else math.nan
        found.append(
            TierPack(
                tier=tier,
                stored_m3=sum(stored_m3(section.volume_m3, kpa if known else mean) for section, kpa, known in parts),
                minimum_m3=sum(stored_m3(section.volume_m3, section.lowest_kpa) for section, _, _ in parts),
                full_m3=sum(stored_m3(section.volume_m3, section.highest_kpa) for section, _, _ in parts),
                measured=read / whole if whole else 0.0,
            )
        )
    return tuple(found)


def changes_per_h(watched: Packs, tiers: int) -> tuple[float, ...]:
    """Slope of each tier's line pack by least squares, m³/h; NaN while watched for too short a time."""
    at = np.array([each for each, _ in watched], np.float64)
    if len(at) < 3 or at[-1] - at[0] < _SHORTEST_US:
        return (math.nan,) * tiers
    hours = (at - at[0]) / _HOUR_US
    stored = np.array([packs for _, packs in watched], np.float64)
    spread = hours - hours.mean()
    slopes = spread @ (stored - stored.mean(axis=0)) / (spread @ spread)
    return tuple(float(slope) for slope in slopes)


def _zone(zone: str, registry: Registry, by_asset: Mapping[str, Mapping[str, Point]], customers: int) -> _Zone:
    here = [asset.id for asset in registry.assets if asset.kind is AssetKind.STATION and asset.parent == zone]
    return _Zone(
        id=zone,
        stations=tuple(here),
        flows=tuple(by_asset[station][_FLOW] for station in here if _FLOW in by_asset.get(station, {})),
        outlets=tuple(
            (points["outlet_pressure"].id, points["run_a_setpoint_feedback"].id)
            for station in here
            if (points := by_asset.get(station, {})) and {"outlet_pressure", "run_a_setpoint_feedback"} <= points.keys()
        ),
        customers=customers,
    )


def _state(zone: _Zone, city: City, snapshot: TagSnapshot, sound: NDArray[np.bool_]) -> ZoneState:
    off = [
        snapshot.value[outlet] / snapshot.value[wanted] - 1
        for outlet, wanted in zone.outlets
        if sound[outlet] and sound[wanted] and snapshot.value[wanted] > 0
    ]
    flow = _sum(zone.flows, snapshot, sound)
    spare = 0.0
    for section in city.sections:
        kpa, known = pressures(section, snapshot.value, sound) if section.zone == zone.id else (0.0, False)
        if known:
            spare += stored_m3(section.volume_m3, kpa) - stored_m3(section.volume_m3, section.lowest_kpa)
    return ZoneState(
        id=zone.id,
        stations=zone.stations,
        # The worst station speaks for its zone.
        deviation=float(max(off, key=abs)) if off else math.nan,
        flow_m3h=flow,
        customers=zone.customers,
        hours_left=max(0.0, spare) / flow if flow > 0 else math.nan,
    )


def _sum(points: Sequence[Point], snapshot: TagSnapshot, sound: NDArray[np.bool_]) -> float:
    ids = np.array([point.id for point in points if sound[point.id]], np.intp)
    return float(snapshot.value[ids].sum()) if len(ids) else math.nan
