"""The fleet in figures (K-03): how many devices, how many alive, shares by type and area. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.formats import asset_name, shown
from app.texts import _, bilingual
from backend.api import DeviceView
from backend.model.live import TagSnapshot
from backend.model.plant import Registry
from backend.model.quality import Status, status_of
from widgets.readouts.ages import NO_VALUE, number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Part of the fleet. activated: ever heard. online: some value of it can be used now."""

    key: str
    title: str
    count: int
    activated: int
    online: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """All of it, and its parts; each device is in exactly one type and one area."""

    whole: Share
    types: tuple[Share, ...]
    areas: tuple[Share, ...]


def fleet_of(views: Sequence[DeviceView], registry: Registry, heard: Mapping[str, int], snapshot: TagSnapshot) -> Fleet:
    """heard: µs UTC of the last sign of life by device, 0 or missing = never."""
    areas = areas_of(registry)
    alive = {
        registry.points[point].device
        for point in range(len(registry.points))
        if status_of(int(snapshot.quality[point])) is not Status.BAD and not registry.points[point].retired
    }
    names = {asset.id: asset_name(asset) for asset in registry.assets}

    def share(key: str, title: str, some: Sequence[DeviceView]) -> Share:
        known = [view for view in some if heard.get(view.device.id, 0)]
        return Share(
            key=key,
            title=title,
            count=len(some),
            activated=len(known),
            online=sum(view.device.id in alive for view in known),
        )

    by_type: dict[str, list[DeviceView]] = {}
    by_area: dict[str, list[DeviceView]] = {}
    for view in views:
        by_type.setdefault(view.model, []).append(view)
        by_area.setdefault(areas.get(view.device.asset, ""), []).append(view)
    return Fleet(
        whole=share("", _("Devices"), views),
        types=tuple(
            share(model, shown(bilingual(some[0].title, some[0].title_zh), 40), some) for model, some in by_type.items()
        ),
        areas=tuple(
            share(area, f"{shown(area, 12)} {names[area]}" if area else _("no area"), some)
            for area, some in sorted(by_area.items())
        ),
    )


def areas_of(registry: Registry) -> dict[str, str]:
    """Asset → the area it lies in: its own, or that of what it is a part of; "" is left out."""
    assets = {asset.id: asset for asset in registry.assets}
    found: dict[str, str] = {}
    for asset in registry.assets:
        here = asset
        while not here.area and here.parent in assets:
            here = assets[here.parent]
        if here.area:
            found[asset.id] = here.area
    return found


def rate_text(part: int, of: int) -> str:
    """A rate in percent; a dash of nothing."""
    return f"{number_text(100 * part / of, 1)} %" if of else NO_VALUE


def offline_words(share: Share) -> str:
    """What is wrong with a part of the fleet, shortly."""
    silent = share.count - share.online
    return _("{count} offline").format(count=silent) if silent else _("all online")
