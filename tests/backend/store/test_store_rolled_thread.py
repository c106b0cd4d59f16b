"""The thread "rollup": works when enough has come, gives way, stops at once, says once what goes wrong."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from backend.errors import StoreError
from backend.store import Store
from backend.store.rolled import roller, shelf, steps
from backend.store.rolled.roller import Pace, StoppedError
from tests.support.clock import ManualClock
from tests.support.stored import batch


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Due after four groups, and no waiting at the start."""
    monkeypatch.setattr(roller, "START_AFTER_S", 0.0)
    for name in ("WAKE_GROUPS", "DUE_GROUPS"):
        monkeypatch.setattr(roller, name, 4)


def heard(monkeypatch: pytest.MonkeyPatch, name: str) -> threading.Semaphore:
    """Released each time a function of the shelf has been called by the writer."""
    calls = threading.Semaphore(0)
    real = getattr(shelf, name)

    def call(*args: object, **kwargs: object) -> object:
        try:
            return real(*args, **kwargs)
        finally:
            calls.release()

    monkeypatch.setattr(shelf, name, call)
    return calls


def through(file: Path) -> int:
    with closing(sqlite3.connect(file)) as reader:
        return shelf.through(reader)


def store_some(store: Store, first: int, groups: int) -> None:
    for number in range(first, first + groups):
        store.run(lambda tx, n=number: tx.samples(batch([(1, n, float(n))]))).result(5)


@pytest.mark.usefixtures("soon")
def test_it_takes_in_what_has_come(opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = heard(monkeypatch, "count_in")
    store = opened()
    store_some(store, 0, 4)
    assert counted.acquire(timeout=20)
    store.run(lambda tx: None).result(5)
    first = through(file)
    assert first >= 4
    store_some(store, 4, 4)
    assert counted.acquire(timeout=20)
    store.run(lambda tx: None).result(5)
    assert through(file) > first
    assert store.history.read([1], 0, 2**62).value.tolist() == [float(n) for n in range(8)]


@pytest.mark.usefixtures("soon")
def test_a_little_waits_until_it_has_waited_long(
    opened: Callable[[], Store], file: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roller, "DUE_GROUPS", 1000)
    counted = heard(monkeypatch, "count_in")
    store = opened()
    store_some(store, 0, 4)
    assert not counted.acquire(timeout=0.2)
    assert through(file) == 0
    clock.tick(301)
    store_some(store, 4, 4)
    assert counted.acquire(timeout=20)


@pytest.mark.usefixtures("soon")
def test_a_start_takes_in_what_was_left(
    opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roller, "WAKE_GROUPS", 1000)
    first = opened()
    store_some(first, 0, 6)
    first.close()
    counted = heard(monkeypatch, "count_in")
    opened()
    assert counted.acquire(timeout=20)


@pytest.mark.usefixtures("soon")
def test_closing_in_the_middle_of_a_step_leaves_nothing_half_done(
    opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "_PIECES_AT_ONCE", 1)
    put = heard(monkeypatch, "put_pieces")
    may_go_on = threading.Event()
    real = Pace.breathe

    def slow(pace: Pace) -> None:
        may_go_on.wait(20)
        real(pace)

    monkeypatch.setattr(Pace, "breathe", slow)
    store = opened()
    store.run(lambda tx: [tx.samples(batch([(p, p, 1.0), (p + 1, p, 2.0)])) for p in range(4)]).result(5)
    may_go_on.set()
    assert put.acquire(timeout=20)
    store.close()
    monkeypatch.setattr(roller, "START_AFTER_S", 99.0)
    again = opened()
    assert len(again.history.read(range(5), 0, 2**62)) == 8
    again.roll_up()
    assert len(again.history.read(range(5), 0, 2**62)) == 8


@pytest.mark.usefixtures("soon")
@pytest.mark.expects_warnings
def test_what_goes_wrong_is_said_once_and_tried_again(
    opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = threading.Semaphore(0)
    real = shelf.put_pieces

    def fails(raw: sqlite3.Connection, made: object) -> None:
        tried.release()
        raise StoreError("no room")

    monkeypatch.setattr(shelf, "put_pieces", fails)
    store = opened()
    for number in range(3):
        store_some(store, 4 * number, 4)
        assert tried.acquire(timeout=20)
    counted = heard(monkeypatch, "count_in")
    monkeypatch.setattr(shelf, "put_pieces", real)
    store_some(store, 12, 4)
    assert counted.acquire(timeout=20)
    said = [each for each in caplog.records if "roll-ups not made" in each.getMessage()]
    assert len(said) == 1
    assert store.history.read([1], 0, 2**62).value.tolist() == [float(n) for n in range(16)]


def test_it_rests_longer_than_it_works_and_stops_at_the_next_breath(clock: ManualClock) -> None:
    pace = Pace(clock)
    rests: list[float] = []
    pace.stopping.wait = lambda timeout=None: bool(rests.append(timeout or 0.0))  # type: ignore[method-assign]
    clock.tick(2)
    pace.breathe()
    assert rests == [6.0]
    pace.stop()
    with pytest.raises(StoppedError):
        pace.breathe()
