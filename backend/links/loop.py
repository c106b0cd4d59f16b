"""The one thread that runs asyncio for the async drivers: named, supervised, stopped within 2 s."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from random import Random
from typing import Any, Final, TypeVar

from backend import logs
from backend.errors import LinkError
from backend.links.backoff import Backoff
from backend.links.wake import Chimes

T = TypeVar("T")
STOP_WITHIN_S: Final = 2.0
RESTART_WITHIN_S: Final = 10.0
_log = logs.get(__name__)


def start_thread(run: Callable[[], None], name: str) -> threading.Thread:
    """A named thread, started; for the few parts outside links, pipeline and store that own one (the horn)."""
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


class FieldLoop:
    """The field loop. start, submit, supervise and stop are called from other threads, post from any."""

    def __init__(self, *, name: str = "field") -> None:
        self.name = name
        self.chimes = Chimes()
        """Wakes the waiters of this loop (see `Wake`)."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; returns when the loop runs."""
        if self._thread is not None:
            raise LinkError("the {name} loop has already been started", name=self.name)
        running: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._work, args=(running,), name=self.name, daemon=True)
        self._thread.start()
        self._loop = running.result()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run one coroutine; its outcome or exception is in the future, whose cancel() cancels the task."""
        loop = self._loop
        if loop is None:
            work.close()
            raise LinkError("the {name} loop is not running", name=self.name)
        return asyncio.run_coroutine_threadsafe(work, loop)

    def supervise(
        self, name: str, run: Callable[[], Coroutine[Any, Any, None]], *, rng: Random | None = None
    ) -> Supervised:
        """Keep `run` running as a task of that name: a crash is logged and it is started again within 10 s."""
        supervised = Supervised(self, name, run, Backoff(rng or Random(name), cap_s=RESTART_WITHIN_S))
        self.submit(supervised.begin()).result(STOP_WITHIN_S)
        return supervised

    def post(self, call: Callable[[], object]) -> bool:
        """Have the loop make a plain call soon; False when the loop is not running any more."""
        loop = self._loop
        if loop is None:
            return False
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError:  # closed between the two lines
            return False
        return True

    def stop(self) -> None:
        """Cancel every task, close the loop and join the thread within 2 s. Safe to call twice."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_WITHIN_S)
        if thread.is_alive():
            _log.error("loop did not stop in time", loop=self.name, within_s=STOP_WITHIN_S)

    def _work(self, running: Future[asyncio.AbstractEventLoop]) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.call_soon(running.set_result, loop)
        try:
            while self._interrupted(loop):
                pass
            loop.run_until_complete(_cancel_all())
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def _interrupted(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Run the loop; whether something else than `stop` ended it, and it has to go on for everybody's sake (F18)."""
        try:
            loop.run_forever()
        except BaseException as error:  # noqa: BLE001 - what asyncio lets through would end every driver at once
            _log.error("loop failed, goes on", loop=self.name, error=repr(error))
            return True
        return False


async def _cancel_all() -> None:
    """Cancel what still runs; one that does not end in time is named instead of holding the stop up."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if not tasks:
        return
    _, stuck = await asyncio.wait(tasks, timeout=STOP_WITHIN_S * 0.75)
    for task in stuck:
        _log.error("task did not end when cancelled", task=task.get_name())


class Supervised:
    """One long-lived task of the field loop. Made by `FieldLoop.supervise`; stop is called from other threads."""

    def __init__(
        self, loop: FieldLoop, name: str, run: Callable[[], Coroutine[Any, Any, None]], backoff: Backoff
    ) -> None:
        self._loop = loop
        self._name = name
        self._run = run
        self._backoff = backoff
        self._task: asyncio.Task[None] | None = None
        self.crashes = 0

    async def begin(self) -> None:
        """Start the task; called on the loop."""
        self._task = asyncio.create_task(self._keep_running(), name=self._name)

    def stop(self, within_s: float = STOP_WITHIN_S) -> bool:
        """Cancel the task and wait for its end; False (and an error in the log) when it did not end in time."""
        try:
            ended = self._loop.submit(self._end(within_s)).result(within_s + 0.5)
        except (LinkError, CancelledError):  # the whole loop has been stopped, and its tasks with it
            return True
        except TimeoutError:
            ended = False
        if not ended:
            _log.error("task did not end when cancelled", task=self._name)
        return ended

    async def _end(self, within_s: float) -> bool:
        task = self._task
        if task is None or task.done():
            return True
        task.cancel()
        _, stuck = await asyncio.wait({task}, timeout=within_s)
        return not stuck

    async def _keep_running(self) -> None:
        while True:
            try:
                await self._run()
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - the one catch of the thread: said, then started again
                self.crashes += 1
                _log.error("task crashed", task=self._name, error=repr(error))
            else:
                return
            await asyncio.sleep(self._backoff.next())
