"""Decide how an alarm is held back and let go again (T10-T16); pure. Suppression never edits the other facts (A5)."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from backend.alarms import events as e
from backend.alarms.states import Outcome, line, most_urgent, refuse
from backend.errors import RefusedError
from backend.model.alarm import (
    AlarmClass,
    AlarmConfig,
    AlarmFacts,
    Occurrence,
    Priority,
    Suppressed,
    Suppression,
)

US = 1_000_000

Held = (
    e.Shelve
    | e.Unshelve
    | e.ShelfOver
    | e.ShelfAdjusted
    | e.Suppress
    | e.Release
    | e.TakeOutOfService
    | e.ReturnToService
    | e.ServiceDateOver
)


def step(facts: AlarmFacts, event: Held, config: AlarmConfig, at: int) -> Outcome:
    """What one of these events does. at: now, µs UTC."""
    match event:
        case e.Shelve():
            return _shelve(facts, event, config, at)
        case e.Unshelve():
            return _unshelve(facts, event, config, at)
        case e.ShelfOver():
            return _shelf_over(facts, event, config, at)
        case e.ShelfAdjusted():
            return _adjust(facts, event, config, at)
        case e.Suppress():
            return _suppress(facts, event, config, at)
        case e.Release():
            return _release(facts, event, config, at)
        case e.TakeOutOfService():
            return _take_out(facts, event, config, at)
        case e.ReturnToService():
            return _return(facts, event, config, at)
        case e.ServiceDateOver():
            return _date_over(facts, config, at)
        case _:
            assert_never(event)


def of_kind(facts: AlarmFacts, kind: Suppression) -> Suppressed | None:
    """The suppression of this kind in force, if any."""
    return next((each for each in facts.suppressed if each.kind is kind), None)


def may_shelve(config: AlarmConfig) -> bool:
    """Top class and gas-leak alarms are never shelvable, nor any alarm that could rise to the top while hidden."""
    return config.shelvable and config.alarm_class is not AlarmClass.GAS_LEAK and most_urgent(config) is not Priority.P1


def end_one_shot(outcome: Outcome, config: AlarmConfig, at: int) -> Outcome:
    """T11, one-shot return: the alarm has cleared, so a one-shot shelf is over."""
    shelf = of_kind(outcome.facts, Suppression.SHELVED)
    if shelf is None or not shelf.one_shot:
        return outcome
    let_go = _let_go(outcome.facts, Suppression.SHELVED, "unshelve", config, at, reason="one-shot")
    return replace(let_go, events=outcome.events + let_go.events)


def shortened(facts: AlarmFacts, last_seen: int, at: int) -> AlarmFacts:
    """T20: the shelf with the shorter of what was left at `last_seen` and what is left now."""
    shelf = of_kind(facts, Suppression.SHELVED)
    if shelf is None or shelf.until is None:
        return facts
    stored_remainder = shelf.until - max(last_seen, shelf.since)
    return _replaced(facts, replace(shelf, until=min(shelf.until, at + max(0, stored_remainder))))


def _shelve(facts: AlarmFacts, event: e.Shelve, config: AlarmConfig, at: int) -> Outcome:
    """T10."""
    if not event.by:
        return refuse(facts, RefusedError("nobody with the right to shelve"))
    if not may_shelve(config):
        return refuse(facts, RefusedError("top priority and gas leak alarms cannot be shelved"))
    if not event.reason.strip():
        return refuse(facts, RefusedError("a reason is needed"))
    if not 0 < event.seconds <= config.max_shelf_s:
        return refuse(facts, RefusedError("it can be shelved for at most {limit} s", limit=config.max_shelf_s))
    if facts.suppressed:
        return refuse(facts, RefusedError("the alarm is already held back"))
    shelf = Suppressed(
        kind=Suppression.SHELVED,
        by=event.by,
        reason=event.reason,
        since=at,
        until=at + event.seconds * US,
        one_shot=event.one_shot,
    )
    held = _held(facts, shelf)
    said = line(
        config,
        held,
        "shelve",
        at=at,
        recorded_at=at,
        by=event.by,
        workstation=event.workstation,
        reason=event.reason,
    )
    return Outcome(facts=held, events=(said,))


def _unshelve(facts: AlarmFacts, event: e.Unshelve, config: AlarmConfig, at: int) -> Outcome:
    """T11 by hand."""
    if not event.by:
        return refuse(facts, RefusedError("nobody with the right to unshelve"))
    if of_kind(facts, Suppression.SHELVED) is None:
        return refuse(facts, RefusedError("the alarm is not shelved"))
    return _let_go(facts, Suppression.SHELVED, "unshelve", config, at, by=event.by, workstation=event.workstation)


def _shelf_over(facts: AlarmFacts, event: e.ShelfOver, config: AlarmConfig, at: int) -> Outcome:
    """T11 by time."""
    if of_kind(facts, Suppression.SHELVED) is None:
        return refuse(facts, RefusedError("the alarm is not shelved"))
    if event.remaining_us > 0:
        return refuse(facts, RefusedError("the shelf's time is not over"))
    return _let_go(facts, Suppression.SHELVED, "unshelve", config, at, reason="time over")


def _adjust(facts: AlarmFacts, event: e.ShelfAdjusted, config: AlarmConfig, at: int) -> Outcome:
    shelf = of_kind(facts, Suppression.SHELVED)
    if shelf is None or shelf.until is None:
        return refuse(facts, RefusedError("the alarm is not shelved"))
    if event.until >= shelf.until:
        return refuse(facts, RefusedError("a shelf is never made longer"))
    moved = _replaced(facts, replace(shelf, until=event.until))
    said = line(config, moved, "shelf-adjust", at=at, recorded_at=at, reason="wall clock set back")
    return Outcome(facts=moved, events=(said,))


def _suppress(facts: AlarmFacts, event: e.Suppress, config: AlarmConfig, at: int) -> Outcome:
    """T12 on. A second rule has to wait until the first lets go: releasing the first must not look like both."""
    if not event.rule:
        return refuse(facts, RefusedError("no approved rule is named"))
    if of_kind(facts, Suppression.BY_DESIGN) is not None:
        return refuse(facts, RefusedError("a rule already holds the alarm back"))
    design = Suppressed(kind=Suppression.BY_DESIGN, by=event.rule, reason=event.reason, since=at, until=None)
    held = _held(facts, design)
    said = line(config, held, "suppress", at=at, recorded_at=at, by=event.rule, reason=event.reason)
    return Outcome(facts=held, events=(said,))


def _release(facts: AlarmFacts, event: e.Release, config: AlarmConfig, at: int) -> Outcome:
    """T12 off."""
    design = of_kind(facts, Suppression.BY_DESIGN)
    if design is None or design.by != event.rule:
        return refuse(facts, RefusedError("this rule does not hold the alarm back"))
    return _let_go(facts, Suppression.BY_DESIGN, "release", config, at, by=event.rule)


def _take_out(facts: AlarmFacts, event: e.TakeOutOfService, config: AlarmConfig, at: int) -> Outcome:
    """T13."""
    if not event.by or not event.second or event.by == event.second:
        return refuse(facts, RefusedError("an engineer and a second person are needed"))
    if not event.reason.strip() or not event.measure.strip():
        return refuse(facts, RefusedError("a reason and a compensating measure are needed"))
    if event.until <= at:
        return refuse(facts, RefusedError("an end date in the future is needed"))
    if of_kind(facts, Suppression.OUT_OF_SERVICE) is not None:
        return refuse(facts, RefusedError("the alarm is already out of service"))
    out = Suppressed(
        kind=Suppression.OUT_OF_SERVICE,
        by=event.by,
        second=event.second,
        reason=event.reason,
        measure=event.measure,
        since=at,
        until=event.until,
    )
    held = _held(facts, out)
    said = line(
        config,
        held,
        "out-of-service",
        at=at,
        recorded_at=at,
        by=event.by,
        workstation=event.workstation,
        reason=event.reason,
    )
    return Outcome(facts=held, events=(said,))


def _return(facts: AlarmFacts, event: e.ReturnToService, config: AlarmConfig, at: int) -> Outcome:
    """T14 by an engineer."""
    if not event.by:
        return refuse(facts, RefusedError("nobody with the right to put it back into service"))
    if of_kind(facts, Suppression.OUT_OF_SERVICE) is None:
        return refuse(facts, RefusedError("the alarm is not out of service"))
    return _let_go(
        facts,
        Suppression.OUT_OF_SERVICE,
        "return-to-service",
        config,
        at,
        by=event.by,
        workstation=event.workstation,
    )


def _date_over(facts: AlarmFacts, config: AlarmConfig, at: int) -> Outcome:
    """T14 by date."""
    out = of_kind(facts, Suppression.OUT_OF_SERVICE)
    if out is None or out.until is None:
        return refuse(facts, RefusedError("the alarm is not out of service"))
    if at < out.until:
        return refuse(facts, RefusedError("the end date has not come"))
    return _let_go(facts, Suppression.OUT_OF_SERVICE, "return-to-service", config, at, reason="date over")


def _held(facts: AlarmFacts, more: Suppressed) -> AlarmFacts:
    """With one more suppression; the count of hidden events starts with the first."""
    kinds = list(Suppression)
    together = sorted((*facts.suppressed, more), key=lambda each: kinds.index(each.kind))
    return replace(facts, suppressed=tuple(together), hidden_count=facts.hidden_count if facts.suppressed else 0)


def _replaced(facts: AlarmFacts, by: Suppressed) -> AlarmFacts:
    return replace(facts, suppressed=tuple(by if each.kind is by.kind else each for each in facts.suppressed))


def _let_go(
    facts: AlarmFacts,
    kind: Suppression,
    event: str,
    config: AlarmConfig,
    at: int,
    *,
    by: str = "",
    workstation: str = "",
    reason: str = "",
) -> Outcome:
    """One suppression less; with the last one gone an active alarm asks to be seen again, with horn (T16)."""
    free = replace(facts, suppressed=tuple(each for each in facts.suppressed if each.kind is not kind))
    annunciates = not free.suppressed and free.cond
    if annunciates:
        free = replace(free, ack=False, acked_at=0, acked_by="")
    said: Occurrence = line(config, free, event, at=at, recorded_at=at, by=by, workstation=workstation, reason=reason)
    return Outcome(facts=free, events=(said,), sounds=annunciates)
