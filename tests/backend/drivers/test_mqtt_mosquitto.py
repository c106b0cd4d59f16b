"""The MQTT link against Debian's mosquitto, a broker that is not ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from backend.clock import SystemClock
from backend.links.ports import LinkPlan
from backend.model.command import Order, ReceiptKind
from backend.model.event import LinkState
from tests.support.broker import Mosquitto, need_mosquitto
from tests.support.certificates import Authority
from tests.support.mqtt_plan import bound, link_plan
from tests.support.mqtt_rig import Rig
from tests.support.receipts import Receipts, order

pytestmark = pytest.mark.stranger
UP, CMD, ACK = "lp/s1/R1/up", "lp/s1/R1/cmd", "lp/s1/R1/ack"
BOTH = pytest.mark.parametrize("version", ["3.1.1", "5"])


@pytest.fixture
def rig() -> Iterator[Rig]:
    need_mosquitto()
    rig = Rig(SystemClock())
    yield rig
    rig.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    broker = Mosquitto(tmp_path, settings=["max_inflight_messages 1000", "max_queued_messages 0"]).start()
    yield broker
    broker.stop()


def plan_of(broker: Mosquitto, **options: str) -> LinkPlan:
    return link_plan(broker.port, bound(0, "ch4"), bound(1, "valve", writable=True), **options)


def says(ch4: float) -> str:
    return json.dumps({"values": {"ch4": ch4}})


@BOTH
def test_mosquitto_pub_feeds_a_point(broker: Mosquitto, rig: Rig, version: str) -> None:
    rig.run(plan_of(broker, version=version))
    broker.publish(UP, says(0.5))
    assert rig.wait_values(1) == [(0, 0.5)]
    broker.until_logged("Received PUBACK from console-1")


@pytest.mark.expects_warnings
@BOTH
def test_a_wrong_password_is_named_and_the_right_one_lets_in(tmp_path: Path, rig: Rig, version: str) -> None:
    broker = Mosquitto(tmp_path, users={"console": "s3cret", "device": "other"}).start()
    try:
        rig.build(plan_of(broker, version=version, user="console", password="wrong")).start()
        assert rig.wait_lost() == "the broker refused user console: wrong user name or password, or not authorised"
        rig.run(plan_of(broker, version=version, user="console", password="s3cret"))
        broker.publish(UP, says(0.5), flags=["-u", "device", "-P", "other"])
        assert rig.wait_values(1) == [(0, 0.5)]
        assert "s3cret" not in str(rig.sink.items)
    finally:
        broker.stop()


@pytest.mark.expects_warnings
@BOTH
def test_a_killed_broker_is_found_again(broker: Mosquitto, rig: Rig, version: str) -> None:
    link = rig.run(plan_of(broker, version=version))
    broker.publish(UP, says(0.5))
    rig.wait_values(1)
    broker.kill()
    rig.wait_lost()
    broker.start()
    rig.sink.wait_state(LinkState.UP, 2)
    broker.publish(UP, says(0.75))
    assert rig.wait_values(2) == [(0, 0.5), (0, 0.75)]
    assert link.health().lost_count == 1
    assert [event.name for event in rig.events] == ["session-lost"]


@BOTH
def test_the_session_keeps_what_was_published_meanwhile(broker: Mosquitto, rig: Rig, version: str) -> None:
    link = rig.run(plan_of(broker, version=version))
    link.stop()
    broker.publish(UP, says(0.5), says(0.75))
    rig.run(plan_of(broker, version=version))
    assert rig.wait_values(2) == [(0, 0.5), (0, 0.75)]


def test_a_clean_session_keeps_nothing(broker: Mosquitto, rig: Rig) -> None:
    link = rig.run(plan_of(broker, clean="true"))
    link.stop()
    broker.publish(UP, says(0.5))
    rig.run(plan_of(broker, clean="true"))
    broker.publish(UP, says(0.75))
    assert rig.wait_values(1) == [(0, 0.75)]


@BOTH
def test_what_was_never_committed_is_delivered_again(broker: Mosquitto, rig: Rig, version: str) -> None:
    link = rig.run(plan_of(broker, version=version))
    rig.sink.hold()
    broker.publish(UP, says(0.5), says(0.75), "poison")
    rig.wait_values(1)
    link.stop()
    rig.sink.release()
    assert "Received PUBACK from console-1" not in broker.log()
    rig.sink.items.clear()
    rig.run(plan_of(broker, version=version))
    assert rig.wait_values(2) == [(0, 0.5), (0, 0.75)]
    assert [item.raw for item in rig.wait_aside()] == [b"poison"]
    broker.until_logged("Received PUBACK from console-1", times=3)


@BOTH
def test_a_burst_arrives_whole_and_every_message_is_acknowledged(broker: Mosquitto, rig: Rig, version: str) -> None:
    rig.run(plan_of(broker, version=version))
    broker.publish(UP, *[says(n / 2) for n in range(3000)])
    assert rig.wait_values(3000, within_s=20) == [(0, n / 2) for n in range(3000)]
    broker.until_logged("Received PUBACK from console-1", times=3000)


def test_the_retained_value_is_there_at_once(broker: Mosquitto, rig: Rig) -> None:
    broker.publish(UP, json.dumps({"t": "2026-01-15T10:30:00Z", "values": {"ch4": 0.5}}), flags=["-r"])
    rig.run(plan_of(broker))
    assert rig.wait_values(1) == [(0, 0.5)]
    assert rig.sink.batches[0].at.tolist() == [1_768_473_000_000_000]


@pytest.mark.expects_warnings
def test_a_taken_over_client_id_is_named(broker: Mosquitto, rig: Rig) -> None:
    rig.run(plan_of(broker, version="5"))
    other = Client(CallbackAPIVersion.VERSION2, client_id="console-1")
    other.connect("127.0.0.1", broker.port)
    other.loop_start()
    # mosquitto 2.0 hangs up without MQTT 5's DISCONNECT, so it stays one of two explanations.
    assert rig.wait_lost().endswith("another client took over the client id console-1")
    other.disconnect()
    other.loop_stop()
    rig.sink.wait_state(LinkState.UP, 2)


# -- TLS --------------------------------------------------------------------------------------------------------------


def secure_broker(tmp_path: Path, authority: Authority, *, host: str = "127.0.0.1", expired: bool = False) -> Mosquitto:
    certificate, key = authority.sign("broker", host=host, expired=expired)
    lines = [f"cafile {authority.file}", f"certfile {certificate}", f"keyfile {key}", "require_certificate true"]
    return Mosquitto(tmp_path, settings=lines).start()


def secure_plan(broker: Mosquitto, **options: str) -> LinkPlan:
    return plan_of(broker, **{"url": f"mqtts://127.0.0.1:{broker.port}", **options})


def test_tls_with_certificates_on_both_sides(tmp_path: Path, rig: Rig) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.sign("console")
    broker = secure_broker(tmp_path, authority)
    try:
        link = rig.run(secure_plan(broker, ca_file=str(authority.file), cert_file=str(certificate), key_file=str(key)))
        flags = ["--cafile", str(authority.file), "--cert", str(certificate), "--key", str(key)]
        broker.publish(UP, *[says(n / 2) for n in range(500)], flags=flags)
        assert rig.wait_values(500) == [(0, n / 2) for n in range(500)]
        link.stop()
    finally:
        broker.stop()


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"host": "127.0.0.2"}, "IP address mismatch"),
        ({"expired": True}, "certificate has expired"),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused_and_named(
    tmp_path: Path, rig: Rig, spoil: dict[str, object], words: str
) -> None:
    authority = Authority(tmp_path)
    broker = secure_broker(tmp_path, authority, **spoil)  # type: ignore[arg-type]
    try:
        rig.build(secure_plan(broker, ca_file=str(authority.file))).start()
        reason = rig.wait_lost()
        assert reason.startswith(f"the certificate of 127.0.0.1:{broker.port} is not accepted: ")
        assert words in reason
    finally:
        broker.stop()


@pytest.mark.expects_warnings
def test_a_certificate_of_a_stranger_is_refused_and_named(tmp_path: Path, rig: Rig) -> None:
    stranger = Authority(tmp_path, "Stranger CA")
    broker = secure_broker(tmp_path, Authority(tmp_path))
    try:
        rig.build(secure_plan(broker, ca_file=str(stranger.file))).start()
        assert "is not accepted: " in rig.wait_lost()
    finally:
        broker.stop()


@pytest.mark.expects_warnings
def test_a_console_without_a_certificate_is_not_let_in(tmp_path: Path, rig: Rig) -> None:
    authority = Authority(tmp_path)
    broker = secure_broker(tmp_path, authority)
    try:
        rig.build(secure_plan(broker, ca_file=str(authority.file))).start()
        assert rig.wait_lost()
        assert LinkState.UP not in {health.state for health in rig.sink.healths}
    finally:
        broker.stop()


# -- orders -----------------------------------------------------------------------------------------------------------


class Valve:
    """A device with a session of its own: takes orders and answers them."""

    def __init__(self, broker: Mosquitto) -> None:
        self.orders: list[dict[str, object]] = []
        self._broker = broker
        self._client: Client | None = None

    def wake(self) -> None:
        subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="valve", clean_session=False)
        self._client.on_message = self._on_order
        self._client.on_connect = lambda client, *_: client.subscribe(CMD, 1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", self._broker.port)
        self._client.loop_start()
        assert subscribed.wait(5)

    def sleep(self) -> None:
        assert self._client is not None
        self._client.disconnect()
        self._client.loop_stop()

    def _on_order(self, client: Client, _data: object, message: MQTTMessage) -> None:
        told = json.loads(message.payload)
        self.orders.append(told)
        client.publish(ACK, json.dumps({"id": told["id"], "ok": True}), qos=1)


@pytest.fixture
def valve(broker: Mosquitto) -> Iterator[Valve]:
    valve = Valve(broker)
    valve.wake()
    yield valve
    valve.sleep()


def timely(command: str, seconds: float = 60.0) -> Order:
    clock = SystemClock()
    return replace(
        order(1, 1.0, command=command),
        not_after=clock.wall_us() + round(seconds * 1e6),
        deadline_mono=clock.mono() + seconds,
    )


@BOTH
def test_an_order_reaches_the_device_and_is_answered(broker: Mosquitto, rig: Rig, valve: Valve, version: str) -> None:
    link = rig.run(plan_of(broker, version=version, reply_timeout_s="5"))
    receipts = Receipts()
    link.write(timely("c-1"), receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.ACKED]
    assert [told["id"] for told in valve.orders] == ["c-1"]


def test_a_sleeping_valve_never_gets_an_old_order_in_mqtt_311(broker: Mosquitto, rig: Rig, valve: Valve) -> None:
    valve.sleep()
    link = rig.run(plan_of(broker))
    receipts = Receipts()
    link.write(timely("c-old"), receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.UNKNOWN]
    valve.wake()
    assert _answered(link.write, "c-new") == [ReceiptKind.SENT, ReceiptKind.ACKED]
    assert [told["id"] for told in valve.orders] == ["c-new"]


def test_a_sleeping_valve_never_gets_an_old_order_in_mqtt_5(broker: Mosquitto, rig: Rig, valve: Valve) -> None:
    valve.sleep()
    link = rig.run(plan_of(broker, version="5"))
    receipts = Receipts()
    one = timely("c-old", seconds=1.3)
    link.write(one, receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.UNKNOWN]
    pause, clock = threading.Event(), SystemClock()
    pause.wait(max(0.0, one.deadline_mono + 1.0 - clock.mono()))  # the broker counts whole seconds
    valve.wake()
    assert _answered(link.write, "c-new") == [ReceiptKind.SENT, ReceiptKind.ACKED]
    assert [told["id"] for told in valve.orders] == ["c-new"]


def test_nobody_listening_is_a_refusal_in_mqtt_5(broker: Mosquitto, rig: Rig) -> None:
    link = rig.run(plan_of(broker, version="5"))
    receipts = Receipts()
    link.write(timely("c-1"), receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.REFUSED]
    assert "not listening" in receipts.all[-1].detail


def _answered(write: Callable[..., None], command: str) -> list[ReceiptKind]:
    receipts = Receipts()
    write(timely(command), receipts.told)
    return receipts.kinds()
