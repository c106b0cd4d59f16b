"""Modbus TCP requests and the judging of answers: an answer is taken only if every field is the one expected; pure.

The request PDUs are built and read by pymodbus. Answers are judged here, because pymodbus 3.16 accepts transaction id 0
for any, never compares function code, byte count or length with the request, waits on a wrong protocol id, and would
hand over a longer or shorter answer as if it had been asked for. Frames: MODBUS Messaging on TCP/IP V1.0b §3.1.3.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest, WriteSingleCoilRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from backend.errors import FrameError, RefusedError
from backend.model.form import Space
from backend.protocols.modbus_registers import BIT_SPACES

MAX_REGISTERS: Final = 125
MAX_BITS: Final = 2000
MAX_LENGTH: Final = 254
"""Largest length field: unit and a PDU of 253 bytes."""
HEADER: Final = 7
TRANSACTIONS: Final = 0x1_0000

EXCEPTIONS: Final = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge: accepted, still at work",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}
"""V1.1b3 §7."""
_SINGLE_WRITES: Final = frozenset({5, 6})
_READS: Final[dict[Space, type[ModbusPDU]]] = {
    Space.COIL: ReadCoilsRequest,
    Space.DISCRETE_INPUT: ReadDiscreteInputsRequest,
    Space.HOLDING: ReadHoldingRegistersRequest,
    Space.INPUT: ReadInputRegistersRequest,
}
_client = FramerSocket(DecodePDU(is_server=False))
_server = FramerSocket(DecodePDU(is_server=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request and the only answer that will do. A request is prepared once and sent with many transaction ids."""

    unit: int
    function: int
    tail: bytes
    """The request after its transaction id."""
    answer_tail: bytes
    """The good answer after its transaction id, as far as it is known beforehand (header, function, count or echo)."""
    answer_size: int
    """Bytes of the whole good answer."""

    def frame(self, transaction: int) -> bytes:
        """The request as it goes out."""
        return transaction.to_bytes(2, "big") + self.tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the data bytes of a read (empty for a write), or the exception code. size: bytes used."""

    data: bytes
    exception: int | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A write request read back from its own bytes. words: register values, or one coil bit."""

    unit: int
    function: int
    address: int
    words: tuple[int, ...]


def read(unit: int, space: Space, address: int, count: int) -> Ask:
    """Ask for `count` registers or bits. Raises ValueError beyond 125 registers or 2000 bits."""
    data_bytes = (count + 7) // 8 if space in BIT_SPACES else 2 * count
    request = _READS[space](dev_id=unit, address=address, count=count)
    return _ask(request, bytes([request.function_code, data_bytes]), data_bytes)


def write(unit: int, space: Space, address: int, words: Sequence[int]) -> Ask:
    """Write a coil (function 5), one register (6) or several (16). Raises RefusedError for a read-only space."""
    if space is Space.COIL:
        return _echoed(WriteSingleCoilRequest(dev_id=unit, address=address, bits=[bool(words[0])]))
    if space is not Space.HOLDING:
        raise RefusedError("{space} cannot be written", space=space.value)
    if len(words) == 1:
        return _echoed(WriteSingleRegisterRequest(dev_id=unit, address=address, registers=list(words)))
    return _echoed(WriteMultipleRegistersRequest(dev_id=unit, address=address, registers=list(words)))


def read_back(frame: bytes) -> Written:
    """What a write request of ours would make a device do, decoded as a device would. Raises FrameError if nothing."""
    try:
        used, pdu = _server.handleFrame(frame, 0, 0)
        again = b"" if pdu is None else _client.buildFrame(pdu)
    except (ModbusException, ValueError, struct.error) as error:
        raise FrameError("not a request: {reason}", reason=error) from error
    # pymodbus takes any coil value but 0 for on, and a quantity that its registers do not have: only a frame that
    # pymodbus would make again byte for byte is taken.
    if pdu is None or used != len(frame) or again != frame:
        raise FrameError("not one whole request", offset=used)
    words = tuple(int(bit) for bit in pdu.bits) if pdu.function_code == 5 else tuple(pdu.registers)
    return Written(unit=pdu.dev_id, function=pdu.function_code, address=pdu.address, words=words)


def judge(buffer: bytes, ask: Ask, transaction: int) -> Answer | None:
    """The answer at the start of `buffer`, None while it may still become one; FrameError as soon as it cannot."""
    have = len(buffer)
    for offset, size, expected, words in (
        (0, 2, transaction, "transaction id {got} where {expected} was expected"),
        (2, 2, 0, "protocol id {got} where {expected} was expected"),
        (6, 1, ask.unit, "unit {got} where {expected} was expected"),
    ):
        got = int.from_bytes(buffer[offset : offset + size], "big")
        if have >= offset + size and got != expected:
            raise FrameError(words, offset=offset, got=got, expected=expected)
    if have <= HEADER:
        _check_length(buffer, ask, None)
        return None
    function = buffer[HEADER]
    if function not in (ask.function, ask.function | 0x80):
        raise FrameError(
            "function {got} where {expected} was expected", offset=HEADER, got=function, expected=ask.function
        )
    _check_length(buffer, ask, function)
    if function & 0x80:
        return Answer(data=b"", exception=buffer[HEADER + 1], size=9) if have >= 9 else None
    known = ask.answer_tail
    if buffer[2 : 2 + len(known)] != known[: have - 2]:
        raise FrameError(
            "answer begins {got} where {expected} was expected",
            offset=HEADER + 1,
            got=buffer[HEADER + 1 : 2 + len(known)].hex(" "),
            expected=known[HEADER - 1 :].hex(" "),
        )
    if have < ask.answer_size:
        return None
    return Answer(data=buffer[2 + len(known) : ask.answer_size], exception=None, size=ask.answer_size)


def exception_words(code: int) -> str:
    """An exception code in words, with its number."""
    return f"exception {code}: {EXCEPTIONS.get(code, 'not in the standard')}"


def _check_length(buffer: bytes, ask: Ask, function: int | None) -> None:
    """The length field must be the good answer's or, for an exception, 3."""
    if len(buffer) < 6:
        return
    length = int.from_bytes(buffer[4:6], "big")
    good = ask.answer_size - 6
    allowed = {None: (good, 3), ask.function: (good,)}.get(function, (3,))
    if length not in allowed:
        raise FrameError("length {got} where {expected} was expected", offset=4, got=length, expected=allowed[0])


def _echoed(request: ModbusPDU) -> Ask:
    # V1.1b3 §6.5, §6.6: the answer repeats the request; §6.12: it repeats address and quantity.
    pdu = bytes([request.function_code]) + request.encode()
    return _ask(request, pdu if request.function_code in _SINGLE_WRITES else pdu[:5], 0)


def _ask(request: ModbusPDU, answer_head: bytes, data_bytes: int) -> Ask:
    length = 1 + len(answer_head) + data_bytes
    return Ask(
        unit=request.dev_id,
        function=request.function_code,
        tail=_client.buildFrame(request)[2:],
        answer_tail=b"\0\0" + length.to_bytes(2, "big") + bytes([request.dev_id]) + answer_head,
        answer_size=6 + length,
    )
