"""Which points the overview looks at, found once in the registry: sources, district stations, fleets. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from backend.model.plant import Asset, AssetKind, Point, QuantityKind, Registry

_SETPOINTS: Final = ("run_a_setpoint_feedback", "outlet_setpoint_feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A source or station with the points that matter here; None = it has no such point."""

    asset: Asset
    flow: Point | None
    inlet: Point | None
    outlet: Point | None
    setpoint: Point | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Things of one kind that keep people safe. points: by asset, whose alarms count."""

    key: str
    assets: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Everything of the overview."""

    sources: tuple[Place, ...]
    stations: tuple[Place, ...]
    zones: Mapping[str, Asset]
    in_zone: Mapping[str, tuple[Point, ...]]
    """Every point of a zone, by its id: stations, wells, detectors and all else."""
    odorants: tuple[Point, ...]
    wobbes: tuple[Point, ...]
    fleets: tuple[Fleet, ...]


def plant_of(registry: Registry) -> Plant:
    """Sort the registry."""
    by_asset: dict[str, dict[str, Point]] = {}
    for point in registry.points:
        if not point.retired:
            by_asset.setdefault(point.asset, {})[point.property] = point
    places = {asset.id: _place(asset, by_asset.get(asset.id, {})) for asset in registry.assets}
    sources = [places[asset.id] for asset in registry.assets if asset.kind is AssetKind.SUPPLY]
    stations = [
        places[asset.id]
        for asset in registry.assets
        if asset.kind is AssetKind.STATION and places[asset.id].outlet is not None and places[asset.id].setpoint
    ]
    zone_of = {asset.id: asset.area or asset.parent or "" for asset in registry.assets}
    in_zone: dict[str, list[Point]] = {}
    for point in registry.points:
        if not point.retired:
            in_zone.setdefault(zone_of.get(point.asset, ""), []).append(point)
    at_sources = [point for source in sources for point in by_asset.get(source.asset.id, {}).values()]
    return Plant(
        sources=tuple(sources),
        stations=tuple(sorted(stations, key=lambda each: each.asset.id)),
        zones={asset.id: asset for asset in registry.assets if asset.kind is AssetKind.AREA and asset.parent},
        in_zone={zone: tuple(points) for zone, points in in_zone.items()},
        odorants=tuple(point for point in at_sources if point.property == "odorant_concentration"),
        wobbes=tuple(point for point in at_sources if "wobbe" in point.property),
        fleets=tuple(_fleets(registry, by_asset)),
    )


def _place(asset: Asset, points: Mapping[str, Point]) -> Place:
    return Place(
        asset=asset,
        flow=points.get("flow"),
        inlet=points.get("inlet_pressure"),
        outlet=points.get("outlet_pressure"),
        setpoint=next((points[name] for name in _SETPOINTS if name in points), None),
    )


def _fleets(registry: Registry, by_asset: Mapping[str, Mapping[str, Point]]) -> Iterable[Fleet]:
    # The valve in a customer's meter is none of the network's.
    customers = {asset.id for asset in registry.assets if asset.kind is AssetKind.CUSTOMER}
    kinds: dict[str, Callable[[Point], bool]] = {
        "detectors": lambda point: point.kind is QuantityKind.CONCENTRATION and point.limits.gas_leak,
        "valves": lambda point: (
            point.writable
            and point.actuator is not None
            and "command" in point.property
            and point.asset not in customers
        ),
        "cabinets": lambda point: False,
        "loggers": lambda point: False,
        "vehicles": lambda point: False,
    }
    of_kind = {
        "cabinets": AssetKind.REGULATOR,
        "loggers": AssetKind.LOGGER,
        "vehicles": getattr(AssetKind, "VEHICLE", None),
    }
    for key, wanted in kinds.items():
        assets = [
            asset.id
            for asset in registry.assets
            if asset.id in by_asset
            and (asset.kind is of_kind.get(key) or any(wanted(point) for point in by_asset[asset.id].values()))
        ]
        # A detector's own alarm is its gas; everything else of such a thing is its own business.
        points = [
            point
            for asset in assets
            for point in by_asset[asset].values()
            if key != "detectors" or point.kind is QuantityKind.CONCENTRATION
        ]
        if assets:
            yield Fleet(key=key, assets=tuple(assets), points=tuple(points))
