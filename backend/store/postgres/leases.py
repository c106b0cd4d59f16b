"""Leases as advisory locks of a session of their own: the server lets go of them when the process ends."""

from __future__ import annotations

import threading
import zlib
from typing import Final

import psycopg

from backend import logs
from backend.errors import StoreError
from backend.store.postgres import connections
from backend.store.postgres.address import Address
from backend.store.postgres.connections import Raw

_NAMED: Final = 19537
_PRESENT: Final = 19538
"""Classes of advisory locks; 19536 is the writers' (`hand.LOCK`)."""
_NODES: Final = (
    "SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_log = logs.get(__name__)


class SessionLeases:
    """As `family.Leases`."""

    def __init__(self, address: Address) -> None:
        self._lock = threading.RLock()
        self._address = address
        self._raw: Raw | None = None
        self._held: set[str] = set()

    def take(self, name: str) -> bool | None:
        """Held until let go, or until the session ends."""
        with self._lock:
            if self.holds(name):
                return True
            row = self._ask("SELECT pg_try_advisory_lock(%s, %s)", (_NAMED, _key(name)))
            if row is None:
                return None
            if row[0]:
                self._held.add(name)
            return bool(row[0])

    def let_go(self, name: str) -> None:
        """By asking the server; it lets go by itself when the session is lost."""
        with self._lock:
            if name in self._held:
                self._held.discard(name)
                self._ask("SELECT pg_advisory_unlock(%s, %s)", (_NAMED, _key(name)))

    def holds(self, name: str) -> bool:
        """By asking the server over the very session."""
        with self._lock:
            return name in self._held and self._ask("SELECT 1", ()) is not None

    def nodes(self) -> int:
        """By the locks of their sessions."""
        with self._lock:
            row = self._ask(_NODES, (_PRESENT,))
        return 1 if row is None else max(1, int(str(row[0])))

    def close(self) -> None:
        """Let go in order, so that another need not wait until the server has noticed, and end the session."""
        if self._raw is not None:
            self._ask("SELECT pg_advisory_unlock_all()", ())
        self._drop()

    def _drop(self) -> None:
        with self._lock:
            raw, self._raw = self._raw, None
            self._held.clear()
        if raw is not None:
            raw.close()

    def _ask(self, statement: str, given: tuple[object, ...]) -> tuple[object, ...] | None:
        """The one row of an answer; None when there is none, and then nothing is held any more."""
        try:
            if self._raw is None:
                self._raw = self._present()
            return self._raw.execute(statement.encode(), given).fetchone()
        except (psycopg.Error, StoreError) as error:
            if self._held:
                _log.error("leases lost", held=sorted(self._held), error=str(error))
            self._drop()
            return None

    def _present(self) -> Raw:
        raw = connections.connect(self._address, writes=False)
        raw.execute(b"SELECT pg_try_advisory_lock_shared(%s, 0)", (_PRESENT,))
        return raw


def _key(name: str) -> int:
    """A signed number of 32 bits."""
    return zlib.crc32(name.encode()) - (1 << 31)
