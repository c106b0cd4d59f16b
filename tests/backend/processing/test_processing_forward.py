"""Forwarding to a real HTTP server and a real broker; a target that fails costs nothing but its values."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.links.loop import start_thread
from backend.model.plant import Point, QuantityKind
from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.processing import Forwarder, Targets
from backend.processing.forward import CAPACITY
from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.ports import free_ports

SOON = 10.0
AT = 1_700_000_000_000_000
BAD = quality(Status.BAD, Cause.COMMS)


def point(number: int) -> Point:
    return Point(
        id=number,
        tag=f"R.P-{number}",
        device="R",
        asset="R",
        property="pressure",
        title="",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0.0,
        high=600.0,
        precision=0,
        period_s=5.0,
    )


def batch(*rows: tuple[int, float, int]) -> SampleBatch:
    columns = list(zip(*rows, strict=True))
    return SampleBatch.of(columns[0], [AT] * len(rows), columns[1], columns[2], received_at=AT, source="R")


class Receiver:
    """An HTTP server that keeps what it was sent and answers as told."""

    def __init__(self) -> None:
        self.heard: Queue[dict[str, Any]] = Queue()
        self.answer = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(receiver.answer)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?from=linepack"
        self._thread = start_thread(self.server.serve_forever, "receiver")

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join(5)
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


def forwarder(http: Mapping[str, frozenset[int]], mqtt: Mapping[int, str], broker: Mapping[str, str]) -> Forwarder:
    targets = Targets(http=http, mqtt=mqtt, points={number: point(number) for number in range(3)})
    made = Forwarder(targets, site="city", broker=broker, start_thread=start_thread)
    made.start()
    return made


def test_an_http_target_gets_its_points_and_no_others(receiver: Receiver) -> None:
    made = forwarder({receiver.url: frozenset({0, 2})}, {}, {})
    made.on_committed(batch((0, 312.5, GOOD), (1, 1.0, GOOD), (2, float("nan"), BAD)))
    sent = receiver.heard.get(timeout=SOON)
    made.stop()
    first = {"tag": "R.P-0", "device": "R", "property": "pressure", "t": AT // 1000, "value": 312.5, "unit": "kPa"}
    assert sent == {
        "site": "city",
        "samples": [first | {"quality": "good"}, first | {"tag": "R.P-2", "value": None, "quality": "bad"}],
    }
    (account,) = made.accounts()
    assert (account.sent, account.failed, account.dropped, account.reason) == (2, 0, 0, "")


@pytest.mark.expects_warnings
def test_a_failing_target_is_counted_said_once_and_works_again(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.processing.forward.PAUSE_S", 0.01)
    receiver.answer = 500
    made = forwarder({receiver.url: frozenset({0})}, {}, {})
    for number in range(3):
        made.on_committed(batch((0, float(number), GOOD)))
        receiver.heard.get(timeout=SOON)
    receiver.answer = 200
    made.on_committed(batch((0, 9.0, GOOD)))
    assert receiver.heard.get(timeout=SOON)["samples"][0]["value"] == 9.0
    made.on_committed(batch((0, 10.0, GOOD)))
    receiver.heard.get(timeout=SOON)
    made.stop()
    (account,) = made.accounts()
    assert (account.failed, account.reason) == (3, "")
    assert sum("forwarding failed" in record.getMessage() for record in caplog.records) == 1


@pytest.mark.expects_warnings
def test_a_target_that_is_away_holds_nobody_up_and_its_queue_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    port = free_ports(1)
    made = forwarder({f"http://127.0.0.1:{port}/": frozenset({0})}, {}, {})
    big = batch(*[(0, 1.0, GOOD)] * 5_000)
    for _time in range(12):
        made.on_committed(big)
    (account,) = made.accounts()
    made.stop()
    assert account.waiting <= CAPACITY
    assert account.dropped >= 60_000 - CAPACITY - 2 * 5_000
    assert sum("forwarding is behind" in record.getMessage() for record in caplog.records) == 1


@pytest.mark.stranger
def test_a_topic_gets_each_value(tmp_path: Path) -> None:
    need_mosquitto()
    broker = Mosquitto(tmp_path).start()
    heard: Queue[tuple[str, dict[str, Any]]] = Queue()
    ready = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, client_id="listener")
    client.on_message = lambda _c, _u, message: heard.put((message.topic, json.loads(message.payload)))
    client.on_subscribe = lambda *_anything: ready.set()
    client.connect("127.0.0.1", broker.port)
    client.subscribe("out/#", qos=1)
    client.loop_start()
    try:
        assert ready.wait(SOON)
        options = {"url": f"mqtt://127.0.0.1:{broker.port}", "client_id": "linepack-city"}
        made = forwarder({}, {0: "out/R/pressure"}, options)
        made.on_committed(batch((0, 312.5, GOOD), (1, 7.0, GOOD), (0, 313.0, GOOD)))
        got = [heard.get(timeout=SOON) for _number in range(2)]
        made.stop()
        assert [(topic, content["samples"][0]["value"]) for topic, content in got] == [
            ("out/R/pressure", 312.5),
            ("out/R/pressure", 313.0),
        ]
    finally:
        client.disconnect()
        client.loop_stop()
        broker.stop()
