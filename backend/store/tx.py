"""One unit of work on the database: everything in it is stored, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from backend.clock import Clock
from backend.errors import StoreError
from backend.model.alarm import AlarmConfig, AlarmFacts, Occurrence
from backend.model.command import Command
from backend.model.event import DeviceEvent, Quarantined
from backend.model.journal import JournalDraft, JournalEntry
from backend.model.metering import Accounts
from backend.model.person import Account
from backend.model.plant import Registry
from backend.model.relayed import Received
from backend.model.sample import SampleBatch
from backend.store import relaying, rows, schema
from backend.store.appending import Appender
from backend.store.family import Hand, InWords

MOST_POINTS: Final = 1 << 24
"""Point ids are dense from 0; one beyond this is an error that would otherwise cost gigabytes."""


class Tx:
    """What a unit of work may do. Valid only inside it, on the writer's thread.

    Every method raises StoreError when it fails. The unit is then lost as a whole even if the work goes on: what it
    writes after that is refused, and what it wrote before is rolled back.
    """

    def __init__(
        self,
        connection: Connection,
        hand: Hand,
        in_words: InWords,
        *,
        appender: Appender,
        clock: Clock,
        room: Callable[[], bool],
    ) -> None:
        """room: whether there is space for more than what safety rests on."""
        self.appender = appender
        self.bulky = False
        """Something of this unit may take much space."""
        self.groups: list[tuple[int, SampleBatch]] = []
        """Ids and batches of the groups stored in this unit."""
        self.failure: StoreError | None = None
        self._connection = connection
        self._hand = hand
        self._in_words = in_words
        self._clock = clock
        self._room = room
        self._open = True
        self._thread = threading.get_ident()

    def samples(self, batch: SampleBatch) -> None:
        """Store a batch as one group; an empty batch is nothing to store."""
        with self._keeping():
            if not len(batch):
                return
            self._take_space()
            low, high = int(batch.point.min()), int(batch.point.max())
            if low < 0 or high >= MOST_POINTS:
                raise ValueError(f"point ids {low} to {high} cannot be of this site")
            self.groups.append((self._hand.put(self._connection, batch), batch))

    def quarantine(self, item: Quarantined) -> None:
        """Keep a message that was not used."""
        with self._keeping():
            self._take_space()
            self._insert(schema.quarantine, rows.quarantined_row(item))

    def journal(self, draft: JournalDraft) -> JournalEntry:
        """Append to the journal; the entry comes back as it is stored, with its seq and hash."""
        with self._keeping():
            return self.appender.append(draft)

    def alarm(self, config: AlarmConfig, facts: AlarmFacts) -> None:
        """Insert or update an alarm by its key."""
        with self._keeping():
            self._put(schema.alarm, "key", rows.alarm_row(config, facts))

    def occurrence(self, occurrence: Occurrence) -> None:
        """Append what happened to an alarm."""
        with self._keeping():
            self._insert(schema.occurrence, rows.occurrence_row(occurrence))

    def device_event(self, event: DeviceEvent) -> None:
        """Append what a device said."""
        with self._keeping():
            self._insert(schema.device_event, rows.event_row(event))

    def command(self, command: Command) -> None:
        """Insert or update a command by its id; what it asks never changes, and an end state is final."""
        with self._keeping():
            self._put(schema.command, "id", rows.command_row(command))

    def claim(self, command_id: str, attempt: int) -> None:
        """Claim one attempt of a stored command before its first byte is sent; a second claim of it fails."""
        with self._keeping():
            self._insert(schema.claim, {"command": command_id, "attempt": attempt, "at": self._clock.wall_us()})

    def account(self, account: Account) -> None:
        """Insert or update an account by its login."""
        with self._keeping():
            self._put(schema.account, "login", rows.account_row(account))

    def settled(self, accounts: Accounts) -> None:
        """Insert or update accounts of meters by their point."""
        with self._keeping():
            table = schema.meter_account
            columns = [getattr(accounts, column.name).tolist() for column in table.c]
            names = [column.name for column in table.c]
            if not len(accounts):
                return
            # Deleted and inserted anew, in two statements for all: the same on every database.
            self._connection.execute(
                delete(table).where(table.c.point == bindparam("which")), [{"which": point} for point in columns[0]]
            )
            self._connection.execute(
                insert(table), [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
            )

    def registry(self, registry: Registry) -> None:
        """Replace everything registered. Points keep their ids for ever: there may be more of them, never fewer."""
        with self._keeping():
            points = registry.points
            if [point.id for point in points] != list(range(len(points))):
                raise ValueError("the ids of points must be dense from 0")
            stored = self._connection.execute(select(func.count()).select_from(schema.point)).scalar_one()
            if len(points) < stored:
                raise ValueError(f"{len(points)} points cannot replace {stored}: an id is never used again")
            self._replace(schema.asset, rows.numbered(registry.assets))
            self._replace(schema.device, rows.numbered(registry.devices))
            self._replace(
                schema.point, [{"id": point.id, "tag": point.tag, "body": rows.body(point)} for point in points]
            )

    def setting(self, key: str, value: str) -> None:
        """Insert or update a setting."""
        with self._keeping():
            self._put(schema.setting, "key", {"key": key, "value": value})

    def relay(self, node: str, items: Sequence[Received]) -> None:
        """Keep what this node has received for the node that leads."""
        with self._keeping():
            self._take_space()
            self._insert(schema.relay, relaying.row_of(node, self._clock.wall_us(), items))

    def taken_in(self, relayed: int) -> None:
        """What that row of the relay held is stored in this unit."""
        with self._keeping():
            gone = self._connection.execute(delete(schema.relay).where(schema.relay.c.id == relayed))
            if gone.rowcount != 1:
                raise ValueError(f"row {relayed} of the relay has been taken in already")

    def derived(self, write: Callable[[Connection], None]) -> None:
        """Write what is made of stored samples; what it raises undoes the unit."""
        with self._keeping():
            self._take_space()
            write(self._connection)

    def _take_space(self) -> None:
        self.bulky = True
        if not self._room():
            raise StoreError("Nothing was stored: the disk is full, and what is left is kept for the journal.")

    def close(self) -> None:
        """The unit is over: nothing may be done with it any more."""
        self._open = False

    def _insert(self, table: Table, row: Mapping[str, Any]) -> None:
        self._connection.execute(insert(table), dict(row))

    def _put(self, table: Table, key: str, row: Mapping[str, Any]) -> None:
        # Two statements instead of one "on conflict": the same on every database.
        changed = self._connection.execute(update(table).where(table.c[key] == row[key]).values(dict(row)))
        if not changed.rowcount:
            self._insert(table, row)

    def _replace(self, table: Table, all_rows: Sequence[Mapping[str, Any]]) -> None:
        self._connection.execute(delete(table))
        if all_rows:
            self._connection.execute(insert(table), [dict(row) for row in all_rows])

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        if not self._open or threading.get_ident() != self._thread:
            raise StoreError("A unit of work was used outside its transaction.")
        if self.failure is not None:
            raise self.failure
        try:
            # The driver's words for a value it cannot bind.
            with self._in_words(OverflowError, TypeError, ValueError):
                yield
        except BaseException as error:
            self.failure = error if isinstance(error, StoreError) else StoreError("A unit of work failed midway.")
            raise
