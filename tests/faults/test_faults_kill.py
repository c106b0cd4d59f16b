"""F01, F02: kill -9 of `linepack serve` under load: nothing acknowledged is missing, nothing is doubled.

A stock Mosquitto holds a persistent session for the site. Whatever it took from the publisher (PUBACK) must be in the
site's history exactly once at the end: what Linepack had acknowledged because it was stored, the rest because the
broker hands it over again. LINEPACK_FAULT_ROUNDS sets the number of kills (3; `make faults` runs 50).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from backend.clock import SystemClock
from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.dying_server import POINTS
from tests.support.locking import locked
from tests.support.serving import ROOT, VALUES, Publisher, Serving, Watched, expected, make_live_site, table_of

pytestmark = [
    pytest.mark.stranger,
    # A machine without a sound card logs so once.
    pytest.mark.expects_warnings,
]
ROUNDS = int(os.environ.get("LINEPACK_FAULT_ROUNDS", "3"))
SEED = int(os.environ.get("LINEPACK_FAULT_SEED", "20260115"))
RATE = 1000.0
"""Values a second."""
DEVICES = 10
LIVES_S = (0.3, 4.0)
"""How long a process lives, from its start: some are killed before they serve, most under load."""
WAITS_S = 1.0
"""How long it waits for a locked database before it is killed."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    (tmp_path / "broker").mkdir()
    broker = Mosquitto(tmp_path / "broker", settings=["max_inflight_messages 1000", "max_queued_messages 0"]).start()
    yield broker
    broker.stop()


@pytest.mark.timeout(120 + 20 * ROUNDS)
def test_kill_9_loses_and_doubles_no_sample(tmp_path: Path, broker: Mosquitto) -> None:
    chance = random.Random(SEED)
    devices = make_live_site(tmp_path / "site", broker_port=broker.port, devices=DEVICES)
    serving = Serving(tmp_path / "site").start()
    # From here on the broker keeps for us whatever comes.
    broker.until_logged("Sending SUBACK to linepack-")
    publisher = Publisher(broker.port, devices, rate=RATE, at_us=SystemClock().wall_us()).start()
    per_second = RATE / len(VALUES)
    try:
        for number in range(ROUNDS):
            # Every third time it dies while it waits for its database: then an early acknowledgement always shows.
            hold, waits_s = (locked, WAITS_S) if number % 3 == 1 else (nullcontext, 0.0)
            publisher.until(len(publisher.said) + round((chance.uniform(*LIVES_S) + 3 * waits_s) * per_second))
            with hold(tmp_path / "site"):
                publisher.until(len(publisher.said) + round(waits_s * per_second))
                assert serving.kill() == -9
            serving.start(wait=False)
        publisher.until(len(publisher.said) + round(per_second))
        publisher.stop()
    finally:
        publisher.abandon()
        serving.kill()
    everything_once(tmp_path / "site", publisher)
    # Not for nothing: acknowledged under load, and handed over again after a kill.
    log = broker.log()
    assert log.count("Received PUBACK from linepack-") >= len(publisher.said)
    assert handed_over_again(broker) > 0
    print(f"{ROUNDS} kills, {len(publisher.said) * len(VALUES)} samples published and stored once")


@pytest.mark.timeout(600)
def test_killed_at_each_point_of_their_path_samples_are_stored_once(tmp_path: Path, broker: Mosquitto) -> None:
    site = tmp_path / "site"
    devices = make_live_site(site, broker_port=broker.port, devices=DEVICES)
    serving = Serving(site).start()
    broker.until_logged("Sending SUBACK to linepack-")
    assert serving.stop() == 0
    publisher = Publisher(broker.port, devices, rate=RATE, at_us=SystemClock().wall_us()).start()
    try:
        for point in list(POINTS)[:ROUNDS]:
            done = subprocess.run(
                [sys.executable, "-m", "tests.support.dying_server", str(site), point, "5"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=60,
                cwd=ROOT,
                check=False,
            )
            assert done.returncode == -9, point
        publisher.stop()
    finally:
        publisher.abandon()
    assert handed_over_again(broker) > 0
    everything_once(site, publisher)


def handed_over_again(broker: Mosquitto) -> int:
    """Messages that the broker has sent to us once more (DUP flag)."""
    return sum("Sending PUBLISH to linepack-" in line and "(d1," in line for line in broker.log().splitlines())


def everything_once(site: Path, publisher: Publisher) -> None:
    """Let the last process drain the session; then the history is what was published, to the last bit."""
    watched = Watched(site)
    wanted = expected(publisher.said, watched.backend.registry)
    watched.system.start()
    try:
        # Every message that the broker still held has come when none is on its way any more.
        watched.until("everything", lambda: len(watched.stored()) >= len(wanted), within_s=60)
        got = table_of(watched.stored())
        assert len(wanted) == len(publisher.said) * len(VALUES)
        assert len(np.unique(wanted)) == len(wanted)
        assert np.array_equal(got, wanted), _difference(got, wanted)
        assert watched.backend.journal.verify().result(30).ok
        assert watched.backend.status.snapshot().quarantined == 0
    finally:
        watched.system.stop()


def _difference(got: np.ndarray, wanted: np.ndarray) -> str:
    rows, counts = np.unique(got, return_counts=True)
    missing, strange = np.setdiff1d(wanted, got), np.setdiff1d(got, wanted)
    doubled = rows[counts > 1]
    found = (("missing", missing), ("doubled", doubled), ("strange", strange))
    return "; ".join(f"{what} {len(these)} {these[:5]}" for what, these in found)
