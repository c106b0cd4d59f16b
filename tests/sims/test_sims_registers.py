"""Registers laid out by their forms, and writes understood."""

from __future__ import annotations

import struct

from backend.model.form import DataType, ModbusForm, Space
from sims.devices.registers import lay_out, read, understand

FORMS = {
    "pressure": ModbusForm(space=Space.INPUT, address=0, type=DataType.FLOAT32),
    "swapped": ModbusForm(space=Space.INPUT, address=2, type=DataType.FLOAT32, big_end_word=False),
    "cold": ModbusForm(space=Space.INPUT, address=4, type=DataType.INT16, scale=0.1),
    "position": ModbusForm(space=Space.INPUT, address=5, type=DataType.UINT16, bits=(0, 2)),
    "fault": ModbusForm(space=Space.INPUT, address=5, type=DataType.UINT16, bits=(2, 1)),
    "door": ModbusForm(space=Space.DISCRETE_INPUT, address=7, type=DataType.BOOL),
    "setpoint": ModbusForm(space=Space.HOLDING, address=10, type=DataType.FLOAT32, big_end_word=False),
    "command": ModbusForm(space=Space.HOLDING, address=12, type=DataType.UINT16),
    "burner": ModbusForm(space=Space.COIL, address=0, type=DataType.BOOL),
    "beyond": ModbusForm(space=Space.HOLDING, address=15, type=DataType.UINT16),
}
READINGS = {
    "pressure": 360.5,
    "swapped": 360.5,
    "cold": -3.4,
    "position": 2,
    "fault": 1,
    "door": 1,
    "setpoint": 350.0,
    "command": 1,
    "burner": 0,
    "beyond": 9,
}
WRITABLE = frozenset({"setpoint", "command"})
HIGH, LOW = struct.unpack(">HH", struct.pack(">f", 360.5))
SET_HIGH, SET_LOW = struct.unpack(">HH", struct.pack(">f", 350.0))


def test_each_value_lies_where_its_form_says() -> None:
    words = lay_out(FORMS, READINGS)
    assert read(words, Space.INPUT, 0, 6) == [HIGH, LOW, LOW, HIGH, 0x10000 - 34, 0b110]
    assert read(words, Space.DISCRETE_INPUT, 7, 1) == [1]
    assert read(words, Space.HOLDING, 10, 3) == [SET_LOW, SET_HIGH, 1]
    assert read(words, Space.COIL, 0, 1) == [0]


def test_what_is_not_there_cannot_be_read() -> None:
    words = lay_out(FORMS, READINGS)
    for space, address, count in (
        (Space.INPUT, 5, 2),
        (Space.INPUT, 6, 1),
        (Space.HOLDING, 9, 2),
        (Space.HOLDING, 15, 2),
        (Space.COIL, 1, 1),
    ):
        assert read(words, space, address, count) is None


def test_reserved_registers_read_nought_and_cannot_be_written() -> None:
    assert read(lay_out(FORMS, READINGS), Space.HOLDING, 12, 4) == [1, 0, 0, 9]
    assert understand(FORMS, WRITABLE, Space.HOLDING, 13, [1]) is None


def test_a_write_is_understood() -> None:
    found = understand(FORMS, WRITABLE, Space.HOLDING, 10, [SET_LOW, SET_HIGH, 2])
    assert found is not None
    assert [(one.name, one.value) for one in found] == [("setpoint", 350.0), ("command", 2.0)]


def test_half_a_value_and_foreign_registers_are_not() -> None:
    assert understand(FORMS, WRITABLE, Space.HOLDING, 10, [1]) is None
    assert understand(FORMS, WRITABLE, Space.HOLDING, 11, [1]) is None
    assert understand(FORMS, WRITABLE, Space.HOLDING, 12, [1, 1]) is None
    assert understand(FORMS, WRITABLE, Space.INPUT, 0, [1, 1]) is None
    assert understand(FORMS, WRITABLE, Space.COIL, 0, [1]) is None
    assert understand(FORMS, frozenset(), Space.HOLDING, 12, [1]) is None
