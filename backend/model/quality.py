"""Quality of a value: good, uncertain or bad, with one cause, packed in a byte (as OPC UA / OPC DA do)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Status(IntEnum):
    """The two high bits. Zero is bad, so that memory nobody wrote is never good."""

    BAD = 0x00
    UNCERTAIN = 0x40
    GOOD = 0xC0


class Cause(IntEnum):
    """The six low bits: why."""

    NONE = 0
    NEVER = 1
    """No value has come yet."""
    STALE = 2
    """Older than three times its expected period."""
    RANGE = 3
    """Outside the instrument's range, NaN or infinite."""
    FROZEN = 4
    COMMS = 5
    """The link is lost or the read timed out."""
    DEVICE = 6
    """The device answered that it cannot give the value (a Modbus exception, a sensor fault flag)."""
    MANUAL = 7
    SIMULATED = 8
    NOT_AUTHENTICATED = 9
    CLOCK = 10
    """The device's time cannot be true; the arrival time stands in."""
    RESTART = 11
    """Rebuilt from the store at start; no sample since."""
    SPIKE = 12
    """Further from the last good value than the point can move in that time."""


STATUS_MASK: Final = 0xC0
CAUSE_MASK: Final = 0x3F


def quality(status: Status, cause: Cause = Cause.NONE) -> int:
    """Pack a status and a cause into the byte that samples carry."""
    return int(status) | int(cause)


GOOD: Final = quality(Status.GOOD)


def status_of(code: int) -> Status:
    """Status of one quality byte; the reserved pattern 0x80 counts as bad."""
    bits = code & STATUS_MASK
    return Status(bits) if bits in (0x00, 0x40, 0xC0) else Status.BAD


def cause_of(code: int) -> Cause:
    """Cause of one quality byte; an unknown cause counts as the device's."""
    bits = code & CAUSE_MASK
    return Cause(bits) if bits <= max(Cause) else Cause.DEVICE


def is_good(code: int) -> bool:
    """Whether the value may be used for alarms clearing, interlocks and verification."""
    return (code & STATUS_MASK) == Status.GOOD
