"""The store of one site: units of work in, facts out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection

from backend.clock import Clock
from backend.errors import ConfigError, StoreError
from backend.model.journal import first_draft
from backend.model.keeping import Keeping
from backend.store import identity
from backend.store.ageing import Ager
from backend.store.appending import Seal
from backend.store.choosing import database_of
from backend.store.cold.rules import Cooling
from backend.store.family import LEAD, Database, Leases, Steps
from backend.store.records import Records
from backend.store.reserve import Reserve
from backend.store.rolled.roller import Pace, Roller
from backend.store.tx import Tx
from backend.store.writer import Writer

T = TypeVar("T")
_NO_HASH: Final = bytes(32)


class Store(Records):
    """One site's database. `run` writes, everything else reads; all of it from any thread."""

    def __init__(
        self, database: Database, found: identity.Identity, *, clock: Clock, seal: Seal, reserve: Reserve | None = None
    ) -> None:
        """Use `create` or `open`."""
        super().__init__(database, found)
        self._token = ""
        genesis = seal(_NO_HASH, 0, first_draft(found.site, found.store))
        pace = Pace(clock)
        try:
            self._writer = Writer(
                database,
                genesis=genesis,
                clock=clock,
                seal=seal,
                committed=pace.committed,
                # A server's disk is not ours to keep space on.
                reserve=reserve if isinstance(database.place, Path) else None,
            )
        except StoreError as error:
            raise ConfigError(error.template, **error.values) from error
        self._roller = Roller(self._steps, pace, clock, partial(self._ager, clock))

    @classmethod
    def create(cls, url: str, *, site: str, mode: str, clock: Clock, seal: Seal) -> Store:
        """Make the database of a new site. ConfigError when anything is there already."""
        database = database_of(url)
        return cls(database, database.make(site=site, mode=mode), clock=clock, seal=seal)

    @classmethod
    def open(cls, url: str, *, site: str, mode: str, clock: Clock, seal: Seal, reserve: Reserve | None = None) -> Store:
        """Open the database of a site, bringing older tables up to date. ConfigError says why not; nothing is made.

        reserve: space for the journal on a full disk; for whoever runs the site.
        """
        database = database_of(url)
        return cls(database, database.prepare(site=site, mode=mode), clock=clock, seal=seal, reserve=reserve)

    def run(self, work: Callable[[Tx], T]) -> Future[T]:
        """Do `work` in its own transaction, after everything queued before it.

        The future is done when the transaction is on the disk. When it ends with StoreError, or with what `work`
        raised, nothing of the unit is stored.
        """
        return self._writer.submit(work)

    @staticmethod
    def leases(url: str) -> Leases:
        """What this process holds alone among all that use the database at that address. ConfigError."""
        return database_of(url).leases()

    def lead(self, node: str) -> str:
        """Lead the site from now on; the holder of the lease says so. Whoever led before stores nothing any more.

        The token that is written into the setting LEAD; empty for a file, which one process has alone. StoreError.
        """
        if isinstance(self.place, Path):
            return ""
        number = int((self.setting(LEAD) or "0").partition(":")[0]) + 1
        token = f"{number}:{node}"
        self.run(lambda tx: tx.setting(LEAD, token)).result()
        self._writer.lead_as(token)
        self._token = token
        return token

    def leads(self) -> bool:
        """Whether nobody has led the site since `lead`. Raises StoreError."""
        return not self._token or self.setting(LEAD) == self._token

    def roll_up(self) -> None:
        """Make every roll-up now, on this thread; they are made in the background otherwise. Raises StoreError."""
        self._roller.run_now()

    def cool(self, rule: Cooling) -> int:
        """Move days that are over long enough to cold files now, on this thread; how many. Raises StoreError."""
        return self._roller.cool_now(rule)

    def keep(self, keeping: Keeping) -> None:
        """From now on old samples move to files in the background, and what is older than that is destroyed."""
        self._roller.keeping = keeping

    def age(self, keeping: Keeping) -> int:
        """Destroy now, on this thread, what is older than that; how many classes there was something of."""
        return self._roller.age_now(keeping)

    def close(self) -> None:
        """Finish what is queued (2 s at most), then leave one file without a log beside it."""
        self._roller.close()
        self._database.close()
        self._writer.close()

    def _ager(self, clock: Clock, breathe: Callable[[], None]) -> Ager:
        def run(work: Callable[[Tx], None]) -> None:
            self._writer.submit(work).result()

        def swept() -> None:
            self._database.sweep(lambda write: run(lambda tx: tx.derived(write)))

        return Ager(self._database.aged, self._database.reading, run, clock, swept=swept, breathe=breathe)

    def _steps(self, breathe: Callable[[], None]) -> Steps:
        def write(derived: Callable[[Connection], None]) -> None:
            self._writer.submit(lambda tx: tx.derived(derived)).result()

        return self._database.steps(write, breathe)
