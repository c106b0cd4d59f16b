"""The MQTT link against a raw broker: what is delivered, when it is acknowledged, and what ends a connection."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from backend.clock import SystemClock
from backend.drivers.mqtt import conversation, network
from backend.drivers.mqtt.intake import MAX_PAYLOAD, Intake
from backend.errors import LinkError
from backend.links.backoff import Backoff
from backend.links.ports import LinkPlan
from backend.model.event import LinkState
from backend.model.form import Content, MqttForm
from backend.model.quality import Cause, Status, quality
from backend.protocols.json_payload import Payloads
from tests.support.clock import START_US
from tests.support.mqtt_far import Far
from tests.support.mqtt_plan import bound, device, link_plan
from tests.support.mqtt_rig import Rig
from tests.support.receipts import Receipts, order

UP = "lp/s1/R1/up"
CH4, LEVEL = 0, 1


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far().start()
    yield far
    far.stop()


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.close()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port whose queue of connections is full: a further one is neither taken nor refused."""
    with socket.socket() as server, contextlib.ExitStack() as waiting:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for sock in [waiting.enter_context(socket.socket()) for _ in range(4)]:
            sock.setblocking(False)
            sock.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def plan_of(far: Far, **options: str) -> LinkPlan:
    return link_plan(far.port, bound(CH4, "ch4"), bound(LEVEL, "level"), **options)


def says(ch4: float, **more: object) -> dict[str, object]:
    return {"values": {"ch4": ch4}, **more}


# -- samples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_message_becomes_samples_of_the_link(far: Far, rig: Rig, version: str) -> None:
    rig.run(plan_of(far, version=version))
    told_ms = START_US // 1000 - 5000
    far.publish(UP, {"t": told_ms, "values": {"ch4": 0.5, "level": 7}})
    rig.wait_values(2)
    (batch,) = rig.sink.batches
    assert batch.point.tolist() == [CH4, LEVEL]
    assert batch.value.tolist() == [0.5, 7.0]
    assert batch.at.tolist() == [told_ms * 1000] * 2
    assert (batch.received_at, batch.source) == (START_US, f"mqtt/127.0.0.1:{far.port}")


def test_a_device_may_speak_cbor_beside_others_that_speak_json(far: Far, rig: Rig) -> None:
    spoken = bound(0, "p", device="R1")
    assert isinstance(spoken.form, MqttForm)
    plan = link_plan(
        far.port,
        replace(spoken, form=replace(spoken.form, content=Content.CBOR)),
        bound(1, "p", device="R2"),
        devices=(device("R1"), device("R2")),
    )
    rig.run(plan)
    far.publish("lp/s1/R1/up", bytes.fromhex("a1 6676616c756573 a1 6170 f93e00"))
    far.publish("lp/s1/R2/up", {"values": {"p": 2.0}})
    far.publish("lp/s1/R1/up", b'{"values": {"p": 3.0}}')
    assert rig.wait_values(2) == [(0, 1.5), (1, 2.0)]
    assert [each.stage for each in rig.wait_aside()] == ["decode"]


def test_one_connection_serves_all_devices(far: Far, rig: Rig) -> None:
    plan = link_plan(
        far.port, bound(0, "p", device="R1"), bound(1, "p", device="R2"), devices=(device("R1"), device("R2"))
    )
    rig.run(plan)
    far.publish("lp/s1/R2/up", {"values": {"p": 2.0}})
    far.publish("lp/s1/R1/up", {"values": {"p": 1.0}})
    assert rig.wait_values(2) == [(1, 2.0), (0, 1.0)]
    assert len(far.connects) == 1
    assert far.filters == ["lp/s1/+/up"]


def test_a_burst_comes_in_few_batches_complete_and_in_order(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    rig.sink.hold()
    far.publish_all(UP, [json.dumps(says(n / 2)).encode() for n in range(2000)])
    rig.sink.wait_batches(1)
    rig.sink.release()
    assert rig.wait_values(2000) == [(CH4, n / 2) for n in range(2000)]
    assert len(rig.sink.batches) < 200
    far.until(lambda: len(far.acked) == 2000)
    assert far.acked == list(range(1, 2001))


def test_messages_that_wait_for_the_core_are_handed_over_without_further_traffic(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    rig.sink.hold()
    for n in range(5):
        far.publish(UP, says(float(n)))
        rig.sink.wait_batches(1)
    rig.sink.release()
    assert rig.wait_values(5) == [(CH4, float(n)) for n in range(5)]
    far.until(lambda: far.acked == [1, 2, 3, 4, 5])


def test_times_that_run_backwards_are_put_in_order(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    rig.sink.hold()
    far.publish(UP, says(0.0))
    rig.sink.wait_batches(1)
    now_ms = START_US // 1000
    far.publish_all(UP, [json.dumps(says(float(n), t=now_ms - n)).encode() for n in range(1, 50)])
    rig.sink.release()
    rig.wait_values(50)
    for batch in rig.sink.batches:
        assert (np.diff(batch.at) >= 0).all()


# -- acknowledging ----------------------------------------------------------------------------------------------------


def test_a_message_is_acknowledged_only_when_it_is_committed(far: Far, rig: Rig) -> None:
    link = rig.run(link_plan(far.port, bound(CH4, "ch4"), bound(LEVEL, "level", writable=True)))
    rig.sink.hold()
    far.publish(UP, says(0.5))
    rig.wait_values(1)
    # The order leaves behind everything that waited to be written: an early acknowledgement would be there by now.
    link.write(order(LEVEL, 1.0), Receipts().told)
    far.until(lambda: len(far.heard) == 1)
    assert far.acked == []
    rig.sink.release()
    far.until(lambda: 1 in far.acked)


def test_poison_is_acknowledged_after_its_commit_so_that_it_never_comes_again(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    rig.sink.hold()
    far.publish(UP, b"\xff\x00 not json")
    (item,) = rig.wait_aside()
    assert far.acked == []
    rig.sink.release()
    far.until(lambda: far.acked == [1])
    assert (item.stage, item.reason, item.raw) == ("decode", "not UTF-8 text", b"\xff\x00 not json")
    assert item.source == f"mqtt/127.0.0.1:{far.port} {UP}"
    far.publish(UP, says(0.5))
    assert rig.wait_values(1) == [(CH4, 0.5)]


@pytest.mark.expects_warnings
def test_what_was_not_committed_is_delivered_again_and_acknowledged_once(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    rig.sink.hold()
    far.publish(UP, says(0.5, t=START_US // 1000))
    rig.wait_values(1)
    far.close()
    far.open()
    far.until(lambda: len(far.connects) == 2)
    assert far.acked == []
    rig.sink.release()
    rig.wait_values(2)
    far.until(lambda: len(far.acked) > 0)
    assert far.acked == [1]
    assert rig.values == [(CH4, 0.5), (CH4, 0.5)]  # the core knows the exact repetition by its time


@pytest.mark.expects_warnings
def test_an_acknowledgement_never_crosses_to_the_next_connection(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    rig.sink.hold()
    far.publish(UP, says(0.5))
    rig.wait_values(1)
    far.close()
    far.session_present = False
    far.open()
    far.until(lambda: len(far.filters) == 1 and len(far.connects) == 2)
    far.publish(UP, says(0.75))  # the new session begins at message id 1 again
    rig.sink.release()
    assert rig.wait_values(2) == [(CH4, 0.5), (CH4, 0.75)]
    far.until(lambda: far.acked == [1])
    far.publish(UP, says(1.0))
    far.until(lambda: far.acked == [1, 2])


@pytest.mark.expects_warnings
def test_a_forgotten_session_is_a_named_gap(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    far.close()
    far.session_present = False
    far.open()
    rig.sink.wait_state(LinkState.UP, 2)
    (event,) = rig.wait_events()
    assert (event.device, event.name, event.at) == (link.health().link, "session-lost", START_US)


# -- what is put aside ------------------------------------------------------------------------------------------------


def test_a_stranger_on_our_pattern_is_put_aside(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.publish("lp/s1/R9/up", says(0.5))
    (item,) = rig.wait_aside()
    assert (item.stage, item.reason) == ("topic", "no device of this site has this topic")
    assert json.loads(item.raw) == says(0.5)


def test_speaking_for_another_device_is_an_identity_clash(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.publish(UP, says(0.5, device="R2"))
    (item,) = rig.wait_aside()
    assert (item.stage, item.reason) == ("identity", "identity clash: speaks for device 'R2'")
    far.publish(UP, says(0.75, device="R1"))
    assert rig.wait_values(1) == [(CH4, 0.75)]


def test_an_oversize_message_is_put_aside_with_its_beginning(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.publish(UP, b" " * MAX_PAYLOAD + b"1")
    (item,) = rig.wait_aside()
    assert (item.stage, item.raw) == ("size", b" " * 4096)
    far.publish(UP, json.dumps(says(0.5)).encode().ljust(MAX_PAYLOAD))
    assert rig.wait_values(1) == [(CH4, 0.5)]


def test_a_topic_that_is_not_text_is_put_aside(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.publish("lp/s1/\udcff/up", says(0.5))
    (item,) = rig.wait_aside()
    assert item.stage == "topic"
    far.until(lambda: far.acked == [1])


def test_good_neighbours_of_a_bad_member_are_kept(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.publish(UP, b'{"values": {"ch4": NaN, "level": 7}}')
    assert rig.wait_values(1) == [(LEVEL, 7.0)]
    (item,) = rig.wait_aside()
    assert item.reason == "/values/ch4: NaN is not a number"


@pytest.mark.expects_warnings
def test_a_message_that_breaks_the_decoder_is_put_aside_after_one_try(
    far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = Payloads.decode

    def fragile(self: Payloads, raw: bytes, **more: object) -> object:
        result = decode(self, raw, **more)  # type: ignore[arg-type]
        assert b"poison" not in raw
        return result

    monkeypatch.setattr(Payloads, "decode", fragile)
    rig.run(plan_of(far))
    far.publish(UP, says(0.5, name="poison"))
    far.publish(UP, says(0.75))
    assert rig.wait_values(1) == [(CH4, 0.75)]
    assert [item.reason for item in rig.wait_aside()] == ["the decoder failed: AssertionError"]
    far.until(lambda: far.acked == [1, 2])


def test_a_talkative_stranger_is_rationed_and_the_rest_counted(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    far.publish_all("lp/s1/R9/up", [b"{}"] * 1000)
    far.until(lambda: len(far.acked) == 1000)
    link.stop()
    reasons = [item.reason for item in rig.wait_aside(11)]
    assert reasons == ["no device of this site has this topic"] * 10 + [
        "990 more like the last ones were counted and not kept"
    ]
    assert (link.health().heard, link.health().refused) == (1000, (("topic", 1000),))


# -- device time ------------------------------------------------------------------------------------------------------


def test_a_wrong_clock_is_noted_once_and_once_more_when_it_is_right(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    for t in (0, 0, START_US // 1000):
        far.publish(UP, says(0.5, t=t))
    rig.sink.wait(lambda _: sum(map(len, rig.sink.batches)) == 3)
    wrong, right = rig.wait_events(2)
    assert (wrong.device, wrong.name, wrong.active) == ("R1", "clock", True)
    assert wrong.text == "the device's clock is before the year 2000"
    assert (right.device, right.name, right.active) == ("R1", "clock", False)
    codes = [code for batch in rig.sink.batches for code in batch.quality.tolist()]
    uncertain = quality(Status.UNCERTAIN, Cause.CLOCK)
    assert codes == [uncertain, uncertain, quality(Status.GOOD)]


def test_a_retained_message_counts_at_its_own_time(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    yesterday_ms = START_US // 1000 - 86_400_000
    far.publish(UP, says(0.5, t=yesterday_ms), retain=True)
    rig.wait_values(1)
    assert rig.sink.batches[0].at.tolist() == [yesterday_ms * 1000]


# -- the connection ---------------------------------------------------------------------------------------------------


def test_the_session_is_persistent_in_mqtt_311(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far, user="console", password="s3cret"))
    assert far.connects == [
        {
            "clean": False,
            "keepalive": 10,
            "client_id": b"console-1",
            "properties": b"",
            "user": b"console",
            "password": b"s3cret",
        }
    ]


def test_the_session_is_persistent_in_mqtt_5(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far, version="5"))
    (connect,) = far.connects
    assert connect["clean"] is False
    # 0x11 session expiry, four bytes: 7 days; 0x21 receive maximum, two bytes: 1000.
    assert connect["properties"] == bytes.fromhex("11 00093a80 21 03e8")


def test_a_clean_session_is_asked_for_when_wanted(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far, clean="true"))
    assert far.connects[0]["clean"] is True


@pytest.mark.expects_warnings
def test_a_broker_that_is_not_there_at_the_start_is_named_and_tried_again(far: Far, rig: Rig) -> None:
    far.close()
    link = rig.build(plan_of(far))
    link.start()
    assert rig.wait_lost() == f"no broker answers at 127.0.0.1:{far.port}: connection refused"
    far.open()
    rig.sink.wait_state(LinkState.UP)
    assert link.health().state is LinkState.UP


@pytest.mark.expects_warnings
@pytest.mark.parametrize(("version", "code"), [("3.1.1", 4), ("3.1.1", 5), ("5", 0x86), ("5", 0x87)])
def test_a_wrong_password_is_named(far: Far, rig: Rig, version: str, code: int) -> None:
    far.connack = code
    rig.build(plan_of(far, version=version, user="console", password="wrong")).start()
    reason = rig.wait_lost()
    assert reason == "the broker refused user console: wrong user name or password, or not authorised"
    far.until(lambda: len(far.connects) >= 3)
    far.connack = 0
    rig.sink.wait_state(LinkState.UP)


@pytest.mark.expects_warnings
def test_another_refusal_is_given_in_the_brokers_words(far: Far, rig: Rig) -> None:
    far.connack = 3
    rig.build(plan_of(far)).start()
    assert rig.wait_lost() == "the broker refused the connection: Server unavailable"


@pytest.mark.expects_warnings
@pytest.mark.parametrize(("version", "code"), [("3.1.1", 0x80), ("5", 0x87)])
def test_a_refused_subscription_is_a_lost_link(far: Far, rig: Rig, version: str, code: int) -> None:
    far.suback = code
    rig.build(plan_of(far, version=version)).start()
    assert rig.wait_lost().startswith("the broker refused the subscription lp/s1/+/up: ")
    assert LinkState.UP not in {health.state for health in rig.sink.healths}


@pytest.mark.expects_warnings
def test_something_that_never_answers_is_no_broker(far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "ANSWER_WITHIN_S", 0.2)
    far.connack = None
    rig.build(plan_of(far)).start()
    assert rig.wait_lost() == f"127.0.0.1:{far.port} does not answer as an MQTT broker"


@pytest.mark.expects_warnings
def test_a_broker_that_talks_nonsense_is_lost_and_tried_again(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.send_raw(b"\x00\x00")
    assert rig.wait_lost() == f"what 127.0.0.1:{far.port} says is not MQTT"
    rig.sink.wait_state(LinkState.UP, 2)


@pytest.mark.expects_warnings
def test_a_broker_that_falls_silent_is_lost_within_two_keep_alives(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far, keepalive_s="1"))
    far.deaf = True
    assert rig.wait_lost() == "the broker did not answer a ping in time"


@pytest.mark.expects_warnings
def test_a_taken_over_client_id_is_named_in_mqtt_5(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far, version="5"))
    far.send_raw(bytes.fromhex("e0 02 8e 00"))
    assert rig.wait_lost() == "another client took over the client id console-1"


@pytest.mark.expects_warnings
def test_a_broker_that_hangs_up_without_a_word_may_have_been_taken_over(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.hang_up()
    assert rig.wait_lost().endswith("or another client took over the client id console-1")


@pytest.mark.expects_warnings
def test_a_broken_connection_is_named(far: Far, rig: Rig) -> None:
    rig.run(plan_of(far))
    far.reset()
    assert rig.wait_lost() == "the connection broke: Connection reset by peer"


@pytest.mark.expects_warnings
def test_a_fault_in_the_driver_is_a_lost_link_that_comes_back(
    far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = rig.run(plan_of(far))
    with monkeypatch.context() as patched:
        patched.setattr(Intake, "hear", _fails)
        far.publish(UP, says(0.5))
        assert rig.wait_lost() == "fault in the driver: ValueError('of the test')"
    rig.sink.wait_state(LinkState.UP, 2)
    assert rig.wait_values(1) == [(CH4, 0.5)]
    assert link.health().lost_count == 1


def _fails(*_: object, **_more: object) -> None:
    raise ValueError("of the test")


@pytest.mark.expects_warnings
def test_less_than_was_asked_for_is_said(far: Far, rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    far.suback = 0
    rig.run(plan_of(far))
    assert "granted QoS 0 only" in caplog.text


@pytest.mark.expects_warnings
def test_only_a_connection_that_lasted_resets_the_back_off(far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    following = Backoff.next
    monkeypatch.setattr(Backoff, "next", lambda self: waits.append(self.attempts) or following(self))
    rig.run(plan_of(far, retry_s="0.01"))
    for times in (1, 2):
        far.hang_up()
        rig.sink.wait_state(LinkState.UP, times + 1)
    monkeypatch.setattr(network, "STABLE_S", 0.0)
    far.hang_up()
    rig.sink.wait_state(LinkState.UP, 4)
    assert waits == [0, 1, 0]


def test_a_link_without_points_is_up_when_it_is_connected(far: Far, rig: Rig) -> None:
    link = rig.run(link_plan(far.port))
    assert link.health().state is LinkState.UP
    assert far.filters == []


def test_stopping_does_not_wait_for_a_broker_that_does_not_answer(silent_port: int, rig: Rig) -> None:
    link = rig.build(link_plan(silent_port, bound(CH4, "ch4")))
    link.start()
    start = time.monotonic()
    link.stop()
    assert time.monotonic() - start < 1
    assert link.health().state is LinkState.STOPPED


def test_the_session_lives_on_while_the_core_is_stuck(far: Far) -> None:
    rig = Rig(SystemClock())
    try:
        link = rig.run(plan_of(far, keepalive_s="1"))
        rig.sink.hold()
        message = json.dumps(says(0.5)).encode()
        far.publish_all(UP, [message] * 6000, qos=0)
        far.until(lambda: far.pings >= 3, within_s=10)
        assert far.pings >= 3
        held = sum(map(len, rig.sink.batches))
        assert held < 6000
        rig.sink.release()
        rig.wait_values(6000)
        assert (link.health().state, link.health().lost_count, len(far.connects)) == (LinkState.UP, 0, 1)
    finally:
        rig.close()


def test_the_broker_hears_that_we_leave(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    link.stop()
    far.until(lambda: far.disconnects == 1)


def test_what_was_read_is_acknowledged_before_leaving(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    far.publish_all(UP, [json.dumps(says(float(n))).encode() for n in range(100)])
    rig.wait_values(1)
    link.stop()
    read = len(rig.values)
    far.until(lambda: far.disconnects == 1)
    assert far.acked == list(range(1, read + 1))


def test_a_device_cannot_be_asked(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    with pytest.raises(LinkError, match="R1 reports by itself"):
        link.read_now("R1").result(1)


def test_a_link_starts_once(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    with pytest.raises(LinkError, match="already been started"):
        link.start()


def test_a_stopped_link_can_start_again(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    link.stop()
    link.stop()
    link.start()
    rig.sink.wait_state(LinkState.UP, 2)
    far.publish(UP, says(0.5))
    assert rig.wait_values(1) == [(CH4, 0.5)]
