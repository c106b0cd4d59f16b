"""Carry out orders over the broker connection and report what came of each; at most one last receipt an order."""

from __future__ import annotations

import selectors
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from paho.mqtt.reasoncodes import ReasonCode

from backend import logs
from backend.clock import Clock
from backend.drivers.mqtt.client import BrokerClient
from backend.drivers.mqtt.orders import QOS_BY_VERSION, encode, life_s, prove, read_answer
from backend.drivers.mqtt.routes import WriteRoute
from backend.drivers.mqtt.wire import Wire
from backend.errors import FrameError, RefusedError
from backend.links.gate import Attempt, refusal
from backend.model.command import Order, Receipt, ReceiptKind
from backend.model.event import LinkState
from backend.model.plant import Device

Told = Callable[[Receipt], None]
REMEMBERED: Final = 1000
"""Orders that have ended and are still recognised when a late answer comes."""
_NO_SUBSCRIBERS: Final = 0x10
_STOPPED: Final = "the link has been stopped"
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One order that has left. verdict: None while open or given up."""

    order: Order
    told: Told
    route: WriteRoute
    mid: int
    give_up_at: float
    verdict: ReceiptKind | None = None


class Desk:
    """place may be called from any thread, everything else from the network thread."""

    def __init__(
        self,
        *,
        writes: Mapping[int, WriteRoute],
        devices: Mapping[str, Device],
        version: int,
        reply_timeout_s: float,
        clock: Clock,
        pace: Callable[[], float],
        state: Callable[[], LinkState],
    ) -> None:
        self._writes = writes
        self._devices = devices
        self._version = version
        self._reply_timeout_s = reply_timeout_s
        self._clock = clock
        self._pace = pace
        self._state = state
        self._queue: deque[tuple[Order, Told]] = deque()
        self._placing = threading.Lock()
        self._closed = False
        self._open: dict[str, _Case] = {}
        self._ended: OrderedDict[str, _Case] = OrderedDict()

    @property
    def busy(self) -> bool:
        """Something waits to be sent or answered."""
        return bool(self._queue or self._open)

    def place(self, order: Order, told: Told) -> bool:
        """Queue an order; False when it was refused at once (NOT_SENT has been told)."""
        with self._placing:
            reason = _STOPPED if self._closed else self._refusal(order)
            if not reason:
                self._queue.append((order, told))
                return True
        self._tell(order, told, ReceiptKind.NOT_SENT, reason)
        return False

    def send(self, client: BrokerClient) -> None:
        """Send what waits, each order alone, while the connection takes it at once."""
        while self._queue:
            wire = client.wire
            if wire is None or not _takes_at_once(client, wire):
                return
            order, told = self._queue.popleft()
            try:
                self._send(order, told, client, wire)
            except RefusedError as error:
                wire.forget_unsent()
                client.drop_out_messages()
                self._tell(order, told, ReceiptKind.NOT_SENT, str(error))

    def look(self) -> None:
        """Refuse what waits and may not leave any more; give up what was not answered in time."""
        for _ in range(len(self._queue)):
            order, told = self._queue.popleft()
            reason = self._refusal(order)
            if reason:
                self._tell(order, told, ReceiptKind.NOT_SENT, reason)
            else:
                self._queue.append((order, told))
        now = self._pace()
        for case in [case for case in self._open.values() if now >= case.give_up_at]:
            self._end(case, ReceiptKind.UNKNOWN, "the device did not answer in time")

    def answer(self, topic: str, payload: bytes) -> str:
        """A message on a reply topic; why it was not used, or ""."""
        try:
            answer = read_answer(payload)
        except FrameError as error:
            return str(error)
        case = self._open.get(answer.command) or self._ended.get(answer.command)
        if case is None:
            return "answers no order of this console"
        if topic != case.route.form.reply_topic:
            return "identity clash: answers an order of another device"
        kind = ReceiptKind.ACKED if answer.ok else ReceiptKind.REFUSED
        if answer.command in self._open:
            self._end(case, kind, answer.detail)
        elif case.verdict is not kind:  # the same answer again is only QoS 1 delivering twice
            self._ended[answer.command] = replace(case, verdict=kind)
            self._tell(case.order, case.told, kind, answer.detail, late=True)
        return ""

    def accepted(self, mid: int, reason: ReasonCode) -> None:
        """The broker's PUBACK (MQTT 5): a refusal is a negative answer, anything else waits for the device's own."""
        case = next((case for case in self._open.values() if case.mid == mid), None)
        if case is None:
            return
        if reason.value == _NO_SUBSCRIBERS:
            self._end(case, ReceiptKind.REFUSED, "the device is not listening: the broker had nobody to give it to")
        elif reason.is_failure:
            self._end(case, ReceiptKind.REFUSED, f"the broker refused it: {reason}")

    def disconnected(self) -> None:
        """Message ids mean nothing on the next connection."""
        self._open = {command: replace(case, mid=0) for command, case in self._open.items()}

    def open(self) -> None:
        """The link starts."""
        self._closed = False

    def close(self) -> None:
        """The link has stopped: every order gets its last receipt, also one that is just being placed."""
        with self._placing:
            self._closed = True
        while self._queue:
            order, told = self._queue.popleft()
            self._tell(order, told, ReceiptKind.NOT_SENT, _STOPPED)
        for case in list(self._open.values()):
            self._end(case, ReceiptKind.UNKNOWN, "the link was stopped before the device answered")

    def _send(self, order: Order, told: Told, client: BrokerClient, wire: Wire) -> None:
        """Raises RefusedError while nothing has left."""
        route = self._writes[order.point]
        life = life_s(order, self._clock.wall_us(), self._clock.mono())
        if order.command in self._open:
            raise RefusedError("an earlier attempt has not been answered yet")
        if self._version == 5 and life < 1:
            raise RefusedError("too late: less than a second of the order's time is left")
        mid = client.order(
            route.form.command_topic,
            encode(order, route),
            qos=QOS_BY_VERSION[self._version],
            expiry_s=life if self._version == 5 else None,
        )
        client.loop_write()
        frame = wire.unsent
        prove(frame, order, route, version=self._version, life_s=life)
        reason = self._refusal(order)
        if reason:
            raise RefusedError(reason)
        all_left, none_left = wire.push_all_or_hang_up(len(frame))
        if none_left:
            self._tell(order, told, ReceiptKind.NOT_SENT, f"the connection broke before it: {wire.fate}")
            return
        case = _Case(order=order, told=told, route=route, mid=mid, give_up_at=self._pace() + self._reply_timeout_s)
        self._open[order.command] = case
        if all_left:
            self._tell(order, told, ReceiptKind.SENT)
        else:
            self._end(case, ReceiptKind.UNKNOWN, f"the connection broke while it was written: {wire.fate}")

    def _refusal(self, order: Order) -> str:
        route = self._writes.get(order.point)
        return refusal(
            Attempt(
                order=order,
                device=self._devices.get(order.device),
                point=route.point if route is not None else None,
                link=self._state(),
                wall_us=self._clock.wall_us(),
                mono=self._clock.mono(),
            )
        )

    def _end(self, case: _Case, kind: ReceiptKind, detail: str) -> None:
        command = case.order.command
        del self._open[command]
        self._ended[command] = replace(case, mid=0, verdict=None if kind is ReceiptKind.UNKNOWN else kind)
        self._ended.move_to_end(command)
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        self._tell(case.order, case.told, kind, detail)

    def _tell(self, order: Order, told: Told, kind: ReceiptKind, detail: str = "", *, late: bool = False) -> None:
        """A listener that fails must not take the connection down: its failure is logged."""
        receipt = Receipt(
            command=order.command, attempt=order.attempt, kind=kind, at=self._clock.wall_us(), detail=detail, late=late
        )
        try:
            told(receipt)
        except Exception as error:  # noqa: BLE001 - foreign code; the receipt is in the log
            _log.error("receipt not taken", command=order.command, kind=kind.value, detail=detail, error=repr(error))


def _takes_at_once(client: BrokerClient, wire: Wire) -> bool:
    """Nothing of ours is in front and the kernel has room: an order never waits half-written."""
    client.loop_write()
    if not wire.push():
        return False
    with selectors.DefaultSelector() as selector:
        selector.register(wire, selectors.EVENT_WRITE)
        return bool(selector.select(0))
