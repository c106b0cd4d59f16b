"""Build the alarms that a registry and its links ask for. Pure; ConfigError for what the safety rules forbid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from backend.alarms.checks import check
from backend.alarms.comparators import comparators_of
from backend.errors import mark
from backend.model.alarm import AlarmClass, AlarmConfig, Priority
from backend.model.plant import Asset, AssetKind, Device, Limits, Point, Registry

MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "high": mark("{title} {level}"),
        "low": mark("{title} {level}"),
        "rate": mark("{title} changes too fast"),
        "state": mark("{title} not in its normal state"),
        "lost": mark("Link {source} lost"),
        "bad-input": mark("Bad values from device {source}"),
    }
)
"""Message template of each condition: {title} of the point, {level} from LEVEL_WORDS, {source} of the alarm."""

SHELF_S: Final[Mapping[Priority, int]] = MappingProxyType(
    {Priority.P1: 3600, Priority.P2: 4 * 3600, Priority.P3: 12 * 3600, Priority.P4: 12 * 3600}
)
"""Longest shelf by most urgent priority; top priority is not shelvable at all."""


def point_configs(registry: Registry) -> dict[tuple[int, str], AlarmConfig]:
    """The process alarms of all points by (point, condition)."""
    assets = {asset.id: asset for asset in registry.assets}
    return {
        (point.id, condition): _point_config(point, condition, levels, assets.get(point.asset))
        for point in registry.points
        if not point.retired
        for condition, levels in _levels(point.limits).items()
    }


def device_configs(registry: Registry) -> dict[str, AlarmConfig]:
    """The bad-input alarm of every device that gives points, by device."""
    assets = {asset.id: asset for asset in registry.assets}
    giving = {point.device for point in registry.points if not point.retired}
    return {
        device.id: _device_config(device, assets.get(device.asset))
        for device in registry.devices
        if device.id in giving
    }


def link_config(link: str, important: bool) -> AlarmConfig:
    """The lost-link alarm. important: a gas supply hangs on it (`is_important`)."""
    priority = Priority.P2 if important else Priority.P3
    return AlarmConfig(
        key=link_key(link),
        source=link,
        condition="lost",
        message=MESSAGES["lost"],
        alarm_class=AlarmClass.DIAGNOSTIC,
        priorities=(("", priority),),
        max_shelf_s=SHELF_S[priority],
    )


def link_key(link: str) -> str:
    """Key of a link's alarm."""
    return f"link/{link}:lost"


def device_key(device: str) -> str:
    """Key of a device's bad-input alarm."""
    return f"{device}:bad-input"


def is_important(devices: Iterable[str], registry: Registry) -> bool:
    """Whether one of these devices stands at a supply (gate station), itself or something it belongs to."""
    assets = {asset.id: asset for asset in registry.assets}
    wanted = set(devices)
    return any(
        asset.kind is AssetKind.SUPPLY
        for device in registry.devices
        if device.id in wanted
        for asset in _upwards(device.asset, assets)
    )


def _upwards(asset_id: str | None, assets: Mapping[str, Asset]) -> list[Asset]:
    """An asset and what it belongs to; a circle of parents ends where it closes."""
    chain: list[Asset] = []
    while asset_id is not None and asset_id in assets and assets[asset_id] not in chain:
        chain.append(assets[asset_id])
        asset_id = assets[asset_id].parent
    return chain


def _levels(limits: Limits) -> dict[str, tuple[tuple[str, Priority], ...]]:
    """(level, priority) of each condition that the limits ask for."""
    priority = {
        ("high", "H"): limits.priority_h,
        ("high", "HH"): limits.priority_hh,
        ("low", "L"): limits.priority_l,
        ("low", "LL"): limits.priority_ll,
        ("rate", ""): limits.priority_rate,
        ("state", ""): limits.priority_state,
    }
    levels: dict[str, tuple[tuple[str, Priority], ...]] = {}
    for each in comparators_of(limits):
        own = (each.level, Priority(priority[each.condition, each.level]))
        levels[each.condition] = (*levels.get(each.condition, ()), own)
    return levels


def _point_config(
    point: Point, condition: str, levels: tuple[tuple[str, Priority], ...], asset: Asset | None
) -> AlarmConfig:
    top = min(priority for _, priority in levels)
    config = AlarmConfig(
        key=f"{point.tag}:{condition}",
        source=point.tag,
        condition=condition,
        message=MESSAGES[condition],
        alarm_class=AlarmClass.GAS_LEAK if point.limits.gas_leak else AlarmClass.PROCESS,
        priorities=levels,
        point=point.id,
        asset=point.asset,
        device=point.device,
        area="" if asset is None else asset.area,
        latching=point.limits.latching,
        shelvable=not point.limits.gas_leak and top is not Priority.P1,
        max_shelf_s=SHELF_S[top],
    )
    check(config, point.limits)
    return config


def _device_config(device: Device, asset: Asset | None) -> AlarmConfig:
    return AlarmConfig(
        key=device_key(device.id),
        source=device.id,
        condition="bad-input",
        message=MESSAGES["bad-input"],
        alarm_class=AlarmClass.DIAGNOSTIC,
        priorities=(("", Priority.P3),),
        asset=device.asset,
        device=device.id,
        area="" if asset is None else asset.area,
        max_shelf_s=SHELF_S[Priority.P3],
    )
