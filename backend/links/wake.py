"""Wait on the field loop until a time comes or somebody calls, whichever is first."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from itertools import count


class Wake:
    """One waiter's alarm clock. Both methods are called on the loop; `set` is remembered until the next wait."""

    def __init__(self, chimes: Chimes | None = None) -> None:
        """chimes: shared with the other waiters of the loop; its own when not given."""
        self._chimes = chimes or Chimes()
        self._called = False
        self._waiting: asyncio.Future[None] | None = None

    def set(self) -> None:
        """End the wait now, or the next one at once."""
        self._called = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def until(self, when: float) -> None:
        """Wait until `when` on the loop's clock, or until `set`. Cheaper than an Event with a time-out: no task."""
        if not self._called:
            loop = asyncio.get_running_loop()
            waiting = self._waiting = loop.create_future()
            self._chimes.ring_at(when, waiting, loop)
            try:
                await waiting
            finally:
                self._waiting = None
        self._called = False


class Chimes:
    """All waiters of one loop on one of its timers: with a thousand of them the loop's own heap, which compares its
    handles in Python, costs more than what it wakes. Called on the loop; a new loop begins anew."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    def ring_at(self, when: float, waiting: asyncio.Future[None], loop: asyncio.AbstractEventLoop) -> None:
        """Have `waiting` done at that time. One that is done before stays in the list until then."""
        if loop is not self._loop:
            self._loop, self._timer = loop, None
            self._waiting.clear()
        heappush(self._waiting, (when, next(self._numbers), waiting))
        if self._timer is None or when < self._timer.when():
            self._arm(when)

    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if self._loop is None else self._loop.call_at(when, self._ring, self._loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        while self._waiting and (self._waiting[0][0] <= now or self._waiting[0][2].done()):
            waiting = heappop(self._waiting)[2]
            if not waiting.done():
                waiting.set_result(None)
        if self._waiting:
            self._arm(self._waiting[0][0])
