"""Bring a mimic description and a place together: which point of its devices is which property. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.pages.stations.descriptions import Shelf
from app.pages.stations.presenter import Place
from backend.model.network import Network, Regulator, Tier
from backend.model.plant import Asset, Point, Registry, station_of
from widgets.mimic import Element, Mimic, PointRole, label_text

_TIERS = ((10.0, "lp"), (200.0, "mpb"), (400.0, "mpa"), (1600.0, "shp"), (float("inf"), "hp"))
"""Upper end of each pressure class in kPa (GB 55009; design/hmi.md §3.3)."""
_DRAWN = {Tier.HP: "hp", Tier.SHP: "shp", Tier.MP: "mpa", Tier.LP: "lp"}
"""A valve in the network has the class of its pipe."""
_KPA = {"kPa": 1.0, "MPa": 1000.0, "Pa": 0.001, "bar": 100.0}
_ATMOSPHERE_KPA = 101.325


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A description drawn for one place. points: by property; runs: the settings of its pressure-reducing runs."""

    mimic: Mimic
    place: Place
    points: Mapping[str, Point]
    runs: Mapping[str, Regulator]
    labels: Mapping[str, str]
    tiers: Mapping[str, str]

    def point(self, element: Element, role: PointRole) -> Point | None:
        """The point that says this about an element; None where the place has none."""
        return self.points.get(element.points.get(role, ""))

    def points_of(self, id_: str) -> tuple[Point, ...]:
        """The points of an element or box, the first one first."""
        element = self.mimic.element(id_)
        names = [id_] if element is None else list(dict.fromkeys(element.points.values()))
        return tuple(self.points[name] for name in names if name in self.points)

    def id_of(self, point: Point) -> str:
        """The box or element that shows a point best; empty where none does."""
        if any(box.point == point.property for box in self.mimic.boxes):
            return point.property if self.points.get(point.property) is point else ""
        holders = (each.id for each in self.mimic.elements if point.property in each.points.values())
        return next(holders, "") if self.points.get(point.property) is point else ""

    def setting_kpa(self, element: Element) -> float | None:
        """What an element of a run is set to; None where nobody has said."""
        run = self.runs.get(element.run)
        if run is None or not element.setting:
            return None
        return {"setpoint": run.setpoint_kpa, "monitor": run.monitor_kpa, "slam_shut": run.slam_shut_kpa}[
            element.setting
        ]


def kinds_of(asset: Asset) -> tuple[str, ...]:
    """What a description may serve it as: the kind of station, else the kind of asset."""
    station = station_of(asset)
    return (*((station.value,) if station is not None else ()), asset.kind.value)


def bind(place: Place, shelf: Shelf, registry: Registry, network: Network) -> Bound | None:
    """The mimic of a place; None when there is no description for its kind."""
    models = {device.id: device.model for device in registry.devices}
    mimic = shelf.find(kinds_of(place.asset), (models.get(device, "") for device in place.devices))
    if mimic is None:
        return None
    points: dict[str, Point] = {}
    for point in sorted(place.points, key=lambda each: each.retired):
        points.setdefault(point.property, point)
    drawn = {valve.id: _DRAWN[valve.tier] for valve in network.valves}
    tags = {name: point.tag for name, point in points.items()}
    return Bound(
        mimic=mimic,
        place=place,
        points=points,
        runs=_runs(place.asset.id, network.regulators),
        labels={element.id: label_text(element.label, tags) for element in mimic.elements},
        tiers={
            name: tier_of(drawn.get(place.asset.id, zone.tier), points.get(zone.pressure or ""))
            for name, zone in mimic.zones.items()
        },
    )


def _runs(asset: str, regulators: Iterable[Regulator]) -> dict[str, Regulator]:
    return {each.id.rpartition("/")[2]: each for each in regulators if each.id.rpartition("/")[0] == asset}


def tier_of(usual_tier: str, pressure: Point | None) -> str:
    """The pressure class: of the middle of the normal band where the point has one, else the one that is given."""
    limits = pressure.limits if pressure is not None else None
    if pressure is None or limits is None or limits.l is None or limits.h is None:
        return usual_tier
    usual = gauge_kpa(pressure, (limits.l + limits.h) / 2)
    return next(tier for top, tier in _TIERS if usual <= top)


def gauge_kpa(point: Point, value: float) -> float:
    """A pressure reading as gauge pressure in kPa."""
    kpa = value * _KPA.get(point.unit, 1.0)
    return kpa - _ATMOSPHERE_KPA if point.property.endswith("_abs") else kpa


def from_kpa(point: Point, kpa: float) -> float:
    """A pressure in kPa in the unit of a point."""
    return kpa / _KPA.get(point.unit, 1.0)
