"""Find excursions in samples that newer ones have overtaken (T19); pure. Where a point stands now is not touched."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from backend.alarms.comparators import Cells, Comparator, quiet
from backend.alarms.findings import INPUT_OF_QUALITY, Change, Crossing, Finding, Input
from backend.alarms.follower import Follower
from backend.alarms.undo import Undo
from backend.model.sample import SampleBatch


@dataclass(frozen=True, slots=True)
class _Track:
    """Where the late samples of a point have got to; `value` with its `value_at` is the newest usable one."""

    cells: Cells
    at: int
    worth: int
    value: float = math.nan
    value_at: int = 0


class LateTracks:
    """Comparators of their own for late samples, so that an excursion split over batches is one.

    comparators: by point. low, high: the interval in which a point at rest stays at rest. has_rate: by point.
    """

    def __init__(
        self,
        comparators: tuple[tuple[Comparator, ...], ...],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
        has_rate: NDArray[np.bool_],
    ) -> None:
        self._comparators = comparators
        self._low = low
        self._high = high
        self._has_rate = has_rate
        self._tracks: dict[int, _Track] = {}

    def evaluate(self, batch: SampleBatch, mono: float, undo: Undo) -> list[Finding]:
        """The excursions of these rows, which are in order of time."""
        point = batch.point
        worth = np.where(np.isfinite(batch.value), INPUT_OF_QUALITY[batch.quality], np.uint8(Input.LOST))
        outside = ~((batch.value > self._low[point]) & (batch.value < self._high[point]))
        look = (outside & (worth >= Input.UNCERTAIN)) | self._has_rate[point]
        chosen = np.zeros(len(self._low), np.bool_)
        chosen[point[look]] = True
        chosen[list(self._tracks)] = True
        findings: list[Finding] = []
        for row in np.flatnonzero(chosen[point]).tolist():
            self._take(
                int(point[row]), int(batch.at[row]), float(batch.value[row]), int(worth[row]), mono, findings, undo
            )
        return [
            replace(each, change=Change.LATE)
            for each in findings
            if isinstance(each, Crossing) and each.change in (Change.RAISE, Change.ESCALATE)
        ]

    def _take(
        self, point: int, at: int, value: float, worth: int, mono: float, findings: list[Finding], undo: Undo
    ) -> None:
        comparators = self._comparators[point]
        track = self._tracks.get(point)
        if track is None or at < track.at:
            # The late samples themselves went back in time: another stretch of them.
            track = _Track(quiet(comparators), at, worth)
        follower = Follower(point, comparators, track.cells, track.worth, track.value, track.value_at, findings)
        follower.take(at, value, worth, mono)
        undo.entry(self._tracks, point)
        if follower.cells == quiet(comparators) and not self._has_rate[point]:
            self._tracks.pop(point, None)
        elif math.isnan(follower.value):
            self._tracks[point] = replace(track, cells=follower.cells, at=at, worth=worth)
        else:
            self._tracks[point] = _Track(follower.cells, at, worth, follower.value, at)
