"""Check what the processing steps of a thing model say; pure. Each problem has its path and reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from backend.errors import ConfigError
from backend.model import expression
from backend.model.plant import QuantityKind
from backend.model.thing_steps import COMPUTE, CONVERT, FORWARD, PARAMETERS, STALE_PERIODS, StepEntry, factor

if TYPE_CHECKING:
    from backend.model.thing_schema import PropertyAffordance, ThingModel

Problem = tuple[tuple[str | int, ...], ConfigError]
KEY: Final = "lp:processing"
MAX_STEPS: Final = 100
MQTT_PREFIX: Final = "mqtt:"
_LEVEL: Final = re.compile(r"[A-Za-z0-9._-]+|\{\{(SITE|DEVICE|PROPERTY)\}\}")


def step_problems(model: ThingModel) -> Iterator[Problem]:
    """Everything wrong with a model's chain, step by step in its order."""
    if len(model.processing) > MAX_STEPS:
        yield (KEY,), ConfigError("has more than {max_length} entries", max_length=MAX_STEPS)
    computed = {step.property for step in model.processing if step.step == COMPUTE}
    made: set[str] = set()
    forwarded: set[str] = set()
    for index, step in enumerate(model.processing):
        path = (KEY, index)
        entry = model.properties.get(step.property)
        if entry is None:
            yield (*path, "property"), ConfigError("{name} is not a property", name=step.property)
            continue
        if step.property in computed - made and step.step != COMPUTE:
            yield (*path, "property"), ConfigError("{name} is computed further down", name=step.property)
        if step.step == FORWARD:
            forwarded.add(step.property)
        elif step.property in forwarded:
            # What leaves is what is stored: no half-processed value is told to others.
            yield (*path, "property"), ConfigError("{name} is forwarded further up", name=step.property)
        for key, reason in _keys(step):
            yield (*path, *key), reason
        for name, reason in _meaning(model, entry, step, computed - made):
            yield (*path, name), reason
        if step.step == COMPUTE:
            if step.property in made:
                yield (*path, "property"), ConfigError("{name} is computed twice", name=step.property)
            made.add(step.property)
    for name, entry in model.properties.items():
        if not entry.forms and name not in computed:
            yield ("properties", name, "forms"), ConfigError("is missing: only a computed property has no form")
        elif entry.forms and name in computed:
            yield ("properties", name, "forms"), ConfigError("a computed property is not read from the device")


def _keys(step: StepEntry) -> Iterator[tuple[tuple[str, ...], ConfigError]]:
    known, given = PARAMETERS[step.step], step.given()
    for key in given:
        if key not in (*known.all_of, *known.any_of, *known.also):
            yield (key,), ConfigError("does not belong to the step {step}", step=step.step)
        elif key in known.also and known.also[key] not in given:
            yield (key,), ConfigError("needs {other}", other=known.also[key])
    for key in known.all_of:
        if key not in given:
            yield (key,), ConfigError("is missing")
    if known.any_of and not set(known.any_of) & set(given):
        yield (), ConfigError("needs one of {keys}", keys=", ".join(known.any_of))


def _meaning(
    model: ThingModel, entry: PropertyAffordance, step: StepEntry, unmade: set[str]
) -> Iterator[tuple[str, ConfigError]]:
    if entry.writable and step.step in ("filter", CONVERT, "clean", COMPUTE):
        # What was written is compared with what is read: neither may be changed on the way.
        yield "property", ConfigError("{name} is writable: its value is not processed", name=step.property)
    if entry.kind is QuantityKind.SWITCH and step.step in ("filter", CONVERT, "clean"):
        yield "property", ConfigError("{name} is a switch: its states are not processed", name=step.property)
    if any(step.property in (action.feedback, *(one.property for one in action.interlocks))
           for action in model.actions.values()) and step.step in ("filter", CONVERT, "clean"):  # fmt: skip
        # A command is proved by this value and guarded by it: it must come as the device gave it, each time.
        yield "property", ConfigError("{name} proves or guards a command: it is not processed", name=step.property)
    if step.low is not None and step.high is not None and step.low >= step.high:
        yield "high", ConfigError("must be above low ({low})", low=step.low)
    yield from _limits(entry, step)
    if step.longest_s is not None and step.longest_s >= STALE_PERIODS * entry.period_s:
        yield "longest", ConfigError("must be less than three periods ({period} s each)", period=entry.period_s)
    if step.step == CONVERT:
        yield from _convert(entry, step)
    if step.expression is not None and step.step == COMPUTE:
        yield from _compute(model, entry, step, step.expression, unmade)
    if step.to is not None:
        yield from _target(step.to)


def _limits(entry: PropertyAffordance, step: StepEntry) -> Iterator[tuple[str, ConfigError]]:
    """A window or clamp inside the alarm limits would take the alarm away."""
    for name in ("ll", "l", "h", "hh"):
        limit = getattr(entry.limits, name)
        if limit is None:
            continue
        if step.low is not None and limit <= step.low:
            yield "low", ConfigError("would hide the alarm limit {name} ({value})", name=name, value=limit)
        if step.high is not None and limit >= step.high:
            yield "high", ConfigError("would hide the alarm limit {name} ({value})", name=name, value=limit)


def _convert(entry: PropertyAffordance, step: StepEntry) -> Iterator[tuple[str, ConfigError]]:
    if step.scale == 0:
        yield "scale", ConfigError("must not be 0")
    if step.unit is None:
        return
    if step.scale is not None or step.offset is not None:
        yield "unit", ConfigError("is given in place of scale and offset")
    if factor(step.unit, entry.unit) is None:
        yield "unit", ConfigError("{unit!r} cannot be converted to {wanted!r}", unit=step.unit, wanted=entry.unit)


def _compute(
    model: ThingModel, entry: PropertyAffordance, step: StepEntry, text: str, unmade: set[str]
) -> Iterator[tuple[str, ConfigError]]:
    units = {name: one.unit for name, one in model.properties.items() if name not in unmade | {step.property}}
    try:
        read = expression.read(text, units)
    except ConfigError as error:
        yield "expression", error
        return
    if read.unit not in (None, "number", entry.unit):
        yield "expression", ConfigError("gives {unit!r}, not {wanted!r}", unit=read.unit, wanted=entry.unit)


def _target(to: str) -> Iterator[tuple[str, ConfigError]]:
    if to.startswith(MQTT_PREFIX):
        levels = to.removeprefix(MQTT_PREFIX).split("/")
        if not all(_LEVEL.fullmatch(level) for level in levels):
            yield "to", ConfigError("must be levels of letters, digits, . _ -, {{SITE}}, {{DEVICE}} and {{PROPERTY}}")
        elif levels[0] != "out":
            # Devices hear their orders below other topics: nothing forwarded may ever be taken for one.
            yield "to", ConfigError("a topic that values are forwarded to begins with out/")
        return
    try:
        parts = urlsplit(to)
        port = parts.port
    except ValueError:
        yield "to", ConfigError("is not an address")
        return
    plain = to.isascii() and to.isprintable() and " " not in to
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or parts.fragment or not plain:
        yield "to", ConfigError("must be mqtt:out/… or an http:// or https:// address")
    elif "@" in parts.netloc:
        yield "to", ConfigError("must not hold a user or password")
