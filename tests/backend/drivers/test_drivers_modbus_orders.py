"""A write frame must say exactly what was ordered; an answer means no more than it says (safety.md S5, C12 to C14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.drivers.modbus import orders
from backend.drivers.modbus.plan import Register, registers
from backend.errors import RefusedError
from backend.model.command import ReceiptKind
from backend.model.form import DataType, ModbusForm, Space
from tests.support.modbus_plan import bound, coil, holding
from tests.support.receipts import order

T = 7


def _register(form: ModbusForm, unit: int = 17) -> Register:
    return registers([bound(3, form, writable=True)], {"R1": unit})[0]


@pytest.mark.parametrize(
    ("form", "value", "frame"),
    [
        (coil(0xAC), 1.0, "0007 0000 0006 11 05 00ac ff00"),
        (coil(0xAC), 0.0, "0007 0000 0006 11 05 00ac 0000"),
        (holding(1), 3.0, "0007 0000 0006 11 06 0001 0003"),
        (replace(holding(1), scale=0.1), 41.2, "0007 0000 0006 11 06 0001 019c"),
        (replace(holding(1), big_end_byte=False), 3.0, "0007 0000 0006 11 06 0001 0300"),
        (holding(1, DataType.FLOAT32), 1.0, "0007 0000 000b 11 10 0001 0002 04 3f80 0000"),
        (replace(holding(1, DataType.FLOAT32), big_end_word=False), 1.0, "0007 0000 000b 11 10 0001 0002 04 0000 3f80"),
        (holding(1, DataType.INT64), -2.0, "0007 0000 000f 11 10 0001 0004 08 ffff ffff ffff fffe"),
    ],
)
def test_the_form_chooses_the_function_and_the_frame_is_proven(form: ModbusForm, value: float, frame: str) -> None:
    register = _register(form)
    ordered = order(3, value)
    made = orders.request(ordered, register).frame(T)
    assert made == bytes.fromhex(frame)
    orders.prove(made, ordered, register)


@pytest.mark.parametrize("form", [coil(0xAC), holding(1), holding(1, DataType.FLOAT32)])
@given(st.data())
def test_a_frame_with_any_bit_of_its_request_changed_is_not_proven(form: ModbusForm, data: st.DataObject) -> None:
    register, ordered = _register(form), order(3, 1.0)
    good = orders.request(ordered, register).frame(T)
    place = data.draw(st.integers(4, len(good) - 1))
    changed = bytearray(good)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(RefusedError):
        orders.prove(bytes(changed), ordered, register)


def test_a_frame_made_for_another_order_is_not_proven() -> None:
    register, ordered = _register(holding(1)), order(3, 3.0)
    frame = orders.request(ordered, register).frame(T)
    for other in (replace(ordered, value=4.0), replace(ordered, point=4), replace(ordered, device="R2")):
        with pytest.raises(RefusedError, match="does not say"):
            orders.prove(frame, other, register)
    for wrong in (_register(holding(2)), _register(holding(1), unit=18), _register(holding(1, DataType.INT32))):
        with pytest.raises(RefusedError, match="does not say"):
            orders.prove(frame, ordered, wrong)


@pytest.mark.parametrize(
    ("made_for", "ordered_of"),
    [(DataType.INT64, DataType.INT32), (DataType.INT32, DataType.INT64), (DataType.FLOAT32, DataType.FLOAT64)],
)
def test_a_frame_with_more_or_fewer_registers_is_not_proven(made_for: DataType, ordered_of: DataType) -> None:
    nothing = order(3, 0.0)
    frame = orders.request(nothing, _register(holding(1, made_for))).frame(T)
    with pytest.raises(RefusedError, match="does not say"):
        orders.prove(frame, nothing, _register(holding(1, ordered_of)))


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (holding(1), 3.5),
        (holding(1), -1.0),
        (coil(1), 2.0),
        (replace(holding(1), bits=(0, 1)), 1.0),
        (ModbusForm(space=Space.INPUT, address=0, type=DataType.UINT16), 1.0),
        (ModbusForm(space=Space.DISCRETE_INPUT, address=0, type=DataType.BOOL), 1.0),
    ],
)
def test_what_cannot_be_said_exactly_is_refused_before_there_is_a_frame(form: ModbusForm, value: float) -> None:
    with pytest.raises(RefusedError):
        orders.request(order(3, value), _register(form))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (b"", ReceiptKind.ACKED),
        (1, ReceiptKind.REFUSED),
        (2, ReceiptKind.REFUSED),
        (3, ReceiptKind.REFUSED),
        (4, ReceiptKind.REFUSED),
        (5, ReceiptKind.UNKNOWN),
        (6, ReceiptKind.REFUSED),
        (8, ReceiptKind.REFUSED),
        (10, ReceiptKind.REFUSED),
        (11, ReceiptKind.UNKNOWN),
        (0, ReceiptKind.UNKNOWN),
        (7, ReceiptKind.UNKNOWN),
        (99, ReceiptKind.UNKNOWN),
    ],
)
def test_only_an_exception_that_says_so_means_it_was_not_done(reply: bytes | int, kind: ReceiptKind) -> None:
    found, words = orders.verdict(reply)
    assert found is kind
    assert (words == "") == (reply == b"")
