"""Watch the inputs: which devices give bad values, or none, through no fault of their link; pure, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.alarms.findings import INPUT_OF_QUALITY, Input
from backend.alarms.undo import Undo
from backend.model.plant import Registry
from backend.model.quality import Cause, Status, cause_of, status_of
from backend.model.sample import SampleBatch

_NOT_ITS_FAULT: Final = (Cause.COMMS, Cause.NEVER, Cause.RESTART)
_STALE_PERIODS: Final = 3
GRACE_S: Final = 60.0
"""A device has at least this long to say its first word after a start or a link's return."""

_FAULTY: Final = np.array(
    [status_of(code) is Status.BAD and cause_of(code) not in _NOT_ITS_FAULT for code in range(256)], np.bool_
)


class Fault(NamedTuple):
    """A device began (`bad`) or ceased to give bad values. point: one of them. at: µs UTC."""

    device: str
    bad: bool
    at: int
    point: int
    cause: str


class DeviceFaults:
    """Points that are bad through no fault of their link, counted by device. One thread. mono: now, s."""

    def __init__(self, registry: Registry, mono: float) -> None:
        self._devices = tuple(device.id for device in registry.devices)
        place = {device: i for i, device in enumerate(self._devices)}
        self._device_of = np.array(
            [-1 if point.retired else place.get(point.device, -1) for point in registry.points], np.intp
        )
        self._bad = np.zeros(len(registry.points), np.bool_)
        self._lifetime_s = np.array(
            [np.inf if point.retired else max(GRACE_S, _STALE_PERIODS * point.period_s) for point in registry.points],
            np.float64,
        )
        self._owed_since = np.full(len(registry.points), mono)
        """Since when (monotonic s) a first sample is owed; infinite while the link is lost."""
        self._count: dict[int, int] = {}
        """How many points of a device are bad; only devices that have any."""

    def points_of(self, devices: Collection[str]) -> NDArray[np.intp]:
        """All points of these devices."""
        wanted = [i for i, device in enumerate(self._devices) if device in devices]
        return np.flatnonzero(np.isin(self._device_of, wanted))

    def adopt(self, old: DeviceFaults) -> None:
        """Go on from what was known under another registry; point ids keep their meaning."""
        common = min(len(self._bad), len(old._bad))
        self._bad[:common] = old._bad[:common]
        self._owed_since[:common] = old._owed_since[:common]
        for device in self._device_of[self._bad].tolist():
            self._count[device] = self._count.get(device, 0) + 1

    def restore(self, device: str) -> None:
        """Its alarm was standing when the process ended: it ends when every point of it has said something usable."""
        place = self._devices.index(device)
        if place not in self._count:
            points = np.flatnonzero(self._device_of == place)
            self._bad[points] = True
            self._count[place] = len(points)

    def reachable(self, devices: Collection[str], mono: float, undo: Undo) -> None:
        """Their link is up, or (mono infinite) lost."""
        points = self.points_of(devices)
        undo.array(self._owed_since, points)
        self._owed_since[points] = mono

    def silent(self, worth: NDArray[np.uint8], now: int, mono: float, undo: Undo) -> Iterator[Fault]:
        """Points that owe a first sample since the start or since their link came back. worth: `Input` by point."""
        owing = (
            (worth < Input.UNCERTAIN)
            & ~self._bad
            & (self._device_of >= 0)
            & (mono - self._owed_since > self._lifetime_s)
        )
        for point in np.flatnonzero(owing).tolist():
            yield from self._turn(point, True, now, Cause.STALE.name.lower(), undo)

    def heard(self, batch: SampleBatch, unreachable: Collection[str], undo: Undo) -> Iterator[Fault]:
        """What a batch says of its devices. unreachable: devices on lost links, which cannot be blamed."""
        faulty = _FAULTY[batch.quality]
        any_faulty = bool(faulty.any())
        if not any_faulty and not self._count:
            return
        if any_faulty:
            blamed = ~np.isin(batch.point, self.points_of(unreachable)) if unreachable else faulty
            news = faulty & blamed & ~self._bad[batch.point]
            yield from self._turn_bad(batch, np.flatnonzero(news), undo)
        usable = INPUT_OF_QUALITY[batch.quality] >= Input.UNCERTAIN
        if any_faulty:
            # Of several rows of one point the last one counts.
            last = np.zeros(len(self._bad), np.intp)
            last[batch.point] = np.arange(len(batch))
            usable &= last[batch.point] == np.arange(len(batch))
        yield from self._turn_good(batch, np.flatnonzero(usable & self._bad[batch.point]), undo)

    def stale(self, points: NDArray[np.intp], now: int, unreachable: Collection[str], undo: Undo) -> Iterator[Fault]:
        """These points have been silent for too long."""
        for point in points.tolist():
            if self._device_of[point] >= 0 and self._devices[self._device_of[point]] not in unreachable:
                yield from self._turn(point, True, now, Cause.STALE.name.lower(), undo)

    def _turn_bad(self, batch: SampleBatch, rows: NDArray[np.intp], undo: Undo) -> Iterator[Fault]:
        for row in rows.tolist():
            cause = cause_of(int(batch.quality[row])).name.lower()
            yield from self._turn(int(batch.point[row]), True, int(batch.at[row]), cause, undo)

    def _turn_good(self, batch: SampleBatch, rows: NDArray[np.intp], undo: Undo) -> Iterator[Fault]:
        for row in rows.tolist():
            yield from self._turn(int(batch.point[row]), False, int(batch.at[row]), "", undo)

    def _turn(self, point: int, bad: bool, at: int, cause: str, undo: Undo) -> Iterator[Fault]:
        """One point; a fault of its device only with the first bad one, and over only with the last."""
        if self._bad[point] == bad or self._device_of[point] < 0:
            return
        undo.array(self._bad, slice(point, point + 1))
        self._bad[point] = bad
        device = int(self._device_of[point])
        undo.entry(self._count, device)
        before = self._count.get(device, 0)
        after = before + (1 if bad else -1)
        if after:
            self._count[device] = after
        else:
            self._count.pop(device, None)
        if 0 in (before, after):
            yield Fault(self._devices[device], bad, at, point, cause)
