"""One MQTT link: a broker connection that serves every MQTT device of the site."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from random import Random
from typing import Final

from backend.clock import SystemClock
from backend.drivers.mqtt.conversation import Parts
from backend.drivers.mqtt.desk import Desk
from backend.drivers.mqtt.feed import Feed
from backend.drivers.mqtt.intake import HandOver, Intake
from backend.drivers.mqtt.network import Network
from backend.drivers.mqtt.options import Broker, read_options
from backend.drivers.mqtt.outlet import Outlet
from backend.drivers.mqtt.routes import Routes, plan_routes
from backend.errors import LinkError
from backend.links.backoff import Backoff
from backend.links.gate import Claims
from backend.links.health import HealthKeeper
from backend.links.ports import LinkContext, LinkPlan
from backend.model.command import Order, Receipt
from backend.model.event import LinkHealth

PROTOCOL: Final = "mqtt"
_NETWORK_WITHIN_S: Final = 1.2
_FEED_WITHIN_S: Final = 0.4


class MqttLink:
    """A `Link` to one broker. Public methods may be called from any thread but the field loop's."""

    def __init__(self, plan: LinkPlan, context: LinkContext) -> None:
        """Raises ConfigError for options or forms that cannot be used."""
        self.id = plan.id
        self._context = context
        routes = plan_routes(plan.bound)
        self._broker = read_options(plan.options, filters=routes.filters)
        self._routes = _part(routes, self._broker)
        # A connection that has only a share of the values says nothing about the devices when it is lost.
        shares = bool(self._broker.share)
        # Sockets wait in real time whatever clock the site lives by; only not-after is asked of the site's clock.
        self._pace = SystemClock().mono
        self._claims = Claims()
        self._keeper = HealthKeeper(
            link=plan.id,
            protocol=PROTOCOL,
            devices=() if shares else [device.id for device in plan.devices],
            points=() if shares else [each.point.id for each in plan.bound],
            clock=context.clock,
        )
        self._desk = Desk(
            writes=self._routes.writes,
            devices={device.id: device for device in plan.devices},
            version=self._broker.version,
            reply_timeout_s=self._broker.reply_timeout_s,
            clock=context.clock,
            pace=self._pace,
            state=lambda: self._keeper.state,
        )
        self._running: tuple[Network, Feed] | None = None

    def start(self) -> None:
        """Begin connecting."""
        if self._running is not None:
            raise LinkError("{link} has already been started", link=self.id)
        durable: deque[HandOver] = deque()
        context = self._context
        intake = Intake(
            link=self.id,
            up=self._routes.up,
            replies=self._routes.replies,
            answer=self._desk.answer,
            clock=context.clock,
            pace=self._pace,
        )

        def committed(hand_over: HandOver) -> None:
            durable.append(hand_over)
            network.wake()

        feed = Feed(name=f"{self.id} feed", loop=context.loop, sink=context.sink, committed=committed)
        feed.start()
        outlet = Outlet(intake=intake, feed=feed, keeper=self._keeper, pace=self._pace, durable=durable)
        network = Network(
            Parts(
                link=self.id,
                broker=self._broker,
                filters=self._routes.filters,
                intake=intake,
                outlet=outlet,
                desk=self._desk,
                keeper=self._keeper,
                clock=context.clock,
                pace=self._pace,
            ),
            backoff=Backoff(Random(f"{self.id} {self._broker.client_id}"), first_s=self._broker.retry_s),
            may_connect=context.may_connect,
        )
        self._desk.open()
        self._running = network, feed
        feed.offer(HandOver(items=self._keeper.connecting()))
        network.start()

    def stop(self) -> None:
        """Take leave of the broker; an order in flight is UNKNOWN, one that waits is NOT_SENT."""
        running, self._running = self._running, None
        if running is None:
            return
        network, feed = running
        network.stop(_NETWORK_WITHIN_S)
        stopped = self._keeper.stopped()
        self._desk.close()
        feed.offer(HandOver(items=stopped))
        feed.wait_idle(_FEED_WITHIN_S / 2)
        feed.stop(_FEED_WITHIN_S)

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """See `Link.write`. Raises RefusedError for a (command, attempt) given before."""
        self._claims.take(order)
        if self._desk.place(order, told) and self._running is not None:
            self._running[0].wake()

    def read_now(self, device: str) -> Future[None]:
        """MQTT devices speak when they want to: the future fails at once with LinkError."""
        future: Future[None] = Future()
        future.set_exception(
            LinkError("{device} reports by itself over MQTT and cannot be asked for its values", device=device)
        )
        return future

    def health(self) -> LinkHealth:
        """The link's state and counters now."""
        return self._keeper.now()


def _part(routes: Routes, broker: Broker) -> Routes:
    if not broker.carries_values:
        return routes.orders_only()
    return routes if broker.carries_orders else routes.values_only(broker.share)
