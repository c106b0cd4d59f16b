"""The facts of the status bar: is the console itself well?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from backend.api.links import LinksApi
from backend.clock import US, Clock
from backend.model.event import LinkState
from backend.pipeline import Core, Inbox
from backend.pipeline.core import Counters

_RATE_WINDOW = 20
"""Ticks over which the sample rate is averaged (about 5 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One look at the console's own health."""

    links_up: int
    links_total: int
    scan_age_s: float
    """Since the last committed sample of any link; infinite before the first."""
    database_lag_s: float
    """Arrival to durable, of the last group."""
    inbox_depth: int
    samples_per_s: float
    samples_total: int
    alarm_rate_10min: int
    store_ok: bool
    quarantined: int
    repeated: int


class StatusApi:
    """Counts for the status bar; kept by the core's tick, read by anyone."""

    def __init__(self, core: Core, inbox: Inbox, links: LinksApi, clock: Clock, alarm_rate: Callable[[], int]) -> None:  # type: ignore[type-arg]
        self._counters: Counters = core.counters
        self._inbox = inbox
        self._links = links
        self._clock = clock
        self._alarm_rate = alarm_rate
        self._store_ok = True
        self._last_commit: int | None = None
        self._history: deque[tuple[int, int]] = deque(maxlen=_RATE_WINDOW)
        core.topics.store.subscribe(self._on_store)
        core.topics.committed.subscribe(lambda batch: self._on_commit())
        core.topics.ticked.subscribe(self._on_tick)

    def snapshot(self) -> Status:
        """The facts now."""
        health = self._links.snapshot()
        history = tuple(self._history)
        elapsed_us = history[-1][0] - history[0][0] if len(history) > 1 else 0
        last = self._last_commit
        return Status(
            links_up=sum(each.state is LinkState.UP for each in health),
            links_total=len(health),
            scan_age_s=float("inf") if last is None else max(0.0, (self._clock.wall_us() - last) / US),
            database_lag_s=self._counters.lag_us / US,
            inbox_depth=self._inbox.depth,
            samples_per_s=(history[-1][1] - history[0][1]) * US / elapsed_us if elapsed_us > 0 else 0.0,
            samples_total=self._counters.samples,
            alarm_rate_10min=self._alarm_rate(),
            store_ok=self._store_ok,
            quarantined=self._counters.quarantined,
            repeated=self._counters.repeated,
        )

    def _on_store(self, ok: bool) -> None:
        self._store_ok = ok

    def _on_commit(self) -> None:
        self._last_commit = self._clock.wall_us()

    def _on_tick(self, now: int) -> None:
        self._history.append((now, self._counters.samples))
