"""From the network's drawing and the registered assets to the lines and symbols of the map. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from app.formats import asset_name, shown
from app.pages.map.hulls import around
from app.texts import bilingual
from backend.model.network import Network, Node, Tier, Valve
from backend.model.plant import Asset, AssetKind, Registry
from widgets.maps.scene import NOWHERE, Area, Line, Meters, Scene, Shape, Symbol

TIERS: Final[Mapping[Tier, str]] = {Tier.HP: "hp", Tier.SHP: "shp", Tier.MP: "mpa", Tier.LP: "lp"}
"""Pressure tiers as the theme names their pipes."""
SHAPES: Final[Mapping[str, tuple[Shape, str]]] = {
    "supply": (Shape.SUPPLY, "stations"),
    "station": (Shape.STATION, "stations"),
    "valve": (Shape.VALVE, "valves"),
    "valve-well": (Shape.WELL, "wells"),
    "detector": (Shape.DETECTOR, "detectors"),
    "confined-space": (Shape.CONFINED, "confined"),
    "regulator": (Shape.CABINET, "cabinets"),
    "logger": (Shape.LOGGER, "loggers"),
    "customer": (Shape.CUSTOMER, "customers"),
    "vehicle": (Shape.VEHICLE, "vehicles"),
}
"""Kind of asset → symbol and layer; areas and pipes are no symbols, any other kind is a small box."""
_NO_SYMBOL: Final = frozenset({"area", "pipe"})
_NAMED: Final = frozenset({Shape.STATION, Shape.SUPPLY})
_CLUSTERED: Final = frozenset({Shape.WELL, Shape.DETECTOR, Shape.CABINET, Shape.LOGGER, Shape.OTHER})
_ZONE_ROOM_M: Final = 120.0
_STILL_KPA: Final = 1e-3
_MAIN_MM: Final = 250.0
"""A pipe of this diameter lies under a main road."""


def scene_of(network: Network, registry: Registry) -> Scene:
    """Everything that has a place."""
    at = {node.id: node for node in network.nodes}
    valves = {valve.id: valve for valve in network.valves}
    zones = {asset.id: asset_name(asset) for asset in registry.assets if asset.kind is AssetKind.AREA}
    homes = [node for node in network.nodes if node.customers > 0]
    return Scene(
        lines=tuple(_lines(network, at)),
        symbols=(*_symbols(registry, valves, at), *_drawn_only(registry, valves, at)),
        areas=(*_areas(network, zones), *_lands(network)),
        meters=Meters(
            lon=np.array([node.lon for node in homes], np.float64),
            lat=np.array([node.lat for node in homes], np.float64),
            count=np.array([node.customers for node in homes], np.int64),
        ),
    )


def tier_of(asset: str, network: Network) -> str:
    """The pipe that a valve sits in, as the theme names it; medium pressure where the drawing does not say."""
    return next((TIERS[valve.tier] for valve in network.valves if valve.id == asset), TIERS[Tier.MP])


def _areas(network: Network, names: Mapping[str, str]) -> Iterator[Area]:
    """Each pressure zone as the ground it lies on: the hull of its nodes."""
    places: dict[str, list[tuple[float, float]]] = {}
    for node in network.nodes:
        if node.zone:
            places.setdefault(node.zone, []).append((node.lon, node.lat))
    for zone, corners in places.items():
        yield Area(id=zone, corners=around(np.array(corners), _ZONE_ROOM_M), name=shown(names.get(zone, ""), 32))


def _lands(network: Network) -> Iterator[Area]:
    """Water and parks, where the site has drawn them."""
    for land in network.lands:
        yield Area(
            id=land.id,
            corners=land.corners,
            name=shown(bilingual(land.name, land.name_zh), 32),
            ground=land.ground.value,
        )


def _lines(network: Network, at: Mapping[str, Node]) -> Iterator[Line]:
    for pipe in network.pipes:
        start, end = at[pipe.start], at[pipe.end]
        yield Line(
            id=pipe.id,
            tier=TIERS[pipe.tier],
            path=((start.lon, start.lat), (end.lon, end.lat)),
            name=shown(bilingual(pipe.street, pipe.street_zh), 48),
            names=tuple(name for name in (pipe.street, pipe.street_zh) if name),
            flow=_flow(start, end),
            main=pipe.tier in (Tier.HP, Tier.SHP) or pipe.diameter_mm >= _MAIN_MM,
        )


def _flow(start: Node, end: Node) -> int:
    """Which way gas flows in the design case: from the higher pressure to the lower."""
    fall = start.design_kpa - end.design_kpa
    return 0 if abs(fall) < _STILL_KPA else (1 if fall > 0 else -1)


def _symbols(registry: Registry, valves: Mapping[str, Valve], at: Mapping[str, Node]) -> Iterator[Symbol]:
    for asset in registry.assets:
        shape, layer = SHAPES.get(asset.kind.value, (Shape.OTHER, "others"))
        where = (asset.lon, asset.lat) if asset.lon is not None and asset.lat is not None else None
        if shape is Shape.VEHICLE and where is None:
            where = NOWHERE
        if asset.kind.value in _NO_SYMBOL or where is None:
            continue
        yield Symbol(
            id=asset.id,
            shape=shape,
            layer=layer,
            at=where,
            label=label_of(asset, named=shape in _NAMED),
            angle=_angle(valves[asset.id], at) if asset.id in valves else 0.0,
            named=shape in _NAMED,
            clusters=shape in _CLUSTERED,
        )


def _drawn_only(registry: Registry, valves: Mapping[str, Valve], at: Mapping[str, Node]) -> Iterator[Symbol]:
    """Valves of the drawing that are no registered asset; those inside a station ("STATION/XV") are its own."""
    known = {asset.id for asset in registry.assets}
    for valve in valves.values():
        if valve.id not in known and "/" not in valve.id:
            place = at[valve.start]
            yield Symbol(
                id=valve.id,
                shape=Shape.VALVE,
                layer="valves",
                at=(place.lon, place.lat),
                label=shown(valve.id, 24),
                angle=_angle(valve, at),
            )


def label_of(asset: Asset, *, named: bool) -> str:
    """The number, and the name of what people know by its name; of a vehicle the name alone."""
    number = shown(asset.id, 24)
    name = asset_name(asset)
    if asset.kind is AssetKind.VEHICLE:
        return shown(name, 32) or number
    return f"{number} {shown(name, 32)}" if named and name != number else number


def _angle(valve: Valve, at: Mapping[str, Node]) -> float:
    """Degrees clockwise on the screen of the pipe through a valve, never upside down."""
    start, end = at[valve.start], at[valve.end]
    east = (end.lon - start.lon) * math.cos(math.radians(start.lat))
    turned = math.degrees(math.atan2(-(end.lat - start.lat), east))
    return (turned + 90.0) % 180.0 - 90.0
