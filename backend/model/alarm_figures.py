"""What the alarm journal of some hours adds up to: rate, flood, sources, priorities, response times (EEMUA 191)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.model.alarm import Priority

TARGET_SHARES: Final[Mapping[str, int]] = {"P1–P2": 5, "P3": 15, "P4": 80}
"""Percent of all raises that each urgency should have (hmi.md 3.4)."""
BUCKET_US: Final = 600_000_000
CHATTERS_ABOVE: Final = 3
"""Changes of one alarm in ten minutes, more than which is chattering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How long people took to acknowledge alarms of one priority, s."""

    priority: Priority
    count: int
    median_s: float
    p90_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFigures:
    """start <= at < end (µs UTC). Only annunciated raises count; what is held back does not disturb anybody."""

    start: int
    end: int
    buckets: tuple[int, ...]
    """Raises in each ten minutes, the last one ending at `end`."""
    raised_at: tuple[int, ...]
    """When each raise was recorded, in order."""
    flood_since: int
    """0 when there is no flood at `end`."""
    flood_us: int
    """How much of the time was flood."""
    sources: tuple[tuple[str, int], ...]
    """(alarm key, raises), the busiest first, at most ten."""
    chattering: tuple[tuple[str, int], ...]
    """(alarm key, most changes in any ten minutes), the worst first."""
    mix: Mapping[Priority, int]
    """Raises by priority."""
    answered: tuple[Answered, ...]
    """Most urgent first; a priority with nothing acknowledged is left out."""
