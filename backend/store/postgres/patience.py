"""How soon a server that did not answer is asked again: sooner at first, never in a hurry for long."""

from __future__ import annotations

from typing import Final

from backend.clock import Clock
from backend.errors import StoreError

_FIRST_S: Final = 0.2
_MOST_S: Final = 5.0


class Patience:
    """For one connection's thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pause = 0.0
        self._until = 0.0
        self._error: StoreError | None = None

    def check(self) -> None:
        """Raises the last StoreError again while it is too soon."""
        if self._error is not None and self._clock.mono() < self._until:
            raise StoreError(self._error.template, **self._error.values) from self._error

    def failed(self, error: StoreError) -> None:
        """It did not answer."""
        self._error = error
        self._pause = min(max(2 * self._pause, _FIRST_S), _MOST_S)
        self._until = self._clock.mono() + self._pause

    def done(self) -> None:
        """It answered, or it is asked at once whatever happened."""
        self._pause, self._error = 0.0, None
