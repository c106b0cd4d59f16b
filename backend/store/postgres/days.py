"""The daily partitions of `sample`: made ahead, and for late samples when they come."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.store.postgres.connections import Raw

DAY_US: Final = 86_400_000_000
AHEAD: Final = 2
"""Days made before they come, so that nobody waits for one at midnight."""
_FIRST: Final = 10_957
"""2000-01-01. Whatever a clock gone wrong says is earlier, or later than the days made ahead, is in `sample_other`."""
_MOST: Final = 4000
_DAYS: Final = (
    "SELECT substr(c.relname, 8)::int FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
    "WHERE i.inhparent = 'sample'::regclass AND c.relname ~ '^sample_[0-9]+$'"
)
_PARTITIONED: Final = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'sample'::regclass"


class Days:
    """Which there are, as one writer knows; in transactions of its own."""

    def __init__(self) -> None:
        self._known: set[int] | None = None
        self._partitioned = True

    def need(self, raw: Raw, at: NDArray[np.int64], today_us: int) -> None:
        """Have a partition for each of these times (µs UTC) that may have one, in the caller's transaction."""
        days = np.unique(at // DAY_US)
        wanted = set(days[(days >= _FIRST) & (days <= today_us // DAY_US + AHEAD)].tolist())
        if not self._partitioned or (self._known is not None and wanted <= self._known):
            return
        (self._partitioned,) = raw.execute(_PARTITIONED.encode()).fetchone() or (False,)  # type: ignore[assignment]
        if not self._partitioned:
            return
        self._known = {int(str(day)) for (day,) in raw.execute(_DAYS.encode())}
        for day in sorted(wanted - self._known):
            if len(self._known) < _MOST:
                _make(raw, day)
                self._known.add(day)

    def ahead(self, raw: Raw, today_us: int) -> None:
        """Today and the days after it."""
        self.need(raw, today_us + np.arange(AHEAD + 1) * DAY_US, today_us)

    def forget(self) -> None:
        """A transaction was rolled back: what it made is not there."""
        self._known = None


def name(day: int) -> str:
    """The partition of a day, counted from 1970."""
    return f"sample_{day}"


def _make(raw: Raw, day: int) -> None:
    """Attaching holds up neither who reads other days nor who writes; what stands in `sample_other` moves over."""
    start, end = day * DAY_US, (day + 1) * DAY_US
    held = f"at >= {start} AND at < {end}"
    for statement in (
        f"CREATE TABLE {name(day)} (LIKE sample)",
        f"WITH moved AS (DELETE FROM sample_other WHERE {held} RETURNING *) INSERT INTO {name(day)} TABLE moved",
        f"ALTER TABLE {name(day)} ADD CONSTRAINT {name(day)}_at CHECK ({held})",
        f"ALTER TABLE sample ATTACH PARTITION {name(day)} FOR VALUES FROM ({start}) TO ({end})",
    ):
        raw.execute(statement.encode())
