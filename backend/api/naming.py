"""Name in the journal what was found damaged, each range once, so that somebody restores it (F10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from typing import Final

from backend import logs
from backend.clock import US
from backend.model.journal import Field, JournalDraft
from backend.store.groups import Damaged

ONE_BY_ONE: Final = 20
"""Damaged groups and files that get a journal entry each; of more, one entry for all that were found meanwhile."""
PACE_US: Final = 60 * US
"""Between two entries for many, and before what could not be journaled is tried again."""
_log = logs.get(__name__)


class Naming:
    """`on_tick` on one thread; the entries are written on a worker."""

    def __init__(self, *, journal: Callable[[JournalDraft], None], worker: Executor) -> None:
        """journal: durable when it returns."""
        self._journal = journal
        self._worker = worker
        self._named: set[Damaged] = set()
        """Changed by the worker, and looked at only when it is not at work."""
        self._running: Future[None] | None = None
        self._not_before = 0

    def on_tick(self, now: int, damaged: Sequence[Damaged]) -> None:
        """A few times a second, with all damage there is: begin to name what is new."""
        if self._running is not None:
            if not self._running.done():
                return
            done, self._running = self._running, None
            self._take(done, now)
        if len(damaged) == len(self._named) or now < self._not_before:
            return
        new = tuple(each for each in damaged if each not in self._named)
        # One by one first: the entry for many waits for the next tick.
        alone = new[: max(0, ONE_BY_ONE - len(self._named))]
        entries = [(_one(each, now, len(damaged)), (each,)) for each in alone]
        self._running = self._worker.submit(self._write, entries or [(_many(new, now, len(damaged)), new)])

    def _write(self, entries: Iterable[tuple[JournalDraft, tuple[Damaged, ...]]]) -> None:
        for draft, names in entries:
            self._journal(draft)
            self._named.update(names)

    def _take(self, done: Future[None], now: int) -> None:
        if len(self._named) > ONE_BY_ONE:
            self._not_before = now + PACE_US
        try:
            done.result()
        except Exception as error:  # noqa: BLE001 - nobody else waits for it: said, and tried again
            _log.error("damage could not be journaled, tried again", error=repr(error))
            self._not_before = now + PACE_US


def _one(each: Damaged, at: int, of: int) -> JournalDraft:
    points: tuple[tuple[str, Field], ...] = ()
    if each.points is not None:
        points = (("first_point", each.points[0]), ("last_point", each.points[1]))
    return JournalDraft(
        at=at,
        kind="store.damaged",
        subject=each.file or f"group {each.group}",
        fields=(
            ("first_at", each.first_at),
            ("last_at", each.last_at),
            *points,
            ("samples", each.n),
            ("reason", each.reason),
            ("of", of),
        ),
    )


def _many(found: Sequence[Damaged], at: int, of: int) -> JournalDraft:
    return JournalDraft(
        at=at,
        kind="store.damaged",
        subject=f"{len(found)} more",
        fields=(
            ("first_at", min(each.first_at for each in found)),
            ("last_at", max(each.last_at for each in found)),
            ("samples", sum(each.n for each in found)),
            ("of", of),
        ),
    )
