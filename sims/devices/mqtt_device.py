"""The MQTT side of the field: one gateway client that publishes for many devices and hands them their orders.

A device's message is `{"t": ms, "device": id, "boot": start, "seq": n, "values": {…}}`, QoS 1, on its own topic. An
order `{"id", "point", "value", "not_after": ms}` comes on its command topic; the device looks at not-after by its own
clock, never carries out an id twice, and answers `{"id", "ok", "detail"}` on its reply topic.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from backend import logs
from backend.errors import LinkError
from backend.model.form import MqttForm
from backend.site import Broker
from sims.devices.modbus_station import Write
from sims.devices.terminal import Answer, Outcome, Terminal

log = logs.get("sims.mqtt")

MOST_WAITING: Final = 20_000
"""Messages that the gateway keeps while the broker is away."""
_REMEMBERED: Final = 256
_CONNECT_S: Final = 10.0
_VERSIONS: Final = {"3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it comes off the wire."""

    id: str
    point: str
    value: float
    not_after: int


class MqttDevice:
    """What one device says and hears; pure but for its counters. boot: changes with every start of the device."""

    def __init__(self, terminal: Terminal, *, boot: int) -> None:
        self.terminal = terminal
        self.silent = False
        """Cut off: says nothing, hears nothing."""
        self.silent_after_write = False
        self._boot = boot
        self._seq = 0
        self._answered: OrderedDict[str, bytes] = OrderedDict()
        forms = {name: form for name, form in terminal.forms.items() if isinstance(form, MqttForm)}
        self._pointers = {name: form.pointer[-1] for name, form in forms.items()}
        self._scales = {name: (form.scale, form.offset) for name, form in forms.items()}
        self.topic = next(form.topic for form in forms.values())
        self.command_topic, self.reply_topic = next(
            ((form.command_topic, form.reply_topic) for form in forms.values() if form.command_topic), ("", "")
        )

    def message(self, readings: Mapping[str, float], now_ms: int) -> bytes:
        """A report of these properties."""
        self._seq += 1
        values = {self._pointers[name]: self._raw(name, value) for name, value in readings.items()}
        return msgspec.json.encode(
            {"t": now_ms, "device": self.terminal.id, "boot": self._boot, "seq": self._seq, "values": values}
        )

    def obey(self, payload: bytes, *, now_ms: int, write: Write) -> bytes | None:
        """Carry out an order; the answer, None when the message is no order at all or the link dies with it."""
        try:
            order = msgspec.json.decode(payload, type=Order)
        except msgspec.DecodeError as error:
            log.info("no order", device=self.terminal.id, reason=str(error))
            return None
        if order.id in self._answered:
            return self._answered[order.id]
        said = self._carry_out(order, now_ms, write)
        log.info("order", device=self.terminal.id, point=order.point, value=order.value, outcome=said.outcome.value)
        taken = said.outcome is Outcome.TAKEN
        answer = msgspec.json.encode({"id": order.id, "ok": taken, "detail": said.detail})
        self._answered[order.id] = answer
        if len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)
        if taken and self.silent_after_write:
            self.silent, self.silent_after_write = True, False
            return None
        return answer

    def _carry_out(self, order: Order, now_ms: int, write: Write) -> Answer:
        if now_ms > order.not_after:
            return Answer(outcome=Outcome.REFUSED, detail="too late")
        scale, offset = self._scales.get(order.point, (1.0, 0.0))
        return write(self.terminal.id, order.point, order.value * scale + offset)

    def _raw(self, name: str, value: float) -> float:
        scale, offset = self._scales[name]
        return value if (scale, offset) == (1.0, 0.0) else (value - offset) / scale


class Gateway:
    """One broker connection for all devices. `publish` may be called from any thread."""

    def __init__(
        self, broker: Broker, devices: Mapping[str, MqttDevice], *, write: Write, now_ms: Callable[[], int]
    ) -> None:
        self._broker = broker
        self._devices = devices
        self._write = write
        self._now_ms = now_ms
        self._by_command = {device.command_topic: device for device in devices.values() if device.command_topic}
        self._connected = threading.Event()
        self._lost = False
        self._client = self._make_client()

    def start(self) -> None:
        """Connect and wait for it. Raises LinkError when the broker does not answer or refuses."""
        broker = self._broker
        try:
            self._client.connect(broker.host, broker.port, keepalive=30)
        except OSError as error:
            raise LinkError("the broker at {url} does not answer: {reason}", url=broker.url, reason=error) from error
        self._client.loop_start()
        if not self._connected.wait(_CONNECT_S):
            self.stop()
            raise LinkError("the broker at {url} does not let the field in", url=self._broker.url)

    def publish(self, device: MqttDevice, readings: Mapping[str, float]) -> None:
        """Send a report, unless the device is cut off."""
        if not device.silent:
            # Retained: a console that starts later hears the last report at once, with its own time.
            self._client.publish(device.topic, device.message(readings, self._now_ms()), qos=1, retain=True)

    def waiting(self) -> int:
        """Messages that the broker has not confirmed."""
        return len(self._client._out_messages)

    def stop(self) -> None:
        """Say good-bye and end the network thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def _make_client(self) -> mqtt.Client:
        broker = self._broker
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{broker.client_id}-field",
            protocol=_VERSIONS[broker.version],
        )
        if broker.user:
            client.username_pw_set(broker.user, broker.password())
        if broker.tls:
            client.tls_set(ca_certs=str(broker.ca_file) if broker.ca_file else None)
        client.max_inflight_messages_set(200)
        client.max_queued_messages_set(MOST_WAITING)
        client.reconnect_delay_set(min_delay=1, max_delay=5)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("broker refused the field", reason=str(reason))
            return
        if self._by_command:
            client.subscribe([(topic, 1) for topic in self._by_command])
        if self._lost:
            log.info("broker found again")
        self._lost = False
        self._connected.set()

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure and not self._lost:
            log.info("broker lost", reason=str(reason))
            self._lost = True

    def _on_message(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        device = self._by_command.get(message.topic)
        if device is None or device.silent or message.retain:
            return
        answer = device.obey(bytes(message.payload), now_ms=self._now_ms(), write=self._write)
        if answer is not None:
            client.publish(device.reply_topic, answer, qos=1)
