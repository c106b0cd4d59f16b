"""Live values by place: which places there are, and one row of text per point. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.formats import bare_value, point_title
from backend.clock import US
from backend.model.alarm import AlarmRecord
from backend.model.live import TagSnapshot
from backend.model.plant import Asset, AssetKind, Limits, Point, QuantityKind, Registry
from widgets.readouts.ages import number_text

KINDS: tuple[tuple[str, frozenset[AssetKind]], ...] = (
    ("stations", frozenset({AssetKind.SUPPLY, AssetKind.STATION})),
    ("regulators", frozenset({AssetKind.REGULATOR})),
    ("valves", frozenset({AssetKind.VALVE})),
    ("wells", frozenset({AssetKind.VALVE_WELL})),
    (
        "other",
        frozenset(
            {
                *(AssetKind.LOGGER, AssetKind.CUSTOMER, AssetKind.PIPE, AssetKind.AREA),
                *(AssetKind.VEHICLE, AssetKind.DETECTOR),
            }
        ),
    ),
)
"""Groups of the place list; every kind of asset is in exactly one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An asset with the points on it, in the order of the thing model."""

    asset: Asset
    points: tuple[Point, ...]
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """What the table shows of one point. value: last number or None. age_s: None = never."""

    point: Point
    title: str
    value: float | None
    value_text: str
    quality: int
    age_s: float | None
    alarm: AlarmRecord | None


def places(registry: Registry) -> tuple[Place, ...]:
    """Every asset that has points, in the order of registration."""
    points: dict[str, list[Point]] = {}
    for point in registry.points:
        points.setdefault(point.asset, []).append(point)
    return tuple(
        Place(
            asset=asset,
            points=tuple(points[asset.id]),
            devices=tuple(dict.fromkeys(point.device for point in points[asset.id])),
        )
        for asset in registry.assets
        if asset.id in points
    )


def of_kind(every: Iterable[Place], kind: str) -> tuple[Place, ...]:
    """The places of one group of `KINDS`."""
    wanted = dict(KINDS)[kind]
    return tuple(place for place in every if place.asset.kind in wanted)


def kind_of(place: Place) -> str:
    """The group of `KINDS` a place is in."""
    return next(kind for kind, members in KINDS if place.asset.kind in members)


def found(every: Iterable[Place], text: str) -> tuple[Place, ...]:
    """Places whose name, id or a tag contains `text`, whatever the case."""
    sought = text.casefold().strip()
    return tuple(
        place
        for place in every
        if not sought
        or any(
            sought in part.casefold()
            for part in (
                place.asset.id,
                place.asset.name,
                place.asset.name_zh,
                *place.devices,
                *(point.tag for point in place.points),
            )
        )
    )


def worst(place: Place, by_point: Mapping[int, AlarmRecord]) -> AlarmRecord | None:
    """The most urgent alarm at a place: unacknowledged before acknowledged, then by priority."""
    here = [by_point[point.id] for point in place.points if point.id in by_point]
    return min(here, key=urgency, default=None)


def urgency(record: AlarmRecord) -> tuple[int, bool, int]:
    """Sorting key: priority, unacknowledged first, newest first."""
    return (int(record.priority), record.facts.ack, -record.facts.raised_at)


def alarms_by_point(records: Iterable[AlarmRecord]) -> dict[int, AlarmRecord]:
    """The most urgent alarm of each point."""
    result: dict[int, AlarmRecord] = {}
    for record in records:
        point = record.config.point
        if point is not None and (point not in result or urgency(record) < urgency(result[point])):
            result[point] = record
    return result


def key_points(place: Place, most: int) -> tuple[Point, ...]:
    """The analogue points that say most about a place, in their own order: pressures and flows with limits first."""
    analogue = [point for point in place.points if not point.states and not point.writable and not point.retired]
    first = sorted(analogue, key=_weight)[:most]
    return tuple(sorted(first, key=lambda point: (_weight(point), point.id)))


def _weight(point: Point) -> int:
    """0 for what is looked at first; filters and set-points read back say least about the supply."""
    if set(point.property.split("_")) & {"dp", "setpoint"}:
        return len(_WEIGHTS) + 1
    limited = point.limits != Limits()
    return next((rank for rank, one in enumerate(_WEIGHTS) if one == (point.kind, limited)), len(_WEIGHTS))


_WEIGHTS = (
    (QuantityKind.PRESSURE, True),
    (QuantityKind.FLOW, True),
    (QuantityKind.CONCENTRATION, True),
    (QuantityKind.PRESSURE, False),
    (QuantityKind.FLOW, False),
    (QuantityKind.TEMPERATURE, True),
    (QuantityKind.LEVEL, True),
)


def limits_text(point: Point) -> str:
    """The band between the low and the high limit; "" without limits."""
    limits = point.limits
    low = limits.l if limits.l is not None else limits.ll
    high = limits.h if limits.h is not None else limits.hh
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤ {number_text(high, point.precision)}"
    if high is None:
        return f"≥ {number_text(low, point.precision)}"
    return f"{number_text(low, point.precision)} – {number_text(high, point.precision)}"


def rows(place: Place, snapshot: TagSnapshot, by_point: Mapping[int, AlarmRecord]) -> tuple[PointRow, ...]:
    """One row per point of a place."""
    return tuple(_row(point, snapshot, by_point.get(point.id)) for point in place.points)


def _row(point: Point, snapshot: TagSnapshot, alarm: AlarmRecord | None) -> PointRow:
    at = int(snapshot.at[point.id])
    value = float(snapshot.value[point.id])
    return PointRow(
        point=point,
        title=point_title(point),
        value=value if at else None,
        value_text=bare_value(point, value),
        quality=int(snapshot.quality[point.id]),
        age_s=max(0.0, (snapshot.taken_at - at) / US) if at else None,
        alarm=alarm,
    )
