"""The folder of cold files of one site, and what reads it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection

from backend import logs
from backend.model.sample import SampleBatch
from backend.store.backup import sync_folder
from backend.store.blob import DamagedError
from backend.store.cold import catalogue
from backend.store.cold.catalogue import Entry
from backend.store.cold.days import Days, MovedError, Roots
from backend.store.cold.layout import sum_of
from backend.store.cold.reading import MissingError
from backend.store.groups import Damage

T = TypeVar("T")
Reading = Callable[[], AbstractContextManager[Connection]]

FOLDER: Final = "history"
PART: Final = ".part"
_ENDING: Final = ".parquet"
_TAG: Final = 8
_TRIES: Final = 5
GRACE_US: Final = 3_600_000_000
"""No reader, and no backup, holds one state of the database for so long."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DATED: Final = range(-700_000, 2_900_000)
_log = logs.get(__name__)


class Shelf:
    """Cold files lie in `folder`, which is made with the first of them. Any thread."""

    def __init__(self, folder: Path, damage: Damage) -> None:
        self.folder = folder
        self.store = ""
        """Of which store the files are; they carry a part of it in their names."""
        self._damage = damage
        self._swept = False
        self._roots: Roots = {}

    def days(self, connection: Connection, start: int, end: int) -> Days:
        """What is cold of start <= at < end (µs UTC), as of one state of the database."""
        return Days(connection, self.folder, self._damage, self._roots, start, end)

    def seen(self, reading: Reading, ask: Callable[[Connection], T]) -> T:
        """The answer of one state of the database; of a newer one when a file was replaced meanwhile."""
        for _ in range(_TRIES):
            with reading() as connection:
                version = catalogue.version(connection)
                try:
                    return ask(connection)
                except MovedError:
                    pass
            with reading() as connection:
                if catalogue.version(connection) == version:
                    self._note_missing(connection)
        with reading() as connection:
            return ask(connection)

    def name_of(self, day: int, generation: int) -> str:
        """What the file of a day is called."""
        date = f"{_EPOCH + timedelta(days=day):%Y-%m-%d}" if day in _DATED else f"day{day}"
        return f"{date}.{generation}.{self._tag}{_ENDING}"

    def begin(self, name: str) -> Path:
        """Where a file is written until it is whole. What an earlier try left there is gone."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        part = self.folder / f"{name}{PART}"
        part.unlink(missing_ok=True)
        return part

    def finish(self, part: Path, name: str) -> None:
        """Give a whole file its name, and make that durable. Raises OSError."""
        part.replace(self.folder / name)
        sync_folder(self.folder)

    def sweep(self, reading: Reading, write: Callable[[Callable[[Connection], None]], None], now: int) -> None:
        """Delete files that nothing names: of a try that was cut short, the first time; replaced ones after a while,
        since a reader may still be at them. now: µs UTC."""
        with reading() as connection:
            named = {entry.file for entry in catalogue.every(connection)}
            gone = catalogue.gone(connection)
        old = [name for name, at in gone.items() if not self._swept or not 0 <= now - at < GRACE_US]
        left = [] if self._swept else self._left(named | gone.keys())
        self._swept = True
        for name in (*left, *old):
            (self.folder / name).unlink(missing_ok=True)
        if left:
            _log.info("unfinished cold files deleted", files=left)
        if old:
            write(lambda connection: catalogue.forget(connection, old))

    def check(self, connection: Connection, breathe: Callable[[], None] = lambda: None) -> int:
        """Read every file there is, and name what is damaged in it; how many files there are."""
        found = [entry for entry in catalogue.every(connection) if entry.n]
        for entry in found:
            days = self.days(connection, entry.first_at, entry.last_at + 1)
            self._check(days, entry, breathe)
        return len(found)

    def numbered(
        self, connection: Connection, groups: Iterable[tuple[int, SampleBatch]]
    ) -> Iterator[tuple[int, SampleBatch]]:
        """Every sample once, as groups numbered from 1: what is in files, then what of `groups` is in none."""
        number = 0
        for entry in catalogue.every(connection):
            days = self.days(connection, entry.first_at, entry.last_at + 1)
            for batch in days.read(None, entry.first_at, entry.last_at + 1):
                number += 1
                yield number, replace(batch, received_at=int(batch.at.max()), source=FOLDER)
        for group, batch in groups:
            hot = self.days(connection, int(batch.at.min()), int(batch.at.max()) + 1).hot(batch, group)
            if len(hot):
                number += 1
                yield number, hot

    @property
    def _tag(self) -> str:
        return self.store[:_TAG]

    def _left(self, known: Container[str]) -> list[str]:
        ours = (f".{self._tag}{_ENDING}", f".{self._tag}{_ENDING}{PART}")
        found = self.folder.iterdir() if self.folder.is_dir() else ()
        return [file.name for file in found if file.name.endswith(ours) and file.name not in known]

    def _check(self, days: Days, entry: Entry, breathe: Callable[[], None]) -> None:
        try:
            with days.open(entry) as file:
                whole = file.digest() == entry.digest
                total, faults = 0, 0
                for group in range(file.groups()):
                    breathe()
                    try:
                        for batch in file.read(group, None, -(2**63), 2**63 - 1):
                            total += sum_of(batch.point, batch.at, batch.value, batch.quality)
                    except DamagedError as error:
                        faults += 1
                        days.note(entry, str(error), file.span(group), file.rows(group))
                if not faults and (not whole or total % (1 << 64) != entry.sum):
                    days.note(entry, "its digest does not match, though every row can be read", rows=0)
        except MissingError:
            days.note(entry, "the file is missing")
        except (DamagedError, OSError) as error:
            days.note(entry, str(error))

    def _note_missing(self, connection: Connection) -> None:
        for entry in catalogue.every(connection):
            if entry.n and not (self.folder / entry.file).exists():
                self.days(connection, 0, 0).note(entry, "the file is missing")
