"""Nothing passes the gate late, read-only, out of range, to a foreign point, on a dead link or twice."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import LinkError
from backend.links.gate import Attempt, Claims, refusal
from backend.model.command import Order
from backend.model.event import LinkState
from backend.model.plant import Device, Point, QuantityKind

NOT_AFTER = 1_768_473_060_000_000
DEADLINE = 1060.0
ORDER = Order(
    command="c-1",
    attempt=1,
    device="V1",
    point=3,
    value=1.0,
    not_after=NOT_AFTER,
    deadline_mono=DEADLINE,
    signed_hash="00",
)
DEVICE = Device(id="V1", model="valve", asset="V1", protocol="modbus", remote_enabled=True)
POINT = Point(
    id=3,
    tag="V1.CMD",
    device="V1",
    asset="V1",
    property="command",
    title="Command",
    title_zh="",
    kind=QuantityKind.SWITCH,
    unit="",
    low=0,
    high=2,
    precision=0,
    period_s=1,
    writable=True,
)
OPEN = Attempt(order=ORDER, device=DEVICE, point=POINT, link=LinkState.UP, wall_us=NOT_AFTER - 1, mono=DEADLINE - 0.001)


def test_a_timely_order_to_an_open_device_passes() -> None:
    assert refusal(OPEN) == ""


@pytest.mark.parametrize(
    ("attempt", "word"),
    [
        (replace(OPEN, device=None), "belong"),
        (replace(OPEN, point=None), "belong"),
        (replace(OPEN, order=replace(ORDER, device="V2")), "belong"),
        (replace(OPEN, order=replace(ORDER, point=4)), "belong"),
        (replace(OPEN, point=replace(POINT, device="V2")), "belong"),
        (replace(OPEN, point=replace(POINT, writable=False)), "written"),
        (replace(OPEN, device=replace(DEVICE, remote_enabled=False)), "switched off"),
        (replace(OPEN, order=replace(ORDER, value=2.5)), "range"),
        (replace(OPEN, order=replace(ORDER, value=-0.001)), "range"),
        (replace(OPEN, order=replace(ORDER, value=math.nan)), "range"),
        (replace(OPEN, order=replace(ORDER, value=math.inf), point=replace(POINT, high=math.inf)), "range"),
        (replace(OPEN, wall_us=NOT_AFTER), "late"),
        (replace(OPEN, mono=DEADLINE), "late"),
        (replace(OPEN, order=replace(ORDER, deadline_mono=math.nan)), "late"),
        (replace(OPEN, link=LinkState.LOST), "not up"),
        (replace(OPEN, link=LinkState.CONNECTING), "not up"),
        (replace(OPEN, link=LinkState.STOPPED), "not up"),
    ],
)
def test_each_broken_condition_is_refused_in_words(attempt: Attempt, word: str) -> None:
    assert word in refusal(attempt)


@given(st.integers(-(10**15), 10**15), st.floats(-1e6, 1e6))
def test_nothing_passes_after_either_end(wall_past_us: int, mono_past: float) -> None:
    late = replace(OPEN, wall_us=NOT_AFTER + wall_past_us, mono=DEADLINE + mono_past)
    assert (refusal(late) == "") == (wall_past_us < 0 and DEADLINE + mono_past < DEADLINE)


def test_an_order_is_taken_once_per_command_and_attempt() -> None:
    claims = Claims()
    claims.take(ORDER)
    with pytest.raises(LinkError, match=r"c-1.*attempt 1"):
        claims.take(replace(ORDER, value=2.0))
    claims.take(replace(ORDER, attempt=2))
    claims.take(replace(ORDER, command="c-2"))
