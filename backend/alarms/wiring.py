"""Tie alarms to what is registered: which keys a point has, its limits, its device's faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from backend.alarms.configs import device_configs, point_configs
from backend.alarms.faults import DeviceFaults
from backend.alarms.findings import Input
from backend.alarms.limits import LimitTable
from backend.model.alarm import AlarmConfig
from backend.model.plant import Registry
from backend.model.sample import SampleBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """One registry's alarms. key_of: by (point, condition). keys_of: by point. point_of, device_of: by key."""

    registry: Registry
    configs: Mapping[str, AlarmConfig]
    key_of: Mapping[tuple[int, str], str]
    keys_of: Mapping[int, tuple[str, ...]]
    point_of: Mapping[str, int]
    device_of: Mapping[str, str]
    limits: LimitTable
    faults: DeviceFaults

    @classmethod
    def of(cls, registry: Registry, mono: float) -> Wiring:
        """Build it. mono: now (s). ConfigError for forbidden limits."""
        of_points = point_configs(registry)
        of_devices = device_configs(registry)
        keys_of: dict[int, tuple[str, ...]] = {}
        for (point, _), config in of_points.items():
            keys_of[point] = (*keys_of.get(point, ()), config.key)
        return cls(
            registry=registry,
            configs={config.key: config for config in (*of_points.values(), *of_devices.values())},
            key_of={place: config.key for place, config in of_points.items()},
            keys_of=keys_of,
            point_of={config.key: point for (point, _), config in of_points.items()},
            device_of={config.key: device for device, config in of_devices.items()},
            limits=LimitTable(registry.points),
            faults=DeviceFaults(registry, mono),
        )

    def adopt(self, old: Wiring) -> None:
        """Go on where another registry's wiring stands: point ids keep their meaning."""
        self.limits.adopt(old.limits)
        self.faults.adopt(old.faults)

    def to_look_at(self, old: Wiring, newest: SampleBatch, now: int) -> SampleBatch:
        """The newest good samples of points whose limits differ from the old ones, as if they came now."""
        limits = [point.limits for point in old.registry.points]
        differs = np.array(
            [point.id >= len(limits) or point.limits != limits[point.id] for point in self.registry.points], np.bool_
        )
        known = newest.where(newest.point < len(differs))
        due = differs[known.point] & (self.limits.inputs[known.point] == Input.GOOD)
        return replace(known.where(due), received_at=now)
