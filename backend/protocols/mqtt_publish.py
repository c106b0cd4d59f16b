"""Read back one PUBLISH packet that is about to leave (MQTT 3.1.1 §3.3, MQTT 5.0 §3.3). Pure.

Only for looking at our own orders before they are sent; paho-mqtt reads and writes everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.errors import FrameError

_PUBLISH: Final = 3
_MESSAGE_EXPIRY: Final = 0x02


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """What the packet says. expiry_s: MQTT 5 message expiry interval, None = none given."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    duplicate: bool
    expiry_s: int | None = None


def read_publish(frame: bytes, *, version: int) -> Publish:
    """Exactly one whole PUBLISH. version: 4 (3.1.1) or 5. FrameError for anything else, also for unknown properties."""
    if not frame or frame[0] >> 4 != _PUBLISH:
        raise FrameError("not a PUBLISH packet")
    length, at = _variable_length(frame, 1)
    if at + length != len(frame):
        raise FrameError("the PUBLISH packet's length is wrong", offset=at)
    qos = frame[0] >> 1 & 3
    topic, at = _text(frame, at)
    at += 2 if qos else 0
    expiry = None
    if version == 5:
        expiry, at = _expiry(frame, at)
    if at > len(frame):
        raise FrameError("the PUBLISH packet is too short", offset=len(frame))
    return Publish(
        topic=topic,
        payload=frame[at:],
        qos=qos,
        retain=bool(frame[0] & 1),
        duplicate=bool(frame[0] & 8),
        expiry_s=expiry,
    )


def _variable_length(frame: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(4):
        if at >= len(frame):
            break
        byte = frame[at]
        at += 1
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at
    raise FrameError("a length in the PUBLISH packet does not end", offset=at)


def _text(frame: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + int.from_bytes(frame[at : at + 2], "big")
    if end > len(frame):
        raise FrameError("the PUBLISH packet is too short", offset=len(frame))
    try:
        return frame[at + 2 : end].decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise FrameError("the PUBLISH packet's topic is not UTF-8", offset=at + 2 + error.start) from None


def _expiry(frame: bytes, at: int) -> tuple[int | None, int]:
    length, at = _variable_length(frame, at)
    if length == 0:
        return None, at
    if length != 5 or frame[at : at + 1] != bytes([_MESSAGE_EXPIRY]) or at + 5 > len(frame):
        raise FrameError("the PUBLISH packet has properties nobody set", offset=at)
    return int.from_bytes(frame[at + 1 : at + 5], "big"), at + 5
