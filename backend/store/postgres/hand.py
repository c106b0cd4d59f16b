"""The one connection of a process that writes units of work to the server."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import psycopg
from sqlalchemy import Connection

from backend import logs
from backend.clock import Clock
from backend.errors import StoreError, mark
from backend.model.sample import SampleBatch
from backend.store.family import LEAD, UncertainError
from backend.store.outage import Outage
from backend.store.postgres import connections, samples
from backend.store.postgres.address import Address
from backend.store.postgres.connections import Raw, driver
from backend.store.postgres.days import DAY_US, Days
from backend.store.postgres.patience import Patience
from backend.store.postgres.words import in_words, is_lost, reason_of
from backend.store.snapshot import Snapshots, TakeIn

T = TypeVar("T")
LOCK: Final = "pg_advisory_xact_lock(19536, 1)"
"""One unit at a time in the whole database, whoever writes: what is asked in a unit is still so when it commits, and
ids rise in the order of committing."""
SETTLE_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5)
"""Pauses between asking after a COMMIT that was not answered, before whoever waits is told that nobody knows."""
_FORGET_US: Final = 30 * DAY_US
_UNKNOWN: Final = mark("It is not known whether {file} stored the last unit ({reason}); it is asked when it answers.")
_DEPOSED: Final = mark("Nothing was stored in {file}: another node leads this site by now ({node}).")
_log = logs.get(__name__)


class PostgresHand:
    """As `family.Hand`. Raises StoreError when the server cannot be reached or may lose what it stored."""

    def __init__(self, address: Address, clock: Clock, take_in: TakeIn) -> None:
        self.connection: Connection | None = None
        self._address = address
        self._clock = clock
        self._engine = connections.writing(address)
        self._snapshots = Snapshots(clock, take_in)
        self._outage = Outage(address)
        self._patience = Patience(clock)
        self._days = Days()
        self._made_ahead = 0
        self._writer = secrets.token_hex(8)
        self._number = 0
        self._token = ""
        self._connected()

    def transaction(self, work: Callable[[Connection], T]) -> T:
        """Begin, work, commit; on any failure nothing of it is stored, but for UncertainError."""
        connection = self._begun()
        raw = driver(connection)
        try:
            result = work(connection)
        except BaseException as error:
            self._roll_back(raw, error)
            raise
        try:
            self._commit(raw)
        except StoreError as error:
            self._roll_back(raw, error)
            if not is_lost(error) or not self._settled_soon(error):
                raise
        self._outage.end()
        return result

    def settle(self) -> bool:
        """Whether the last transaction is stored. Waits for what is left of it on the server."""
        raw = driver(self._connected())
        try:
            with in_words(self._address):
                raw.execute(f"BEGIN; SELECT {LOCK}".encode())
                row = raw.execute(b"SELECT number FROM unit WHERE writer = %s", (self._writer,)).fetchone()
                raw.execute(b"ROLLBACK")
        except StoreError as error:
            self._roll_back(raw, error)
            raise
        return row is not None and row[0] == self._number

    def put(self, connection: Connection, batch: SampleBatch) -> int:
        """Rows by binary COPY."""
        raw = driver(connection)
        self._days.need(raw, batch.at, self._clock.wall_us())
        return samples.put(raw, batch)

    def committed(self, groups: Sequence[tuple[int, SampleBatch]]) -> None:
        """Follow the newest values."""
        self._snapshots.committed(groups)

    def lead_as(self, token: str) -> None:
        """Compared in the round trip that begins each transaction."""
        self._token = token

    def keep_house(self) -> None:
        """Partitions of days to come, and a snapshot of the newest values now and then."""
        today = self._clock.wall_us() // DAY_US
        if today != self._made_ahead:
            self._made_ahead = today
            self._quietly("partitions not made ahead", lambda: self.transaction(self._make_ahead))
        if self._snapshots.due():
            self._keep_snapshot()

    def end(self, *, hurry: bool) -> None:
        """Leave a snapshot."""
        if self._snapshots.waiting() and not hurry:
            self._keep_snapshot()
        self._drop()
        self._engine.dispose()

    def _begun(self) -> Connection:
        """In a transaction of the next number. A connection that turns out to be lost only now cost nothing yet."""
        self._number += 1
        for last in (False, True):
            connection = self._connected()
            raw = driver(connection)
            try:
                with in_words(self._address):
                    self._begin(raw)
            except StoreError as error:
                lost = is_lost(error)
                self._roll_back(raw, error)
                if last or not lost:
                    raise
            else:
                break
        return connection

    def _begin(self, raw: Raw) -> None:
        now = self._clock.wall_us()
        begun = raw.execute(
            f"BEGIN; SELECT {LOCK}; INSERT INTO unit (writer, number, at) VALUES ('{self._writer}', {self._number}, "
            f"{now}) ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = excluded.at; "
            f"SELECT value FROM setting WHERE key = '{LEAD}'".encode()
        )
        while begun.nextset():
            pass
        leading = begun.fetchone()
        if self._token and (leading is None or leading[0] != self._token):
            raise StoreError(_DEPOSED, file=self._address, node=leading[0] if leading is not None else "?")

    def _commit(self, raw: Raw) -> None:
        with in_words(self._address):
            # In one message, however often: the driver would prepare it as a statement of its own first.
            done = raw.execute(b"COMMIT", prepare=False)
        # A transaction in which anything has failed answers COMMIT with ROLLBACK, and calls it well done.
        if done.statusmessage != "COMMIT":
            raise StoreError("{file} did not do what was asked: {reason}.", file=self._address, reason="rolled back")

    def _settled_soon(self, error: StoreError) -> bool:
        """Whether the transaction whose COMMIT was not answered is stored; UncertainError when nobody can say."""
        for pause in SETTLE_S:
            self._patience.done()
            try:
                return self.settle()
            except StoreError:
                threading.Event().wait(pause)
        raise UncertainError(_UNKNOWN, file=self._address, reason=reason_of(error)) from error

    def _roll_back(self, raw: Raw, error: BaseException) -> None:
        """Leave no transaction open, and no connection that is lost."""
        self._days.forget()
        lost = is_lost(error)
        if not lost:
            try:
                raw.execute(b"ROLLBACK")
            except psycopg.Error as second:
                error, lost = second, True
        if lost:
            self._outage.begin(error)
            self._drop()

    def _connected(self) -> Connection:
        if self.connection is None:
            self._patience.check()
            try:
                with in_words(self._address):
                    self.connection = self._engine.connect()
            except StoreError as error:
                self._patience.failed(error)
                raise
            self._patience.done()
        return self.connection

    def _drop(self) -> None:
        connection, self.connection = self.connection, None
        self._snapshots.forget()
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _make_ahead(self, connection: Connection) -> None:
        raw, now = driver(connection), self._clock.wall_us()
        self._days.ahead(raw, now)
        raw.execute(b"DELETE FROM unit WHERE at < %s", (now - _FORGET_US,))

    def _keep_snapshot(self) -> None:
        self._snapshots.put_off()
        if not self._quietly("snapshot not kept", lambda: self.transaction(self._snapshots.keep)):
            self._snapshots.forget()

    def _quietly(self, failed: str, work: Callable[[], object]) -> bool:
        """Do what nobody waits for; whether it went well. The units of work go on either way."""
        try:
            with in_words(self._address):
                work()
        except StoreError as error:
            _log.error(failed, file=str(self._address), error=str(error))
            return False
        return True
