"""A relay in front of Modbus stations that notes every write on its way to the device: the field's own count."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.field import LoopThread

WRITES = frozenset({5, 6, 15, 16, 22, 23})
"""Functions that change something in a device (V1.1b3 §6)."""
_HEADER = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One request that changes something, as it passed. pdu: function, address, values."""

    port: int
    unit: int
    pdu: bytes


class Tap:
    """Listens on some loopback ports and relays each to another one. `writes` in order of arrival."""

    def __init__(self, targets: Mapping[int, int]) -> None:
        """targets: port listened on → port of the station."""
        self.writes: list[Write] = []
        self._targets = targets
        self._thread = LoopThread()
        self._servers: list[asyncio.Server] = []

    def start(self) -> Tap:
        """Listen."""
        self._thread.call(self._listen())
        return self

    def stop(self) -> None:
        """Close everything."""
        for server in self._servers:
            self._thread.loop.call_soon_threadsafe(server.close)
        self._thread.stop()

    def written_to(self, port: int) -> list[bytes]:
        """PDUs of the writes that passed on this port."""
        return [write.pdu for write in self.writes if write.port == port]

    async def _listen(self) -> None:
        for port in self._targets:
            self._servers.append(
                await asyncio.start_server(
                    lambda reader, writer, port=port: self._relay(port, reader, writer),  # type: ignore[misc]
                    "127.0.0.1",
                    port,
                )
            )

    async def _relay(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._pass_on(port, reader, writer)
        finally:
            writer.transport.abort()

    async def _pass_on(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            station_reader, station_writer = await asyncio.open_connection("127.0.0.1", self._targets[port])
            down = asyncio.create_task(_pump(station_reader, writer))
            try:
                await self._note(port, reader, station_writer)
            finally:
                down.cancel()
                station_writer.transport.abort()

    async def _note(self, port: int, reader: asyncio.StreamReader, station: asyncio.StreamWriter) -> None:
        """Whole frames only (MBAP: transaction, protocol, length, unit), noted before they are passed on."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = await reader.readexactly(_HEADER)
                pdu = await reader.readexactly(int.from_bytes(header[4:6], "big") - 1)
                if pdu[0] in WRITES:
                    self.writes.append(Write(port=port, unit=header[6], pdu=pdu))
                station.write(header + pdu)
                await station.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(4096):
            writer.write(chunk)
            await writer.drain()
    writer.close()
