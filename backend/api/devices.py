"""Devices as people see and set them: what each is bound to, how it is acquired, and what came through the pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.api.configuration import CHANGED, Configuration, versions
from backend.errors import mark
from backend.links.fleet import Fleet
from backend.live import TagTable
from backend.model.change import Change, ConfigVersion
from backend.model.event import DECRYPTION_STAGES, IDENTITY_STAGES, Quarantined
from backend.model.person import Session
from backend.model.plant import Device, Point, Registry
from backend.model.thing_model import ThingModel
from backend.pipeline.core import Counters
from backend.store import Store

_JUDGED: Final = frozenset({"pipeline"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbound:
    """A property or point that gives no values, and why not (a catalogue key)."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A device, its model and its bindings (C-02, C-03). link: id of the field link that serves it."""

    device: Device
    model: str
    version: str
    title: str
    title_zh: str
    link: str
    bound: tuple[Point, ...]
    unbound: tuple[Unbound, ...]

    @property
    def commandable(self) -> bool:
        """Whether it has anything that could be commanded at all."""
        return any(point.writable for point in self.bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the pipeline since the program started (B-18). key: received, authenticated, decrypted, parsed,
    judged, processed, new, stored. failed: put aside, or for "processed" dropped by a filter as configured, or for
    "new" left out as a repetition, or for "stored" tried again."""

    key: str
    passed: int
    failed: int


class DevicesApi:
    """The registry in force, the devices, their changes and the pipeline."""

    def __init__(
        self,
        *,
        configuration: Configuration,
        forms: Mapping[int, object],
        models: Mapping[str, ThingModel],
        fleet: Fleet,
        table: TagTable,
        counters: Counters,
        store: Store,
        worker: Executor,
    ) -> None:
        self._configuration = configuration
        self._forms = forms
        self._models = models
        self._fleet = fleet
        self._table = table
        self._counters = counters
        self._store = store
        self._worker = worker
        self._views: tuple[int, tuple[DeviceView, ...]] = (-1, ())

    def registry(self) -> Registry:
        """What is registered, as in force now."""
        return self._configuration.registry

    def version(self) -> int:
        """The number of the configuration in force."""
        return self._configuration.number

    def snapshot(self) -> tuple[DeviceView, ...]:
        """Every device in the order of the site."""
        number, views = self._views
        # The number first: a change in between is seen the next time.
        now = self._configuration.number
        if number != now:
            views = tuple(self._view_all(self._configuration.registry))
            self._views = now, views
        return views

    def last_heard(self) -> dict[str, int]:
        """When anything came of each device's points, µs UTC; 0 = never."""
        registry = self._configuration.registry
        place = {device.id: number for number, device in enumerate(registry.devices)}
        of_point = np.array([place.get(point.device, len(place)) for point in registry.points], np.intp)
        heard = np.zeros(len(place) + 1, np.int64)
        np.maximum.at(heard, of_point, self._table.snapshot(0).received_at)
        return {device: int(heard[number]) for device, number in place.items()}

    def change(self, session: Session, change: Change, reason: str) -> Future[ConfigVersion]:
        """Change a point or a device; in force when the future is done. RefusedError through the future."""
        return self._worker.submit(self._configuration.change, session, change, reason)

    def changes(self, limit: int = 100) -> Future[tuple[ConfigVersion, ...]]:
        """What was changed, by whom and why, newest first, read from the journal."""
        return self._worker.submit(lambda: versions(self._store.journal_like(CHANGED, limit=limit)))

    def pipeline(self) -> tuple[Stage, ...]:
        """Passed and failed at each stage. Up to "parsed" failures are messages; from "judged" on they are values."""
        counters = self._counters
        aside = dict(counters.put_aside)
        strange = sum(aside.get(stage, 0) for stage in IDENTITY_STAGES)
        sealed = sum(aside.get(stage, 0) for stage in DECRYPTION_STAGES)
        garbled = sum(aside.values()) - strange - sealed - sum(aside.get(stage, 0) for stage in _JUDGED)
        read = counters.received + counters.events
        judged = read - counters.unusable
        processed = judged - counters.filtered
        new = processed + counters.computed - counters.repeated
        return (
            Stage(key="received", passed=read + strange + sealed + garbled, failed=0),
            Stage(key="authenticated", passed=read + sealed + garbled, failed=strange),
            Stage(key="decrypted", passed=read + garbled, failed=sealed),
            Stage(key="parsed", passed=read, failed=garbled),
            Stage(key="judged", passed=judged, failed=counters.unusable),
            Stage(key="processed", passed=processed, failed=counters.filtered),
            Stage(key="new", passed=new, failed=counters.repeated),
            Stage(key="stored", passed=counters.samples + counters.events, failed=counters.commit_failures),
        )

    def quarantined(self, limit: int = 100) -> Future[tuple[Quarantined, ...]]:
        """What was put aside, newest first, with its raw bytes."""
        return self._worker.submit(self._store.quarantined, limit)

    def _view_all(self, registry: Registry) -> Iterator[DeviceView]:
        points: dict[str, list[Point]] = {}
        for point in registry.points:
            points.setdefault(point.device, []).append(point)
        link_of = {
            device: health.link
            for link in self._fleet.links()
            for health in (link.health(),)
            for device in health.devices
        }
        for device in registry.devices:
            yield self._view(device, points.get(device.id, []), link_of.get(device.id, ""))

    def _view(self, device: Device, points: list[Point], link: str) -> DeviceView:
        model = self._models[device.model]
        bound = tuple(point for point in points if point.id in self._forms)
        given = {point.property for point in points if not point.retired}
        unbound = [
            Unbound(
                name=point.tag,
                why=mark("retired: no device gives it any more") if point.retired else mark("its model gives no form"),
            )
            for point in points
            if point.id not in self._forms
        ]
        unbound += [
            Unbound(name=name, why=mark("no point is bound to this property"))
            for name in model.properties
            if name not in given
        ]
        return DeviceView(
            device=device,
            model=model.id,
            version=model.version,
            title=model.title,
            title_zh=model.title_zh,
            link=link,
            bound=bound,
            unbound=tuple(unbound),
        )
