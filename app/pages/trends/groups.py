"""Pen groups: those that come with the registry, and a person's own as they are kept. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.formats import asset_name, shown
from app.texts import _
from backend.model.plant import AssetKind, Point, QuantityKind, Registry

MOST: Final = 20
"""Pens of a group."""
KEY: Final = "trends.groups"
"""Of the preference."""
_LONGEST_NAME: Final = 60
_OF_PLACE: Final = (
    (QuantityKind.PRESSURE, True, 4),
    (QuantityKind.FLOW, None, 2),
    (QuantityKind.CONCENTRATION, True, 1),
)
"""Kind, with limits or not (None: all the same), and how many of it a place's own group has at most."""
_SET_POINTS: Final = frozenset({"setpoint", "dp"})
_LANES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A named list of tags. key: "place:ASSET", "all:KIND", "own:NAME", or "" for one made of pens just now."""

    key: str
    name: str
    tags: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether a person made it."""
        return self.key.startswith("own:")


def shipped(registry: Registry) -> tuple[Group, ...]:
    """A group over the stations for pressure and for flow, then one for each place that has something to draw."""
    by_asset: dict[str, list[Point]] = {}
    for point in registry.points:
        if not point.retired:
            by_asset.setdefault(point.asset, []).append(point)
    stations = [each for each in registry.assets if each.kind in (AssetKind.SUPPLY, AssetKind.STATION)]
    outlets = [_first(by_asset.get(each.id, ()), "outlet_pressure") for each in stations]
    flows = [_first(by_asset.get(each.id, ()), "flow") for each in stations]
    wide = (
        Group(key="all:pressure", name=_("Outlet pressures"), tags=_tags(outlets)),
        Group(key="all:flow", name=_("Station flows"), tags=_tags(flows)),
    )
    places = (
        Group(key=f"place:{each.id}", name=_name(each.id, asset_name(each)), tags=_tags(_of_place(by_asset[each.id])))
        for each in registry.assets
        if each.id in by_asset
    )
    return tuple(group for group in (*wide, *places) if group.tags)


def _name(number: str, name: str) -> str:
    return shown(name) if number == name else f"{shown(number, 24)} {name}"


def _first(points: Iterable[Point], name: str) -> Point | None:
    return next((point for point in points if point.property == name), None)


def _tags(points: Iterable[Point | None]) -> tuple[str, ...]:
    return tuple(point.tag for point in points if point is not None)[:MOST]


def _of_place(points: Sequence[Point]) -> list[Point]:
    """The few points that tell most: pressures and flows, gas in the room, then where its valves stand."""
    chosen: list[Point] = []
    for kind, limited, most in _OF_PLACE:
        fitting = [
            point
            for point in points
            if point.kind is kind and not point.writable and not set(point.property.split("_")) & _SET_POINTS
        ]
        with_limits = [point for point in fitting if _limited(point)]
        chosen += (with_limits if limited and with_limits else fitting)[:most]
    lanes = [point for point in points if "travelling" in point.states.values() and not point.writable]
    analogue = [point for point in points if not point.states and not point.writable]
    return [*(chosen or analogue[:2]), *lanes[:_LANES]]


def _limited(point: Point) -> bool:
    limits = point.limits
    return any(each is not None for each in (limits.hh, limits.h, limits.l, limits.ll))


def kept(value: Any) -> tuple[Group, ...]:
    """A person's own groups from a preference; what cannot be read is left out."""
    rows = value if isinstance(value, list) else []
    groups: dict[str, Group] = {}
    for row in rows:
        name, tags = (row.get("name"), row.get("tags")) if isinstance(row, dict) else (None, None)
        if isinstance(name, str) and name.strip() and isinstance(tags, list):
            good = tuple(dict.fromkeys(tag for tag in tags if isinstance(tag, str)))[:MOST]
            groups[name.casefold()] = named(name, good)
    return tuple(groups.values())


def as_kept(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """The same groups as the preference keeps them."""
    return [{"name": group.name, "tags": list(group.tags)} for group in groups if group.own]


def named(name: str, tags: Sequence[str]) -> Group:
    """An own group of this name."""
    plain = " ".join(name.split())[:_LONGEST_NAME]
    return Group(key=f"own:{plain.casefold()}", name=plain, tags=tuple(tags)[:MOST])


def with_group(groups: Sequence[Group], group: Group) -> tuple[Group, ...]:
    """The groups with this one in the place of one of the same name, or behind them."""
    if any(each.key == group.key for each in groups):
        return tuple(group if each.key == group.key else each for each in groups)
    return (*groups, group)


def without(groups: Sequence[Group], key: str) -> tuple[Group, ...]:
    """The groups without one."""
    return tuple(each for each in groups if each.key != key)


def found_points(registry: Registry, text: str, most: int) -> tuple[Point, ...]:
    """Points whose tag, title or place contains every word of `text`; tags that begin with it first."""
    words = text.casefold().split()
    names = {asset.id: f"{asset.id} {asset.name} {asset.name_zh}".casefold() for asset in registry.assets}

    def fits(point: Point) -> bool:
        place = names.get(point.asset, "")
        whole = f"{point.tag} {point.title} {point.title_zh} {point.device}".casefold()
        return all(word in whole or word in place for word in words)

    fitting = [point for point in registry.points if not point.retired and fits(point)]
    first = text.casefold().strip()
    return tuple(sorted(fitting, key=lambda point: (not point.tag.casefold().startswith(first), point.id))[:most])


def parsed(what: str) -> tuple[tuple[str, ...], int | None]:
    """What `select` is given, as (tags, time of the cursor in µs): "pens:TAG,TAG", a tag, either with "@µs" behind."""
    body, mark, moment = what.rpartition("@")
    at = int(moment) if mark and moment.isdecimal() else None
    if at is None:
        body = what
    tags = body.removeprefix("pens:").split(",") if body.startswith("pens:") else [body]
    return tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))[:MOST], at


def placed(tags: Sequence[str], at: int | None) -> str:
    """What `select` would bring these pens and cursor back with."""
    return f"pens:{','.join(tags)}" + (f"@{at}" if at is not None else "")
