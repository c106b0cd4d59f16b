"""Move samples on from groups to pieces, from pieces to leaves, and make again what was damaged.

Everything is worked out on a reading connection and written by the writer, a little at a time; nothing that a reader
may meet in between is half there: pieces count all at once, and leaves change in the transaction that drops pieces.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from backend import logs
from backend.model.sample import SampleBatch
from backend.store.blob import DamagedError
from backend.store.cold import catalogue
from backend.store.cold.rules import Cooling
from backend.store.cold.shelf import Shelf
from backend.store.connections import driver
from backend.store.groups import Damage
from backend.store.rolled import mending, shelf
from backend.store.rolled.cooling import Cooler
from backend.store.rolled.growing import Change, grown
from backend.store.rolled.leaf import Piece, piece, samples_of
from backend.store.rolled.mending import BEGUN
from backend.store.rolled.ordering import NOTHING, by_time, each_point, rows_of
from backend.store.rolled.tail import Tail

PIECES_DUE: Final = 32
"""Pieces of a point that go into its leaves together: each time its newest leaves are written again."""
SAMPLES_DUE: Final = 4096
"""Samples of one piece that go at once."""
_GROUPS_AT_ONCE: Final = 1000
_PIECES_AT_ONCE: Final = 256
_POINTS_AT_ONCE: Final = 8
"""Few, so that the thread of the window never waits long for its turn."""
_log = logs.get(__name__)

Write = Callable[[sqlite3.Connection], None]


@dataclass(frozen=True, slots=True)
class _Settled:
    point: int
    pieces: int
    change: Change
    version: int
    """Of the catalogue of cold files, when the change was worked out."""


class Steps:
    """One step at a time, by whoever calls. write: does it in one transaction and waits; StoreError when it fails.

    breathe: called between two pieces of work; what it raises ends the step, and nothing is half done.
    """

    def __init__(
        self,
        file: Path,
        reading: Callable[[], AbstractContextManager[Connection]],
        write: Callable[[Write], None],
        breathe: Callable[[], None],
        *,
        tail: Tail,
        damage: Damage,
        files: Shelf,
        cooler: Cooler,
    ) -> None:
        self._file = file
        self._files = files
        self._reading = reading
        self._write_now = write
        self._breathe = breathe
        self._tail = tail
        self._damage = damage
        self._clean = False
        self._due: set[int] = set()
        self._cooler = cooler

    def waiting(self) -> tuple[int, int]:
        """How many groups and samples wait for a step; not more than are kept in memory."""
        reached = -1
        while True:
            with self._reading() as connection:
                raw = driver(connection)
                far, parts = self._tail.after(raw, shelf.through(raw), most=_GROUPS_AT_ONCE)
            if far <= reached:
                break
            reached = far
            self._breathe()
        return sum(len(part.groups) for part in parts), sum(len(part.batch) for part in parts)

    def step(self) -> bool:
        """Take in the oldest groups that wait; whether there were any."""
        if not self._clean:
            self._write(shelf.drop_uncounted)
            self._clean = True
        try:
            went_on = self._take_in()
        except BaseException:
            self._clean = False
            raise
        # Leaves may only grow once they hold nothing any more that is in a file.
        self._cooler.clear()
        self._settle()
        self._mend()
        return went_on

    def cool(self, rule: Cooling) -> int:
        """Move the samples of days that are over long enough to cold files; how many days."""
        self._cooler.clear()
        self._mend()
        return self._cooler.cool(rule)

    def _take_in(self) -> bool:
        with self._reading() as connection:
            raw = driver(connection)
            before = shelf.through(raw)
            upto, parts = self._tail.after(raw, before)
        if upto == before:
            return False
        newer = SampleBatch.join(
            [NOTHING, *(rows_of(each.batch, slice(each.row_after(before), None)) for each in parts)]
        )
        points = 0
        made = (piece(batch, upto) for batch in each_point(newer))
        while some := list(islice(made, _PIECES_AT_ONCE)):
            points += len(some)
            self._due |= {each.point for each in some if each.n >= SAMPLES_DUE}
            self._write(partial(shelf.put_pieces, made=some))
        samples = len(newer)
        self._write(
            lambda raw: shelf.count_in(raw, self._file, before=before, upto=upto, pieces=points, samples=samples)
        )
        return True

    def _settle(self) -> None:
        """Put the pieces of every point that has many into its leaves."""
        with self._reading() as connection:
            raw = driver(connection)
            mark = shelf.through(raw)
            self._due |= {point for point, pieces in shelf.waiting(raw, mark) if pieces >= PIECES_DUE}
            self._due -= shelf.mending(raw).keys()
        settled = self._settled(sorted(self._due), mark)
        while some := list(islice(settled, _POINTS_AT_ONCE)):
            self._write(partial(self._put, settled=some, mark=mark))
            self._due -= {each.point for each in some}

    def _settled(self, points: list[int], mark: int) -> Iterator[_Settled]:
        for point in points:
            with self._reading() as connection:
                raw = driver(connection)
                pieces = shelf.all_pieces(raw, point, mark)
                version = catalogue.version(connection)
                try:
                    change = self._grown_by(connection, point, pieces)
                except DamagedError as error:
                    self._damage.note_rolled(point, str(error))
                    continue
            yield _Settled(point, len(pieces), change, version)

    def _grown_by(self, connection: Connection, point: int, pieces: list[Piece]) -> Change:
        rows = [samples_of(each) for each in pieces]
        newer = by_time(rows)
        if not len(newer):
            return Change((), ())
        days = self._files.days(connection, int(newer.at[0]), int(newer.at[-1]) + 1)
        hot = by_time([days.hot(batch, each.through) for batch, each in zip(rows, pieces, strict=True)])
        return grown(driver(connection), point, newer, hot)

    def _write(self, write: Write) -> None:
        self._write_now(write)
        self._breathe()

    def _put(self, raw: sqlite3.Connection, settled: list[_Settled], mark: int) -> None:
        for each in settled:
            shelf.check_files(raw, self._file, each.version)
            shelf.drop_pieces(raw, self._file, each.point, mark, each.pieces)
            shelf.replace(raw, self._file, old=each.change.old, new=each.change.new)

    def _mend(self) -> None:
        """Make the leaves of damaged points again, from cold files and groups."""
        with self._reading() as connection:
            raw = driver(connection)
            goal = shelf.through(raw)
            unfinished = shelf.mending(raw)
        for point in self._damage.rolled().keys() - unfinished.keys():
            self._begin_mending(point, goal)
            unfinished[point] = (BEGUN, goal)
        for point, (begun, end) in unfinished.items():
            far = begun
            try:
                while far < end:
                    far = self._mend_on(point, far, end)
            except DamagedError:
                # What was made again is damaged already: from the beginning, with the next step.
                self._begin_mending(point, goal)
            else:
                self._damage.mended(point)

    def _begin_mending(self, point: int, goal: int) -> None:
        with self._reading() as connection:
            kept = mending.kept(connection, self._files, self._damage, point)
        self._write(partial(shelf.begin_mending, point=point, goal=goal, begun=BEGUN, kept=kept))

    def _mend_on(self, point: int, before: int, goal: int) -> int:
        """Take the next files or groups that may hold the point; how far that is."""
        with self._reading() as connection:
            raw = driver(connection)
            version = catalogue.version(connection)
            if before < 0:
                far, newer = mending.of_files(connection, self._files, self._damage, point, before)
                hot = NOTHING
            else:
                far, newer, hot = mending.of_groups(connection, self._files, self._damage, point, before, goal)
            change = grown(raw, point, newer, hot)

        def put(raw: sqlite3.Connection) -> None:
            shelf.check_files(raw, self._file, version)
            shelf.replace(raw, self._file, old=change.old, new=change.new)
            shelf.mended_through(raw, self._file, point, before=before, far=far)

        self._write(put)
        return far
