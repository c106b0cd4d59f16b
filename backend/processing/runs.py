"""Follow each point's rows from one accepted row to the next, by array operations alone. Pure.

"Compare with the last value that was kept" is a recurrence. Here every row first learns which row would follow it if it
were kept (`next_outside`, `next_inside`), and then all rows that the first one leads to are marked at once (`led_to`),
by doubling: O(n log n) array work, no Python per row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import Times, Values
from backend.processing.rows import Indexes, Mask


def ends(slot: NDArray[np.int64]) -> Indexes:
    """For each row of a sorted `slot`, the index after the last row of its slot."""
    return np.searchsorted(slot, slot, side="right").astype(np.intp)


def starts(slot: NDArray[np.int64]) -> Mask:
    """Which rows of a sorted `slot` are the first of their slot."""
    first = np.ones(len(slot), np.bool_)
    first[1:] = slot[1:] != slot[:-1]
    return first


def next_outside(value: Values, at: Times, forced: Mask, end: Indexes, band: Values, longest: Times) -> Indexes:
    """For each row the next row of its slot that differs from it by more than `band`, is `longest` later or is forced;
    `end` where none is. After a forced row the very next one."""
    count = len(value)
    here = np.arange(count, dtype=np.intp)
    place = here + 1
    highest, lowest, any_forced = [value], [value], [forced]
    length = int((end - here).max(initial=0))
    for _ in range(max(0, length.bit_length() - 1)):
        half = 1 << (len(highest) - 1)
        highest.append(np.maximum(highest[-1][:-half], highest[-1][half:]))
        lowest.append(np.minimum(lowest[-1][:-half], lowest[-1][half:]))
        any_forced.append(any_forced[-1][:-half] | any_forced[-1][half:])
    searching = ~forced
    for level in reversed(range(len(highest))):
        size = 1 << level
        fits = searching & (place + size <= end)
        rows = np.flatnonzero(fits)
        block = place[rows]
        quiet = (
            (highest[level][block] - value[rows] <= band[rows])
            & (value[rows] - lowest[level][block] <= band[rows])
            & (at[block + size - 1] - at[rows] < longest[rows])
            & ~any_forced[level][block]
        )
        place[rows[quiet]] += size
    return place


def next_inside(value: Values, at: Times, end: Indexes, limit: Values, within: Times) -> Indexes:
    """For each row the next row of its slot that differs from it by at most `limit`, or is more than `within` later."""
    place = np.arange(1, len(value) + 1, dtype=np.intp)
    open_rows = np.flatnonzero(place < end)
    while len(open_rows):
        # One round for each further row of the longest burst: nothing but a burst stays open.
        other = place[open_rows]
        found = (np.abs(value[other] - value[open_rows]) <= limit[open_rows]) | (
            at[other] - at[open_rows] > within[open_rows]
        )
        open_rows = open_rows[~found]
        place[open_rows] += 1
        open_rows = open_rows[place[open_rows] < end[open_rows]]
    return place


def led_to(first: Mask, following: Indexes, end: Indexes) -> Mask:
    """Which rows are reached from `first` by going to the `following` row again and again; shape (n,)."""
    count = len(first)
    jump = np.append(np.where(following < end, following, count), count)
    reached = np.append(first, False)
    longest = int((end - np.arange(count)).max(initial=0))
    jumps = [jump]
    for _ in range(longest.bit_length()):
        jumps.append(jumps[-1][jumps[-1]])
    for jump in reversed(jumps):
        reached[jump[reached]] = True
    return reached[:-1]
