"""Move whole days of samples from groups and leaves into cold files, and let go of the groups they came in.

One short transaction makes a new file count: from then on what leaves and groups hold of its samples does not. They are
taken out after that, a little at a time; whoever is killed in between goes on where he was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection, delete, func, select

from backend import logs
from backend.errors import StoreError
from backend.model.sample import SampleBatch
from backend.store.blob import SPANS_US, DamagedError
from backend.store.cold import catalogue
from backend.store.cold.catalogue import Entry
from backend.store.cold.layout import DAY_US, Written, day_of, sum_of
from backend.store.cold.reading import MissingError, OpenFile, root_of
from backend.store.cold.rules import Cooling
from backend.store.cold.shelf import Shelf
from backend.store.cold.writing import FileWriter
from backend.store.connections import driver
from backend.store.groups import Damage, overlapping, sound
from backend.store.rolled import shelf
from backend.store.rolled.growing import Change, without
from backend.store.rolled.leaf import samples_in, samples_of
from backend.store.rolled.ordering import between, by_time, rows_of
from backend.store.schema import newest, samples

Write = Callable[[Connection], None]

_POINTS_AT_ONCE: Final = 64
_CLEARED_AT_ONCE: Final = 16
_GROUPS_AT_ONCE: Final = 200
_SUM: Final = 1 << 64
_log = logs.get(__name__)


def reached(stage: str) -> None:
    """Called between any two effects; tests stop here."""


class Cooler:
    """By whoever calls, one thread at a time. write: does it in one transaction of the writer's and waits.

    breathe: called between two pieces of work; what it raises ends the work, to be taken up again another time.
    """

    def __init__(
        self,
        file: Path,
        reading: Callable[[], AbstractContextManager[Connection]],
        write: Callable[[Write], None],
        breathe: Callable[[], None],
        *,
        damage: Damage,
        files: Shelf,
    ) -> None:
        self._file = file
        self._reading = reading
        self._write = write
        self._breathe = breathe
        self._damage = damage
        self._files = files
        self._refused: set[int] = set()

    def cool(self, rule: Cooling) -> int:
        """How many days were written."""
        self._files.sweep(self._reading, self._write, rule.now)
        with self._reading() as connection:
            raw = driver(connection)
            mark = shelf.through(raw)
            if shelf.mending(raw) or self._damage.rolled():
                return 0
        written = 0
        cursor = -(2**62)
        while (first := self._oldest(cursor, rule, mark)) is not None:
            day = day_of(first)
            for hot in self._hot_days(day, rule, mark):
                written += self._write_day(hot, rule, mark)
            self._release(day, mark)
            cursor = (day + 1) * DAY_US
        return written

    def clear(self) -> None:
        """Take out of the leaves what is in a file that counts already."""
        with self._reading() as connection:
            unfinished = [entry for entry in catalogue.every(connection) if entry.clearing]
        for entry in unfinished:
            self._clear(entry)

    # -- which days ---------------------------------------------------------------------------------------------------

    def _oldest(self, cursor: int, rule: Cooling, mark: int) -> int | None:
        """When the first group begins that may hold rows of a day to be written, from `cursor` on (µs UTC)."""
        asked = select(func.min(samples.c.first_at)).where(
            samples.c.id <= mark, samples.c.first_at >= cursor, samples.c.first_at < rule.horizon
        )
        with self._reading() as connection:
            found = [
                connection.execute(asked.where(samples.c.span == span)).scalar_one()
                for span in range(len(SPANS_US) + 1)
            ]
        return min((first for first in found if first is not None), default=None)

    def _hot_days(self, day: int, rule: Cooling, mark: int) -> list[int]:
        """Days before the horizon of which groups that begin on `day` hold rows that are in no file yet."""
        found: set[int] = set()
        with self._reading() as connection:
            entry = catalogue.entry_of(connection, day)
            for group in _facts(connection, day, mark):
                if group.last_day > day:
                    found |= self._days_of(connection, group.id)
                elif entry is None or entry.through < group.id:
                    found.add(day)
            late = {
                each
                for each in found
                if (entry := catalogue.entry_of(connection, each)) and rule.now - entry.made_at < rule.again_us
            }
        return sorted(each for each in found - late - self._refused if each * DAY_US < rule.horizon)

    def _days_of(self, connection: Connection, group: int) -> set[int]:
        """The days of the rows of a group that are in no file."""
        days: set[int] = set()
        for _, batch in sound(connection, select(samples).where(samples.c.id == group), self._damage):
            cold = self._files.days(connection, int(batch.at.min()), int(batch.at.max()) + 1)
            days |= set(np.unique(cold.hot(batch, group).at // DAY_US).tolist())
        return days

    # -- writing ------------------------------------------------------------------------------------------------------

    def _write_day(self, day: int, rule: Cooling, mark: int) -> int:
        """Write one day and let it count; 1, or 0 when it must be left as it is."""
        with self._reading() as connection:
            old = catalogue.entry_of(connection, day)
            version = catalogue.version(connection)
        generation = 1 if old is None else old.generation + 1
        name = self._files.name_of(day, generation)
        part = self._files.begin(name)
        reached("begun")
        try:
            written = self._fill(part, day, mark, old)
            if written is None or not self._is_right(part, written, day, mark, old):
                part.unlink(missing_ok=True)
                return 0
            reached("verified")
            self._files.finish(part, name)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        reached("named")
        self._write(
            partial(
                self._put,
                version=version,
                written=written,
                day=day,
                generation=generation,
                name=name,
                mark=mark,
                rule=rule,
            )
        )
        reached("counted")
        self.clear()
        _log.info("day moved to a file", file=name, n=written.n, bytes=written.size)
        return 1

    def _put(
        self,
        connection: Connection,
        *,
        version: int,
        written: Written,
        day: int,
        generation: int,
        name: str,
        mark: int,
        rule: Cooling,
    ) -> None:
        raw = driver(connection)
        shelf.check_files(raw, self._file, version)
        if shelf.through(raw) != mark or shelf.mending(raw):
            raise StoreError(shelf.OTHER, file=self._file)
        catalogue.put(connection, written, day=day, generation=generation, file=name, through=mark, made_at=rule.now)
        reached("counting")

    def _fill(self, part: Path, day: int, mark: int, old: Entry | None) -> Written | None:
        """Write the rows of a day up to the group `mark`; None when there are none, or some cannot be believed."""
        start, end = day * DAY_US, (day + 1) * DAY_US
        try:
            with self._reading() as connection:
                points = set(shelf.points_with_samples(driver(connection)))
                if old is not None and old.n:
                    points |= self._points_of(connection, old)
            writer = FileWriter(part, {"linepack.store": self._files.store, "linepack.day": str(day)})
            try:
                rest = iter(sorted(points))
                while some := list(islice(rest, _POINTS_AT_ONCE)):
                    with self._reading() as connection:
                        for batch in self._rows(connection, some, start, end, mark, old):
                            writer.add(batch)
                    reached("written some")
                    self._breathe()
                return writer.finish() if writer.points else None
            finally:
                writer.close()
        except DamagedError:
            # Named where it was met. Leaves are made again first; a file that lost rows keeps what it has.
            return None

    def _rows(
        self, connection: Connection, points: Sequence[int], start: int, end: int, mark: int, old: Entry | None
    ) -> Iterator[SampleBatch]:
        raw = driver(connection)
        days = self._files.days(connection, start, end)
        known = len(self._damage.found())
        cold = days.by_point(points, start, end) if old is not None else {}
        if len(self._damage.found()) != known:
            raise DamagedError("the file before it is damaged")
        for point in points:
            try:
                leaves = [samples_in(row) for row in shelf.leaves(raw, 0, point, start, end - 1)]
                pieces = [days.hot(samples_of(row), row.through) for row in shelf.pieces(raw, point, mark, start, end)]
            except DamagedError as error:
                self._damage.note_rolled(point, str(error))
                raise
            parts = [rows_of(each, between(each.at, start, end)) for each in (*leaves, *pieces)]
            batch = by_time([*([cold[point]] if point in cold else []), *parts])
            if len(batch):
                yield batch

    def _points_of(self, connection: Connection, entry: Entry) -> set[int]:
        days = self._files.days(connection, entry.first_at, entry.last_at + 1)
        found: set[int] = set()
        try:
            with days.open(entry) as file:
                for group in range(file.groups()):
                    try:
                        for batch in file.read(group, None, entry.first_at, entry.last_at + 1):
                            found |= set(np.unique(batch.point).tolist())
                    except DamagedError as error:
                        days.note(entry, str(error), file.span(group), file.rows(group))
                        raise
        except MissingError:
            days.note(entry, "the file is missing")
            raise DamagedError("the file is missing") from None
        except OSError as error:
            days.note(entry, str(error))
            raise DamagedError(str(error)) from error
        return found

    def _is_right(self, part: Path, written: Written, day: int, mark: int, old: Entry | None) -> bool:
        """Read it back from the disk: it must hold what was written, and that must be what the groups hold."""
        total = n = 0
        with OpenFile(part, size=written.size, root=root_of(written.root)) as file:
            whole = file.digest() == written.digest
            for group in range(file.groups()):
                for batch in file.read(group, None, -(2**63), 2**63 - 1):
                    total += sum_of(batch.point, batch.at, batch.value, batch.quality)
                    n += len(batch)
                self._breathe()
        expected, certain = self._in_groups(day, mark)
        expected += 0 if old is None else old.sum
        right = whole and n == written.n and total % _SUM == written.sum
        if not right or (certain and expected % _SUM != written.sum):
            self._refused.add(day)
            _log.error("day not moved to a file", day=day, reason="what was written is not what is stored", n=n)
            return False
        return True

    def _in_groups(self, day: int, mark: int) -> tuple[int, bool]:
        """The sum of the rows of a day that groups up to `mark` hold and no file; whether no group is damaged."""
        start, end = day * DAY_US, (day + 1) * DAY_US
        known = len(self._damage.found())
        total = 0
        with self._reading() as connection:
            days = self._files.days(connection, start, end)
            for span in range(len(SPANS_US) + 1):
                asked = overlapping(select(samples), span, start, end).where(samples.c.id <= mark)
                for group, batch in sound(connection, asked, self._damage):
                    held = batch.where((batch.at >= start) & (batch.at < end))
                    hot = days.hot(held, group)
                    total += sum_of(hot.point, hot.at, hot.value, hot.quality)
        damaged = [each for each in self._damage.found() if each.first_at < end and each.last_at >= start]
        return total, not damaged and len(self._damage.found()) == known

    # -- letting go ---------------------------------------------------------------------------------------------------

    def _clear(self, entry: Entry) -> None:
        start, end = entry.day * DAY_US, (entry.day + 1) * DAY_US
        with self._reading() as connection:
            points = iter(shelf.points_with_samples(driver(connection)))
        while some := list(islice(points, _CLEARED_AT_ONCE)):
            changes = self._without(some, start, end)
            if changes:
                self._write(partial(self._replace, changes=changes))
                reached("cleared some")
            self._breathe()
        self._write(lambda connection: catalogue.cleared(connection, entry))
        reached("cleared")

    def _without(self, points: Sequence[int], start: int, end: int) -> list[Change]:
        changes = []
        with self._reading() as connection:
            for point in points:
                try:
                    change = without(driver(connection), point, start, end)
                except DamagedError as error:
                    self._damage.note_rolled(point, str(error))
                else:
                    changes += [change] if change.old else []
        return changes

    def _release(self, day: int, mark: int) -> None:
        """Let go of the groups that begin on a day and have no row left that is not in a file.

        The newest group stays, for its id; so do those that the newest values are still to be read from, and damaged
        ones, which are all that tells what was lost.
        """
        with self._reading() as connection:
            last = connection.execute(select(func.max(samples.c.id))).scalar_one() or 0
            snapshot = connection.execute(select(func.max(newest.c.through))).scalar_one() or 0
            upto = min(mark, last - 1, snapshot)
            entry = catalogue.entry_of(connection, day)
            if entry is not None and entry.clearing:
                return
            whole = [group.id for group in _facts(connection, day, upto) if self._is_cold(connection, group, entry)]
        for start in range(0, len(whole), _GROUPS_AT_ONCE):
            some = whole[start : start + _GROUPS_AT_ONCE]
            with self._reading() as connection:
                asked = select(samples).where(samples.c.id.in_(some))
                free = [group for group, _ in sound(connection, asked, self._damage)]
            self._write(partial(_let_go, groups=free))
            reached("let go some")
            self._breathe()

    def _is_cold(self, connection: Connection, group: _Facts, entry: Entry | None) -> bool:
        """entry: of the day it begins on."""
        if group.last_day > group.first_day:
            return not self._days_of(connection, group.id)
        return entry is not None and entry.through >= group.id

    def _replace(self, connection: Connection, changes: Sequence[Change]) -> None:
        for each in changes:
            shelf.replace(driver(connection), self._file, old=each.old, new=each.new)


@dataclass(frozen=True, slots=True)
class _Facts:
    id: int
    first_day: int
    last_day: int


def _facts(connection: Connection, day: int, upto: int) -> list[_Facts]:
    """Groups up to `upto` that begin on a day."""
    asked = select(samples.c.id, samples.c.first_at, samples.c.last_at).where(
        samples.c.id <= upto, samples.c.first_at >= day * DAY_US, samples.c.first_at < (day + 1) * DAY_US
    )
    # The index begins with the span.
    return [
        _Facts(group, day_of(begun), day_of(ended))
        for span in range(len(SPANS_US) + 1)
        for group, begun, ended in connection.execute(asked.where(samples.c.span == span)).all()
    ]


def _let_go(connection: Connection, groups: Sequence[int]) -> None:
    connection.execute(delete(samples).where(samples.c.id.in_(groups)))
