"""Follow one point through its samples, one by one and exactly; the slow path behind `limits`. Pure."""

from __future__ import annotations

import math

from backend.alarms.comparators import Cells, Comparator, Sample, heard, is_waiting, on_delay_end, ran_out, unheard
from backend.alarms.findings import Change, Crossing, Finding, Input, Marked


class Follower:
    """One point on its way through a batch. rate_value, rate_at: its last usable sample, NaN where there is none."""

    __slots__ = ("_comparators", "_findings", "_point", "_rate_at", "_rate_value", "_worth", "cells", "value")

    def __init__(
        self,
        point: int,
        comparators: tuple[Comparator, ...],
        cells: Cells,
        worth: int,
        rate_value: float,
        rate_at: int,
        findings: list[Finding],
    ) -> None:
        self.cells = cells
        self.value = math.nan
        """Newest usable value seen here."""
        self._point = point
        self._comparators = comparators
        self._worth = worth
        self._rate_value = rate_value
        self._rate_at = rate_at
        self._findings = findings

    def take(self, at: int, value: float, worth: int, mono: float) -> None:
        """The next sample. worth: an `Input`; mono: our monotonic clock, s."""
        if self._worth >= Input.UNCERTAIN and is_waiting(self.cells):
            while (end := on_delay_end(self._comparators, self.cells, at=at)) is not None:
                self._run_out(end)
        if worth != self._worth:
            self._findings.append(Marked(point=self._point, at=at, input=Input(worth)))
            self._worth = worth
        if worth < Input.UNCERTAIN:
            self.cells = unheard(self.cells)
            return
        sample = Sample(at, value, worth == Input.GOOD, self._rate(at, value))
        after = heard(self._comparators, self.cells, sample, mono)
        if after != self.cells:
            self._tell(after, at, value)
            self.cells = after
        self._rate_value, self._rate_at, self.value = value, at, value

    def wait(self, mono: float) -> None:
        """No sample came: on-delays run on by our monotonic clock."""
        while (end := on_delay_end(self._comparators, self.cells, mono=mono)) is not None:
            self._run_out(end)

    def _rate(self, at: int, value: float) -> float | None:
        passed = at - self._rate_at
        if passed <= 0 or math.isnan(self._rate_value):
            return None
        return abs(value - self._rate_value) * 1e6 / passed

    def _run_out(self, end: int) -> None:
        """The held value has been beyond a limit for the whole on-delay."""
        after = ran_out(self._comparators, self.cells, end)
        held = [
            before.pending.value
            for before, cell in zip(self.cells, after, strict=True)
            if before != cell and before.pending is not None
        ]
        self._tell(after, end, held[-1])
        self.cells = after

    def _tell(self, after: Cells, at: int, value: float) -> None:
        """Note what became of each condition."""
        if all(cell.active == before.active for cell, before in zip(after, self.cells, strict=True)):
            return
        was, now = levels(self._comparators, self.cells), levels(self._comparators, after)
        for condition in dict.fromkeys((*was, *now)):
            before, reached = was.get(condition), now.get(condition)
            level = reached or before
            if before is reached or level is None:
                continue
            self._findings.append(
                Crossing(
                    point=self._point,
                    condition=condition,
                    change=_change(before, reached, self._comparators),
                    level=level.level,
                    at=at,
                    value=value,
                    limit=level.limit,
                    good=self._worth == Input.GOOD,
                )
            )


def levels(comparators: tuple[Comparator, ...], cells: Cells) -> dict[str, Comparator]:
    """The most urgent active comparator of each condition that is active."""
    return {each.condition: each for each, cell in zip(comparators, cells, strict=True) if cell.active}


def _change(before: Comparator | None, reached: Comparator | None, comparators: tuple[Comparator, ...]) -> Change:
    if before is None:
        return Change.RAISE
    if reached is None:
        return Change.CLEAR
    risen = comparators.index(reached) > comparators.index(before)
    return Change.ESCALATE if risen else Change.DEESCALATE
