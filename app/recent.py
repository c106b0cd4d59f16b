"""The last hour of every point as the console has seen it, for small trend lines; no question to the backend."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.bridge import Bridge
from backend.model.live import TagSnapshot
from backend.model.quality import STATUS_MASK, Status

STEP_US: Final = 10_000_000
_PLACES: Final = 361
"""One hour of steps, both ends."""


class Recent(QObject):
    """A ring of snapshots, one every 10 s: float32 of shape (places, points). GUI thread.

    Points may be registered while the console runs: the ring grows with them, their past is empty.
    """

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._at = np.zeros(_PLACES, np.int64)
        self._value = np.full((_PLACES, len(bridge.snapshot().value)), np.nan, np.float32)
        self._next = 0
        bridge.beat.connect(self._on_beat)

    def series(self, point: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(µs UTC, values), oldest first; NaN where the value was bad or missing."""
        order = np.roll(np.arange(_PLACES), -self._next)
        order = order[self._at[order] > 0]
        if point >= self._value.shape[1]:
            return self._at[order], np.full(len(order), np.nan, np.float32)
        return self._at[order], self._value[order, point]

    def _on_beat(self) -> None:
        snapshot = self._bridge.snapshot()
        if snapshot.taken_at - self._at[self._next - 1] >= STEP_US:
            self._keep(snapshot)

    def _keep(self, snapshot: TagSnapshot) -> None:
        missing = len(snapshot.value) - self._value.shape[1]
        if missing > 0:
            self._value = np.pad(self._value, ((0, 0), (0, missing)), constant_values=np.nan)
        sound = (snapshot.quality & STATUS_MASK) >= Status.UNCERTAIN
        self._value[self._next] = np.nan
        self._value[self._next, : len(sound)] = np.where(sound, snapshot.value, np.nan)
        self._at[self._next] = snapshot.taken_at
        self._next = (self._next + 1) % _PLACES
