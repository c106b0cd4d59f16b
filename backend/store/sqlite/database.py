"""A site's database in one file, with what one process holds of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from backend.clock import Clock
from backend.errors import ConfigError, StoreError
from backend.model.sample import SampleBatch
from backend.store import backup, connections, identity, making, schema
from backend.store.aged import AGED, Aged
from backend.store.cold import catalogue
from backend.store.cold.shelf import FOLDER, Shelf
from backend.store.groups import Damage, check_none_damaged, sound
from backend.store.history import History
from backend.store.rolled.cooling import Cooler
from backend.store.rolled.steps import Steps
from backend.store.rolled.tail import Tail
from backend.store.snapshot import latest_of, take_in
from backend.store.sqlite.hand import SqliteHand, put
from backend.store.sqlite.leases import OwnLeases


class _Receiver:
    """As `family.Receiver`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def put(self, group: int, batch: SampleBatch) -> None:
        """One row of columns."""
        put(connections.driver(self.connection), batch, group)


class SqliteDatabase:
    """As `family.Database`."""

    def __init__(self, file: Path) -> None:
        self.place = file
        self._damage = Damage()
        self._tail = Tail(self._damage)
        self._readers = connections.reading(file)
        self._anchor: Connection | None = None
        self._closed = False
        self.shelf = Shelf(file.parent / FOLDER, self._damage)
        self.history = History(self.reading, self._damage, self._tail, self.shelf)

    def in_words(self, *also: type[Exception]) -> AbstractContextManager[None]:
        """SQLite's errors, and those of the types `also`, as StoreError."""
        return connections.in_words(self.place, *also)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database for as long as it is held."""
        if self._closed:
            raise StoreError("{file} is closed.", file=self.place)
        with self.in_words(), self._readers.connect() as connection:
            yield connection

    def make(self, *, site: str, mode: str) -> identity.Identity:
        """A new file."""
        found = making.make(self.place, site=site, mode=mode)
        self.shelf.store = found.store
        return found

    def prepare(self, *, site: str, mode: str) -> identity.Identity:
        """Check the file and bring its tables up to date."""
        found = making.prepare(self.place, site=site, mode=mode)
        self.shelf.store = found.store
        return found

    def look(self, *, site: str, mode: str) -> identity.Identity:
        """Check the file, and hold a connection to it while it is read.

        The last to leave writes the log back into the file, which those that may only read cannot: without this
        connection reading a database at rest would leave an empty log beside it.
        """
        identity.check_mode(mode)
        identity.check_file(self.place, mode)
        try:
            with self.in_words():
                anchor = connections.checking(self.place).connect()
        except StoreError as error:
            raise ConfigError(error.template, **error.values) from error
        try:
            found = identity.read(anchor, self.place)
            identity.check_identity(found, self.place, site=site, mode=mode)
            identity.check_not_older(found, self.place)
            connections.driver(anchor).execute("PRAGMA query_only=ON")
        except BaseException:
            anchor.close()
            raise
        self._anchor = anchor
        return found

    def hand(self, clock: Clock) -> SqliteHand:
        """The one connection that writes."""
        return SqliteHand(self.place, clock, self._damage)

    def leases(self) -> OwnLeases:
        """There is one process only."""
        return OwnLeases()

    def steps(self, write: Callable[[Callable[[Connection], None]], None], breathe: Callable[[], None]) -> Steps:
        """From groups to pieces and leaves."""
        return Steps(
            self.place,
            self.reading,
            lambda derived: write(lambda connection: derived(connections.driver(connection))),
            breathe,
            tail=self._tail,
            damage=self._damage,
            files=self.shelf,
            cooler=Cooler(self.place, self.reading, write, breathe, damage=self._damage, files=self.shelf),
        )

    def last_values(self) -> SampleBatch:
        """From the newest snapshot and the groups after it."""
        with self.reading() as connection:
            latest, _ = latest_of(connection, partial(take_in, self._damage))
        return latest.batch()

    @property
    def aged(self) -> Sequence[Aged]:
        """Files, roll-ups and rows."""
        return AGED

    def sweep(self, write: Callable[[Callable[[Connection], None]], None]) -> None:
        """Whoever is still reading one asks again."""
        self.shelf.sweep(self.reading, write, 2**62)

    def fault(self) -> str:
        """What SQLite finds wrong with the file, page by page."""
        with self.reading() as connection:
            verdict = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
        return "" if verdict == "ok" else verdict

    def backup(self, file: Path) -> None:
        """Page by page, while the writer goes on."""
        backup.backup(self.place, file)

    def groups(self, connection: Connection) -> Iterator[tuple[int, SampleBatch]]:
        """Each is checked against its digest. Where there are cold files, what they hold comes first and all is
        numbered anew: the groups it came in are gone."""
        damage = Damage()
        shelf = Shelf(self.shelf.folder, damage)
        asked = sound(connection, select(schema.samples).order_by(schema.samples.c.id), damage)
        numbered = shelf.numbered(connection, asked) if catalogue.version(connection) else asked
        for found in numbered:
            check_none_damaged(damage, self.place)
            yield found
        check_none_damaged(damage, self.place)

    @contextmanager
    def receiving(self, marks: identity.Identity) -> Iterator[_Receiver]:
        """A new file."""
        with making.filling(self.place, marks) as connection:
            yield _Receiver(connection)

    def retire(self, place: object) -> None:
        """One more mark."""
        with self.in_words(), making.transaction(self.place) as connection:
            identity.retire(connection, place)

    def close(self) -> None:
        """Let go of the file; leaves nothing beside it that was not there."""
        self._closed = True
        self._readers.dispose()
        if self._anchor is not None:
            self._anchor.close()
