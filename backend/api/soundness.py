"""Read everything that is stored at least once a day, and sound an alarm for what is not as it was written (F10).

Damaged samples are never shown as good ones: readers leave them out. Here their range is named in the journal, so that
somebody restores it, and damage that nobody happens to read is found within a day.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Final, Protocol

from backend import logs
from backend.api.naming import Naming
from backend.audit.chain import Verdict
from backend.clock import US
from backend.errors import LinepackError, mark
from backend.model.alarm import AlarmClass, AlarmConfig, Priority
from backend.model.journal import JournalDraft
from backend.store import Store

EVERY_US: Final = 23 * 3600 * US
"""From the end of one reading to the begin of the next; with the time it takes, a day."""
AGAIN_US: Final = 3600 * US
"""Before a reading that failed is begun again."""
SETTING: Final = "soundness.checked_at"
_EVER: Final = (-(1 << 62), 1 << 62)
_ROWS: Final = 200_000
_BREATH_S: Final = 0.05
_log = logs.get(__name__)

DAMAGE_ALARM: Final = AlarmConfig(
    key="system/store:damaged",
    source="system/store",
    condition="damaged",
    message=mark("Stored data are damaged; the journal names the range; restore it from a backup"),
    alarm_class=AlarmClass.SYSTEM,
    priorities=(("", Priority.P2),),
    shelvable=False,
)


class Sounding(Protocol):
    """The alarm engine, durable when it returns. Core thread only."""

    def raise_(self, config: AlarmConfig, *, value: float | None = None) -> None:
        """The condition is there."""
        ...

    def clear(self, key: str) -> None:
        """The condition is gone."""
        ...


class Soundness:
    """`on_tick` on the core thread; the reading itself on a worker."""

    def __init__(self, *, store: Store, verify: Callable[[], Verdict], alarms: Sounding, worker: Executor) -> None:
        self._store = store
        self._verify = verify
        self._alarms = alarms
        self._worker = worker
        self._stopping = threading.Event()
        self._due: int | None = None
        self._running: Future[bool | None] | None = None
        self._naming = Naming(journal=self._journal, worker=worker)
        self._raised = False
        self._refused = False
        """The alarm must stand, and could not be raised yet."""
        self._unsound = False

    def on_tick(self, now: int) -> None:
        """A few times a second: begin when it is time, and raise what was found by this or by any reader."""
        if self._due is None:
            self._due = int(self._store.setting(SETTING) or now) + EVERY_US
        if self._running is not None and self._running.done():
            # Out first: whatever came of it, another is begun.
            done, self._running = self._running, None
            self._take(done, now)
        if now >= self._due and self._running is None:
            self._due = now + EVERY_US
            self._running = self._worker.submit(self.check, now)
        damaged = self._store.history.damaged
        self._naming.on_tick(now, damaged)
        if (damaged or self._unsound) and not self._raised:
            self._raise()

    def stop(self) -> None:
        """The site closes: leave off soon. What was begun is begun again another time."""
        self._stopping.set()

    def check(self, now: int) -> bool | None:
        """Read it all; whether all of it is sound, None when it could not be read to its end. Caller's thread."""
        try:
            if not self._read_all():
                return None
            damaged, verdict, fault = self._store.history.damaged, self._verify(), self._store.fault()
            sound = not damaged and not fault and verdict.ok
            self._journal(
                JournalDraft(
                    at=now,
                    kind="store.checked",
                    subject=self._store.site,
                    fields=(("damaged", len(damaged)), ("fault", fault), ("journal", verdict.reason), ("sound", sound)),
                )
            )
            self._store.run(lambda tx: tx.setting(SETTING, str(now))).result()
        except Exception as error:  # noqa: BLE001 - nobody waits for it: said, and begun again
            _log.error("stored data could not be checked", error=repr(error))
            return None
        return sound

    def _read_all(self) -> bool:
        """Meet every group there is, piece by piece so that nobody has to wait for it; False when told to stop."""
        history, points = self._store.history, range(len(self._store.registry().points))
        for start, end in history.windows(_EVER[0], _EVER[1], _ROWS):
            history.read(points, start, end)
            if self._stopping.wait(_BREATH_S):
                return False
        return True

    def _take(self, done: Future[bool | None], now: int) -> None:
        try:
            sound = done.result()
        except Exception as error:  # noqa: BLE001 - nobody else waits for it: said, and begun again
            _log.error("stored data could not be checked", error=repr(error))
            sound = None
        if sound is None:
            self._due = now + AGAIN_US
        elif sound:
            self._alarms.clear(DAMAGE_ALARM.key)
            self._unsound = self._raised = False
        else:
            self._unsound = True

    def _raise(self) -> None:
        """Until it stands: while the database does not take it, it is tried again with every tick, and said once."""
        try:
            self._alarms.raise_(DAMAGE_ALARM)
        except LinepackError as error:
            if not self._refused:
                _log.error("the alarm for damage could not be raised, tried again", error=str(error))
            self._refused = True
            return
        self._raised, self._refused = True, False

    def _journal(self, draft: JournalDraft) -> None:
        self._store.run(lambda tx: tx.journal(draft)).result()
