"""Bring hand-overs to the core in order, on the field loop, so that the network thread never waits for the database.

The network thread could put into the sink itself and would then be blocked while the core's inbox is full: no
keep-alive, no order, no stop. Here it only sees that the feed is behind, and stops reading: TCP slows the broker down.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from backend.drivers.mqtt.intake import HandOver
from backend.links.loop import FieldLoop, Supervised
from backend.links.ports import Sink

BEHIND: Final = 2
"""Hand-overs on their way (one is being committed, one waits) before the next is kept growing instead."""


class Feed:
    """offer, behind and idle are for the network thread; start and stop for the thread that owns the link."""

    def __init__(self, *, name: str, loop: FieldLoop, sink: Sink, committed: Callable[[HandOver], None]) -> None:
        """committed: called on the field loop when every item of a hand-over is durable."""
        self._name = name
        self._loop = loop
        self._sink = sink
        self._committed = committed
        self._waiting: deque[HandOver] = deque()
        self._more = asyncio.Event()
        self._lock = threading.Lock()
        self._empty = threading.Event()
        self._empty.set()
        self._task: Supervised | None = None

    @property
    def idle(self) -> bool:
        """Everything offered is durable."""
        return not self._waiting

    @property
    def behind(self) -> bool:
        """Enough is on its way."""
        return len(self._waiting) >= BEHIND

    def start(self) -> None:
        """Start the task; LinkError when the loop does not run."""
        self._task = self._loop.supervise(self._name, self._run)

    def offer(self, hand_over: HandOver) -> None:
        """Queue one hand-over; never waits."""
        with self._lock:
            self._waiting.append(hand_over)
            self._empty.clear()
        self._loop.post(self._more.set)

    def wait_idle(self, within_s: float) -> bool:
        """Wait until everything offered is durable."""
        return self._empty.wait(within_s)

    def stop(self, within_s: float) -> None:
        """End the task; what the core has not taken by then was never acknowledged."""
        task, self._task = self._task, None
        if task is not None:
            task.stop(within_s)

    async def _run(self) -> None:
        while True:
            while self._waiting:
                # It stays in the queue until it is durable: a crash of this task loses nothing.
                hand_over = self._waiting[0]
                await self._put(hand_over)
                self._committed(hand_over)
                with self._lock:
                    self._waiting.popleft()
                    if not self._waiting:
                        self._empty.set()
            await self._more.wait()
            self._more.clear()

    async def _put(self, hand_over: HandOver) -> None:
        if len(hand_over.items) == 1:
            await self._sink.put_async(hand_over.items[0])
        elif hand_over.items:
            await asyncio.gather(*map(self._sink.put_async, hand_over.items))
