"""Read stored groups back, believing none whose bytes have changed: it is named once in the log and left out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select

from backend import logs
from backend.model.sample import SampleBatch
from backend.store import blob

_EARLIEST, _LATEST = -(2**63), 2**63 - 1
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """A stored group that is not what was written. n: how many samples its row says are lost with it."""

    group: int
    first_at: int
    last_at: int
    n: int
    reason: str


class Damage:
    """Every damaged group found since the store was opened. Any thread."""

    def __init__(self) -> None:
        self._found: dict[int, Damaged] = {}
        self._lock = threading.Lock()

    def note(self, damaged: Damaged) -> None:
        """Remember it, and say it in the log the first time."""
        with self._lock:
            if damaged.group in self._found:
                return
            self._found[damaged.group] = damaged
        _log.error(
            "stored group damaged",
            group=damaged.group,
            first_at=damaged.first_at,
            last_at=damaged.last_at,
            n=damaged.n,
            reason=damaged.reason,
        )

    def found(self) -> tuple[Damaged, ...]:
        """In order of group."""
        with self._lock:
            return tuple(self._found[group] for group in sorted(self._found))


def sound(connection: Connection, asked: Select[Any], damage: Damage) -> Iterator[tuple[int, SampleBatch]]:
    """Id and batch of every group asked for (a select of whole `samples` rows) that is as it was written."""
    for row in connection.execute(asked):
        try:
            batch = blob.unpack(
                body=row.body,
                digest=row.digest,
                first_at=row.first_at,
                last_at=row.last_at,
                n=row.n,
                received_at=row.received_at,
                source=row.source,
            )
        except blob.DamagedError as error:
            damage.note(_damaged(row, str(error)))
        else:
            yield row.id, batch


def _damaged(row: Row[Any], reason: str) -> Damaged:
    """A row whose times are no numbers any more may be of any time."""
    whole = isinstance(row.first_at, int) and isinstance(row.last_at, int)
    return Damaged(
        group=row.id,
        first_at=row.first_at if whole else _EARLIEST,
        last_at=row.last_at if whole else _LATEST,
        n=row.n if isinstance(row.n, int) else 0,
        reason=reason,
    )
