"""What the card says of the selected thing: what it is, its values and alarms now, what can be done. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.formats import asset_name, point_title, shown, value_text
from app.pages.map.layers import word_of
from app.texts import _, bilingual
from backend.clock import US
from backend.model.alarm import AlarmRecord
from backend.model.live import TagSnapshot
from backend.model.network import Network
from backend.model.plant import Limits, Point, QuantityKind, Registry
from widgets.maps.scale_bar import length_text
from widgets.maps.scene import Scene, Shape
from widgets.readouts.ages import THIN_SPACE

MOST_VALUES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A symbol or a line that was selected. points: its values, the ones that say most first."""

    key: str
    title: str
    words: str
    facts: tuple[tuple[str, str], ...] = ()
    points: tuple[Point, ...] = ()
    asset: str = ""
    """"" for a pipe of the drawing that is no registered asset."""
    command: int | None = None
    """The point that "prepare" opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One line of the card. number and quality as they are now; age_s: None = never."""

    point: Point
    title: str
    text: str
    quality: int
    age_s: float | None
    alarm: AlarmRecord | None


def subject_of(key: str, scene: Scene, registry: Registry, network: Network) -> Subject | None:
    """What a symbol or a pipe is; None when there is nothing of this id."""
    asset = next((each for each in registry.assets if each.id == key), None)
    symbol = next((each for each in scene.symbols if each.id == key), None)
    if asset is not None and symbol is not None:
        valve = symbol.shape is Shape.VALVE
        here = [point for point in registry.points if point.asset == key and not point.retired]
        read = sorted((point for point in here if not point.writable), key=lambda point: _weight(point, valve))
        name, number = asset_name(asset), shown(asset.id, 24)
        kind = word_of(symbol.shape)
        zone = next((asset_name(each) for each in registry.assets if each.id == asset.area), shown(asset.area, 24))
        return Subject(
            key=key,
            title=number,
            words=" · ".join(part for part in (kind, name if name != number else "", zone) if part),
            facts=_valve_facts(key, network),
            points=tuple(read[:MOST_VALUES]),
            asset=key,
            command=next((point.id for point in here if point.writable), None),
        )
    if symbol is not None:
        hand = _("by hand, its position is not watched")
        return Subject(
            key=key,
            title=shown(key, 24),
            words=f"{word_of(symbol.shape)} · {hand}",
            facts=_valve_facts(key, network),
        )
    pipe = next((each for each in network.pipes if each.id == key), None)
    if pipe is None:
        return None
    road = shown(bilingual(pipe.street, pipe.street_zh), 48)
    return Subject(
        key=key,
        title=shown(pipe.id, 24),
        words=" · ".join(part for part in (_("Pipe"), road, shown(pipe.zone, 24)) if part),
        facts=(
            (_("Pressure class"), pipe.tier.value),
            (_("Diameter"), f"DN{pipe.diameter_mm:.0f}"),
            (_("Length"), length_text(pipe.length_m)),
        ),
    )


LEADS: Final = ("trend", "station", "command")
"""What leads to another page."""
_MOST_PENS: Final = 5


def can_do(subject: Subject) -> frozenset[str]:
    """What can be done about it: isolate and near always, the rest where there is something behind it."""
    things = {
        "trend": bool(subject.points),
        "station": bool(subject.asset and subject.points),
        "command": subject.command is not None,
    }
    return frozenset({"isolate", "near", *(name for name, possible in things.items() if possible)})


def lead(name: str, subject: Subject) -> tuple[str, str]:
    """Page and place that one of `LEADS` goes to."""
    places = {
        "trend": ("trends", "pens:" + ",".join(point.tag for point in subject.points[:_MOST_PENS])),
        "station": ("stations", subject.asset),
        "command": ("commands", f"prepare:{subject.command}"),
    }
    return places[name]


def values(subject: Subject, snapshot: TagSnapshot, alarms: Iterable[AlarmRecord]) -> tuple[Value, ...]:
    """The lines of the card as of this snapshot."""
    by_point = alarms_by_point(alarms)
    return tuple(_value(point, snapshot, by_point.get(point.id)) for point in subject.points)


def alarms_by_point(records: Iterable[AlarmRecord]) -> dict[int, AlarmRecord]:
    """The most urgent alarm of each point."""
    found: dict[int, AlarmRecord] = {}
    for record in records:
        point = record.config.point
        if point is not None and (point not in found or record.priority < found[point].priority):
            found[point] = record
    return found


def _value(point: Point, snapshot: TagSnapshot, alarm: AlarmRecord | None) -> Value:
    at = int(snapshot.at[point.id])
    return Value(
        point=point,
        title=point_title(point),
        text=value_text(point, float(snapshot.value[point.id])),
        quality=int(snapshot.quality[point.id]),
        age_s=max(0.0, (snapshot.taken_at - at) / US) if at else None,
        alarm=alarm,
    )


def _valve_facts(key: str, network: Network) -> tuple[tuple[str, str], ...]:
    valve = next((each for each in network.valves if each.id == key), None)
    if valve is None:
        return ()
    name = bilingual(valve.street, valve.street_zh)
    street = [(_("Street"), shown(name, 48))] if name else []
    return (*street, (_("Size"), f"DN{valve.diameter_mm:.0f}{THIN_SPACE}· {valve.tier.value}"))


_LAST: Final = ("dp", "setpoint", "battery", "signal", "torque", "volume", "humidity", "heater")
"""Words in the names of properties that say least about what happens."""
_FIRST: Final = (QuantityKind.PRESSURE, QuantityKind.FLOW, QuantityKind.CONCENTRATION)


def _weight(point: Point, valve: bool) -> tuple[int, bool, int, int]:
    """A valve's position first, then pressures, flow and methane with limits, filters and batteries last."""
    little = any(word in point.property for word in _LAST)
    if valve and "position" in point.property:
        return (0, False, 0, point.id)
    kind = _FIRST.index(point.kind) if point.kind in _FIRST else len(_FIRST)
    return (2 if little else 1, point.limits == Limits(), kind, point.id)
