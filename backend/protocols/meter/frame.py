"""One application frame, GB/T 36330-2018 7.6: length, sequence, application, version, control, type, data, check word.

What the standard leaves open is a `Style` with the defaults of Linepack: high octet first, check word over header and
data, a negative acknowledgement is exactly 8 octets. One style an application identifier, since that names the maker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final, Literal

from backend.errors import ConfigError, FrameError
from backend.protocols.meter.crc import CHECKS

HEADER: Final = 7
CHECK: Final = 2
MOST_DATA: Final = 128
SHORTEST: Final = 8
"""A negative acknowledgement: its type octet is absent."""
LONGEST: Final = HEADER + MOST_DATA + CHECK
OWN_TYPES: Final = 0x10
"""Message types from here on are the users' own."""
SEQUENCES: Final = 0x1_0000

_DOWN: Final = 0x80
_ACK: Final = 0x40
_ENCRYPTED: Final = 0x20
_CUSTOM: Final = 0x1F


class Message(IntEnum):
    """Message types of table 1; 0x00 and 0x06 to 0x0F are reserved."""

    FACTORY_RESET = 0x01
    PARAMETER = 0x02
    TIME_SYNC = 0x03
    READING = 0x04
    CONTROL = 0x05


class Covers(StrEnum):
    """What the check word covers: 7.6.4 says header and data, its note only the data."""

    HEADER_AND_DATA = "header-and-data"
    DATA = "data"


_SENDABLE: Final = frozenset(Message) | frozenset(range(OWN_TYPES, 0x100))
Octets = Literal["big", "little"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What is agreed with one maker; the order of octets in its data area is said in each `MeterForm`.

    majors: versions understood. minors: known ones, None = any is taken as known.
    """

    crc: str = "0000"
    covers: Covers = Covers.HEADER_AND_DATA
    sequence_order: Octets = "big"
    crc_order: Octets = "big"
    majors: frozenset[int] = frozenset({1, 2})
    minors: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if self.crc not in CHECKS:
            raise ConfigError("check word {name}: there are {known}", name=self.crc, known=", ".join(CHECKS))


DEFAULT: Final = Style()
Styles = Mapping[int, Style]
"""By application identifier; one that is not in it has the default style."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. type: None in a negative acknowledgement. data: as sent, so still encrypted when `encrypted`."""

    sequence: int
    application: int
    type: int | None
    data: bytes = b""
    down: bool = False
    ack: bool = False
    encrypted: bool = False
    version: int = 0x10
    custom: int = 0

    @property
    def major_minor(self) -> str:
        """The version as people write it: 0x23 is 2.3."""
        return f"{self.version >> 4}.{self.version & 0x0F}"

    @property
    def refusal(self) -> bool:
        """Whether this is a negative acknowledgement."""
        return self.type is None


def header(frame: Frame, size: int, style: Style = DEFAULT) -> bytes:
    """The 7 octets of the header for a data area of `size` octets (6 in a negative acknowledgement)."""
    if not (0 <= frame.sequence < SEQUENCES and 0 <= frame.application <= 0xFF and 0 <= frame.version <= 0xFF):
        raise FrameError("sequence, application identifier or version is no number that fits the frame")
    if not 0 <= size <= MOST_DATA:
        raise FrameError("a data area of {size} octets: at most {most} fit", size=size, most=MOST_DATA)
    control = (
        (_DOWN if frame.down else 0)
        | (_ACK if frame.ack else 0)
        | (_ENCRYPTED if frame.encrypted else 0)
        | (frame.custom & _CUSTOM)
    )
    sequence = frame.sequence.to_bytes(2, style.sequence_order)
    if frame.type is None:
        if size or frame.ack:
            raise FrameError("a negative acknowledgement has no data and no Ack bit")
        return bytes((SHORTEST, *sequence, frame.application, frame.version, control))
    if frame.type not in _SENDABLE:
        raise FrameError("message type {type:#04x} is reserved", type=frame.type)
    return bytes((HEADER + size + CHECK, *sequence, frame.application, frame.version, control, frame.type))


def encode(frame: Frame, style: Style = DEFAULT) -> bytes:
    """The octets of a frame. FrameError when it cannot be said: too much data, a reserved type."""
    return finished(header(frame, len(frame.data), style), frame.data, style)


def finished(start: bytes, data: bytes, style: Style = DEFAULT) -> bytes:
    """A header and its data area with their check word."""
    body = start + data
    covered = body if style.covers is Covers.HEADER_AND_DATA else data
    return body + CHECKS[style.crc](covered).to_bytes(2, style.crc_order)


def decode(raw: bytes, styles: Styles = MappingProxyType({})) -> Frame:
    """Read exactly one frame. FrameError names what does not hold and where."""
    size = len(raw)
    if not SHORTEST <= size <= LONGEST or raw[0] != size:
        raise FrameError("length octet and {size} octets received do not agree, or are out of 8 to 137", size=size)
    style = styles.get(raw[3], DEFAULT)
    start = min(HEADER, size - CHECK)
    end = size - CHECK
    covered = raw[:end] if style.covers is Covers.HEADER_AND_DATA else raw[start:end]
    if CHECKS[style.crc](covered) != int.from_bytes(raw[end:], style.crc_order):
        raise FrameError("the check word is wrong", offset=end)
    version, control = raw[4], raw[5]
    if version >> 4 not in style.majors:
        raise FrameError("version {major} of the protocol is not supported", offset=4, major=version >> 4)
    kind = raw[6] if size > SHORTEST else None
    ack = bool(control & _ACK)
    if kind is None and ack:
        raise FrameError("an acknowledgement without its message type", offset=5)
    if kind is not None and kind not in _SENDABLE:
        raise FrameError("message type {type:#04x} is reserved", offset=6, type=kind)
    return Frame(
        int.from_bytes(raw[1:3], style.sequence_order),
        raw[3],
        kind,
        raw[start:end],
        bool(control & _DOWN),
        ack,
        bool(control & _ENCRYPTED),
        version,
        control & _CUSTOM,
    )


def unknown_minor(frame: Frame, style: Style = DEFAULT) -> bool:
    """Whether a frame is of a minor version nobody has told of: taken, but worth a warning."""
    return style.minors is not None and frame.version & 0x0F not in style.minors


def acknowledgement(frame: Frame, *, encrypted: bool = False) -> Frame:
    """The positive answer to a frame: its number and type, the other direction. encrypted: it is to be sealed."""
    return Frame(frame.sequence, frame.application, frame.type, b"", not frame.down, True, encrypted, frame.version)


def refusal(frame: Frame) -> Frame:
    """The negative answer to a frame: 8 octets, no type."""
    return Frame(frame.sequence, frame.application, None, b"", not frame.down, False, version=frame.version)
