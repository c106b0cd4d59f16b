"""Sound alarms on a thread of its own, so that a stuck window cannot silence them (A10). Thread: "horn"."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from backend import logs
from backend.alarms.ports import Joinable, Sounder, StartThread
from backend.alarms.rhythm import Rhythm
from backend.clock import Clock
from backend.errors import mark
from backend.model.alarm import AlarmClass, AlarmConfig, Priority

_log = logs.get(__name__)

HEARTBEAT_S: Final = 1.0
"""The horn's thread shows a sign of life at least this often."""
_LIFELESS_S: Final = 5.0

HORN_ALARM: Final = AlarmConfig(
    key="system/horn:no-sound",
    source="system/horn",
    condition="no-sound",
    message=mark("Alarms cannot be heard on this machine"),
    alarm_class=AlarmClass.SYSTEM,
    priorities=(("", Priority.P2),),
    shelvable=False,
)
"""Stands as long as `Horn.trouble` says anything (F42)."""


class Horn:
    """Sounds what it is told to, again and again, until told otherwise. `want` may be called from any thread."""

    def __init__(self, *, sounder: Sounder, clock: Clock, start_thread: StartThread) -> None:
        self._sounder = sounder
        self._clock = clock
        self._start_thread = start_thread
        self._rhythm = Rhythm()
        self._wish: Priority | None = None
        self._alive_at = clock.mono()
        self._failure = ""
        self._told = False
        self._stopping = False
        self._changed = threading.Condition()
        self._thread: Joinable | None = None

    def start(self) -> None:
        """Begin; quiet until `want`."""
        self._alive_at = self._clock.mono()
        self._thread = self._start_thread(self._run, "horn")

    def stop(self) -> None:
        """Be quiet and end; joins within 2 s."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(2.0)
            if self._thread.is_alive():
                _log.error("horn thread did not stop in 2 s")

    def want(self, priority: Priority | None) -> None:
        """Sound this priority from now on; None = quiet. Returns at once."""
        with self._changed:
            if priority is not self._wish:
                self._wish = priority
                self._told = True
                self._changed.notify_all()

    def trouble(self) -> str:
        """Why alarms cannot be heard, in English; empty when all is well. Ask regularly and raise HORN_ALARM."""
        if self._thread is None or not self._thread.is_alive():
            return "horn thread is not running"
        if self._clock.mono() - self._alive_at > _LIFELESS_S:
            return "horn thread is stuck"
        return self._failure or self._sounder.trouble()

    def turn(self) -> float:
        """One round: do what is due and say after how many s to look again."""
        self._alive_at = self._clock.mono()
        due = self._rhythm.turn(self._wish, self._alive_at)
        if due.stop:
            self._sounder.stop()
        if due.play is not None:
            self._sounder.play(due.play)
            self._recovered()
        return HEARTBEAT_S if due.wait_s is None else min(due.wait_s, HEARTBEAT_S)

    def _run(self) -> None:
        while not self._stopping:
            wait_s = self._try(self.turn)
            # Sounding happens outside the lock: whoever calls `want` must not wait for a sound driver.
            with self._changed:
                if not self._told and not self._stopping:
                    self._changed.wait(wait_s)
                self._told = False
        self._try(self._hush)

    def _hush(self) -> float:
        self._sounder.stop()
        return 0.0

    def _try(self, act: Callable[[], float]) -> float:
        """The thread's one catch: what fails is said once and stands in `trouble` until a pattern plays again."""
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - whatever the sound system throws must not end the horn
            if not self._failure:
                _log.error("horn failed", error=repr(error))
            self._failure = f"horn failed: {error!r}"
            return HEARTBEAT_S

    def _recovered(self) -> None:
        if self._failure:
            _log.info("horn works again")
            self._failure = ""
