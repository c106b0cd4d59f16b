"""The field loop runs, restarts what crashes, and stops in time leaving no thread and no task."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from backend.errors import LinkError
from backend.links.backoff import Backoff
from backend.links.loop import FieldLoop, Supervised


@pytest.fixture
def loop() -> Iterator[FieldLoop]:
    loop = FieldLoop(name="field-under-test")
    loop.start()
    yield loop
    loop.stop()


def _alive() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "field-under-test"]


async def _forever() -> None:
    await asyncio.Event().wait()


def test_submitted_work_runs_on_the_named_thread(loop: FieldLoop) -> None:
    async def where() -> str:
        return threading.current_thread().name

    assert loop.submit(where()).result(5) == "field-under-test"


def test_a_failure_is_the_callers(loop: FieldLoop) -> None:
    async def fail() -> None:
        raise LinkError("no")

    with pytest.raises(LinkError, match="no"):
        loop.submit(fail()).result(5)


def test_stop_cancels_everything_in_time_and_leaves_no_thread(loop: FieldLoop) -> None:
    futures = [loop.submit(_forever()) for _ in range(50)]
    loop.supervise("endless", _forever)
    before = time.monotonic()
    loop.stop()
    assert time.monotonic() - before < 2
    assert _alive() == []
    assert all(future.done() for future in futures)


def test_stop_twice_and_stop_before_start_do_nothing(loop: FieldLoop) -> None:
    loop.stop()
    loop.stop()
    FieldLoop().stop()
    assert _alive() == []


def test_work_given_after_the_stop_is_refused(loop: FieldLoop) -> None:
    loop.stop()
    with pytest.raises(LinkError, match="not running"):
        loop.submit(_forever())
    assert loop.post(lambda: None) is False


def test_a_second_start_is_refused(loop: FieldLoop) -> None:
    with pytest.raises(LinkError, match="already"):
        loop.start()


@pytest.mark.expects_warnings
def test_a_crashed_task_is_logged_and_started_again(loop: FieldLoop, caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []
    again = threading.Event()

    async def crash_once() -> None:
        runs.append(1)
        await _CRASH_THEN_WAIT[min(len(runs), 2)](again)

    loop.supervise("fragile", crash_once)
    assert again.wait(5)
    assert len(runs) == 2
    assert [r.getMessage() for r in caplog.records] == [
        "event='task crashed' task='fragile' error=\"ZeroDivisionError('division by zero')\""
    ]


async def _crash(_: threading.Event) -> None:
    1 / 0  # noqa: B018 - the crash the supervisor must survive


async def _wait(again: threading.Event) -> None:
    again.set()
    await _forever()


_CRASH_THEN_WAIT = {1: _crash, 2: _wait}


def test_a_supervised_task_stops_alone(loop: FieldLoop) -> None:
    ended = threading.Event()
    begun = threading.Event()

    async def run() -> None:
        begun.set()
        try:
            await _forever()
        finally:
            ended.set()

    task = loop.supervise("one", run)
    other = loop.submit(_forever())
    assert begun.wait(5)
    assert task.stop() is True
    assert ended.is_set()
    assert not other.done()
    assert task.stop() is True


@pytest.mark.expects_warnings
def test_a_task_that_resists_is_named_and_not_waited_for(loop: FieldLoop, caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    task = loop.supervise("stubborn", stubborn)
    assert task.stop(within_s=0.05) is False
    assert "stubborn" in caplog.text
    release.set()
    assert task.stop() is True


def test_stopping_a_task_after_its_loop_is_no_error(loop: FieldLoop) -> None:
    task = loop.supervise("one", _forever)
    loop.stop()
    assert task.stop() is True
    never_begun = Supervised(loop, "never", _forever, Backoff.__new__(Backoff))
    assert never_begun.stop() is True
