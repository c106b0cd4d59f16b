"""Current values and history for whoever looks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future

from backend.bus import Topic
from backend.clock import Clock
from backend.live import TagTable
from backend.model.live import TagSnapshot
from backend.model.sample import SampleBatch
from backend.model.trend import Thinned
from backend.store import History


class LiveApi:
    """The tag table, read only."""

    def __init__(self, table: TagTable, changed: Topic[int], clock: Clock) -> None:
        self.changed = changed
        self._table = table
        self._clock = clock

    def snapshot(self) -> TagSnapshot:
        """Every current value at this moment; a cheap copy."""
        return self._table.snapshot(self._clock.wall_us())


class HistoryApi:
    """Stored samples, read off the calling thread."""

    def __init__(self, history: History, worker: Executor) -> None:
        self._history = history
        self._worker = worker

    def read(self, points: Sequence[int], start: int, end: int) -> Future[SampleBatch]:
        """Samples of `points` with start <= at < end (µs UTC), by point and time; StoreError through the future."""
        return self._worker.submit(self._history.read, tuple(points), start, end)

    def thinned(self, points: Sequence[int], start: int, end: int, buckets: int) -> Future[tuple[Thinned, ...]]:
        """One answer per point, in the order asked: start <= at < end (µs UTC) in at most `buckets` equal stretches,
        or the samples themselves where there are no more of them. StoreError through the future."""
        return self._worker.submit(self._history.thinned, tuple(points), start, end, buckets)

    def first_at(self, point: int) -> Future[int | None]:
        """When the history of a point begins (µs UTC), or a little before; None when it has none. StoreError through
        the future."""
        return self._worker.submit(self._history.first_at, point)
