"""Turn an order into one message, prove that the packet says the order, and read the device's answer. No I/O.

An order is published as `{"id": command, "point": property, "value": number, "not_after": ms since 1970 UTC}`, never
retained; the device answers on the reply topic with `{"id": command, "ok": true or false, "detail": text}`.

How it travels decides whether it can be late or doubled (S2, S3):

- MQTT 3.1.1: QoS 0. The protocol has no expiry; with QoS 1 the broker would keep the order for a sleeping device,
  deliver it whenever that comes back, and perhaps twice. At most once is what S2 asks for.
- MQTT 5: QoS 1 with a message expiry within the order's life, so that the broker forgets it in time; its PUBACK says
  when nobody listens or it is forbidden.

Either way our own client forgets it when the connection ends and never sends it again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import msgspec

from backend.clock import US
from backend.drivers.mqtt.routes import WriteRoute
from backend.errors import FrameError, RefusedError
from backend.model.command import Order
from backend.protocols.json_tree import read
from backend.protocols.mqtt_publish import Publish, read_publish

QOS_BY_VERSION: Final = {4: 0, 5: 1}
_DETAIL_CHARS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a device says of one order."""

    command: str
    ok: bool
    detail: str


def encode(order: Order, route: WriteRoute) -> bytes:
    """The message that says the order. RefusedError when its value cannot be said in the device's own scale."""
    raw = (order.value - route.form.offset) / route.form.scale
    if not math.isfinite(raw):
        raise RefusedError("the value cannot be written in the device's own scale")
    return msgspec.json.encode(
        {"id": order.command, "point": route.point.property, "value": raw, "not_after": order.not_after // 1000}
    )


def life_s(order: Order, wall_us: int, mono: float) -> int:
    """Whole seconds that the order may still live, by whichever clock says less."""
    return math.floor(min((order.not_after - wall_us) / US, order.deadline_mono - mono))


def prove(frame: bytes, order: Order, route: WriteRoute, *, version: int, life_s: int) -> None:
    """Read our own packet as the broker and the device will, and compare it with the order (S5): RefusedError."""
    try:
        packet = read_publish(frame, version=version)
        told = read(packet.payload)
    except FrameError as error:
        raise RefusedError("the packet made for the order cannot be read: {reason}", reason=str(error)) from error
    if not (_travels_well(packet, route, version, life_s) and _says(told, order, route)):
        raise RefusedError("the packet made for the order does not say what was ordered")


def _travels_well(packet: Publish, route: WriteRoute, version: int, life_s: int) -> bool:
    expires = packet.expiry_s is None if version != 5 else packet.expiry_s is not None and packet.expiry_s <= life_s
    return (
        expires
        and packet.topic == route.form.command_topic
        and packet.qos == QOS_BY_VERSION[version]
        and not packet.retain
        and not packet.duplicate
    )


def _says(told: dict[str, object], order: Order, route: WriteRoute) -> bool:
    raw, form = told.get("value"), route.form
    return (
        (route.point.id, route.point.device) == (order.point, order.device)
        and told.keys() == {"id", "point", "value", "not_after"}
        and (told["id"], told["point"]) == (order.command, route.point.property)
        and told["not_after"] == order.not_after // 1000
        and type(raw) is float
        and math.isclose(raw * form.scale + form.offset, order.value, rel_tol=1e-9, abs_tol=1e-9 * abs(form.scale))
    )


def read_answer(payload: bytes) -> Answer:
    """A device's answer; FrameError when it is none."""
    told = read(payload)
    command, ok, detail = told.get("id"), told.get("ok"), told.get("detail", "")
    if type(command) is not str or type(ok) is not bool:
        raise FrameError("an answer needs an id and ok as true or false")
    text = detail if type(detail) is str else ""
    return Answer(command=command, ok=ok, detail=text[:_DETAIL_CHARS].encode("utf-8", "replace").decode("utf-8"))
