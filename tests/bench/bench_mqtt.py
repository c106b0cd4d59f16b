"""What the MQTT driver costs: CPU a message against a bare paho loop that only decodes, both draining mosquitto."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from backend.clock import SystemClock
from backend.drivers.mqtt import SPEC
from backend.links.loop import FieldLoop
from backend.links.ports import Inbound, LinkContext
from backend.model.sample import SampleBatch
from tests.support.broker import Mosquitto
from tests.support.mqtt_plan import bound, link_plan

MESSAGES = 20_000
ROUNDS = 3
TOPIC = "lp/s1/R1/up"


class _Counting:
    """A sink that commits at once and counts samples."""

    def __init__(self, wanted: int) -> None:
        self.left = wanted
        self.batches = 0
        self.all_in = threading.Event()

    def put(self, item: Inbound, done: Callable[[], None] | None = None) -> None:
        self._take(item)
        if done is not None:
            done()

    async def put_async(self, item: Inbound) -> None:
        self._take(item)

    def _take(self, item: Inbound) -> None:
        if isinstance(item, SampleBatch):
            self.batches += 1
            self.left -= len(item)
            if self.left <= 0:
                self.all_in.set()


def run() -> dict[str, float]:
    """CPU µs a message (whole process) and messages a second; the ratio is of the medians of interleaved rounds."""
    figures: dict[str, float] = {}
    for values in (5, 100):
        with tempfile.TemporaryDirectory() as folder:
            broker = Mosquitto(
                Path(folder),
                settings=["max_inflight_messages 1000", "max_queued_messages 0", "log_type error"],
            )
            config = broker.folder / "mosquitto.conf"
            config.write_text(config.read_text().replace("log_type all\n", ""))
            broker.start()
            try:
                rounds = [(_bare(broker, values), _driver(broker, values)) for _ in range(ROUNDS)]
            finally:
                broker.stop()
        bare, ours = ([pair[side] for pair in rounds] for side in (0, 1))
        name = f"{values} values"
        figures[f"{name}: bare paho, CPU us a message"] = _median([cpu for cpu, _ in bare])
        figures[f"{name}: driver, CPU us a message"] = _median([cpu for cpu, _ in ours])
        figures[f"{name}: bare paho, messages/s"] = _median([rate for _, rate in bare])
        figures[f"{name}: driver, messages/s"] = _median([rate for _, rate in ours])
        figures[f"{name}: ratio of CPU (target below 1.25)"] = _median([cpu for cpu, _ in ours]) / _median(
            [cpu for cpu, _ in bare]
        )
    return figures


def _bare(broker: Mosquitto, values: int) -> tuple[float, float]:
    left = MESSAGES
    all_in = threading.Event()
    decode = msgspec.json.Decoder().decode

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        nonlocal left
        decode(message.payload)
        left -= 1
        if not left:
            all_in.set()

    def client() -> Client:
        made = Client(CallbackAPIVersion.VERSION2, client_id="bare", clean_session=False)
        made.on_message = on_message
        subscribed = threading.Event()
        made.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
        made.on_subscribe = lambda *_: subscribed.set()
        made.connect("127.0.0.1", broker.port)
        made.loop_start()
        assert subscribed.wait(10)
        return made

    def leave(made: Client) -> None:
        made.disconnect()
        made.loop_stop()

    leave(client())
    _fill(broker, values)
    holder: list[Client] = []
    result = _measure(lambda: holder.append(client()), all_in)
    leave(holder[0])
    return result


def _driver(broker: Mosquitto, values: int) -> tuple[float, float]:
    loop = FieldLoop()
    loop.start()
    plan = link_plan(broker.port, *(bound(place, f"p{place}") for place in range(values)))
    first = _Counting(1)
    link = SPEC.build(plan, LinkContext(sink=first, clock=SystemClock(), loop=loop))
    link.start()
    broker.publish(TOPIC, _message(values))
    assert first.all_in.wait(10)
    link.stop()
    _fill(broker, values)
    sink = _Counting(MESSAGES * values)
    link = SPEC.build(plan, LinkContext(sink=sink, clock=SystemClock(), loop=loop))
    result = _measure(link.start, sink.all_in)
    link.stop()
    loop.stop()
    return result


def _measure(start: Callable[[], None], all_in: threading.Event) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    start()
    assert all_in.wait(120)
    return (time.process_time() - cpu) / MESSAGES * 1e6, MESSAGES / (time.perf_counter() - wall)


def _fill(broker: Mosquitto, values: int) -> None:
    broker.publish(TOPIC, *[_message(values)] * MESSAGES)


def _message(values: int) -> str:
    now_ms = time.time_ns() // 1_000_000
    return json.dumps({"t": now_ms, "values": {f"p{place}": 100.25 + place for place in range(values)}})


def _median(figures: list[float]) -> float:
    return sorted(figures)[len(figures) // 2]
