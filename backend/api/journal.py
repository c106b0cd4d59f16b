"""The journal: its newest entries and whether it is whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future

from backend.audit.chain import Verdict
from backend.model.journal import JournalEntry


class JournalApi:
    """Reads the journal; nobody writes it but the facts themselves."""

    def __init__(
        self, *, read: Callable[[int], tuple[JournalEntry, ...]], check: Callable[[], Verdict], worker: Executor
    ) -> None:
        self._read = read
        self._check = check
        self._worker = worker

    def tail(self, count: int) -> Future[tuple[JournalEntry, ...]]:
        """The newest `count` entries, oldest first."""
        return self._worker.submit(self._read, count)

    def verify(self) -> Future[Verdict]:
        """Check the whole chain against the checkpoints."""
        return self._worker.submit(self._check)
