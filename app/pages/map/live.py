"""How each symbol looks now: valves from their position, alarms beside whatever they are about. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from app.formats import point_title, shown, value_text
from app.models.alarms import Words
from app.pages.map.drawing import TIERS
from app.tones import glyph_of, valve_state
from backend.clock import US
from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.event import LinkHealth
from backend.model.live import TagSnapshot
from backend.model.network import Network, Tier
from backend.model.plant import Point, Registry
from backend.model.quality import is_good
from widgets.maps.scene import HOLLOW, Look
from widgets.maps.sprites import alarm_sprite, sign_of, valve_sprite
from widgets.mimic import ValveState

_HIDDEN: Final = frozenset({AlarmName.NORM, AlarmName.SHLVD, AlarmName.DSUPR, AlarmName.OOSRV})
"""Held back alarms are in their own view of the alarm page; the map keeps its glyphs for what stands."""
_OLD_S: Final = 60.0
"""A vehicle whose position is older than this is drawn hollow."""


class Looks:
    """What the values and alarms make of the symbols; made anew when the registry is."""

    def __init__(self, registry: Registry, network: Network, links: Iterable[LinkHealth] = ()) -> None:
        tiers = {valve.id: TIERS[valve.tier] for valve in network.valves}
        kinds = {asset.id: asset.kind.value for asset in registry.assets}
        known = tuple(links)
        self._words = Words(registry, known)
        self._stations = {health.link: _station_of(health, registry, kinds) for health in known}
        self._points = registry.points
        self._valves = [
            (point, tiers.get(point.asset, TIERS[Tier.MP]))
            for point in registry.points
            if kinds.get(point.asset) == "valve" and is_position(point)
        ]
        self.vehicles = vehicles(registry)
        """The points of longitude and latitude of each thing that moves."""
        self._were_alarmed: frozenset[str] = frozenset()

    def now(self, snapshot: TagSnapshot, alarms: Iterable[AlarmRecord]) -> dict[str, Look]:
        """A look for every asset that can look different from its plain symbol, or did the last time."""
        worst = self.worst(alarms)
        looks: dict[str, Look] = {asset: Look() for asset in self._were_alarmed - worst.keys()}
        self._were_alarmed = frozenset(worst)
        for point, tier in self._valves:
            state = valve_state(point, float(snapshot.value[point.id]), int(snapshot.quality[point.id]))
            looks[point.asset] = Look(body=valve_sprite(state, tier), sign=sign_of(state))
        for asset, pair in self.vehicles.items():
            looks[asset] = _vehicle(pair, snapshot)
        return {asset: self._alarmed(look, worst.get(asset), snapshot) for asset, look in looks.items()} | {
            asset: self._alarmed(Look(), record, snapshot) for asset, record in worst.items() if asset not in looks
        }

    def worst(self, alarms: Iterable[AlarmRecord]) -> dict[str, AlarmRecord]:
        """The most urgent standing alarm of each asset."""
        found: dict[str, AlarmRecord] = {}
        for record in alarms:
            asset = self.asset_of(record)
            if record.name in _HIDDEN or not asset:
                continue
            if asset not in found or _urgency(record) < _urgency(found[asset]):
                found[asset] = record
        return found

    def asset_of(self, record: AlarmRecord) -> str:
        """Where an alarm is about; "" when it is about no asset."""
        return self._words.asset(record) or self._stations.get(record.config.source, "")

    def valve_states(self, snapshot: TagSnapshot) -> dict[str, ValveState]:
        """The position of every valve as it was read back."""
        return {
            point.asset: valve_state(point, float(snapshot.value[point.id]), int(snapshot.quality[point.id]))
            for point, _tier in self._valves
        }

    def _alarmed(self, look: Look, record: AlarmRecord | None, snapshot: TagSnapshot) -> Look:
        if record is None:
            return look
        return Look(
            body=look.body,
            sign=look.sign,
            at=look.at,
            alarm=alarm_sprite(int(record.priority), glyph_of(record)),
            rank=int(record.priority),
            note=self._note(record, snapshot),
        )

    def _note(self, record: AlarmRecord, snapshot: TagSnapshot) -> str:
        point = self._points[record.config.point] if record.config.point is not None else None
        if point is None:
            return shown(self._words.message(record), 48)
        return f"{shown(point_title(point), 32)} {value_text(point, float(snapshot.value[point.id]))}"


def _station_of(health: LinkHealth, registry: Registry, kinds: Mapping[str, str]) -> str:
    """The one station whose RTU a link of several devices is; "" for a broker."""
    of_device = {device.id: device.asset for device in registry.devices}
    assets = {of_device.get(device, "") for device in health.devices}
    stations = [asset for asset in assets if kinds.get(asset) in ("station", "supply")]
    return stations[0] if len(stations) == 1 else ""


def is_position(point: Point) -> bool:
    """Whether a point reads back whether a valve is open or closed."""
    return not point.writable and not point.retired and {"open", "closed"} <= set(point.states.values())


def vehicles(registry: Registry) -> dict[str, tuple[Point, Point]]:
    """The points that give longitude and latitude of each thing that moves."""
    moving = {asset.id for asset in registry.assets if asset.kind.value == "vehicle"}
    found: dict[str, dict[str, Point]] = {}
    for point in registry.points:
        if point.asset in moving and not point.retired:
            found.setdefault(point.asset, {})[_AXES.get(point.property, "")] = point
    return {asset: (axes["lon"], axes["lat"]) for asset, axes in found.items() if {"lon", "lat"} <= set(axes)}


_AXES: Final[Mapping[str, str]] = {"lon": "lon", "longitude": "lon", "lat": "lat", "latitude": "lat"}


def _vehicle(pair: tuple[Point, Point], snapshot: TagSnapshot) -> Look:
    place: list[float] = [float(snapshot.value[point.id]) for point in pair]
    if not all(map(math.isfinite, place)):
        return Look(body=HOLLOW)
    old = snapshot.taken_at - min(int(snapshot.at[point.id]) for point in pair) > _OLD_S * US
    doubtful = not all(is_good(int(snapshot.quality[point.id])) for point in pair)
    return Look(body=HOLLOW if old or doubtful else "vehicle", at=(place[0], place[1]))


def _urgency(record: AlarmRecord) -> tuple[int, bool, int]:
    return int(record.priority), record.facts.ack, -record.facts.raised_at
