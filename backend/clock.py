"""The one place that asks what time it is. Everything else is given a Clock."""

from __future__ import annotations

import time
from typing import Protocol

US = 1_000_000
"""Microseconds in a second: stored times are integers, µs since 1970-01-01 UTC."""


class Clock(Protocol):
    """What the backend may know of time."""

    def wall_us(self) -> int:
        """Wall clock, µs UTC. May jump."""
        ...

    def mono(self) -> float:
        """Monotonic seconds from an arbitrary start. Never jumps; used for deadlines."""
        ...


class SystemClock:
    """The machine's clocks."""

    def wall_us(self) -> int:
        """Wall clock, µs UTC."""
        return time.time_ns() // 1000

    def mono(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()
