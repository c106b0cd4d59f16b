"""Decide what an event does to an alarm (T1-T22); no I/O, no clock of its own.

`step` is the only place where alarm facts change. Whatever the table does not list is refused and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from backend.alarms import events as e
from backend.alarms import process, suppression
from backend.alarms.checks import check
from backend.alarms.states import Outcome, is_at_rest, line, may_call, name_of, refuse, rested, shown_priority
from backend.errors import RefusedError
from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmName, InputQuality

__all__ = ["Outcome", "check", "name_of", "step"]


def step(facts: AlarmFacts, event: e.Event, config: AlarmConfig, at: int) -> Outcome:
    """What `event` does to an alarm that stands at `facts`. at: now, µs UTC.

    Rights are checked by the caller at the moment of use; an empty person here means that nobody had the right.
    """
    match event:
        case e.Raise():
            return process.raise_(facts, event, config, at)
        case e.Clear():
            return process.clear(facts, event, config, at)
        case e.Escalate():
            return process.escalate(facts, event, config, at)
        case e.Deescalate():
            return process.deescalate(facts, event, config, at)
        case e.Late():
            return process.late(facts, event, config, at)
        case e.InputLost():
            return process.mark_input(facts, InputQuality.UNCERTAIN, "uncertain", config, at)
        case e.InputGood():
            return process.mark_input(facts, InputQuality.GOOD, "good", config, at)
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
    seen = rested(replace(facts, ack=True, acked_at=at, acked_by=event.by))
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
    free = rested(replace(facts, latched=False))
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
    return Outcome(facts=woken, sounds=may_call(woken))


def _delete(facts: AlarmFacts) -> Outcome:
    """T21."""
    if not is_at_rest(facts) or facts.suppressed:
        return refuse(facts, RefusedError("an alarm that is not normal cannot be removed from the configuration"))
    return Outcome(facts=facts)
