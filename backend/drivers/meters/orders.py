"""Turn an order into one encrypted frame and prove that the frame says the order; no I/O.

A negative acknowledgement of the standard has no data area, so nothing of it can be authenticated: whoever is on the
way could have sent it. It is taken as "not known" and never as "not done".
"""

from __future__ import annotations

import math
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.clock import US
from backend.drivers.meters.roster import WriteRoute
from backend.errors import FrameError, RefusedError
from backend.model.command import Order, ReceiptKind
from backend.protocols.meter.frame import Styles, decode
from backend.protocols.meter.sealing import unseal
from backend.protocols.meter.stream import Stream
from backend.protocols.meter.words import DONE, MeterOrder, order, read_order

_WHY: Final = {1: "the value is not one of its own", 2: "too late", 3: "local", 4: "the valve does not move"}


def content(order_: Order, route: WriteRoute) -> bytes:
    """The data area that says the order. RefusedError when its value cannot be said in the meter's own scale."""
    raw = (order_.value - route.form.offset) / route.form.scale
    if not math.isfinite(raw):
        raise RefusedError("the value cannot be written in the device's own scale")
    try:
        return order(MeterOrder(order_.not_after // US, route.form.code, raw))
    except FrameError as error:
        raise RefusedError("the order cannot be said: {reason}", reason=str(error)) from error


def prove(raw: bytes, order_: Order, route: WriteRoute, *, with_: AESGCM, context: bytes, styles: Styles) -> None:
    """Read our own octets as the meter will, and compare them with the order (S5): RefusedError."""
    try:
        (packet,) = Stream().feed(raw)
        frame = decode(packet.frame, styles)
        told = read_order(unseal(frame, with_=with_, context=context))
    except (FrameError, ValueError) as error:
        raise RefusedError("the frame made for the order cannot be read: {reason}", reason=str(error)) from error
    form = route.form
    fits = (
        (route.point.id, route.point.device) == (order_.point, order_.device)
        and packet.meter == route.meter.logical_id
        and frame.down
        and not frame.ack
        and (frame.type, told.code) == (form.message, form.code)
        and told.not_after == order_.not_after // US
        and math.isclose(told.value * form.scale + form.offset, order_.value, rel_tol=1e-9, abs_tol=1e-9)
    )
    if not fits:
        raise RefusedError("the frame made for the order does not say what was ordered")


def verdict(data: bytes) -> tuple[ReceiptKind, str]:
    """What the data area of a meter's acknowledgement means, and its words."""
    if data == DONE:
        return ReceiptKind.ACKED, ""
    if len(data) != 1:
        return ReceiptKind.UNKNOWN, "what the meter answered is no answer to an order"
    return ReceiptKind.REFUSED, f"the meter refused: {_WHY.get(data[0], f'reason {data[0]}')}"
