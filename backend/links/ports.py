"""The seam between drivers and the rest: what a driver is given, and what it must be able to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from backend.clock import Clock
from backend.model.command import Order, Receipt
from backend.model.event import DeviceEvent, LinkHealth, Quarantined
from backend.model.exchange import HeadEnd
from backend.model.form import Form
from backend.model.metering import Bill
from backend.model.plant import Device, Point
from backend.model.relayed import Relayed
from backend.model.sample import SampleBatch

if TYPE_CHECKING:
    from backend.links.loop import FieldLoop

Inbound = SampleBatch | DeviceEvent | Quarantined | LinkHealth | Relayed


class Sink(Protocol):
    """Where drivers put what they hear. Thread-safe. Nothing put here is ever dropped."""

    def put(self, item: Inbound, done: Callable[[], None] | None = None) -> None:
        """Queue one item. Blocks the calling thread while the inbox is full (that is the back-pressure).

        `done` is called once, on the core thread, after the item is committed: acknowledge the device there.
        """
        ...

    async def put_async(self, item: Inbound) -> None:
        """The same for the field loop: waits for room and for the commit without blocking the loop."""
        ...

    def hand_in(self, item: Inbound) -> asyncio.Future[None]:
        """The same for one who looks later: done when the item is committed. One item of a source at a time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A point with the form its driver reads it by."""

    point: Point
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlan:
    """One field link to run: a Modbus endpoint (host:port with its units) or a broker connection.

    id: shown to people, e.g. "modbus/127.0.0.1:15020". options: checked values of the driver's options model
    (host, port, timeout_s, …; for a broker url, client id, tls, user, secret).
    """

    id: str
    options: Mapping[str, str]
    devices: tuple[Device, ...]
    bound: tuple[Bound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkContext:
    """What a link may use of the outside."""

    sink: Sink
    clock: Clock
    loop: FieldLoop
    may_connect: Callable[[str, int], bool] = field(default=lambda host, port: True)
    """The transport guard: in simulator mode only loopback is allowed (S7)."""
    bill: Callable[[str], Bill | None] = field(default=lambda device: None)
    """How the account of a device stands, None when it has none. For any thread."""
    order_comes: Callable[[str], bool] = field(default=lambda device: False)
    """Whether an approved order waits for a device that sleeps (B-19). For any thread."""


class Link(Protocol):
    """A running field link. start and stop are called on the thread that owns the system; stop joins within 2 s."""

    def start(self) -> None:
        """Begin connecting; returns at once."""
        ...

    def stop(self) -> None:
        """Close everything; leaves no thread and no task."""
        ...

    def write(self, order: Order, told: Callable[[Receipt], None]) -> None:
        """Carry out one approved order; returns at once. `told` may be called from any thread: SENT first, then one
        of ACKED, REFUSED, UNKNOWN; or NOT_SENT alone. A late answer comes with `late=True`.

        The link re-checks not-after (wall and monotonic) directly before the write, decodes its own frame and compares
        it with the order (S5), and never sends an order twice (S2).
        """
        ...

    def read_now(self, device: str) -> Future[None]:
        """Read the device's points at once (read-back, retry); the values arrive through the sink."""
        ...

    def health(self) -> LinkHealth:
        """The link's state now."""
        ...


@runtime_checkable
class TellsExchanges(Protocol):
    """A link whose devices call in for one exchange at a time, and which counts them."""

    def exchanges(self) -> HeadEnd:
        """What came of them so far."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a protocol's device form on screen."""

    name: str
    title: str
    default: str = ""
    required: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSpec:
    """A protocol: its name, its options, how devices group into links, and how to build one."""

    protocol: str
    title: str
    options: tuple[Option, ...]
    link_key: Callable[[Device], str]
    """Devices with the same key share a link, e.g. host:port."""
    build: Callable[[LinkPlan, LinkContext], Link]
    polls: bool = True
    """Whether the link asks for values. One that only listens need not start anew when a period changes."""
