"""Decide when the horn plays a pattern: each priority has its own rhythm; pure, told the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from backend.model.alarm import Priority

EVERY_S: Final[Mapping[Priority, float]] = MappingProxyType(
    {Priority.P1: 1.2, Priority.P2: 3.0, Priority.P3: 10.0, Priority.P4: 60.0}
)
"""From the beginning of one pattern to the next."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do now: play a pattern, stop, or nothing; and after how many s to look again (None = when told)."""

    play: Priority | None
    stop: bool
    wait_s: float | None


class Rhythm:
    """Turns a wish into patterns in time. mono: monotonic s."""

    def __init__(self) -> None:
        self._sounding: Priority | None = None
        self._next = float("-inf")

    def turn(self, wish: Priority | None, mono: float) -> Turn:
        """What to do at `mono` for what should sound now. A change of wish takes effect at once."""
        if wish is None:
            stop, self._sounding = self._sounding is not None, None
            return Turn(None, stop, None)
        if wish is not self._sounding or mono >= self._next:
            self._sounding, self._next = wish, mono + EVERY_S[wish]
            return Turn(wish, False, EVERY_S[wish])
        return Turn(None, False, self._next - mono)
