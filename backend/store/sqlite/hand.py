"""The one connection that writes to the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.clock import Clock
from backend.errors import StoreError
from backend.model.sample import SampleBatch
from backend.store import blob, connections
from backend.store.connections import driver, in_words
from backend.store.groups import Damage
from backend.store.outage import Outage
from backend.store.snapshot import Snapshots, take_in

T = TypeVar("T")
_GROUP = tuple(field.name for field in fields(blob.Group))
_INSERT_GROUP = f"INSERT INTO samples (id, {', '.join(_GROUP)}) VALUES (?, {', '.join('?' for _ in _GROUP)})"
_log = logs.get(__name__)


class SqliteHand:
    """As `family.Hand`. Raises StoreError when the file cannot be opened."""

    def __init__(self, file: Path, clock: Clock, damage: Damage) -> None:
        self.connection: Connection | None = None
        self._file = file
        self._engine = connections.writing(file)
        self._snapshots = Snapshots(clock, partial(take_in, damage))
        self._outage = Outage(file)
        self._place = _place_of(file)
        # Before any reader: the last to leave writes the log back into the file, and a reader could not.
        self._connected()

    def transaction(self, work: Callable[[Connection], T]) -> T:
        """Begin, work, commit; on any failure nothing of it is stored."""
        self._check_place()
        connection = self._connected()
        raw = connections.driver(connection)
        try:
            with in_words(self._file):
                raw.execute("BEGIN IMMEDIATE")
            result = work(connection)
            self._check_place()
            with in_words(self._file):
                raw.execute("COMMIT")
        except BaseException as error:
            self._roll_back(raw, error)
            raise
        self._outage.end()
        return result

    def settle(self) -> bool:
        """Never asked: a file either took the COMMIT or did not."""
        return False

    def put(self, connection: Connection, batch: SampleBatch) -> int:
        """One row of columns."""
        return put(driver(connection), batch)

    def committed(self, groups: Sequence[tuple[int, SampleBatch]]) -> None:
        """Follow the newest values."""
        self._snapshots.committed(groups)

    def lead_as(self, token: str) -> None:
        """A file has one process that writes to it, by the lock of the site."""

    def keep_house(self) -> None:
        """A snapshot now and then. What goes wrong here costs only a slower start."""
        if self._snapshots.due():
            self._keep_snapshot()

    def end(self, *, hurry: bool) -> None:
        """Leave a snapshot and one file without a log beside it."""
        if self._snapshots.waiting() and not hurry:
            self._keep_snapshot()
        self._quietly("log not written back", self._write_back)
        self._drop()
        self._engine.dispose()

    def _check_place(self) -> None:
        """A file that is deleted while it is open still takes every commit, and the next start finds none of them."""
        if _place_of(self._file) != self._place:
            raise StoreError(
                "{file} was moved, replaced or deleted while in use; put it back, or restore a backup and start again.",
                file=self._file,
            )

    def _roll_back(self, raw: sqlite3.Connection, error: BaseException) -> None:
        """Leave no transaction open. After an I/O error the connection goes: what it believes of the file may be wrong,
        and a second fsync would report success for pages that the first one lost."""
        broken = connections.is_broken(error)
        try:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
        except sqlite3.Error as second:
            error, broken = second, True
        if broken:
            self._outage.begin(error)
            self._drop()

    def _connected(self) -> Connection:
        if self.connection is None:
            with in_words(self._file):
                self.connection = self._engine.connect()
        return self.connection

    def _drop(self) -> None:
        connection, self.connection = self.connection, None
        self._snapshots.forget()
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _keep_snapshot(self) -> None:
        self._snapshots.put_off()
        if not self._quietly("snapshot not kept", lambda: self.transaction(self._snapshots.keep)):
            self._snapshots.forget()

    def _write_back(self) -> None:
        connections.driver(self._connected()).execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _quietly(self, failed: str, work: Callable[[], object]) -> bool:
        """Do what nobody waits for; whether it went well. The units of work go on either way."""
        try:
            work()
        except (StoreError, SQLAlchemyError, sqlite3.Error) as error:
            _log.error(failed, file=str(self._file), error=str(error))
            return False
        return True


def put(raw: sqlite3.Connection, batch: SampleBatch, group: int | None = None) -> int:
    """Store a batch in the caller's transaction; the id of its group. group: to give it that id."""
    packed = blob.pack(batch)
    stored = raw.execute(_INSERT_GROUP, [group, *(getattr(packed, name) for name in _GROUP)])
    return int(stored.lastrowid or 0)


def _place_of(file: Path) -> tuple[int, int] | None:
    """Device and inode of the file of that name; None when there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
