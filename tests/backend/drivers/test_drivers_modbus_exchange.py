"""One connection, step by step on a transport that does what sockets rarely do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from backend.drivers.modbus.exchange import Exchange
from backend.errors import FrameError, LinkError, RefusedError
from backend.model.form import Space
from backend.protocols.modbus_tcp import read, write

ASK = read(1, Space.HOLDING, 0, 1)
ANSWER = bytes.fromhex("0007 0000 0005 01 03 02 0005")
ORDER = write(1, Space.HOLDING, 0, [42])


class Transport(asyncio.Transport):
    """Takes at most `room` bytes at once; room None = the first send fails, as asyncio then does."""

    def __init__(self, protocol: Exchange, room: int | None = 10_000) -> None:
        super().__init__()
        self.sent = b""
        self.waiting = b""
        self.aborted = False
        self._closing = False
        self._protocol = protocol
        self._take = {True: self._fail, False: self._accept}[room is None]
        self._room = room or 0
        protocol.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._take(bytes(data))

    def _fail(self, data: bytes) -> None:
        self._closing = True

    def _accept(self, data: bytes) -> None:
        self.sent += data[: self._room]
        self.waiting += data[self._room :]

    def flush(self) -> None:
        """The other side reads on."""
        self.sent, self.waiting = self.sent + self.waiting, b""
        self._protocol.resume_writing()

    def get_write_buffer_size(self) -> int:
        return len(self.waiting)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert high == 0

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        self.aborted = self._closing = True
        self.waiting = b""


def _feed(exchange: Exchange, data: bytes) -> None:
    """As the event loop does: into the exchange's own buffer."""
    room = exchange.get_buffer(-1)
    room[: len(data)] = data
    exchange.buffer_updated(len(data))


def _play(scene: Callable[[Exchange, list[int]], Awaitable[None]]) -> None:
    async def run() -> None:
        closed: list[int] = []
        await scene(Exchange(asyncio.get_running_loop(), 7, lambda: closed.append(1)), closed)

    asyncio.run(run())


def test_transaction_ids_count_up_and_wrap() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange)
        seen = []
        for _ in range(3):
            asking = asyncio.ensure_future(exchange.ask(ASK, 5))
            await asyncio.sleep(0)
            seen.append(int.from_bytes(transport.sent[-12:-10], "big"))
            _feed(exchange, transport.sent[-12:-10] + ANSWER[2:])
            await asking
        assert seen == [0xFFFE, 0xFFFF, 0]
        assert exchange.answers == 3

    async def run() -> None:
        await scene(Exchange(asyncio.get_running_loop(), 0xFFFE, lambda: None), [])

    asyncio.run(run())


def test_only_one_request_at_a_time() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange)
        exchange.send(ASK)
        with pytest.raises(LinkError, match="another request"):
            exchange.send(ASK)
        assert len(transport.sent) == 12

    _play(scene)


def test_a_first_send_that_fails_raises_and_nothing_is_awaited() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange, room=None)
        with pytest.raises(LinkError, match="before anything was sent"):
            exchange.send(ORDER)
        assert transport.sent == b""
        with pytest.raises(LinkError, match="nothing was asked"):
            await exchange.answer(5)

    _play(scene)


def test_the_last_look_sees_the_bytes_and_can_stop_them() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange)
        looked: list[bytes] = []

        def stop(frame: bytes) -> None:
            looked.append(frame)
            raise RefusedError("no")

        with pytest.raises(RefusedError):
            exchange.send(ORDER, stop)
        assert transport.sent == b""
        exchange.send(ORDER, looked.append)
        assert looked == [transport.sent] * 2

    _play(scene)


def test_a_request_that_leaves_in_parts_is_waited_for() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange, room=5)
        exchange.send(ORDER)
        draining = asyncio.ensure_future(exchange.drain(5))
        await asyncio.sleep(0)
        assert not draining.done()
        transport.flush()
        await draining
        assert transport.sent == ORDER.frame(7)

    _play(scene)


def test_a_request_that_does_not_leave_is_given_up_and_never_leaves_later() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange, room=5)
        exchange.send(ORDER)
        with pytest.raises(TimeoutError):
            await exchange.drain(0.01)
        exchange.close()
        assert transport.aborted
        assert (len(transport.sent), transport.waiting) == (5, b"")

    _play(scene)


def test_a_connection_lost_while_a_request_leaves() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        Transport(exchange, room=5)
        exchange.send(ORDER)
        draining = asyncio.ensure_future(exchange.drain(5))
        await asyncio.sleep(0)
        exchange.connection_lost(ConnectionResetError("reset"))
        with pytest.raises(LinkError, match="reset"):
            await draining
        with pytest.raises(LinkError, match="reset"):
            await exchange.answer(5)
        assert (exchange.closed, closed) == (True, [1])

    _play(scene)


def test_after_a_time_out_a_late_answer_finds_nobody() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange)
        with pytest.raises(TimeoutError, match="no answer in time"):
            await exchange.ask(ASK, 0.01)
        assert transport.aborted
        _feed(exchange, ANSWER)
        with pytest.raises(LinkError, match="closed"):
            exchange.send(ASK)
        assert exchange.answers == 0

    _play(scene)


def test_cancelling_a_request_closes_the_connection() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        transport = Transport(exchange)
        asking = asyncio.ensure_future(exchange.ask(ASK, 5))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert transport.aborted

    _play(scene)


@pytest.mark.parametrize("pieces", [1, 2, 3, 5, 11])
def test_an_answer_in_any_pieces_is_the_same_answer(pieces: int) -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        Transport(exchange)
        asking = asyncio.ensure_future(exchange.ask(ASK, 5))
        await asyncio.sleep(0)
        for start in range(0, len(ANSWER), pieces):
            _feed(exchange, ANSWER[start : start + pieces])
        assert (await asking) == b"\0\5"
        assert not exchange.closed

    _play(scene)


def test_garbage_is_kept_up_to_one_frame() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        Transport(exchange)
        asking = asyncio.ensure_future(exchange.ask(ASK, 5))
        await asyncio.sleep(0)
        _feed(exchange, b"\xff" * 400)
        with pytest.raises(FrameError, match="transaction"):
            await asking
        assert exchange.garbage == b"\xff" * 260
        assert "transaction" in exchange.reason

    _play(scene)


def test_one_timer_serves_requests_one_after_the_other() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        Transport(exchange)
        loop = asyncio.get_running_loop()
        asking = asyncio.ensure_future(exchange.ask(ASK, 0.05))
        await asyncio.sleep(0)
        _feed(exchange, ANSWER)
        await asking
        # The first request's timer comes while the second is under way: it is not the second one's end.
        await asyncio.sleep(0.03)
        start = loop.time()
        with pytest.raises(TimeoutError):
            await exchange.ask(ASK, 0.05)
        assert loop.time() - start >= 0.049

    _play(scene)


def test_a_second_answer_before_the_first_is_taken_ends_the_connection() -> None:
    async def scene(exchange: Exchange, closed: list[int]) -> None:
        Transport(exchange)
        asking = asyncio.ensure_future(exchange.ask(ASK, 5))
        await asyncio.sleep(0)
        _feed(exchange, ANSWER)
        _feed(exchange, ANSWER)
        assert await asking == b"\0\5"
        assert (exchange.closed, exchange.garbage) == (True, ANSWER)

    _play(scene)
