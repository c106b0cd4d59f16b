"""When a unit counts as silent, and when the whole link counts as lost; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

LOST_AFTER_S: Final = 20.0
"""Failures in a row for this long lose the link even if some unit has not been asked yet (F25: 30 s with time-outs)."""


class Patience:
    """Failures in a row, of the link and of each unit behind it.

    One dead unit behind a gateway must not take its neighbours down, and one lost answer must not take the link down:
    a unit is silent after two failures in a row, the link is lost when every unit has failed and none has answered
    since, at least twice in all.
    """

    def __init__(self, units: Iterable[int]) -> None:
        self._units = frozenset(units)
        self._in_a_row: Counter[int] = Counter()
        self._streak: set[int] = set()
        self._failures = 0
        self._since = 0.0

    def answered(self, unit: int) -> None:
        """Any answer that fits, an exception too."""
        if self._failures:
            self._streak.clear()
            self._failures = 0
        if self._in_a_row:
            self._in_a_row.pop(unit, None)

    def failed(self, unit: int, now: float) -> None:
        """A time-out, a wrong answer or a broken connection at `now` (monotonic seconds)."""
        if not self._failures:
            self._since = now
        self._failures += 1
        self._streak.add(unit)
        self._in_a_row[unit] += 1

    def silent(self, unit: int) -> bool:
        """Whether asking this unit again in the same cycle is a waste of everybody's time."""
        return self._in_a_row[unit] >= 2

    def lost(self, now: float) -> bool:
        """Whether the link as a whole is to be given up."""
        return self._failures >= 2 and (self._streak >= self._units or now - self._since >= LOST_AFTER_S)
