"""Add up the lines of the alarm journal. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from backend.clock import US
from backend.model.alarm import AlarmName, Occurrence, Priority
from backend.model.alarm_figures import BUCKET_US, CHATTERS_ABOVE, AlarmFigures, Answered
from backend.model.flood import FloodWatch

_RAISES: Final = frozenset({"raise", "escalate", "late"})
_CHANGES: Final = _RAISES | {"clear"}
_HELD: Final = frozenset({AlarmName.SHLVD, AlarmName.DSUPR, AlarmName.OOSRV})
_TOP: Final = 10


def figures(lines: Iterable[Occurrence], start: int, end: int) -> AlarmFigures:
    """What the lines with start <= at < end add up to. lines: in the order they were recorded."""
    raises: list[Occurrence] = []
    changes: dict[str, list[int]] = defaultdict(list)
    waits: dict[Priority, list[float]] = defaultdict(list)
    raised: dict[tuple[str, int], int] = {}
    for line in lines:
        if line.event in _CHANGES and line.name not in _HELD:
            changes[line.key].append(line.at)
        if line.event in _RAISES and line.name not in _HELD:
            raises.append(line)
            raised[line.key, line.occurrence] = line.recorded_at
        elif line.event == "ack" and (line.key, line.occurrence) in raised:
            waits[line.priority].append((line.recorded_at - raised[line.key, line.occurrence]) / US)
    times = sorted(line.recorded_at for line in raises)
    since, lasted = _flood(times, end)
    chatter = {key: worst for key, at in changes.items() if (worst := _densest(sorted(at))) > CHATTERS_ABOVE}
    return AlarmFigures(
        start=start,
        end=end,
        buckets=_buckets(times, start, end),
        raised_at=tuple(times),
        flood_since=since,
        flood_us=lasted,
        sources=tuple(Counter(line.key for line in raises).most_common(_TOP)),
        chattering=tuple(sorted(chatter.items(), key=lambda each: (-each[1], each[0]))),
        mix=Counter(line.priority for line in raises),
        answered=_answered(waits),
    )


def _buckets(times: Sequence[int], start: int, end: int) -> tuple[int, ...]:
    count = max(1, -(-(end - start) // BUCKET_US))
    edges = end - BUCKET_US * np.arange(count, -1, -1, dtype=np.int64)
    # A raise at the very end belongs to the last bucket.
    places = np.clip(np.searchsorted(edges, np.asarray(times, np.int64), side="right") - 1, 0, count - 1)
    return tuple(np.bincount(places, minlength=count).tolist()) if times else (0,) * count


def _flood(times: Sequence[int], end: int) -> tuple[int, int]:
    """(since when there is a flood at the end, how long there was one in all)."""
    watch = FloodWatch()
    began, lasted = 0, 0
    for at in times:
        if began and not watch.since(at):
            lasted += at - began
            began = 0
        watch.raised(at)
        began = began or watch.since(at)
    since = watch.since(end)
    return since, lasted + (end - began if began else 0)


def _densest(times: Sequence[int]) -> int:
    """Most times in any ten minutes."""
    window: deque[int] = deque()
    most = 0
    for at in times:
        window.append(at)
        while window[0] <= at - BUCKET_US:
            window.popleft()
        most = max(most, len(window))
    return most


def _answered(waits: Mapping[Priority, Sequence[float]]) -> tuple[Answered, ...]:
    return tuple(
        Answered(
            priority=priority,
            count=len(waits[priority]),
            median_s=float(np.percentile(waits[priority], 50)),
            p90_s=float(np.percentile(waits[priority], 90)),
        )
        for priority in sorted(waits)
    )
