"""Everything stored, to be asked from any thread; asking changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy import Column, Connection, Select, func, or_, select

from backend.model.alarm import AlarmConfig, AlarmFacts, Occurrence
from backend.model.command import TERMINAL, Command
from backend.model.event import DeviceEvent, Quarantined
from backend.model.journal import JournalEntry, JournalQuery
from backend.model.metering import Accounts
from backend.model.person import Account
from backend.model.plant import Asset, Device, Point, Registry
from backend.model.relayed import Relayed
from backend.model.sample import SampleBatch
from backend.store import identity, relaying, rows, schema
from backend.store.choosing import database_of
from backend.store.family import Database
from backend.store.moving import copied

T = TypeVar("T")
_PAGE: Final = 1000
"""Rows read at a time."""


class Records:
    """What one site's database holds. `look` opens it beside whoever writes; a `Store` is one that writes too."""

    def __init__(self, database: Database, found: identity.Identity) -> None:
        """Use `look`."""
        self.place = database.place
        self.id = found.store
        self.site = found.site
        self.mode = identity.mode_of(found)
        self.history = database.history
        self._database = database
        self._found = found

    @classmethod
    def look(cls, url: str, *, site: str, mode: str) -> Records:
        """Open the database for reading only, while it is written or not. ConfigError says why not.

        Tables of an older version are not brought up to date, so they are refused too.
        """
        database = database_of(url)
        return Records(database, database.look(site=site, mode=mode))

    def close(self) -> None:
        """Answer nothing more; leaves nothing beside the database that was not there."""
        self._database.close()

    def registry(self) -> Registry:
        """Everything registered, in the order it was given."""
        with self._database.reading() as connection:
            return Registry(
                assets=_bodies(connection, select(schema.asset).order_by(schema.asset.c.position), Asset),
                devices=_bodies(connection, select(schema.device).order_by(schema.device.c.position), Device),
                points=_bodies(connection, select(schema.point).order_by(schema.point.c.id), Point),
            )

    def accounts(self) -> tuple[Account, ...]:
        """All, by login."""
        return self._facts(select(schema.account).order_by(schema.account.c.login), rows.account)

    def meter_accounts(self) -> Accounts:
        """How every account of a meter stands, by point."""
        table = schema.meter_account
        with self._database.reading() as connection:
            found = connection.execute(select(table).order_by(table.c.point)).all()
        columns = {column.name: [row[place] for row in found] for place, column in enumerate(table.c)}
        point = np.asarray(columns.pop("point"), np.int32)
        return Accounts(point=point, **{name: np.asarray(values, np.int64) for name, values in columns.items()})

    def alarms(self) -> tuple[tuple[AlarmConfig, AlarmFacts], ...]:
        """Every alarm ever stored, by key."""
        return self._facts(select(schema.alarm).order_by(schema.alarm.c.key), rows.alarm)

    def occurrences(
        self, *, start: int | None = None, end: int | None = None, key: str | None = None, limit: int = 1000
    ) -> tuple[Occurrence, ...]:
        """Newest first, with start <= at < end (µs UTC)."""
        table = schema.occurrence
        asked = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        asked = _between(asked, table.c.at, start, end)
        return self._facts(asked if key is None else asked.where(table.c.key == key), rows.occurrence)

    def commands(self, *, open_only: bool = False, limit: int = 1000) -> tuple[Command, ...]:
        """Newest first, in the order they were first stored; `open_only` leaves out those that have ended."""
        table = schema.command
        asked = select(table).order_by(table.c.number.desc()).limit(limit)
        return self._facts(asked.where(table.c.state.not_in(TERMINAL)) if open_only else asked, rows.command)

    def each_occurrence(
        self, *, start: int | None = None, end: int | None = None, key: str | None = None
    ) -> Iterator[Occurrence]:
        """Every one with start <= at < end (µs UTC) in the order they were recorded, read page by page."""
        table = schema.occurrence
        asked = _between(select(table), table.c.at, start, end)
        return self._each(asked if key is None else asked.where(table.c.key == key), table.c.id, rows.occurrence)

    def each_command(self, *, start: int | None = None, end: int | None = None) -> Iterator[Command]:
        """Every one requested in start <= at < end (µs UTC) in the order they were first stored, page by page."""
        table = schema.command
        asked = _between(select(table), table.c.requested_at, start, end)
        return self._each(asked, table.c.number, rows.command)

    def device_events(
        self, *, start: int | None = None, end: int | None = None, limit: int = 1000
    ) -> tuple[DeviceEvent, ...]:
        """Newest first, with start <= at < end (µs UTC)."""
        table = schema.device_event
        asked = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        return self._facts(_between(asked, table.c.at, start, end), rows.event)

    def quarantined(self, limit: int = 100) -> tuple[Quarantined, ...]:
        """Newest first."""
        table = schema.quarantine
        return self._facts(select(table).order_by(table.c.id.desc()).limit(limit), rows.quarantined)

    def journal(self, *, after: int = 0, limit: int | None = None) -> Iterator[JournalEntry]:
        """Entries with seq > after, in order, read page by page."""
        return islice(self._each(select(schema.journal), schema.journal.c.seq, rows.journal, after), limit)

    def journal_of(self, subject: str, *, limit: int = 200) -> tuple[JournalEntry, ...]:
        """The newest entries about one thing (command id, alarm key, login), oldest first."""
        table = schema.journal
        asked = select(table).where(table.c.subject == subject).order_by(table.c.seq.desc()).limit(limit)
        return self._facts(asked, rows.journal)[::-1]

    def journal_like(self, kind: str, *, limit: int = 200) -> tuple[JournalEntry, ...]:
        """The newest entries whose kind begins with `kind`, newest first."""
        table = schema.journal
        asked = select(table).where(table.c.kind.startswith(kind, autoescape=True)).order_by(table.c.seq.desc())
        return self._facts(asked.limit(limit), rows.journal)

    def journal_search(
        self, query: JournalQuery, *, before: int | None = None, limit: int = 200
    ) -> tuple[JournalEntry, ...]:
        """The newest entries of a query with seq < `before`, newest first."""
        table = schema.journal
        asked = _searched(select(table), query).order_by(table.c.seq.desc()).limit(limit)
        return self._facts(asked if before is None else asked.where(table.c.seq < before), rows.journal)

    def journal_count(self, query: JournalQuery) -> int:
        """How many entries a query finds."""
        with self._database.reading() as connection:
            asked = _searched(select(func.count()).select_from(schema.journal), query)
            return int(connection.execute(asked).scalar_one())

    def journal_each(self, query: JournalQuery) -> Iterator[JournalEntry]:
        """Every entry of a query in order, read page by page."""
        return self._each(_searched(select(schema.journal), query), schema.journal.c.seq, rows.journal)

    def journal_tail(self, count: int) -> tuple[JournalEntry, ...]:
        """The newest entries, oldest first."""
        table = schema.journal
        return self._facts(select(table).order_by(table.c.seq.desc()).limit(count), rows.journal)[::-1]

    def last_values(self) -> SampleBatch:
        """The newest stored sample of every point, in order of point; `history.damaged` names what was left out."""
        return self._database.last_values()

    def setting(self, key: str) -> str | None:
        """The value of a setting; None when it was never set."""
        with self._database.reading() as connection:
            return connection.execute(
                select(schema.setting.c.value).where(schema.setting.c.key == key)
            ).scalar_one_or_none()

    def relayed(self, after: int, limit: int) -> tuple[Relayed, ...]:
        """What other nodes have received and is not taken in yet, from the row after that one on, in order."""
        asked = select(schema.relay).where(schema.relay.c.id > after).order_by(schema.relay.c.id).limit(limit)
        with self._database.reading() as connection:
            return tuple(
                relaying.relayed(row.id, row.node, row.received_at, row.digest, row.body)
                for row in connection.execute(asked)
            )

    def fault(self) -> str:
        """What the database finds wrong with itself; empty when it is sound."""
        return self._database.fault()

    def move(self, url: str, told: Callable[[str, int], None] = lambda table, rows: None) -> dict[str, int]:
        """Copy everything to an empty database elsewhere and read it again; how many rows of each table.

        told: a table, and how many rows of it have come over. Nothing here is changed. Raises ConfigError when there
        is anything at `url` already, StoreError when it cannot be read or kept.
        """
        target = database_of(url)
        try:
            return copied(self._database, self._found, target, told)
        finally:
            target.close()

    def retire(self, place: object) -> None:
        """Mark that the site has moved to `place`: this database is opened no more. Raises StoreError."""
        self._database.retire(place)

    def backup(self, file: Path) -> None:
        """Copy the running database to a new file, whole and checked. ConfigError when the file exists."""
        self._database.backup(file)

    def _each(self, asked: Select[Any], key: Column[int], fact: Callable[[rows.Row], T], after: int = 0) -> Iterator[T]:
        """Facts in order of `key`, a page at a time, so that no long reading holds up the log's reuse."""
        while True:
            page = self._facts(asked.where(key > after).order_by(key).limit(_PAGE), dict)
            # One by one, so that everything before a row that cannot be read is heard.
            yield from map(fact, page)
            if len(page) < _PAGE:
                return
            after = page[-1][key.name]

    def _facts(self, asked: Select[Any], fact: Callable[[rows.Row], T]) -> tuple[T, ...]:
        with self._database.reading() as connection:
            return tuple(fact({**row}) for row in connection.execute(asked).mappings())


def _bodies(connection: Connection, asked: Select[Any], kind: type[T]) -> tuple[T, ...]:
    return tuple(rows.from_body(row.body, kind, kind.__name__, row.id) for row in connection.execute(asked))


def _between(asked: Select[Any], column: Any, start: int | None, end: int | None) -> Select[Any]:
    asked = asked if start is None else asked.where(column >= start)
    return asked if end is None else asked.where(column < end)


def _searched(asked: Select[Any], query: JournalQuery) -> Select[Any]:
    table = schema.journal
    asked = _between(asked, table.c.at, query.start, query.end)
    if query.person:
        asked = asked.where(table.c.person == query.person)
    if query.kinds:
        asked = asked.where(or_(*(table.c.kind.startswith(kind, autoescape=True) for kind in query.kinds)))
    if query.text:
        places = (table.c.subject, table.c.workstation, table.c.fields)
        asked = asked.where(or_(*(place.icontains(query.text, autoescape=True) for place in places)))
    return asked
