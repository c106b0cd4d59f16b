"""An order's message: made, proven against the order, and the device's answer read."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.drivers.mqtt.orders import encode, life_s, prove, read_answer
from backend.drivers.mqtt.routes import WriteRoute
from backend.errors import FrameError, RefusedError
from backend.model.form import MqttForm
from tests.support.clock import START_US
from tests.support.mqtt_plan import bound
from tests.support.receipts import order

SCALED = bound(1, "setpoint", writable=True, scale=0.1, offset=-5.0)
ONE = order(1, 412.0)


def route_of(each: object = SCALED) -> WriteRoute:
    form = SCALED.form
    assert isinstance(form, MqttForm)
    return WriteRoute(point=SCALED.point, form=form)


def packet(payload: bytes, *, topic: bytes = b"lp/s1/R1/cmd", first: int = 0x30, properties: bytes = b"") -> bytes:
    """A PUBLISH written out by hand (MQTT 3.1.1 §3.3), short enough for one or two length bytes."""
    body = struct.pack(">H", len(topic)) + topic + (b"\x00\x01" if first & 6 else b"") + properties + payload
    length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    return bytes([first]) + length + body


def test_the_message_says_the_order() -> None:
    assert json.loads(encode(ONE, route_of())) == {
        "id": "c-1",
        "point": "setpoint",
        "value": 4170.0,
        "not_after": START_US // 1000 + 60_000,
    }


def test_its_packet_proves_it() -> None:
    message = encode(ONE, route_of())
    prove(packet(message), ONE, route_of(), version=4, life_s=60)
    prove(
        packet(message, first=0x32, properties=bytes.fromhex("05 02 0000003c")), ONE, route_of(), version=5, life_s=60
    )


GOOD = {"id": "c-1", "point": "setpoint", "value": 4170.0, "not_after": START_US // 1000 + 60_000}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "c-2"},
        {"point": "inlet"},
        {"value": 4171.0},
        {"value": 4170},
        {"value": "4170.0"},
        {"value": True},
        {"value": None},
        {"not_after": START_US // 1000 + 60_001},
        {"more": 1},
    ],
)
def test_a_message_that_says_something_else_is_not_sent(wrong: dict[str, object]) -> None:
    frame = packet(json.dumps(GOOD | wrong).encode())
    with pytest.raises(RefusedError, match="does not say what was ordered"):
        prove(frame, ONE, route_of(), version=4, life_s=60)


@pytest.mark.parametrize(
    ("frame", "version"),
    [
        (packet(encode(ONE, route_of()), topic=b"lp/s1/R2/cmd"), 4),
        (packet(encode(ONE, route_of()), first=0x31), 4),
        (packet(encode(ONE, route_of()), first=0x32), 4),
        (packet(encode(ONE, route_of()), first=0x3A), 4),
        (packet(encode(ONE, route_of()), first=0x32, properties=b"\x00"), 5),
        (packet(encode(ONE, route_of()), first=0x30, properties=bytes.fromhex("05 02 0000003c")), 5),
        (packet(encode(ONE, route_of()), first=0x32, properties=bytes.fromhex("05 02 0000003d")), 5),
        (packet(encode(ONE, route_of()), first=0x3A, properties=bytes.fromhex("05 02 0000003c")), 5),
    ],
    ids=["topic", "retained", "qos", "duplicate", "no expiry", "qos 0 in 5", "expires too late", "duplicate in 5"],
)
def test_a_packet_that_travels_otherwise_is_not_sent(frame: bytes, version: int) -> None:
    with pytest.raises(RefusedError, match="does not say what was ordered"):
        prove(frame, ONE, route_of(), version=version, life_s=60)


@pytest.mark.parametrize("frame", [b"", b"\x30\x00", packet(b"not json"), packet(encode(ONE, route_of())) + b"\x00"])
def test_a_packet_that_cannot_be_read_is_not_sent(frame: bytes) -> None:
    with pytest.raises(RefusedError, match="cannot be read"):
        prove(frame, ONE, route_of(), version=4, life_s=60)


def test_a_packet_for_another_point_or_device_is_not_sent() -> None:
    frame = packet(encode(ONE, route_of()))
    for other in (replace(ONE, point=2), replace(ONE, device="R2"), replace(ONE, value=412.1)):
        with pytest.raises(RefusedError, match="does not say what was ordered"):
            prove(frame, other, route_of(), version=4, life_s=60)


@given(
    value=st.floats(min_value=-1e6, max_value=1e6),
    scale=st.floats(min_value=1e-3, max_value=1e3),
    offset=st.floats(min_value=-1e3, max_value=1e3),
)
def test_every_value_proves_itself_and_no_neighbour(value: float, scale: float, offset: float) -> None:
    each = bound(1, "setpoint", writable=True, scale=scale, offset=offset)
    form = each.form
    assert isinstance(form, MqttForm)
    route = WriteRoute(point=each.point, form=form)
    one = order(1, value)
    frame = packet(encode(one, route))
    prove(frame, one, route, version=4, life_s=60)
    with pytest.raises(RefusedError):
        prove(frame, replace(one, value=value + max(abs(value) * 1e-6, 1e-3 * scale)), route, version=4, life_s=60)


def test_a_value_beyond_the_devices_scale_is_refused() -> None:
    each = bound(1, "setpoint", writable=True, scale=1e-300)
    form = each.form
    assert isinstance(form, MqttForm)
    with pytest.raises(RefusedError, match="own scale"):
        encode(order(1, 1e200), WriteRoute(point=each.point, form=form))


@pytest.mark.parametrize(
    ("wall_s", "mono_s", "left"),
    [(0, 0, 60), (12.5, 12.5, 47), (0, 59.5, 0), (59.5, 0, 0), (-3600, 0, 60), (0, 61, -1)],
)
def test_life_is_what_the_stricter_clock_leaves(wall_s: float, mono_s: float, left: int) -> None:
    assert life_s(ONE, START_US + round(wall_s * 1e6), 1000.0 + mono_s) == left


def test_an_answer_is_read() -> None:
    assert read_answer(b'{"id": "c-1", "ok": true}').ok
    answer = read_answer('{"id": "c-1", "ok": false, "detail": "就地控制", "more": 1}'.encode())
    assert (answer.command, answer.ok, answer.detail) == ("c-1", False, "就地控制")


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b'{"id": "c-1"}', b'{"ok": true}', b'{"id": 1, "ok": true}', b'{"id": "c-1", "ok": "true"}'],
)
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    with pytest.raises(FrameError):
        read_answer(raw)


@given(st.binary())
def test_any_bytes_are_an_answer_or_refused(raw: bytes) -> None:
    with pytest.raises(FrameError):
        read_answer(raw)


def test_an_answers_text_can_be_stored_whatever_is_in_it() -> None:
    answer = read_answer(b'{"id": "c-1", "ok": false, "detail": "\\ud800' + b"x" * 1000 + b'"}')
    assert len(answer.detail) == 500
    assert answer.detail.encode()
