"""How long to wait before the next attempt: doubling, jittered, capped."""

from __future__ import annotations

from random import Random
from typing import Final

CAP_S: Final = 30.0
_MAX_DOUBLINGS: Final = 32


class Backoff:
    """Waits of one link. The jitter keeps a thousand stations from coming back in the same instant."""

    def __init__(self, rng: Random, *, first_s: float = 0.5, cap_s: float = CAP_S) -> None:
        self._rng = rng
        self._first_s = first_s
        self._cap_s = cap_s
        self.attempts = 0
        """Attempts since the last success."""

    def next(self) -> float:
        """Seconds to wait now: between half and all of first * 2^attempts, never above the cap."""
        ceiling = min(self._cap_s, self._first_s * 2.0 ** min(self.attempts, _MAX_DOUBLINGS))
        self.attempts += 1
        return ceiling * (0.5 + 0.5 * self._rng.random())

    def reset(self) -> None:
        """The other side answered: the next failure starts small again."""
        self.attempts = 0
