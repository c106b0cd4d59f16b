"""Decide what an event does to a command; no I/O, no clock of its own (safety.md §2, C1–C19)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from backend.commands import rules
from backend.commands.changes import Effect
from backend.commands.events import Claim, Event, Moment, Refusal, Request, Restarted, Seen, Tick, World
from backend.commands.evidence import US
from backend.commands.guards import Case
from backend.commands.policy import Policy
from backend.commands.rules import Rule
from backend.errors import mark
from backend.model.command import Command, CommandState

__all__ = ["Effect", "Outcome", "Refusal", "blocked", "step", "withheld"]

_QUIET: Final = (Tick, Seen, Restarted)
"""Events that often have nothing to do; that is no refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an event did. `command` is None only for a request that was refused.

    refused: why nothing changed. rule: the row that decided, "" = none. ends_mono: the command's end on the monotonic
    clock from now on, None = it has none. effects: to be carried out after the change is durable, in this order.
    """

    command: Command | None
    refused: Refusal | None = None
    rule: str = ""
    ends_mono: float | None = None
    effects: tuple[Effect, ...] = ()


def step(command: Command | None, event: Event, policy: Policy, now: Moment) -> Outcome:
    """One event meets one command (None = does not exist yet, only a Request makes sense)."""
    if isinstance(event, Request):
        return _first(command, event, policy, now)
    if command is None:
        return Outcome(command=None, refused=Refusal(template=mark("there is no such command")))
    case: Case[Event] = Case(command=command, event=event, policy=policy, moment=now)
    rule = _rule(case)
    if rule is None:
        return _unlisted(case)
    refusal = _refusal(rule, case)
    if refusal is None:
        change = rule.change(case)
        return Outcome(command=change.command, rule=rule.id, ends_mono=change.ends_mono, effects=change.effects)
    if rule.ends_on_refusal:
        ended = replace(command, state=refusal.end, ended_at=now.at, note=refusal.text)
        return Outcome(command=ended, rule="C8" if refusal.end is CommandState.EXPIRED else "C7")
    return Outcome(command=command, refused=refusal, rule=rule.id, ends_mono=now.ends_mono)


def blocked(
    command: Command, event: Event, policy: Policy, now: Moment, *, without: tuple[str, ...] = ()
) -> Refusal | None:
    """Why `event` would be refused, leaving out the guards named in `without`; changes nothing."""
    case: Case[Event] = Case(command=command, event=event, policy=policy, moment=now)
    rule = _rule(case)
    if rule is None:
        return _unlisted(case).refused
    return _refusal(rule, case, without)


def withheld(command: Command, world: World, policy: Policy, now: Moment) -> Refusal | None:
    """The last look directly before the write (S3, C10): why a claimed command must not go out after all."""
    case: Case[Event] = Case(command=command, event=Claim(world=world), policy=policy, moment=now)
    claims = [rule for rule in rules.RULES if rule.event is Claim]
    return next((refusal for rule in claims if (refusal := _refusal(rule, case)) is not None), None)


def _first(command: Command | None, event: Request, policy: Policy, now: Moment) -> Outcome:
    if command is not None:
        return Outcome(
            command=command,
            refused=Refusal(template=mark("{command} exists already"), values=(("command", command.content.id),)),
        )
    asked = Command(
        content=event.content,
        state=CommandState.REQUESTED,
        not_after=now.at + round(policy.confirm_s * US),
        requester=event.actor.person,
        requester_session=event.actor.session,
        workstation=event.actor.workstation,
    )
    case: Case[Event] = Case(command=asked, event=event, policy=policy, moment=now)
    rule = _rule(case)
    if rule is None:
        return Outcome(command=None, refused=_unlisted(case).refused)
    refusal = _refusal(rule, case)
    if refusal is not None:
        return Outcome(command=None, refused=refusal, rule=rule.id)
    change = rule.change(case)
    return Outcome(command=change.command, rule=rule.id, ends_mono=change.ends_mono)


def _rule(case: Case[Event]) -> Rule | None:
    return next(
        (
            rule
            for rule in rules.RULES
            if rule.event is type(case.event) and case.command.state in rule.states and rule.when(case)
        ),
        None,
    )


def _refusal(rule: Rule, case: Case[Event], without: tuple[str, ...] = ()) -> Refusal | None:
    asked = (guard(case) for guard in rule.guards if guard.__name__ not in without)
    return next((refusal for refusal in asked if refusal is not None), None)


def _unlisted(case: Case[Event]) -> Outcome:
    command = case.command
    if isinstance(case.event, _QUIET):
        return Outcome(command=command, ends_mono=case.moment.ends_mono)
    return Outcome(
        command=command,
        ends_mono=case.moment.ends_mono,
        refused=Refusal(
            template=mark("{command} is {state}: {event} is not possible"),
            values=(
                ("command", command.content.id),
                ("state", command.state.value),
                ("event", type(case.event).__name__.lower()),
            ),
        ),
    )
