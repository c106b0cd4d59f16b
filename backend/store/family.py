"""What a store needs of a database, whichever it is. Two families: `sqlite` (a file) and `postgres` (a server)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from backend.clock import Clock
from backend.errors import StoreError
from backend.model.sample import SampleBatch
from backend.model.storage import StoredTier
from backend.model.trend import Thinned
from backend.store.aged import Aged
from backend.store.cold.rules import Cooling
from backend.store.groups import Damaged
from backend.store.identity import Identity

T = TypeVar("T")
LEAD: Final = "lead"
"""Setting: which node leads the site, as "number:name"; the number grows each time the lead is taken."""
Reading = Callable[[], AbstractContextManager[Connection]]
"""A connection that sees one state of the database for as long as it is held. Raises StoreError."""


class UncertainError(StoreError):
    """The connection was lost while a transaction was being committed, and the database cannot be asked now."""


class InWords(Protocol):
    """Says what the database could not do, or an error of the types `also`, as a StoreError to act on."""

    def __call__(self, *also: type[Exception]) -> AbstractContextManager[None]: ...


class Hand(Protocol):
    """What writes: one connection, one transaction at a time. Opening and everything else is the writer's alone."""

    def transaction(self, work: Callable[[Connection], T]) -> T:
        """Begin, work, commit; on any failure nothing of it is stored, but for UncertainError."""

    def settle(self) -> bool:
        """After an UncertainError: whether that transaction is stored. Raises StoreError while nobody can say."""

    def put(self, connection: Connection, batch: SampleBatch) -> int:
        """Store a batch of one row or more as one group, in the transaction of that connection; its id."""

    def committed(self, groups: Sequence[tuple[int, SampleBatch]]) -> None:
        """These groups are on the disk."""

    def lead_as(self, token: str) -> None:
        """From the next transaction on, do only what is still led by that token: the setting LEAD says whose it is."""

    def keep_house(self) -> None:
        """After an answer is out: what nobody waits for."""

    def end(self, *, hurry: bool) -> None:
        """Leave the database in order. hurry: with nothing more written to it."""


class History(Protocol):
    """Questions about stored samples. Any thread; no answer contains a group that was found damaged."""

    def read(self, points: Sequence[int], start: int, end: int) -> SampleBatch:
        """Samples of `points` with start <= at < end (µs UTC), sorted by point, then at, then order of storing.

        Groups found damaged are left out; `damaged` names them. `received_at` and `source` tell nothing.
        """

    def thinned(self, points: Sequence[int], start: int, end: int, buckets: int) -> tuple[Thinned, ...]:
        """One answer per point, in the order asked: its samples with start <= at < end (µs UTC) as at most `buckets`
        equal stretches, made from the coarsest roll-ups that are fine enough; where there are no more samples than
        buckets, the samples themselves."""

    def first_at(self, point: int) -> int | None:
        """When the history of a point begins (µs UTC), or a little before that; None when it has none."""

    def contains(self, batch: SampleBatch) -> NDArray[np.bool_]:
        """For each row of `batch` whether its very (point, at, value), bit for bit, is stored; shape (n,)."""

    def count(self) -> int:
        """How many samples are stored, damaged ones included."""

    def windows(self, start: int, end: int, rows: int) -> Iterator[tuple[int, int]]:
        """Cut start <= at < end into stretches of about `rows` samples of all points, for reading piece by piece."""

    def tiers(self) -> tuple[StoredTier, ...]:
        """Where samples are, finest and newest first; as far as the database can tell quickly."""

    def check(self) -> tuple[Damaged, ...]:
        """Read everything there is; the groups that are damaged. As long as the disk takes."""

    @property
    def damaged(self) -> tuple[Damaged, ...]:
        """Every damaged group met since the store was opened."""

    @property
    def damaged_rolled(self) -> dict[int, str]:
        """Points whose roll-ups were found damaged, and how that showed, until they are made again."""


class Steps(Protocol):
    """Makes roll-ups, one step at a time, by whoever calls."""

    def waiting(self) -> tuple[int, int]:
        """How many groups and samples wait for a step; not more than is quick to find out."""

    def step(self) -> bool:
        """Take in the oldest groups that wait; whether there were any."""

    def cool(self, rule: Cooling) -> int:
        """Move the samples of days that are over long enough to cold files; how many days."""


class Receiver(Protocol):
    """A new database with its tables and marks, in the transaction that fills it."""

    @property
    def connection(self) -> Connection:
        """For the tables of facts."""

    def put(self, group: int, batch: SampleBatch) -> None:
        """A group of samples under the id it has had."""


class Leases(Protocol):
    """What one process holds alone among all processes of a site, until it lets go or ends. Any thread."""

    def take(self, name: str) -> bool | None:
        """Whether it is held now: False when another process has it, None when the database cannot be asked."""

    def let_go(self, name: str) -> None:
        """Another process may take it."""

    def holds(self, name: str) -> bool:
        """Whether what was taken is still held."""

    def nodes(self) -> int:
        """How many processes of the site there are, this one included."""

    def close(self) -> None:
        """Let go of everything."""


class Database(Protocol):
    """One site's database and what one process holds of it."""

    @property
    def place(self) -> object:
        """Where it is, as people are told: never with a password."""

    def in_words(self, *also: type[Exception]) -> AbstractContextManager[None]:
        """As InWords."""

    @property
    def history(self) -> History:
        """Answered on connections of `reading`."""

    @property
    def reading(self) -> Reading:
        """From a small pool; any thread."""

    def make(self, *, site: str, mode: str) -> Identity:
        """A new database with every table and its marks, whole or not at all. ConfigError when anything is there."""

    def prepare(self, *, site: str, mode: str) -> Identity:
        """Check that it is this site's and bring its tables up to date. ConfigError says why not."""

    def look(self, *, site: str, mode: str) -> Identity:
        """Check that it is this site's, to read it only; nothing is changed. ConfigError says why not."""

    def hand(self, clock: Clock) -> Hand:
        """The hand that writes. Raises StoreError when the database cannot be reached."""

    def leases(self) -> Leases:
        """For this process."""

    def steps(self, write: Callable[[Callable[[Connection], None]], None], breathe: Callable[[], None]) -> Steps:
        """What makes roll-ups. write: does it in a transaction of the writer's and waits; breathe: called between two
        pieces of work, and what it raises ends the step with nothing half done."""

    def last_values(self) -> SampleBatch:
        """The newest stored sample of every point, in order of point."""

    @property
    def aged(self) -> Sequence[Aged]:
        """The classes of data that are destroyed when they are old enough."""

    def sweep(self, write: Callable[[Callable[[Connection], None]], None]) -> None:
        """Delete now what lies in files that nothing names any more."""

    def fault(self) -> str:
        """What the database finds wrong with itself; empty when it is sound."""

    def backup(self, file: Path) -> None:
        """Copy it as it is at this moment to a new SQLite file, whole and checked."""

    def groups(self, connection: Connection) -> Iterator[tuple[int, SampleBatch]]:
        """Every group of samples as it was stored, in order of id. Raises StoreError when one is damaged."""

    def receiving(self, marks: Identity) -> AbstractContextManager[Receiver]:
        """Make the database with these marks, to be filled: it is there whole when the body ends well, and not at all
        otherwise. ConfigError when anything is there."""

    def retire(self, place: object) -> None:
        """Mark that the site has moved to `place`: it is opened no more."""

    def close(self) -> None:
        """Answer nothing more."""
