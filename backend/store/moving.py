"""Move everything a site has stored from one database to another: row by row, and read again to be sure.

The rows of the journal come over byte for byte, so that its chain and its checkpoints stay true. What is derived from
samples (roll-ups, snapshots of the newest) is made again where they go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select

from backend.errors import StoreError
from backend.model.sample import SampleBatch
from backend.store import blob, identity, schema
from backend.store.family import Database

_ROWS: Final = 1000
_OWN: Final = frozenset({"meta", "samples", "newest", "leaf", "piece", "rolled", "mending", "cold", "cold_gone"})
FACTS: Final = tuple(table for table in schema.metadata.sorted_tables if table.name not in _OWN)
"""Every table of facts, those that others refer to first."""
SAMPLES: Final = "samples"

Told = Callable[[str, int], None]
"""A table, and how many rows of it have come over."""


class Tally:
    """What a table comes to: how many rows, and a digest over all of them in order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = hashlib.sha256()

    def add(self, row: object) -> None:
        """One more row: numbers, texts, bytes, truth values and None."""
        self.rows += 1
        self._sum.update(repr(row).encode("utf-8", "backslashreplace"))

    def add_group(self, group: int, batch: SampleBatch) -> None:
        """One more group: its id, its facts and every bit of its samples."""
        self.rows += len(batch)
        self._sum.update(repr((group, len(batch), batch.received_at, batch.source)).encode())
        self._sum.update(blob.encode(batch))

    @property
    def says(self) -> tuple[int, str]:
        """To be compared."""
        return self.rows, self._sum.hexdigest()


def copied(source: Database, found: identity.Identity, target: Database, told: Told) -> dict[str, int]:
    """Copy everything to a new database with the same marks; how many rows each table has.

    All of `source` is seen as it is at one moment. Raises ConfigError when `target` is not empty and StoreError when
    something cannot be read, kept, or is not found again as it was; then `target` has none of it, but for the last:
    what is wrong stays there to be looked at.
    """
    with source.reading() as connection:
        with target.receiving(found) as receiver:
            sent = {table.name: _copy(connection, receiver.connection, table, told) for table in FACTS}
            sent[SAMPLES] = Tally()
            for group, batch in source.groups(connection):
                receiver.put(group, batch)
                sent[SAMPLES].add_group(group, batch)
                told(SAMPLES, sent[SAMPLES].rows)
    with target.reading() as connection:
        there = {table.name: _tally(connection, table) for table in FACTS}
        there[SAMPLES] = Tally()
        for group, batch in target.groups(connection):
            there[SAMPLES].add_group(group, batch)
    for name, tally in sent.items():
        if there[name].says != tally.says:
            raise StoreError(
                "{file} does not hold what was sent to it ({table}: {there} rows of {sent}); nothing else was changed.",
                file=target.place,
                table=name,
                there=there[name].rows,
                sent=tally.rows,
            )
    return {name: tally.rows for name, tally in sent.items()}


def _copy(source: Connection, target: Connection, table: Table, told: Told) -> Tally:
    tally = Tally()
    for page in _pages(source, table):
        target.execute(insert(table), page)
        for row in page:
            tally.add(tuple(row.values()))
        told(table.name, tally.rows)
    return tally


def _tally(connection: Connection, table: Table) -> Tally:
    tally = Tally()
    for page in _pages(connection, table):
        for row in page:
            tally.add(tuple(row.values()))
    return tally


def _pages(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    asked = select(table).order_by(*table.primary_key.columns)
    with connection.execution_options(yield_per=_ROWS).execute(asked) as found:
        for page in found.mappings().partitions():
            yield [dict(row) for row in page]


def next_numbers(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """(table, column, highest) of every table whose rows are numbered by the database and which has any."""
    for table in FACTS:
        for column in table.primary_key.columns:
            if column.identity is not None:
                highest = connection.execute(select(func.max(column))).scalar_one()
                if highest is not None:
                    yield table.name, column.name, int(highest)
