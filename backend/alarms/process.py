"""Decide what the process does to an alarm: raise, clear, escalate, late reports, marks (T1, T2, T6-T9, T19); pure."""

from __future__ import annotations

from dataclasses import replace

from backend.alarms import events as e
from backend.alarms import suppression
from backend.alarms.states import (
    LATE_AFTER_US,
    Outcome,
    line,
    may_call,
    priority_at,
    rank_of,
    refuse,
    rested,
    shown_priority,
)
from backend.errors import RefusedError
from backend.model.alarm import AlarmConfig, AlarmFacts, InputQuality, Occurrence, Priority


def raise_(facts: AlarmFacts, event: e.Raise, config: AlarmConfig, at: int) -> Outcome:
    """T1."""
    if facts.cond:
        return refuse(facts, RefusedError("the alarm is already active"))
    if event.quality is InputQuality.UNKNOWN:
        return refuse(facts, RefusedError("the input is not known yet"))
    if rank_of(config, event.level) < 0:
        return refuse(facts, RefusedError("level {level} is not configured", level=event.level))
    late = at - event.at > LATE_AFTER_US
    raised = _hidden(
        replace(
            facts,
            cond=True,
            input=event.quality,
            ack=config.auto_ack,
            latched=config.latching,
            occurrence=facts.occurrence + 1,
            level=event.level,
            peak=_peak(facts, priority_at(config, event.level)),
            raised_at=event.at,
            cleared_at=0,
            acked_at=0,
            acked_by="",
            late=late,
            value=event.value,
            limit=event.limit,
        )
    )
    said = line(
        config,
        raised,
        "raise",
        at=event.at,
        recorded_at=at,
        value=event.value,
        limit=event.limit,
        reason=event.reason,
        late=late,
    )
    return Outcome(facts=raised, events=(said, *_doubt(raised, config, at)), sounds=may_call(raised))


def clear(facts: AlarmFacts, event: e.Clear, config: AlarmConfig, at: int) -> Outcome:
    """T2; ends a one-shot shelf as well (T11)."""
    if not facts.cond:
        return refuse(facts, RefusedError("the alarm is not active"))
    if event.quality is not InputQuality.GOOD:
        return refuse(facts, RefusedError("only a good value clears an alarm"))
    cleared = rested(_hidden(replace(facts, cond=False, input=InputQuality.GOOD, cleared_at=event.at)))
    said = line(
        config,
        cleared,
        "clear",
        at=event.at,
        recorded_at=at,
        priority=shown_priority(config, facts),
        value=event.value,
        limit=event.limit,
        reason=event.reason,
        late=at - event.at > LATE_AFTER_US,
    )
    return suppression.end_one_shot(Outcome(facts=cleared, events=(said,)), config, at)


def escalate(facts: AlarmFacts, event: e.Escalate, config: AlarmConfig, at: int) -> Outcome:
    """T6: needs a new acknowledgement, also of an auto-acknowledged alarm.

    Compared with the level it stands at, not with its peak: HH, back to H, HH again is news each time.
    """
    if not facts.cond:
        return refuse(facts, RefusedError("the alarm is not active"))
    if event.quality is InputQuality.UNKNOWN:
        return refuse(facts, RefusedError("the input is not known yet"))
    if rank_of(config, event.level) <= rank_of(config, facts.level):
        return refuse(facts, RefusedError("level {level} is not more urgent", level=event.level))
    risen = _hidden(
        replace(
            facts,
            input=event.quality,
            ack=False,
            occurrence=facts.occurrence + 1,
            level=event.level,
            peak=_peak(facts, priority_at(config, event.level)),
            raised_at=event.at,
            acked_at=0,
            acked_by="",
            late=at - event.at > LATE_AFTER_US,
            value=event.value,
            limit=event.limit,
        )
    )
    said = line(
        config,
        risen,
        "escalate",
        at=event.at,
        recorded_at=at,
        value=event.value,
        limit=event.limit,
        late=risen.late,
    )
    return Outcome(facts=risen, events=(said, *_doubt(risen, config, at)), sounds=may_call(risen))


def deescalate(facts: AlarmFacts, event: e.Deescalate, config: AlarmConfig, at: int) -> Outcome:
    """T7: the level falls, the peak priority stays until clear and acknowledgement."""
    if not facts.cond:
        return refuse(facts, RefusedError("the alarm is not active"))
    if event.quality is not InputQuality.GOOD:
        return refuse(facts, RefusedError("only a good value lowers an alarm"))
    if not 0 <= rank_of(config, event.level) < rank_of(config, facts.level):
        return refuse(facts, RefusedError("level {level} is not less urgent", level=event.level))
    fallen = _hidden(replace(facts, input=InputQuality.GOOD, level=event.level))
    said = line(config, fallen, "de-escalate", at=event.at, recorded_at=at, value=event.value, limit=event.limit)
    return Outcome(facts=fallen, events=(said,))


def late(facts: AlarmFacts, event: e.Late, config: AlarmConfig, at: int) -> Outcome:
    """T19: the excursion came and went; it still asks to be seen, and is never dropped.

    While the alarm is active by newer reports, the newer values stay and the late one only adds an occurrence.
    """
    if rank_of(config, event.level) < 0:
        return refuse(facts, RefusedError("level {level} is not configured", level=event.level))
    if _is_recorded(facts, event, config):
        return refuse(facts, RefusedError("the late report belongs to an occurrence that is already recorded"))
    asks = _hidden(
        replace(
            facts,
            ack=config.auto_ack,
            occurrence=facts.occurrence + 1,
            peak=_peak(facts, priority_at(config, event.level)),
            acked_at=0,
            acked_by="",
            late=True,
        )
    )
    if not facts.cond:
        asks = replace(
            asks,
            latched=config.latching,
            level=event.level,
            raised_at=event.at,
            cleared_at=max(facts.cleared_at, event.at),
            value=event.value,
            limit=event.limit,
        )
    priority = shown_priority(config, asks)
    asks = rested(asks)
    said = replace(
        line(
            config,
            asks,
            "late",
            at=event.at,
            recorded_at=at,
            priority=priority,
            value=event.value,
            limit=event.limit,
            late=True,
        ),
        level=event.level,
    )
    # What T1 and T2 in a row would leave: a cleared alarm only goes on sounding at top priority.
    sounds = may_call(asks) and (asks.cond or priority is Priority.P1)
    return Outcome(facts=asks, events=(said,), sounds=sounds)


def mark_input(facts: AlarmFacts, quality: InputQuality, event: str, config: AlarmConfig, at: int) -> Outcome:
    """T8, T9: only the mark changes. Good again clears nothing by itself: that takes a good sample beyond the band."""
    if facts.input is quality:
        return Outcome(facts=facts)
    marked = replace(facts, input=quality)
    return Outcome(facts=marked, events=(line(config, marked, event, at=at, recorded_at=at),))


def _peak(facts: AlarmFacts, priority: Priority) -> Priority:
    return priority if facts.peak is None else min(facts.peak, priority)


def _hidden(facts: AlarmFacts) -> AlarmFacts:
    """T15: process events go on while held back, and are counted."""
    return replace(facts, hidden_count=facts.hidden_count + 1) if facts.suppressed else facts


def _doubt(facts: AlarmFacts, config: AlarmConfig, at: int) -> tuple[Occurrence, ...]:
    """A raise says by itself that the input was good; where it was not, a mark follows."""
    if facts.input is InputQuality.GOOD:
        return ()
    return (line(config, facts, "uncertain", at=at, recorded_at=at),)


def _is_recorded(facts: AlarmFacts, event: e.Late, config: AlarmConfig) -> bool:
    """Whether the late report lies inside the excursion that the facts already tell of."""
    return (
        facts.occurrence > 0
        and facts.raised_at <= event.at
        and (facts.cond or event.at <= facts.cleared_at)
        and rank_of(config, event.level) <= rank_of(config, facts.level)
    )
