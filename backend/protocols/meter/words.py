"""What the demo maker's data areas say: a sample, since GB/T 36330-2018 7.6.3 leaves their content to each maker.

One exchange, every data area encrypted (see `sealing`; what is authenticated with it stands in brackets):

    up    0x10 register     meter's nonce, its clock, which try of this report it is   [logical identifier]
    down  0x10 acknowledged challenge, our clock, whether it will be asked             [+ the meter's nonce]
    down  0x04 read request nothing; only for a meter that is asked                    [+ the challenge, from now on]
    up    0x04 reading      the meter's time and its values (`MeterForm`); acknowledges the request if there was one
    down  0x04 acknowledged 0: it is on our disk
    down  0x11 balance      time, amount settled, balance, price; the meter acknowledges
    down  0x02, 0x05 order  not after, code of the property, value; the meter acknowledges: 0 done, else why not
    down  0x12 end          nothing more; we hang up

The challenge makes every frame worthless in any other exchange. A reading may come again after an order.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

from backend.errors import FrameError

REGISTER: Final = 0x10
BALANCE: Final = 0x11
END: Final = 0x12
NONCE: Final = 8
"""Octets of the meter's nonce and of our challenge."""
DONE: Final = b"\x00"
_REGISTER: Final = struct.Struct(">8sIB")
_WELCOME: Final = struct.Struct(">8sIHB")
_BALANCE: Final = struct.Struct(">IiqI")
_ORDER: Final = struct.Struct(">IBd")


@dataclass(frozen=True, slots=True)
class Register:
    """A meter says who it is. at: its clock, s UTC. attempt: 1 for the first try of this report."""

    nonce: bytes
    at: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who it is is believed. at_ms: our clock, ms UTC, by which it sets its own. asked: a read request comes next."""

    challenge: bytes
    at_ms: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """How the customer's account stands. at: s UTC. Sums in fen."""

    at: int
    amount_fen: int
    balance_fen: int
    price_fen: int


@dataclass(frozen=True, slots=True)
class MeterOrder:
    """What a meter is to do. not_after: s UTC. value: in the property's own raw scale."""

    not_after: int
    code: int
    value: float


def context(logical_id: int, nonce: bytes = b"") -> bytes:
    """What is authenticated with a data area beside the header."""
    return logical_id.to_bytes(4, "big") + nonce


def register(said: Register) -> bytes:
    """As octets."""
    return _REGISTER.pack(said.nonce, said.at, said.attempt)


def read_register(data: bytes) -> Register:
    """FrameError when it is none."""
    return Register(*_exactly(_REGISTER, data, "registration"))


def welcome(said: Welcome) -> bytes:
    """As octets."""
    return _WELCOME.pack(said.challenge, said.at_ms // 1000, said.at_ms % 1000, said.asked)


def read_welcome(data: bytes) -> Welcome:
    """FrameError when it is none."""
    challenge, seconds, ms, asked = _exactly(_WELCOME, data, "answer to a registration")
    return Welcome(challenge, seconds * 1000 + ms, bool(asked))


def balance(said: Balance) -> bytes:
    """As octets; an amount beyond the field is cut to its end."""
    amount = max(-(1 << 31), min((1 << 31) - 1, said.amount_fen))
    return _BALANCE.pack(said.at, amount, said.balance_fen, said.price_fen)


def read_balance(data: bytes) -> Balance:
    """FrameError when it is none."""
    return Balance(*_exactly(_BALANCE, data, "balance"))


def order(said: MeterOrder) -> bytes:
    """As octets. FrameError for a time or code that does not fit."""
    try:
        return _ORDER.pack(said.not_after, said.code, said.value)
    except struct.error:
        raise FrameError("the order's time or code does not fit its field") from None


def read_order(data: bytes) -> MeterOrder:
    """FrameError when it is none."""
    return MeterOrder(*_exactly(_ORDER, data, "order"))


def _exactly(shape: struct.Struct, data: bytes, what: str) -> tuple[Any, ...]:
    if len(data) != shape.size:
        raise FrameError("{size} octets are no {what}", size=len(data), what=what)
    return shape.unpack(data)
