"""Several nodes on one PostgreSQL and one broker: whichever is killed, what was acknowledged is stored once.

LINEPACK_FAULT_ROUNDS sets the number of kills (2); from 10 on there are three nodes, otherwise two.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.moving import migrate_site
from backend.clock import SystemClock
from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.server import Server
from tests.support.serving import VALUES, Publisher, Serving, Watched, expected, make_live_site, table_of

pytestmark = [pytest.mark.stranger, pytest.mark.expects_warnings]
ROUNDS = int(os.environ.get("LINEPACK_FAULT_ROUNDS", "2"))
SEED = int(os.environ.get("LINEPACK_FAULT_SEED", "20260115"))
NODES = 3 if ROUNDS >= 10 else 2
RATE = 1000.0
"""Values a second."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    (tmp_path / "broker").mkdir()
    broker = Mosquitto(tmp_path / "broker", settings=["max_inflight_messages 1000", "max_queued_messages 0"]).start()
    yield broker
    broker.stop()


@pytest.fixture
def nodes(tmp_path: Path, broker: Mosquitto, server: Server) -> tuple[list[Path], list[str]]:
    """(a site folder for each node, the devices)."""
    first = tmp_path / "site"
    devices = make_live_site(first, broker_port=broker.port, devices=10)
    migrate_site(first, server.url(server.new_database()))
    settings = first / "site.toml"
    settings.write_text(settings.read_text("utf-8").replace("[broker]\n", f"[broker]\nseats = {NODES}\n"), "utf-8")
    others = [tmp_path / f"node-{number}" / "site" for number in range(2, NODES + 1)]
    return [first, *(Path(shutil.copytree(first, other)) for other in others)], devices


@pytest.mark.timeout(150 + 20 * ROUNDS)
def test_whichever_node_is_killed_every_sample_is_stored_once(
    nodes: tuple[list[Path], list[str]], broker: Mosquitto
) -> None:
    folders, devices = nodes
    chance = random.Random(SEED)
    serving = [Serving(folders[0]).start(), *(Serving(folder).start(wait=False) for folder in folders[1:])]
    for each in serving[1:]:
        assert each.says().startswith("standing by for ")
    broker.until_logged("Sending SUBACK to linepack-site-seat-", times=NODES)
    publisher = Publisher(broker.port, devices, rate=RATE, at_us=SystemClock().wall_us()).start()
    leading = 0
    try:
        for number in range(ROUNDS):
            publisher.until(len(publisher.said) + round(chance.uniform(0.5, 1.5) * RATE / len(VALUES)))
            # The node that leads first; then one that only has a seat.
            victim = leading if number % 2 == 0 else (leading + 1) % NODES
            assert serving[victim].kill() == -9
            leading = _leading(serving, leading, victim)
            serving[victim].start(wait=False)
            assert serving[victim].says().startswith("standing by for ")
        publisher.stop()
    finally:
        publisher.abandon()
        for each in serving:
            each.kill()
    _everything_once(folders[0], publisher)


def test_a_node_that_was_frozen_stores_nothing_once_another_leads(
    nodes: tuple[list[Path], list[str]], server: Server, broker: Mosquitto
) -> None:
    folders, _devices = nodes
    frozen, other = Serving(folders[0]).start(), Serving(folders[1]).start(wait=False)
    try:
        assert other.says().startswith("standing by for ")
        os.kill(frozen.pid, signal.SIGSTOP)
        # As a switch does that forgets a connection: the server believes the frozen one gone.
        database = server.query("SELECT datname FROM pg_stat_activity WHERE application_name = 'linepack' LIMIT 1")[0][
            0
        ]
        server.query(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 19537 "
            f"AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = '{database}')"
        )
        assert other.says().startswith("serving ")
        os.kill(frozen.pid, signal.SIGCONT)
        assert frozen.says().startswith("standing by for ")
        (token,) = server.query("SELECT value FROM setting WHERE key = 'lead'", str(database))[0]
        assert str(folders[1]) in str(token)
    finally:
        assert other.stop() == 0
        frozen.kill()


def _leading(serving: list[Serving], leading: int, victim: int) -> int:
    """Which node leads after one was killed: the one that says so, when it was the leading one."""
    return leading if victim != leading else _next(serving, victim)


def _next(serving: list[Serving], victim: int) -> int:
    """Of two that stand by, the one that takes over; the other goes on standing by and says nothing."""
    waiting = {each.output: place for place, each in enumerate(serving) if place != victim}
    ready, _, _ = select.select(list(waiting), [], [], 30)
    assert ready, "nobody took over"
    place = waiting[ready[0]]
    assert serving[place].says().startswith("serving ")
    return place


def _everything_once(folder: Path, publisher: Publisher) -> None:
    """Let a node alone drain what is left; then the history is what was published, to the last bit."""
    watched = Watched(folder)
    wanted = expected(publisher.said, watched.backend.registry)
    watched.system.start()
    try:
        watched.until("everything", lambda: len(watched.stored()) >= len(wanted), within_s=60)
        assert np.array_equal(table_of(watched.stored()), wanted)
        assert watched.backend.journal.verify().result(30).ok
        assert watched.backend.status.snapshot().quarantined == 0
    finally:
        watched.system.stop()
