"""Points become few reads; the answers of a cycle become one batch with each value at its own point."""

from __future__ import annotations

import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.drivers.modbus.plan import COMMS, DEVICE, Cycle, Outcomes, cycle, cycles, registers
from backend.errors import ConfigError
from backend.links.ports import Bound
from backend.model.form import DataType, ModbusForm, MqttForm, Space
from backend.model.quality import GOOD, Cause, Status, quality
from tests.support.modbus_plan import bound, coil, holding

RANGE = quality(Status.BAD, Cause.RANGE)


def _cycle(*points: Bound, units: dict[str, int] | None = None, max_gap: int = 0) -> Cycle:
    return cycle(registers(points, units or {"R1": 1}), max_gap)


def _good(*answers: bytes) -> Outcomes:
    """Every read was answered, the first at 5 µs, the next at 6, …"""
    outcomes = Outcomes()
    for at, data in enumerate(answers, 5):
        outcomes.good(data, at)
    return outcomes


def _requests(cycle: Cycle) -> list[str]:
    """Unit and PDU of each read."""
    return [read.ask.tail[4:].hex(" ") for read in cycle.reads]


def test_neighbours_of_one_unit_and_space_share_a_read() -> None:
    input_register = ModbusForm(space=Space.INPUT, address=0, type=DataType.UINT16)
    found = _cycle(
        bound(0, holding(0)),
        bound(1, holding(1, DataType.FLOAT32)),
        bound(2, input_register),
        bound(3, coil(7)),
        bound(4, coil(9)),
        bound(5, holding(3), device="R2"),
        units={"R1": 1, "R2": 2},
    )
    assert sorted(_requests(found)) == [
        "01 01 00 07 00 01",
        "01 01 00 09 00 01",
        "01 03 00 00 00 03",
        "01 04 00 00 00 01",
        "02 03 00 03 00 01",
    ]


def test_small_gaps_are_read_over_in_registers_and_sixteen_times_as_far_in_bits() -> None:
    found = _cycle(bound(0, holding(0)), bound(1, holding(3)), bound(2, coil(0)), bound(3, coil(33)), max_gap=2)
    assert sorted(_requests(found)) == ["01 01 00 00 00 22", "01 03 00 00 00 04"]


def test_no_read_is_longer_than_the_standard_allows() -> None:
    found = _cycle(*[bound(number, holding(number)) for number in range(300)])
    assert _requests(found) == ["01 03 00 00 00 7d", "01 03 00 7d 00 7d", "01 03 00 fa 00 32"]
    coils = _cycle(*[bound(number, coil(number)) for number in range(2001)])
    assert _requests(coils) == ["01 01 00 00 07 d0", "01 01 07 d0 00 01"]


def test_each_period_has_a_cycle_of_its_own() -> None:
    found = cycles(registers([bound(0, holding(0), period_s=60), bound(1, holding(1), period_s=1)], {"R1": 1}), 8)
    assert {period: each.points.tolist() for period, each in found.items()} == {1: [1], 60: [0]}


def test_several_reads_become_one_batch_with_their_own_times() -> None:
    found = _cycle(bound(0, holding(0)), bound(1, holding(10)), bound(2, coil(3)))
    batch = found.batch(_good(b"\0\7", b"\1\0", b"\1"), "link")
    rows = sorted(zip(batch.point.tolist(), batch.at.tolist(), batch.value.tolist(), strict=True))
    assert rows == [(0, 5, 7.0), (1, 6, 256.0), (2, 7, 1.0)]
    assert batch.quality.tolist() == [GOOD] * 3
    assert (batch.source, batch.received_at) == ("link", 7)
    assert (batch.point.dtype, batch.at.dtype, batch.value.dtype, batch.quality.dtype) == (
        np.int32,
        np.int64,
        np.float64,
        np.uint8,
    )


@pytest.mark.parametrize("code", [COMMS, DEVICE])
def test_a_failed_read_has_no_values_and_leaves_the_others_alone(code: int) -> None:
    found = _cycle(bound(0, holding(0)), bound(1, holding(10)))
    outcomes = Outcomes()
    outcomes.failed(found.reads[0], code, 5)
    outcomes.good(b"\0\7", 6)
    batch = found.batch(outcomes, "link")
    rows = dict(zip(batch.point.tolist(), zip(batch.value.tolist(), batch.quality.tolist(), strict=True), strict=True))
    assert math.isnan(rows[0][0])
    assert rows[0][1] == code
    assert rows[1] == (7.0, GOOD)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_float_that_is_no_number_is_bad(value: float) -> None:
    found = _cycle(bound(0, holding(0, DataType.FLOAT32)), bound(1, holding(2, DataType.FLOAT32)))
    batch = found.batch(_good(struct.pack(">ff", value, 1.5)), "link")
    assert batch.quality.tolist() == [RANGE, GOOD]
    assert math.isnan(batch.value[0])
    assert batch.value[1] == 1.5


def test_a_signalling_nan_is_bad_like_any_other() -> None:
    found = _cycle(bound(0, replace(holding(0, DataType.FLOAT32), scale=2.0)), bound(1, holding(2)))
    batch = found.batch(_good(b"\x7f\xa0\0\0\0\7"), "link")
    assert dict(zip(batch.point.tolist(), batch.quality.tolist(), strict=True)) == {0: RANGE, 1: GOOD}


@given(st.data())
def test_every_point_gets_the_register_at_its_own_address(data: st.DataObject) -> None:
    addresses = data.draw(st.lists(st.integers(0, 500), min_size=1, max_size=40))
    units = data.draw(st.lists(st.sampled_from(["R1", "R2"]), min_size=len(addresses), max_size=len(addresses)))
    max_gap = data.draw(st.integers(0, 30))
    points = [
        bound(number, holding(address), device=device)
        for number, (address, device) in enumerate(zip(addresses, units, strict=True))
    ]
    found = _cycle(*points, units={"R1": 1, "R2": 2}, max_gap=max_gap)
    outcomes = Outcomes()
    for read in found.reads:
        unit, _, start, count = struct.unpack(">BBHH", read.ask.tail[4:])
        # Every register of this field holds its own address, in unit 2 plus 1000.
        words = [start + place + 1000 * (unit - 1) for place in range(count)]
        outcomes.good(struct.pack(f">{count}H", *words), 5)
    batch = found.batch(outcomes, "link")
    assert dict(zip(batch.point.tolist(), batch.value.tolist(), strict=True)) == {
        number: address + {"R1": 0, "R2": 1000}[device]
        for number, (address, device) in enumerate(zip(addresses, units, strict=True))
    }


@pytest.mark.parametrize(
    ("point", "word"),
    [
        (Bound(point=bound(0, holding(0)).point, form=MqttForm(topic="t", pointer=("v",))), "no Modbus form"),
        (bound(0, holding(0), device="R9"), "R9"),
        (bound(0, holding(70000)), "address 70000"),
        (bound(0, replace(holding(0), scale=0.0)), "scale"),
    ],
)
def test_a_point_that_cannot_be_read_is_named(point: Bound, word: str) -> None:
    with pytest.raises(ConfigError, match=rf"R\d\.P0: .*{word}"):
        registers([point], {"R1": 1})
