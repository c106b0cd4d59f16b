"""MQTT devices: what they say, which orders they carry out, and that a real broker brings both across."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from backend.errors import LinkError
from backend.site import Broker, Site
from sims.broker import EmbeddedBroker, port_is_free
from sims.devices.mqtt_device import Gateway, MqttDevice
from sims.publishing import Load, Reporter
from tests.support.broker import Mosquitto
from tests.support.field import StillPlant, small_site
from tests.support.ports import free_ports

NOW_MS = 1_768_473_000_000
VALVE, OTHER = "XV-0415", "XV-0424"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path / "site")[0]


@pytest.fixture
def field(site: Site) -> StillPlant:
    return StillPlant(site)


@pytest.fixture
def valve(field: StillPlant) -> MqttDevice:
    return MqttDevice(field.plant.equipment.terminals[VALVE], boot=7)


def order(**changes: Any) -> bytes:
    return json.dumps({"id": "C-1", "point": "command", "value": 2, "not_after": NOW_MS + 5000} | changes).encode()


def answer_of(raw: bytes | None) -> Any:
    assert raw is not None
    return json.loads(raw)


def test_a_message(field: StillPlant, valve: MqttDevice) -> None:
    first = json.loads(valve.message({"position": 1, "opening_percent": 100.0}, NOW_MS))
    second = json.loads(valve.message({"position": 1}, NOW_MS + 1))
    assert first == {
        "t": NOW_MS,
        "device": VALVE,
        "boot": 7,
        "seq": 1,
        "values": {"position": 1, "opening_percent": 100.0},
    }
    assert (second["t"], second["seq"]) == (NOW_MS + 1, 2)
    assert (valve.topic, valve.command_topic, valve.reply_topic) == (
        f"lp/linjiang/{VALVE}/up",
        f"lp/linjiang/{VALVE}/cmd",
        f"lp/linjiang/{VALVE}/ack",
    )


def test_an_order_is_carried_out_once(field: StillPlant, valve: MqttDevice) -> None:
    assert answer_of(valve.obey(order(), now_ms=NOW_MS, write=field.plant.write)) == {
        "id": "C-1",
        "ok": True,
        "detail": "",
    }
    field.pass_time(60.0)
    assert field.reading(VALVE, "position") == 2
    field.plant.write(VALVE, "command", 1)
    field.pass_time(60.0)
    again = valve.obey(order(), now_ms=NOW_MS, write=field.plant.write)
    assert answer_of(again)["ok"]
    field.pass_time(60.0)
    assert field.reading(VALVE, "position") == 1


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"not_after": NOW_MS - 1}, "too late"),
        ({"value": 7}, "7 is outside 0 to 2"),
        ({"point": "position"}, "position cannot be written"),
        ({"value": 1.5}, "no such command"),
    ],
)
def test_an_order_is_refused(field: StillPlant, valve: MqttDevice, changes: dict[str, Any], detail: str) -> None:
    said = answer_of(valve.obey(order(**changes), now_ms=NOW_MS, write=field.plant.write))
    assert said == {"id": "C-1", "ok": False, "detail": detail}
    assert field.reading(VALVE, "command") == 0


def test_a_valve_on_local_or_tripped_says_so(field: StillPlant, valve: MqttDevice) -> None:
    field.plant.turn_key(VALVE, remote=False)
    said = answer_of(valve.obey(order(), now_ms=NOW_MS, write=field.plant.write))
    assert (said["ok"], said["detail"]) == (False, "the key stands on local")


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff", b"[]", b'{"id": 1, "point": "command", "value": 2}', b"null"])
def test_what_is_no_order_is_not_answered(field: StillPlant, valve: MqttDevice, payload: bytes) -> None:
    assert valve.obey(payload, now_ms=NOW_MS, write=field.plant.write) is None


def test_link_cut_after_the_write(field: StillPlant, valve: MqttDevice) -> None:
    valve.silent_after_write = True
    assert valve.obey(order(), now_ms=NOW_MS, write=field.plant.write) is None
    assert valve.silent
    field.pass_time(60.0)
    assert field.reading(VALVE, "position") == 2


class Heard:
    """A mouth that remembers."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, set[str]]] = []

    def publish(self, device: MqttDevice, readings: Mapping[str, float]) -> None:
        self.reports.append((device.terminal.id, set(readings)))


class Early:
    """Chance that always gives its lowest value."""

    def uniform(self, low: float, high: float) -> float:
        return low


def test_reports_come_on_their_periods(field: StillPlant) -> None:
    device = MqttDevice(field.plant.equipment.terminals["RC-001"], boot=1)
    reporter, mouth = Reporter(device, Early()), Heard()  # type: ignore[arg-type]  # only uniform is asked
    for second in range(31):
        reporter.report(float(second), mouth)
    every_ten = [names for _, names in mouth.reports if "inlet_pressure" in names]
    every_sixty = [names for _, names in mouth.reports if "temperature" in names]
    assert mouth.reports[0] == ("RC-001", set(device.terminal.forms))
    assert len(every_ten) == 4
    assert len(every_sixty) == 2


def test_what_happens_is_reported_at_once(field: StillPlant) -> None:
    device = MqttDevice(field.plant.equipment.terminals["VW-0418"], boot=1)
    reporter, mouth = Reporter(device, Early()), Heard()  # type: ignore[arg-type]  # only uniform is asked
    reporter.report(0.0, mouth)
    reporter.report(1.0, mouth)
    field.plant.freeze("VW-0418", "lid", 1)
    reporter.report(2.0, mouth)
    field.plant.freeze("VW-0418", "ch4", 12.0)
    reporter.report(3.0, mouth)
    assert mouth.reports[1:] == [("VW-0418", {"lid"}), ("VW-0418", {"ch4"})]


def test_load_keeps_its_rate(field: StillPlant) -> None:
    terminals = field.plant.equipment.terminals.values()
    devices = {one.id: MqttDevice(one, boot=1) for one in terminals if one.protocol == "mqtt"}
    load, mouth = Load(devices, 1000.0), Heard()
    for tick in range(101):
        load.report(tick * 0.05, mouth)
    sent = sum(len(names) for _, names in mouth.reports)
    assert sent == pytest.approx(5000, rel=0.01)
    assert {device for device, _ in mouth.reports} == set(devices)


class Console:
    """Another client of the broker, to hear the devices and give orders."""

    def __init__(self, port: int, user: str = "", password: str = "") -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="test-console")
        self.client.username_pw_set(user, password) if user else None
        self.client.on_connect = lambda client, *_: client.subscribe([("lp/+/+/up", 1), ("lp/+/+/ack", 1)])
        self.client.on_subscribe = lambda *_: self._ready.set()
        self.client.on_message = lambda _, __, message: self.heard.put((message.topic, json.loads(message.payload)))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self._ready.wait(5)

    def hear(self, topic: str) -> Any:
        """The next message on the topic; others are passed over."""
        while True:
            heard, message = self.heard.get(timeout=5)
            if heard == topic:
                return message

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def on_the_air(field: StillPlant, broker: Broker) -> Iterator[tuple[Gateway, Console, dict[str, MqttDevice]]]:
    devices = {id_: MqttDevice(field.plant.equipment.terminals[id_], boot=1) for id_ in (VALVE, OTHER)}
    gateway = Gateway(broker, devices, write=field.plant.write, now_ms=lambda: NOW_MS)
    console = Console(broker.port, broker.user, broker.password())
    gateway.start()
    try:
        yield gateway, console, devices
    finally:
        console.close()
        gateway.stop()


def talk(field: StillPlant, broker: Broker) -> None:
    """A report up, an order down, its answer up."""
    with on_the_air(field, broker) as (gateway, console, devices):
        device = devices[VALVE]
        gateway.publish(device, {"position": 1.0})
        assert console.hear(device.topic)["values"] == {"position": 1.0}
        console.client.publish(device.command_topic, order(), qos=0)
        assert console.hear(device.reply_topic) == {"id": "C-1", "ok": True, "detail": ""}
        assert field.reading(VALVE, "command") == 2
        console.client.publish(device.command_topic, order(id="C-2", not_after=1), qos=1)
        assert console.hear(device.reply_topic) == {"id": "C-2", "ok": False, "detail": "too late"}


def test_through_the_embedded_broker(site: Site, field: StillPlant) -> None:
    assert site.broker is not None
    broker = EmbeddedBroker(site.broker.port)
    broker.start()
    try:
        talk(field, site.broker)
    finally:
        broker.stop()
    assert port_is_free("127.0.0.1", site.broker.port)


@pytest.mark.stranger
def test_through_mosquitto(site: Site, field: StillPlant, tmp_path: Path) -> None:
    assert site.broker is not None
    broker = Mosquitto(tmp_path).start()
    try:
        talk(field, replace(site.broker, port=broker.port))
    finally:
        broker.kill()


@pytest.mark.stranger
def test_through_mosquitto_with_mqtt_5(site: Site, field: StillPlant, tmp_path: Path) -> None:
    assert site.broker is not None
    broker = Mosquitto(tmp_path).start()
    try:
        talk(field, replace(site.broker, port=broker.port, version="5"))
    finally:
        broker.kill()


def test_a_silent_device_neither_speaks_nor_hears(site: Site, field: StillPlant) -> None:
    assert site.broker is not None
    broker = EmbeddedBroker(site.broker.port)
    broker.start()
    try:
        with on_the_air(field, site.broker) as (gateway, console, devices):
            silent, other = devices[VALVE], devices[OTHER]
            silent.silent = True
            gateway.publish(silent, {"position": 1.0})
            gateway.publish(other, {"position": 1.0})
            # One connection keeps its order: what comes after the silence shows that the silence was one.
            assert console.heard.get(timeout=5)[0] == other.topic
            console.client.publish(silent.command_topic, order(), qos=1)
            console.client.publish(other.command_topic, order(), qos=1)
            assert console.heard.get(timeout=5)[0] == other.reply_topic
            assert (field.reading(VALVE, "command"), field.reading(OTHER, "command")) == (0, 2)
    finally:
        broker.stop()


def test_the_embedded_broker_lets_only_its_user_in(site: Site, field: StillPlant, tmp_path: Path) -> None:
    assert site.broker is not None
    secret = tmp_path / "password"
    secret.write_text("right\n", "utf-8")
    known = replace(site.broker, user="field", password_file=secret)
    broker = EmbeddedBroker(known.port, user="field", password="right")
    broker.start()
    try:
        talk(field, known)
        refused: queue.Queue[str] = queue.Queue()
        for user, password in (("field", "wrong"), ("", ""), ("other", "right")):
            client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"intruder-{user}{password}")
            client.username_pw_set(user, password)
            client.on_connect = lambda *arguments: refused.put(str(arguments[3]))
            client.connect("127.0.0.1", known.port)
            client.loop_start()
            assert refused.get(timeout=5) == "Not authorized"
            client.loop_stop()
            client.disconnect()
    finally:
        broker.stop()


def test_no_broker_is_told_in_words(site: Site, field: StillPlant) -> None:
    assert site.broker is not None
    gateway = Gateway(replace(site.broker, port=free_ports(1)), {}, write=field.plant.write, now_ms=lambda: NOW_MS)
    with pytest.raises(LinkError, match="does not answer"):
        gateway.start()


def test_a_taken_port_is_told_in_words() -> None:
    port = free_ports(1)
    first = EmbeddedBroker(port)
    first.start()
    try:
        with pytest.raises(LinkError, match=f"cannot listen on port {port}"):
            EmbeddedBroker(port).start()
    finally:
        first.stop()
