"""When samples are moved to cold files. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.store.cold.layout import DAY_US, day_of

AGAIN_US: Final = DAY_US
"""A day that got late rows is written anew this long after its last file, not for each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooling:
    """now: µs UTC. recent_days: so many days before today stay in the database as they came.

    again_us: how long a file is left before late rows are put into a newer one.
    """

    now: int
    recent_days: int
    again_us: int = AGAIN_US

    @property
    def horizon(self) -> int:
        """Days that begin before this (µs UTC, the beginning of a day) may be cold."""
        return (day_of(self.now) - self.recent_days) * DAY_US
