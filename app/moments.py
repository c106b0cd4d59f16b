"""Moments as the command line reads and writes them: ISO 8601 with a zone in, UTC out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backend.errors import ConfigError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_moment(text: str) -> int:
    """µs UTC of an ISO 8601 text. Raises ConfigError when it is none, or does not say in which zone it is meant."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            "{text!r} is not a moment; write it in ISO 8601, as 2026-01-15T10:00:00+08:00", text=text
        ) from error
    if moment.tzinfo is None:
        raise ConfigError(
            "{text!r} does not say in which zone; end it with Z or an offset, as 2026-01-15T10:00:00+08:00", text=text
        )
    return (moment - _EPOCH) // timedelta(microseconds=1)


def utc_text(at_us: int) -> str:
    """A stored time as 2026-01-15T10:30:00.250000Z; empty for 0, "never"."""
    if not at_us:
        return ""
    try:
        moment = _EPOCH + timedelta(microseconds=at_us)
    except OverflowError:  # a device's clock may say anything
        return f"{at_us} us"
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
