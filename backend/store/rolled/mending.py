"""What the leaves of a damaged point are made of again: cold files, then groups; and what cannot be made again.

Progress is one number (`mending.through`): a group, or below 0 the day up to which files were read, less an offset.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from sqlalchemy import Connection

from backend.model.sample import SampleBatch
from backend.store.blob import DamagedError
from backend.store.cold import catalogue
from backend.store.cold.layout import DAY_US, day_of
from backend.store.cold.shelf import Shelf
from backend.store.connections import driver
from backend.store.groups import Damage
from backend.store.rolled import shelf
from backend.store.rolled.grains import RAW, ROLLED, Tier
from backend.store.rolled.leaf import Leaf, grains_in, keys, leaf
from backend.store.rolled.ordering import NOTHING, between, by_time, rows_of
from backend.store.rolled.tail import read_part

_OFFSET: Final = 1_000_000_000
BEGUN: Final = -2 * _OFFSET
"""Before the first day there can be."""
SAMPLES: Final = 300_000
GROUPS: Final = 10_000
_ROLLED_MOST: Final = 2**62


def of_files(connection: Connection, files: Shelf, damage: Damage, point: int, before: int) -> tuple[int, SampleBatch]:
    """How far the next files reach, and the samples of the point in them that its leaves do not hold already."""
    first = before + _OFFSET
    start = max(_floor(connection, files, damage, point), _EARLIEST)
    found: list[SampleBatch] = []
    total = 0
    for entry in catalogue.every(connection):
        if not entry.n or entry.day < first or entry.last_at < start:
            continue
        days = files.days(connection, entry.first_at, entry.last_at + 1)
        found += days.read([point], max(start, entry.first_at), entry.last_at + 1)
        total = sum(map(len, found))
        if total >= SAMPLES:
            return entry.day + 1 - _OFFSET, by_time(found)
    return 0, by_time(found)


def of_groups(
    connection: Connection, files: Shelf, damage: Damage, point: int, before: int, goal: int
) -> tuple[int, SampleBatch, SampleBatch]:
    """How far the next groups reach, and the samples of the point in them: those to be rolled up, and all of them that
    are in no file."""
    part = read_part(driver(connection), before, damage, samples=SAMPLES, groups=GROUPS, point=point, upto=goal)
    if part is None:
        return goal, NOTHING, NOTHING
    group = np.repeat(part.groups, np.diff(part.ends, prepend=0))
    mine = part.batch.point == point
    batch = part.batch.where(mine)
    if not len(batch):
        return part.through, NOTHING, NOTHING
    days = files.days(connection, int(batch.at.min()), int(batch.at.max()) + 1)
    hot = by_time([days.hot(batch, group[mine])])
    # What came late for a time whose roll-ups are kept is in them.
    start = _floor(connection, files, damage, point)
    return part.through, rows_of(hot, between(hot.at, start, _ROLLED_MOST)), hot


def kept(connection: Connection, files: Shelf, damage: Damage, point: int) -> list[Leaf]:
    """The rolled up leaves of a point that must outlive its mending: their samples are destroyed or damaged, and
    nothing else could stand for them. One that is damaged itself is named and kept as it is, never served."""
    floor = _floor(connection, files, damage, point)
    if floor <= _EARLIEST:
        return []
    found: list[Leaf] = []
    for tier in ROLLED:
        for row in shelf.leaves(driver(connection), tier.id, point, -_ROLLED_MOST, floor // tier.grain_us - 1):
            found += _before(row, tier, floor, damage)
    return found


def _before(row: Leaf, tier: Tier, floor: int, damage: Damage) -> list[Leaf]:
    try:
        held = grains_in(row)
    except DamagedError as error:
        damage.note_lost((row.tier, row.point, row.first), str(error))
        return [row]
    key = keys(held, tier)
    left = rows_of(held, between(key, -_ROLLED_MOST, floor // tier.grain_us))
    return [leaf(left, tier, row.point)] if len(left) else []


_EARLIEST: Final = -(2**63)


def _floor(connection: Connection, files: Shelf, damage: Damage, point: int) -> int:
    """Roll-ups of the point before this time (µs UTC, the beginning of a day) cannot be made again."""
    destroyed = shelf.destroyed(driver(connection), RAW.name)
    broken = damage.files()
    floor = day_of(destroyed) * DAY_US if destroyed is not None else _EARLIEST
    for entry in catalogue.every(connection) if broken else ():
        for each in broken.get(entry.file, ()):
            low, high = each.points or (point, point)
            if low <= point <= high:
                floor = max(floor, (entry.day + 1) * DAY_US)
    return floor
