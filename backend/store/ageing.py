"""Destroy what is older than the site keeps, class by class, and certify it in the journal.

That it will be destroyed is written down first, then it is, a portion a transaction, and the certificate comes last: a
crash in between is gone on from, and nothing is certified that is still there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from backend import logs
from backend.clock import Clock
from backend.model.journal import JournalDraft
from backend.model.keeping import Keeping
from backend.store.aged import Aged
from backend.store.cold.layout import DAY_US, day_of
from backend.store.schema import retired
from backend.store.tx import Tx

DESTROYED: Final = "history.destroyed"
MOST_DAYS: Final = 31
"""Destroyed of a class at a time: a clock that is years ahead does not take everything at once."""
STEADY_S: Final = 3600.0
"""Nothing is destroyed before the clock has run evenly for so long."""
_JUMP_US: Final = 600_000_000
_log = logs.get(__name__)

Run = Callable[[Callable[[Tx], None]], None]
"""Does a unit of work and waits for it."""


class Ager:
    """By whoever calls, one thread at a time. swept: files that nothing names any more are deleted now."""

    def __init__(
        self,
        kinds: Sequence[Aged],
        reading: Callable[[], Any],
        run: Run,
        clock: Clock,
        *,
        swept: Callable[[], None],
        breathe: Callable[[], None],
    ) -> None:
        self._kinds = kinds
        self._reading = reading
        self._run = run
        self._clock = clock
        self._swept = swept
        self._breathe = breathe
        self._begin_watching()

    def is_steady(self) -> bool:
        """Whether the clock may be trusted with this."""
        now = self._clock.wall_us() - round(self._clock.mono() * 1e6)
        if abs(now - self._offset) > _JUMP_US:
            _log.warning("clock jumped: nothing is destroyed for an hour")
            self._begin_watching()
        return self._clock.mono() - self._since >= STEADY_S

    def age(self, keeping: Keeping) -> int:
        """Destroy what is due; how many classes there was something of."""
        return sum(self._age(kind, kind.days(keeping)) for kind in self._kinds)

    def _begin_watching(self) -> None:
        self._since = self._clock.mono()
        self._offset = self._clock.wall_us() - round(self._since * 1e6)

    def _age(self, kind: Aged, days: int) -> bool:
        cutoff = (day_of(self._clock.wall_us()) - days) * DAY_US
        with self._reading() as connection:
            asked = select(retired.c.until, retired.c.goal).where(retired.c.kind == kind.name)
            row = connection.execute(asked).one_or_none()
            oldest = kind.oldest(connection)
        if row is None or row.goal == row.until:
            if oldest is None or oldest >= cutoff:
                return False
            goal = min(cutoff, (day_of(oldest) + MOST_DAYS) * DAY_US)
            before = oldest if row is None else max(row.until, oldest)
            self._run(lambda tx: tx.derived(lambda connection: _begin(connection, kind.name, before, goal)))
        else:
            goal = row.goal
        while self._portion(kind, goal):
            self._breathe()
        self._swept()
        self._run(lambda tx: self._certify(tx, kind.name, days))
        return True

    def _portion(self, kind: Aged, goal: int) -> bool:
        with self._reading() as connection:
            found = kind.find(connection, goal)
        if not found:
            return False
        now = self._clock.wall_us()

        def destroy(connection: Connection) -> None:
            kind.drop(connection, found, now)
            row = connection.execute(select(retired).where(retired.c.kind == kind.name)).one()
            summed = hashlib.sha256(row.digest)
            for each in found:
                summed.update(each.digest)
            values = {"n": row.n + sum(each.n for each in found), "digest": summed.digest()}
            connection.execute(update(retired).where(retired.c.kind == kind.name).values(values))

        self._run(lambda tx: tx.derived(destroy))
        return True

    def _certify(self, tx: Tx, name: str, days: int) -> None:
        rows: list[Any] = []

        def end(connection: Connection) -> None:
            row = connection.execute(select(retired).where(retired.c.kind == name)).one()
            rows.append(row)
            connection.execute(update(retired).where(retired.c.kind == name).values(until=row.goal))

        tx.derived(end)
        (row,) = rows
        tx.journal(
            JournalDraft(
                at=self._clock.wall_us(),
                kind=DESTROYED,
                subject=name,
                fields=(
                    ("from", row.until),
                    ("until", row.goal),
                    ("rows", row.n),
                    ("sha256", row.digest.hex()),
                    ("kept_days", days),
                    ("approved_by", "site.toml"),
                ),
            )
        )
        _log.info("data destroyed for their age", kind=name, until=row.goal, rows=row.n)


def _begin(connection: Connection, name: str, until: int, goal: int) -> None:
    connection.execute(delete(retired).where(retired.c.kind == name))
    fresh = {"kind": name, "until": min(until, goal), "goal": goal, "n": 0, "digest": bytes(32)}
    connection.execute(insert(retired), fresh)
