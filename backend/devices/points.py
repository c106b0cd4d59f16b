"""Make the points of one device from its row and its model; names, spans and limits that do not fit are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.devices.rows import DeviceRow
from backend.errors import ConfigError
from backend.model.form import Form
from backend.model.plant import Device, Limits, Point, QuantityKind
from backend.model.thing_checks import limit_problems
from backend.model.thing_form_checks import fits
from backend.model.thing_model import PropertyAffordance, ThingModel, limits_of

UNNUMBERED: Final = -1
"""Id of a point that has not been given its place in the registry yet."""


def points_of(
    row: DeviceRow, device: Device, model: ThingModel, forms: Mapping[str, Form], tags: Mapping[str, str]
) -> tuple[Point, ...]:
    """Points of the properties in `forms` and of the computed ones, in the model's order, with UNNUMBERED ids.

    tags: the tag each property has had until now; a tag named in the row wins, and a property that never had one gets
    "{device}.{lp:tag}". Raises ConfigError naming the property and the reason.
    """
    names = [name for name in model.properties if name in forms or name in model.computed]
    for column, named in (("tags", row.tags), ("limits", row.limits), ("ranges", row.ranges)):
        for name in named:
            if name not in names:
                raise ConfigError(
                    "{column}.{name}: the model {model} gives no such property over {protocol}",
                    column=column,
                    name=name,
                    model=model.id,
                    protocol=device.protocol,
                )
    return tuple(_point(row, device, model.properties[name], name, tags) for name in names)


def _point(row: DeviceRow, device: Device, entry: PropertyAffordance, name: str, tags: Mapping[str, str]) -> Point:
    tag = row.tags.get(name) or tags.get(name) or f"{device.id}.{entry.tag}"
    if len(tag) > 64:
        raise ConfigError("tags.{name}: {tag} is longer than 64 characters; name a shorter one", name=name, tag=tag)
    low, high = _range(row, device, entry, name)
    return Point(
        id=UNNUMBERED,
        tag=tag,
        device=device.id,
        asset=device.asset,
        property=name,
        title=entry.title,
        title_zh=entry.title_zh,
        kind=entry.kind,
        unit=entry.unit,
        low=low,
        high=high,
        precision=entry.precision,
        period_s=row.period_s or entry.period_s,
        writable=entry.writable,
        actuator=entry.actuator,
        limits=_limits(row, entry, name, low, high),
        states=entry.state_words("en"),
        states_zh=entry.state_words("zh"),
    )


def _range(row: DeviceRow, device: Device, entry: PropertyAffordance, name: str) -> tuple[float, float]:
    span = row.ranges.get(name)
    if span is None:
        return entry.minimum, entry.maximum
    if entry.kind is QuantityKind.SWITCH:
        raise ConfigError("ranges.{name}: a switch has no other range", name=name)
    if span.low >= span.high:
        raise ConfigError("ranges.{name}: low must be below high", name=name)
    for form in entry.forms:
        if form.protocol == device.protocol and not fits(form, span.low, span.high):
            raise ConfigError("ranges.{name}: the device's registers cannot hold it", name=name)
    return span.low, span.high


def _limits(row: DeviceRow, entry: PropertyAffordance, name: str, low: float, high: float) -> Limits:
    override = row.limits.get(name)
    if override is not None and override.unit is not None and override.unit != entry.unit:
        raise ConfigError(
            "limits.{name}: given in {unit!r}, but the point is in {expected!r}",
            name=name,
            unit=override.unit,
            expected=entry.unit,
        )
    limits = limits_of(entry.limits, override)
    for key, reason in limit_problems(limits, kind=entry.kind, low=low, high=high, states=entry.state_words("en")):
        raise ConfigError("limits.{name}.{key} {reason}", name=name, key=key, reason=reason)
    return limits
