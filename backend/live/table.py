"""Current values of all points: written by the core thread, copied out whole to anyone who asks."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from backend.clock import US
from backend.model.live import TagSnapshot
from backend.model.quality import STATUS_MASK, Cause, Status, quality
from backend.model.sample import SampleBatch

_STALE_PERIODS = 3
"""A value is stale at three times its expected period (hmi.md 3.5)."""

_AHEAD_US = 5 * US
"""Batches of one point never overtake each other by this much; only a clock that is set back looks like it."""

_NEVER = quality(Status.BAD, Cause.NEVER)
_STALE = quality(Status.UNCERTAIN, Cause.STALE)
_RESTART = quality(Status.UNCERTAIN, Cause.RESTART)


class TagTable:
    """The newest sample of every point. period_s: shape (points,), expected seconds between samples."""

    def __init__(self, period_s: NDArray[np.float64]) -> None:
        points = len(period_s)
        self._lifetime_us = _lifetimes(period_s)
        self._value = np.full(points, np.nan)
        self._at = np.zeros(points, np.int64)
        self._quality = np.full(points, _NEVER, np.uint8)
        self._received_at = np.zeros(points, np.int64)
        self._arrived = 0
        """The latest of all arrivals."""
        self._version = 0
        self._lock = threading.Lock()

    def expect(self, period_s: NDArray[np.float64]) -> None:
        """From now on so many seconds are expected between samples; shape (points,)."""
        self._lifetime_us = _lifetimes(period_s)

    def newest(self, points: NDArray[np.int32]) -> NDArray[np.int64]:
        """Device time (µs UTC) of the newest number of each of `points`; 0 where none came yet."""
        return self._at[points]

    def restore(self, batch: SampleBatch) -> None:
        """Fill from the store at start: numbers with their times, quality uncertain until the field speaks again."""
        self.update(batch)
        with self._lock:
            self._quality[batch.point] = _RESTART

    def update(self, batch: SampleBatch) -> int:
        """Take a batch in; older rows never overwrite newer ones. Returns the new version."""
        point, at, value, code = batch.point, batch.at, batch.value, batch.quality
        if not (at[1:] >= at[:-1]).all():
            order = np.argsort(at, kind="stable")
            point, at, value, code = point[order], at[order], value[order], code[order]
        newest = at >= self._at[point]
        if self._arrived > batch.received_at + _AHEAD_US:
            # Received later than now: the wall clock was set back since, and its times say nothing about these.
            newest |= self._received_at[point] > batch.received_at + _AHEAD_US
        self._arrived = max(self._arrived, batch.received_at)
        if not newest.all():
            point, at, value, code = point[newest], at[newest], value[newest], code[newest]
        number = np.isfinite(value)
        with self._lock:
            self._quality[point] = code
            if not number.all():
                # A link loss carries no number: the last one stays to be shown struck out.
                point, at, value = point[number], at[number], value[number]
            self._value[point] = value
            self._at[point] = at
            self._received_at[point] = batch.received_at
            self._version += 1
            return self._version

    def expire(self, now: int) -> NDArray[np.int32]:
        """Mark values that outlived three periods stale; returns the points that became so just now."""
        alive = (self._quality & STATUS_MASK) == Status.GOOD
        stale = np.flatnonzero(alive & (now - self._received_at > self._lifetime_us)).astype(np.int32)
        if len(stale):
            with self._lock:
                self._quality[stale] = _STALE
                self._version += 1
        return stale

    def snapshot(self, now: int) -> TagSnapshot:
        """A copy that nobody changes any more."""
        with self._lock:
            arrays = (self._value.copy(), self._at.copy(), self._quality.copy(), self._received_at.copy())
            version = self._version
        for array in arrays:
            array.flags.writeable = False
        return TagSnapshot(
            value=arrays[0], at=arrays[1], quality=arrays[2], received_at=arrays[3], version=version, taken_at=now
        )

    def one(self, point: int) -> tuple[float, int, int, int]:
        """Value, device time and arrival (µs UTC, 0 = never), and quality of one point."""
        return (
            float(self._value[point]),
            int(self._at[point]),
            int(self._received_at[point]),
            int(self._quality[point]),
        )


def _lifetimes(period_s: NDArray[np.float64]) -> NDArray[np.int64]:
    return (period_s * (_STALE_PERIODS * US)).astype(np.int64)
