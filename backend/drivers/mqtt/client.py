"""paho's client as this link needs it: our wire under it, our loop in its thread, one persistent session.

What leans on paho's inside, checked against 2.2 (test_mqtt_client.py fails when a newer one differs):
- `_create_socket` makes the connection in `reconnect()`; here it dials without blocking `stop` and returns a `Wire`.
- `loop_start()` runs `loop_forever()` in paho's thread; here that is the link's own loop. Everything of paho's is
  called from this thread, so nothing of it has to be thread-safe (acknowledging from another thread while paho reads
  is not: without a thread of its own it writes from the caller's). A packet is only queued until `loop_write()`.
- `_reset_sockets` closes the pair of sockets that `loop_start()` opens.
- Whole packets are cut out of the stream before paho sees any (`read`), and messages of QoS 0 and 1 never reach it; it
  is told that something came by `_last_bytes_received`, or it would hang up on a broker that only sends messages.
- `_send_pingreq` says that we are alive while we do not read.
- Messages of QoS 1 wait in `_out_messages` and are sent again after a reconnect; `drop_out_messages()` before every
  reconnect forgets them, and without a limit of messages in flight none is ever held back to be sent later (S2, S3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic as time_func
from typing import Final

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from backend.drivers.mqtt.options import Broker
from backend.drivers.mqtt.wire import Wire, dial
from backend.protocols.mqtt_packets import Hear, pubacks

RECEIVE_MAXIMUM: Final = 1000
"""Messages the broker may send before it wants acknowledgements (MQTT 5; in 3.1.1 the broker's own setting decides)."""
SESSION_EXPIRY_S: Final = 7 * 24 * 3600
"""How long an MQTT 5 broker keeps the session of a console that is away (in 3.1.1 as long as it likes)."""
_RETAINED_WHEN_NEW: Final = 1


class BrokerClient(Client):
    """One client for the life of the link; `reconnect()` makes each connection."""

    def __init__(self, broker: Broker, *, main: Callable[[], None], going_on: Callable[[], bool]) -> None:
        self._broker = broker
        self._main = main
        self._going_on = going_on
        self._wire: Wire | None = None
        five = broker.version == 5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            clean_session=None if five else broker.clean,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self.max_inflight_messages = 0
        if broker.user:
            self.username_pw_set(broker.user, broker.password)
        if five:
            properties = _properties(PacketTypes.CONNECT)
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            properties.SessionExpiryInterval = 0 if broker.clean else SESSION_EXPIRY_S
            self.connect_async(
                broker.host, broker.port, broker.keepalive_s, clean_start=broker.clean, properties=properties
            )
        else:
            self.connect_async(broker.host, broker.port, broker.keepalive_s)

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        """What paho's thread runs: the link's own loop."""
        self._main()
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    @property
    def wire(self) -> Wire | None:
        """The open wire; None when paho has closed it."""
        return self._wire if self.socket() is not None else None

    @property
    def last_wire(self) -> Wire | None:
        """The wire of the current or the last connection."""
        return self._wire

    def close(self) -> None:
        """Close the wire, whatever state paho is in; its next `reconnect()` starts afresh."""
        if self._wire is not None:
            self._wire.close()

    def dispose(self) -> None:
        """After the thread has ended: let go of the sockets it was woken by (`_reset_sockets`)."""
        self._reset_sockets()

    def read(self, hear: Hear) -> None:
        """One gulp from the wire: messages go to `hear`, every other packet through paho, in order."""
        wire = self.wire
        if wire is None:
            return
        wire.fill()
        self._last_bytes_received = time_func()
        while (packet := wire.packets.messages(hear)) is not None:
            wire.offer(packet)
            self.loop_read()
            if self.wire is None:
                return
        if wire.broken:
            self.loop_read()  # paho finds out, closes, and calls `on_disconnect`

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Queue the PUBACKs of these messages for the wire, past paho, which would take five steps for each."""
        wire = self.wire
        if wire is not None and mids:
            wire.send(pubacks(mids))

    def ping(self) -> None:
        """Ask for a sign of life without judging its absence."""
        self._send_pingreq()

    def listen(self, filters: tuple[str, ...]) -> int:
        """Subscribe with QoS 1; the message id of the request."""
        if self._broker.version == 5:
            wanted = SubscribeOptions(qos=1, retainHandling=_RETAINED_WHEN_NEW)
            _, mid = self.subscribe([(each, wanted) for each in filters])
        else:
            _, mid = self.subscribe([(each, 1) for each in filters])
        return mid or 0

    def order(self, topic: str, message: bytes, *, qos: int, expiry_s: int | None) -> int:
        """Queue one order for `loop_write`, never retained; its message id. expiry_s: MQTT 5 only."""
        properties = None
        if expiry_s is not None:
            properties = _properties(PacketTypes.PUBLISH)
            properties.MessageExpiryInterval = expiry_s
        return self.publish(topic, message, qos=qos, retain=False, properties=properties).mid

    def _create_socket(self) -> Wire:
        self._wire = dial(self._broker.host, self._broker.port, self._broker.tls, self._broker.version, self._going_on)
        return self._wire


def _properties(kind: int) -> Properties:
    return Properties(kind)  # type: ignore[no-untyped-call]  # paho leaves this class untyped
