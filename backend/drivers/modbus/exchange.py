"""One Modbus TCP connection: one request at a time, one answer that must fit it, or the connection is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from backend.errors import FrameError, LinkError
from backend.protocols.modbus_tcp import TRANSACTIONS, Ask, judge

_ROOM: Final = 512
"""Bytes taken from the socket at once; the longest frame has 260."""
_KEPT_GARBAGE: Final = 260

Reply = bytes | int
"""The data bytes of a good answer (empty for a write), or an exception code."""


class Exchange(asyncio.BufferedProtocol):
    """A connection on the field loop. After any time-out or wrong byte it is closed: an answer that comes late finds
    no socket, so it can never be taken for the answer of another request.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, first_transaction: int, on_closed: Callable[[], None]) -> None:
        self._loop = loop
        self._on_closed = on_closed
        self._transaction = first_transaction % TRANSACTIONS
        self._transport: asyncio.Transport | None = None
        self._ask: Ask | None = None
        self._expected = b""
        # A buffer of our own: asyncio would allocate and shrink 256 kB for every answer.
        self._buffer = bytearray(_ROOM)
        self._view = memoryview(self._buffer)
        self._have = 0
        self._answer: asyncio.Future[Reply] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._sent_at = 0.0
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.garbage = b""
        """The bytes that were not used, once the connection was closed because of them."""
        self.answers = 0
        self.latency_s = 0.0
        """From the last request to its answer."""
        self.closed = False
        self.reason = ""
        """Why it was closed."""

    async def ask(self, ask: Ask, timeout_s: float) -> Reply:
        """Send one request and wait for its answer. Raises TimeoutError, FrameError or LinkError; then it is closed."""
        self.send(ask)
        return await self.answer(timeout_s)

    def send(self, ask: Ask, last_look: Callable[[bytes], None] | None = None) -> None:
        """Give the request to the transport. When this raises, not one byte has left.

        `last_look` sees the very bytes that are written next and may still raise to stop them.
        """
        transport = self._transport
        if self.closed or transport is None or transport.is_closing():
            raise LinkError("the connection is closed")
        if self._answer is not None:
            raise LinkError("another request is still waiting for its answer")
        frame = ask.frame(self._transaction)
        if last_look is not None:
            last_look(frame)
        self._ask, self._have = ask, 0
        self._expected = frame[:2] + ask.answer_tail
        self._answer = self._loop.create_future()
        self._sent_at = self._loop.time()
        transport.write(frame)
        # asyncio closes the transport when the first socket.send() fails, and that one takes nothing then: the write
        # buffer was empty, because the request before has been answered.
        if transport.is_closing():
            self._answer = None
            raise LinkError("the connection broke before anything was sent")

    async def answer(self, timeout_s: float) -> Reply:
        """Wait for the answer to what was sent, at most `timeout_s` from the sending."""
        waiting = self._answer
        if waiting is None:
            raise LinkError("nothing was asked")
        self._deadline = self._sent_at + timeout_s
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._look_at_time)
        try:
            return await waiting
        except asyncio.CancelledError:
            self._fail(LinkError("the link has been stopped"))
            raise
        finally:
            self._answer = None

    async def drain(self, timeout_s: float) -> None:
        """Wait until the operating system has taken every byte of the request; raises TimeoutError or LinkError."""
        transport = self._transport
        if transport is None or transport.get_write_buffer_size() == 0:
            return
        self._drained = self._loop.create_future()
        async with asyncio.timeout(timeout_s):
            await self._drained

    def close(self, reason: str = "the connection is closed") -> None:
        """Close at once; nothing more is sent or received."""
        self._fail(LinkError(reason))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        assert isinstance(transport, asyncio.Transport)
        # Any byte that stays behind counts as not drained.
        transport.set_write_buffer_limits(high=0)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go. Never full: nothing longer than a frame is ever kept."""
        return self._view[self._have :]

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came: usually one whole answer in one piece."""
        have = self._have = self._have + nbytes
        ask, waiting = self._ask, self._answer
        if ask is None or waiting is None or waiting.done():
            self._refuse(bytes(self._view[:have]), FrameError("bytes came that nobody asked for"))
            return
        if have == ask.answer_size and self._buffer.startswith(self._expected):
            self._take(waiting, bytes(self._view[len(self._expected) : have]))
            return
        data = bytes(self._view[:have])
        try:
            answer = judge(data, ask, self._transaction)
        except FrameError as error:
            self._refuse(data, error)
            return
        if answer is None:
            return
        self._take(waiting, answer.data if answer.exception is None else answer.exception)
        if have > answer.size:
            self._refuse(data[answer.size :], FrameError("more bytes came than were asked for"))

    def resume_writing(self) -> None:
        """All bytes have left."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side, or we, closed the socket."""
        self._fail(LinkError("the connection was lost: {reason}", reason=exc or "closed by the other side"))

    def _take(self, waiting: asyncio.Future[Reply], reply: Reply) -> None:
        self._have = 0
        self._transaction = (self._transaction + 1) % TRANSACTIONS
        self.answers += 1
        self.latency_s = self._loop.time() - self._sent_at
        waiting.set_result(reply)

    def _look_at_time(self) -> None:
        """One timer serves many requests: it comes at the deadline of an old one and is set for the newest."""
        self._timer = None
        if self._answer is None or self._answer.done():
            return
        if self._loop.time() >= self._deadline:
            self._fail(TimeoutError("no answer in time"))
        else:
            self._timer = self._loop.call_at(self._deadline, self._look_at_time)

    def _refuse(self, data: bytes, error: FrameError) -> None:
        self._have = 0
        self.garbage = data[:_KEPT_GARBAGE]
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End the connection; whoever waits is told why."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()
        for waiting in (self._answer, self._drained):
            if waiting is not None and not waiting.done():
                waiting.set_exception(error)
                waiting.exception()  # seen: nobody may be waiting for it any more
        if not self.closed:
            self.closed = True
            self.reason = str(error)
            self._on_closed()
