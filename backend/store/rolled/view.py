"""What one state of the database holds of some points: leaves, pieces and what is in groups only, each sample once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from backend.model.sample import SampleBatch
from backend.store.rolled import grains as grain_rules
from backend.store.rolled import shelf
from backend.store.rolled.grains import RAW, Grains, Tier
from backend.store.rolled.leaf import grains_in, keys, samples_in, samples_of
from backend.store.rolled.ordering import between, by_time, rows_of
from backend.store.rolled.tail import Part
from backend.store.wanted import Wanted


class View:
    """One point in start <= at < end (µs UTC). Every method raises DamagedError when a row it needs is damaged: then
    the groups must answer for the point.

    mark: the group up to which pieces and leaves hold the samples. newer: what only groups hold, in order of storing.
    """

    def __init__(
        self, raw: sqlite3.Connection, point: int, start: int, end: int, *, mark: int, newer: SampleBatch | None
    ) -> None:
        self._raw = raw
        self._point = point
        self._start = start
        self._end = end
        self._mark = mark
        self._newer = newer

    def samples(self) -> SampleBatch:
        """By time, then order of storing."""
        return by_time([*self._in_leaves(self._start, self._end), *self._after_leaves()])

    def grains(self, tier: Tier) -> Grains:
        """Grains of a tier in order of storing; the same number may come more than once."""
        start, end, grain = self._start, self._end, tier.grain_us
        low, high = -(-start // grain), end // grain
        if low >= high:
            return grain_rules.rolled(self.samples(), tier)
        whole = []
        for row in shelf.leaves(self._raw, tier.id, self._point, low, high - 1):
            held = grains_in(row)
            whole.append(held.pick(between(keys(held, tier), low, high)))
        # At both ends a grain is asked for in part only.
        ends = [*self._in_leaves(start, low * grain), *self._in_leaves(high * grain, end)]
        newer = by_time([*ends, *self._after_leaves()])
        return grain_rules.join([*whole, grain_rules.rolled(newer, tier)])

    def _in_leaves(self, start: int, end: int) -> list[SampleBatch]:
        if start >= end:
            return []
        found = shelf.leaves(self._raw, RAW.id, self._point, start, end - 1)
        return [_cut(samples_in(row), start, end) for row in found]

    def _after_leaves(self) -> list[SampleBatch]:
        found = shelf.pieces(self._raw, self._point, self._mark, self._start, self._end)
        pieces = [_cut(samples_of(row), self._start, self._end) for row in found]
        return pieces if self._newer is None else [*pieces, self._newer]


def newest_of(parts: Sequence[Part], mark: int, wanted: Wanted, start: int, end: int) -> list[SampleBatch]:
    """Of groups kept in memory the rows of wanted points in start <= at < end that are of a group after `mark`."""
    found = []
    for part in parts:
        if part.first_at < end and part.last_at >= start:
            row = part.row_after(mark)
            batch = rows_of(part.batch, slice(row, None)) if row else part.batch
            found.append(batch.where(wanted(batch.point) & (batch.at >= start) & (batch.at < end)))
    return found


def _cut(batch: SampleBatch, start: int, end: int) -> SampleBatch:
    """The rows of a batch sorted by time with start <= at < end."""
    return rows_of(batch, between(batch.at, start, end))
