"""Sequence numbers: the next one, and whether one was seen before. 0 comes after 65535 (GB/T 36330-2018 7.6.2.2)."""

from __future__ import annotations

from typing import Final

from backend.protocols.meter.frame import SEQUENCES

WINDOW: Final = 64
_HALF: Final = SEQUENCES // 2


def following(sequence: int) -> int:
    """The next number."""
    return (sequence + 1) % SEQUENCES


class ReplayWindow:
    """The newest number of one sender and which of the 64 up to it have come. A number is taken once."""

    __slots__ = ("_newest", "_seen")

    def __init__(self) -> None:
        self._newest = -1
        self._seen = 0

    def take(self, sequence: int) -> bool:
        """Whether the number is new; it is taken then. One that is older than the window is not new."""
        if self._newest < 0:
            self._newest, self._seen = sequence, 1
            return True
        ahead = (sequence - self._newest) % SEQUENCES
        if 0 < ahead < _HALF:
            self._newest = sequence
            self._seen = ((self._seen << ahead) | 1) & ((1 << WINDOW) - 1) if ahead < WINDOW else 1
            return True
        behind = (self._newest - sequence) % SEQUENCES
        if behind >= WINDOW or self._seen >> behind & 1:
            return False
        self._seen |= 1 << behind
        return True
