"""The thread "writer": one unit of work after another, each its own transaction, on the one connection that writes."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.clock import Clock
from backend.errors import StoreError
from backend.store import connections
from backend.store.appending import Appender, Head, Seal
from backend.store.connections import in_words
from backend.store.groups import Damage
from backend.store.snapshot import Snapshots
from backend.store.tx import Tx

T = TypeVar("T")
JOIN_S: Final = 2.0
_log = logs.get(__name__)


class Writer:
    """Runs units of work in the order they came. A unit's future is done when its transaction is on the disk.

    committed: told how many groups each unit stored. Raises StoreError when the database cannot be opened.
    """

    def __init__(
        self,
        file: Path,
        *,
        genesis: bytes,
        clock: Clock,
        seal: Seal,
        damage: Damage,
        committed: Callable[[int], None],
    ) -> None:
        self._file = file
        self._genesis = genesis
        self._clock = clock
        self._seal = seal
        self._engine = connections.writing(file)
        self._connection: Connection | None = None
        self._head = Head(0, genesis)
        self._snapshots = Snapshots(clock, damage)
        self._committed = committed
        self._units: queue.SimpleQueue[tuple[Callable[[Tx], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._late = False
        self._lost = False
        self._place = _place_of(file)
        # Before any reader: the last to leave writes the log back into the file, and a reader could not.
        self._connected()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Queue a unit of work. Raises nothing: the future does."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(StoreError("{file} is closed.", file=self._file))
            else:
                self._units.put((work, future))
        return future

    def close(self) -> None:
        """Finish what is queued and end the thread; after 2 s what is left is refused."""
        with self._lock:
            if not self._closed:
                self._units.put(None)
            self._closed = True
        self._thread.join(JOIN_S)
        if self._thread.is_alive():
            self._late = True
            _log.error("writer did not end in time", file=str(self._file))

    def _run(self) -> None:
        while (unit := self._units.get()) is not None:
            work, future = unit
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = self._unit(work)
            except Exception as error:  # noqa: BLE001 - the thread's one catch: the future carries it to who asked
                future.set_exception(error)
            else:
                future.set_result(result)
                self._keep_house()
        self._end()

    def _unit(self, work: Callable[[Tx], T]) -> T:
        if self._late:
            raise StoreError("{file} is closed.", file=self._file)
        units: list[Tx] = []

        def whole(connection: Connection) -> T:
            appender = Appender(
                connection, remembered=self._head, genesis=self._genesis, clock=self._clock, seal=self._seal
            )
            tx = Tx(connection, self._file, appender=appender, clock=self._clock)
            units.append(tx)
            try:
                result = work(tx)
            finally:
                tx.close()
            if tx.failure is not None:
                raise tx.failure
            return result

        result = self._transaction(whole)
        self._head = units[0].appender.head
        self._snapshots.committed(units[0].groups)
        self._committed(len(units[0].groups))
        return result

    def _transaction(self, work: Callable[[Connection], T]) -> T:
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
        if self._lost:
            _log.info("database recovered", file=str(self._file))
            self._lost = False
        return result

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
            if not self._lost:
                _log.error("database lost", file=str(self._file), error=str(error))
            self._lost = True
            self._drop()

    def _connected(self) -> Connection:
        if self._connection is None:
            with in_words(self._file):
                self._connection = self._engine.connect()
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._snapshots.forget()
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _keep_house(self) -> None:
        """After the answer is out: a snapshot now and then. What goes wrong here costs only a slower start."""
        if self._snapshots.due():
            self._keep_snapshot()

    def _keep_snapshot(self) -> None:
        self._snapshots.put_off()
        if not self._quietly("snapshot not kept", lambda: self._transaction(self._snapshots.keep)):
            self._snapshots.forget()

    def _end(self) -> None:
        """Leave a snapshot and one file without a log beside it."""
        if self._snapshots.waiting() and not self._late:
            self._keep_snapshot()
        self._quietly("log not written back", self._write_back)
        self._drop()
        self._engine.dispose()

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


def _place_of(file: Path) -> tuple[int, int] | None:
    """Device and inode of the file of that name; None when there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
