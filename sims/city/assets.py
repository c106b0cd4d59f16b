"""The asset rows of the city: zones, stations of every kind, valves, what reports over the air, vehicles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from backend.model.network import Fitting, FittingKind, Network, Node
from backend.model.plant import Medium, StationKind
from sims.city.draw import degrees
from sims.city.fleet import fleet_in
from sims.city.names import AVENUE, ROADS, STATIONS, SUPPLIES, WORKS, ZONES
from sims.city.sites import GASIFICATION, sites_in
from sims.city.streets import SECTION

Row = dict[str, Any]
Names = tuple[str, str]
"""English and Chinese."""
CITY: Final = "LINJIANG"
AVENUE_MAIN: Final = "BA-MAIN"
_NAMED: Final[dict[str, Names]] = {
    "XV-0417": ("Binjiang Avenue main, north isolating valve", "滨江大道主管北端切断阀"),
    "XV-0422": ("Binjiang Avenue main, south isolating valve", "滨江大道主管南端切断阀"),
    "VW-0418": ("Valve well, Binjiang Avenue between XV-0417 and XV-0422", "滨江大道XV-0417与XV-0422之间阀井"),
}
_FITTINGS: Final = {
    FittingKind.WELL: ("valve-well", ("Valve well", "阀井")),
    FittingKind.CABINET: ("regulator", ("Regulator cabinet", "调压柜")),
    FittingKind.LOGGER: ("logger", ("Pressure logger", "压力记录仪")),
    FittingKind.WORKS: ("customer", ("", "")),
    FittingKind.DETECTOR: ("detector", ("Street leak detector", "管网泄漏探测器")),
}


def asset_rows(network: Network) -> list[Row]:
    """Rows as `linepack import assets` takes them, parents before their parts."""
    return [
        *_areas(network),
        *_stations(network),
        *_sites(network),
        *_valves(network),
        *_fittings(network),
        *_vehicles(network),
    ]


def _areas(network: Network) -> Iterator[Row]:
    zones = {node.zone for node in network.nodes}
    at = {node.id: node for node in network.nodes}
    yield _row(CITY, "area", ("Linjiang", "临江"), None)
    for zone in ZONES:
        if zone.id in zones:
            yield _row(zone.id, "area", (zone.name, zone.name_zh), CITY) | {"area": zone.id}
    yield _row(AVENUE_MAIN, "pipe", ("Binjiang Avenue main", "滨江大道主管"), "Z-07", at[SECTION[1]])


def _stations(network: Network) -> Iterator[Row]:
    at = {node.id: node for node in network.nodes}
    for supply in SUPPLIES:
        if f"{supply.id}.in" in at:
            row = _row(supply.id, "supply", (supply.name, supply.name_zh), CITY, at[f"{supply.id}.in"])
            kind = StationKind.GASIFICATION if supply.id == GASIFICATION else StationKind.GATE
            yield row | {"station": kind.value, "medium": Medium.PIPED_GAS.value}
    for station in STATIONS:
        if f"{station.id}.in" in at:
            names = (station.name, station.name_zh)
            row = _row(station.id, "station", names, station.zone, at[f"{station.id}.in"])
            yield row | {"station": StationKind.REGULATING.value, "medium": Medium.PIPED_GAS.value}


def _sites(network: Network) -> Iterator[Row]:
    for site in sites_in(network):
        lon, lat = degrees(site.u, site.v)
        row = _row(site.id, "station", (site.name, site.name_zh), site.zone)
        row |= {"area": site.zone, "lon": lon, "lat": lat}
        yield row | {"station": site.station.value, "medium": site.medium.value}


def _vehicles(network: Network) -> Iterator[Row]:
    """Their place in the register is their base; where they are now the tracker says."""
    at = {node.id: node for node in network.nodes}
    for car in fleet_in(network):
        yield _row(car.id, "vehicle", (car.name, car.name_zh), car.zone, at[car.base])


def _valves(network: Network) -> Iterator[Row]:
    at = {node.id: node for node in network.nodes}
    for valve in sorted(network.valves, key=lambda valve: valve.id):
        if not valve.id.startswith("XV-"):
            continue
        road = valve.street
        names = _NAMED.get(valve.id, (f"{road or 'Tie'} valve", f"{ROADS.get(road, '联络管')}阀门"))
        parent = AVENUE_MAIN if road == AVENUE[0] else valve.zone or CITY
        yield _row(valve.id, "valve", names, parent, at[valve.start])


def _fittings(network: Network) -> Iterator[Row]:
    roads: dict[str, str] = {}
    for pipe in network.pipes:
        for end in (pipe.start, pipe.end):
            roads[end] = roads.get(end) or pipe.street
    return (_fitting(one, roads.get(one.node, "")) for one in network.fittings)


def _fitting(fitting: Fitting, road: str) -> Row:
    """road: the street it stands in, where that has a name."""
    kind, (name, name_zh) = _FITTINGS[fitting.fitting]
    names = _NAMED.get(fitting.id, (name, name_zh))
    if fitting.fitting is FittingKind.WORKS:
        names = WORKS[int(fitting.id.removeprefix("K-")) - 1]
    elif road and fitting.fitting is FittingKind.DETECTOR:
        # Sixty of them: where it is tells them apart.
        names = f"{road} leak detector", f"{ROADS[road]}泄漏探测器"
    return _row(fitting.id, kind, names, fitting.zone or CITY, fitting)


def _row(id_: str, kind: str, names: Names, parent: str | None, place: Node | Fitting | None = None) -> Row:
    row: Row = {"id": id_, "kind": kind, "name": names[0], "name_zh": names[1]}
    if parent is not None:
        row["parent"] = parent
    if place is not None:
        row |= {"area": place.zone, "lon": place.lon, "lat": place.lat}
    return row
