"""Make roll-ups of rows: what a minute, a quarter, an hour of a point comes to.

One step takes the groups after the mark in `rolled` and moves the mark, in one transaction: a reader meets every sample
either in the roll-ups or after the mark, whenever it was measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from backend.errors import StoreError, mark
from backend.store.cold.rules import Cooling
from backend.store.family import Reading
from backend.store.postgres import columns, connections, samples
from backend.store.postgres.address import Address
from backend.store.postgres.columns import Columns
from backend.store.postgres.connections import Raw, driver
from backend.store.postgres.days import DAY_US, name
from backend.store.postgres.words import in_words
from backend.store.rolled import grains as grain_rules
from backend.store.rolled.grains import ROLLED, Grains

KINDS: Final = {
    **{"tier": "i2", "point": "i4", "grain": "i8", "at": "i8", "last_at": "i8", "low": "f8", "high": "f8"},
    **{"total": "f8", "used": "i8", "first": "f8", "last": "f8", "count": "i8", "worst": "i2"},
}
SAMPLES: Final = 400_000
GROUPS: Final = 20_000
"""What one step takes at most."""
_LOCK: Final = "pg_advisory_xact_lock(19536, 2)"
_WAITING: Final = (
    "SELECT count(*), coalesce(sum(n), 0) FROM (SELECT n FROM sample_group WHERE id > (SELECT through FROM rolled) "
    f"ORDER BY id LIMIT {GROUPS}) AS waiting"
)
_NEXT: Final = (
    "SELECT max(id) FROM (SELECT id, sum(n) OVER (ORDER BY id) - n AS before FROM (SELECT id, n FROM sample_group "
    "WHERE id > {} ORDER BY id LIMIT {}) AS next) AS summed WHERE before < {}"
)
_SUMMARIZE: Final = "SELECT brin_summarize_new_values(indexrelid) FROM pg_index WHERE indrelid"
_NEWEST_DAYS: Final = 3
_SAME: Final = "r.tier = f.tier AND r.point = f.point AND r.grain = f.grain"
_OTHER: Final = mark("Another program is making the roll-ups of {file}; what was made here is left.")


class RowSteps:
    """As `family.Steps`, on a connection of its own."""

    def __init__(self, address: Address, reading: Reading, breathe: Callable[[], None]) -> None:
        self._address = address
        self._reading = reading
        self._breathe = breathe

    def cool(self, rule: Cooling) -> int:
        """Old days stay in their partitions, which the server looks after."""
        return 0

    def waiting(self) -> tuple[int, int]:
        """How many groups and samples there are after the mark."""
        with self._reading() as connection:
            groups, waiting = connection.execute(text(_WAITING)).one()
        return int(groups), int(waiting)

    def step(self) -> bool:
        """Take in the oldest groups that wait; whether there were any."""
        with self._reading() as connection:
            raw = driver(connection)
            before = mark_of(raw)
            upto = next_groups(raw, before, samples=SAMPLES)
            if upto is None:
                return False
            found = samples.get(raw, f"{samples.after(before)} AND {samples.upto(upto)}")
        self._breathe()
        fresh = _rolled(found)
        self._breathe()
        self._store(fresh, before, upto, np.unique(found["at"] // DAY_US)[-_NEWEST_DAYS:].tolist())
        self._breathe()
        return True

    def _store(self, fresh: Columns, before: int, upto: int, days: list[int]) -> None:
        raw = connections.connect(self._address, writes=True)
        try:
            with in_words(self._address), raw.transaction():
                raw.execute(f"SELECT {_LOCK}".encode())
                moved = raw.execute(b"UPDATE rolled SET through = %s WHERE through = %s", (upto, before))
                if moved.rowcount != 1:
                    raise StoreError(_OTHER, file=self._address)
                raw.execute(b"CREATE TEMPORARY TABLE fresh (LIKE rollup) ON COMMIT DROP")
                columns.put(raw, "fresh", fresh, KINDS)
                raw.execute(b"ANALYZE fresh")
                gone = f"WITH gone AS (DELETE FROM rollup r USING fresh f WHERE {_SAME} RETURNING r.*) "
                columns.put(
                    raw, "rollup", _merged(columns.get(raw, "SELECT * FROM gone", KINDS, before=gone), fresh), KINDS
                )
            with in_words(self._address):
                # Otherwise the newest pages are searched whole until the server gets round to it.
                names = ", ".join(f"to_regclass('{name(day)}')" for day in days)
                raw.execute(f"{_SUMMARIZE} IN ({names})".encode())
        finally:
            raw.close()


def mark_of(raw: Raw) -> int:
    """The newest group whose samples are in the roll-ups."""
    return _number(raw, "SELECT through FROM rolled") or 0


def next_groups(raw: Raw, after: int, *, samples: int) -> int | None:
    """The last of the next groups that have about so many samples together; None when there is no group."""
    return _number(raw, _NEXT.format(after, GROUPS, samples))


def grains_of(found: Columns) -> Grains:
    """Roll-ups as grains, row for row."""
    return Grains(**{field.name: found[field.name] for field in fields(Grains)} | {"worst": _bytes(found["worst"])})


def _rolled(found: Columns) -> Columns:
    """What samples come to by point, in every tier."""
    batch = samples.in_order(found)
    parts: list[Columns] = []
    for tier in ROLLED:
        number = batch.at // tier.grain_us
        begins = np.flatnonzero(np.append(True, (np.diff(number) != 0) | (np.diff(batch.point) != 0)))
        which = np.zeros(len(batch), np.int64)
        which[begins[1:]] = 1
        parts.append(_rows(tier.id, batch.point[begins], number[begins], grain_rules.of_samples(batch, which.cumsum())))
    return {name: np.concatenate([part[name] for part in parts]) for name in KINDS}


def _merged(old: Columns, fresh: Columns) -> Columns:
    """Both together, each (tier, point, grain) once; the old were stored first."""
    both = {name: np.concatenate([old[name], fresh[name]]) for name in KINDS}
    keys = np.rec.fromarrays([both[name] for name in ("tier", "point", "grain")])
    single, which = np.unique(keys, return_inverse=True)
    names = single.dtype.names or ()
    tier, point, grain = (single[name] for name in names)
    # `merged` gives back its rows by number, but leaves them as they are when the numbers rise already.
    return _rows(tier, point, grain, grain_rules.merged(grains_of(both), which.astype(np.int64)))


def _rows(tier: Any, point: NDArray[Any], grain: NDArray[Any], grains: Grains) -> Columns:
    held = {field.name: getattr(grains, field.name) for field in fields(Grains)}
    return {"tier": np.broadcast_to(np.asarray(tier, np.int16), point.shape), "point": point, "grain": grain, **held}


def _bytes(column: NDArray[Any]) -> NDArray[np.uint8]:
    return column.astype(np.uint8)


def _number(raw: Raw, asked: str) -> int | None:
    row = raw.execute(asked.encode()).fetchone()
    return None if row is None or row[0] is None else int(str(row[0]))
