"""What one state of the database says is in cold files: the rows of them, and which rows elsewhere still count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from backend.model.sample import SampleBatch
from backend.store.blob import DamagedError
from backend.store.cold import catalogue
from backend.store.cold.catalogue import Entry
from backend.store.cold.layout import DAY_US, day_of
from backend.store.cold.reading import MissingError, OpenFile, root_of
from backend.store.groups import Damage, Damaged
from backend.store.rolled.ordering import by_point

Roots = dict[Entry, NDArray[Any]]
_MOST_ROOTS: Final = 1000
"""A few kilobytes each."""
_FILE_GROUP: Final = 0
"""Groups are numbered from 1."""


class MovedError(Exception):
    """A file was replaced by a newer one, and deleted, since this state of the database: ask a newer state."""


class Days:
    """The cold files of the days that start <= at < end (µs UTC) touches."""

    def __init__(
        self, connection: Connection, folder: Path, damage: Damage, roots: Roots, start: int, end: int
    ) -> None:
        """roots: those of files read before; more are put in."""
        self._roots = roots
        self._connection = connection
        self._folder = folder
        self._damage = damage
        self.entries = catalogue.entries(connection, day_of(start), day_of(end - 1)) if start < end else []
        self._days = np.array([entry.day for entry in self.entries], np.int64)
        self._through = np.array([entry.through for entry in self.entries], np.int64)
        self._clearing = np.array([entry.clearing for entry in self.entries], np.bool_)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def hot(self, batch: SampleBatch, through: int | NDArray[np.int64]) -> SampleBatch:
        """The rows that are in no file. through: the group they came in, or the newest it may have been; of all rows
        or of each."""
        if not self.entries or not len(batch):
            return batch
        place, found = self._places(batch.at)
        cold = found & (self._through[place] >= through)
        return batch.where(~cold) if cold.any() else batch

    def settled(self, batch: SampleBatch) -> SampleBatch:
        """The rows of a leaf that count: those of a day that is being cleared are in its file."""
        if not self._clearing.any() or not len(batch):
            return batch
        place, found = self._places(batch.at)
        return batch.where(~(found & self._clearing[place]))

    def holds(self, day: int, through: int) -> bool:
        """Whether every row of the day that came in that group is in a file."""
        place = int(np.searchsorted(self._days, day))
        return place < len(self._days) and self._days[place] == day and self._through[place] >= through

    def read(self, points: Sequence[int] | None, start: int, end: int) -> list[SampleBatch]:
        """Rows of the points (rising), or of all, with start <= at < end (µs UTC): day by day, by point, then time.

        What is damaged is named and left out. Raises MovedError.
        """
        wanted = None if points is None else np.asarray(points, np.int32)
        found: list[SampleBatch] = []
        for entry in self.entries:
            if entry.n and entry.first_at < end and entry.last_at >= start:
                found += self._of_file(entry, wanted, start, end)
        return found

    def by_point(self, points: Sequence[int], start: int, end: int) -> dict[int, SampleBatch]:
        """As `read`, of each point that has any, by time."""
        found = self.read(points, start, end) if self.entries else []
        return by_point(found) if found else {}

    def rows(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """Of each file (first_at, last_at, n)."""
        return [(each.first_at, each.last_at, each.n) for each in self.entries]

    def open(self, entry: Entry) -> OpenFile:
        """The file of an entry. Raises MissingError, DamagedError or OSError."""
        # Sealed with everything in the row: another row is never taken for it.
        known = self._roots.get(entry)
        if known is None:
            root = entry.root(self._connection)
            if root is None:
                raise DamagedError("its row in the catalogue is not what was written")
            known = root_of(root)
            if len(self._roots) >= _MOST_ROOTS:
                self._roots.clear()
            self._roots[entry] = known
        return OpenFile(self._folder / entry.file, size=entry.size, root=known)

    def note(self, entry: Entry, reason: str, span: tuple[int, int] | None = None, rows: int | None = None) -> None:
        """Name what of a file is damaged: the points of a row group, or all of it."""
        self._damage.note(
            Damaged(
                group=_FILE_GROUP,
                first_at=entry.first_at,
                last_at=entry.last_at,
                n=entry.n if rows is None else rows,
                reason=reason,
                file=entry.file,
                points=span,
            )
        )

    def _of_file(self, entry: Entry, wanted: NDArray[np.int32] | None, start: int, end: int) -> list[SampleBatch]:
        found: list[SampleBatch] = []
        try:
            with self.open(entry) as file:
                for group in file.holding(wanted):
                    try:
                        found += file.read(group, wanted, start, end)
                    except DamagedError as error:
                        self.note(entry, str(error), file.span(group), file.rows(group))
        except MissingError:
            if entry.file not in self._damage.files():
                raise MovedError(entry.file) from None
        except (DamagedError, OSError) as error:
            self.note(entry, str(error))
        return found

    def _places(self, at: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[Any]]:
        """For each time the entry of its day, and whether there is one."""
        day = at // DAY_US
        place = np.minimum(np.searchsorted(self._days, day), len(self._days) - 1)
        return place, self._days[place] == day
