"""Check what the entries of a thing model say about each other; pure. Each problem has its path and reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from backend.errors import ConfigError
from backend.model.plant import Limits, QuantityKind
from backend.model.thing_form_checks import Path, Problem, form_problems, overlap_problems, route_problems
from backend.model.thing_schema import (
    ActionAffordance,
    Entry,
    FormEntry,
    PropertyAffordance,
    ThingModel,
    limits_of,
)
from backend.model.thing_step_checks import step_problems

UNITS: Final[Mapping[QuantityKind, tuple[str, ...]]] = {
    QuantityKind.PRESSURE: ("kPa", "MPa", "Pa", "bar", "mbar"),
    QuantityKind.FLOW: ("m³/h",),
    QuantityKind.TEMPERATURE: ("°C",),
    QuantityKind.LEVEL: ("%", "mm", "m"),
    QuantityKind.DISPLACEMENT: ("mm",),
    QuantityKind.STRESS: ("MPa",),
    QuantityKind.VIBRATION: ("mm/s",),
    QuantityKind.SWITCH: ("",),
    QuantityKind.CONCENTRATION: ("%LEL", "%vol", "ppm", "mg/m³"),
    QuantityKind.COMPOSITION: ("mol%",),
    QuantityKind.HUMIDITY: ("%RH",),
    QuantityKind.CORROSION_RATE: ("mm/a",),
    QuantityKind.VOLUME: ("m³",),
    QuantityKind.VOLTAGE: ("V", "mV"),
    QuantityKind.RATIO: ("%",),
    QuantityKind.DURATION: ("s", "min", "h"),
    QuantityKind.SIGNAL: ("dBm",),
    QuantityKind.HEATING_VALUE: ("MJ/m³",),
    QuantityKind.DENSITY: ("", "kg/m³"),
    QuantityKind.MASS: ("kg", "t"),
    QuantityKind.COUNT: ("",),
    QuantityKind.POSITION: ("°",),
    QuantityKind.SPEED: ("km/h",),
    QuantityKind.ANGLE: ("°",),
}
"""Units a quantity may be given in, written as they are shown. A switch, a count and a relative density have none."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_OURS: Final = ("lp:", "modv:", "mqv:")


def problems(model: ThingModel) -> Iterator[Problem]:
    """Everything wrong with a model whose entries are well-formed one by one."""
    yield from _unknown_keys(model, ())
    yield from _root(model)
    tags: set[str] = set()
    for name, entry in model.properties.items():
        path: Path = ("properties", name)
        yield from _name(name, path)
        if entry.tag.casefold() in tags:
            yield (*path, "lp:tag"), ConfigError("the tag {tag} is given twice", tag=entry.tag)
        tags.add(entry.tag.casefold())
        yield from _property(entry, path)
    yield from overlap_problems(model)
    verbs: set[tuple[str, str]] = set()
    for name, action in model.actions.items():
        path = ("actions", name)
        yield from _name(name, path)
        if (action.writes, action.verb) in verbs:
            yield (*path, "lp:verb"), ConfigError("a second action to {verb} the same property", verb=action.verb)
        verbs.add((action.writes, action.verb))
        yield from _action(model, action, path)
    written = {action.writes for action in model.actions.values()}
    for name, entry in model.properties.items():
        if entry.writable and name not in written:
            yield ("properties", name), ConfigError("is writable, but no action writes it")
    for name, event in model.events.items():
        yield from _name(name, ("events", name))
        for index, form in enumerate(event.forms):
            yield from form_problems(form, ("events", name, "forms", index), purpose="event")
    yield from step_problems(model)


def limit_problems(
    limits: Limits, *, kind: QuantityKind, low: float, high: float, states: Mapping[int, str]
) -> Iterator[tuple[str, ConfigError]]:
    """What is wrong with alarm limits on a point of this kind, range and words: (key, reason)."""
    given = [(key, value) for key in ("ll", "l", "h", "hh") if (value := getattr(limits, key)) is not None]
    for key, value in given:
        if not low <= value <= high:
            yield key, ConfigError("{value} lies outside the range {low} to {high}", value=value, low=low, high=high)
    for (lower, below), (upper, above) in pairwise(given):
        if below >= above:
            yield upper, ConfigError("must be above {lower} ({value})", lower=lower, value=below)
        elif lower[0] != upper[0] and limits.deadband >= above - below:
            yield (
                "deadband",
                ConfigError("is as wide as the band between {lower} and {upper}", lower=lower, upper=upper),
            )
    for inner, outer in (("h", "hh"), ("l", "ll")):
        if getattr(limits, f"priority_{outer}") > getattr(limits, f"priority_{inner}"):
            yield f"priority_{outer}", ConfigError("must be at least as urgent as that of {inner}", inner=inner)
    if kind is QuantityKind.SWITCH:
        for key in ("ll", "l", "h", "hh", "rate"):
            if getattr(limits, key) is not None:
                yield key, ConfigError("a switch has no such limit, only normal_state")
        if limits.normal_state is not None and limits.normal_state not in states:
            yield "normal_state", ConfigError("{value} is not one of the states", value=limits.normal_state)
    elif limits.normal_state is not None:
        yield "normal_state", ConfigError("only a switch has a normal state")
    if limits.gas_leak and kind is not QuantityKind.CONCENTRATION:
        yield "gas_leak", ConfigError("only a gas concentration can be of the gas-leak class")


def _root(model: ThingModel) -> Iterator[Problem]:
    kinds = (model.json_type,) if isinstance(model.json_type, str) else model.json_type
    if "tm:ThingModel" not in kinds:
        yield ("@type",), ConfigError("must be tm:ThingModel")
    if any(str(link.get("rel")) == "tm:extends" for link in model.links):
        # Loading it without the base would silently lose the base's alarms.
        yield ("links",), ConfigError("a model that extends another must be written out in full")


def _property(entry: PropertyAffordance, path: Path) -> Iterator[Problem]:
    if entry.unit not in UNITS[entry.kind]:
        known = ", ".join(repr(unit) for unit in UNITS[entry.kind])
        yield (
            (*path, "unit"),
            ConfigError(
                "{unit!r} is not a unit of {kind} ({known})", unit=entry.unit, kind=str(entry.kind), known=known
            ),
        )
    if entry.minimum >= entry.maximum:
        yield (*path, "maximum"), ConfigError("must be above the minimum ({minimum})", minimum=entry.minimum)
    yield from _states(entry, path)
    for key, reason in limit_problems(
        limits_of(entry.limits),
        kind=entry.kind,
        low=entry.minimum,
        high=entry.maximum,
        states=entry.state_words("en"),
    ):
        yield (*path, "lp:limits", key), reason
    for key in entry.responses:
        if (key == "state") != (entry.kind is QuantityKind.SWITCH):
            yield (*path, "lp:responses", key), ConfigError("a point of this kind has no such limit")
    if entry.write_only:
        yield (*path, "writeOnly"), ConfigError("a property that cannot be read back cannot be commanded safely")
    for index, form in enumerate(entry.forms):
        form_path: Path = (*path, "forms", index)
        yield from form_problems(form, form_path, purpose="property")
        yield from _form_of_property(entry, form, form_path)
    yield from route_problems(entry, path)
    yield from _writing(entry, path)


def _states(entry: PropertyAffordance, path: Path) -> Iterator[Problem]:
    if entry.kind is QuantityKind.SWITCH:
        if entry.type != "integer":
            yield (*path, "type"), ConfigError("a switch must be of type integer")
        values = list(entry.state_words("en"))
        ends = (values[0], values[-1], len(values)) if values else ()
        if ends != (entry.minimum, entry.maximum, entry.maximum - entry.minimum + 1):
            yield (*path, "lp:states"), ConfigError("must give a word for every value from minimum to maximum")
    elif entry.states:
        yield (*path, "lp:states"), ConfigError("only a switch has states")


def _form_of_property(entry: PropertyAffordance, form: FormEntry, path: Path) -> Iterator[Problem]:
    if form.writes and entry.read_only:
        yield (*path, "op"), ConfigError("writes a property that is readOnly")
    if form.polling_ms is not None and form.polling_ms > entry.period_s * 1000:
        # It would be stale between two polls.
        yield (*path, "modv:pollingTime"), ConfigError("is longer than lp:period ({period} s)", period=entry.period_s)


def _writing(entry: PropertyAffordance, path: Path) -> Iterator[Problem]:
    if entry.read_only:
        if entry.actuator is not None:
            yield (*path, "lp:actuator"), ConfigError("a readOnly property moves nothing")
        return
    if entry.actuator is None:
        yield (*path, "lp:actuator"), ConfigError("is missing: only a property that moves something can be written")


def _action(model: ThingModel, action: ActionAffordance, path: Path) -> Iterator[Problem]:
    target = model.properties.get(action.writes)
    if target is None or target.read_only:
        yield (*path, "lp:writes"), ConfigError("{name} is not a writable property", name=action.writes)
        return
    feedback = model.properties.get(action.feedback)
    if feedback is None or feedback.writable:
        # The commanded register itself proves nothing (C15).
        yield (*path, "lp:feedback"), ConfigError("{name} is not a read-only property", name=action.feedback)
        return
    if action.verb == "set":
        for key, value in (("lp:value", action.value), ("lp:feedbackValue", action.feedback_value)):
            if value is not None:
                yield (*path, key), ConfigError("is not given for a set-point: the person gives it")
        if (feedback.kind, feedback.unit) != (target.kind, target.unit):
            yield (*path, "lp:feedback"), ConfigError("must have the kind and unit of the set-point")
    else:
        yield from _value_of(target, action.value, (*path, "lp:value"))
        yield from _value_of(feedback, action.feedback_value, (*path, "lp:feedbackValue"))
    for index, interlock in enumerate(action.interlocks):
        where: Path = (*path, "lp:interlocks", index)
        condition = model.properties.get(interlock.property)
        if condition is None:
            yield (*where, "property"), ConfigError("{name} is not a property", name=interlock.property)
        else:
            yield from _value_of(condition, interlock.equals, (*where, "equals"))
            yield from _reachable(target, condition, (*where, "property"), interlock.property)
    yield from _reachable(target, feedback, (*path, "lp:feedback"), action.feedback)


def _value_of(entry: PropertyAffordance, value: float | None, path: Path) -> Iterator[Problem]:
    if value is None:
        yield path, ConfigError("is missing")
    elif not entry.minimum <= value <= entry.maximum or (entry.states and value not in entry.state_words("en")):
        yield path, ConfigError("{value} is not a value of {tag}", value=value, tag=entry.tag)


def _reachable(target: PropertyAffordance, other: PropertyAffordance, path: Path, name: str) -> Iterator[Problem]:
    missing = {form.protocol for form in target.forms} - {form.protocol for form in other.forms}
    for protocol in sorted(str(one) for one in missing):
        yield path, ConfigError("{name} cannot be read over {protocol}", name=name, protocol=protocol)


def _name(name: str, path: Path) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield path, ConfigError("a name is lower-case letters, digits and _, at most 64, and begins with a letter")


def _unknown_keys(entry: Entry, path: Path) -> Iterator[Problem]:
    """Refuse keys of our vocabularies that we do not know, and known keys in another spelling: typos lose alarms."""
    known = {field.alias or name for name, field in type(entry).model_fields.items()}
    folded = {key.casefold().replace("_", ""): key for key in known}
    for key in entry.model_extra or {}:
        alike = folded.get(key.casefold().replace("_", ""))
        if alike is not None:
            yield (*path, key), ConfigError("is not a known key: did you mean {alike}?", alike=alike)
        elif key.startswith(_OURS):
            yield (*path, key), ConfigError("is not a known key")
    for name, field in type(entry).model_fields.items():
        yield from _unknown_keys_in(getattr(entry, name), (*path, field.alias or name))


def _unknown_keys_in(value: object, path: Path) -> Iterator[Problem]:
    if isinstance(value, Entry):
        yield from _unknown_keys(value, path)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _unknown_keys_in(one, (*path, str(key)))
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _unknown_keys_in(one, (*path, index))
