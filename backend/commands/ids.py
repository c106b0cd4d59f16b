"""Command ids: CMD-yyyymmdd-nnnnnn, SIM-… in the simulator; the number never repeats, whatever the date does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.commands.guards import PREFIXES

LAST_NUMBER: Final = "command.last_number"
"""Setting that keeps the last number given out; written in the transaction of each request."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def command_id(mode: str, at: int, number: int) -> str:
    """Id of the `number`-th command, asked for at `at` (µs UTC)."""
    return f"{PREFIXES[mode]}{_EPOCH + timedelta(microseconds=at):%Y%m%d}-{number:06d}"


def last_number(setting: str | None, ids: Iterable[str]) -> int:
    """The highest number ever given out, by the setting and by the ids that are there."""
    numbers = [int(each.rpartition("-")[2]) for each in ids]
    return max([int(setting or 0), *numbers])
