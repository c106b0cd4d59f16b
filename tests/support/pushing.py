"""Values pushed into a running backend as if its field had sent them: the way from there on is the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.model.plant import Point
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from backend.system import System

S = 1_000_000


def beyond(point: Point) -> float | None:
    """A value that crosses the point's outermost limit; None where it has none."""
    limits = point.limits
    if limits.normal_state is not None:
        return float(next(state for state in point.states if state != limits.normal_state))
    upper = limits.hh if limits.hh is not None else limits.h
    lower = limits.ll if limits.ll is not None else limits.l
    if lower is not None:
        return max(point.low, lower - abs(lower) * 0.02 - limits.deadband)
    return None if upper is None else min(point.high, upper + abs(upper) * 0.02 + limits.deadband)


def within(point: Point) -> float:
    """A value inside every limit."""
    limits = point.limits
    if limits.normal_state is not None:
        return limits.normal_state
    upper = limits.h if limits.h is not None else point.high
    lower = limits.l if limits.l is not None else point.low
    return (upper + lower) / 2


def push(system: System, values: Mapping[int, float], *, ages_s: Sequence[float] = (60.0, 0.0)) -> None:
    """Each value once at every age: a delay passes in device time between the first and the last."""
    now = system.backend.now()
    for age in ages_s:
        points = list(values)
        at = [now - round(age * S)] * len(points)
        system._inbox.put(
            SampleBatch.of(
                points, at, [values[each] for each in points], [GOOD] * len(points), received_at=now, source="test"
            )
        )


def point_of(system: System, tag: str) -> Point:
    """By tag."""
    return next(point for point in system.backend.registry.points if point.tag == tag)
