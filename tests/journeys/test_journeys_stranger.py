"""A stranger's tools against a serving site: mosquitto_pub feeds a point, `linepack points --json` shows it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.serving import ROOT, SITE, Serving, make_live_site

pytestmark = pytest.mark.stranger


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    (tmp_path / "broker").mkdir()
    broker = Mosquitto(tmp_path / "broker").start()
    yield broker
    broker.stop()


def linepack(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a person types it."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=ROOT,
        check=False,
    )


def points(folder: Path) -> dict[str, dict[str, Any]]:
    done = linepack("points", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    return {row["tag"]: row for row in json.loads(done.stdout)}


def test_mosquitto_pub_feeds_a_point_that_the_command_line_shows(tmp_path: Path, broker: Mosquitto) -> None:
    folder = tmp_path / "site"
    make_live_site(folder, broker_port=broker.port, devices=1)
    serving = Serving(folder).start()
    try:
        broker.until_logged("Sending SUBACK to linepack-")
        assert points(folder)["PL-00.PT"]["value"] is None
        moment = time.time_ns() // 1_000_000
        broker.publish(f"lp/{SITE}/PL-00/up", json.dumps({"t": moment, "values": {"pressure": 312.5}}))
        # Acknowledged is stored: whoever looks after the PUBACK finds the value.
        broker.until_logged("Received PUBACK from linepack-")
        row = points(folder)["PL-00.PT"]
        assert (row["value"], row["quality"], row["unit"]) == (312.5, "good", "kPa")
        assert row["time"].startswith(time.strftime("%Y-%m-%dT%H:%M:", time.gmtime(moment / 1000)))
    finally:
        code = serving.stop()
    assert code == 0
    verified = linepack("audit", "verify", str(folder))
    assert verified.returncode == 0, verified.stdout + verified.stderr
