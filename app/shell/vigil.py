"""Says that the screen stood still, or that what it shows does: a white border and words in every window."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.formats import clock_time
from app.shell.windows import Windows
from app.texts import _
from backend.api import Backend
from widgets.notices import FrozenNotice

BEAT_MS = 250
FROZEN_S = 3.0
"""A gap in the event loop, or in the core's rounds, of which people must know."""
SAID_S = 10.0
"""How long the words stay after the screen moves again."""


class Vigil(QObject):
    """Beats for the backend, which watches from its own thread and sounds the horn; looks after the backend in turn."""

    def __init__(
        self,
        backend: Backend,
        main: FrozenNotice,
        windows: Windows,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._main = main
        self._windows = windows
        self._monotonic = monotonic
        self._last = monotonic()
        self._said_until = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self.beat)

    def start(self) -> None:
        """Beat from now on."""
        self._last = self._monotonic()
        self._backend.screen.beat()
        self._timer.start()

    def stop(self) -> None:
        """The window closes."""
        self._timer.stop()
        self._backend.screen.rest()

    def beat(self) -> None:
        """One turn of the event loop: was there a gap before it, does the core still come round?"""
        now = self._monotonic()
        gap, self._last = now - self._last, now
        self._backend.screen.beat()
        still = self._backend.screen.core_age_s()
        if gap > FROZEN_S:
            self._said_until = now + SAID_S
            at = clock_time(self._backend.now())
            self._say(
                _("The screen did not update for {seconds} s, until {time}").format(seconds=f"{gap:.0f}", time=at)
            )
        elif still > FROZEN_S:
            self._said_until = now
            self._say(_("Screen not updating {seconds} s").format(seconds=f"{still:.0f}"))
        elif self._said_until and now > self._said_until:
            self._said_until = 0.0
            for notice in self._notices():
                notice.lift()

    def _say(self, words: str) -> None:
        for notice in self._notices():
            notice.show_words(words)

    def _notices(self) -> tuple[FrozenNotice, ...]:
        return (self._main, *(window.frozen for window in self._windows.others()))
