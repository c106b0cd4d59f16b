"""A small Modbus TCP server on raw sockets for tests: registers in a dict, and every way to misbehave.

Written from the specification (V1.1b3), sharing nothing with the driver, so that both being wrong alike is unlikely.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections import Counter
from collections.abc import Callable

from backend.links.loop import FieldLoop

Spoil = Callable[[bytes], bytes]


class Station:
    """Holding registers and coils of any unit; functions 1, 2, 3, 4, 5, 6 and 16. Thread "station"."""

    def __init__(self) -> None:
        self.registers: dict[int, int] = {}
        self.coils: dict[int, int] = {}
        self.writes: list[bytes] = []
        """PDUs of functions 5, 6 and 16 in order of arrival."""
        self.requests = 0
        self.asked: Counter[int] = Counter()
        """Requests by unit."""
        self.connections = 0
        self.port = 0
        self.silent_writes = False
        self.silent_units: set[int] = set()
        self.exceptions: dict[int, int] = {}
        """Exception code to answer a function with."""
        self.spoil_next: Spoil | None = None
        self._loop = FieldLoop(name="station")
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._changed = threading.Condition()

    def start(self) -> None:
        self._loop.start()
        self.open()

    def stop(self) -> None:
        self._loop.submit(self._close()).result(5)
        self._loop.stop()

    def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = self._loop.submit(asyncio.start_server(self._serve, "127.0.0.1", self.port)).result(5)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Cut every connection and refuse new ones."""
        self._loop.submit(self._close()).result(5)

    def wait_connections(self, count: int) -> None:
        """Wait until that many connections have been accepted in all: only those can be cut."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.connections >= count, 5), f"{self.connections} connections"

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with self._changed:
            self.connections += 1
            self._changed.notify_all()
        try:
            await self._listen(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = await reader.readexactly(7)
                transaction, _, length, unit = struct.unpack(">HHHB", header)
                pdu = await reader.readexactly(length - 1)
                self.requests += 1
                self.asked[unit] += 1
                answer = self._answer(unit, pdu)
                if answer is not None:
                    frame = struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer
                    spoil, self.spoil_next = self.spoil_next, None
                    writer.write(spoil(frame) if spoil is not None else frame)
                    await writer.drain()

    def _answer(self, unit: int, pdu: bytes) -> bytes | None:
        function = pdu[0]
        writes = function in (5, 6, 16)
        if writes:
            self.writes.append(pdu)
        if unit in self.silent_units or (writes and self.silent_writes):
            return None
        if function in self.exceptions:
            return bytes([function | 0x80, self.exceptions[function]])
        return _FUNCTIONS[function](self, pdu)

    def read_bits(self, pdu: bytes) -> bytes:
        start, count = struct.unpack(">HH", pdu[1:5])
        packed = bytearray((count + 7) // 8)
        for place in range(count):
            packed[place // 8] |= self.coils.get(start + place, 0) << place % 8
        return bytes([pdu[0], len(packed)]) + packed

    def read_registers(self, pdu: bytes) -> bytes:
        start, count = struct.unpack(">HH", pdu[1:5])
        words = [self.registers.get(start + place, 0) for place in range(count)]
        return bytes([pdu[0], 2 * count]) + struct.pack(f">{count}H", *words)

    def write_coil(self, pdu: bytes) -> bytes:
        address, value = struct.unpack(">HH", pdu[1:5])
        self.coils[address] = int(value == 0xFF00)
        return pdu

    def write_register(self, pdu: bytes) -> bytes:
        address, value = struct.unpack(">HH", pdu[1:5])
        self.registers[address] = value
        return pdu

    def write_registers(self, pdu: bytes) -> bytes:
        address, count = struct.unpack(">HH", pdu[1:5])
        self.registers.update(enumerate(struct.unpack(f">{count}H", pdu[6:]), address))
        return pdu[:5]


_FUNCTIONS: dict[int, Callable[[Station, bytes], bytes]] = {
    1: Station.read_bits,
    2: Station.read_bits,
    3: Station.read_registers,
    4: Station.read_registers,
    5: Station.write_coil,
    6: Station.write_register,
    16: Station.write_registers,
}
