"""Everything that can happen to an alarm, one frozen class per kind; the T-numbers are those of the alarm table.

Times are µs UTC. `at` in a process event is when it happened in the field; the time of everything else is the `at`
that `step` is given.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.model.alarm import InputQuality

_GOOD = InputQuality.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """T1: the condition became true. An uncertain input may raise (it is better seen than missed), never clear."""

    level: str
    at: int
    value: float | None = None
    limit: float | None = None
    quality: InputQuality = _GOOD
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """T2: the condition ended, on good input, beyond the dead band, after the off-delay."""

    at: int
    value: float | None = None
    limit: float | None = None
    quality: InputQuality = _GOOD
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """T6: a more urgent level was reached while active."""

    level: str
    at: int
    value: float | None = None
    limit: float | None = None
    quality: InputQuality = _GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Deescalate:
    """T7: fell back to a less urgent level, still active."""

    level: str
    at: int
    value: float | None = None
    limit: float | None = None
    quality: InputQuality = _GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """T19: an excursion that newer reports had already overtaken when it arrived."""

    level: str
    at: int
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class InputLost:
    """T8: bad quality, not a number, stale or link lost."""


@dataclass(frozen=True, slots=True)
class InputGood:
    """T9: the first good sample after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """T3, T4: somebody has seen occurrence number `occurrence`. `by`: the authorised person; empty = nobody is."""

    occurrence: int
    by: str
    workstation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """T5: a latched alarm is let go after its cause is gone and was seen."""

    by: str
    workstation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelve:
    """T10: held back for a while. one_shot: ends also when the alarm clears."""

    seconds: int
    by: str
    reason: str
    workstation: str = ""
    one_shot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshelve:
    """T11: taken off the shelf by hand."""

    by: str
    workstation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfOver:
    """T11: the shelf's time is over. remaining_us: what is left by the clock that is further ahead."""

    remaining_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfAdjusted:
    """The wall clock was set back: the shelf's end moves with it, so that it lasts no longer than granted (F43)."""

    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppress:
    """T12 on: a rule of the approved configuration holds the alarm back. reason: the rule's input."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """T12 off: the same rule lets it go."""

    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOutOfService:
    """T13: an engineer and a second person take it out of service until a date, with a compensating measure."""

    by: str
    second: str
    reason: str
    measure: str
    until: int
    workstation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToService:
    """T14: put back by an engineer."""

    by: str
    workstation: str = ""


@dataclass(frozen=True, slots=True)
class ServiceDateOver:
    """T14: the end date has passed."""


@dataclass(frozen=True, slots=True)
class Silence:
    """T17: the horn is quiet for a while; the facts do not change."""


@dataclass(frozen=True, slots=True)
class Realarm:
    """T18: unacknowledged for too long, sounds again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """T20: the process starts. last_seen: newest wall time known to have passed before it ended."""

    last_seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """T21: a configuration change that removes the alarm, or the level it stands at."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disable:
    """T22: does not exist; always refused."""

    by: str


Event = (
    Raise
    | Clear
    | Escalate
    | Deescalate
    | Late
    | InputLost
    | InputGood
    | Acknowledge
    | Reset
    | Shelve
    | Unshelve
    | ShelfOver
    | ShelfAdjusted
    | Suppress
    | Release
    | TakeOutOfService
    | ReturnToService
    | ServiceDateOver
    | Silence
    | Realarm
    | Restart
    | Delete
    | Disable
)
