"""One Modbus TCP connection: one request at a time, one answer that must fit it, or the connection is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from backend.errors import FrameError, LinkError
from backend.protocols.modbus_tcp import TRANSACTIONS, Answer, Ask, judge

_KEPT_GARBAGE: Final = 260
"""Bytes of a bad answer that are kept to be looked at: one whole frame."""


class Exchange(asyncio.Protocol):
    """A connection on the field loop. After any time-out or wrong byte it is closed: an answer that comes late finds
    no socket, so it can never be taken for the answer of another request.
    """

    def __init__(self, first_transaction: int, on_closed: Callable[[], None]) -> None:
        self._on_closed = on_closed
        self._transaction = first_transaction % TRANSACTIONS
        self._transport: asyncio.Transport | None = None
        self._ask: Ask | None = None
        self._expected = b""
        self._buffer = b""
        self._answer: asyncio.Future[Answer] | None = None
        self._drained: asyncio.Future[None] | None = None
        self.garbage = b""
        """The bytes that were not used, once the connection was closed because of them."""
        self.answers = 0
        self.closed = False
        self.reason = ""
        """Why it was closed."""

    async def ask(self, ask: Ask, timeout_s: float) -> Answer:
        """Send one request and wait for its answer. Raises TimeoutError, FrameError or LinkError; then it is closed."""
        self.send(ask)
        return await self.answer(timeout_s)

    def send(self, ask: Ask, last_look: Callable[[bytes], None] = lambda frame: None) -> None:
        """Give the request to the transport. When this raises, not one byte has left.

        `last_look` sees the very bytes that are written next and may still raise to stop them.
        """
        transport = self._transport
        if self.closed or transport is None or transport.is_closing():
            raise LinkError("the connection is closed")
        if self._answer is not None:
            raise LinkError("another request is still waiting for its answer")
        frame = ask.frame(self._transaction)
        last_look(frame)
        self._ask, self._buffer = ask, b""
        self._expected = frame[:2] + ask.answer_tail
        self._answer = asyncio.get_running_loop().create_future()
        transport.write(frame)
        # asyncio closes the transport when the first socket.send() fails, and that one takes nothing then: the write
        # buffer was empty, because the request before has been answered.
        if transport.is_closing():
            self._answer = None
            raise LinkError("the connection broke before anything was sent")

    async def answer(self, timeout_s: float) -> Answer:
        """Wait for the answer to what was sent."""
        waiting = self._answer
        if waiting is None:
            raise LinkError("nothing was asked")
        timer = asyncio.get_running_loop().call_later(timeout_s, self._fail, TimeoutError("no answer in time"))
        try:
            answer = await waiting
        except asyncio.CancelledError:
            self._fail(LinkError("the link has been stopped"))
            raise
        finally:
            timer.cancel()
            self._answer = None
        self._transaction = (self._transaction + 1) % TRANSACTIONS
        self.answers += 1
        return answer

    async def drain(self, timeout_s: float) -> None:
        """Wait until the operating system has taken every byte of the request; raises TimeoutError or LinkError."""
        transport = self._transport
        if transport is None or transport.get_write_buffer_size() == 0:
            return
        self._drained = asyncio.get_running_loop().create_future()
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

    def data_received(self, data: bytes) -> None:
        """Bytes came: usually one whole answer in one piece."""
        ask, waiting = self._ask, self._answer
        if ask is None or waiting is None or waiting.done():
            self._refuse(data, FrameError("bytes came that nobody asked for"))
            return
        if not self._buffer and len(data) == ask.answer_size and data.startswith(self._expected):
            waiting.set_result(Answer(data=data[len(self._expected) :], exception=None, size=len(data)))
            return
        self._buffer += data
        try:
            answer = judge(self._buffer, ask, self._transaction)
        except FrameError as error:
            self._refuse(self._buffer, error)
            return
        if answer is None:
            return
        waiting.set_result(answer)
        if len(self._buffer) > answer.size:
            self._refuse(self._buffer[answer.size :], FrameError("more bytes came than were asked for"))

    def resume_writing(self) -> None:
        """All bytes have left."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side, or we, closed the socket."""
        self._fail(LinkError("the connection was lost: {reason}", reason=exc or "closed by the other side"))

    def _refuse(self, data: bytes, error: FrameError) -> None:
        self.garbage = data[:_KEPT_GARBAGE]
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End the connection; whoever waits is told why."""
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
