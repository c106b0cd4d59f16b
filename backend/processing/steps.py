"""The steps that change rows one property at a time: filter, convert, clean. Array operations only; pure but for state.

A step looks at a batch twice at most: `run` decides from the state of before and stages the state of after, `commit`
puts it in force. A batch that has to be taken again finds everything as it was.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import Times, Values
from backend.processing.rows import NEVER, Facts, Indexes, Mask, Rows, claims
from backend.processing.runs import ends, led_to, next_inside, next_outside, starts

Slots = NDArray[np.int64]
_UNCERTAIN_SPIKE: Final = np.uint8(quality(Status.UNCERTAIN, Cause.SPIKE))
_UNCERTAIN_RANGE: Final = np.uint8(quality(Status.UNCERTAIN, Cause.RANGE))


class Step(Protocol):
    """One step for all devices of one model. dropped: rows it left out since the start, as configured."""

    dropped: int

    def run(self, rows: Rows, facts: Facts) -> Rows: ...
    def commit(self) -> None: ...


class _Last:
    """The last value that counts, by slot (number of the point within the step)."""

    def __init__(self, count: int) -> None:
        self.value: Values = np.full(count, np.nan)
        self.at: Times = np.full(count, NEVER, np.int64)
        self.forced: Mask = np.zeros(count, np.bool_)

    def after(self, slot: Slots, value: Values, at: Times, forced: Mask) -> _Last:
        """A copy in which these rows, in time order within a slot, have come."""
        made = _Last(0)
        made.value, made.at, made.forced = self.value.copy(), self.at.copy(), self.forced.copy()
        # Of several rows of one slot numpy keeps the last.
        made.value[slot], made.at[slot], made.forced[slot] = value, at, forced
        return made


def slots_of(points: Indexes, count: int) -> Slots:
    """Point id → place in `points`, -1 for every other; shape (count,)."""
    slot = np.full(count, -1, np.int64)
    slot[points] = np.arange(len(points))
    return slot


class Filter:
    """Drop repeats within a dead band and values outside a window: fewer values is what this step is asked for.

    What it drops is counted, never stored. It passes every value that is not good, every value at or beyond an alarm
    limit in force and the first one back, a value at least every second period, and what comes late (before the last
    kept value): nothing that an alarm needs and nothing that says something new is dropped.
    """

    def __init__(
        self,
        points: Indexes,
        count: int,
        *,
        band: float | None = None,
        longest_us: int | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        self.dropped = 0
        self._slot = slots_of(points, count)
        self._band = band
        self._longest_us = longest_us
        self._low = -np.inf if low is None else low
        self._high = np.inf if high is None else high
        self._last = self._next = _Last(len(points))
        self._dropped = 0

    def run(self, rows: Rows, facts: Facts) -> Rows:
        self._next, self._dropped = self._last, 0
        slot = self._slot[rows.point]
        index = np.flatnonzero(slot >= 0)
        if not len(index):
            return rows
        value, point = rows.value[index], rows.point[index]
        forced = (rows.quality[index] != GOOD) | ~np.isfinite(value) | facts.beyond(point, value)
        out = ~forced & ((value < self._low) | (value > self._high))
        if self._band is not None:
            inside = np.flatnonzero(~out)
            repeats = self._repeats(slot[index][inside], rows.where_index(index[inside]), forced[inside], facts)
            out[inside[repeats]] = True
        if not out.any():
            return rows
        keep = np.ones(len(rows.point), np.bool_)
        keep[index[out]] = False
        self._dropped = int(out.sum())
        return rows.where(keep)

    def commit(self) -> None:
        self._last = self._next
        self.dropped += self._dropped
        self._dropped = 0

    def _repeats(self, slot: Slots, rows: Rows, forced: Mask, facts: Facts) -> Indexes:
        """Which rows say nothing new."""
        last = self._last
        new = np.flatnonzero(rows.at > last.at[slot])
        known = np.unique(slot[new])
        known = known[last.at[known] != NEVER]
        held = len(known)
        # The last kept rows go before the new ones: every row is compared with a row.
        slots = np.concatenate([known, slot[new]])
        at = np.concatenate([last.at[known], rows.at[new]])
        value = np.concatenate([last.value[known], rows.value[new]])
        force = np.concatenate([last.forced[known], forced[new]])
        order = np.lexsort((at, slots))
        slots, at, value, force = slots[order], at[order], value[order], force[order]
        end = ends(slots)
        longest = self._longest(slot, rows, facts)[slots]
        band = np.full(len(slots), 0.0 if self._band is None else self._band)
        following = next_outside(np.where(np.isfinite(value), value, 0.0), at, force, end, band, longest)
        kept = led_to(starts(slots), following, end)
        self._next = last.after(slots[kept], value[kept], at[kept], force[kept])
        origin = order[~kept] - held
        return new[origin[origin >= 0]]

    def _longest(self, slot: Slots, rows: Rows, facts: Facts) -> Times:
        """By slot; never so long that the point would become stale."""
        longest = np.zeros(len(self._last.at), np.int64)
        usual = facts.longest_us[rows.point]
        longest[slot] = usual if self._longest_us is None else np.minimum(self._longest_us, usual * 5 // 4)
        return longest


class Convert:
    """value * scale + offset, for bad values too: what is on record is in one unit."""

    def __init__(self, points: Indexes, count: int, *, scale: float, offset: float) -> None:
        self.dropped = 0
        self._slot = slots_of(points, count)
        self._scale = scale
        self._offset = offset

    def run(self, rows: Rows, facts: Facts) -> Rows:
        index = np.flatnonzero(self._slot[rows.point] >= 0)
        if not len(index):
            return rows
        return rows.changed(index, value=rows.value[index] * self._scale + self._offset)

    def commit(self) -> None:
        """Nothing is remembered."""


class Clean:
    """Mark jumps against the last good value as uncertain or bad (spike), then bring values into a span (uncertain).

    A last good value speaks for `within_us`: a real step is marked no longer than that. The value of a spike stays, and
    so does a value beyond an alarm limit that would not be beyond it any more.
    """

    def __init__(
        self,
        points: Indexes,
        count: int,
        *,
        spike: float | None = None,
        within_us: int = 0,
        bad: bool = False,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        self.dropped = 0
        self._slot = slots_of(points, count)
        self._spike = spike
        self._within_us = within_us
        self._mark = np.uint8(quality(Status.BAD if bad else Status.UNCERTAIN, Cause.SPIKE))
        self._low = -np.inf if low is None else low
        self._high = np.inf if high is None else high
        self._last = self._next = _Last(len(points))

    def run(self, rows: Rows, facts: Facts) -> Rows:
        self._next = self._last
        slot = self._slot[rows.point]
        index = np.flatnonzero(slot >= 0)
        if not len(index):
            return rows
        value, code = rows.value[index], rows.quality[index]
        if self._spike is not None:
            good = np.flatnonzero((code == GOOD) & np.isfinite(value))
            spikes = self._spikes(slot[index][good], value[good], rows.at[index][good], self._spike)
            # A bad value raises no alarm, an uncertain one does: a jump beyond a limit is heard all the same.
            beyond = facts.beyond(rows.point[index], value)[good[spikes]]
            code[good[spikes]] = np.where(beyond, _UNCERTAIN_SPIKE, self._mark)
        outside = claims(code) & ((value < self._low) | (value > self._high))
        # A span must not take an alarm away, whatever limits a device has been given since.
        point = rows.point[index]
        outside &= ~facts.beyond(point, value) | facts.beyond(point, np.clip(value, self._low, self._high))
        code[outside & (code == GOOD)] = _UNCERTAIN_RANGE
        value[outside] = np.clip(value[outside], self._low, self._high)
        return rows.changed(index, value=value, quality=code)

    def commit(self) -> None:
        self._last = self._next

    def _spikes(self, slot: Slots, value: Values, at: Times, limit: float) -> Indexes:
        last = self._last
        new = np.flatnonzero(at > last.at[slot])
        known = np.unique(slot[new])
        known = known[last.at[known] != NEVER]
        held = len(known)
        slots = np.concatenate([known, slot[new]])
        ats = np.concatenate([last.at[known], at[new]])
        values = np.concatenate([last.value[known], value[new]])
        order = np.lexsort((ats, slots))
        slots, ats, values = slots[order], ats[order], values[order]
        end = ends(slots)
        count = len(slots)
        following = next_inside(values, ats, end, np.full(count, limit), np.full(count, self._within_us, np.int64))
        accepted = led_to(starts(slots), following, end)
        self._next = last.after(
            slots[accepted], values[accepted], ats[accepted], np.zeros(int(accepted.sum()), np.bool_)
        )
        origin = order[~accepted] - held
        return new[origin[origin >= 0]]
