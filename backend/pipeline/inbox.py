"""What waits for the core thread. Bounded: when it is full the source is slowed down, nothing is dropped."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

from backend.links.ports import Inbound
from backend.model.relayed import Relayed
from backend.model.sample import SampleBatch

T = TypeVar("T")
Done = Callable[[], None]
Item = tuple[Inbound, Done | None]

GROUP_SAMPLES = 5_000
"""At most this many samples in one transaction."""
GROUP_LINGER_S = 0.02
"""How long a first item waits for company; two commits never come closer than this under load."""
BUSY_SAMPLES, BUSY_LINGER_S = 500, 0.05
"""After a group of so many samples it waits longer: much comes, and a commit costs the same for few and for many."""


class Inbox:
    """The queue into the core, weighed in samples. A `Sink` for drivers, a door for calls.

    Calls (people, receipts) are few and are served before samples; each kind keeps its own order.
    """

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._weight = 0
        self._last_group = 0
        self._items: deque[tuple[Item, int]] = deque()
        """With their weights."""
        self._calls: deque[Callable[[], None]] = deque()
        self._space_wanted: list[Done] = []
        self._bells: WeakKeyDictionary[asyncio.AbstractEventLoop, _Bell] = WeakKeyDictionary()
        self._changed = threading.Condition()
        self._closed = False

    @property
    def depth(self) -> int:
        """Samples waiting."""
        return self._weight

    def put(self, item: Inbound, done: Done | None = None) -> None:
        """Queue one item; blocks while full. After `close` the item is not taken and `done` is never called."""
        with self._changed:
            while self._weight >= self._capacity and not self._closed:
                self._changed.wait()
            self._append(item, done)

    def hand_in(self, item: Inbound) -> asyncio.Future[None]:
        """Queue one item from the loop; done when it is committed. Without a task of its own while there is room."""
        loop = asyncio.get_running_loop()
        committed: asyncio.Future[None] = loop.create_future()
        if self._offer(item, partial(self._bell_of(loop).ring, committed)):
            return committed
        return loop.create_task(self.put_async(item))

    async def put_async(self, item: Inbound) -> None:
        """Queue one item and wait for its commit, without blocking the loop."""
        loop = asyncio.get_running_loop()
        bell = self._bell_of(loop)
        committed: asyncio.Future[None] = loop.create_future()
        while not self._offer(item, partial(bell.ring, committed)):
            room: asyncio.Future[None] = loop.create_future()
            with self._changed:
                self._space_wanted.append(partial(bell.ring, room))
            await room
        await committed

    def call(self, work: Callable[[], T]) -> Future[T]:
        """Have `work` run on the core thread; its result or exception comes with the future."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - whoever waits on the future hears it
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._changed:
            if self._closed:
                future.cancel()
            else:
                self._calls.append(run)
                self._changed.notify_all()
        return future

    def take_calls(self) -> list[Callable[[], None]]:
        """Every call that waits now."""
        with self._changed:
            calls = list(self._calls)
            self._calls.clear()
        return calls

    def wait(self, timeout_s: float) -> None:
        """Sleep until something waits, the inbox is closed, or the time is over."""
        with self._changed:
            if not self._items and not self._calls and not self._closed:
                self._changed.wait(timeout_s)

    def wait_for_call(self, timeout_s: float) -> None:
        """Sleep until a call waits or the time is over; items stay queued."""
        with self._changed:
            if not self._calls and not self._closed:
                self._changed.wait(timeout_s)

    def linger(self) -> None:
        """Give a first item time for company, unless a full group or a call already waits."""
        with self._changed:
            if self._weight < GROUP_SAMPLES and not self._calls and not self._closed:
                self._changed.wait_for(
                    lambda: self._weight >= GROUP_SAMPLES or bool(self._calls) or self._closed,
                    BUSY_LINGER_S if self._last_group >= BUSY_SAMPLES else GROUP_LINGER_S,
                )

    def take_group(self) -> list[Item]:
        """The next items in order, up to one group's samples (a single larger batch is a group of its own)."""
        group: list[Item] = []
        weight = 0
        with self._changed:
            while self._items and (not group or weight + self._items[0][1] <= GROUP_SAMPLES):
                item, own = self._items.popleft()
                weight += own
                group.append(item)
            self._weight -= weight
            self._last_group = weight
            wanted, self._space_wanted = self._space_wanted, []
            if group:
                self._changed.notify_all()
        for has_room in wanted:
            has_room()
        return group

    def close(self) -> None:
        """Take nothing more; wake everyone who waits; calls still queued are left to the core's last round."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            wanted, self._space_wanted = self._space_wanted, []
        for has_room in wanted:
            has_room()

    def _bell_of(self, loop: asyncio.AbstractEventLoop) -> _Bell:
        bell = self._bells.get(loop)
        if bell is None:
            bell = self._bells[loop] = _Bell(loop)
        return bell

    def _offer(self, item: Inbound, done: Done) -> bool:
        with self._changed:
            if self._weight >= self._capacity and not self._closed:
                return False
            self._append(item, done)
            return True

    def _append(self, item: Inbound, done: Done | None) -> None:
        if self._closed:
            return
        idle, weight = not self._items, _weight(item)
        self._items.append(((item, done), weight))
        self._weight += weight
        if idle or self._weight >= GROUP_SAMPLES:
            self._changed.notify_all()


def _weight(item: Inbound) -> int:
    return max(1, len(item)) if isinstance(item, SampleBatch | Relayed) else 1


class _Bell:
    """Tells one loop, from another thread, that futures of its are done: woken once for all of a group."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[asyncio.Future[None]] = deque()
        self._rung = False

    def ring(self, future: asyncio.Future[None]) -> None:
        """This one is done. Raises RuntimeError when the loop is closed."""
        self._done.append(future)
        if not self._rung:
            self._rung = True
            self._loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        # First, so that a ring from now on wakes again: at worst for nothing.
        self._rung = False
        while self._done:
            future = self._done.popleft()
            if not future.done():
                future.set_result(None)
