"""A clock that moves only when a test says so."""

from __future__ import annotations

from backend.clock import US

START_US = 1_768_473_000_000_000
"""2026-01-15 10:30:00 UTC, a winter evening in Linjiang."""


class ManualClock:
    """Wall and monotonic time under the test's control."""

    def __init__(self, wall_us: int = START_US, mono: float = 1000.0) -> None:
        self._wall_us = wall_us
        self._mono = mono

    def wall_us(self) -> int:
        return self._wall_us

    def mono(self) -> float:
        return self._mono

    def tick(self, seconds: float) -> None:
        """Let both clocks run on together."""
        self._wall_us += round(seconds * US)
        self._mono += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back; monotonic time does not move."""
        self._wall_us += round(seconds * US)
