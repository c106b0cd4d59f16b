"""Read an alarm's facts: its name, priority and level; and say what a step did to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from backend.errors import RefusedError
from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmName, Occurrence, Priority, Suppression

LATE_AFTER_US: Final = 60_000_000
"""L of T19: a report older than this on arrival is flagged late."""

_HELD_BACK: Final = (
    (Suppression.OUT_OF_SERVICE, AlarmName.OOSRV),
    (Suppression.BY_DESIGN, AlarmName.DSUPR),
    (Suppression.SHELVED, AlarmName.SHLVD),
)
"""The first that is in force gives the name."""

_NAMES: Final = {
    # (cond, ack, latched)
    (False, True, False): AlarmName.NORM,
    (True, False, False): AlarmName.UNACK,
    (True, False, True): AlarmName.UNACK,
    (True, True, False): AlarmName.ACKED,
    (True, True, True): AlarmName.ACKED,
    (False, False, False): AlarmName.RTNUN,
    (False, False, True): AlarmName.LTUNK,
    (False, True, True): AlarmName.LTACK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one event did. `refused`: why it did nothing (then the facts are the old ones and there are no events).

    sounds: the horn is called anew. The caller journals refusals.
    """

    facts: AlarmFacts
    events: tuple[Occurrence, ...] = ()
    refused: RefusedError | None = None
    sounds: bool = False


def name_of(facts: AlarmFacts) -> AlarmName:
    """The displayed name; derived, so it cannot contradict the facts."""
    if facts.suppressed:
        kinds = {each.kind for each in facts.suppressed}
        return next(name for kind, name in _HELD_BACK if kind in kinds)
    return _NAMES[facts.cond, facts.ack, facts.latched]


def is_at_rest(facts: AlarmFacts) -> bool:
    """Whether nothing of an occurrence is left (NORM once no suppression is in force)."""
    return facts.ack and not facts.cond and not facts.latched


def rank_of(config: AlarmConfig, level: str) -> int:
    """Place of a level among the configured ones, 0 = least urgent; -1 for a level that is not configured."""
    return next((rank for rank, (name, _) in enumerate(config.priorities) if name == level), -1)


def priority_at(config: AlarmConfig, level: str) -> Priority:
    """Priority of a level; of the most urgent one where the level is not configured (any more)."""
    return dict(config.priorities).get(level, most_urgent(config))


def most_urgent(config: AlarmConfig) -> Priority:
    """The most urgent configured priority."""
    return min(priority for _, priority in config.priorities)


def shown_priority(config: AlarmConfig, facts: AlarmFacts) -> Priority:
    """Peak priority while something of an occurrence is left, else the most urgent configured."""
    return most_urgent(config) if facts.peak is None else facts.peak


def may_call(facts: AlarmFacts) -> bool:
    """Whether these facts may call the horn at all (T15: not while held back)."""
    return not facts.ack and not facts.suppressed


def rested(facts: AlarmFacts) -> AlarmFacts:
    """Without what belongs to the occurrence, once nothing is left of it."""
    return replace(facts, peak=None, late=False) if is_at_rest(facts) else facts


def refuse(facts: AlarmFacts, why: RefusedError) -> Outcome:
    """Nothing changes, and why."""
    return Outcome(facts=facts, refused=why)


def line(
    config: AlarmConfig,
    facts: AlarmFacts,
    event: str,
    *,
    at: int,
    recorded_at: int,
    priority: Priority | None = None,
    value: float | None = None,
    limit: float | None = None,
    by: str = "",
    workstation: str = "",
    reason: str = "",
    late: bool = False,
) -> Occurrence:
    """The alarm journal's line for a step that led to `facts`."""
    return Occurrence(
        key=config.key,
        occurrence=facts.occurrence,
        event=event,
        at=at,
        recorded_at=recorded_at,
        name=name_of(facts),
        priority=shown_priority(config, facts) if priority is None else priority,
        level=facts.level,
        value=value,
        limit=limit,
        by=by,
        workstation=workstation,
        reason=reason,
        late=late,
    )
