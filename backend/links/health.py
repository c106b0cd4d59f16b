"""Keep one link's health and say what must be told when it changes; thread-safe, no I/O."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from backend import logs
from backend.clock import Clock
from backend.links.ports import Inbound, Sink
from backend.model.event import LinkHealth, LinkState
from backend.model.quality import Cause, Status, quality
from backend.model.sample import SampleBatch

_log = logs.get(__name__)
_NOTHING: Final[Mapping[str, int]] = {}
_COMMS = quality(Status.BAD, Cause.COMMS)


class HealthKeeper:
    """State, since when, latency and counters of one link.

    Every change of state returns what the sink must hear, in order: the new LinkHealth and, when the link is lost, one
    batch that makes every point of the link bad (COMMS). A repeated report of the same state returns nothing, so the
    values go bad once and "lost" and "recovered" are logged once.
    """

    def __init__(
        self, *, link: str, protocol: str, devices: Sequence[str], points: Sequence[int], clock: Clock
    ) -> None:
        self._clock = clock
        self._points = np.asarray(sorted(points), np.int32)
        self._lock = threading.Lock()
        self._link = link
        self._protocol = protocol
        self._devices = tuple(devices)
        self._state = LinkState.CONNECTING
        self._since = clock.wall_us()
        self._reason = ""
        self._latency_ms: float | None = None
        self._read_ok = 0
        self._read_failed = 0
        self._lost_count = 0
        self._late_polls = 0
        self._heard = 0
        self._refused: Counter[str] = Counter()

    @property
    def state(self) -> LinkState:
        """Where the link stands now."""
        return self._state

    def now(self) -> LinkHealth:
        """The link's health at this moment, counters included."""
        with self._lock:
            return self._health()

    def answered(self, latency_ms: float, *, usable: bool = True, messages: int = 0) -> None:
        """Count one exchange that was answered, `usable` or with an exception, in so many messages not counted
        otherwise. Changes no state."""
        with self._lock:
            self._heard += messages
            self._read_ok += usable
            self._read_failed += not usable
            self._latency_ms = latency_ms

    def failed(self) -> None:
        """Count one exchange that brought nothing usable. Changes no state."""
        with self._lock:
            self._read_failed += 1

    def heard(self, messages: int, refused: Mapping[str, int] = _NOTHING) -> None:
        """Count so many messages that came, and those of them that a stage refused. Changes no state."""
        with self._lock:
            self._heard += messages
            for stage, count in refused.items():
                self._refused[stage] += count

    def late(self, polls: int) -> None:
        """Count polls that were skipped because the one before took too long. Changes no state."""
        with self._lock:
            self._late_polls += polls

    def connecting(self) -> tuple[Inbound, ...]:
        """The link starts; nothing is known of the other side yet."""
        with self._lock:
            self._state, self._since, self._reason = LinkState.CONNECTING, self._clock.wall_us(), ""
            return (self._health(),)

    def up(self) -> tuple[Inbound, ...]:
        """The other side answered."""
        with self._lock:
            if self._state is LinkState.UP:
                return ()
            if self._state is LinkState.LOST:
                _log.info("recovered", link=self._link)
            self._state, self._since, self._reason = LinkState.UP, self._clock.wall_us(), ""
            return (self._health(),)

    def lost(self, reason: str) -> tuple[Inbound, ...]:
        """The other side cannot be reached or talks nonsense: `reason` in words."""
        with self._lock:
            if self._state is LinkState.LOST:
                if reason == self._reason:
                    return ()
                self._reason = reason
                return (self._health(),)
            _log.warning("lost", link=self._link, reason=reason)
            self._state, self._since, self._reason = LinkState.LOST, self._clock.wall_us(), reason
            self._lost_count += 1
            health = self._health()
        return (
            (health, comms_lost(self._points, now=health.since, source=self._link)) if len(self._points) else (health,)
        )

    def stopped(self) -> tuple[Inbound, ...]:
        """The link was told to stop. Its values are left to grow stale: nothing is known to be wrong with them."""
        with self._lock:
            if self._state is LinkState.STOPPED:
                return ()
            self._state, self._since, self._reason = LinkState.STOPPED, self._clock.wall_us(), ""
            return (self._health(),)

    def _health(self) -> LinkHealth:
        return LinkHealth(
            link=self._link,
            protocol=self._protocol,
            state=self._state,
            since=self._since,
            reason=self._reason,
            devices=self._devices,
            latency_ms=self._latency_ms,
            read_ok=self._read_ok,
            read_failed=self._read_failed,
            lost_count=self._lost_count,
            late_polls=self._late_polls,
            heard=self._heard,
            refused=tuple(sorted(self._refused.items())),
        )


def comms_lost(points: Sequence[int] | np.ndarray, *, now: int, source: str) -> SampleBatch:
    """One row per point: no value, bad, cause COMMS. now: µs UTC."""
    n = len(points)
    return SampleBatch.of(
        points,
        np.full(n, now, np.int64),
        np.full(n, math.nan),
        np.full(n, _COMMS, np.uint8),
        received_at=now,
        source=source,
    )


def tell(sink: Sink, items: Iterable[Inbound]) -> None:
    """Put every item in order, from a thread that may wait (paho's)."""
    for item in items:
        sink.put(item)


async def tell_async(sink: Sink, items: Iterable[Inbound]) -> None:
    """The same from the field loop."""
    for item in items:
        await sink.put_async(item)
