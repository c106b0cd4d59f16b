"""What a message costs on its whole way: from mosquitto through driver, pipeline and limits into the database.

Beside it, in the same rounds and from the same sessions: a bare paho loop that only decodes and keeps nothing; and the
floor: a raw socket, msgspec, NumPy and one blob a batch, durable before its PUBACK, limits compared, nothing else.
CPU is that of this process, all threads. Believe the ratios: the machine is shared and noisy.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from backend.drivers.mqtt import SPEC
from backend.links.loop import FieldLoop
from backend.links.ports import Bound, LinkContext
from backend.model.plant import Limits
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch
from backend.store import blob
from tests.support import raw_mqtt
from tests.support.bench_house import BenchHouse
from tests.support.broker import Mosquitto
from tests.support.measuring import Rounds
from tests.support.mqtt_plan import bound, device, link_plan

SIZES = {5: (200, 20_000), 100: (20, 4_000)}
"""Values a message → devices, messages."""
ROUNDS = 3
CROSSINGS = 10
"""Messages with a value beyond a limit, each of another device; the next of that device is in order again."""
CALM, BEYOND = 100.25, 450.0
LIMITS = Limits(hh=500.0, h=400.0, l=-400.0, ll=-500.0, deadband=5.0, on_delay_s=0.0, off_delay_s=0.0)


def run() -> dict[str, object]:
    """CPU µs a message of each way, their ratios, and what became of every sample and alarm."""
    figures: dict[str, object] = {}
    for values, (devices, messages) in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            broker = _broker(Path(folder))
            try:
                figures |= _Case(Path(folder), broker.port, values, devices, messages).run()
            finally:
                broker.stop()
    return figures


def _broker(folder: Path) -> Mosquitto:
    broker = Mosquitto(folder, settings=["max_inflight_messages 1000", "max_queued_messages 0", "log_type error"])
    config = broker.folder / "mosquitto.conf"
    config.write_text(config.read_text().replace("log_type all\n", ""))
    return broker.start()


class _Case:
    """One size of message, through every way."""

    def __init__(self, folder: Path, port: int, values: int, devices: int, messages: int) -> None:
        self._folder, self._port = folder, port
        self._values, self._devices, self._messages = values, devices, messages
        self._bound = [
            _limited(bound(number * values + place, f"p{place}", device=_name(number)))
            for number in range(devices)
            for place in range(values)
        ]
        self._lost = self._missed = 0
        self._wall: dict[str, list[float]] = {}
        self._number = 0

    def run(self) -> dict[str, object]:
        ways = {"bare paho": self._paho, "floor": self._floor, "Linepack": self._linepack}
        rounds = Rounds({name: partial(self._way, name, way) for name, way in ways.items()}, raw="floor", rounds=ROUNDS)
        name = f"{self._values} values"
        found: dict[str, object] = {f"{name}: {way}, CPU µs a message": rounds.cost(way) for way in ways}
        found |= {f"{name}: {way}, messages/s": self._messages / min(self._wall[way]) for way in ways}
        found[f"{name}: CPU / bare paho loop (<= 1.25 at 5)"] = rounds.ratio("Linepack", "bare paho")
        found[f"{name}: CPU / floor (<= 2 at 100)"] = rounds.ratio("Linepack")
        found[f"{name}: samples lost"] = self._lost
        found[f"{name}: alarms missed of {CROSSINGS * ROUNDS}"] = self._missed
        found[f"{name}: the floor"] = rounds.verdict
        return found

    def _way(self, name: str, way: Callable[[str], tuple[float, float]]) -> float:
        """Fill a session, then let the way empty it; CPU µs a message."""
        self._number += 1
        cpu, wall = way(f"{name.rsplit(maxsplit=1)[-1]}-{self._number}")
        self._wall.setdefault(name, []).append(wall)
        return cpu / self._messages * 1e6

    def _fill(self) -> None:
        raw_mqtt.publish(self._port, self._made())

    def _made(self) -> Iterator[tuple[str, bytes]]:
        """Every device in turn, a millisecond later each time; a few values beyond a limit on the way."""
        now_ms = time.time_ns() // 1_000_000 - self._messages
        calm = {f"p{place}": CALM + place / 8 for place in range(self._values)}
        every = self._messages // (CROSSINGS + 1)
        for number in range(self._messages):
            crossing = number and number % every == 0 and number // every <= CROSSINGS
            values = {**calm, "p1": BEYOND} if crossing else calm
            yield (
                f"lp/s1/{_name(number % self._devices)}/up",
                json.dumps({"t": now_ms + number, "values": values}).encode(),
            )

    # -- the ways -------------------------------------------------------------------------------------------------

    def _paho(self, client_id: str) -> tuple[float, float]:
        left = self._messages
        all_in = threading.Event()
        decode = msgspec.json.Decoder().decode

        def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
            nonlocal left
            decode(message.payload)
            left -= 1
            if not left:
                all_in.set()

        raw_mqtt.connect(self._port, client_id, "lp/s1/+/up").close()
        self._fill()
        client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
        client.on_message = on_message

        def begin() -> None:
            client.connect("127.0.0.1", self._port)
            client.loop_start()

        spent = _spent(begin, all_in)
        client.disconnect()
        client.loop_stop()
        return spent

    def _floor(self, client_id: str) -> tuple[float, float]:
        raw_mqtt.connect(self._port, client_id, "lp/s1/+/up").close()
        self._fill()
        floor = _Floor(self._folder / f"{client_id}.db", self._bound)
        spent = _spent(lambda: floor.empty(self._port, client_id, self._messages))
        floor.close()
        return spent

    def _linepack(self, client_id: str) -> tuple[float, float]:
        loop = FieldLoop()
        loop.start()
        folder = self._folder / client_id
        folder.mkdir()
        devices = [device(_name(number)) for number in range(self._devices)]
        house = BenchHouse(folder, [each.point for each in self._bound], devices, wanted=self._messages * self._values)
        plan = link_plan(self._port, *self._bound, devices=devices, client_id=client_id)
        link = SPEC.build(plan, LinkContext(sink=house.inbox, clock=house.clock, loop=loop))
        raw_mqtt.connect(self._port, client_id, "lp/s1/+/up").close()
        self._fill()
        spent = _spent(link.start, house.all_in)
        link.stop()
        loop.stop()
        house.core.stop()
        self._lost += self._messages * self._values - house.store.history.count()
        raised = {each.key for each in house.store.occurrences() if each.event == "raise"}
        self._missed += CROSSINGS - len(raised)
        house.store.close()
        return spent


class _Floor:
    """A raw socket, msgspec, NumPy, one blob a batch. It knows the order of the values and trusts everything."""

    def __init__(self, file: Path, bound: Sequence[Bound]) -> None:
        self._first = {each.form.topic.encode(): 0 for each in bound}  # type: ignore[union-attr]
        for each in reversed(bound):
            self._first[each.form.topic.encode()] = each.point.id  # type: ignore[union-attr]
        points = len(bound)
        self._per_message = points // len(self._first)
        self._columns = np.arange(self._per_message, dtype=np.int32)
        self._table = np.zeros(points)
        self._level = np.zeros(points, np.int8)
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE samples (id INTEGER PRIMARY KEY, at INTEGER, body BLOB)")

    def empty(self, port: int, client_id: str, messages: int) -> None:
        """Take so many messages."""
        sock = raw_mqtt.connect(port, client_id)
        decode = msgspec.json.Decoder(_Message).decode
        rest = b""
        while messages > 0:
            rest += sock.recv(262_144)
            points, at, values, acks, used = [], [], [], [], 0
            for topic, payload, ack, used in raw_mqtt.received(rest):  # noqa: B007 - where the last one ends
                message = decode(payload)
                points.append(self._first[topic])
                at.append(message.t)
                values.extend(message.values.values())
                acks.append(ack)
            rest = rest[used:]
            if acks:
                self._take(points, at, values)
                sock.sendall(b"".join(acks))
                messages -= len(acks)
        sock.close()

    def _take(self, points: list[int], at: list[int], values: list[float]) -> None:
        point = (np.array(points, np.int32)[:, None] + self._columns).ravel()
        times = np.repeat(np.array(at, np.int64), self._per_message) * 1000
        value = np.array(values)
        level = self._level[point]
        up = (value >= 400.0 - 5.0 * (level >= 1)).astype(np.int8) + (value >= 500.0 - 5.0 * (level >= 2))
        down = (value <= -400.0 + 5.0 * (level <= -1)).astype(np.int8) + (value <= -500.0 + 5.0 * (level <= -2))
        np.flatnonzero(up - down != level)
        self._level[point] = up - down
        self._table[point] = value
        batch = SampleBatch(
            point=point,
            at=times,
            value=value,
            quality=np.full(len(value), GOOD, np.uint8),
            received_at=int(times[-1]),
            source="floor",
        )
        self._database.execute("INSERT INTO samples (at, body) VALUES (?, ?)", (int(times[0]), blob.encode(batch)))

    def close(self) -> None:
        self._database.close()


class _Message(msgspec.Struct):
    t: int
    values: dict[str, float]


def _spent(begin: Callable[[], object], all_in: threading.Event | None = None) -> tuple[float, float]:
    """CPU and wall seconds until all is in."""
    cpu, wall = time.process_time(), time.perf_counter()
    begin()
    assert all_in is None or all_in.wait(60)
    return time.process_time() - cpu, time.perf_counter() - wall


def _name(number: int) -> str:
    return f"S{number:03d}"


def _limited(made: Bound) -> Bound:
    return replace(made, point=replace(made.point, low=-1e6, high=1e6, limits=LIMITS))


if __name__ == "__main__":
    for title, figure in run().items():
        print(f"{title:60} {figure:,.3f}" if isinstance(figure, float) else f"{title:60} {figure}")
