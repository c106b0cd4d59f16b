"""What can be commanded and what each command needs, derived from the registry by the table below. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from backend.errors import mark
from backend.model.actuation import Actuator
from backend.model.command import CommandKind
from backend.model.plant import Device, Point, PowerClass, Registry

KINDS: Final[Mapping[str, CommandKind]] = {
    "open": CommandKind.VALVE,
    "close": CommandKind.VALVE,
    "set": CommandKind.SETPOINT,
}
"""Verb → what is asked of the device."""

TRAVELLING: Final = "travelling"
CONTRADICTORY: Final = "contradictory"
"""Words of a position's states (English) that are no end position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An interlock that every command of a kind has, whatever its thing model says.

    siblings: endings of property names on the same device, beside the commanded one: `inlet_valve_command` has the
    sibling `inlet_valve_local_remote`, or else the device's own `local_remote`. equals: what it must read, None = only
    good and fresh. required: a device without such a point cannot be commanded.
    """

    name: str
    siblings: tuple[str, ...]
    equals: float | None
    required: bool = True


_LOCAL: Final = mark("Local key in remote")
_FAULT: Final = mark("No actuator fault")
STANDING: Final[Mapping[CommandKind, tuple[Standing, ...]]] = {
    CommandKind.VALVE: (
        Standing(name=_LOCAL, siblings=("local_remote",), equals=1.0),
        Standing(name=_FAULT, siblings=("fault",), equals=0.0),
    ),
    CommandKind.SETPOINT: (
        Standing(name=mark("Pressure is read"), siblings=("pressure", "outlet_pressure"), equals=None),
        Standing(name=_LOCAL, siblings=("local_remote",), equals=1.0, required=False),
        Standing(name=_FAULT, siblings=("fault",), equals=0.0, required=False),
    ),
}
FEEDBACK: Final[Mapping[CommandKind, str]] = {
    CommandKind.VALVE: mark("Position feedback agrees"),
    CommandKind.SETPOINT: mark("Set-point in force is read"),
}
OPENING: Final = "opening_percent"
"""Sibling that must tell the same as the position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One interlock on one point. point None = the device has no such point, which never is met."""

    name: str
    point: Point | None
    equals: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One command that people can give: what is written where, its proof, its interlocks."""

    kind: CommandKind
    actuator: Actuator
    point: Point
    device: Device
    feedback: Point
    feedback_name: str
    opening: Point | None
    reports: tuple[int, ...]
    """Points whose values tell that the device is awake; () = it runs on mains and always is."""
    report_s: float
    """The longest that a battery device sleeps between two reports, s; 0 = it never sleeps."""
    needs: tuple[Need, ...]


def targets(registry: Registry, actuators: Iterable[Actuator]) -> dict[tuple[int, str], Target]:
    """(commanded point, verb) → target."""
    devices = {device.id: device for device in registry.devices}
    properties: dict[str, dict[str, Point]] = {}
    for each in registry.points:
        if not each.retired:
            properties.setdefault(each.device, {})[each.property] = each
    found: dict[tuple[int, str], Target] = {}
    for actuator in actuators:
        point = registry.points[actuator.point]
        kind = KINDS[actuator.verb]
        beside = properties[actuator.device]
        asleep = devices[actuator.device].power is PowerClass.BATTERY
        reporting = [each for each in beside.values() if not each.writable] if asleep else []
        found[point.id, actuator.verb] = Target(
            kind=kind,
            actuator=actuator,
            point=point,
            device=devices[actuator.device],
            feedback=registry.points[actuator.feedback],
            feedback_name=FEEDBACK[kind],
            opening=beside.get(_stem(point.property) + OPENING) if kind is CommandKind.VALVE else None,
            reports=tuple(each.id for each in reporting),
            report_s=min((each.period_s for each in reporting), default=0.0),
            needs=tuple(_needs(kind, actuator, point, beside, registry)),
        )
    return found


def _needs(
    kind: CommandKind, actuator: Actuator, point: Point, beside: Mapping[str, Point], registry: Registry
) -> Iterator[Need]:
    """The standing interlocks, then those that only the thing model names."""
    covered: set[int] = set()
    for standing in STANDING[kind]:
        names = [stem + ending for stem in (_stem(point.property), "") for ending in standing.siblings]
        sibling = next((beside[name] for name in names if name in beside), None)
        if sibling is not None:
            covered.add(sibling.id)
        if sibling is not None or standing.required:
            yield Need(name=standing.name, point=sibling, equals=standing.equals)
    for condition in actuator.conditions:
        other = registry.points[condition.point]
        if other.id not in covered:
            word = other.states.get(int(condition.equals), f"{condition.equals:g}")
            yield Need(name=f"{other.title}: {word}", point=other, equals=condition.equals)


def _stem(name: str) -> str:
    """`inlet_valve_command` → `inlet_valve_`, `command` → nothing."""
    return name[: name.rfind("_") + 1]
