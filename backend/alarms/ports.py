"""What the alarms ask of the outside: something that sounds, and a thread to sound it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from backend.model.alarm import Priority


class Sounder(Protocol):
    """Makes the horn's sounds. Every method returns at once."""

    def play(self, priority: Priority) -> None:
        """Sound one pattern of this priority, in place of whatever sounds now."""
        ...

    def stop(self) -> None:
        """Be quiet now."""
        ...

    def trouble(self) -> str:
        """Why nothing can be heard, as far as it can be known; empty when all is well."""
        ...


class Joinable(Protocol):
    """A running thread."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, at most `timeout` s."""
        ...

    def is_alive(self) -> bool:
        """Whether it still runs."""
        ...


StartThread = Callable[[Callable[[], None], str], Joinable]
"""Start a thread (what it runs, its name)."""
