"""Data areas and keys of meters against octets worked out by hand from the documented layout, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.errors import FrameError
from backend.protocols.meter import words
from backend.protocols.meter.keys import meter_key
from backend.protocols.meter.words import Balance, MeterOrder, Register, Welcome

NONCE = bytes((1, 2, 3, 4, 5, 6, 7, 8))
CHALLENGE = bytes((0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8))

# Most significant octet first. 6553f100 is 1,700,000,000 s, 2023-11-14 22:13:20 UTC.
VECTORS = {
    "register": (words.register, words.read_register, Register(NONCE, 0x01020304, 2), "0102030405060708 01020304 02"),
    "welcome, asked": (
        words.welcome,
        words.read_welcome,
        Welcome(CHALLENGE, 1_700_000_000_123, True),
        "f1f2f3f4f5f6f7f8 6553f100 007b 01",
    ),
    "welcome, not asked": (
        words.welcome,
        words.read_welcome,
        Welcome(CHALLENGE, 1_700_000_000_999, False),
        "f1f2f3f4f5f6f7f8 6553f100 03e7 00",
    ),
    "balance": (
        words.balance,
        words.read_balance,
        Balance(1_700_000_000, 310, -310, 310),
        "6553f100 00000136 fffffffffffffeca 00000136",
    ),
    "balance, paid back": (
        words.balance,
        words.read_balance,
        Balance(1_700_000_000, -2, 1 << 40, 0xFFFFFFFF),
        "6553f100 fffffffe 0000010000000000 ffffffff",
    ),
    "order": (words.order, words.read_order, MeterOrder(1_700_000_000, 1, 2.0), "6553f100 01 4000000000000000"),
    "order, below zero": (words.order, words.read_order, MeterOrder(1, 255, -1.5), "00000001 ff bff8000000000000"),
}


@pytest.mark.parametrize(("write", "read", "said", "octets"), VECTORS.values(), ids=VECTORS)
def test_it_is_said_in_these_octets_and_heard_from_them(
    write: Callable[[Any], bytes], read: Callable[[bytes], object], said: object, octets: str
) -> None:
    assert write(said) == bytes.fromhex(octets)
    assert read(bytes.fromhex(octets)) == said


@pytest.mark.parametrize(("write", "read", "said", "octets"), VECTORS.values(), ids=VECTORS)
def test_an_octet_more_or_less_is_refused(
    write: Callable[[Any], bytes], read: Callable[[bytes], object], said: object, octets: str
) -> None:
    raw = bytes.fromhex(octets)
    for wrong in (raw[:-1], raw + b"\x00", b""):
        with pytest.raises(FrameError):
            read(wrong)


def test_an_amount_beyond_its_field_is_cut_to_its_end() -> None:
    assert words.balance(Balance(0, 1 << 31, 0, 0))[4:8].hex() == "7fffffff"
    assert words.balance(Balance(0, -(1 << 31) - 1, 0, 0))[4:8].hex() == "80000000"


@pytest.mark.parametrize("said", [MeterOrder(-1, 1, 2.0), MeterOrder(1 << 32, 1, 2.0), MeterOrder(1, 256, 2.0)])
def test_an_order_that_does_not_fit_is_refused(said: MeterOrder) -> None:
    with pytest.raises(FrameError):
        words.order(said)


def test_what_is_authenticated_beside_the_header() -> None:
    assert words.context(0x0A0B0C0D).hex() == "0a0b0c0d"
    assert words.context(1, NONCE).hex() == "000000010102030405060708"


# printf 'linepack meter key 1\x00\x00\x00\x01' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
@pytest.mark.parametrize(
    ("number", "key"),
    [(1, "d6b3861b9c791084b9cfc62f2cf645d7"), (99_999_999, "2b202dd8083ba0454f5f08de579957ee")],
)
def test_the_key_of_a_meter(number: int, key: str) -> None:
    assert meter_key(bytes(range(32)), number) == bytes.fromhex(key)
