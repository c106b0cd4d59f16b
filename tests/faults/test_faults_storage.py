"""F07, F09, F23: a database that takes nothing, a broker that restarts or dies, an end under load. Samples come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # has no stubs
import pytest

from backend.clock import SystemClock
from backend.model.event import LinkState
from backend.store import Store, Tx
from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.locking import locked
from tests.support.serving import VALUES, Publisher, Watched, expected, make_live_site, table_of

pytestmark = [
    pytest.mark.stranger,
    # The store fails and links are lost here; and a machine without a sound card logs so once.
    pytest.mark.expects_warnings,
]
STORE_ALARM = "system/store:unavailable"
ACKNOWLEDGED = "Received PUBACK from linepack-"
RATE = 1000.0
PERSISTENT = ["persistence true", "max_inflight_messages 1000", "max_queued_messages 0"]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    place = tmp_path / "broker"
    place.mkdir()
    broker = Mosquitto(place, settings=[*PERSISTENT, f"persistence_location {place}/"]).start()
    yield broker
    broker.stop()


@pytest.fixture
def devices(tmp_path: Path, broker: Mosquitto) -> list[str]:
    return make_live_site(tmp_path / "site", broker_port=broker.port, devices=10)


@pytest.fixture
def watched(tmp_path: Path, devices: list[str], broker: Mosquitto) -> Iterator[Watched]:
    watched = Watched(tmp_path / "site")
    watched.system.start()
    try:
        broker.until_logged("Sending SUBACK to linepack-")
        yield watched
    finally:
        watched.system.stop()


@pytest.fixture
def publisher(broker: Mosquitto, devices: list[str], watched: Watched) -> Iterator[Publisher]:
    publisher = Publisher(broker.port, devices, rate=RATE, at_us=SystemClock().wall_us()).start()
    yield publisher
    publisher.abandon()


def held(folder: Path, store: Store) -> AbstractContextManager[None]:
    """Another process holds the write lock."""
    return locked(folder)


@contextmanager
def full(folder: Path, store: Store) -> Iterator[None]:
    """Not one page more fits: SQLite itself says SQLITE_FULL, as it does for ENOSPC."""
    store.run(lambda tx: _room(tx, 1)).result(5)
    try:
        yield
    finally:
        store.run(lambda tx: _room(tx, 2**30)).result(10)


def _room(tx: Tx, pages: int) -> None:
    """SQLite never goes below what is there already."""
    tx._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def everything_once(watched: Watched, publisher: Publisher) -> None:
    """What was said is in the history, each sample once."""
    wanted = expected(publisher.said, watched.backend.registry)
    watched.until("everything", lambda: len(watched.stored()) >= len(wanted), within_s=40)
    assert np.array_equal(table_of(watched.stored()), wanted)
    assert watched.backend.journal.verify().result(30).ok


@pytest.mark.parametrize("spoiled", [held, full])
def test_a_database_that_takes_nothing_costs_nothing(
    tmp_path: Path,
    broker: Mosquitto,
    watched: Watched,
    publisher: Publisher,
    spoiled: Callable[[Path, Store], AbstractContextManager[None]],
) -> None:
    watched.until("samples", lambda: watched.backend.status.snapshot().samples_total > 500)
    store = watched.system._store

    def alarm_stands() -> bool:
        return any(each.config.key == STORE_ALARM and each.facts.cond for each in watched.backend.alarms.snapshot())

    begun = time.monotonic()
    with spoiled(tmp_path / "site", store):
        watched.until("the store's alarm", alarm_stands)
        assert time.monotonic() - begun < 5
        assert not watched.backend.status.snapshot().store_ok
        acknowledged = broker.log().count(ACKNOWLEDGED)
        # Acknowledged is stored, to the last message.
        assert acknowledged * len(VALUES) <= len(watched.stored())
        publisher.until(len(publisher.said) + 500)
        # Two seconds of messages later the devices have heard nothing (what was under way when it began is over).
        assert broker.log().count(ACKNOWLEDGED) == acknowledged
    watched.until("the alarm over", lambda: not alarm_stands())
    publisher.stop()
    everything_once(watched, publisher)
    assert watched.backend.status.snapshot().store_ok
    broker.until_logged(ACKNOWLEDGED, times=len(publisher.said))


def test_a_broker_that_restarts_costs_nothing(broker: Mosquitto, watched: Watched, publisher: Publisher) -> None:
    watched.until("samples", lambda: watched.backend.status.snapshot().samples_total > 500)

    def link_is(state: LinkState) -> Callable[[], bool]:
        return lambda: {health.state for health in watched.backend.links.snapshot()} == {state}

    broker.stop()
    watched.until("the link lost", link_is(LinkState.LOST))
    broker.start()
    watched.until("the link up", link_is(LinkState.UP))
    publisher.until(len(publisher.said) + 250)
    publisher.stop()
    everything_once(watched, publisher)


def test_a_broker_that_dies_with_all_it_held_is_heard_again_and_the_gap_is_named(
    broker: Mosquitto, watched: Watched, publisher: Publisher, tmp_path: Path
) -> None:
    """kill -9, and its database is gone too: our session with our subscriptions, and what it kept for us."""
    watched.until("samples", lambda: watched.backend.status.snapshot().samples_total > 500)
    broker.kill()
    for kept in (tmp_path / "broker").glob("*.db*"):
        kept.unlink()
    said = len(publisher.said)
    broker.start()
    store = watched.system._store
    watched.until("the gap named", lambda: any(event.name == "session-lost" for event in store.device_events()))
    # Subscribed again: what is said from now on is stored.
    before = watched.backend.status.snapshot().samples_total
    publisher.until(said + 500)
    watched.until("samples again", lambda: watched.backend.status.snapshot().samples_total > before + 500)
    publisher.stop()
    stored = table_of(watched.stored())
    wanted = expected(publisher.said, watched.backend.registry)
    assert len(np.setdiff1d(stored, wanted)) == 0
    assert len(np.unique(stored)) == len(stored)
    # Never a false "all well": the loss of the link is an alarm of its own.
    assert any(each.config.condition == "lost" for each in watched.backend.alarms.snapshot())


def test_it_stops_under_load_within_five_seconds_and_leaves_nothing(
    broker: Mosquitto, devices: list[str], watched: Watched, publisher: Publisher, tmp_path: Path
) -> None:
    watched.until("samples", lambda: watched.backend.status.snapshot().samples_total > 500)
    had = set(psutil.Process().children())
    ours = {thread.name for thread in threading.enumerate()}
    assert {"core", "writer", "field", "horn"} <= ours
    begun = time.monotonic()
    watched.system.stop()
    assert time.monotonic() - begun < 5
    left = {thread.name for thread in threading.enumerate()}
    assert not {"core", "writer", "field", "horn"} & left
    assert not [name for name in left if name.startswith(("worker", "mqtt"))]
    # The broker, and what other tests of this worker keep running: stopping started nothing.
    assert set(psutil.Process().children()) <= had
    assert not (tmp_path / "site" / "linepack.db-wal").exists()
    publisher.stop()
    after = Watched(tmp_path / "site")
    after.system.start()
    try:
        everything_once(after, publisher)
    finally:
        after.system.stop()
