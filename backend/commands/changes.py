"""What a transition changes in a command, its deadline, and what must follow. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from backend.commands import evidence
from backend.commands.content import signed_hash
from backend.commands.events import (
    Approve,
    Cancel,
    Claim,
    Confirm,
    Reject,
    Request,
    Resolve,
    Restarted,
    Revoked,
    Route,
    Seen,
    Told,
    Withheld,
)
from backend.commands.evidence import US
from backend.commands.guards import Case, is_late
from backend.model.command import Command, CommandState

S = CommandState


class Effect(StrEnum):
    """What must follow once the change is durable."""

    DISPATCH = "dispatch"
    ALARM_FAILED = "alarm-failed"
    ALARM_DISCREPANCY = "alarm-discrepancy"
    ALARM_INDETERMINATE = "alarm-indeterminate"
    ALARM_LATE_ACTION = "alarm-late-action"
    CLEAR_INDETERMINATE = "clear-indeterminate"
    CLEAR_ALL = "clear-all"
    """The actuator is verified where it was wanted: earlier doubts about it are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A command's next form; ends_mono: its new end on the monotonic clock, None = none."""

    command: Command
    ends_mono: float | None = None
    effects: tuple[Effect, ...] = ()


def end(case: Case[Any], state: CommandState, note: str, *effects: Effect, **also: Any) -> Change:
    """Into a terminal state."""
    return Change(
        command=replace(case.command, state=state, ended_at=case.moment.at, note=note, **also), effects=effects
    )


def unchanged(case: Case[Any]) -> Change:
    """Keep waiting."""
    return Change(command=case.command, ends_mono=case.moment.ends_mono)


def requested(case: Case[Request]) -> Change:
    """C1."""
    return Change(command=case.command, ends_mono=case.moment.mono + case.policy.confirm_s)


def confirmed(case: Case[Confirm]) -> Change:
    """C2."""
    person = case.event.actor.person
    changed = replace(case.command, state=S.CONFIRMED, confirmer=person, confirmed_at=case.moment.at)
    return Change(command=changed, ends_mono=case.moment.ends_mono)


def approved_by_policy(case: Case[Route]) -> Change:
    """C3."""
    signed = signed_hash(case.command.content)
    return _ready_to_send(case, signed_hash=signed, approved_at=case.moment.at)


def awaiting(case: Case[Route]) -> Change:
    """C4. The confirmation window ends here; the approval has its own, and the signed end."""
    moment = replace(case.moment, ends_mono=math.inf)
    return _wait(replace(case, moment=moment), case.policy.approval_s, state=S.AWAITING_APPROVAL)


def approved(case: Case[Approve]) -> Change:
    """C5."""
    actor = case.event.actor
    return _ready_to_send(
        case,
        approver=actor.person,
        approver_session=actor.session,
        approver_on_site=case.event.person_on_site,
        signed_hash=case.event.signed_hash,
        approved_at=case.moment.at,
    )


def rejected(case: Case[Reject]) -> Change:
    """C6."""
    return end(case, S.REJECTED, case.event.reason.strip(), resolved_by=case.event.actor.person)


def cancelled_by_person(case: Case[Cancel]) -> Change:
    """C7."""
    return end(case, S.CANCELLED, case.event.reason.strip(), resolved_by=case.event.actor.person)


def revoked(case: Case[Revoked]) -> Change:
    """C7, by the system."""
    return end(case, S.CANCELLED, f"the account of {case.event.person} was changed")


def withdrawn(case: Case[Cancel]) -> Change:
    """G-05: the wait ends. Not CANCELLED: that says that no byte was sent (S9), and the device may have the order."""
    return doubtful(case, case.event.reason.strip())


def claimed(case: Case[Claim]) -> Change:
    """C9."""
    attempt = case.command.attempt + 1
    changed = replace(case.command, state=S.DISPATCHING, attempt=attempt, claimed_at=case.moment.at)
    return Change(command=changed, ends_mono=case.moment.ends_mono, effects=(Effect.DISPATCH,))


def withheld(case: Case[Withheld]) -> Change:
    """C10, by ourselves."""
    return end(case, case.event.why.end, case.event.why.text)


def not_sent(case: Case[Told]) -> Change:
    """C10, by the driver."""
    detail = case.event.receipt.detail
    return end(case, S.EXPIRED, detail) if is_late(case) else end(case, S.FAILED, detail, Effect.ALARM_FAILED)


def dispatched(case: Case[Told]) -> Change:
    """C11."""
    # Never before the claim, even when the wall clock was set back since: an old sample must not look like a new one.
    sent_at = max(case.event.receipt.at, case.command.claimed_at)
    changed = replace(case.command, state=S.DISPATCHED, dispatched_at=sent_at)
    if changed.content.waits_for_receipt:
        return Change(command=replace(changed, not_after=0))
    return _window(case, changed, case.policy.ack_s)


def acked(case: Case[Told]) -> Change:
    """C12, C19: the window for the feedback begins."""
    command = case.command
    changed = replace(
        command,
        state=S.ACKED,
        acked_at=case.moment.at,
        dispatched_at=command.dispatched_at or command.claimed_at,
        note=case.event.receipt.detail,
    )
    return replace(_window(case, changed, changed.content.verify_within_s), effects=_calm(case))


def refused_by_device(case: Case[Told]) -> Change:
    """C13, C19."""
    return end(case, S.FAILED, case.event.receipt.detail, Effect.ALARM_FAILED, *_calm(case))


def given_up(case: Case[Told]) -> Change:
    """C14, by the driver: it may have happened."""
    return doubtful(case, case.event.receipt.detail)


def doubtful(case: Case[Any], note: str) -> Change:
    """It may have happened."""
    changed = replace(case.command, state=S.INDETERMINATE, note=note, not_after=0)
    return Change(command=changed, effects=(Effect.ALARM_INDETERMINATE,))


def verified(case: Case[Seen]) -> Change:
    """C15, C18."""
    return end(case, S.VERIFIED, "", Effect.CLEAR_ALL, feedback_seen=evidence.value(case))


def contradicted(case: Case[Seen]) -> Change:
    """C16, C18."""
    seen = evidence.value(case)
    return end(case, S.FAILED, f"feedback reads {seen}", Effect.ALARM_DISCREPANCY, *_calm(case), feedback_seen=seen)


def resolved(case: Case[Resolve]) -> Change:
    """C18, by a third person."""
    state = S.VERIFIED if case.event.verified else S.FAILED
    person, note = case.event.actor.person, case.event.note.strip()
    return end(case, state, note, Effect.CLEAR_INDETERMINATE, resolved_by=person)


def after_restart(case: Case[Restarted]) -> Change:
    """S14: unchanged. A verification window goes on for what is left of it, at most its whole length."""
    command = case.command
    left_s = min((command.not_after - case.moment.at) / US, command.content.verify_within_s)
    return Change(
        command=command,
        ends_mono=case.moment.mono + max(left_s, 0.0) if command.state is S.ACKED else None,
        effects=(Effect.ALARM_INDETERMINATE,) if command.state is S.INDETERMINATE else (),
    )


def late_action(case: Case[Any]) -> Change:
    """C19: changes nothing, but somebody must know."""
    return Change(command=case.command, effects=(Effect.ALARM_LATE_ACTION,))


def _ready_to_send(case: Case[Any], **also: Any) -> Change:
    """Approved: sent at once, or, to a device that sleeps, when it wakes; the signed end is the end of that too."""
    content = case.command.content
    if not content.waits_until_awake:
        return _wait(case, case.policy.dispatch_s, state=S.APPROVED, **also)
    left_s = (content.not_after - case.moment.at) / US
    return _wait(replace(case, moment=replace(case.moment, ends_mono=math.inf)), left_s, state=S.APPROVED, **also)


def _wait(case: Case[Any], seconds: float, **also: Any) -> Change:
    """Into a state that ends after `seconds`, and before dispatch never after the signed end or the one before."""
    moment, content = case.moment, case.command.content
    not_after = min(moment.at + round(seconds * US), content.not_after)
    return Change(
        command=replace(case.command, not_after=not_after, **also),
        ends_mono=min(moment.mono + seconds, moment.ends_mono),
    )


def _window(case: Case[Any], command: Command, seconds: float) -> Change:
    """After dispatch the monotonic clock alone ends a state: a wall clock that jumps proves nothing about a device."""
    not_after = case.moment.at + round(seconds * US)
    return Change(command=replace(command, not_after=not_after), ends_mono=case.moment.mono + seconds)


def _calm(case: Case[Any]) -> tuple[Effect, ...]:
    return (Effect.CLEAR_INDETERMINATE,) if case.command.state is S.INDETERMINATE else ()
