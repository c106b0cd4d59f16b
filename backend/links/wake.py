"""Wait on the field loop until a time comes or somebody calls, whichever is first."""

from __future__ import annotations

import asyncio


class Wake:
    """One waiter's alarm clock. Both methods are called on the loop; `set` is remembered until the next wait."""

    def __init__(self) -> None:
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
            timer = loop.call_at(when, _end, waiting)
            try:
                await waiting
            finally:
                timer.cancel()
                self._waiting = None
        self._called = False


def _end(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
