"""Whether the console's screen is alive: the window beats, the core's thread watches; a stuck window cannot hide it."""

from __future__ import annotations

import sys
import threading
import traceback
from dataclasses import dataclass
from typing import Final

from backend import logs
from backend.clock import Clock
from backend.errors import mark
from backend.model.alarm import AlarmClass, AlarmConfig, Priority

_log = logs.get(__name__)

FROZEN_S: Final = 3.0
"""A screen that did not turn its event loop for so long is frozen."""
SCREEN_ALARM: Final = AlarmConfig(
    key="system/screen:frozen",
    source="system/screen",
    condition="frozen",
    message=mark("The screen of this console is not updating"),
    alarm_class=AlarmClass.SYSTEM,
    priorities=(("", Priority.P2),),
    shelvable=False,
)
"""Stands while the screen is frozen; sounded by the horn's own thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezes:
    """How often the screen was frozen since start, and for how long at most, in s."""

    count: int
    longest_s: float


class ScreenApi:
    """`beat` and `rest` are the window's, `watch` the core's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beat: float | None = None
        self._thread = 0
        self._watched: float | None = None
        self._frozen_since: float | None = None
        self._count = 0
        self._longest_s = 0.0

    def beat(self) -> None:
        """The window's event loop turns; called a few times a second on the window's thread."""
        self._thread = threading.get_ident()
        self._beat = self._clock.mono()

    def rest(self) -> None:
        """The window closes: it beats no more, and nobody waits for it."""
        self._beat = None

    def core_age_s(self) -> float:
        """How long the core has not come round; the window says so when values stand still."""
        return 0.0 if self._watched is None else self._clock.mono() - self._watched

    def freezes(self) -> Freezes:
        """The count so far."""
        return Freezes(count=self._count, longest_s=self._longest_s)

    def watch(self) -> bool:
        """Whether the screen is frozen now; says it in the log once, with what the window's thread is doing."""
        now = self._clock.mono()
        self._watched = now
        beat = self._beat
        if beat is None or now - beat <= FROZEN_S:
            self._thaw()
            return False
        self._longest_s = max(self._longest_s, now - beat)
        if self._frozen_since is None:
            self._frozen_since = beat
            self._count += 1
            _log.warning("screen frozen", seconds=round(now - beat, 1), stack=self._stack())
        return True

    def _thaw(self) -> None:
        if self._frozen_since is not None:
            _log.info("screen updates again", seconds=round(self._longest_s, 1))
            self._frozen_since = None

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._thread)
        if frame is None:
            return "unknown"
        return " < ".join(
            f"{each.name} ({each.filename.rpartition('/')[2]}:{each.lineno})"
            for each in reversed(traceback.extract_stack(frame))
        )
