"""Encrypt a data area: 12-octet nonce, ciphertext, 16-octet tag; the header is authenticated with it (N-07).

The standard suggests AES or 3DES and says nothing of the layout (GB/T 36330-2018 5.6d, 7.6.2.5). At most 100 octets of
clear text fit. What else belongs to the conversation (logical identifier, challenge of the session) is authenticated
too, as `context` in front of the header: a frame of another meter or of another day does not open.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.errors import ConfigError, FrameError
from backend.protocols.meter.frame import DEFAULT, HEADER, MOST_DATA, Frame, Style, finished, header

NONCE: Final = 12
TAG: Final = 16
MOST_CLEAR: Final = MOST_DATA - NONCE - TAG
KEY: Final = 16


def cipher(key: bytes) -> AESGCM:
    """The cipher of one meter's key. ConfigError unless it has 128 bits."""
    if len(key) != KEY:
        raise ConfigError("a meter's key has {size} octets, not {wanted}", size=len(key), wanted=KEY)
    return AESGCM(key)


def seal(
    frame: Frame, clear: bytes, *, with_: AESGCM, nonce: bytes, context: bytes = b"", style: Style = DEFAULT
) -> bytes:
    """The octets of an encrypted frame with `clear` as its data. nonce: never used before with this key.

    frame: `encrypted`, its own data is left aside. FrameError when it is too much.
    """
    if len(clear) > MOST_CLEAR:
        raise FrameError("{size} octets: at most {most} can be encrypted", size=len(clear), most=MOST_CLEAR)
    if len(nonce) != NONCE:
        raise FrameError("a nonce has {wanted} octets", wanted=NONCE)
    if not frame.encrypted:
        raise FrameError("the data area is not encrypted", offset=HEADER)
    start = header(frame, NONCE + len(clear) + TAG, style)
    return finished(start, nonce + with_.encrypt(nonce, clear, context + start), style)


def unseal(frame: Frame, *, with_: AESGCM, context: bytes = b"", style: Style = DEFAULT) -> bytes:
    """The clear data. FrameError when it was not encrypted, or not with this key, header and context."""
    data = frame.data
    if not frame.encrypted or frame.type is None or len(data) < NONCE + TAG:
        raise FrameError("the data area is not encrypted", offset=HEADER)
    try:
        return with_.decrypt(data[:NONCE], data[NONCE:], context + header(frame, len(data), style))
    except InvalidTag:
        raise FrameError("not authentic: another key, or changed on the way", offset=HEADER) from None
