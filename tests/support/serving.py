"""A live site of pressure loggers at a stock broker, `linepack serve` as a process, a publisher that keeps book.

Every message is of QoS 1 and bears its device's own time, never the same twice for a device.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

import numpy as np
from numpy.typing import NDArray
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from app.importing import import_file
from app.making import init_site
from backend.links.loop import start_thread
from backend.model.plant import Registry
from backend.model.sample import SampleBatch
from backend.system import System

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
SITE = "site"
"""Its id, which is its folder's name."""
VALUES = ("pressure", "temperature", "battery_voltage", "signal")
"""Of each message."""
_PAUSE = threading.Event()


def make_live_site(folder: Path, *, broker_port: int, devices: int) -> list[str]:
    """A live site of that many pressure loggers; their ids."""
    assert folder.name == SITE
    init_site(folder, name="Proof", broker_url=f"mqtt://127.0.0.1:{broker_port}")
    names = [f"PL-{number:02}" for number in range(devices)]
    rows(folder, "assets", [{"id": name, "kind": "station", "name": name} for name in names])
    rows(folder, "devices", [{"id": name, "model": "pressure-logger", "asset": name} for name in names])
    return names


def rows(folder: Path, what: str, given: list[dict[str, object]]) -> None:
    """Import rows as `linepack import` does."""
    file = folder.parent / f"{what}.json"
    file.write_text(json.dumps(given), "utf-8")
    assert import_file(what, file, folder, partial=False) == 0


class Serving:
    """`linepack serve` as a process; killed and started again as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def start(self, *, wait: bool = True) -> Serving:
        """Run it; with `wait` until it says that it serves."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", str(self._folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )
        if wait:
            assert self.says().startswith("serving "), "serve did not start"
        return self

    @property
    def output(self) -> IO[str]:
        """What it prints to."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout

    def says(self) -> str:
        """The next line that it prints."""
        return self.output.readline()

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> int:
        """kill -9; the exit code."""
        return self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        code = process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
        return code


class Publisher:
    """Publishes for every device in turn, so many values a second, and keeps what it said."""

    def __init__(self, port: int, devices: list[str], *, rate: float, at_us: int) -> None:
        """rate: values a second. at_us: time of the first message, µs UTC; device time then counts on in ms."""
        self._devices = devices
        self._interval_s = len(VALUES) / rate
        self._at_ms = at_us // 1000
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._acked = 0
        self.said: list[tuple[str, int, tuple[float, ...]]] = []
        """(device, µs UTC, values) of every message."""
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id="publisher",
            protocol=MQTTProtocolVersion.MQTTv311,
            clean_session=False,
        )
        self._client.max_inflight_messages_set(0)
        self._client.max_queued_messages_set(0)
        self._client.on_publish = self._on_puback
        self._client.connect("127.0.0.1", port)
        self._join: Callable[[], None] = lambda: None

    def start(self) -> Publisher:
        """Begin."""
        self._client.loop_start()
        self._join = start_thread(self._run, "publisher").join
        return self

    def until(self, messages: int, within_s: float = 60.0) -> None:
        """Wait until it has said so many messages."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.said) >= messages, within_s), "publisher is stuck"

    def stop(self, within_s: float = 60.0) -> None:
        """Say no more; returns when the broker has taken (PUBACK) every message that was said."""
        self._stopping.set()
        self._join()
        with self._changed:
            assert self._changed.wait_for(lambda: self._acked == len(self.said), within_s), "broker took not everything"
        self._client.disconnect()
        self._client.loop_stop()

    def abandon(self) -> None:
        """End, whatever became of it."""
        self._stopping.set()
        self._join()
        self._client.disconnect()
        self._client.loop_stop()

    def _run(self) -> None:
        number = 0
        begun = time.monotonic()
        while not self._stopping.wait(max(0.0, begun + number * self._interval_s - time.monotonic())):
            device = self._devices[number % len(self._devices)]
            values = (350.0, (number % 90_000) / 1000.0 - 40.0, 3.6, -120.0 + (number % 100_000) / 1000.0)
            at_ms = self._at_ms + number
            payload = json.dumps({"t": at_ms, "values": dict(zip(VALUES, values, strict=True))})
            with self._changed:
                self.said.append((device, at_ms * 1000, values))
                self._changed.notify_all()
            self._client.publish(f"lp/{SITE}/{device}/up", payload, qos=1)
            number += 1

    def _on_puback(self, *_: object) -> None:
        with self._changed:
            self._acked += 1
            self._changed.notify_all()


class Watched:
    """A `System` in this process that can be waited on."""

    def __init__(self, folder: Path) -> None:
        self._changed = threading.Condition()
        self.system = System(folder)
        self.backend = self.system.backend
        for topic in (self.backend.live.changed, self.backend.alarms.changed, self.backend.links.changed):
            topic.subscribe(self._wake)

    def until(self, what: str, look: Callable[[], T], within_s: float = 30.0) -> T:
        """Wait until `look` finds something; asked again whenever anything has changed."""
        found: list[T] = []

        def looked() -> bool:
            found[:] = [look()]
            return bool(found[0])

        with self._changed:
            assert self._changed.wait_for(looked, within_s), f"not in {within_s} s: {what}"
        return found[0]

    def stored(self) -> SampleBatch:
        """Every sample with a number in the history, by point and time."""
        points = [point.id for point in self.backend.registry.points]
        batch = self.backend.history.read(points, 0, 2**62).result(60)
        return batch.where(np.isfinite(batch.value))

    def _wake(self, _fact: object) -> None:
        with self._changed:
            self._changed.notify_all()


def table_of(batch: SampleBatch) -> NDArray[np.void]:
    """Rows (point, at, value), sorted."""
    return np.sort(_rows(batch.point, batch.at, batch.value))


def expected(said: list[tuple[str, int, tuple[float, ...]]], registry: Registry) -> NDArray[np.void]:
    """The rows that what was said must leave in the history, sorted."""
    ids = {(point.device, point.property): point.id for point in registry.points}
    flat = [
        (ids[device, name], at, value)
        for device, at, values in said
        for name, value in zip(VALUES, values, strict=True)
    ]
    return np.sort(
        _rows(
            np.array([row[0] for row in flat], np.int32),
            np.array([row[1] for row in flat], np.int64),
            np.array([row[2] for row in flat], np.float64),
        )
    )


def _rows(point: NDArray[np.int32], at: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.void]:
    table = np.empty(len(point), [("point", np.int32), ("at", np.int64), ("value", np.float64)])
    table["point"], table["at"], table["value"] = point, at, value
    return table
