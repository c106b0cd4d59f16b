"""What can be found, from what the backend knows; runs on a worker thread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from app.formats import asset_name, point_title, shown
from app.models.alarms import Words
from app.page import PageSpec
from app.shell.find.index import Entry
from app.texts import _
from backend.api import Backend
from backend.model.alarm import AlarmRecord
from backend.model.command import Command
from backend.model.person import AccountView
from backend.model.plant import Registry

KINDS: Final = ("page", "alarm", "command", "place", "point", "device", "person")
"""Kinds in the order they are shown."""


def kind_word(kind: str) -> str:
    """A kind in words."""
    return {
        "page": _("Pages"),
        "alarm": _("Alarms"),
        "command": _("Commands"),
        "place": _("Places"),
        "point": _("Points"),
        "device": _("Devices"),
        "person": _("People"),
    }[kind]


def everything(backend: Backend, specs: Mapping[str, PageSpec], people: Collection[AccountView]) -> list[Entry]:
    """All entries there are now; people only where they may be seen."""
    registry = backend.registry
    words = Words(registry, backend.links.snapshot())
    found: Iterable[Entry] = (
        *_pages(specs.values()),
        *_alarms(words, backend.alarms.snapshot()),
        *_commands(registry, backend.commands.snapshot()),
        *_places(registry),
        *_points(registry),
        *_devices(registry),
        *_people(people),
    )
    return [each for each in found if each.page in specs]


def _pages(specs: Iterable[PageSpec]) -> Iterator[Entry]:
    for spec in specs:
        yield Entry(
            kind="page",
            key=f"page/{spec.key}",
            title=_(spec.title),
            words=spec.shortcut,
            page=spec.key,
            also=spec.title,
        )


def _alarms(words: Words, records: Iterable[AlarmRecord]) -> Iterator[Entry]:
    for record in records:
        point = words.point(record)
        yield Entry(
            kind="alarm",
            key=f"alarm/{record.config.key}",
            title=words.tag(record),
            words=f"P{int(record.priority)} {words.line(record)}",
            page="alarms",
            what=record.config.key,
            trend=point.tag if point is not None else "",
            map=words.asset(record),
        )


def _commands(registry: Registry, commands: Iterable[Command]) -> Iterator[Entry]:
    for command in commands:
        point = registry.points[command.content.point]
        yield Entry(
            kind="command",
            key=f"command/{command.content.id}",
            title=shown(command.content.id),
            words=f"{shown(point.tag)} {point_title(point)}",
            page="commands",
            what=command.content.id,
            trend=point.tag,
            map=point.asset,
        )


def _places(registry: Registry) -> Iterator[Entry]:
    for asset in registry.assets:
        yield Entry(
            kind="place",
            key=f"place/{asset.id}",
            title=shown(asset.id),
            words=asset_name(asset),
            page="stations",
            what=asset.id,
            map=asset.id,
            also=f"{asset.name} {asset.name_zh} {asset.area}",
        )


def _points(registry: Registry) -> Iterator[Entry]:
    for point in registry.points:
        yield Entry(
            kind="point",
            key=f"point/{point.id}",
            title=shown(point.tag),
            words=point_title(point),
            page="stations",
            what=point.tag,
            trend=point.tag,
            map=point.asset,
            also=f"{point.title} {point.title_zh}",
        )


def _devices(registry: Registry) -> Iterator[Entry]:
    for device in registry.devices:
        yield Entry(
            kind="device",
            key=f"device/{device.id}",
            title=shown(device.id),
            words=shown(device.model),
            page="devices",
            what=device.id,
            map=device.asset or "",
        )


def _people(people: Iterable[AccountView]) -> Iterator[Entry]:
    for account in people:
        yield Entry(
            kind="person",
            key=f"person/{account.login}",
            title=shown(account.name),
            words=shown(account.login),
            page="people",
            what=account.login,
        )
