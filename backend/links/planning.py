"""Group the devices of a site into the links that serve them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.errors import ConfigError
from backend.links.ports import Bound, DriverSpec, LinkPlan
from backend.model.form import Form
from backend.model.plant import Device, Registry


def plan_links(
    registry: Registry,
    forms: Mapping[int, Form],
    drivers: Sequence[DriverSpec],
    *,
    shared: Mapping[str, Mapping[str, str]],
) -> tuple[tuple[DriverSpec, LinkPlan], ...]:
    """One plan per link, in the order of registration.

    shared: options of a protocol that the site gives for all its devices (the broker). A link's other options are the
    address entries that its driver knows and all its devices agree on. ConfigError: a protocol without a driver.
    """
    specs = {spec.protocol: spec for spec in drivers}
    groups: dict[tuple[str, str], list[Device]] = {}
    for device in registry.devices:
        spec = specs.get(device.protocol)
        if spec is None:
            raise ConfigError(
                "device {device}: no driver speaks {protocol}; there are: {known}",
                device=device.id,
                protocol=device.protocol,
                known=", ".join(specs),
            )
        groups.setdefault((device.protocol, spec.link_key(device)), []).append(device)
    bound: dict[str, list[Bound]] = {}
    for point in registry.points:
        if point.id in forms:
            bound.setdefault(point.device, []).append(Bound(point=point, form=forms[point.id]))
    return tuple(
        (specs[protocol], _plan(specs[protocol], key, devices, bound, shared.get(protocol, {})))
        for (protocol, key), devices in groups.items()
    )


def _plan(
    spec: DriverSpec, key: str, devices: Sequence[Device], bound: Mapping[str, list[Bound]], shared: Mapping[str, str]
) -> LinkPlan:
    options = dict(shared)
    for option in spec.options:
        given = {device.address[option.name] for device in devices if option.name in device.address}
        if len(given) == 1:
            options.setdefault(option.name, given.pop())
    place = key or options.get("url", "").split("://", 1)[-1]
    return LinkPlan(
        id=f"{spec.protocol}/{place}",
        options=options,
        devices=tuple(devices),
        bound=tuple(each for device in devices for each in bound.get(device.id, ())),
    )
