"""Protocol bindings of a point, read from the forms of its thing model (W3C WoT Binding Templates)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Space(StrEnum):
    """The four Modbus register spaces (`modv:entity`)."""

    COIL = "Coil"
    DISCRETE_INPUT = "DiscreteInput"
    HOLDING = "HoldingRegister"
    INPUT = "InputRegister"


class DataType(StrEnum):
    """Integers and floats a register run can hold (`modv:type`), and one bit of a register."""

    BOOL = "xsd:boolean"
    INT16 = "xsd:short"
    UINT16 = "xsd:unsignedShort"
    INT32 = "xsd:int"
    UINT32 = "xsd:unsignedInt"
    INT64 = "xsd:long"
    UINT64 = "xsd:unsignedLong"
    FLOAT32 = "xsd:float"
    FLOAT64 = "xsd:double"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusForm:
    """Where a property lies in a Modbus unit. address: 0-based. value = raw * scale + offset.

    big_end_word / big_end_byte: order of words in the run and of bytes in a word (the four orders ABCD, CDAB, BADC,
    DCBA). bits: (lowest bit, width) of a bit field inside the raw integer, or None.
    """

    space: Space
    address: int
    type: DataType
    big_end_word: bool = True
    big_end_byte: bool = True
    bits: tuple[int, int] | None = None
    scale: float = 1.0
    offset: float = 0.0

    @property
    def registers(self) -> int:
        """How many registers (or coils) the value takes."""
        return {
            DataType.INT32: 2,
            DataType.UINT32: 2,
            DataType.FLOAT32: 2,
            DataType.INT64: 4,
            DataType.UINT64: 4,
            DataType.FLOAT64: 4,
        }.get(self.type, 1)


class Content(StrEnum):
    """How the messages of a device are written (`contentType`)."""

    JSON = "application/json"
    CBOR = "application/cbor"


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttForm:
    """Where a property lies in MQTT. Topics have no wildcards once the device id is filled in.

    topic: device publishes here. pointer: path of keys to the value in the message, e.g. ("values", "ch4").
    time_pointer: path to the device time (ms since 1970 UTC as number, or RFC 3339 text); () = arrival time.
    value = raw * scale + offset. content: of the messages on `topic`; orders and their answers are JSON.
    """

    topic: str
    pointer: tuple[str, ...]
    time_pointer: tuple[str, ...] = ("t",)
    scale: float = 1.0
    offset: float = 0.0
    command_topic: str = ""
    """Where a write is published; empty = cannot be written."""
    reply_topic: str = ""
    """Where the device answers a write with its correlation (command id)."""
    content: Content = Content.JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterForm:
    """Where a property lies in a meter's reading (message 0x04), and how it is ordered. value = raw * scale + offset.

    octet: from the start of the data area, whose first six are the meter's time. bits: as in `ModbusForm`. message,
    code: type of the order (0x02 parameter, 0x05 control) and the maker's code of the property; 0 = not writable.
    """

    octet: int
    type: DataType
    big_end_byte: bool = True
    bits: tuple[int, int] | None = None
    scale: float = 1.0
    offset: float = 0.0
    message: int = 0
    code: int = 0


Form = ModbusForm | MqttForm | MeterForm
