"""Orders over MQTT against a raw broker: sent at most once, never late, answered, refused or given up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.drivers.mqtt import desk
from backend.drivers.mqtt.orders import encode
from backend.drivers.mqtt.routes import WriteRoute
from backend.drivers.mqtt.wire import Wire
from backend.links.ports import Link, LinkPlan
from backend.model.command import Order, Receipt, ReceiptKind
from backend.model.event import LinkState
from tests.support.clock import START_US, ManualClock
from tests.support.mqtt_far import Far
from tests.support.mqtt_plan import bound, device, link_plan
from tests.support.mqtt_rig import Rig
from tests.support.receipts import Receipts, order

UP, CMD, ACK = "lp/s1/R1/up", "lp/s1/R1/cmd", "lp/s1/R1/ack"
SETPOINT = 1
SENT, ACKED, REFUSED, UNKNOWN, NOT_SENT = (
    ReceiptKind.SENT,
    ReceiptKind.ACKED,
    ReceiptKind.REFUSED,
    ReceiptKind.UNKNOWN,
    ReceiptKind.NOT_SENT,
)
BOTH = pytest.mark.parametrize("version", ["3.1.1", "5"])


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


def plan_of(far: Far, **options: str) -> LinkPlan:
    return link_plan(
        far.port,
        bound(0, "inlet"),
        bound(SETPOINT, "setpoint", writable=True, scale=0.5, offset=-100.0),
        bound(2, "valve", device="R2", writable=True),
        devices=(device("R1"), device("R2")),
        **options,
    )


def give(link: Link, what: Order) -> Receipts:
    receipts = Receipts()
    link.write(what, receipts.told)
    return receipts


def clock_of(rig: Rig) -> ManualClock:
    assert isinstance(rig.clock, ManualClock)
    return rig.clock


def test_an_order_travels_at_most_once_in_mqtt_311(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    assert give(link, order(SETPOINT, 412.0)).kinds() == [SENT, ACKED]
    (heard,) = far.heard
    assert (heard.topic, heard.qos, heard.retain, heard.duplicate) == (CMD, 0, False, False)
    assert json.loads(heard.payload) == {
        "id": "c-1",
        "point": "setpoint",
        "value": 1024.0,  # the device's own scale: 1024 * 0.5 - 100 = 412
        "not_after": START_US // 1000 + 60_000,
    }


def test_an_order_expires_in_the_broker_in_mqtt_5(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far, version="5"))
    clock_of(rig).tick(12.5)
    assert give(link, order(SETPOINT, 412.0)).kinds() == [SENT, ACKED]
    (heard,) = far.heard
    assert (heard.topic, heard.qos, heard.retain, heard.duplicate) == (CMD, 1, False, False)
    # 0x02 message expiry interval, four bytes: 47 whole seconds of 47.5 are left.
    assert heard.properties == bytes.fromhex("02 0000002f")


def test_the_wall_clock_may_not_lengthen_an_orders_life(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far, version="5"))
    clock_of(rig).jump(-3600)
    assert give(link, order(SETPOINT, 412.0)).kinds() == [SENT, ACKED]
    assert far.heard[0].properties == bytes.fromhex("02 0000003c")


def test_an_order_with_less_than_a_second_is_not_sent_in_mqtt_5(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far, version="5"))
    clock_of(rig).tick(59.5)
    receipts = give(link, order(SETPOINT, 412.0))
    assert receipts.kinds() == [NOT_SENT]
    assert receipts.all[0].detail == "too late: less than a second of the order's time is left"
    assert far.heard == []


@BOTH
def test_a_refusal_by_the_device_is_told_in_its_words(far: Far, rig: Rig, version: str) -> None:
    link = rig.run(plan_of(far, version=version))
    far.verdict = False
    receipts = give(link, order(SETPOINT, 412.0))
    assert receipts.kinds() == [SENT, REFUSED]
    assert receipts.all[-1].detail == "local control"


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        (0x10, "the device is not listening: the broker had nobody to give it to"),
        (0x87, "the broker refused it: Not authorized"),
    ],
)
def test_a_refusal_by_the_broker_is_a_negative_answer(far: Far, rig: Rig, code: int, detail: str) -> None:
    link = rig.run(plan_of(far, version="5"))
    far.puback, far.answers = code, False
    receipts = give(link, order(SETPOINT, 412.0))
    assert receipts.kinds() == [SENT, REFUSED]
    assert receipts.all[-1].detail == detail


def test_a_late_answer_is_told_as_late_and_only_once(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    far.answers = False
    receipts = give(link, order(SETPOINT, 412.0))
    assert receipts.kinds() == [SENT, UNKNOWN]
    yes = {"id": "c-1", "ok": True}
    far.publish(ACK, yes)
    far.publish(ACK, yes)
    far.publish(ACK, {"id": "c-1", "ok": False, "detail": "jammed"})
    far.until(lambda: len(far.acked) == 3)
    assert [(receipt.kind, receipt.late, receipt.detail) for receipt in receipts.all[2:]] == [
        (ACKED, True, ""),
        (REFUSED, True, "jammed"),
    ]


def test_a_repeated_answer_is_one_answer(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    receipts = give(link, order(SETPOINT, 412.0))
    assert receipts.kinds() == [SENT, ACKED]
    far.publish(ACK, {"id": "c-1", "ok": True})
    far.until(lambda: len(far.acked) == 2)
    assert len(receipts.all) == 2


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (ACK, b'{"id": "c-2", "ok": true}', "answers no order of this console"),
        ("lp/s1/R2/ack", b'{"id": "c-1", "ok": true}', "identity clash: answers an order of another device"),
        (ACK, b'{"id": "c-1", "ok": 1}', "an answer needs an id and ok as true or false"),
        (ACK, b'{"id": "c-1", "ok": true, "ok": true}', "an answer needs an id and ok as true or false"),
        (ACK, b'{"id": "c-1"}', "an answer needs an id and ok as true or false"),
        (ACK, b"yes", "not JSON: Expecting value"),
    ],
)
def test_an_answer_that_does_not_fit_answers_nothing(
    far: Far, rig: Rig, topic: str, payload: bytes, reason: str
) -> None:
    link = rig.run(plan_of(far))
    far.answers = False
    receipts = give(link, order(SETPOINT, 412.0))
    far.until(lambda: len(far.heard) == 1)
    far.publish(topic, payload)
    (item,) = rig.wait_aside()
    assert (item.stage, item.reason) == ("reply", reason)
    assert receipts.kinds() == [SENT, UNKNOWN]


@pytest.mark.expects_warnings
@BOTH
def test_an_order_is_never_sent_again_after_a_reconnect(far: Far, rig: Rig, version: str) -> None:
    link = rig.run(plan_of(far, version=version, reply_timeout_s="30"))
    far.answers, far.puback = False, None  # the broker never says that it has it: paho would send it again
    receipts = give(link, order(SETPOINT, 412.0))
    far.until(lambda: len(far.heard) == 1)
    far.close()
    far.open()
    rig.sink.wait_state(LinkState.UP, 2)
    # Had anything been sent again, it would have come before the answer to the next order.
    far.answers, far.puback = True, 0
    assert give(link, replace(order(SETPOINT, 413.0), command="c-2")).kinds() == [SENT, ACKED]
    assert [json.loads(heard.payload)["id"] for heard in far.heard] == ["c-1", "c-2"]
    link.stop()
    assert receipts.kinds() == [SENT, UNKNOWN]


@pytest.mark.expects_warnings
def test_an_answer_may_come_over_the_next_connection(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far, reply_timeout_s="30"))
    far.answers = False
    receipts = give(link, order(SETPOINT, 412.0))
    far.until(lambda: len(far.heard) == 1)
    far.close()
    far.open()
    rig.sink.wait_state(LinkState.UP, 2)
    far.publish(ACK, {"id": "c-1", "ok": True})
    assert receipts.kinds() == [SENT, ACKED]
    assert not receipts.all[-1].late


@pytest.mark.expects_warnings
def test_an_order_is_given_up_in_time_while_the_link_is_lost(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    far.answers = False
    receipts = give(link, order(SETPOINT, 412.0))
    far.until(lambda: len(far.heard) == 1)
    far.close()
    assert receipts.kinds() == [SENT, UNKNOWN]


def test_stopping_gives_an_open_order_up(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far, reply_timeout_s="30"))
    far.answers = False
    receipts = give(link, order(SETPOINT, 412.0))
    far.until(lambda: len(far.heard) == 1)
    link.stop()
    assert receipts.kinds() == [SENT, UNKNOWN]
    assert receipts.all[-1].detail == "the link was stopped before the device answered"


def test_orders_to_several_devices_are_told_apart(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    first = give(link, order(SETPOINT, 412.0))
    second = give(link, replace(order(2, 1.0, device="R2"), command="c-2"))
    assert (first.kinds(), second.kinds()) == ([SENT, ACKED], [SENT, ACKED])
    assert [heard.topic for heard in far.heard] == [CMD, "lp/s1/R2/cmd"]


def test_an_order_for_another_device_is_not_sent(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    assert give(link, order(SETPOINT, 412.0, device="R2")).kinds() == [NOT_SENT]
    assert far.heard == []


def test_a_second_attempt_waits_for_the_first(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))
    far.answers = False
    first = give(link, order(SETPOINT, 412.0))
    second = give(link, replace(order(SETPOINT, 412.0), attempt=2))
    assert second.kinds() == [NOT_SENT]
    assert first.kinds() == [SENT, UNKNOWN]
    assert len(far.heard) == 1


@pytest.mark.expects_warnings
def test_a_listener_that_fails_does_not_break_the_link(far: Far, rig: Rig) -> None:
    link = rig.run(plan_of(far))

    def fails(receipt: Receipt) -> None:
        raise ValueError(receipt.kind.value)

    link.write(order(SETPOINT, 412.0), fails)
    far.until(lambda: len(far.heard) == 1)
    far.publish(UP, {"values": {"inlet": 5.0}})
    assert rig.wait_values(1) == [(0, 5.0)]
    assert link.health().lost_count == 0


# -- the last check before the bytes leave ----------------------------------------------------------------------------


def test_a_packet_that_does_not_say_the_order_never_leaves(far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    link = rig.run(plan_of(far, version="5"))
    with monkeypatch.context() as patched:
        patched.setattr(desk, "encode", lambda order, route: encode(replace(order, value=413.0), route))
        receipts = give(link, order(SETPOINT, 412.0))
        assert receipts.kinds() == [NOT_SENT]
        assert receipts.all[0].detail == "the packet made for the order does not say what was ordered"
    assert give(link, replace(order(SETPOINT, 412.0), command="c-2")).kinds() == [SENT, ACKED]
    assert [json.loads(heard.payload)["id"] for heard in far.heard] == ["c-2"]


def test_an_order_whose_time_runs_out_while_it_is_made_never_leaves(
    far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = rig.run(plan_of(far))

    def slow(order: Order, route: WriteRoute) -> bytes:
        clock_of(rig).tick(61)
        return encode(order, route)

    monkeypatch.setattr(desk, "encode", slow)
    receipts = give(link, order(SETPOINT, 412.0))
    assert receipts.kinds() == [NOT_SENT]
    assert receipts.all[0].detail == "too late: the order's time has run out"
    assert far.heard == []


def test_an_order_that_the_kernel_does_not_take_waits_no_longer_than_its_life(
    far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = rig.run(plan_of(far))
    waiting = threading.Event()

    def no_room(*_: object) -> bool:
        waiting.set()
        return False

    monkeypatch.setattr(desk, "_takes_at_once", no_room)
    receipts = give(link, order(SETPOINT, 412.0))
    assert waiting.wait(5)
    clock_of(rig).tick(61)
    assert receipts.kinds() == [NOT_SENT]
    assert far.heard == []


@pytest.mark.expects_warnings
@pytest.mark.parametrize(("none_left", "kind"), [(True, NOT_SENT), (False, UNKNOWN)])
def test_a_connection_that_breaks_under_an_order_is_judged_by_what_left(
    far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch, none_left: bool, kind: ReceiptKind
) -> None:
    link = rig.run(plan_of(far))

    def breaks(wire: Wire, size: int) -> tuple[bool, bool]:
        assert len(wire.unsent) == size
        wire.forget_unsent()
        wire.fate = "Broken pipe"
        wire.close()
        return False, none_left

    with monkeypatch.context() as patched:
        patched.setattr(Wire, "push_all_or_hang_up", breaks)
        receipts = give(link, order(SETPOINT, 412.0))
        assert receipts.kinds() == [kind]
        assert "Broken pipe" in receipts.all[0].detail
    rig.wait_lost()
    rig.sink.wait_state(LinkState.UP, 2)
    assert give(link, replace(order(SETPOINT, 412.0), command="c-2")).kinds() == [SENT, ACKED]
    assert [json.loads(heard.payload)["id"] for heard in far.heard] == ["c-2"]


@pytest.mark.expects_warnings
def test_an_order_placed_while_the_link_goes_down_is_not_sent(
    far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = rig.run(plan_of(far))
    waiting = threading.Event()

    def no_room(*_: object) -> bool:
        waiting.set()
        return False

    with monkeypatch.context() as patched:
        patched.setattr(desk, "_takes_at_once", no_room)
        receipts = give(link, order(SETPOINT, 412.0))
        assert waiting.wait(5)
        far.close()
        assert receipts.kinds() == [NOT_SENT]
        assert receipts.all[0].detail == "the link is not up"
    far.open()
    rig.sink.wait_state(LinkState.UP, 2)
    assert give(link, replace(order(SETPOINT, 412.0), command="c-2")).kinds() == [SENT, ACKED]
    assert [json.loads(heard.payload)["id"] for heard in far.heard] == ["c-2"]


def test_an_order_that_still_waits_at_the_stop_is_not_sent(far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    link = rig.run(plan_of(far))
    monkeypatch.setattr(desk, "_takes_at_once", lambda *_: False)
    receipts = give(link, order(SETPOINT, 412.0))
    link.stop()
    assert receipts.kinds() == [NOT_SENT]
    assert receipts.all[0].detail == "the link has been stopped"


def test_only_the_newest_orders_are_remembered(far: Far, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "REMEMBERED", 1)
    link = rig.run(plan_of(far))
    for command in ("c-1", "c-2"):
        assert give(link, replace(order(SETPOINT, 412.0), command=command)).kinds() == [SENT, ACKED]
    far.publish(ACK, {"id": "c-1", "ok": True})
    (item,) = rig.wait_aside()
    assert item.reason == "answers no order of this console"
