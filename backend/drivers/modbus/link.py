"""One Modbus TCP link: polls its units in turn, carries out orders between reads, and says how it stands."""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from random import Random

from backend import logs
from backend.drivers.modbus.line import Down, Line
from backend.drivers.modbus.options import endpoint, unit_of
from backend.drivers.modbus.plan import registers
from backend.drivers.modbus.polling import Poller
from backend.drivers.modbus.writing import Writer
from backend.errors import LinepackError, LinkError
from backend.links.backoff import Backoff
from backend.links.gate import Claims
from backend.links.health import HealthKeeper, tell_async
from backend.links.loop import Supervised
from backend.links.ports import LinkContext, LinkPlan
from backend.links.wake import Wake
from backend.model.command import Order, Receipt, ReceiptKind
from backend.model.event import LinkHealth, LinkState

PROTOCOL = "modbus"
STOPPED = "the link has been stopped"
_TASK_WITHIN_S = 1.3
_FAREWELL_WITHIN_S = 0.4
_IDLE_S = 3600.0
_log = logs.get(__name__)


class ModbusLink:
    """A `Link` to one host and port. Public methods may be called from any thread but the field loop's."""

    def __init__(self, plan: LinkPlan, context: LinkContext) -> None:
        """Raises ConfigError for options, units, forms or periods that cannot be used."""
        options = endpoint(plan.options, link=plan.id)
        units = {device.id: unit_of(device) for device in plan.devices}
        bound = registers(plan.bound, units)
        rng = Random(plan.id)
        self.id = plan.id
        self._context = context
        self._claims = Claims()
        self._wake = Wake(context.loop.chimes)
        self._backoff = Backoff(rng, first_s=options.retry_s)
        self._readings: deque[tuple[str, Future[None]]] = deque()
        self._task: Supervised | None = None
        self._stopping = False
        self._keeper = HealthKeeper(
            link=plan.id,
            protocol=PROTOCOL,
            devices=[device.id for device in plan.devices],
            points=[each.point.id for each in plan.bound],
            clock=context.clock,
        )
        self._line = Line(
            link=plan.id,
            endpoint=options,
            units=units.values(),
            context=context,
            keeper=self._keeper,
            rng=rng,
            on_up=self._backoff.reset,
            on_closed=self._wake.set,
        )
        self._writer = Writer(
            registers={each.bound.point.id: each for each in bound},
            devices={device.id: device for device in plan.devices},
            line=self._line,
            keeper=self._keeper,
            clock=context.clock,
            read_back=lambda device: self._readings.append((device, Future())),
        )
        self._poller = Poller(
            link=plan.id,
            registers=bound,
            max_gap=options.max_gap,
            # Spreads the polls of many stations over the period; never 0.
            phase=(zlib.crc32(plan.id.encode()) + 1) / 2**32,
            line=self._line,
            keeper=self._keeper,
            sink=context.sink,
            clock=context.clock,
            writer=self._writer,
        )

    def start(self) -> None:
        """Begin connecting."""
        if self._task is not None:
            raise LinkError("{link} has already been started", link=self.id)
        self._stopping = False
        self._task = self._context.loop.supervise(self.id, self._run)

    def stop(self) -> None:
        """Close the connection and end the task; an order in flight is UNKNOWN, one that waits is NOT_SENT."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        task.stop(_TASK_WITHIN_S)
        try:
            self._context.loop.submit(self._farewell()).result(_FAREWELL_WITHIN_S + 0.2)
        except LinkError:  # the loop has been stopped first, and every task with it
            self._refuse_waiting(STOPPED)
        except TimeoutError:
            _log.info("stop not told: the inbox takes nothing", link=self.id)

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """See `Link.write`. Raises LinkError for a (command, attempt) given before; `told` runs on the loop."""
        self._claims.take(order)
        if not self._context.loop.post(partial(self._take_order, order, told)):
            self._writer.tell(order, told, ReceiptKind.NOT_SENT, STOPPED)

    def read_now(self, device: str) -> Future[None]:
        """See `Link.read_now`. The future fails with LinkError when the link is lost or stopped."""
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()
        if not self._context.loop.post(partial(self._take_reading, device, future)):
            future.set_exception(LinkError(STOPPED))
        return future

    def health(self) -> LinkHealth:
        """The link's state and counters now."""
        return self._keeper.now()

    async def _run(self) -> None:
        if self._keeper.state is not LinkState.LOST:  # else it crashed and starts again
            await tell_async(self._context.sink, self._keeper.connecting())
        try:
            while True:
                try:
                    await self._serve()
                except Down as down:
                    await self._lose(str(down))
                    await self._rest(self._backoff.next())
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            await self._lose(f"fault in the driver: {error!r}")
            raise
        finally:
            self._line.close()

    async def _serve(self) -> None:
        """Orders first, then readings people wait for, then the cycle that is due. Raises Down."""
        loop = asyncio.get_running_loop()
        self._poller.restart()
        while True:
            if self._writer.pending:
                await self._writer.carry_out_all()
            elif self._readings:
                await self._read_for(*self._readings.popleft())
            elif self._poller.idle:
                await self._line.hold()
                await self._wake.until(loop.time() + _IDLE_S)
            else:
                due = await self._poller.poll(loop.time())
                if due > loop.time():
                    await self._line.keep()
                    await self._wake.until(due)

    async def _read_for(self, device: str, future: Future[None]) -> None:
        try:
            await self._poller.read_device(device)
        except LinepackError as error:
            future.set_exception(error)
            if isinstance(error, Down):
                raise
        except BaseException:
            future.set_exception(LinkError(STOPPED))
            raise
        else:
            future.set_result(None)

    async def _lose(self, reason: str) -> None:
        self._line.close()
        self._poller.lost()
        await tell_async(self._context.sink, self._keeper.lost(reason))

    async def _rest(self, seconds: float) -> None:
        """Wait before the next attempt, answering what is asked meanwhile."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            await self._writer.carry_out_all()  # the gate refuses each: the link is not up
            while self._readings:
                self._readings.popleft()[1].set_exception(LinkError("the link is not up"))
            await self._wake.until(end)

    async def _farewell(self) -> None:
        self._refuse_waiting(STOPPED)
        async with asyncio.timeout(_FAREWELL_WITHIN_S):
            await tell_async(self._context.sink, self._keeper.stopped())

    def _refuse_waiting(self, words: str) -> None:
        self._writer.refuse_all(words)
        while self._readings:
            self._readings.popleft()[1].set_exception(LinkError(words))

    def _take_order(self, order: Order, told: Callable[[Receipt], None]) -> None:
        if self._stopping:
            self._writer.tell(order, told, ReceiptKind.NOT_SENT, STOPPED)
            return
        self._writer.pending.append((order, told))
        self._wake.set()

    def _take_reading(self, device: str, future: Future[None]) -> None:
        if self._stopping:
            future.set_exception(LinkError(STOPPED))
            return
        self._readings.append((device, future))
        self._wake.set()
