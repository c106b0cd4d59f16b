"""What the link leans on inside paho: these fail first when a newer paho differs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from paho.mqtt.enums import MQTTErrorCode

from backend.drivers.mqtt.client import BrokerClient
from backend.drivers.mqtt.options import read_options
from backend.protocols.mqtt_packets import Hear
from tests.support.mqtt_far import Far


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far().start()
    yield far
    far.stop()


def client_of(far: Far, version: str = "3.1.1", main: Callable[[], None] | None = None) -> BrokerClient:
    broker = read_options({"url": f"mqtt://127.0.0.1:{far.port}", "version": version}, filters=["a"])
    return BrokerClient(broker, main=main or _nothing, going_on=lambda: True)


def _nothing() -> None:
    """What the thread has to do here."""


def _nobody(topic: str, payload: bytes, *, retained: bool, mid: int) -> None:
    raise AssertionError(f"nobody publishes on {topic}")


def _connect(client: BrokerClient) -> None:
    assert client.reconnect() is MQTTErrorCode.MQTT_ERR_SUCCESS
    _serve(client, client.is_connected)


def _serve(client: BrokerClient, fits: Callable[[], bool], hear: Hear = _nobody) -> None:
    """Read and write by hand until it fits."""
    pause = threading.Event()
    end = time.monotonic() + 5
    while not fits():
        assert time.monotonic() < end, "not in time"
        client.loop_write()
        assert client.wire is not None
        client.wire.push()
        client.read(hear)
        pause.wait(0.001)


def test_the_thread_runs_our_loop_and_packets_are_only_queued_in_it(far: Far) -> None:
    ran_in: list[tuple[int, bytes, bool]] = []

    def main() -> None:
        client.reconnect()
        client.subscribe("a", 1)
        assert client.wire is not None
        ran_in.append((threading.get_ident(), client.wire.unsent, client.want_write()))

    client = client_of(far, main=main)
    assert client.loop_start() is MQTTErrorCode.MQTT_ERR_SUCCESS
    client.loop_stop()
    client.close()
    client.dispose()
    ((thread, unsent, queued),) = ran_in
    assert thread != threading.get_ident()
    assert (unsent, queued) == (b"", True)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_dropped_orders_are_not_sent_again(far: Far, version: str) -> None:
    far.answers, far.puback = False, None
    client = client_of(far, version)
    _connect(client)
    client.publish("lp/s1/R1/cmd", b'{"id": "kept"}', qos=1)
    _serve(client, lambda: len(far.heard) == 1)
    _connect(client)
    _serve(client, lambda: len(far.heard) == 2)
    assert far.heard[1].duplicate, "paho sends again what was not acknowledged: that is what must be prevented"
    client.drop_out_messages()
    _connect(client)
    client.publish("lp/s1/R1/cmd", b'{"id": "next"}', qos=1)
    _serve(client, lambda: len(far.heard) == 3)
    assert [heard.payload for heard in far.heard[2:]] == [b'{"id": "next"}']
    client.close()


def test_no_order_is_held_back_to_be_sent_later(far: Far) -> None:
    far.answers, far.puback = False, None
    client = client_of(far, "5")
    _connect(client)
    for n in range(50):
        client.order("lp/s1/R1/cmd", b"%d" % n, qos=1, expiry_s=30)
    _serve(client, lambda: len(far.heard) == 50)
    client.close()


def test_a_ping_can_be_sent_at_any_time(far: Far) -> None:
    client = client_of(far)
    _connect(client)
    client.ping()
    _serve(client, lambda: far.pings == 1)
    client.close()


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_messages_come_past_paho_and_only_we_acknowledge_them(far: Far, version: str) -> None:
    client = client_of(far, version)
    heard: list[tuple[str, bytes, bool, int]] = []

    def hear(topic: str, payload: bytes, *, retained: bool, mid: int) -> None:
        heard.append((topic, payload, retained, mid))

    _connect(client)
    far.publish("a", b"x")
    far.publish("b", b"y" * 300, retain=True)
    far.publish("a", b"", qos=0)
    _serve(client, lambda: len(heard) == 3, hear)
    assert heard == [("a", b"x", False, 1), ("b", b"y" * 300, True, 2), ("a", b"", False, 0)]
    assert far.acked == []
    client.acknowledge([2, 1])
    _serve(client, lambda: far.acked == [2, 1])
    client.close()


def test_a_broker_that_only_sends_messages_is_known_to_live(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(far)
    _connect(client)
    monkeypatch.setattr(client, "_last_bytes_received", 0.0)
    far.publish("a", b"x")
    heard: list[str] = []
    _serve(client, lambda: bool(heard), lambda topic, _payload, **_: heard.append(topic))
    client.loop_misc()
    assert client.wire is not None
    client.close()


def test_a_client_leaves_no_socket_behind() -> None:
    client = BrokerClient(read_options({"url": "mqtt://127.0.0.1"}, filters=[]), main=_nothing, going_on=lambda: True)
    before = psutil.Process().num_fds()
    client.loop_start()
    client.loop_stop()
    client.dispose()
    assert psutil.Process().num_fds() <= before
