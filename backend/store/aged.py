"""The classes of stored data that grow old: how old each is, the next portion to destroy, and how."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Table, delete, func, select

from backend.model.keeping import Keeping
from backend.store.cold import catalogue
from backend.store.cold.layout import DAY_US, day_of
from backend.store.rolled.grains import HOUR, MINUTE, QUARTER, RAW, Tier
from backend.store.schema import cold, device_event, leaf, quarantine

_PORTION: Final = 500


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to destroy. n: rows in it. digest: of what it holds."""

    key: tuple[Any, ...]
    n: int
    digest: bytes


class Aged(Protocol):
    """A class of data that grows old."""

    @property
    def name(self) -> str:
        """What people call it."""

    def days(self, keeping: Keeping) -> int:
        """How long it is kept."""

    def oldest(self, connection: Connection) -> int | None:
        """When the oldest of it ends (µs UTC), or a little before that; None when there is none."""

    def find(self, connection: Connection, until: int) -> list[Found]:
        """The next portion of what ends before a time (µs UTC)."""

    def drop(self, connection: Connection, found: Sequence[Found], now: int) -> None:
        """Destroy a portion."""


class AgedFiles:
    """Samples, a day's file at a time."""

    name = RAW.name

    def days(self, keeping: Keeping) -> int:
        """Not less than they stay in the database."""
        return max(keeping.raw, keeping.recent)

    def oldest(self, connection: Connection) -> int | None:
        """The end of the oldest day."""
        day = connection.execute(select(func.min(cold.c.day)).where(cold.c.n > 0)).scalar_one()
        return None if day is None else (int(day) + 1) * DAY_US - 1

    def find(self, connection: Connection, until: int) -> list[Found]:
        """Files of days that are over before that."""
        rows = connection.execute(
            select(cold.c.day, cold.c.n, cold.c.digest)
            .where(cold.c.day < day_of(until), cold.c.n > 0)
            .order_by(cold.c.day)
            .limit(_PORTION)
        )
        return [Found((row.day,), row.n, row.digest) for row in rows]

    def drop(self, connection: Connection, found: Sequence[Found], now: int) -> None:
        """No day names them any more; they are deleted before it is certified."""
        for each in found:
            catalogue.bury(connection, each.key[0], at=now)


class AgedRollUps:
    """Roll-ups of one tier, a leaf at a time: the newest grains of a leaf must be old enough."""

    def __init__(self, tier: Tier, days: Callable[[Keeping], int]) -> None:
        self.name = tier.name
        self._tier = tier
        self._days = days

    def days(self, keeping: Keeping) -> int:
        """By the tier."""
        return self._days(keeping)

    def oldest(self, connection: Connection) -> int | None:
        """The end of the oldest leaf."""
        last = connection.execute(select(func.min(leaf.c.last)).where(leaf.c.tier == self._tier.id)).scalar_one()
        return None if last is None else (int(last) + 1) * self._tier.grain_us - 1

    def find(self, connection: Connection, until: int) -> list[Found]:
        """Whole leaves."""
        asked = select(leaf.c.point, leaf.c.first, leaf.c.n, leaf.c.digest)
        ended = until // self._tier.grain_us
        rows = connection.execute(asked.where(leaf.c.tier == self._tier.id, leaf.c.last < ended).limit(_PORTION))
        return [Found((row.point, row.first), row.n, row.digest) for row in rows]

    def drop(self, connection: Connection, found: Sequence[Found], now: int) -> None:
        """Row by row."""
        for point, first in (each.key for each in found):
            chosen = (leaf.c.tier == self._tier.id, leaf.c.point == point, leaf.c.first == first)
            connection.execute(delete(leaf).where(*chosen))


class AgedRows:
    """Rows of a table by their time."""

    def __init__(self, table: Table, at: str, days: Callable[[Keeping], int]) -> None:
        self.name = table.name
        self._table = table
        self._at = table.c[at]
        self._days = days

    def days(self, keeping: Keeping) -> int:
        """By the table."""
        return self._days(keeping)

    def oldest(self, connection: Connection) -> int | None:
        """The oldest row."""
        found = connection.execute(select(func.min(self._at))).scalar_one()
        return None if found is None else int(found)

    def find(self, connection: Connection, until: int) -> list[Found]:
        """The rows themselves."""
        rows = connection.execute(select(self._table).where(self._at < until).limit(_PORTION)).all()
        return [Found((row.id,), 1, hashlib.sha256(repr(tuple(row)).encode()).digest()) for row in rows]

    def drop(self, connection: Connection, found: Sequence[Found], now: int) -> None:
        """By their ids."""
        connection.execute(delete(self._table).where(self._table.c.id.in_([each.key[0] for each in found])))


ROWS: Final[tuple[Aged, ...]] = (
    AgedRows(device_event, "at", lambda keeping: keeping.events),
    AgedRows(quarantine, "received_at", lambda keeping: keeping.quarantine),
)
"""Kept in rows on every database."""
AGED: Final[tuple[Aged, ...]] = (
    AgedFiles(),
    AgedRollUps(MINUTE, lambda keeping: keeping.minute),
    AgedRollUps(QUARTER, lambda keeping: keeping.quarter),
    AgedRollUps(HOUR, lambda keeping: keeping.hour),
    *ROWS,
)
"""Where samples are in files and roll-ups in leaves."""
