"""Evaluate the limits of all points over whole batches; only rows that can change something are looked at one by one.

Every point has an open interval in which a value changes nothing, given where its comparators stand, and a time from
which any sample has to be looked at because a delay runs out. What lies inside, before that time, with unchanged
quality, is done with in a few array operations; the rest goes through `Follower`, exactly and in order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.alarms.comparators import (
    Cell,
    Cells,
    Comparator,
    Kind,
    calm_of,
    comparators_of,
    next_look,
    quiet,
    unheard,
)
from backend.alarms.findings import INPUT_OF_QUALITY, Finding, Input, Marked
from backend.alarms.follower import Follower
from backend.alarms.late import LateTracks
from backend.alarms.undo import Undo
from backend.model.plant import Point
from backend.model.sample import SampleBatch

Index = NDArray[np.intp]

_FAR: Final = np.iinfo(np.int64).max


class LimitTable:
    """Where every point stands towards its limits. points: all registered, points[i].id == i. One thread.

    Every change is noted in the `undo` that the caller gives.
    """

    def __init__(self, points: Sequence[Point]) -> None:
        n = len(points)
        self._comparators = tuple(() if point.retired else comparators_of(point.limits) for point in points)
        self._cells: dict[int, Cells] = {}
        """Only of points where a comparator is active or pending."""
        self._waiting: set[int] = set()
        """Points with a comparator pending."""
        self._low = np.full(n, -np.inf)
        self._high = np.full(n, np.inf)
        self._look_at = np.full(n, _FAR, np.int64)
        self._watched = np.zeros(n, np.bool_)
        self._input = np.full(n, Input.UNKNOWN, np.uint8)
        self._last_at = np.full(n, -1, np.int64)
        self._arrived = 0
        self._rate = np.array([_rate_limit(each) for each in self._comparators], np.float64)
        self._any_rate = bool(np.isfinite(self._rate).any())
        self._rate_value = np.full(n, np.nan)
        self._rate_at = np.zeros(n, np.int64)
        self._slot = np.zeros(n, np.intp)
        for point, comparators in enumerate(self._comparators):
            self._low[point], self._high[point] = calm_of(comparators, quiet(comparators), math.nan)
        self._late = LateTracks(self._comparators, self._low.copy(), self._high.copy(), np.isfinite(self._rate))

    @property
    def inputs(self) -> NDArray[np.uint8]:
        """What each point's input is worth now (`Input`), shape (points,). Not to be changed."""
        return self._input

    def adopt(self, old: LimitTable) -> None:
        """Go on where another table stands; points with other limits than there begin at rest (see `restore`)."""
        common = min(len(self._input), len(old._input))
        for mine, other in (
            (self._input, old._input),
            (self._last_at, old._last_at),
            (self._rate_value, old._rate_value),
            (self._rate_at, old._rate_at),
        ):
            mine[:common] = other[:common]
        self._arrived = old._arrived
        for point, cells in old._cells.items():
            if point < common and self._comparators[point] == old._comparators[point]:
                self._settle(point, cells, math.nan, Undo())

    def seed(self, newest: SampleBatch) -> None:
        """Take the newest stored sample of each point at start: what is older is late. Says nothing of the input."""
        self._last_at[newest.point] = newest.at
        good = INPUT_OF_QUALITY[newest.quality] == Input.GOOD
        self._rate_value[newest.point[good]] = newest.value[good]
        self._rate_at[newest.point[good]] = newest.at[good]

    def restore(self, point: int, condition: str, level: str) -> None:
        """An alarm was active when the process ended: its comparators stand there until a good sample says else."""
        comparators = self._comparators[point]
        own = [i for i, each in enumerate(comparators) if each.condition == condition]
        # A level that is no longer configured: as far as the levels go.
        upto = next((i for i in own if comparators[i].level == level), max(own, default=-1))
        before = self._cells.get(point, quiet(comparators))
        cells = tuple(
            Cell(True) if i in own and i <= upto and not cell.active else cell for i, cell in enumerate(before)
        )
        self._settle(point, cells, math.nan, Undo())

    def watch(self, point: int, on: bool, undo: Undo) -> None:
        """Whether an alarm of the point is not normal, so that changes of its input matter."""
        if self._watched[point] != on:
            undo.array(self._watched, slice(point, point + 1))
            self._watched[point] = on

    def evaluate(self, batch: SampleBatch, mono: float, undo: Undo) -> tuple[list[Finding], SampleBatch]:
        """What a batch changes, in order of device time, and its rows without the late ones.

        Every point must be registered. mono: our monotonic clock (s), from which delays run on in `tick`.
        """
        batch = self._in_order(batch)
        self._follow_clock(batch.received_at, undo)
        point = batch.point.astype(np.intp)
        late = batch.at < self._last_at.take(point)
        if not late.any():
            return self._current(batch, point, mono, undo), batch
        findings = self._late.evaluate(batch.where(late), mono, undo)
        batch = batch.where(~late)
        findings += self._current(batch, batch.point.astype(np.intp), mono, undo)
        return findings, batch

    def tick(self, mono: float, undo: Undo) -> list[Finding]:
        """On-delays that ran out while no sample came. Off-delays never do: an alarm ends on a good sample only."""
        findings: list[Finding] = []
        for point in sorted(self._waiting):
            if self._input[point] < Input.UNCERTAIN:
                continue
            follower = self._follower(point, findings)
            follower.wait(mono)
            if follower.cells is not self._cells[point]:
                self._settle(point, follower.cells, math.nan, undo)
        return findings

    def lose(self, points: Index, now: int, undo: Undo) -> list[Finding]:
        """The inputs of these points are worth nothing until a sample comes again: stale, or their link is lost."""
        points = points[self._input[points] != Input.LOST]
        if not len(points):
            return []
        undo.array(self._input, points)
        self._input[points] = Input.LOST
        findings: list[Finding] = []
        for point in points[self._watched[points] | (self._look_at[points] != _FAR)].tolist():
            before = self._cells.get(point, quiet(self._comparators[point]))
            self._settle(point, unheard(before), math.nan, undo)
            findings.append(Marked(point=point, at=now, input=Input.LOST))
        return findings

    # -- whole batches ------------------------------------------------------------------------------------------

    def _in_order(self, batch: SampleBatch) -> SampleBatch:
        """Sorted by time where that matters: when some point comes twice."""
        at, point = batch.at, batch.point
        if len(at) < 2 or (at[1:] >= at[:-1]).all():
            return batch
        rows = np.arange(len(point))
        self._slot[point] = rows
        if (self._slot[point] == rows).all():
            return batch
        order = np.argsort(at, kind="stable")
        return SampleBatch(
            point=point[order],
            at=at[order],
            value=batch.value[order],
            quality=batch.quality[order],
            received_at=batch.received_at,
            source=batch.source,
        )

    def _follow_clock(self, received_at: int, undo: Undo) -> None:
        """Where our clock was set back, what arrives now is new, however late it looks beside what came before."""
        if received_at < self._arrived:
            undo.array(self._last_at, slice(None))
            np.minimum(self._last_at, received_at, out=self._last_at)
        undo.call(lambda before=self._arrived: setattr(self, "_arrived", before))  # type: ignore[misc]
        self._arrived = received_at

    def _current(self, batch: SampleBatch, point: Index, mono: float, undo: Undo) -> list[Finding]:
        at, value, worth = batch.at, batch.value, INPUT_OF_QUALITY.take(batch.quality)
        calm = (value > self._low.take(point)) & (value < self._high.take(point))
        look: NDArray[np.bool_] | None = None
        if not calm.all():
            # Not a number is worth nothing, whatever its quality byte says.
            worth = np.where(np.isfinite(value), worth, np.uint8(Input.LOST))
            look = ~calm & (worth >= Input.UNCERTAIN)
        odd = worth != self._input.take(point)
        if odd.any():
            minds = self._watched.take(point) | (self._look_at.take(point) != _FAR)
            look = _either(look, odd & minds)
        else:
            odd = None
        if self._waiting:
            look = _either(look, at >= self._look_at.take(point))
        if self._any_rate:
            look = _either(look, self._fast_moving(at, value, worth, point))
        findings: list[Finding] = []
        if look is not None and look.any():
            findings = self._one_by_one(batch, worth, self._rows_of(point, look), mono, undo)
        if odd is not None:
            undo.array(self._input, point)
            self._input[point] = worth
        if self._any_rate:
            self._keep_for_rate(at, value, worth, point, undo)
        undo.array(self._last_at, point)
        # A device clock that is ahead must not make the samples after its correction look late.
        self._last_at[point] = np.minimum(at, batch.received_at)
        return findings

    def _rows_of(self, point: Index, look: NDArray[np.bool_]) -> Index:
        """All rows of the points of which one row has to be looked at, in order."""
        chosen = np.zeros(len(self._input), np.bool_)
        chosen[point[look]] = True
        return np.flatnonzero(chosen[point])

    def _rate_rows(self, worth: NDArray[np.uint8], point: Index) -> Index:
        """Usable rows of points with a rate limit, those of one point together and in order."""
        rows = np.flatnonzero(np.isfinite(self._rate[point]) & (worth >= Input.UNCERTAIN))
        ordered = (point[rows][1:] >= point[rows][:-1]).all()
        return rows if ordered else rows[np.argsort(point[rows], kind="stable")]

    def _fast_moving(
        self, at: NDArray[np.int64], value: NDArray[np.float64], worth: NDArray[np.uint8], point: Index
    ) -> NDArray[np.bool_]:
        """Rows whose change since the sample before reaches the point's rate limit; shape (n,)."""
        rows = self._rate_rows(worth, point)
        p, v, t = point[rows], value[rows], at[rows]
        before_v, before_t = self._rate_value[p], self._rate_at[p]
        again = np.flatnonzero(p[1:] == p[:-1]) + 1
        before_v[again], before_t[again] = v[again - 1], t[again - 1]
        passed = t - before_t
        moved = passed > 0
        # The same operations in the same order as in Follower, so that both agree to the last bit.
        change = np.abs(v - before_v) * 1e6 / np.where(moved, passed, 1)
        result = np.zeros(len(point), np.bool_)
        result[rows] = moved & (change >= self._rate[p])
        return result

    def _keep_for_rate(
        self,
        at: NDArray[np.int64],
        value: NDArray[np.float64],
        worth: NDArray[np.uint8],
        point: Index,
        undo: Undo,
    ) -> None:
        rows = self._rate_rows(worth, point)
        kept = point[rows]
        undo.array(self._rate_value, kept)
        undo.array(self._rate_at, kept)
        self._rate_value[kept] = value[rows]
        self._rate_at[kept] = at[rows]

    # -- one by one ---------------------------------------------------------------------------------------------

    def _one_by_one(
        self, batch: SampleBatch, worth: NDArray[np.uint8], rows: Index, mono: float, undo: Undo
    ) -> list[Finding]:
        findings: list[Finding] = []
        followers: dict[int, Follower] = {}
        columns = (batch.point[rows], batch.at[rows], batch.value[rows], worth[rows])
        for point, at, value, code in zip(*(column.tolist() for column in columns), strict=True):
            follower = followers.get(point)
            if follower is None:
                follower = followers[point] = self._follower(point, findings)
            follower.take(at, value, code, mono)
        for point, follower in followers.items():
            self._settle(point, follower.cells, follower.value, undo)
        return findings

    def _follower(self, point: int, findings: list[Finding]) -> Follower:
        comparators = self._comparators[point]
        return Follower(
            point,
            comparators,
            cells=self._cells.get(point, quiet(comparators)),
            worth=int(self._input[point]),
            rate_value=float(self._rate_value[point]),
            rate_at=int(self._rate_at[point]),
            findings=findings,
        )

    def _settle(self, point: int, cells: Cells, value: float, undo: Undo) -> None:
        """Where the point's comparators stand from now on. value: its newest usable one, NaN where none is known."""
        comparators = self._comparators[point]
        before = self._cells.get(point, quiet(comparators))
        was = (float(self._low[point]), float(self._high[point]), int(self._look_at[point]))
        undo.call(lambda: self._set(point, before, *was))
        due = next_look(comparators, cells)
        self._set(point, cells, *calm_of(comparators, cells, value), _FAR if due is None else due)

    def _set(self, point: int, cells: Cells, low: float, high: float, look_at: int) -> None:
        self._low[point], self._high[point], self._look_at[point] = low, high, look_at
        if look_at == _FAR:
            self._waiting.discard(point)
        else:
            self._waiting.add(point)
        if cells == quiet(self._comparators[point]):
            self._cells.pop(point, None)
        else:
            self._cells[point] = cells


def _either(one: NDArray[np.bool_] | None, other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return other if one is None else one | other


def _rate_limit(comparators: tuple[Comparator, ...]) -> float:
    return next((each.limit for each in comparators if each.kind is Kind.RATE), math.inf)
