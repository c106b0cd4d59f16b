"""A sink that keeps what drivers put into it and lets a test wait for the next fitting item."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from backend.links.ports import Inbound
from backend.model.event import LinkHealth, LinkState
from backend.model.sample import SampleBatch


class ListSink:
    """Commits at once, or holds every item until `release` (for back-pressure)."""

    def __init__(self) -> None:
        self.items: list[Inbound] = []
        self._changed = threading.Condition()
        self._open = threading.Event()
        self._open.set()

    def put(self, item: Inbound, done: Callable[[], None] | None = None) -> None:
        with self._changed:
            self.items.append(item)
            self._changed.notify_all()
        self._open.wait(30)
        (done or _nothing)()

    async def put_async(self, item: Inbound) -> None:
        with self._changed:
            self.items.append(item)
            self._changed.notify_all()
        while not self._open.is_set():
            await asyncio.sleep(0.001)

    def hand_in(self, item: Inbound) -> asyncio.Future[None]:
        return asyncio.ensure_future(self.put_async(item))

    def hold(self) -> None:
        """From now on nothing is committed."""
        self._open.clear()

    def release(self) -> None:
        """Commit what was held, and everything from now on."""
        self._open.set()

    def wait(self, fits: Callable[[list[Inbound]], bool], within_s: float = 5.0) -> list[Inbound]:
        """Everything put so far, as soon as it fits; AssertionError when it does not in time."""
        with self._changed:
            assert self._changed.wait_for(lambda: fits(self.items), within_s), f"not in time: {self.items}"
            return list(self.items)

    @property
    def batches(self) -> list[SampleBatch]:
        return [item for item in list(self.items) if isinstance(item, SampleBatch)]

    @property
    def healths(self) -> list[LinkHealth]:
        return [item for item in list(self.items) if isinstance(item, LinkHealth)]

    def wait_state(self, state: LinkState, times: int = 1, within_s: float = 5.0) -> None:
        """Wait until the link has been told to be in `state` that many times."""
        self.wait(lambda _: sum(health.state is state for health in self.healths) >= times, within_s)

    def wait_batches(self, count: int, within_s: float = 5.0) -> list[SampleBatch]:
        """Wait for `count` batches in all."""
        self.wait(lambda _: len(self.batches) >= count, within_s)
        return self.batches


def _nothing() -> None:
    """Stands in where the caller wants to hear nothing."""
