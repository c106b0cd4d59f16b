"""Decide who calls the horn, how long it may be silenced, and when it calls again; pure, told the time.

None of this is a stored fact: after a restart whatever is unacknowledged simply calls again (T20).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from backend.alarms.events import Clear, Event
from backend.alarms.states import Outcome, name_of
from backend.model.alarm import AlarmFacts, AlarmName, Priority

SILENCE_S: Final = 60.0
"""T17: longest silence; the next raise ends it at once."""

REALARM_S: Final[Mapping[Priority, float]] = MappingProxyType(
    {Priority.P1: 120.0, Priority.P2: 600.0, Priority.P3: 1800.0, Priority.P4: 3600.0}
)
"""T18: unacknowledged longer than this sounds again."""


def still_calls(called: bool, outcome: Outcome, event: Event) -> bool:
    """Whether an alarm calls the horn after a step, given whether it did before.

    A call ends by acknowledgement and suppression; by clearing too, except at top priority (T2).
    """
    facts = outcome.facts
    if outcome.sounds:
        return True
    if facts.ack or facts.suppressed:
        return False
    if isinstance(event, Clear) and outcome.refused is None and facts.peak is not Priority.P1:
        return False
    return called


class HornCalls:
    """Which alarms call now. One thread but for `wish`; `mono`: monotonic seconds."""

    def __init__(self) -> None:
        self._calling: dict[str, Priority] = {}
        self._unseen: dict[str, tuple[Priority, float]] = {}
        """UNACK and LTUNK alarms: priority, and when the horn last was called for them."""
        self._silent_until = float("-inf")

    def calls(self, key: str) -> bool:
        """Whether an alarm calls, heard or silenced."""
        return key in self._calling

    def is_silent(self, mono: float) -> bool:
        """Whether somebody has silenced the horn."""
        return mono < self._silent_until

    def take(self, key: str, facts: AlarmFacts, priority: Priority, *, calls: bool, anew: bool, mono: float) -> None:
        """An alarm's state was made durable. calls: it wants the horn; anew: it called just now."""
        if calls:
            self._calling[key] = priority
        else:
            self._calling.pop(key, None)
        if name_of(facts) not in (AlarmName.UNACK, AlarmName.LTUNK):
            self._unseen.pop(key, None)
        elif anew or key not in self._unseen:
            self._unseen[key] = (priority, mono)
        if anew and calls:
            self._silent_until = float("-inf")

    def silence(self, mono: float) -> None:
        """Quiet for up to a minute (T17)."""
        self._silent_until = mono + SILENCE_S

    def wish(self, mono: float) -> Priority | None:
        """What should sound now. Any thread may ask."""
        # `copy` is one step: the core may add meanwhile.
        return None if self.is_silent(mono) else min(self._calling.copy().values(), default=None)

    def overdue(self, mono: float) -> tuple[str, ...]:
        """Alarms that waited too long to be acknowledged since they last called (T18)."""
        return tuple(key for key, (priority, since) in self._unseen.items() if mono - since >= REALARM_S[priority])
