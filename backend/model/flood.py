"""When alarms come faster than a person can read them: EEMUA 191's flood, counted from the times of raises. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW_US: Final = 600_000_000
STARTS_ABOVE: Final = 10
ENDS_BELOW: Final = 5


class FloodWatch:
    """Raises in the last ten minutes, and since when there is a flood: above 10 it starts, below 5 it ends."""

    def __init__(self) -> None:
        self._times: deque[int] = deque()
        self._newest = 0
        self._since = 0

    def raised(self, at: int) -> None:
        """One annunciated raise; at: µs UTC of its recording. A clock that was set back does not undo the order."""
        self._newest = max(self._newest, at)
        self._expire(self._newest)
        self._times.append(self._newest)
        if not self._since and len(self._times) > STARTS_ABOVE:
            self._since = self._newest

    def rate(self, now: int) -> int:
        """Raises in the ten minutes before `now`."""
        self._expire(now)
        return len(self._times)

    def since(self, now: int) -> int:
        """When the flood began that goes on at `now`; 0 when there is none."""
        self._expire(now)
        return self._since

    def _expire(self, now: int) -> None:
        while self._times and self._times[0] <= now - WINDOW_US:
            self._times.popleft()
            if len(self._times) < ENDS_BELOW:
                self._since = 0
