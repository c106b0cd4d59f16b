"""The journal for those who may read it: search, proof, export; every export is itself an entry."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Final

from backend.access import People
from backend.audit.chain import Verdict
from backend.clock import Clock
from backend.errors import ConfigError, RefusedError, StoreError, mark
from backend.model.journal import Field, JournalDraft, JournalEntry, JournalQuery
from backend.model.person import Right, Session
from backend.store import Store
from backend.store.export import export_search

PAGE: Final = 200
"""Entries that one search gives; the next ones are asked for with `before`."""
BUNDLE: Final = ".zip"
SHEETS: Final = (".csv", ".xlsx", ".parquet")


class JournalApi:
    """Reads the journal; nobody writes it but the facts themselves."""

    def __init__(
        self,
        *,
        store: Store,
        check: Callable[[], Verdict],
        bundle: Callable[[Path], int],
        people: People,
        clock: Clock,
        worker: Executor,
    ) -> None:
        """bundle: writes the whole journal as a signed file and says how many entries it holds."""
        self._store = store
        self._check = check
        self._bundle = bundle
        self._people = people
        self._clock = clock
        self._worker = worker

    def tail(self, count: int) -> Future[tuple[JournalEntry, ...]]:
        """The newest `count` entries, oldest first."""
        return self._worker.submit(self._store.journal_tail, count)

    def verify(self) -> Future[Verdict]:
        """Check the whole chain against the checkpoints."""
        return self._worker.submit(self._check)

    def search(
        self, session: Session, query: JournalQuery, *, before: int | None = None
    ) -> Future[tuple[JournalEntry, ...]]:
        """At most PAGE entries with seq < `before`, newest first. RefusedError without the right."""

        def work() -> tuple[JournalEntry, ...]:
            self._may(session, Right.JOURNAL_READ)
            return self._store.journal_search(query, before=before, limit=PAGE)

        return self._worker.submit(work)

    def count(self, session: Session, query: JournalQuery) -> Future[int]:
        """How many entries the query finds in all."""

        def work() -> int:
            self._may(session, Right.JOURNAL_READ)
            return self._store.journal_count(query)

        return self._worker.submit(work)

    def export(self, session: Session, query: JournalQuery, file: Path) -> Future[int]:
        """Write what the query finds to a new CSV, XLSX or Parquet file by its ending, or to .zip the whole journal as
        a signed bundle; how many entries. The file stands there only once its digest is in the journal."""

        def work() -> int:
            self._may(session, Right.JOURNAL_EXPORT)
            return self._export(session, query, file.absolute())

        return self._worker.submit(work)

    def _export(self, session: Session, query: JournalQuery, file: Path) -> int:
        ending = file.suffix.casefold()
        if ending not in (*SHEETS, BUNDLE):
            raise RefusedError(mark("{file}: a journal is written as .csv, .xlsx, .parquet or .zip"), file=file.name)
        if ending == BUNDLE and query != JournalQuery():
            raise RefusedError(mark("a bundle holds the whole journal, so that its chain can be checked"))
        if file.exists():
            raise RefusedError(mark("{file} is there already"), file=file.name)
        draft = file.with_name(f".{file.stem}.{os.getpid()}{file.suffix}")
        try:
            rows = self._bundle(draft) if ending == BUNDLE else export_search(self._store, draft, query).rows
            with draft.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            self._journal(
                "export",
                session,
                file.name,
                (("what", "audit"), ("query", _words(query)), ("rows", rows), ("sha256", digest)),
            )
            os.replace(draft, file)
        except (OSError, ConfigError, StoreError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise RefusedError(mark("{file} cannot be written: {reason}"), file=file.name, reason=reason) from error
        finally:
            draft.unlink(missing_ok=True)
        return rows

    def _may(self, session: Session, right: Right) -> None:
        if self._people.may(session.id, right):
            return
        self._journal("journal.refused", session, session.login, (("missing", right.value),))
        raise RefusedError(mark("{name} may not do this: {right} is needed"), name=session.name, right=right)

    def _journal(self, kind: str, session: Session, subject: str, fields: tuple[tuple[str, Field], ...]) -> None:
        draft = JournalDraft(
            at=self._clock.wall_us(),
            kind=kind,
            subject=subject,
            person=session.person,
            session=session.id,
            workstation=session.workstation,
            fields=fields,
        )
        self._store.run(lambda tx: tx.journal(draft)).result()


def _words(query: JournalQuery) -> str:
    """The query as it is journaled; empty = everything."""
    parts = (
        ("from", query.start),
        ("to", query.end),
        ("person", query.person),
        ("text", query.text),
        ("kinds", ", ".join(query.kinds)),
    )
    return "; ".join(f"{name} {value}" for name, value in parts if value)
