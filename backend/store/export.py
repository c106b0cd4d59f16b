"""Write what is stored to a file that others can read: samples, occurrences, commands, the journal.

CSV, Parquet or XLSX by the file's ending. In simulator mode the first column of every file is headed SIMULATION and
every row says so, so that no part of it can be taken for the real network's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from backend.model.alarm import Occurrence
from backend.model.command import Command
from backend.model.journal import JournalEntry, JournalQuery
from backend.model.plant import Registry
from backend.model.quality import Cause, cause_of, status_of
from backend.model.sample import SampleBatch
from backend.model.trend import Thinned
from backend.store import rows
from backend.store.groups import Damaged
from backend.store.records import Records
from backend.store.sheet import Block, Column, Kind
from backend.store.sheet_file import write

T = TypeVar("T")
STAMP: Final = "SIMULATION"
_WINDOW_ROWS: Final = 500_000
_FACTS_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written. damaged: stored groups that were left out because they are not what was stored."""

    file: Path
    rows: int
    damaged: tuple[Damaged, ...] = ()


@dataclass(frozen=True, slots=True)
class _Of(Generic[T]):
    """A column of a fact, and how to get it."""

    name: str
    kind: Kind
    get: Callable[[T], Any]


_SERIES_COLUMNS = (
    Column("first_utc", Kind.TIME),
    Column("last_utc", Kind.TIME),
    Column("tag", Kind.TEXT),
    Column("mean", Kind.NUMBER),
    Column("low", Kind.NUMBER),
    Column("high", Kind.NUMBER),
    Column("first", Kind.NUMBER),
    Column("last", Kind.NUMBER),
    Column("unit", Kind.TEXT),
    Column("samples", Kind.COUNT),
    Column("worst_quality", Kind.TEXT),
    Column("tier", Kind.TEXT),
)

_SAMPLE_COLUMNS = (
    Column("time_utc", Kind.TIME),
    Column("tag", Kind.TEXT),
    Column("value", Kind.NUMBER),
    Column("unit", Kind.TEXT),
    Column("quality", Kind.TEXT),
)

_OCCURRENCE: tuple[_Of[Occurrence], ...] = (
    _Of("time_utc", Kind.TIME, lambda fact: fact.at),
    _Of("recorded_utc", Kind.TIME, lambda fact: fact.recorded_at),
    _Of("alarm", Kind.TEXT, lambda fact: fact.key),
    _Of("occurrence", Kind.COUNT, lambda fact: fact.occurrence),
    _Of("event", Kind.TEXT, lambda fact: fact.event),
    _Of("state", Kind.TEXT, lambda fact: fact.name.value),
    _Of("priority", Kind.COUNT, lambda fact: int(fact.priority)),
    _Of("level", Kind.TEXT, lambda fact: fact.level),
    _Of("value", Kind.NUMBER, lambda fact: fact.value),
    _Of("limit", Kind.NUMBER, lambda fact: fact.limit),
    _Of("by", Kind.TEXT, lambda fact: fact.by),
    _Of("workstation", Kind.TEXT, lambda fact: fact.workstation),
    _Of("reason", Kind.TEXT, lambda fact: fact.reason),
    _Of("late", Kind.TEXT, lambda fact: "late" if fact.late else ""),
)

_COMMAND: tuple[_Of[Command], ...] = (
    _Of("requested_utc", Kind.TIME, lambda fact: fact.content.requested_at),
    _Of("command", Kind.TEXT, lambda fact: fact.content.id),
    _Of("state", Kind.TEXT, lambda fact: fact.state.value),
    _Of("kind", Kind.TEXT, lambda fact: fact.content.kind.value),
    _Of("device", Kind.TEXT, lambda fact: fact.content.device),
    _Of("tag", Kind.TEXT, lambda fact: fact.content.tag),
    _Of("asset", Kind.TEXT, lambda fact: fact.content.asset),
    _Of("action", Kind.TEXT, lambda fact: fact.content.action),
    _Of("value", Kind.NUMBER, lambda fact: fact.content.value),
    _Of("old_value", Kind.NUMBER, lambda fact: fact.content.old_value),
    _Of("unit", Kind.TEXT, lambda fact: fact.content.unit),
    _Of("reason", Kind.TEXT, lambda fact: fact.content.reason),
    _Of("origin", Kind.TEXT, lambda fact: fact.content.origin),
    _Of("requester", Kind.TEXT, lambda fact: fact.requester),
    _Of("workstation", Kind.TEXT, lambda fact: fact.workstation),
    _Of("confirmer", Kind.TEXT, lambda fact: fact.confirmer),
    _Of("approver", Kind.TEXT, lambda fact: fact.approver),
    _Of("signed_hash", Kind.TEXT, lambda fact: fact.signed_hash),
    _Of("confirmed_utc", Kind.TIME, lambda fact: fact.confirmed_at),
    _Of("approved_utc", Kind.TIME, lambda fact: fact.approved_at),
    _Of("claimed_utc", Kind.TIME, lambda fact: fact.claimed_at),
    _Of("dispatched_utc", Kind.TIME, lambda fact: fact.dispatched_at),
    _Of("acked_utc", Kind.TIME, lambda fact: fact.acked_at),
    _Of("ended_utc", Kind.TIME, lambda fact: fact.ended_at),
    _Of("attempt", Kind.COUNT, lambda fact: fact.attempt),
    _Of("resolved_by", Kind.TEXT, lambda fact: fact.resolved_by),
    _Of("feedback_seen", Kind.NUMBER, lambda fact: fact.feedback_seen),
    _Of("note", Kind.TEXT, lambda fact: fact.note),
)

_JOURNAL: tuple[_Of[JournalEntry], ...] = (
    _Of("seq", Kind.COUNT, lambda fact: fact.seq),
    _Of("time_utc", Kind.TIME, lambda fact: fact.draft.at),
    _Of("kind", Kind.TEXT, lambda fact: fact.draft.kind),
    _Of("subject", Kind.TEXT, lambda fact: fact.draft.subject),
    _Of("person", Kind.TEXT, lambda fact: fact.draft.person),
    _Of("session", Kind.TEXT, lambda fact: fact.draft.session),
    _Of("workstation", Kind.TEXT, lambda fact: fact.draft.workstation),
    _Of("fields", Kind.TEXT, rows.journal_fields),
    _Of("previous", Kind.TEXT, lambda fact: fact.previous.hex()),
    _Of("hash", Kind.TEXT, lambda fact: fact.hash.hex()),
)


def export_samples(
    store: Records, file: Path, *, start: int, end: int, points: Sequence[int] | None = None
) -> Exported:
    """Samples with start <= at < end (µs UTC, device time) of `points`, or of all, sorted by time, then point."""
    registry = store.registry()
    chosen = range(len(registry.points)) if points is None else points
    batches = (
        store.history.read(chosen, begun, ended) for begun, ended in store.history.windows(start, end, _WINDOW_ROWS)
    )
    words = _Words(registry)
    written = _write(store, file, "samples", _SAMPLE_COLUMNS, (words.block(batch) for batch in batches))
    damaged = tuple(each for each in store.history.damaged if each.first_at < end and each.last_at >= start)
    return Exported(file=file, rows=written, damaged=damaged)


def export_series(store: Records, file: Path, lines: Sequence[Thinned]) -> Exported:
    """The rows of thinned lines, line by line; a row that holds nothing to be believed has no mean, low and high."""
    words = _Words(store.registry())
    blocks = (words.line(line) for line in lines if len(line.at))
    return Exported(file=file, rows=_write(store, file, "trend", _SERIES_COLUMNS, blocks))


def export_occurrences(
    store: Records, file: Path, *, start: int | None = None, end: int | None = None, key: str | None = None
) -> Exported:
    """What happened to alarms with start <= at < end (µs UTC), in the order it was recorded."""
    return _export(store, file, "alarms", _OCCURRENCE, store.each_occurrence(start=start, end=end, key=key))


def export_commands(store: Records, file: Path, *, start: int | None = None, end: int | None = None) -> Exported:
    """Commands requested in start <= at < end (µs UTC), in the order they were first stored."""
    return _export(store, file, "commands", _COMMAND, store.each_command(start=start, end=end))


def export_journal(
    store: Records, file: Path, *, after: int = 0, start: int | None = None, end: int | None = None
) -> Exported:
    """Journal entries after `after` made in start <= at < end (µs UTC), with their hashes."""
    entries = (
        entry
        for entry in store.journal(after=after)
        if (start is None or entry.draft.at >= start) and (end is None or entry.draft.at < end)
    )
    return _export(store, file, "journal", _JOURNAL, entries)


def export_search(store: Records, file: Path, query: JournalQuery) -> Exported:
    """The journal entries that a query finds, with their hashes."""
    return _export(store, file, "journal", _JOURNAL, store.journal_each(query))


class _Words:
    """Tags, units and quality words as tables, so that a column of a million is one look-up."""

    def __init__(self, registry: Registry) -> None:
        self._tags = np.array([*(point.tag for point in registry.points), ""], object)
        self._units = np.array([*(point.unit for point in registry.points), ""], object)
        self._qualities = np.array([quality_words(code) for code in range(256)], object)

    def block(self, batch: SampleBatch) -> Block:
        order = np.lexsort((batch.point, batch.at))
        # The last word stands for points that are not registered.
        points = np.minimum(batch.point[order], len(self._tags) - 1)
        return (
            batch.at[order].view("datetime64[us]"),
            self._tags[points],
            batch.value[order],
            self._units[points],
            self._qualities[batch.quality[order]],
        )

    def line(self, line: Thinned) -> Block:
        n, place = len(line.at), min(line.point, len(self._tags) - 1)
        return (
            line.at.view("datetime64[us]"),
            line.last_at.view("datetime64[us]"),
            np.full(n, self._tags[place], object),
            line.mean,
            line.low,
            line.high,
            line.first,
            line.last,
            np.full(n, self._units[place], object),
            line.count.astype(np.int64),
            self._qualities[line.worst],
            np.full(n, line.tier, object),
        )


def quality_words(code: int) -> str:
    """A quality byte in words, e.g. "good", "bad (comms)"."""
    status, cause = status_of(code).name.lower(), cause_of(code)
    return status if cause is Cause.NONE else f"{status} ({cause.name.lower().replace('_', ' ')})"


def _export(store: Records, file: Path, title: str, columns: Sequence[_Of[T]], facts: Iterable[T]) -> Exported:
    blocks = (
        tuple(_ARRAYS[column.kind]([column.get(fact) for fact in some]) for column in columns)
        for some in _in_blocks(facts)
    )
    plain = [Column(column.name, column.kind) for column in columns]
    return Exported(file=file, rows=_write(store, file, title, plain, blocks))


def _write(store: Records, file: Path, title: str, columns: Sequence[Column], blocks: Iterable[Block]) -> int:
    if store.mode == "live":
        return write(file, title, columns, blocks)
    stamped = ((np.full(len(block[0]), STAMP, object), *block) for block in blocks)
    return write(file, f"{STAMP} {title}", [Column(STAMP, Kind.TEXT), *columns], stamped)


def _in_blocks(facts: Iterable[T]) -> Iterator[list[T]]:
    left = iter(facts)
    while some := list(islice(left, _FACTS_AT_ONCE)):
        yield some


def _times(values: list[int]) -> NDArray[Any]:
    """µs UTC; 0 is "never"."""
    times = np.array(values, np.int64)
    return np.where(times == 0, np.datetime64("NaT", "us"), times.view("datetime64[us]"))


def _numbers(values: list[float | None]) -> NDArray[Any]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


_ARRAYS: dict[Kind, Callable[[list[Any]], NDArray[Any]]] = {
    Kind.TIME: _times,
    Kind.TEXT: lambda values: np.array(values, object),
    Kind.NUMBER: _numbers,
    Kind.COUNT: lambda values: np.array(values, np.int64),
}
