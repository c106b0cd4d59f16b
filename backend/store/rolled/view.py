"""What one state of the database holds of some points: leaves, pieces and what is in groups only, each sample once."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence

from backend.model.sample import SampleBatch
from backend.store.cold.days import Days
from backend.store.rolled import grains as grain_rules
from backend.store.rolled import shelf
from backend.store.rolled.grains import RAW, Grains, Tier
from backend.store.rolled.leaf import Piece, grains_in, keys, samples_in, samples_of
from backend.store.rolled.ordering import NOTHING, between, by_time, rows_of
from backend.store.rolled.tail import Part
from backend.store.wanted import Wanted


class Old:
    """What cold files hold of some points. A stretch is read once for all of them, since their rows lie together.

    lost: leaves that are damaged for good.
    """

    def __init__(self, days: Days, points: Sequence[int], lost: Container[tuple[int, int, int]]) -> None:
        self.days = days
        self.lost = lost
        self._points = points
        self._read: dict[tuple[int, int], dict[int, SampleBatch]] = {}

    def of(self, point: int, start: int, end: int) -> list[SampleBatch]:
        """Its samples with start <= at < end (µs UTC), by time; none or one batch."""
        if not self.days or start >= end:
            return []
        found = self._read.get((start, end))
        if found is None:
            found = self._read[start, end] = self.days.by_point(self._points, start, end)
        return [found[point]] if point in found else []


class View:
    """One point in start <= at < end (µs UTC). Every method raises DamagedError when a row it needs is damaged: then
    the groups must answer for the point.

    mark: the group up to which pieces and leaves hold the samples. newer: what only groups hold, in order of storing.
    """

    def __init__(
        self,
        raw: sqlite3.Connection,
        point: int,
        start: int,
        end: int,
        *,
        mark: int,
        newer: SampleBatch | None,
        old: Old,
    ) -> None:
        self._raw = raw
        self._point = point
        self._start = start
        self._end = end
        self._mark = mark
        self._newer = newer
        self._old = old

    def samples(self) -> SampleBatch:
        """By time, then order of storing."""
        return self._samples(self._start, self._end)

    def grains(self, tier: Tier) -> Grains:
        """Grains of a tier in order of storing; the same number may come more than once."""
        start, end, grain = self._start, self._end, tier.grain_us
        low, high = -(-start // grain), end // grain
        if low >= high:
            return grain_rules.rolled(self.samples(), tier)
        whole = []
        for row in shelf.leaves(self._raw, tier.id, self._point, low, high - 1):
            if (row.tier, row.point, row.first) in self._old.lost:
                continue
            held = grains_in(row)
            whole.append(held.pick(between(keys(held, tier), low, high)))
        # Rows of a piece are in no grain yet, whether they are in a cold file or not.
        newer = [_cut(samples_of(row), low * grain, high * grain) for row in self._pieces()]
        # At both ends a grain is asked for in part only.
        ends = [self._samples(start, low * grain), self._samples(high * grain, end)]
        middle = [*newer, *self._newest(low * grain, high * grain)]
        return grain_rules.join([*whole, grain_rules.rolled(by_time([*ends, *middle]), tier)])

    def _samples(self, start: int, end: int) -> SampleBatch:
        if start >= end:
            return NOTHING
        days = self._old.days
        pieces = [days.hot(_cut(samples_of(row), start, end), row.through) for row in self._pieces()]
        cold = self._old.of(self._point, start, end)
        return by_time([*cold, *self._in_leaves(start, end), *pieces, *self._newest(start, end)])

    def _in_leaves(self, start: int, end: int) -> list[SampleBatch]:
        found = shelf.leaves(self._raw, RAW.id, self._point, start, end - 1)
        return [self._old.days.settled(_cut(samples_in(row), start, end)) for row in found]

    def _pieces(self) -> list[Piece]:
        return shelf.pieces(self._raw, self._point, self._mark, self._start, self._end)

    def _newest(self, start: int, end: int) -> list[SampleBatch]:
        if self._newer is None:
            return []
        if start == self._start and end == self._end:
            return [self._newer]
        return [self._newer.where((self._newer.at >= start) & (self._newer.at < end))]


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
