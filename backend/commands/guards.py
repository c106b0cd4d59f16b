"""What must be true before a command moves on; each guard gives one sentence when it is not. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from backend.commands.content import signed_hash
from backend.commands.events import (
    Approve,
    Cancel,
    Claim,
    Confirm,
    Moment,
    Refusal,
    Reject,
    Request,
    Resolve,
)
from backend.commands.policy import Policy
from backend.errors import mark
from backend.model.command import Command, CommandContent, CommandKind, CommandState, RiskClass
from backend.model.person import Right

E = TypeVar("E")

SIMULATOR: Final = "simulator"
LIVE: Final = "live"
PREFIXES: Final = {LIVE: "CMD-", SIMULATOR: "SIM-"}
"""A command's id says for which world it was made (S7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Generic[E]):
    """One event meeting one command."""

    command: Command
    event: E
    policy: Policy
    moment: Moment


Guard = Callable[[Case[Any]], Refusal | None]


def is_late(case: Case[Any]) -> bool:
    """C8: whichever clock is ahead decides, and a wall clock that jumped decides too. NaN counts as late."""
    command, moment = case.command, case.moment
    on_time = (
        moment.at < min(command.not_after, command.content.not_after)
        and moment.mono < moment.ends_mono
        and abs(moment.jump_s) <= case.policy.jump_s
    )
    return not on_time


def risk_of(content: CommandContent) -> RiskClass:
    """The class the server gives: what is not a read-back is at least class 1, whatever the content says (C4)."""
    return content.risk if content.kind is CommandKind.READ_BACK else max(content.risk, RiskClass.SINGLE)


# -- guards of several steps -----------------------------------------------------------------------------------------


def in_time(case: Case[Any]) -> Refusal | None:
    """S3: not a moment after not-after."""
    if not is_late(case):
        return None
    return _no(case, mark("{command} has expired"), end=CommandState.EXPIRED)


def same_mode(case: Case[Request] | Case[Confirm] | Case[Approve] | Case[Claim]) -> Refusal | None:
    """S7: a command made for the simulator never reaches the field, nor the other way round."""
    mode = case.event.world.mode
    if mode in PREFIXES and case.command.content.id.startswith(PREFIXES[mode]):
        return None
    return _no(case, mark("{tag}: the workspace does not take such commands now"), tag=case.command.content.tag)


def interlocks_met(case: Case[Request] | Case[Confirm] | Case[Approve] | Case[Claim]) -> Refusal | None:
    """S11: every input good, fresh and as it must be; nothing to look at is no permission."""
    interlocks = case.event.world.interlocks
    if risk_of(case.command.content) is RiskClass.READ_BACK:
        return None
    if not interlocks:
        return _no(case, mark("{tag} is blocked: no interlock can be checked"), tag=case.command.content.tag)
    unmet = [interlock for interlock in interlocks if not interlock.met]
    if not unmet:
        return None
    first = unmet[0]
    return _no(
        case,
        mark("{tag} is blocked: {interlock}: {value}"),
        tag=case.command.content.tag,
        interlock=first.name,
        value=first.value_text,
    )


def no_other_open(case: Case[Request] | Case[Claim]) -> Refusal | None:
    """S12: one open command an actuator."""
    other = case.event.world.other_open
    if not other:
        return None
    return _no(case, mark("{tag} already has an open command: {other}"), tag=case.command.content.tag, other=other)


def reason_given(case: Case[Reject] | Case[Cancel]) -> Refusal | None:
    """An end that nobody can explain later is no end."""
    if case.event.reason.strip():
        return None
    return _no(case, mark("{command}: a reason is needed"))


# -- C1 --------------------------------------------------------------------------------------------------------------


def may_request(case: Case[Request]) -> Refusal | None:
    """`cmd.request`."""
    if Right.CMD_REQUEST in case.event.actor.rights:
        return None
    return _no(case, mark("{person} may not request commands"), person=case.event.actor.person)


def rate_allows(case: Case[Request]) -> Refusal | None:
    """S16."""
    return case.event.limited


def request_complete(case: Case[Request]) -> Refusal | None:
    """C1: a reason, a short code to confirm with, a finite value in range, the class the server gives."""
    content, event = case.command.content, case.event
    checks = (
        (bool(content.reason.strip()), mark("a reason is needed to command {tag}")),
        (len(content.reason) <= 1000, mark("{tag}: the reason is longer than 1000 characters")),
        (bool(event.short_code), mark("{tag} cannot be commanded: device {device} has no short code")),
        (content.risk == risk_of(content), mark("{tag}: the risk class is not the one the rules give")),
        (math.isfinite(content.value), mark("{tag}: {value} is not a number that can be written")),
        (event.low <= content.value <= event.high, mark("{tag}: {value} is outside {low} to {high} {unit}")),
    )
    failed = [template for ok, template in checks if not ok]
    if not failed:
        return None
    return _no(
        case,
        failed[0],
        tag=content.tag,
        device=content.device,
        value=content.value,
        low=event.low,
        high=event.high,
        unit=content.unit,
    )


def gas_rule(case: Case[Request]) -> Refusal | None:
    """Remote open only by an operator with a person on site; a group never; no opening that waits and fires late."""
    content = case.command.content
    if content.action != "open":
        return None
    if content.risk is RiskClass.GROUP or content.waits_for_receipt or content.origin != "operator":
        return _no(case, mark("{tag} may not be opened in this way, only closed"), tag=content.tag)
    if not content.person_on_site:
        return _no(case, mark("{tag} may be opened remotely only with a person on site"), tag=content.tag)
    return None


def waiting_allowed(case: Case[Request]) -> Refusal | None:
    """G-05: of what is built so far only a closure may wait for a sleeping device without end."""
    content = case.command.content
    if not content.waits_for_receipt or (content.kind is CommandKind.VALVE and content.action == "close"):
        return None
    return _no(case, mark("{tag}: only a closure may wait for a sleeping device"), tag=content.tag)


# -- C2 --------------------------------------------------------------------------------------------------------------


def same_person(case: Case[Confirm]) -> Refusal | None:
    """C2: who asked confirms."""
    if case.event.actor.person == case.command.requester and Right.CMD_REQUEST in case.event.actor.rights:
        return None
    return _no(
        case,
        mark("{command} was requested by {requester}; {person} cannot confirm it"),
        requester=case.command.requester,
        person=case.event.actor.person,
    )


def code_matches(case: Case[Confirm]) -> Refusal | None:
    """C2: the code typed is the one on the device's plate."""
    if case.event.short_code and case.event.typed.strip() == case.event.short_code:
        return None
    return _no(case, mark("{command}: the number typed is not that of {tag}"), tag=case.command.content.tag)


# -- C5, C6, C7, C18 -------------------------------------------------------------------------------------------------


def may_approve(case: Case[Approve] | Case[Reject]) -> Refusal | None:
    """`cmd.approve`."""
    if Right.CMD_APPROVE in case.event.actor.rights:
        return None
    return _no(case, mark("{person} may not approve or reject commands"), person=case.event.actor.person)


def other_person(case: Case[Approve] | Case[Reject]) -> Refusal | None:
    """S4: natural persons, not accounts."""
    if case.event.actor.person not in (case.command.requester, case.command.confirmer):
        return None
    return _no(
        case,
        mark("{command} was requested by {person}; another person must approve or reject it"),
        person=case.event.actor.person,
    )


def other_session(case: Case[Approve]) -> Refusal | None:
    """C5: not at the requester's own sign-in."""
    if case.event.actor.session != case.command.requester_session:
        return None
    return _no(case, mark("{command} must be approved from another sign-in than the one that requested it"))


def requester_active(case: Case[Approve]) -> Refusal | None:
    """C5: both accounts active."""
    if case.event.world.requester_may:
        return None
    return _no(case, mark("{requester} may no longer request {command}"), requester=case.command.requester)


def same_text(case: Case[Approve]) -> Refusal | None:
    """C5: what was read is what stands here."""
    if case.event.signed_hash == signed_hash(case.command.content):
        return None
    return _no(case, mark("{command} is not what {person} read; read it again"), person=case.event.actor.person)


def both_on_site(case: Case[Approve]) -> Refusal | None:
    """Gas rule: both people tick the person on site before a remote open."""
    if case.command.content.action != "open" or case.event.person_on_site:
        return None
    return _no(case, mark("{command} opens a valve; {person} must confirm that a person is on site"), person=_who(case))


def reauthenticated(case: Case[Approve]) -> Refusal | None:
    """C5: the password was given just now."""
    return (
        None
        if case.event.reauthenticated
        else _no(case, mark("{command}: {person} must sign again"), person=_who(case))
    )


def second_factor(case: Case[Approve]) -> Refusal | None:
    """S4: a one-time code that was never used before."""
    if case.event.second_factor:
        return None
    return _no(case, mark("{command}: {person} must give a new one-time code"), person=_who(case))


def may_cancel(case: Case[Cancel]) -> Refusal | None:
    """C7: the requester, an approver, a supervisor."""
    actor = case.event.actor
    known = actor.person in (case.command.requester, case.command.confirmer)
    if known or actor.rights & {Right.CMD_APPROVE, Right.CMD_RESOLVE}:
        return None
    return _no(case, mark("{person} may not cancel {command}"), person=actor.person)


def may_resolve(case: Case[Resolve]) -> Refusal | None:
    """C18: `cmd.resolve`, and nobody who had a hand in it."""
    actor, command = case.event.actor, case.command
    if Right.CMD_RESOLVE not in actor.rights:
        return _no(case, mark("{person} may not resolve commands"), person=actor.person)
    if actor.person in (command.requester, command.confirmer, command.approver):
        return _no(case, mark("{command} must be resolved by a third person, not by {person}"), person=actor.person)
    return None if case.event.note.strip() else _no(case, mark("{command}: a note is needed"))


# -- C9 --------------------------------------------------------------------------------------------------------------


def both_may(case: Case[Claim]) -> Refusal | None:
    """S10: both persons still have their rights."""
    world = case.event.world
    if not world.requester_may:
        return _no(case, mark("{requester} may no longer request {command}"), requester=case.command.requester)
    if risk_of(case.command.content) is RiskClass.READ_BACK:
        return None
    if not case.command.approver or not world.approver_may:
        return _no(case, mark("{approver} may no longer approve {command}"), approver=case.command.approver or "nobody")
    return None


def signed_as_is(case: Case[Claim]) -> Refusal | None:
    """S5: the content is still the one that was signed."""
    if case.command.signed_hash == signed_hash(case.command.content):
        return None
    return _no(case, mark("{command} was changed after it was signed"))


def _who(case: Case[Approve]) -> str:
    return case.event.actor.person


def _no(case: Case[Any], template: str, *, end: CommandState = CommandState.CANCELLED, **values: object) -> Refusal:
    needed = {"command": case.command.content.id, **values}
    return Refusal(template=template, values=tuple(needed.items()), end=end)
