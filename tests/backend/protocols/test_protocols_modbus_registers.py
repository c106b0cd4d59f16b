"""Registers become values and values registers, in all four orders, checked against Python's own struct."""

from __future__ import annotations

import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ConfigError, RefusedError
from backend.model.form import DataType, ModbusForm, Space
from backend.protocols.modbus_registers import Gather, Placement, check, decode, encode, says

FORMATS = {
    DataType.INT16: "h",
    DataType.UINT16: "H",
    DataType.INT32: "i",
    DataType.UINT32: "I",
    DataType.INT64: "q",
    DataType.UINT64: "Q",
    DataType.FLOAT32: "f",
    DataType.FLOAT64: "d",
}
INTS = {
    DataType.INT16: st.integers(-(2**15), 2**15 - 1),
    DataType.UINT16: st.integers(0, 2**16 - 1),
    DataType.INT32: st.integers(-(2**31), 2**31 - 1),
    DataType.UINT32: st.integers(0, 2**32 - 1),
    # A float64 holds whole numbers up to 2^53 exactly.
    DataType.INT64: st.integers(-(2**53), 2**53),
    DataType.UINT64: st.integers(0, 2**53),
}
VALUES = {
    **INTS,
    DataType.FLOAT32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    DataType.FLOAT64: st.floats(allow_nan=False, allow_infinity=False),
}
ORDERS = {"ABCD": (True, True), "CDAB": (False, True), "BADC": (True, False), "DCBA": (False, False)}
orders = st.sampled_from(sorted(ORDERS.values()))
types = st.sampled_from(sorted(FORMATS))


def _form(type: DataType, order: tuple[bool, bool] = (True, True), **more: object) -> ModbusForm:
    form = ModbusForm(space=Space.HOLDING, address=0, type=type, big_end_word=order[0], big_end_byte=order[1])
    return replace(form, **more)


def _on_the_wire(value: float, type: DataType, order: tuple[bool, bool]) -> bytes:
    """What a device with that order sends, by struct alone: pack big-endian, then swap words and bytes."""
    packed = struct.pack(f">{FORMATS[type]}", value)
    words = [packed[at : at + 2] for at in range(0, len(packed), 2)]
    words = words[:: {True: 1, False: -1}[order[0]]]
    return b"".join(word[:: {True: 1, False: -1}[order[1]]] for word in words)


def _words(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(data) // 2}H", data)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("ABCD", (0x42F6, 0xE979)),
        ("CDAB", (0xE979, 0x42F6)),
        ("BADC", (0xF642, 0x79E9)),
        ("DCBA", (0x79E9, 0xF642)),
    ],
)
def test_the_four_orders_of_a_float(order: str, words: tuple[int, ...]) -> None:
    # 123.456 in IEEE 754 single precision is 42 F6 E9 79.
    form = _form(DataType.FLOAT32, ORDERS[order])
    assert decode(words, form) == pytest.approx(123.456, rel=1e-7)
    assert encode(123.456, form) == words


@pytest.mark.parametrize(
    ("type", "words", "value"),
    [
        (DataType.INT16, (0xFFFE,), -2),
        (DataType.UINT16, (0xFFFE,), 65534),
        (DataType.INT32, (0xFFFF, 0xFFFE), -2),
        (DataType.UINT32, (0xFFFF, 0xFFFE), 4294967294),
        (DataType.INT64, (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE), -2),
        (DataType.UINT64, (0x0000, 0x0001, 0x0000, 0x0000), 4294967296),
        (DataType.FLOAT32, (0x3F80, 0x0000), 1.0),
        (DataType.FLOAT64, (0x3FF0, 0x0000, 0x0000, 0x0000), 1.0),
        (DataType.BOOL, (0x0001,), 1.0),
        (DataType.BOOL, (0x0000,), 0.0),
    ],
)
def test_each_type_both_ways(type: DataType, words: tuple[int, ...], value: float) -> None:
    assert decode(words, _form(type)) == value
    assert encode(value, _form(type)) == words


@given(types, orders, st.data())
def test_decoding_agrees_with_struct(type: DataType, order: tuple[bool, bool], data: st.DataObject) -> None:
    value = data.draw(VALUES[type])
    assert decode(_words(_on_the_wire(value, type, order)), _form(type, order)) == value


@given(types, orders, st.data())
def test_encoding_agrees_with_struct(type: DataType, order: tuple[bool, bool], data: st.DataObject) -> None:
    value = data.draw(VALUES[type])
    assert encode(value, _form(type, order)) == _words(_on_the_wire(value, type, order))


@given(orders, st.data())
def test_a_whole_buffer_is_decoded_like_its_values_one_by_one(order: tuple[bool, bool], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(types, min_size=1, max_size=30))
    values = [data.draw(VALUES[type]) for type in chosen]
    pieces = [_on_the_wire(value, type, order) for value, type in zip(values, chosen, strict=True)]
    starts = np.cumsum([0, *map(len, pieces)])[:-1].tolist()
    gather = Gather(
        [
            Placement(byte=start, bit=0, form=_form(type, order, scale=0.5, offset=-3))
            for start, type in zip(starts, chosen, strict=True)
        ]
    )
    decoded = gather.decode(np.frombuffer(b"".join(pieces), np.uint8))
    assert decoded.tolist() == [values[number] * 0.5 - 3 for number in gather.order]
    assert sorted(gather.order.tolist()) == list(range(len(values)))


@given(st.sampled_from(sorted(INTS)), orders, st.data())
def test_bit_fields_are_cut_out_of_the_raw_bits(type: DataType, order: tuple[bool, bool], data: st.DataObject) -> None:
    form = _form(type, order)
    size = 16 * form.registers
    raw = data.draw(st.integers(0, 2**size - 1))
    lowest = data.draw(st.integers(0, size - 1))
    width = data.draw(st.integers(1, min(size - lowest, 53)))
    unsigned = {1: DataType.UINT16, 2: DataType.UINT32, 4: DataType.UINT64}[form.registers]
    words = _words(_on_the_wire(raw, unsigned, order))
    assert decode(words, replace(form, bits=(lowest, width))) == (raw >> lowest) % 2**width


@given(st.integers(1, 2000), st.data())
def test_coils_lie_lowest_address_in_the_lowest_bit(count: int, data: st.DataObject) -> None:
    states = data.draw(st.integers(0, 2**count - 1))
    wanted = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=20)))
    packed = states.to_bytes((count + 7) // 8, "little")
    form = ModbusForm(space=Space.COIL, address=0, type=DataType.BOOL)
    gather = Gather([Placement(byte=place // 8, bit=place % 8, form=form) for place in wanted])
    assert gather.decode(np.frombuffer(packed, np.uint8)).tolist() == [states >> place & 1 for place in wanted]


def test_the_standards_example_of_coils() -> None:
    # V1.1b3 §6.1: coils 20 to 38 are CD 6B 05; 27..20 = 1100 1101.
    form = ModbusForm(space=Space.COIL, address=0x13, type=DataType.BOOL)
    gather = Gather([Placement(byte=place // 8, bit=place % 8, form=form) for place in range(19)])
    states = gather.decode(np.frombuffer(bytes.fromhex("cd6b05"), np.uint8))
    assert "".join(str(int(state)) for state in states) == "1011001111010110101"


def test_an_inverted_coil_reads_and_writes_inverted() -> None:
    form = ModbusForm(space=Space.COIL, address=0, type=DataType.BOOL, scale=-1.0, offset=1.0)
    assert [decode((0,), form), decode((1,), form)] == [1.0, 0.0]
    assert [encode(1.0, form), encode(0.0, form)] == [(0,), (1,)]


@given(
    st.sampled_from([DataType.INT16, DataType.UINT16, DataType.INT32, DataType.UINT32]),
    orders,
    st.sampled_from([1.0, 0.1, 0.01, 0.001, 0.25, 10.0]),
    st.sampled_from([0.0, -40.0, 101.325]),
    st.data(),
)
def test_what_is_written_says_what_was_meant(
    type: DataType, order: tuple[bool, bool], scale: float, offset: float, data: st.DataObject
) -> None:
    form = _form(type, order, scale=scale, offset=offset)
    value = data.draw(INTS[type]) * scale + offset
    words = encode(value, form)
    assert says(decode(words, form), value, form)
    raw = int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words), "big")
    flipped = raw ^ 1 << data.draw(st.integers(0, 16 * form.registers - 1))
    wrong = _words(flipped.to_bytes(2 * form.registers, "big"))
    assert not says(decode(wrong, form), value, form)


@given(st.sampled_from([DataType.FLOAT32, DataType.FLOAT64]), orders, st.floats(-1e9, 1e9))
def test_floats_written_say_what_was_meant_to_their_own_precision(
    type: DataType, order: tuple[bool, bool], value: float
) -> None:
    form = _form(type, order)
    words = encode(value, form)
    assert says(decode(words, form), value, form)
    bits = {DataType.FLOAT32: 2**-22, DataType.FLOAT64: 2**-50}[type]
    assert not says(decode(words, form), value + abs(value) * 4 * bits + 1e-30, form) or value == 0


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (0.5, _form(DataType.INT16)),
        (412.34, _form(DataType.UINT16, scale=0.1)),
        (40000, _form(DataType.INT16)),
        (-1, _form(DataType.UINT16)),
        (2**32, _form(DataType.UINT32)),
        (1e39, _form(DataType.FLOAT32)),
        (2, _form(DataType.BOOL)),
        (2, ModbusForm(space=Space.COIL, address=0, type=DataType.BOOL)),
        (-1, ModbusForm(space=Space.COIL, address=0, type=DataType.BOOL)),
        (0.5, ModbusForm(space=Space.COIL, address=0, type=DataType.BOOL)),
        (1, _form(DataType.UINT16, bits=(3, 1))),
        (math.nan, _form(DataType.INT16)),
        (math.inf, _form(DataType.FLOAT64)),
        (math.nan, _form(DataType.FLOAT32)),
    ],
)
def test_what_a_register_cannot_say_is_refused(value: float, form: ModbusForm) -> None:
    with pytest.raises(RefusedError):
        encode(value, form)


@pytest.mark.parametrize(
    ("form", "word"),
    [
        (_form(DataType.INT16, address=-1), "address -1"),
        (_form(DataType.INT32, address=65535), "address 65535"),
        (ModbusForm(space=Space.COIL, address=0, type=DataType.INT16), "holds bits"),
        (ModbusForm(space=Space.DISCRETE_INPUT, address=0, type=DataType.BOOL, bits=(0, 1)), "no bit fields"),
        (_form(DataType.FLOAT32, bits=(0, 1)), "no bit fields"),
        (_form(DataType.INT16, bits=(15, 2)), "does not fit"),
        (_form(DataType.INT16, bits=(-1, 2)), "does not fit"),
        (_form(DataType.INT16, bits=(0, 0)), "does not fit"),
        (_form(DataType.INT16, scale=0.0), "scale"),
        (_form(DataType.INT16, scale=math.nan), "scale"),
        (_form(DataType.INT16, offset=math.inf), "offset"),
    ],
)
def test_a_form_that_cannot_be_read_is_a_configuration_error(form: ModbusForm, word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        check(form)


@pytest.mark.parametrize("form", [_form(DataType.INT64, address=65532), _form(DataType.UINT32, bits=(31, 1))])
def test_a_form_at_the_edge_is_in_order(form: ModbusForm) -> None:
    check(form)
