"""Decide what an event does to an alarm (T1-T22); no I/O, no clock of its own.

`step` is the only place where alarm facts change. Whatever the table does not list is refused and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from backend.alarms import events as e
from backend.alarms import suppression
from backend.alarms.checks import check
from backend.alarms.states import (
    LATE_AFTER_US,
    Outcome,
    is_at_rest,
    line,
    name_of,
    priority_at,
    rank_of,
    refuse,
    shown_priority,
)
from backend.errors import RefusedError
from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmName, InputQuality, Occurrence, Priority

__all__ = ["Outcome", "check", "name_of", "step"]


def step(facts: AlarmFacts, event: e.Event, config: AlarmConfig, at: int) -> Outcome:
    """What `event` does to an alarm that stands at `facts`. at: now, µs UTC.

    Rights are checked by the caller at the moment of use; an empty person here means that nobody had the right.
    """
    match event:
        case e.Raise():
            return _raise(facts, event, config, at)
        case e.Clear():
            return _clear(facts, event, config, at)
        case e.Escalate():
            return _escalate(facts, event, config, at)
        case e.Deescalate():
            return _deescalate(facts, event, config, at)
        case e.Late():
            return _late(facts, event, config, at)
        case e.InputLost():
            return _mark(facts, InputQuality.UNCERTAIN, "uncertain", config, at)
        case e.InputGood():
            return _mark(facts, InputQuality.GOOD, "good", config, at)
        case e.Acknowledge():
            return _acknowledge(facts, event, config, at)
        case e.Reset():
            return _reset(facts, event, config, at)
        case e.Silence():
            return Outcome(facts=facts)
        case e.Realarm():
            return _realarm(facts, config, at)
        case e.Restart():
            return _restart(facts, event, at)
        case e.Delete():
            return _delete(facts)
        case e.Disable():
            return refuse(facts, RefusedError("an alarm cannot be disabled; take it out of service"))
        case (
            e.Shelve()
            | e.Unshelve()
            | e.ShelfOver()
            | e.ShelfAdjusted()
            | e.Suppress()
            | e.Release()
            | e.TakeOutOfService()
            | e.ReturnToService()
            | e.ServiceDateOver()
        ):
            return suppression.step(facts, event, config, at)
        case _:
            assert_never(event)


def _raise(facts: AlarmFacts, event: e.Raise, config: AlarmConfig, at: int) -> Outcome:
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
    return Outcome(facts=raised, events=(said, *_doubt(raised, config, at)), sounds=_calls(raised))


def _clear(facts: AlarmFacts, event: e.Clear, config: AlarmConfig, at: int) -> Outcome:
    """T2; ends a one-shot shelf as well (T11)."""
    if not facts.cond:
        return refuse(facts, RefusedError("the alarm is not active"))
    if event.quality is not InputQuality.GOOD:
        return refuse(facts, RefusedError("only a good value clears an alarm"))
    cleared = _rested(_hidden(replace(facts, cond=False, input=InputQuality.GOOD, cleared_at=event.at)))
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


def _escalate(facts: AlarmFacts, event: e.Escalate, config: AlarmConfig, at: int) -> Outcome:
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
    return Outcome(facts=risen, events=(said, *_doubt(risen, config, at)), sounds=_calls(risen))


def _deescalate(facts: AlarmFacts, event: e.Deescalate, config: AlarmConfig, at: int) -> Outcome:
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


def _late(facts: AlarmFacts, event: e.Late, config: AlarmConfig, at: int) -> Outcome:
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
    asks = _rested(asks)
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
    sounds = _calls(asks) and (asks.cond or priority is Priority.P1)
    return Outcome(facts=asks, events=(said,), sounds=sounds)


def _mark(facts: AlarmFacts, quality: InputQuality, event: str, config: AlarmConfig, at: int) -> Outcome:
    """T8, T9: only the mark changes. Good again clears nothing by itself: that takes a good sample beyond the band."""
    if facts.input is quality:
        return Outcome(facts=facts)
    marked = replace(facts, input=quality)
    return Outcome(facts=marked, events=(line(config, marked, event, at=at, recorded_at=at),))


def _acknowledge(facts: AlarmFacts, event: e.Acknowledge, config: AlarmConfig, at: int) -> Outcome:
    """T3, T4."""
    if not event.by:
        return refuse(facts, RefusedError("nobody with the right to acknowledge"))
    if event.occurrence < facts.occurrence:
        return refuse(
            facts,
            RefusedError(
                "there is a newer occurrence ({current}); look at it before acknowledging", current=facts.occurrence
            ),
        )
    if event.occurrence > facts.occurrence:
        return refuse(facts, RefusedError("there is no occurrence {number}", number=event.occurrence))
    if facts.suppressed:
        return refuse(facts, RefusedError("the alarm is held back; it cannot be acknowledged now"))
    if facts.ack:
        return refuse(facts, RefusedError("already acknowledged"))
    seen = _rested(replace(facts, ack=True, acked_at=at, acked_by=event.by))
    said = line(
        config,
        seen,
        "ack",
        at=at,
        recorded_at=at,
        priority=shown_priority(config, facts),
        by=event.by,
        workstation=event.workstation,
    )
    return Outcome(facts=seen, events=(said,))


def _reset(facts: AlarmFacts, event: e.Reset, config: AlarmConfig, at: int) -> Outcome:
    """T5."""
    if not event.by:
        return refuse(facts, RefusedError("nobody with the right to reset"))
    if name_of(facts) is not AlarmName.LTACK:
        return refuse(facts, RefusedError("only a latched alarm that is over and acknowledged can be reset"))
    free = _rested(replace(facts, latched=False))
    said = line(
        config,
        free,
        "reset",
        at=at,
        recorded_at=at,
        priority=shown_priority(config, facts),
        by=event.by,
        workstation=event.workstation,
    )
    return Outcome(facts=free, events=(said,))


def _realarm(facts: AlarmFacts, config: AlarmConfig, at: int) -> Outcome:
    """T18: the line in the alarm journal is what tells the next person."""
    if name_of(facts) not in (AlarmName.UNACK, AlarmName.LTUNK):
        return refuse(facts, RefusedError("nothing here waits to be acknowledged"))
    return Outcome(facts=facts, events=(line(config, facts, "re-alarm", at=at, recorded_at=at),), sounds=True)


def _restart(facts: AlarmFacts, event: e.Restart, at: int) -> Outcome:
    """T20: identity, but nothing is known of the input yet, and a shelf keeps the shorter of its two remainders."""
    woken = replace(suppression.shortened(facts, event.last_seen, at), input=InputQuality.UNKNOWN)
    return Outcome(facts=woken, sounds=_calls(woken))


def _delete(facts: AlarmFacts) -> Outcome:
    """T21."""
    if not is_at_rest(facts) or facts.suppressed:
        return refuse(facts, RefusedError("an alarm that is not normal cannot be removed from the configuration"))
    return Outcome(facts=facts)


def _calls(facts: AlarmFacts) -> bool:
    """Whether these facts may call the horn at all (T15: not while held back)."""
    return not facts.ack and not facts.suppressed


def _doubt(facts: AlarmFacts, config: AlarmConfig, at: int) -> tuple[Occurrence, ...]:
    """A raise says by itself that the input was good; where it was not, a mark follows."""
    if facts.input is InputQuality.GOOD:
        return ()
    return (line(config, facts, "uncertain", at=at, recorded_at=at),)


def _peak(facts: AlarmFacts, priority: Priority) -> Priority:
    return priority if facts.peak is None else min(facts.peak, priority)


def _hidden(facts: AlarmFacts) -> AlarmFacts:
    """T15: process events go on while held back, and are counted."""
    return replace(facts, hidden_count=facts.hidden_count + 1) if facts.suppressed else facts


def _rested(facts: AlarmFacts) -> AlarmFacts:
    """Without what belongs to the occurrence, once nothing is left of it."""
    return replace(facts, peak=None, late=False) if is_at_rest(facts) else facts


def _is_recorded(facts: AlarmFacts, event: e.Late, config: AlarmConfig) -> bool:
    """Whether the late report lies inside the excursion that the facts already tell of."""
    return (
        facts.occurrence > 0
        and facts.raised_at <= event.at
        and (facts.cond or event.at <= facts.cleared_at)
        and rank_of(config, event.level) <= rank_of(config, facts.level)
    )
