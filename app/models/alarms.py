"""Alarms in plain Python, shared by banner and pages: views, order, counts, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from itertools import compress
from operator import attrgetter
from typing import Final

from app.formats import asset_name, point_title, shown, unit_of, value_text
from app.texts import _
from backend.model.alarm import LEVEL_WORDS, AlarmClass, AlarmName, AlarmRecord, Priority
from backend.model.event import LinkHealth
from backend.model.plant import Asset, AssetKind, Point, QuantityKind, Registry
from widgets.readouts.ages import number_text, with_unit

KINDS: Final = ("process", "gas", "communication", "device", "system")
"""What kinds of alarm there are, in the order they are listed."""
READING_S: Final = 0.5
"""An alarm that came up by itself less than this ago cannot have been read by whoever presses Space."""

VIEWS: tuple[tuple[str, frozenset[AlarmName]], ...] = (
    (
        "active",
        frozenset({AlarmName.UNACK, AlarmName.ACKED, AlarmName.RTNUN, AlarmName.LTUNK, AlarmName.LTACK}),
    ),
    ("unacknowledged", frozenset({AlarmName.UNACK, AlarmName.RTNUN, AlarmName.LTUNK})),
    ("returned", frozenset({AlarmName.RTNUN})),
    ("latched", frozenset({AlarmName.LTUNK, AlarmName.LTACK})),
    ("shelved", frozenset({AlarmName.SHLVD})),
    ("suppressed", frozenset({AlarmName.DSUPR})),
    ("out-of-service", frozenset({AlarmName.OOSRV})),
)
"""What each view of the list holds; together they hold every name but NORM."""


_STATIONS: Final = frozenset({AssetKind.SUPPLY, AssetKind.STATION})
_OF_THE_DEVICE: Final = frozenset({QuantityKind.VOLTAGE, QuantityKind.SIGNAL})
"""Points that tell of the terminal itself: its battery, its radio."""


_FACETS: Final = attrgetter("name", "priority", "facts.ack")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many alarms of one priority are active, and how many of those nobody has seen."""

    active: int
    new: int


def in_view(records: Iterable[AlarmRecord], view: str) -> tuple[AlarmRecord, ...]:
    """The records of a view, most urgent first: priority, unacknowledged, newest."""
    names = dict(VIEWS)[view]
    return tuple(sorted((record for record in records if record.name in names), key=order))


def order(record: AlarmRecord) -> tuple[int, bool, int, str]:
    """Sorting key of the list."""
    return (int(record.priority), record.facts.ack, -record.facts.raised_at, record.config.key)


def counts(records: Iterable[AlarmRecord]) -> dict[Priority, Count]:
    """Active and new alarms by priority, as the banner shows them."""
    names = dict(VIEWS)["active"]
    # Read in C: this runs on every change, in a flood of thousands too.
    found: Counter[tuple[Priority, bool]] = Counter()
    for (name, priority, ack), count in Counter(map(_FACETS, records)).items():
        if name in names:
            found[priority, ack] += count
    return {
        priority: Count(active=found[priority, True] + found[priority, False], new=found[priority, False])
        for priority in Priority
    }


def view_counts(records: Iterable[AlarmRecord]) -> dict[str, int]:
    """How many alarms each view holds."""
    names = Counter(record.name for record in records)
    return {view: sum(names[name] for name in held) for view, held in VIEWS}


def banner_rows(records: Iterable[AlarmRecord]) -> tuple[AlarmRecord, ...]:
    """The two rows of the banner: the most urgent unacknowledged ones, else the highest acknowledged ones."""
    names = dict(VIEWS)["active"]
    records = tuple(records)
    facets = tuple(map(_FACETS, records))
    found: list[AlarmRecord] = []
    # The whole key only for the few that are urgent enough.
    for ack, priority in sorted({(ack, priority) for name, priority, ack in set(facets) if name in names}):
        wanted = {(name, priority, ack) for name in names}
        found += nsmallest(2 - len(found), compress(records, map(wanted.__contains__, facets)), key=order)
        if len(found) == 2:
            break
    return tuple(found)


class Words:
    """What an alarm says in the language of the desk; knows the registry and which devices a link serves."""

    def __init__(self, registry: Registry, links: Iterable[LinkHealth] = ()) -> None:
        self.renew(registry, links)

    def renew(self, registry: Registry, links: Iterable[LinkHealth] = ()) -> None:
        """Go by this registry from now on: engineers change limits and names while the console runs."""
        self._points = registry.points
        self._assets: dict[str, Asset] = {asset.id: asset for asset in registry.assets}
        self._asset_of = {device.id: device.asset for device in registry.devices}
        self._asset_of_tag = self._asset_of | {point.tag: point.asset for point in registry.points}
        self._point_of_tag = {point.tag: point for point in registry.points}
        self._links = {health.link: health for health in links}
        self._asset_of_link = {link: self._common(health.devices) for link, health in self._links.items()}

    def _common(self, devices: Iterable[str]) -> str:
        """Where the devices of a link stand: all at one place, or one station with what it reaches; else ""."""
        places = {self._asset_of.get(device, "") for device in devices}
        stations = {each for each in places if each in self._assets and self._assets[each].kind in _STATIONS}
        only = places if len(places) == 1 else stations
        return next(iter(only)) if len(only) == 1 else ""

    def point(self, record: AlarmRecord) -> Point | None:
        """The point an alarm is about, if it is about one."""
        return None if record.config.point is None else self._points[record.config.point]

    def asset(self, record: AlarmRecord) -> str:
        """Id of the asset to go to; for a link that of its station; "" where there is none."""
        if record.config.asset or record.config.source not in self._links:
            return record.config.asset
        return self._asset_of_link.get(record.config.source, "")

    def tag(self, record: AlarmRecord) -> str:
        """What raised it; a link by its only device or its protocol, for its address means nothing to an operator."""
        return self.tag_of(record.config.source)

    def tag_of(self, source: str) -> str:
        """The same for the source of a past alarm."""
        health = self._links.get(source)
        if health is None:
            return shown(source)
        only = health.devices[0] if len(health.devices) == 1 else self._asset_of_link.get(source, "")
        return shown(only or health.protocol)

    def message(self, record: AlarmRecord) -> str:
        """The alarm's text, e.g. "Outlet pressure LOW-LOW"."""
        point = self.point(record)
        return _(record.config.message).format(
            title=point_title(point) if point is not None else self.tag(record),
            source=self.place(record) if record.config.source in self._links else shown(record.config.source),
            device=shown(record.config.device),
            level=_(LEVEL_WORDS.get(record.facts.level, record.facts.level)),
        )

    def line(self, record: AlarmRecord) -> str:
        """Place and text in one line, each said once."""
        message = self.message(record)
        return f"{self.place(record)} {message}" if record.config.asset else message

    def place(self, record: AlarmRecord) -> str:
        """Where it is: "R-12 Binjiang", for a link with many devices "182 devices", for the console itself that."""
        asset = self._assets.get(self.asset(record))
        if asset is not None:
            name, number = asset_name(asset), shown(asset.id)
            return number if name == number else f"{number} {name}"
        health = self._links.get(record.config.source)
        if health is not None:
            return _("{count} devices").format(count=len(health.devices))
        return shown(record.config.device) or _("this console")

    def point_of(self, source: str) -> Point | None:
        """The point of this tag, also of an alarm of the past."""
        return self._point_of_tag.get(source)

    def place_of(self, source: str) -> str:
        """Where a source of the past is; "" for one that is no longer registered."""
        asset = self._assets.get(self._asset_of_tag.get(source, ""))
        return "" if asset is None else f"{shown(asset.id)} {asset_name(asset)}"

    def area(self, record: AlarmRecord) -> str:
        """Id of the zone it lies in; "" where it lies in none."""
        asset = self._assets.get(self.asset(record))
        return record.config.area or ("" if asset is None else asset.area)

    def area_name(self, area: str) -> str:
        """ "Z-07 Binjiang"; the id alone where the zone has no asset."""
        asset = self._assets.get(area)
        name = "" if asset is None else asset_name(asset)
        return shown(area) if name in ("", area) else f"{shown(area)} {name}"

    def kind(self, record: AlarmRecord) -> str:
        """Which of KINDS it is of."""
        point = self.point(record)
        if record.config.alarm_class is AlarmClass.SYSTEM:
            return "system"
        if record.config.condition == "lost":
            return "communication"
        if record.config.alarm_class is AlarmClass.DIAGNOSTIC or (point is not None and point.kind in _OF_THE_DEVICE):
            return "device"
        gas = point is not None and point.kind is QuantityKind.CONCENTRATION and point.unit == "%LEL"
        return "gas" if gas or record.config.alarm_class is AlarmClass.GAS_LEAK else "process"

    def value(self, record: AlarmRecord) -> str:
        """The value that raised it, with unit."""
        point = self.point(record)
        if record.facts.value is None:
            return ""
        return value_text(point, record.facts.value) if point is not None else number_text(record.facts.value, 1)

    def limit(self, record: AlarmRecord) -> str:
        """The limit that was crossed."""
        point = self.point(record)
        if record.facts.limit is None or point is None:
            return ""
        if record.config.condition == "rate":
            return with_unit(number_text(record.facts.limit, point.precision), f"{unit_of(point)}/s")
        return value_text(point, record.facts.limit)


def state_word(record: AlarmRecord) -> str:
    """The derived name in words."""
    return {
        AlarmName.NORM: _("normal"),
        AlarmName.UNACK: _("unacknowledged"),
        AlarmName.ACKED: _("acknowledged"),
        AlarmName.RTNUN: _("returned, not acknowledged"),
        AlarmName.LTUNK: _("latched, not acknowledged"),
        AlarmName.LTACK: _("latched, reset needed"),
        AlarmName.SHLVD: _("shelved"),
        AlarmName.DSUPR: _("suppressed by design"),
        AlarmName.OOSRV: _("out of service"),
    }[record.name]
