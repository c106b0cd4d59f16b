"""The thread "rollup": keeps the newest samples in memory and makes roll-ups of them, never in anybody's way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from backend import logs
from backend.clock import Clock
from backend.model.keeping import Keeping
from backend.store.ageing import Ager
from backend.store.cold.rules import Cooling
from backend.store.family import Steps

START_AFTER_S: Final = 15.0
"""A start has better things to do."""
WAKE_GROUPS: Final = 256
"""Groups committed until the newest are read into memory, so that the next reader finds them there."""
DUE_SAMPLES: Final = 400_000
DUE_GROUPS: Final = 20_000
DUE_S: Final = 300.0
KEEP_EVERY_S: Final = 600.0
_REST: Final = 3.0
"""Times as long as it worked, it rests: a quarter of one core at most, however much there is to catch up with."""
_JOIN_S: Final = 2.0
_log = logs.get(__name__)


class Pace:
    """When to work, and how much of the time. The writer's thread says what it commits; any thread says stop."""

    def __init__(self, clock: Clock) -> None:
        self.stopping = threading.Event()
        self._clock = clock
        self._wake = threading.Event()
        self._groups = 0
        self._begun = clock.mono()

    def committed(self, groups: int) -> None:
        """So many groups are on the disk."""
        self._groups += groups
        if self._groups >= WAKE_GROUPS:
            self._groups = 0
            self._wake.set()

    def stop(self) -> None:
        """Leave off at the next breath."""
        self.stopping.set()
        self._wake.set()

    def wait(self) -> bool:
        """Until there is something to read; False when it is time to stop."""
        self._wake.wait()
        self._wake.clear()
        self._begun = self._clock.mono()
        return not self.stopping.is_set()

    def breathe(self) -> None:
        """Between two pieces of work. Raises StoppedError when it is time to stop."""
        rest = (self._clock.mono() - self._begun) * _REST
        if self.stopping.wait(rest) if rest > 0 else self.stopping.is_set():
            raise StoppedError
        self._begun = self._clock.mono()


class StoppedError(Exception):
    """The store is closing; what was begun is begun again another time."""


class Roller:
    """Runs the steps on their thread when enough has come; `run_now` runs them all on the caller's."""

    def __init__(
        self,
        steps: Callable[[Callable[[], None]], Steps],
        pace: Pace,
        clock: Clock,
        ager: Callable[[Callable[[], None]], Ager],
    ) -> None:
        """steps, ager: make them, given what they call between two pieces of work."""
        self.keeping: Keeping | None = None
        """Until it is told, old samples stay where they are and nothing is destroyed."""
        self._ager = ager(pace.breathe)
        self._ager_now = ager(lambda: None)
        self._aged = -KEEP_EVERY_S
        self._pace = pace
        self._clock = clock
        self._paced = steps(pace.breathe)
        self._hurried = steps(lambda: None)
        self._one_at_a_time = threading.Lock()
        self._last = clock.mono()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="rollup", daemon=True)
        self._thread.start()

    def run_now(self) -> None:
        """Make every roll-up there is to make, as fast as the machine allows. Raises StoreError."""
        with self._one_at_a_time:
            while self._hurried.step():
                pass

    def cool_now(self, rule: Cooling) -> int:
        """Move to cold files what the rule says, as fast as the machine allows; how many days. Raises StoreError."""
        with self._one_at_a_time:
            return self._hurried.cool(rule)

    def age_now(self, keeping: Keeping) -> int:
        """Destroy what is older than is kept; how many classes there was something of. Raises StoreError."""
        with self._one_at_a_time:
            return self._ager_now.age(keeping)

    def close(self) -> None:
        """Stop at the next breath."""
        self._pace.stop()
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            _log.error("rollup did not end in time")

    def _run(self) -> None:
        if self._pace.stopping.wait(START_AFTER_S):
            return
        try:
            self._work()
            while self._pace.wait():
                self._work()
        except StoppedError:
            pass

    def _work(self) -> None:
        try:
            with self._one_at_a_time:
                while self._is_due() and self._paced.step():
                    self._last = self._clock.mono()
                self._keep()
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - the thread's one catch: roll-ups may fail, the store goes on
            # The samples are where they were; said once until it goes well again.
            if not self._failing and not self._pace.stopping.is_set():
                _log.error("roll-ups not made", error=str(error))
            self._failing = True
        else:
            self._failing = False

    def _keep(self) -> None:
        """Now and then: old samples into files, and what is too old for the site destroyed."""
        if self.keeping is None or self._clock.mono() - self._aged < KEEP_EVERY_S:
            return
        self._aged = self._clock.mono()
        steady = self._ager.is_steady()
        self._paced.cool(Cooling(now=self._clock.wall_us(), recent_days=self.keeping.recent))
        if steady:
            self._ager.age(self.keeping)

    def _is_due(self) -> bool:
        groups, samples = self._paced.waiting()
        late = self._clock.mono() - self._last >= DUE_S
        return samples >= DUE_SAMPLES or groups >= DUE_GROUPS or (late and groups > 0)
