"""The head-end as a link: listens, hands readings to the core a few ms at a time, and takes orders for its meters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from random import Random
from typing import Final

from backend import logs
from backend.drivers.meters.gathering import Gathering
from backend.drivers.meters.house import House
from backend.drivers.meters.options import read_options
from backend.drivers.meters.roster import make_roster
from backend.drivers.meters.session import Session
from backend.errors import LinkError
from backend.links.backoff import Backoff
from backend.links.gate import Claims
from backend.links.health import HealthKeeper, tell_async
from backend.links.loop import Supervised
from backend.links.ports import LinkContext, LinkPlan
from backend.links.sockets import allow_sockets
from backend.model.command import Order, Receipt, ReceiptKind
from backend.model.event import LinkHealth
from backend.model.exchange import HeadEnd

PROTOCOL: Final = "meter"
BACKLOG: Final = 4096
SPARE_SOCKETS: Final = 500
"""For everything else of the program."""
GATHER_S: Final = 0.005
"""How long a first reading waits for company."""
LOOK_S: Final = 0.25
_TASK_WITHIN_S: Final = 1.3
_log = logs.get(__name__)
_STOPPED: Final = "the link has been stopped"


class MeterLink:
    """A `Link` to every meter of the site. Public methods may be called from any thread but the field loop's."""

    def __init__(self, plan: LinkPlan, context: LinkContext) -> None:
        """Raises ConfigError for options, addresses or forms that cannot be used."""
        self.id = plan.id
        self._context = context
        self._options = read_options(plan.options)
        self._roster = make_roster(plan.devices, plan.bound)
        self._devices = {device.id: device for device in plan.devices}
        self._claims = Claims()
        self._backoff = Backoff(Random(plan.id))
        self._task: Supervised | None = None
        self._stopping = False
        self._under_way: set[asyncio.Task[None]] = set()
        # Its values do not go bad with the listening socket: they are as old as they are, and grow stale by themselves.
        self._keeper = HealthKeeper(
            link=plan.id, protocol=PROTOCOL, devices=tuple(self._devices), points=(), clock=context.clock
        )
        self._house = House(
            self._options,
            self._roster,
            clock=context.clock,
            bill=context.bill,
            order_comes=context.order_comes,
            reading_came=lambda: asyncio.get_running_loop().call_later(GATHER_S, self._hand_over),
        )

    def start(self) -> None:
        """Begin to listen."""
        if self._task is not None:
            raise LinkError("{link} has already been started", link=self.id)
        self._stopping = False
        self._task = self._context.loop.supervise(self.id, self._run)

    def stop(self) -> None:
        """Hang up on everyone; an order in flight is UNKNOWN, one that waits is NOT_SENT."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        task.stop(_TASK_WITHIN_S)
        try:
            self._context.loop.submit(tell_async(self._context.sink, self._keeper.stopped())).result(0.5)
        except (LinkError, TimeoutError):
            self._keeper.stopped()

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """See `Link.write`. An order is taken only by a meter that is connected and has reported."""
        self._claims.take(order)
        if self._task is None or not self._context.loop.post(partial(self._take_order, order, told)):
            self._refuse(order, told, _STOPPED)

    def read_now(self, device: str) -> Future[None]:
        """Meters call in by themselves: the future fails at once with LinkError."""
        future: Future[None] = Future()
        future.set_exception(LinkError("{device} calls in by itself and cannot be asked for its values", device=device))
        return future

    def health(self) -> LinkHealth:
        """The link's state and counters now."""
        return self._keeper.now()

    def exchanges(self) -> HeadEnd:
        """What came of the exchanges so far."""
        house = self._house
        return HeadEnd(
            link=self.id,
            registered=len(self._roster.meters),
            heard=len(house.heard),
            open_now=len(house.sessions),
            turned_away=house.turned_away,
            put_aside=house.put_aside,
            timed_out=house.timed_out,
            kinds=tuple(tally.figures() for tally in house.tallies.values()),
        )

    # -- the field loop ----------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        await tell_async(self._context.sink, self._keeper.connecting())
        while True:
            try:
                server = await self._listen()
            except (OSError, LinkError) as error:
                reason = f"cannot listen at {self._options.host}:{self._options.port}: {error}"
                await tell_async(self._context.sink, self._keeper.lost(reason))
                await asyncio.sleep(self._backoff.next())
                continue
            try:
                self._backoff.reset()
                await tell_async(self._context.sink, self._keeper.up())
                await self._watch()
            finally:
                server.close()
                for session in tuple(self._house.sessions):
                    session.hang_up()
                for task in tuple(self._under_way):
                    task.cancel()

    async def _listen(self) -> asyncio.Server:
        options = self._options
        if not self._context.may_connect(options.host, options.port):
            raise LinkError("{host} is not on this machine", host=options.host)
        loop = asyncio.get_running_loop()
        allow_sockets(options.most + SPARE_SOCKETS)
        return await loop.create_server(
            lambda: Session(self._house), options.host, options.port, backlog=BACKLOG, reuse_address=True
        )

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self._house.look(self._context.clock.mono())
            self._keeper.heard(*self._house.counted())
            while self._house.aside:
                item = self._house.aside.popleft()
                self._keeper.failed()
                await self._context.sink.put_async(item)

    def _hand_over(self) -> None:
        gathered = self._house.take_readings()
        if self._stopping:  # nobody is acknowledged, and every meter brings it again
            return
        task = asyncio.get_running_loop().create_task(self._store(gathered), name=f"{self.id} store")
        self._under_way.add(task)
        task.add_done_callback(self._handed_over)

    def _handed_over(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # Its meters are not acknowledged: they hang up and bring the reading again.
            _log.error("readings not handed over", link=self.id, error=repr(error))

    async def _store(self, gathered: Gathering) -> None:
        """Give the readings to the core; answer the meters when they are durable."""
        clock, sink = self._context.clock, self._context.sink
        begun = clock.mono()
        batches = tuple(gathered.batches(received_at=clock.wall_us(), source=self.id))
        if len(batches) == 1:
            await sink.put_async(batches[0])
        else:
            await asyncio.gather(*(sink.put_async(batch) for batch in batches))
        self._keeper.answered((clock.mono() - begun) * 1000.0)
        for session in gathered.sessions:
            session.stored()

    def _take_order(self, order: Order, told: Callable[[Receipt], None]) -> None:
        session = self._house.known.get(order.device)
        route = self._roster.writes.get(order.point)
        device = self._devices.get(order.device)
        if route is None or device is None or route.meter.device != order.device:
            self._refuse(order, told, "the point does not belong to this link")
        elif session is None or not session.order(order, told, route, device):
            self._refuse(order, told, "the meter is not connected")

    def _refuse(self, order: Order, told: Callable[[Receipt], None], why: str) -> None:
        at = self._context.clock.wall_us()
        told(
            Receipt(command=order.command, attempt=order.attempt, kind=ReceiptKind.NOT_SENT, at=at, detail=why),
        )
