"""The newest samples, which are in groups only, decoded once and kept in memory; any thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import SampleBatch
from backend.store.groups import COLUMNS, Damage, believed
from backend.store.rolled.ordering import NOTHING

MOST_SAMPLES: Final = 600_000
MOST_GROUPS: Final = 30_000
"""What is kept at most; the groups behind that are read from the database when they are asked for."""

_GROUPS = f"SELECT {', '.join(COLUMNS)} FROM samples WHERE id > :after AND id <= :upto"
_IN_ORDER = " ORDER BY id"
_OF_POINT = " AND low_point <= :point AND high_point >= :point"
_NEWEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Part:
    """Groups in order. groups, ends: the id of each sound one, and the row after its last; through: the last read."""

    through: int
    groups: NDArray[np.int64]
    ends: NDArray[np.int64]
    batch: SampleBatch
    first_at: int
    last_at: int

    def row_after(self, group: int) -> int:
        """The first row that is of a later group."""
        place = int(np.searchsorted(self.groups, group, side="right"))
        return int(self.ends[place - 1]) if place else 0


class Tail:
    """Every sample of the groups after the mark, as far as there is room."""

    def __init__(self, damage: Damage) -> None:
        self._damage = damage
        self._lock = threading.Lock()
        self._parts: list[Part] = []
        self._after = 0

    def after(self, raw: sqlite3.Connection, mark: int, *, most: int = MOST_GROUPS) -> tuple[int, list[Part]]:
        """Parts that hold the groups after `mark` (and some before), and the last group they reach to.

        raw: the connection whose state of the database counts; most: groups read from it now. Groups behind
        the one given here are not in memory.
        """
        with self._lock:
            if self._after > mark:
                # Whoever was here before has seen a later mark, and the groups between are gone from memory.
                return mark, []
            self._trim(mark)
            self._extend(raw, most)
            return self._through(), list(self._parts)

    def _through(self) -> int:
        return self._parts[-1].through if self._parts else self._after

    def _trim(self, mark: int) -> None:
        kept = [part for part in self._parts if part.through > mark]
        if len(kept) < len(self._parts):
            self._after = max(self._after, *(part.through for part in self._parts if part.through <= mark))
            self._parts = kept
        if not kept:
            self._after = mark

    def _extend(self, raw: sqlite3.Connection, most: int) -> None:
        room = MOST_SAMPLES - sum(len(part.batch) for part in self._parts)
        groups = MOST_GROUPS - sum(len(part.groups) for part in self._parts)
        part = read_part(raw, self._through(), self._damage, samples=room, groups=min(groups, most))
        if part is None:
            return
        self._parts.append(part)
        # Few parts, each at least twice its successor, so that a row is copied a few times only.
        while len(self._parts) > 1 and len(self._parts[-2].batch) < 2 * len(self._parts[-1].batch):
            later = self._parts.pop()
            self._parts[-1] = _joined(self._parts[-1], later)


def read_part(
    raw: sqlite3.Connection,
    after: int,
    damage: Damage,
    *,
    samples: int,
    groups: int,
    point: int | None = None,
    upto: int = _NEWEST,
) -> Part | None:
    """Groups after `after` in order of id, until there are so many samples or groups; None when there is none.

    point: only groups that may hold it.
    """
    ids: list[int] = []
    ends: list[int] = []
    batches: list[SampleBatch] = []
    through = after
    read, total = 0, 0
    for row in _rows(raw, after, upto, point):
        if read >= groups or total >= samples:
            break
        through, read = row[0], read + 1
        batch = believed(row, damage)
        if batch is not None:
            total += len(batch)
            ids.append(through)
            ends.append(total)
            batches.append(batch)
    return None if through == after else _part(through, ids, ends, batches)


def _rows(raw: sqlite3.Connection, after: int, upto: int, point: int | None) -> Iterator[tuple[int, ...]]:
    asked = _GROUPS + ("" if point is None else _OF_POINT) + _IN_ORDER
    cursor = raw.execute(asked, {"after": after, "upto": upto, "point": point})
    try:
        yield from cursor
    finally:
        cursor.close()


def _part(through: int, ids: list[int], ends: list[int], batches: list[SampleBatch]) -> Part:
    batch = SampleBatch.join([NOTHING, *batches])
    return Part(
        through=through,
        groups=np.array(ids, np.int64),
        ends=np.array(ends, np.int64),
        batch=batch,
        first_at=int(batch.at.min()) if len(batch) else 0,
        last_at=int(batch.at.max()) if len(batch) else -1,
    )


def _joined(one: Part, other: Part) -> Part:
    if not len(one.batch) or not len(other.batch):
        held = one if len(one.batch) else other
        return Part(other.through, held.groups, held.ends, held.batch, held.first_at, held.last_at)
    return Part(
        through=other.through,
        groups=np.concatenate([one.groups, other.groups]),
        ends=np.concatenate([one.ends, other.ends + len(one.batch)]),
        batch=SampleBatch.join([one.batch, other.batch]),
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
    )
