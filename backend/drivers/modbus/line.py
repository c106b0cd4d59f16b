"""Keep one connection usable: open it when needed, ask over it, and decide when the link is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from random import Random

from backend.drivers.modbus.exchange import Exchange, Reply
from backend.drivers.modbus.options import Endpoint
from backend.drivers.modbus.patience import Patience
from backend.errors import FrameError, LinkError, RefusedError
from backend.links.health import HealthKeeper, tell_async
from backend.links.ports import LinkContext
from backend.model.event import LinkState, Quarantined
from backend.protocols.modbus_tcp import TRANSACTIONS, Ask

EXPECTED = (TimeoutError, FrameError, LinkError, OSError)
"""How the other side, or the way to it, can fail us."""


class Down(LinkError):
    """The link is lost; the message says why."""


class Line:
    """The link's connection, on the field loop. `on_up` is called when the other side has answered after a loss."""

    def __init__(
        self,
        *,
        link: str,
        endpoint: Endpoint,
        units: Iterable[int],
        context: LinkContext,
        keeper: HealthKeeper,
        rng: Random,
        on_up: Callable[[], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._link = link
        self._endpoint = endpoint
        self._context = context
        self._keeper = keeper
        self._rng = rng
        self._on_up = on_up
        self._on_closed = on_closed
        self._exchange: Exchange | None = None
        self.patience = Patience(units)
        self.timeout_s = endpoint.timeout_s

    async def open(self) -> Exchange:
        """The connection, opened anew when it is gone. Raises Down when it cannot be."""
        exchange = self._exchange
        if exchange is not None:
            if not exchange.closed:
                return exchange
            await self._retire(exchange)
        self._exchange = exchange = await self._connect()
        return exchange

    async def keep(self) -> None:
        """Between requests: open the connection at once when the other side has closed it, to see if it still lives.

        One that is closed again unused is left until the next request: some devices close whatever is idle.
        """
        exchange = self._exchange
        if exchange is None or (exchange.closed and exchange.answers):
            await self.open()

    async def hold(self) -> None:
        """Nothing is ever read over this link: being connected is all that can be said of it. Raises Down."""
        exchange = self._exchange
        if exchange is not None and exchange.closed:
            await self._retire(exchange)
            raise Down("{reason}", reason=exchange.reason)
        await self.open()
        await tell_async(self._context.sink, self._keeper.up())

    async def ask(self, ask: Ask) -> Reply | None:
        """One exchange. None when it failed but the link stands; raises Down when the link is lost."""
        exchange = self._exchange
        if exchange is None or exchange.closed:
            exchange = await self.open()
        try:
            reply = await exchange.ask(ask, self.timeout_s)
        except EXPECTED as error:
            await self.failed(exchange, ask.unit, error)
            return None
        if self.answered(exchange, ask.unit, reply):
            await self.settle(exchange)
        return reply

    def answered(self, exchange: Exchange, unit: int, reply: Reply) -> bool:
        """Note an answer that fits, or an exception; True when there is something to `settle`."""
        self._keeper.answered(exchange.latency_s * 1000.0, usable=not isinstance(reply, int), messages=1)
        self.patience.answered(unit)
        return exchange.closed or self._keeper.state is not LinkState.UP

    async def settle(self, exchange: Exchange) -> None:
        """After an answer: the link is up; a connection that surplus bytes came over is let go."""
        if self._keeper.state is not LinkState.UP:
            self._on_up()
            await tell_async(self._context.sink, self._keeper.up())
        if exchange.closed:
            await self._retire(exchange)

    async def failed(self, exchange: Exchange, unit: int, error: Exception) -> None:
        """Close the connection after an exchange that failed; raises Down when that was one too many."""
        exchange.close()
        await self._retire(exchange)
        now = asyncio.get_running_loop().time()
        self._keeper.failed()
        self.patience.failed(unit, now)
        if self._keeper.state is not LinkState.UP or self.patience.lost(now):
            raise Down("{reason}", reason=str(error) or repr(error))

    def close(self) -> None:
        """Close without a word; whoever waits for an answer hears LinkError."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None

    async def _connect(self) -> Exchange:
        host, port = self._endpoint.host, self._endpoint.port
        if not self._context.may_connect(host, port):
            raise Down("connecting to {host}:{port} is not allowed in this mode", host=host, port=port)
        loop, first = asyncio.get_running_loop(), self._rng.randrange(TRANSACTIONS)
        try:
            async with asyncio.timeout(self._endpoint.timeout_s):
                _, exchange = await loop.create_connection(lambda: Exchange(loop, first, self._on_closed), host, port)
        except TimeoutError as error:
            raise Down("no connection to {host}:{port} in time", host=host, port=port) from error
        except RefusedError as error:  # the interpreter's own guard of simulator mode
            raise Down("{reason}", reason=error) from error
        except OSError as error:
            raise Down(
                "no connection to {host}:{port}: {reason}", host=host, port=port, reason=error.strerror or str(error)
            ) from error
        return exchange

    async def _retire(self, exchange: Exchange) -> None:
        """Let a closed connection go; what it could not use is put aside, where people can look at it."""
        if self._exchange is exchange:
            self._exchange = None
        if exchange.garbage:
            self._keeper.heard(1, {"frame": 1})
            await self._context.sink.put_async(
                Quarantined(
                    source=self._link,
                    stage="frame",
                    reason=exchange.reason,
                    raw=exchange.garbage,
                    received_at=self._context.clock.wall_us(),
                )
            )
            exchange.garbage = b""
