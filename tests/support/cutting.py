"""A way to a server that can be cut at the worst moment: when a COMMIT is under way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

_COMMIT = b"COMMIT\x00"


class Cut(Enum):
    """What happens to the next COMMIT."""

    NEVER = "it is passed on, and the answer comes back"
    BEFORE = "it never arrives"
    AFTER = "it arrives, and the answer is lost"


class Way:
    """Passes bytes on between a port of its own and the server's, on a thread of its own."""

    def __init__(self, port: int) -> None:
        self.cut = Cut.NEVER
        self.open = True
        """Whether anybody new is let through."""
        self.stays_closed = False
        """Whether nobody is let through after a cut, until `open` is set again."""
        self.port = 0
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="way")  # noqa: TID251 - a far end
        self._thread.start()
        assert self._ready.wait(5)

    def close(self) -> None:
        """Cut everything and end the thread."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(5)
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        ends = [writer]
        answers: asyncio.Future[None] | None = None
        try:
            if self.open:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
                ends.append(far_writer)
                answers = asyncio.ensure_future(_pass_on(far_reader, writer))
                await self._ask(reader, far_writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            if answers is not None:
                answers.cancel()
                await asyncio.gather(answers, return_exceptions=True)
            for each in ends:
                each.close()
                with suppress(OSError):
                    await each.wait_closed()
            self._talks.discard(task)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(1 << 16):
            cut = self.cut if _COMMIT in asked else Cut.NEVER
            if cut is not Cut.BEFORE:
                writer.write(asked)
                await writer.drain()
            if cut is not Cut.NEVER:
                self.cut = Cut.NEVER
                self.open = not self.stays_closed
                return


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while told := await reader.read(1 << 16):
        writer.write(told)
        await writer.drain()
    writer.close()


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """A way to a port of this machine, closed at the end."""
    way = Way(port)
    try:
        yield way
    finally:
        way.close()
