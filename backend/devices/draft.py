"""A registry in the making: admits device rows one by one against what is there, then numbers the points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from backend.devices.addresses import checked_address, places
from backend.devices.binding import model_of
from backend.devices.numbering import number_points, points_by_property
from backend.devices.points import points_of
from backend.devices.rows import DeviceRow
from backend.errors import ConfigError
from backend.model.form import Form
from backend.model.plant import MODES, Asset, Device, Mode, Point, PowerClass, Registry
from backend.model.thing_model import ThingModel, forms_of

KIND: Final = "device"


class Draft:
    """Starts from the devices that the rows leave alone; `admit` adds one row or raises ConfigError and adds nothing.

    A point is known by its tag: a tag keeps its id, asset, kind and unit. A property that gets a new tag keeps its id
    when nobody else takes the old one. What no device gives any more is retired, never removed.
    """

    def __init__(
        self,
        *,
        assets: Iterable[Asset],
        rows: Sequence[DeviceRow],
        models: Mapping[str, ThingModel],
        previous: Registry,
        site_id: str,
    ) -> None:
        self._assets = {asset.id: asset for asset in assets}
        self._models = models
        self._previous = previous
        self._site_id = site_id
        self._known = {device.id: device for device in previous.devices}
        self._named = {row.id for row in rows}
        self._replaced = {row.replaces: row.id for row in rows if row.replaces in self._known}
        self._devices = {one.id: one for one in previous.devices if one.id not in self._named | self._replaced.keys()}
        self._points: list[Point] = []
        self._history = {point.tag.casefold(): point for point in previous.points}
        self._given = points_by_property(previous.points)
        self._ids = {device.casefold(): device for device in self._devices}
        self._tags = {
            point.tag.casefold(): point.device
            for point in previous.points
            if not point.retired and point.device in self._devices
        }
        self._places = {place: device.id for device in self._devices.values() for place in self._places_of(device)}
        self._codes = {(one.asset, one.short_code): one.id for one in self._devices.values() if one.remote_enabled}

    def admit(self, row: DeviceRow) -> None:
        """Add the row's device and points. Raises ConfigError, one sentence, and leaves the draft as it was."""
        self._check_identity(row)
        model = model_of(self._models, row.model)
        protocol = _protocol(row, model)
        device = Device(
            id=row.id,
            model=row.model,
            asset=row.asset,
            protocol=protocol,
            address=checked_address(protocol, row.address),
            short_code=row.short_code,
            remote_enabled=row.remote_enabled,
            power=row.power or model.power,
        )
        if device.power is PowerClass.BATTERY and Mode.REPORT not in MODES.get(protocol, ()):
            raise ConfigError("a battery device must report by itself: {protocol} would poll it", protocol=protocol)
        forms = self._forms(device, model)
        points = points_of(row, device, model, forms, self._tags_until_now(row))
        taken = tuple(places(protocol, device.address, forms.values()))
        for place in taken:
            if place in self._places:
                raise ConfigError("{place} is device {other}'s already", place=place, other=self._places[place])
        self._check_short_code(device, points)
        self._check_tags(points)
        self._devices[device.id] = device
        self._points.extend(points)
        self._ids[device.id.casefold()] = device.id
        self._places.update(dict.fromkeys(taken, device.id))
        self._tags.update({point.tag.casefold(): device.id for point in points})
        if device.remote_enabled:
            self._codes[device.asset, device.short_code] = device.id

    def finish(self) -> Registry:
        """The registry: old devices in their old order, then new ones; points[i].id == i."""
        order = [device.id for device in self._previous.devices if device.id in self._devices]
        devices = [self._devices[name] for name in dict.fromkeys([*order, *self._devices])]
        points = number_points(
            self._previous.points,
            self._points,
            kept=self._devices.keys() - self._named,
            predecessor={new: old for old, new in self._replaced.items() if old is not None},
        )
        return Registry(assets=tuple(self._assets.values()), devices=tuple(devices), points=points)

    def _forms(self, device: Device, model: ThingModel) -> dict[str, Form]:
        return forms_of(model, protocol=device.protocol, site=self._site_id, device=device.id, address=device.address)

    def _places_of(self, device: Device) -> tuple[str, ...]:
        forms = self._forms(device, model_of(self._models, device.model))
        return tuple(places(device.protocol, device.address, forms.values()))

    def _check_identity(self, row: DeviceRow) -> None:
        other = self._ids.get(row.id.casefold())
        if other is not None:
            raise ConfigError("device {id} is there already as {other}", id=row.id, other=other)
        if row.asset not in self._assets:
            raise ConfigError("asset {asset} is not registered", asset=row.asset)
        if row.replaces is None:
            return
        if row.replaces in self._named:
            raise ConfigError("replaces {old}, which is in this import too", old=row.replaces)
        if row.replaces not in self._known:
            # Imported again after the swap was made: nothing to take over any more.
            if row.id not in self._known:
                raise ConfigError("replaces {old}, which is not registered", old=row.replaces)
            return
        if self._replaced[row.replaces] != row.id:
            raise ConfigError("replaces {old}, as another row does", old=row.replaces)
        asset = self._known[row.replaces].asset
        if asset != row.asset:
            raise ConfigError("replaces {old}, which is on asset {asset}", old=row.replaces, asset=asset)

    def _tags_until_now(self, row: DeviceRow) -> dict[str, str]:
        before = {**self._given.get(row.replaces or "", {}), **self._given.get(row.id, {})}
        return {name: point.tag for name, point in before.items()}

    def _check_short_code(self, device: Device, points: Iterable[Point]) -> None:
        if not device.remote_enabled or not any(point.writable for point in points):
            return
        if not device.short_code:
            raise ConfigError("remote_enabled needs a short_code: it is what people type to confirm a command")
        other = self._codes.get((device.asset, device.short_code))
        if other is not None:
            raise ConfigError(
                "short_code {code} is device {other}'s on this asset", code=device.short_code, other=other
            )

    def _check_tags(self, points: Iterable[Point]) -> None:
        fresh: set[str] = set()
        for point in points:
            key = point.tag.casefold()
            if key in self._tags or key in fresh:
                owner = self._tags.get(key, point.device)
                raise ConfigError("tag {tag} is device {other}'s already", tag=point.tag, other=owner)
            fresh.add(key)
            old = self._history.get(key)
            if old is not None:
                _check_history(old, point)


def _protocol(row: DeviceRow, model: ThingModel) -> str:
    if row.protocol is None and len(model.protocols) > 1:
        spoken = ", ".join(model.protocols)
        raise ConfigError("the model {model} speaks {spoken}: name the protocol", model=model.id, spoken=spoken)
    protocol = row.protocol or model.protocols[0]
    if protocol not in model.protocols:
        raise ConfigError("the model {model} has no forms for {protocol}", model=model.id, protocol=protocol)
    return protocol


def _check_history(old: Point, new: Point) -> None:
    """A tag's history must go on meaning the same thing."""
    if old.tag != new.tag and (old.device, old.property) != (new.device, new.property):
        raise ConfigError("tag {tag} differs from {other} in case only", tag=new.tag, other=old.tag)
    if old.asset != new.asset:
        raise ConfigError(
            "tag {tag} holds the history of asset {asset}: give the point on {new} another tag",
            tag=old.tag,
            asset=old.asset,
            new=new.asset,
        )
    if (old.kind, old.unit) != (new.kind, new.unit):
        raise ConfigError(
            "tag {tag} holds a history of {kind} in {unit!r}, not of {new_kind} in {new_unit!r}: give it another tag",
            tag=old.tag,
            kind=old.kind.value,
            unit=old.unit,
            new_kind=new.kind.value,
            new_unit=new.unit,
        )
