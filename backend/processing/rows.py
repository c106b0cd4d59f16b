"""Rows on their way through a chain, and the facts about points that steps go by. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.model.plant import Registry
from backend.model.quality import STATUS_MASK, Status
from backend.model.sample import Points, Qualities, Times, Values
from backend.model.thing_steps import LONGEST_PERIODS, STALE_PERIODS

Mask = NDArray[np.bool_]
Indexes = NDArray[np.intp]
US: Final = 1_000_000
"""Microseconds in a second."""
NEVER: Final = np.iinfo(np.int64).min // 4
"""A time before every other; differences to it do not overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Parallel arrays of shape (n,), as in a SampleBatch."""

    point: Points
    at: Times
    value: Values
    quality: Qualities

    def where(self, keep: Mask) -> Rows:
        """The rows where `keep` is true."""
        return Rows(point=self.point[keep], at=self.at[keep], value=self.value[keep], quality=self.quality[keep])

    def where_index(self, index: Indexes) -> Rows:
        """The rows at these places."""
        return Rows(point=self.point[index], at=self.at[index], value=self.value[index], quality=self.quality[index])

    def joined(self, more: Rows) -> Rows:
        """These rows, then those."""
        return Rows(
            point=np.concatenate([self.point, more.point]),
            at=np.concatenate([self.at, more.at]),
            value=np.concatenate([self.value, more.value]),
            quality=np.concatenate([self.quality, more.quality]),
        )

    def changed(self, index: Indexes, *, value: Values | None = None, quality: Qualities | None = None) -> Rows:
        """With new values and qualities at `index`; nothing is changed in place."""
        columns: dict[str, NDArray[np.float64] | NDArray[np.uint8]] = {}
        if value is not None:
            columns["value"] = self.value.copy()
            columns["value"][index] = value
        if quality is not None:
            columns["quality"] = self.quality.copy()
            columns["quality"][index] = quality
        return replace(self, **columns)  # type: ignore[arg-type]  # the keys are fields of these types


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the registry in force says of each point; arrays of shape (points,), by point id."""

    low: Values
    high: Values
    alarm_low: Values
    """The highest low limit; -inf without one."""
    alarm_high: Values
    """The lowest high limit; inf without one."""
    longest_us: Times
    """A value inside a dead band goes on after so long."""
    stale_us: Times

    @classmethod
    def of(cls, registry: Registry) -> Facts:
        """Read from a registry."""
        points = registry.points
        period = np.array([point.period_s for point in points], np.float64) * US
        return cls(
            low=np.array([point.low for point in points], np.float64),
            high=np.array([point.high for point in points], np.float64),
            alarm_low=np.array(
                [max(_given(point.limits.l, point.limits.ll), default=-np.inf) for point in points], np.float64
            ),
            alarm_high=np.array(
                [min(_given(point.limits.h, point.limits.hh), default=np.inf) for point in points], np.float64
            ),
            longest_us=(period * LONGEST_PERIODS).astype(np.int64),
            stale_us=(period * STALE_PERIODS).astype(np.int64),
        )

    def beyond(self, point: Points, value: Values) -> Mask:
        """Which values lie at or beyond an alarm limit: a filter never keeps them from the alarms."""
        return (value <= self.alarm_low[point]) | (value >= self.alarm_high[point])


def claims(quality: Qualities) -> Mask:
    """Which values are said to be good or uncertain."""
    said: Mask = (quality & STATUS_MASK) != Status.BAD
    return said


def _given(*limits: float | None) -> list[float]:
    return [limit for limit in limits if limit is not None]
