"""Read the time a device gives with its values, and say when it cannot be true. Pure; times in µs UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec

EARLIEST_US: Final = 946_684_800_000_000
"""2000-01-01: a device clock before this was never set."""
AHEAD_US: Final = 600_000_000
"""A device clock further ahead of ours than this is wrong."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_Rfc3339 = Annotated[datetime, msgspec.Meta(tz=True)]


def read_time(given: Any, received_at: int) -> tuple[int, str]:
    """(sample time, doubt). given: ms since 1970 UTC as a number, or RFC 3339 text with its offset.

    When it cannot be true the arrival time stands in and `doubt` says why in words; else doubt is "".
    """
    kind = type(given)
    if kind is int:
        at = given * 1000
    elif kind is float:
        at = round(given * 1000) if -1e300 < given < 1e300 else 0
    elif kind is str:
        try:
            at = (msgspec.convert(given, _Rfc3339) - _EPOCH) // _MICROSECOND
        except (msgspec.ValidationError, OverflowError):
            return received_at, "the device's time is not a time"
    else:
        return received_at, "the device's time is not a time"
    if at < EARLIEST_US:
        return received_at, "the device's clock is before the year 2000"
    if at > received_at + AHEAD_US:
        return received_at, "the device's clock is more than ten minutes ahead"
    return at, ""
