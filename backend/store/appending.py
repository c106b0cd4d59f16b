"""Append entries to the journal inside one transaction: seq without gaps, each sealed onto the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, or_, select

from backend import logs
from backend.clock import Clock
from backend.model.journal import JournalDraft, JournalEntry
from backend.store import rows
from backend.store.schema import journal

Seal = Callable[[bytes, int, JournalDraft], bytes]
"""(previous hash, seq, draft) → hash; `backend.audit.seal`."""

_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal stands: the seq and hash of its last entry; 0 and the genesis before the first."""

    seq: int
    hash: bytes


class Appender:
    """One transaction's hand on the journal. `head` counts only once the transaction is committed.

    remembered: the head this process committed last. The database is asked once a transaction, because another process
    (`linepack user add`) may have appended since; but what was remembered must still be there.
    """

    def __init__(self, connection: Connection, *, remembered: Head, genesis: bytes, clock: Clock, seal: Seal) -> None:
        self.head = remembered
        self._connection = connection
        self._genesis = genesis
        self._clock = clock
        self._seal = seal
        self._looked = False

    def append(self, draft: JournalDraft) -> JournalEntry:
        """The entry as stored."""
        if not self._looked:
            self._look()
        return self._insert(draft)

    def _look(self) -> None:
        remembered = self.head
        newest = select(func.max(journal.c.seq)).scalar_subquery()
        asked = select(journal.c.seq, journal.c.hash).where(
            or_(journal.c.seq == remembered.seq, journal.c.seq == newest)
        )
        found: dict[int, bytes] = dict(self._connection.execute(asked).all())
        last = max(found, default=0)
        self.head = Head(last, found.get(last, self._genesis))
        self._looked = True
        if remembered.seq and found.get(remembered.seq) != remembered.hash:
            self._went_back(remembered)

    def _went_back(self, remembered: Head) -> None:
        """Someone took entries away under a running system. Alarms and samples go on; the journal says so for ever."""
        _log.error("journal went back", remembered=remembered.seq, found=self.head.seq)
        self._insert(
            JournalDraft(
                at=self._clock.wall_us(),
                kind="journal.went-back",
                subject="journal",
                fields=(
                    ("remembered", remembered.seq),
                    ("remembered_hash", remembered.hash.hex()),
                    ("found", self.head.seq),
                ),
            )
        )

    def _insert(self, draft: JournalDraft) -> JournalEntry:
        clean = rows.clean(draft)
        seq = self.head.seq + 1
        entry = JournalEntry(seq=seq, draft=clean, previous=self.head.hash, hash=self._seal(self.head.hash, seq, clean))
        self._connection.execute(insert(journal), rows.journal_row(entry))
        self.head = Head(seq, entry.hash)
        return entry
