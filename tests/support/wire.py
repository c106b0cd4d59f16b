"""A server that plays a written conversation, byte by byte: `wire.hears("tt tt 00 …").says("tt tt 00 …")`.

Bytes are hex pairs. In `hears`, "??" is any byte and "tt" any byte that is remembered; in `says`, each "tt" is the
next remembered byte of the last thing heard (a transaction id is repeated without knowing it).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from backend.links.loop import FieldLoop


class Mismatch(AssertionError):
    """The other side said something that is not in the script."""


class HungUp(Exception):
    """The other side closed the connection."""


@dataclass(slots=True)
class Talk:
    """One accepted connection as the script sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    remembered: list[int] = field(default_factory=list)

    async def take(self, count: int) -> bytes:
        try:
            return await self.reader.readexactly(count)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise HungUp from error

    async def give(self, data: bytes) -> None:
        try:
            self.writer.write(data)
            await self.writer.drain()
        except ConnectionError as error:
            raise HungUp from error

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Step = Callable[[Talk], Awaitable[None]]


class Wire:
    """Write the script first, then `start`; `played` waits for its end. One connection at a time."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._loop = FieldLoop(name="wire")
        self._server: asyncio.Server | None = None
        self._turn = asyncio.Lock()
        self._changed = threading.Condition()
        self._hang_ups = 0
        self._place = 0
        self._end = threading.Event()
        self._wrong: Exception | None = None
        self.connections = 0
        self.port = 0

    def hears(self, pattern: str) -> Wire:
        """The other side must say exactly this."""
        return self._then(lambda talk: _hear(talk, pattern.split()))

    def says(self, text: str) -> Wire:
        """Say this in one segment."""
        return self._then(lambda talk: talk.give(_bytes(talk, text)))

    def drips(self, text: str, every_s: float) -> Wire:
        """Say this one byte at a time; whether the other side hears it out or hangs up is its affair."""
        return self._then(lambda talk: _drip(talk, _bytes(talk, text), every_s))

    def pauses(self, seconds: float) -> Wire:
        """Wait a little, so that what is said next comes in a segment of its own."""
        return self._then(lambda talk: asyncio.sleep(seconds))

    def lets_know(self, event: threading.Event) -> Wire:
        """Tell the test that the script has come this far."""
        return self._then(lambda talk: _set(event))

    def waits_for(self, event: threading.Event) -> Wire:
        """Say nothing more until the test sets the event."""
        return self._then(lambda talk: _wait(event))

    def hangs_up(self) -> Wire:
        """Close the connection, and wait until the other side has seen it."""
        return self._then(self._hang_up)

    def resets(self) -> Wire:
        """Break the connection with RST."""
        return self._then(_reset)

    def is_hung_up_on(self) -> Wire:
        """The other side must close the connection (without saying more); the script goes on in the next one."""
        return self._then(_is_hung_up_on)

    def start(self) -> Wire:
        """Listen on a free port."""
        self._loop.start()
        self._server = self._loop.submit(asyncio.start_server(self._accept, "127.0.0.1", 0)).result(5)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def played(self, within_s: float = 5.0) -> None:
        """Wait for the end of the script; AssertionError when it was not followed."""
        ended = self._end.wait(within_s)
        assert self._wrong is None, f"step {self._place}: {self._wrong!r}"
        assert ended, f"the script stands at step {self._place} of {len(self._steps)}"

    def wait_hang_ups(self, count: int, within_s: float = 5.0) -> None:
        """Wait until `hangs_up` has been played that many times, and seen."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._hang_ups >= count, within_s), f"{self._hang_ups} hang-ups"

    def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._loop.submit(_close(self._server)).result(5)
        self._loop.stop()

    async def _hang_up(self, talk: Talk) -> None:
        with contextlib.suppress(ConnectionError):
            talk.writer.write_eof()
            await talk.reader.read()
        talk.writer.close()
        with self._changed:
            self._hang_ups += 1
            self._changed.notify_all()

    def _then(self, step: Step) -> Wire:
        self._steps.append(step)
        return self

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            async with self._turn:  # the other side may be back before the script has seen it go
                await self._talk(reader, writer)
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(reader, writer)
        try:
            while self._place < len(self._steps):
                await self._steps[self._place](talk)
                self._place += 1
                if writer.is_closing():
                    break
            else:
                self._end.set()
                await reader.read()  # hold the line: silence
        except (HungUp, Mismatch) as error:
            self._wrong = error
            self._end.set()
        finally:
            if self._place >= len(self._steps):
                self._end.set()


async def _close(server: asyncio.Server) -> None:
    server.close()


async def _hear(talk: Talk, pattern: list[str]) -> None:
    data = await talk.take(len(pattern))
    talk.remembered = [byte for byte, token in zip(data, pattern, strict=True) if token == "tt"]
    fits = all(token in ("tt", "??", f"{byte:02x}") for byte, token in zip(data, pattern, strict=True))
    if not fits:
        raise Mismatch(f"heard {data.hex(' ')} instead of {' '.join(pattern)}")


async def _drip(talk: Talk, data: bytes, every_s: float) -> None:
    try:
        for byte in data:
            await talk.give(bytes([byte]))
            await asyncio.sleep(every_s)
    except HungUp:
        talk.writer.transport.abort()


async def _set(event: threading.Event) -> None:
    event.set()


async def _wait(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.001)


async def _reset(talk: Talk) -> None:
    talk.reset()


async def _is_hung_up_on(talk: Talk) -> None:
    try:
        rest = await talk.reader.read()
    except ConnectionError:
        rest = b""
    if rest:
        raise Mismatch(f"heard {rest.hex(' ')} instead of the end")
    talk.writer.close()


def _bytes(talk: Talk, text: str) -> bytes:
    remembered = iter(talk.remembered)
    return bytes(next(remembered) if token == "tt" else int(token, 16) for token in text.split())
