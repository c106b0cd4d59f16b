"""Cut what a broker sends into whole packets, and read messages out of it many at a time. Pure.

MQTT 3.1.1 §2.2, §3.3, §3.4 and 5.0 §2.1, §3.3, §3.4. Only messages of QoS 0 and 1 are read here, and PUBACKs made:
what comes by the thousand. Every other packet is given out whole, as it is, for the client library. A whole message
through the library costs five times what reading it here does (see `linepack bench ingest`).
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Final, Protocol

NOT_UTF8: Final = "(a topic that is not UTF-8)"
_LARGE: Final = 65_536
_QOS_0, _QOS_1 = 0x30, 0x32
_WITHOUT_FLAGS: Final = 0xF6
"""Masks DUP and RETAIN out of a PUBLISH's first byte."""
_LONGEST_LENGTH: Final = 4
_puback = Struct(">HH").pack
_PUBACK: Final = 0x4002


class Hear(Protocol):
    """Takes one message. mid: 0 for QoS 0."""

    def __call__(self, topic: str, payload: bytes, *, retained: bool, mid: int) -> object: ...


class Packets:
    """One connection's bytes. version: protocol level, 4 (3.1.1) or 5."""

    def __init__(self, version: int) -> None:
        self._properties = version == 5
        self._buffer = b""
        self._at = 0
        self._parts: list[bytes] = []
        """The beginning of a large packet, not joined before its end is here."""
        self._lacking = 0

    def feed(self, chunk: bytes) -> None:
        """Take in what has arrived."""
        if self._lacking > 0:
            self._parts.append(chunk)
            self._lacking -= len(chunk)
            if self._lacking > 0:
                return
            chunk, self._parts = b"".join(self._parts), []
            self._buffer = chunk
        else:
            self._buffer = self._buffer[self._at :] + chunk
        self._at = 0

    def messages(self, hear: Hear) -> bytes | None:
        """Give every whole message at hand to `hear`, up to the next packet that is none: that one is returned, whole.

        None when nothing whole is at hand any more. What cannot be framed or read is returned as it is.
        """
        buffer, at, properties = self._buffer, self._at, self._properties
        end = len(buffer) if self._lacking <= 0 else 0
        while at + 2 <= end:
            length, body = buffer[at + 1], at + 2
            if length & 0x80:
                length, body = _number(buffer, at + 1)
                if body < 0:
                    return self._out(at, end)
                if not body:
                    break
            stop = body + length
            if stop > end:
                self._wait_for(at, stop)
                return None
            first = buffer[at]
            kind = first & _WITHOUT_FLAGS
            mid = 0
            topic_end = start = body + 2 + (buffer[body] << 8 | buffer[body + 1]) if length >= 2 else stop + 1
            if kind == _QOS_1 and start + 2 <= stop:
                mid = buffer[start] << 8 | buffer[start + 1]
                start += 2
            elif kind != _QOS_0:
                return self._out(at, stop)
            if properties and start < stop:
                size, start = _number(buffer[:stop], start) if buffer[start] & 0x80 else (buffer[start], start + 1)
                start = start + size if start > 0 else stop + 1
            if start > stop:
                return self._out(at, stop)
            try:
                topic = buffer[body + 2 : topic_end].decode()
            except UnicodeDecodeError:
                topic = NOT_UTF8
            hear(topic, buffer[start:stop], retained=bool(first & 1), mid=mid)
            at = stop
        self._at = at
        return None

    def _out(self, at: int, stop: int) -> bytes:
        self._at = stop
        return self._buffer[at:stop]

    def _wait_for(self, at: int, stop: int) -> None:
        """Gather a large packet in pieces: to append each to what is here would cost the square of its size."""
        self._at = at
        if stop - at > _LARGE:
            self._lacking = stop - len(self._buffer)
            self._parts = [self._buffer[at:]]
            self._buffer, self._at = b"", 0


def pubacks(mids: Iterable[int]) -> bytes:
    """The acknowledgements of these messages, one behind the other (the same in 3.1.1 and, for success, in 5.0)."""
    return b"".join([_puback(_PUBACK, mid) for mid in mids])


def _number(buffer: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer and where it ends; (0, 0) when its end is not here, (0, -1) when it has none."""
    value = 0
    for place, byte in enumerate(buffer[at : at + _LONGEST_LENGTH]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return 0, -1 if len(buffer) >= at + _LONGEST_LENGTH else 0
