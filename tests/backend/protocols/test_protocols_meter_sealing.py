"""Encrypted data areas and sequence numbers: outside vectors, and what must not open."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ConfigError, FrameError
from backend.protocols.meter.frame import Frame, decode, encode
from backend.protocols.meter.replay import WINDOW, ReplayWindow, following
from backend.protocols.meter.sealing import MOST_CLEAR, cipher, seal, unseal
from tests.support import meter_reader

KEY = bytes(range(16))
OTHER = bytes(range(1, 17))
NONCE = bytes(range(12))
CLEAR = b"12.345 m3"


# The GCM specification (McGrew, Viega), test cases 1, 2 and 4; also in NIST's gcmEncryptExtIV128 form.
@pytest.mark.parametrize(
    ("key", "nonce", "clear", "associated", "sealed"),
    [
        ("00" * 16, "00" * 12, "", "", "58e2fccefa7e3061367f1d57a4e7455a"),
        ("00" * 16, "00" * 12, "00" * 16, "", "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"),
        (
            "feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            "b16aedf5aa0de657ba637b39",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
            "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
        ),
    ],
)
def test_the_cipher_is_aes_128_gcm(key: str, nonce: str, clear: str, associated: str, sealed: str) -> None:
    made = cipher(bytes.fromhex(key)).encrypt(
        bytes.fromhex(nonce), bytes.fromhex(clear), bytes.fromhex(associated) or None
    )
    assert made.hex() == sealed


def sealed(clear: bytes = CLEAR, context: bytes = b"") -> Frame:
    return decode(seal(Frame(5, 1, 4, encrypted=True), clear, with_=AESGCM(KEY), nonce=NONCE, context=context))


def test_what_is_sealed_is_opened_by_a_second_reader() -> None:
    raw = encode(sealed(context=b"meter 7"))
    assert meter_reader.read(raw)["encrypted"] is True
    assert meter_reader.open_data(raw, KEY, b"meter 7") == CLEAR
    assert unseal(decode(raw), with_=AESGCM(KEY), context=b"meter 7") == CLEAR


def test_a_hundred_octets_fit_and_one_more_does_not() -> None:
    assert len(encode(sealed(bytes(MOST_CLEAR)))) == 137
    with pytest.raises(FrameError, match="101"):
        sealed(bytes(MOST_CLEAR + 1))


@pytest.mark.parametrize(
    ("frame", "key", "context"),
    [
        (sealed(), OTHER, b""),
        (sealed(), KEY, b"another meter"),
        (Frame(6, 1, 4, sealed().data, encrypted=True), KEY, b""),
        (Frame(5, 2, 4, sealed().data, encrypted=True), KEY, b""),
        (Frame(5, 1, 5, sealed().data, encrypted=True), KEY, b""),
        (Frame(5, 1, 4, sealed().data, encrypted=True, down=True), KEY, b""),
        (Frame(5, 1, 4, sealed().data, encrypted=True, custom=1), KEY, b""),
        (Frame(5, 1, 4, sealed().data[:-1], encrypted=True), KEY, b""),
        (Frame(5, 1, 4, bytes(27), encrypted=True), KEY, b""),
        (Frame(5, 1, 4, sealed().data), KEY, b""),
    ],
)
def test_another_key_header_or_context_does_not_open_it(frame: Frame, key: bytes, context: bytes) -> None:
    with pytest.raises(FrameError):
        unseal(frame, with_=AESGCM(key), context=context)


def test_a_frame_that_says_it_is_clear_is_not_sealed() -> None:
    with pytest.raises(FrameError, match="not encrypted"):
        seal(Frame(5, 1, 4), CLEAR, with_=AESGCM(KEY), nonce=NONCE)


def test_a_key_has_128_bits() -> None:
    with pytest.raises(ConfigError, match="15"):
        cipher(bytes(15))


def test_zero_comes_after_65535() -> None:
    assert (following(65534), following(65535)) == (65535, 0)


def test_a_number_is_taken_once_also_across_the_turn() -> None:
    window = ReplayWindow()
    numbers = [65530, 65532, 65531, 0, 65535, 3]
    assert [window.take(number) for number in numbers] == [True] * 6
    assert [window.take(number) for number in numbers] == [False] * 6
    assert window.take(1)


def test_one_older_than_the_window_is_not_taken() -> None:
    window = ReplayWindow()
    assert window.take(1000)
    assert not window.take(1000 - WINDOW)
    assert window.take(1000 - WINDOW + 1)


@given(st.lists(st.integers(0, 0xFFFF), max_size=60))
def test_no_number_is_taken_twice_within_a_window(numbers: list[int]) -> None:
    window, taken = ReplayWindow(), []
    for number in numbers:
        if window.take(number):
            assert number not in taken[-WINDOW:] or (number - taken[-1]) % 0x10000 >= WINDOW
            taken.append(number)
