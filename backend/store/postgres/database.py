"""A site's database on a server, with what one process holds of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from backend.clock import Clock, SystemClock
from backend.errors import ConfigError, StoreError
from backend.model.sample import SampleBatch
from backend.store.aged import ROWS, Aged
from backend.store.groups import Damage, check_none_damaged
from backend.store.identity import Identity, read, retire
from backend.store.moving import copied, next_numbers
from backend.store.postgres import connections, making, samples, words
from backend.store.postgres.address import Address
from backend.store.postgres.checking import groups
from backend.store.postgres.connections import driver
from backend.store.postgres.days import Days
from backend.store.postgres.hand import PostgresHand
from backend.store.postgres.history import RowHistory, take_in
from backend.store.postgres.leases import SessionLeases
from backend.store.postgres.rolling import RowSteps
from backend.store.snapshot import latest_of
from backend.store.sqlite.database import SqliteDatabase

_CHECKSUMS: Final = "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
_DISABLED: Final = (
    "SELECT string_agg(c.relname || '.' || t.tgname, ', ') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND t.tgenabled <> 'A' "
    "AND t.tgparentid = 0"
)


class _Receiver:
    """As `family.Receiver`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._days = Days()
        self._now = SystemClock().wall_us()

    def put(self, group: int, batch: SampleBatch) -> None:
        """Rows by binary COPY."""
        raw = driver(self.connection)
        self._days.need(raw, batch.at, self._now)
        samples.put(raw, batch, group)


class PostgresDatabase:
    """As `family.Database`."""

    def __init__(self, url: str) -> None:
        self.place = Address.of(url)
        self._damage = Damage()
        self._readers = connections.reading(self.place)
        self._closed = False
        self.history = RowHistory(self.reading, self._damage)

    def in_words(self, *also: type[Exception]) -> AbstractContextManager[None]:
        """The server's errors, and those of the types `also`, as StoreError."""
        return words.in_words(self.place, *also)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database for as long as it is held."""
        if self._closed:
            raise StoreError("{file} is closed.", file=self.place)
        with self.in_words(), self._readers.connect() as connection:
            yield connection

    def make(self, *, site: str, mode: str) -> Identity:
        """In an empty database."""
        return making.make(self.place, site=site, mode=mode)

    def prepare(self, *, site: str, mode: str) -> Identity:
        """Check the marks and bring the tables up to date."""
        return making.prepare(self.place, site=site, mode=mode)

    def look(self, *, site: str, mode: str) -> Identity:
        """Check the marks."""
        return making.look(self.place, site=site, mode=mode)

    def hand(self, clock: Clock) -> PostgresHand:
        """The connection that writes units of work."""
        return PostgresHand(self.place, clock, take_in)

    def leases(self) -> SessionLeases:
        """On a session of their own."""
        return SessionLeases(self.place)

    def steps(self, write: Callable[[Callable[[Connection], None]], None], breathe: Callable[[], None]) -> RowSteps:
        """On a connection of their own: units of work never wait for roll-ups."""
        return RowSteps(self.place, self.reading, breathe)

    def last_values(self) -> SampleBatch:
        """From the newest snapshot and the rows after it."""
        with self.reading() as connection:
            latest, _ = latest_of(connection, take_in)
        return latest.batch()

    @property
    def aged(self) -> Sequence[Aged]:
        """Rows; partitions of samples and roll-ups are the server's to keep."""
        return ROWS

    def sweep(self, write: Callable[[Callable[[Connection], None]], None]) -> None:
        """There are no files."""

    def fault(self) -> str:
        """Pages whose checksum was wrong since the server counts, and guards that somebody took off."""
        with self.reading() as connection:
            failures = connection.execute(text(_CHECKSUMS)).scalar() or 0
            disabled = connection.execute(text(_DISABLED)).scalar()
        if failures:
            return f"{failures} pages failed their checksum"
        return f"not guarded any more: {disabled}" if disabled else ""

    def backup(self, file: Path) -> None:
        """As a file that `linepack restore` can use without a server."""
        if file.exists():
            raise ConfigError("{file} exists already; name a new file for the backup.", file=file)
        if not file.parent.is_dir():
            raise StoreError("No backup at {file}: {reason}.", file=file, reason="there is no such folder")
        with self.reading() as connection:
            marks = read(connection, self.place)
        target = SqliteDatabase(file)
        try:
            copied(self, marks, target, lambda table, rows: None)
        finally:
            target.close()

    def groups(self, connection: Connection) -> Iterator[tuple[int, SampleBatch]]:
        """Each is checked against its digest."""
        damage = Damage()
        for found in groups(driver(connection), damage):
            check_none_damaged(damage, self.place)
            yield found
        check_none_damaged(damage, self.place)

    @contextmanager
    def receiving(self, marks: Identity) -> Iterator[_Receiver]:
        """In an empty database."""
        with making.transaction(self.place) as connection:
            # What is read in between may take longer than a unit of work ever does.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            making.put_tables(connection, self.place, marks)
            yield _Receiver(connection)
            for table, column, highest in [*next_numbers(connection), *_groups_stored(connection)]:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
                    {"table": table, "column": column, "highest": highest},
                )

    def retire(self, place: object) -> None:
        """One more mark."""
        with making.transaction(self.place) as connection:
            retire(connection, place)

    def close(self) -> None:
        """Let go of the server."""
        self._closed = True
        self._readers.dispose()


def _groups_stored(connection: Connection) -> Iterator[tuple[str, str, int]]:
    highest = connection.execute(text("SELECT max(id) FROM sample_group")).scalar_one()
    if highest is not None:
        yield "sample_group", "id", int(highest)
