"""A Modbus TCP server with one or more units behind it; frames are pymodbus', the registers are the terminals'.

Functions 1-6, 15 and 16. Exceptions as a real RTU gives them: 1 unknown function, 2 unknown register, 3 value or count
out of range, 4 the device refuses (local key, trip), 11 no such unit behind the gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections.abc import Callable, Mapping
from typing import Final

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsResponse,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsResponse,
    WriteSingleCoilResponse,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterResponse,
)

from backend import logs
from backend.model.form import Space
from sims.devices.registers import Words, lay_out, read, understand
from sims.devices.terminal import Answer, Outcome, Terminal

log = logs.get("sims.modbus")

Write = Callable[[str, str, float], Answer]
"""Device, property, value: carried out by the plant."""

ILLEGAL_FUNCTION: Final = 1
ILLEGAL_ADDRESS: Final = 2
ILLEGAL_VALUE: Final = 3
DEVICE_FAILURE: Final = 4
NO_SUCH_UNIT: Final = 11

_READS: Final = {1: Space.COIL, 2: Space.DISCRETE_INPUT, 3: Space.HOLDING, 4: Space.INPUT}
_WRITES: Final = {5: Space.COIL, 6: Space.HOLDING, 15: Space.COIL, 16: Space.HOLDING}
_KNOWN: Final = {*_READS, *_WRITES}
_MOST: Final = {1: 2000, 2: 2000, 3: 125, 4: 125}
_HEADER: Final = 7
_OUTCOMES: Final = {Outcome.UNKNOWN: ILLEGAL_ADDRESS, Outcome.RANGE: ILLEGAL_VALUE, Outcome.REFUSED: DEVICE_FAILURE}


class ModbusStation:
    """start, cut and stop run on the loop it serves on; `show` may be called from any thread."""

    def __init__(self, host: str, port: int, units: Mapping[int, Terminal], write: Write) -> None:
        self.host = host
        self.port = port
        self.units = units
        self._write = write
        self._words: dict[int, Words] = {}
        # Without it a reading taken before a write could be laid out after it.
        self._showing = threading.Lock()
        self._writable = {unit: _writable(terminal) for unit, terminal in units.items()}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut_after: set[str] = set()
        for unit in units:
            self.show(unit)

    def show(self, unit: int) -> None:
        """Lay the unit's readings out in its registers; a reader sees the old ones or the new ones, never a mix."""
        terminal = self.units[unit]
        with self._showing:
            self._words[unit] = lay_out(terminal.forms, terminal.readings())

    def cut_after_write(self, device: str) -> None:
        """The next write to the device is carried out, but its answer never arrives: the link is cut."""
        self._cut_after.add(device)

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, self.host, self.port)

    async def cut(self) -> None:
        """Drop every connection and stop listening."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        framer = FramerSocket(DecodePDU(is_server=True))
        buffer = b""
        try:
            while chunk := await reader.read(4096):
                buffer += chunk
                while len(buffer) >= _HEADER:
                    used, answer = self._take(buffer, framer)
                    if used == 0:
                        break
                    buffer = buffer[used:]
                    if answer is None:
                        return
                    writer.write(framer.buildFrame(answer))
                await writer.drain()
        except ConnectionError:
            # A client that goes away is everyday; it says so itself.
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _take(self, buffer: bytes, framer: FramerSocket) -> tuple[int, ModbusPDU | None]:
        """(bytes used, answer); 0 used = not whole yet; no answer = hang up."""
        length = int.from_bytes(buffer[4:6], "big")
        if buffer[2:4] != b"\0\0" or not 2 <= length <= 254:
            return len(buffer), None
        if len(buffer) < 6 + length:
            return 0, None
        frame = buffer[: 6 + length]
        function = frame[7]
        try:
            _, request = framer.handleFrame(frame, 0, 0)
        except (ModbusException, ValueError, struct.error):
            request = None
        if request is None:
            answer: ModbusPDU | None = _refusal(function, ILLEGAL_VALUE if function in _KNOWN else ILLEGAL_FUNCTION)
        else:
            answer = self._answer(request)
        if answer is not None:
            answer.dev_id, answer.transaction_id = frame[6], int.from_bytes(frame[:2], "big")
        return len(frame), answer

    def _answer(self, request: ModbusPDU) -> ModbusPDU | None:
        function = request.function_code
        if function not in _KNOWN:
            return _refusal(function, ILLEGAL_FUNCTION)
        if request.dev_id not in self.units:
            return _refusal(function, NO_SUCH_UNIT)
        return self._read(request) if function in _READS else self._written(request)

    def _read(self, request: ModbusPDU) -> ModbusPDU:
        function, address, count = request.function_code, request.address, request.count
        if not 1 <= count <= _MOST[function]:
            return _refusal(function, ILLEGAL_VALUE)
        words = read(self._words[request.dev_id], _READS[function], address, count)
        if words is None:
            return _refusal(function, ILLEGAL_ADDRESS)
        if function in (1, 2):
            kind = ReadCoilsResponse if function == 1 else ReadDiscreteInputsResponse
            return kind(bits=[bool(word) for word in words])
        return (ReadHoldingRegistersResponse if function == 3 else ReadInputRegistersResponse)(registers=words)

    def _written(self, request: ModbusPDU) -> ModbusPDU | None:
        function, unit = request.function_code, request.dev_id
        terminal = self.units[unit]
        coils = function in (5, 15)
        words = [int(bit) for bit in request.bits] if coils else list(request.registers)
        meant = understand(terminal.forms, self._writable[unit], _WRITES[function], request.address, words)
        if meant is None:
            return _refusal(function, ILLEGAL_ADDRESS)
        for one in meant:
            said = self._write(terminal.id, one.name, one.value)
            log.info("write", device=terminal.id, point=one.name, value=one.value, outcome=said.outcome.value)
            if said.outcome is not Outcome.TAKEN:
                return _refusal(function, _OUTCOMES[said.outcome])
        self.show(unit)
        if terminal.id in self._cut_after:
            self._cut_after.discard(terminal.id)
            asyncio.get_running_loop().create_task(self.cut())
            return None
        return _echo(function, request, words)


def _echo(function: int, request: ModbusPDU, words: list[int]) -> ModbusPDU:
    """V1.1b3 §6.5, §6.6: single writes repeat the request; §6.11, §6.12: the others repeat address and count."""
    match function:
        case 5:
            return WriteSingleCoilResponse(address=request.address, bits=[bool(words[0])])
        case 6:
            return WriteSingleRegisterResponse(address=request.address, registers=words)
        case 15:
            return WriteMultipleCoilsResponse(address=request.address, count=len(words))
        case _:
            return WriteMultipleRegistersResponse(address=request.address, count=len(words))


def _refusal(function: int, code: int) -> ModbusPDU:
    return ExceptionResponse(function & 0x7F, code)


def _writable(terminal: Terminal) -> frozenset[str]:
    return frozenset(name for name, entry in terminal.model.properties.items() if entry.writable)
