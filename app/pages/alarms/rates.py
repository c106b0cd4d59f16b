"""How fast alarms come: what the journal says of the last hours, and what has come since. Plain Python, no Qt."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from backend.clock import US
from backend.model.alarm import AlarmRecord
from backend.model.alarm_figures import AlarmFigures
from backend.model.flood import WINDOW_US, FloodWatch

SHIFT_US: Final = 12 * 3600 * US
"""What counts as this shift."""


class Rates:
    """Times of raises of this shift (µs UTC), and the flood they make."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self._since_look: list[int] = []
        self._start = 0
        self._watch = FloodWatch()

    def follow(self, figures: AlarmFigures) -> None:
        """What the journal says; what came while it was read is kept."""
        self.times = [*figures.raised_at, *(at for at in self._since_look if at >= figures.end)]
        self._start = figures.start
        self._watch = FloodWatch()
        for at in self.times:
            self._watch.raised(at)

    def note(self, before: AlarmRecord | None, after: AlarmRecord) -> None:
        """An alarm has changed; a new occurrence that is annunciated is a raise."""
        known = 0 if before is None else before.facts.occurrence
        if after.facts.occurrence > known and after.facts.cond and not after.facts.suppressed:
            self._since_look.append(after.changed_at)
            self.times.append(after.changed_at)
            self._watch.raised(after.changed_at)

    def rate(self, now: int) -> int:
        """Alarms in the last ten minutes."""
        return self._watch.rate(now)

    def flood_since(self, now: int) -> int:
        """0 when there is no flood."""
        return self._watch.since(now)

    def usual(self, now: int) -> float | None:
        """Alarms per ten minutes in this shift, a flood that goes on left out; None while nothing is known."""
        end = self.flood_since(now) or now
        if not self._start or end - self._start < WINDOW_US:
            return None
        return bisect_left(self.times, end) / ((end - self._start) / WINDOW_US)
