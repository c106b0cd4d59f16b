"""A site's database on a server, with what one process holds of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from backend.clock import Clock
from backend.errors import StoreError
from backend.model.sample import SampleBatch
from backend.store.groups import Damage
from backend.store.identity import Identity
from backend.store.postgres import connections, making, words
from backend.store.postgres.address import Address
from backend.store.postgres.hand import PostgresHand
from backend.store.postgres.history import RowHistory, take_in
from backend.store.postgres.rolling import RowSteps
from backend.store.snapshot import latest_of

_CHECKSUMS: Final = "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
_DISABLED: Final = (
    "SELECT string_agg(c.relname || '.' || t.tgname, ', ') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND t.tgenabled <> 'A' "
    "AND t.tgparentid = 0"
)


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

    def steps(self, write: Callable[[Callable[[Connection], None]], None], breathe: Callable[[], None]) -> RowSteps:
        """On a connection of their own: units of work never wait for roll-ups."""
        return RowSteps(self.place, self.reading, breathe)

    def last_values(self) -> SampleBatch:
        """From the newest snapshot and the rows after it."""
        with self.reading() as connection:
            latest, _ = latest_of(connection, take_in)
        return latest.batch()

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
        raise StoreError("No backup at {file}: {reason}.", file=file, reason="not yet")

    def close(self) -> None:
        """Let go of the server."""
        self._closed = True
        self._readers.dispose()
