"""Plan polling: which points by which period, which spans in one read, and when the next read is due; pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.errors import ConfigError
from backend.links.ports import Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of addresses that must be read whole. key: whatever the caller wants back."""

    start: int
    size: int
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One read covering several spans: `size` addresses from `start`."""

    start: int
    size: int
    spans: tuple[Span, ...]


def merge(spans: Iterable[Span], *, max_size: int, max_gap: int) -> tuple[Run, ...]:
    """Fewest reads of at most `max_size` addresses, reading over holes of at most `max_gap`; no span is split.

    Spans may overlap (several bit fields of one register). Raises ValueError for a span larger than `max_size`.
    """
    runs: list[Run] = []
    held: list[Span] = []
    end = 0
    for span in sorted(spans, key=lambda each: (each.start, each.size)):
        if not 0 < span.size <= max_size:
            raise ValueError(f"a span of {span.size} does not fit a read of {max_size}")
        reach = max(end, span.start + span.size)
        if held and (span.start - end > max_gap or reach - held[0].start > max_size):
            runs.append(_run(held, end))
            held, reach = [], span.start + span.size
        held.append(span)
        end = reach
    if held:
        runs.append(_run(held, end))
    return tuple(runs)


def by_period(bound: Sequence[Bound]) -> dict[float, tuple[Bound, ...]]:
    """Points grouped by their period in seconds, shortest first. Raises ConfigError for a period that is no time."""
    groups: defaultdict[float, list[Bound]] = defaultdict(list)
    for each in bound:
        if not (math.isfinite(each.point.period_s) and each.point.period_s > 0):
            raise ConfigError(
                "{tag}: the period must be longer than 0 s, not {period}",
                tag=each.point.tag,
                period=each.point.period_s,
            )
        groups[each.point.period_s].append(each)
    return {period: tuple(groups[period]) for period in sorted(groups)}


class Pace:
    """Due times start + k * period on a monotonic clock, without drift; times missed are skipped and counted."""

    def __init__(self, period_s: float, start: float) -> None:
        self._period_s = period_s
        self._start = start
        self._k = 0

    @property
    def due(self) -> float:
        """When the next poll should start."""
        return self._start + self._k * self._period_s

    def polled(self, now: float) -> int:
        """A poll has just ended at `now`: the next is due at the first time that is not past. Returns those skipped."""
        following = max(self._k + 1, math.ceil((now - self._start) / self._period_s))
        skipped = following - self._k - 1
        self._k = following
        return skipped

    def restart(self, now: float, phase: float = 1.0) -> None:
        """Poll at once, then again after `phase` of a period (0 to 1), from where the due times count on.

        Links with different phases do not poll in the same instant even when they came up together.
        """
        self._start, self._k = now - (1.0 - phase) * self._period_s, 0


def _run(spans: Sequence[Span], end: int) -> Run:
    start = spans[0].start
    return Run(start=start, size=end - start, spans=tuple(spans))
