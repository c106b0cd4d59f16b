"""How many bad messages of one source are kept: a few of each, the rest counted and the count told (F35). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WINDOW_S: Final = 60.0
KEPT: Final = 10
"""Kept of one source and kind in a window."""
SOURCES: Final = 500
"""Sources told apart in a window; the others share one ration."""
_OTHERS: Final = ("(further sources)", "")


@dataclass(slots=True)
class _Window:
    ends: float
    kept: int = 0
    over: int = 0


@dataclass(frozen=True, slots=True)
class Surplus:
    """What was not kept of one source in a window that has ended."""

    source: str
    stage: str
    count: int


class Ration:
    """One link's windows. Without it one talkative stranger could fill the disk. now: monotonic seconds."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], _Window] = {}

    def admit(self, source: str, stage: str, now: float) -> bool:
        """Whether this one is kept; it is counted if not."""
        key = (source, stage)
        if key not in self._windows and len(self._windows) >= SOURCES:
            key = _OTHERS
        window = self._windows.setdefault(key, _Window(now + WINDOW_S))
        if window.kept < KEPT:
            window.kept += 1
            return True
        window.over += 1
        return False

    def ended(self, now: float, *, all_of_them: bool = False) -> list[Surplus]:
        """Forget windows that are over; what they did not keep."""
        over = [key for key, window in self._windows.items() if all_of_them or now >= window.ends]
        gone = [(key, self._windows.pop(key)) for key in over]
        return [Surplus(*key, window.over) for key, window in gone if window.over]
