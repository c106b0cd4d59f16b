"""What an engineer may change of a running site, and the registry that comes of it. Pure.

A change names one point or one device. What may not be is refused in one sentence; then there is no new registry.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from backend.errors import LinepackError, RefusedError, mark
from backend.model.change import Change, DeviceChange, PointChange
from backend.model.journal import Field
from backend.model.plant import MODES, Device, Limits, Mode, Point, QuantityKind, Registry, mode_of
from backend.model.thing_checks import limit_problems

T = TypeVar("T", Point, Device)

SHORTEST_S: Final = 0.1
LONGEST_S: Final = 31 * 86400.0
EDITABLE: Final = ("hh", "h", "l", "ll", "deadband", "on_delay_s", "off_delay_s", "rate")
"""Of the limits; class, priorities and latching come with the thing model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The new registry, what the change is about, and every value it touches: (name, old, new)."""

    registry: Registry
    subject: str
    values: tuple[tuple[str, Field, Field], ...]


def changed(registry: Registry, change: Change, bound: Collection[int]) -> Changed:
    """The registry after a change. bound: ids of the points that a model binds. Raises RefusedError."""
    if isinstance(change, DeviceChange):
        return _device(registry, change)
    return _point(registry, change, bound)


def _device(registry: Registry, change: DeviceChange) -> Changed:
    old = next((device for device in registry.devices if device.id == change.device), None)
    if old is None:
        raise RefusedError(mark("there is no device {device}"), device=change.device)
    if change.remote_enabled:
        _check_code(registry, old)
    new = replace(old, remote_enabled=change.remote_enabled)
    devices = _with(registry.devices, old, new)
    return _result(
        replace(registry, devices=devices), old.id, [("remote_enabled", old.remote_enabled, new.remote_enabled)]
    )


def _check_code(registry: Registry, device: Device) -> None:
    """As at import: what people type to confirm a command must be there and must name this device alone."""
    if not any(point.writable and not point.retired and point.device == device.id for point in registry.points):
        raise RefusedError(mark("{device} has nothing that could be commanded"), device=device.id)
    if not device.short_code:
        raise RefusedError(mark("{device} has no short code to confirm commands with"), device=device.id)
    for other in registry.devices:
        same = (other.asset, other.short_code) == (device.asset, device.short_code)
        if same and other.remote_enabled and other.id != device.id:
            raise RefusedError(mark("{device} has the same short code as {other}"), device=device.id, other=other.id)


def _point(registry: Registry, change: PointChange, bound: Collection[int]) -> Changed:
    if not 0 <= change.point < len(registry.points):
        raise RefusedError(mark("there is no point {point}"), point=change.point)
    old = registry.points[change.point]
    if old.retired or old.id not in bound:
        raise RefusedError(mark("{tag} is not bound to its device any more"), tag=old.tag)
    device = next(device for device in registry.devices if device.id == old.device)
    new = replace(
        old,
        period_s=old.period_s if change.period_s is None else change.period_s,
        mode=old.mode if change.mode is None else change.mode,
        change_band=old.change_band if change.change_band is None else change.change_band,
        limits=old.limits if change.limits is None else change.limits,
    )
    _check_coming(old, new, device)
    if new.limits != old.limits:
        _check_limits(old, new)
    return _result(
        replace(registry, points=_with(registry.points, old, new)), old.tag, list(_values(old, new, device.protocol))
    )


def _check_coming(old: Point, new: Point, device: Device) -> None:
    if not SHORTEST_S <= new.period_s <= LONGEST_S:  # NaN is refused too
        raise RefusedError(
            mark("{tag}: a period lasts {low} s to {high} s, not {period}"),
            tag=old.tag,
            low=SHORTEST_S,
            high=LONGEST_S,
            period=new.period_s,
        )
    mode = mode_of(new, device.protocol)
    allowed = MODES.get(device.protocol, (Mode.POLL,))
    if mode not in allowed:
        raise RefusedError(
            mark("{tag}: a device on {protocol} cannot do {mode}, only {allowed}"),
            tag=old.tag,
            protocol=device.protocol,
            mode=mode.value,
            allowed=", ".join(each.value for each in allowed),
        )
    if mode is Mode.ON_CHANGE and (old.kind is QuantityKind.SWITCH or old.writable):
        # Positions, keys and faults guard commands: each must be as fresh as it can be.
        raise RefusedError(mark("{tag} guards commands and is polled whole"), tag=old.tag)
    if not 0 <= new.change_band < (old.high - old.low) / 10:
        raise RefusedError(mark("{tag}: the band of no change must be from 0 to a tenth of the range"), tag=old.tag)


def _check_limits(old: Point, new: Point) -> None:
    for name in EDITABLE:
        value = getattr(new.limits, name)
        if value is not None and not math.isfinite(value):
            raise RefusedError(mark("{tag}: {name} must be a number"), tag=old.tag, name=name)
    if replace(new.limits, **{name: getattr(old.limits, name) for name in EDITABLE}) != old.limits:
        raise RefusedError(mark("{tag}: class and priorities of its alarms come with its model"), tag=old.tag)
    limits: Limits = new.limits
    low_delay = min(limits.deadband, limits.on_delay_s, limits.off_delay_s)
    if low_delay < 0:
        raise RefusedError(mark("{tag}: dead band and delays must not be negative"), tag=old.tag)
    for name, reason in limit_problems(limits, kind=new.kind, low=new.low, high=new.high, states=new.states):
        raise _refused(old.tag, name, reason)


def _refused(tag: str, name: str, reason: LinepackError) -> RefusedError:
    return RefusedError(mark("{tag}: {name} {reason}"), tag=tag, name=name, reason=reason)


def _values(old: Point, new: Point, protocol: str) -> Iterator[tuple[str, Field, Field]]:
    yield "period_s", old.period_s, new.period_s
    yield "mode", mode_of(old, protocol).value, mode_of(new, protocol).value
    yield "change_band", old.change_band, new.change_band
    for name in EDITABLE:
        yield name, getattr(old.limits, name), getattr(new.limits, name)


def _result(registry: Registry, subject: str, values: Sequence[tuple[str, Field, Field]]) -> Changed:
    touched = tuple((name, old, new) for name, old, new in values if old != new)
    if not touched:
        raise RefusedError(mark("{subject} is like that already"), subject=subject)
    return Changed(registry=registry, subject=subject, values=touched)


def _with(every: tuple[T, ...], old: T, new: T) -> tuple[T, ...]:
    return tuple(new if each is old else each for each in every)
