"""Put newer rows of a point into its leaves: which leaves go, and what comes in their place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.model.sample import SampleBatch, Times
from backend.store.rolled import shelf
from backend.store.rolled.grains import MINUTE, NONE, RAW, ROLLED, Grains, Tier, join, merged, rolled
from backend.store.rolled.leaf import Leaf, grains_in, keys, leaf, samples_in
from backend.store.rolled.ordering import between, by_time, rows_of

SAMPLES: Final = 8192
GRAINS: Final = 1024
"""Rows of a leaf, about: as many as one look at a trend needs, few enough to write again for a late sample."""


@dataclass(frozen=True, slots=True)
class Change:
    """old: the leaves that go, by (tier, point, first). new: what comes in their place."""

    old: tuple[tuple[int, int, int], ...]
    new: tuple[Leaf, ...]


def grown(raw: sqlite3.Connection, point: int, newer: SampleBatch, hot: SampleBatch) -> Change:
    """The leaves of every tier with the samples of `newer` (sorted by time, stored after all in the leaves) in them.

    hot: those of them that are in no cold file; the others are rolled up only. Raises DamagedError when a leaf that
    would grow is damaged.
    """
    rows: list[tuple[Tier, SampleBatch | Grains]] = [(RAW, hot)] if len(hot) else []
    grains = rolled(newer, MINUTE) if len(newer) else NONE
    for tier in ROLLED if len(newer) else ():
        grains = merged(grains, keys(grains, tier))
        rows.append((tier, grains))
    old: list[tuple[int, int, int]] = []
    new: list[Leaf] = []
    for tier, held in rows:
        for gone, made in _grown(raw, tier, point, held):
            old += gone
            new += made
    return Change(tuple(old), tuple(new))


def without(raw: sqlite3.Connection, point: int, start: int, end: int) -> Change:
    """The leaves of samples of a point without those with start <= at < end (µs UTC). Raises DamagedError."""
    old: list[tuple[int, int, int]] = []
    new: list[Leaf] = []
    for row in shelf.leaves(raw, RAW.id, point, start, end - 1):
        held = samples_in(row)
        gone = between(held.at, start, end)
        if gone.start == gone.stop:
            continue
        old.append((RAW.id, point, row.first))
        left = [rows_of(held, slice(0, gone.start)), rows_of(held, slice(gone.stop, None))]
        if any(map(len, left)):
            new += _cut(by_time(left), RAW, point, full=False)
    return Change(tuple(old), tuple(new))


def _grown(
    raw: sqlite3.Connection, tier: Tier, point: int, newer: SampleBatch | Grains
) -> Iterator[tuple[list[tuple[int, int, int]], list[Leaf]]]:
    """Leaf by leaf: a row belongs to the last leaf that begins before it."""
    key = keys(newer, tier)
    begins = shelf.firsts(raw, tier.id, point, int(key[0]), int(key[-1]))
    if not begins:
        yield [], _cut(newer, tier, point, full=True)
        return
    cuts = [0, *np.searchsorted(key, begins[1:]).tolist(), len(key)]
    for begin, start, end in zip(begins, cuts, cuts[1:], strict=False):
        if start == end:
            continue
        row = shelf.leaf_at(raw, tier.id, point, begin)
        held = grains_in(row) if tier.grain_us else samples_in(row)
        some = rows_of(newer, slice(start, end))
        at_end = shelf.is_last(raw, tier.id, point, begin)
        if at_end and row.n >= _size(tier) and row.last < key[start]:
            yield [], _cut(some, tier, point, full=True)
        else:
            yield [(tier.id, point, begin)], _cut(_together(held, some, tier), tier, point, full=at_end)


def _together(held: SampleBatch | Grains, newer: SampleBatch | Grains, tier: Tier) -> SampleBatch | Grains:
    if isinstance(held, Grains) and isinstance(newer, Grains):
        both = join([held, newer])
        return merged(both, keys(both, tier))
    assert isinstance(held, SampleBatch)
    assert isinstance(newer, SampleBatch)
    return by_time([held, newer])


def _cut(held: SampleBatch | Grains, tier: Tier, point: int, *, full: bool) -> list[Leaf]:
    """Leaves of at most about the usual size. full: the newest fill leaf after leaf; a leaf within is halved instead,
    so that the next late sample does not cut it again."""
    n, size = len(held), _size(tier)
    key = keys(held, tier)
    step = size if full else -(-n // -(-n // size))
    ends = _apart(key, list(range(step, n, step)))
    return [
        leaf(rows_of(held, slice(start, end)), tier, point) for start, end in zip([0, *ends], [*ends, n], strict=True)
    ]


def _apart(key: Times, cuts: list[int]) -> list[int]:
    """Cuts moved so that rows of one key stay together; there are fewer where many share a key."""
    return sorted({int(np.searchsorted(key, key[cut])) for cut in cuts} - {0})


def _size(tier: Tier) -> int:
    return GRAINS if tier.grain_us else SAMPLES
