"""One connection to the broker, from CONNECT to its end: subscribe, read, acknowledge, send orders, keep alive.

What keeps the session alive: this thread never waits for the core (see `feed`). While the core is behind, messages
gather here; when the intake is full, the socket is not read any more and TCP slows the broker down. The answer to our
own ping then waits unread behind the messages, so paho's own check, which would hang up over that, is left out for as
long, and a ping goes out every half keep-alive: the broker sees us live, keeps the session, and sends nothing twice.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from paho.mqtt.client import MQTTMessage
from paho.mqtt.reasoncodes import ReasonCode

from backend import logs
from backend.clock import Clock
from backend.drivers.mqtt import words
from backend.drivers.mqtt.client import BrokerClient
from backend.drivers.mqtt.desk import Desk
from backend.drivers.mqtt.intake import Intake
from backend.drivers.mqtt.options import Broker
from backend.drivers.mqtt.outlet import Outlet
from backend.drivers.mqtt.wire import Wire
from backend.links.health import HealthKeeper
from backend.model.event import DeviceEvent

ANSWER_WITHIN_S: Final = 10.0
"""For CONNACK and SUBACK."""
FAREWELL_S: Final = 0.5
SESSION_EVENT: Final = "session-lost"
_IDLE_S: Final = 1.0
_BUSY_S: Final = 0.1
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every connection of a link works with. pace: monotonic seconds of this machine."""

    link: str
    broker: Broker
    filters: tuple[str, ...]
    intake: Intake
    outlet: Outlet
    desk: Desk
    keeper: HealthKeeper
    clock: Clock
    pace: Callable[[], float]


class Conversation:
    """Runs on the network thread, the paho callbacks too. Made before `client.reconnect()`, used once."""

    def __init__(self, parts: Parts, client: BrokerClient, *, bell: socket.socket, had_session: bool) -> None:
        """bell: becomes readable when somebody wants this thread to look around. had_session: the broker knew us."""
        self._parts = parts
        self._client = client
        self._bell = bell
        self._had_session = had_session
        self.reason = ""
        """Why it ended, in words."""
        self.accepted = False
        """The broker has let us in."""
        self.up_since: float | None = None
        self._subscription = 0
        self._answer_by = parts.pace() + ANSWER_WITHIN_S
        self._unwanted = ""
        """Why we have to leave, found out in a callback."""
        self._pinged = 0.0
        self._watched = 0
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish

    def run(self, stopping: Callable[[], bool]) -> None:
        """Until the connection ends, or take leave when `stopping`."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            while (wire := self._client.wire) is not None:
                self._turn(selector, wire)
                if stopping():
                    self._farewell()

    def _turn(self, selector: selectors.BaseSelector, wire: Wire) -> None:
        parts, client = self._parts, self._client
        if wire.broken:
            client.loop_read()  # paho finds out, closes, and calls `_on_disconnect`
            return
        reading = not parts.intake.full
        self._watch(selector, wire, reading=reading)
        ready = {key.fileobj for key, _ in selector.select(self._patience(wire, reading=reading))}
        if self._bell in ready:
            self._bell.recv(4096)
        self._acknowledge()
        if reading and (wire in ready or wire.pending()):
            client.read(parts.intake.hear)
        parts.intake.settle()
        if parts.outlet.due(drained=not wire.pending(), quiet=not ready):
            parts.outlet.hand_over()
        if parts.desk.busy:
            parts.desk.look()
            parts.desk.send(client)
        if client.want_write():
            client.loop_write()
        wire.push()
        if client.wire is not None:
            self._keep_alive(reading=reading)

    def _watch(self, selector: selectors.BaseSelector, wire: Wire, *, reading: bool) -> None:
        wanted = (selectors.EVENT_READ if reading else 0) | (selectors.EVENT_WRITE if wire.has_unsent else 0)
        if wanted == self._watched:
            return
        if self._watched:
            selector.unregister(wire)
        if wanted:
            selector.register(wire, wanted)
        self._watched = wanted

    def _patience(self, wire: Wire, *, reading: bool) -> float:
        if reading and wire.pending():
            return 0.0
        busy = self._parts.desk.busy or self.up_since is None
        return self._parts.outlet.patience or (_BUSY_S if busy else _IDLE_S)

    def _acknowledge(self) -> None:
        self._client.acknowledge(self._parts.outlet.acknowledgeable())

    def _keep_alive(self, *, reading: bool) -> None:
        now = self._parts.pace()
        if not reading:
            if now - self._pinged >= self._parts.broker.keepalive_s / 2:
                self._pinged = now
                self._client.ping()
            return
        self._client.loop_misc()
        if self._unwanted:
            self._hang_up(self._unwanted)
        elif self.up_since is None and now >= self._answer_by:
            self._hang_up(words.no_answer(self._parts.broker, accepted=self.accepted))

    def _hang_up(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._client.disconnect()
        self._client.loop_write()

    def _farewell(self) -> None:
        """Give what was read a moment to become durable, so that the broker need not send it again."""
        self._parts.outlet.drain(FAREWELL_S)
        self._acknowledge()
        self._hang_up("stopped")

    def _came_up(self) -> None:
        self.up_since = self._parts.pace()
        self._parts.outlet.tell(*self._parts.keeper.up())

    # -- what paho calls --------------------------------------------------------------------------------------------

    def _on_connect(self, _client: Any, _data: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self.reason = words.connecting_refused(reason, self._parts.broker)
            return
        self.accepted = True
        self._answer_by = self._parts.pace() + ANSWER_WITHIN_S
        if self._had_session and not flags.session_present and not self._parts.broker.clean:
            self._session_lost()
        if self._parts.filters:
            self._subscription = self._client.listen(self._parts.filters)
        else:
            self._came_up()

    def _session_lost(self) -> None:
        """Say that there is a gap: a broker that forgot us kept nothing for us either (F23)."""
        parts = self._parts
        _log.warning("session lost by the broker", link=parts.link)
        now = parts.clock.wall_us()
        text = "the broker forgot the session: what devices sent while the link was lost is missing"
        parts.outlet.tell(DeviceEvent(device=parts.link, name=SESSION_EVENT, at=now, received_at=now, text=text))

    def _on_subscribe(self, _client: Any, _data: Any, mid: int, reasons: list[ReasonCode], _properties: Any) -> None:
        if mid != self._subscription:
            return
        for topic_filter, reason in zip(self._parts.filters, reasons, strict=False):
            if reason.is_failure:
                # Hanging up here would lock paho up: it calls back again under the same lock.
                self._unwanted = words.subscribing_refused(topic_filter, reason)
                return
            if reason.value == 0:
                _log.warning("granted QoS 0 only, messages may be lost", link=self._parts.link, filter=topic_filter)
        self._came_up()

    def _on_disconnect(self, _client: Any, _data: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        wire = self._client.last_wire
        from_broker = reason if flags.is_disconnect_packet_from_server else None
        fate = wire.fate if wire is not None else ""
        self.reason = self.reason or words.ended(from_broker, reason, fate, self._parts.broker)

    def _on_message(self, _client: Any, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(a topic that is not UTF-8)"
        self._parts.intake.hear(topic, bytes(message.payload), retained=message.retain, mid=message.mid)

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: ReasonCode, _properties: Any) -> None:
        self._parts.desk.accepted(mid, reason)
