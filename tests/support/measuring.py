"""Measure several ways of doing the same work in turns, and believe a round only while its raw limit stands still."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping

DRIFT = 0.3
"""A round whose raw limit is further than this from the middle one is not believed (performance.md)."""


class Rounds:
    """What each way took in each round. raw: the way that is the limit of the others."""

    def __init__(self, ways: Mapping[str, Callable[[], float]], *, raw: str, rounds: int) -> None:
        """ways: each gives its cost (time or CPU, less is better); taken in turns so that moods hit all alike."""
        taken = [{name: way() for name, way in ways.items()} for _ in range(rounds)]
        middle = statistics.median(each[raw] for each in taken)
        self._raw = raw
        self._all = taken
        self._kept = [each for each in taken if abs(each[raw] / middle - 1.0) <= DRIFT]

    def cost(self, way: str) -> float:
        """Median over the rounds that are believed."""
        return statistics.median(each[way] for each in self._kept)

    def ratio(self, way: str, to: str = "") -> float:
        """Median of the ratios within each round to the raw limit, or to another way."""
        return statistics.median(each[way] / each[to or self._raw] for each in self._kept)

    @property
    def verdict(self) -> str:
        """Whether the run as a whole is to be believed."""
        costs = [each[self._raw] for each in self._all]
        moved = max(costs) / min(costs) - 1.0
        if len(self._kept) * 2 <= len(self._all):
            return f"DISCARD THIS RUN: the raw limit moved by {moved:.0%}"
        left_out = len(self._all) - len(self._kept)
        return f"moved by {moved:.0%}, {left_out} of {len(self._all)} rounds left out"
