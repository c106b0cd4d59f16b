"""Turn an order into one write request, prove that its bytes say the order, and read the answer's meaning; no I/O."""

from __future__ import annotations

from typing import Final

from backend.drivers.modbus.exchange import Reply
from backend.drivers.modbus.plan import Register
from backend.errors import FrameError, LinepackError, RefusedError
from backend.model.command import Order, ReceiptKind
from backend.model.form import Space
from backend.protocols.modbus_registers import decode, encode, says
from backend.protocols.modbus_tcp import Ask, exception_words, read_back, write

_NOT_DONE: Final = frozenset({1, 2, 3, 4, 6, 8, 10})
"""Exceptions that say the write was not carried out. 5 says it still may be, 11 that a gateway does not know."""


def request(order: Order, register: Register) -> Ask:
    """The write that says `order.value`; raises RefusedError when the register cannot say it."""
    form = register.form
    return write(register.unit, form.space, form.address, encode(order.value, form))


def prove(frame: bytes, order: Order, register: Register) -> None:
    """Decode our own frame as the device will and compare it with the order (S5); raises RefusedError."""
    form = register.form
    function = 5 if form.space is Space.COIL else 6 if form.registers == 1 else 16
    try:
        written = read_back(frame)
        fits = (
            register.bound.point.id == order.point
            and register.bound.point.device == order.device
            and (written.unit, written.function, written.address) == (register.unit, function, form.address)
            and len(written.words) == form.registers
            and says(decode(written.words, form), order.value, form)
        )
    except FrameError as error:
        raise RefusedError("the frame made for the order cannot be read: {reason}", reason=str(error)) from error
    if not fits:
        raise RefusedError("the frame made for the order does not say what was ordered")


def verdict(reply: Reply) -> tuple[ReceiptKind, str]:
    """What the matched answer of a write means, and its words."""
    if isinstance(reply, bytes):
        return ReceiptKind.ACKED, ""
    return (ReceiptKind.REFUSED if reply in _NOT_DONE else ReceiptKind.UNKNOWN), exception_words(reply)


def words(error: Exception) -> str:
    """A failure in words for a receipt."""
    return str(error) if isinstance(error, (LinepackError, TimeoutError)) else repr(error)
