"""The transitions C1–C19 as a table: event, states, what changes, guards. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from backend.commands import changes, evidence
from backend.commands import guards as g
from backend.commands.changes import Change
from backend.commands.events import (
    Approve,
    Cancel,
    Claim,
    Confirm,
    Event,
    Reject,
    Request,
    Resolve,
    Restarted,
    Revoked,
    Route,
    Seen,
    Tick,
    Told,
    Voided,
    Withheld,
)
from backend.commands.guards import Case, Guard
from backend.errors import mark
from backend.model.command import TERMINAL, CommandState, ReceiptKind, RiskClass

S = CommandState
States = frozenset[CommandState]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. The first row whose event, state and `when` fit decides; then all guards must hold.

    ends_on_refusal: a guard that does not hold ends the command instead of refusing the event (only C9: nobody is
    there to try again, and what has changed since the approval needs a new decision by people).
    """

    id: str
    event: type[Event]
    states: States
    change: Callable[[Case[Any]], Change]
    guards: tuple[Guard, ...] = ()
    when: Callable[[Case[Any]], bool] = lambda case: True
    ends_on_refusal: bool = False


def _ends(state: CommandState, note: str) -> Callable[[Case[Any]], Change]:
    return lambda case: changes.end(case, state, note)


def _doubt(note: str) -> Callable[[Case[Any]], Change]:
    return lambda case: changes.doubtful(case, note)


def _told(*kinds: ReceiptKind) -> Callable[[Case[Told]], bool]:
    return lambda case: case.event.receipt.kind in kinds and case.event.receipt.attempt == case.command.attempt


def _answered(case: Case[Told]) -> bool:
    return case.event.receipt.kind in (ReceiptKind.SENT, ReceiptKind.ACKED, ReceiptKind.REFUSED)


def _gave_up_unless_waiting(case: Case[Told]) -> bool:
    return _told(ReceiptKind.UNKNOWN)(case) and not _waits(case)


def _silent(case: Case[Tick]) -> bool:
    return evidence.over(case, case.policy.ack_s)


def _unanswered(case: Case[Tick]) -> bool:
    return evidence.over(case) and not _waits(case)


def _waits(case: Case[Any]) -> bool:
    return case.command.content.waits_for_receipt


def _awake(case: Case[Any]) -> bool:
    return not _waits(case)


def _read_back(case: Case[Any]) -> bool:
    return g.risk_of(case.command.content) is RiskClass.READ_BACK


def _concerned(case: Case[Revoked]) -> bool:
    return case.event.person in (case.command.requester, case.command.confirmer, case.command.approver)


def _in(*states: CommandState) -> States:
    return frozenset(states)


PENDING: Final = _in(S.REQUESTED, S.CONFIRMED, S.AWAITING_APPROVAL, S.APPROVED)
"""Provably nothing has left and nothing is on its way (C7, C8)."""

_EVERY: Final = frozenset(S)
_REQUEST: Final = (
    g.may_request,
    g.same_mode,
    g.rate_allows,
    g.request_complete,
    g.gas_rule,
    g.waiting_allowed,
    g.no_other_open,
    g.interlocks_met,
)
_CONFIRM: Final = (g.in_time, g.same_mode, g.same_person, g.code_matches, g.interlocks_met)
_APPROVE: Final = (
    g.in_time,
    g.same_mode,
    g.may_approve,
    g.other_person,
    g.other_session,
    g.requester_active,
    g.same_text,
    g.both_on_site,
    g.interlocks_met,
    g.reauthenticated,
    g.second_factor,
)
_REJECT: Final = (g.may_approve, g.other_person, g.reason_given)
_CANCEL: Final = (g.may_cancel, g.reason_given)
_SEND: Final = (g.in_time, g.same_mode, g.both_may, g.signed_as_is, g.interlocks_met, g.no_other_open)
"""Asked when the claim is made, and once more directly before the write."""

RULES: tuple[Rule, ...] = (
    Rule("C1", Request, _in(S.REQUESTED), changes.requested, _REQUEST),
    Rule("C2", Confirm, _in(S.REQUESTED), changes.confirmed, _CONFIRM),
    Rule("C3", Route, _in(S.CONFIRMED), changes.approved_by_policy, (g.in_time,), when=_read_back),
    Rule("C4", Route, _in(S.CONFIRMED), changes.awaiting, (g.in_time,)),
    Rule("C5", Approve, _in(S.AWAITING_APPROVAL), changes.approved, _APPROVE),
    Rule("C6", Reject, _in(S.AWAITING_APPROVAL), changes.rejected, _REJECT),
    Rule("C7", Cancel, PENDING, changes.cancelled_by_person, _CANCEL),
    Rule("G-05", Cancel, _in(S.DISPATCHED), changes.withdrawn, _CANCEL, when=_waits),
    Rule("C7", Voided, PENDING, lambda case: changes.end(case, S.CANCELLED, case.event.why)),
    Rule("C7", Revoked, PENDING, changes.revoked, when=_concerned),
    Rule("C8", Tick, PENDING, _ends(S.EXPIRED, mark("time ran out")), when=g.is_late),
    Rule("C9", Claim, _in(S.APPROVED), changes.claimed, _SEND, ends_on_refusal=True),
    Rule("C10", Withheld, _in(S.DISPATCHING), changes.withheld),
    Rule("C10", Told, _in(S.DISPATCHING), changes.not_sent, when=_told(ReceiptKind.NOT_SENT)),
    Rule("C11", Told, _in(S.DISPATCHING), changes.dispatched, when=_told(ReceiptKind.SENT)),
    Rule("C12", Told, _in(S.DISPATCHED), changes.acked, when=_told(ReceiptKind.ACKED)),
    Rule("C13", Told, _in(S.DISPATCHED), changes.refused_by_device, when=_told(ReceiptKind.REFUSED)),
    Rule("C14", Told, _in(S.DISPATCHING), changes.given_up, when=_told(ReceiptKind.UNKNOWN)),
    Rule("C14", Told, _in(S.DISPATCHED), changes.given_up, when=_gave_up_unless_waiting),
    Rule("C14", Tick, _in(S.DISPATCHING), _doubt(mark("nothing was heard of the write")), when=_silent),
    Rule("C14", Tick, _in(S.DISPATCHED), _doubt(mark("the device did not answer in time")), when=_unanswered),
    Rule("C15", Seen, _in(S.ACKED), changes.verified, when=evidence.agrees),
    Rule("C15", Seen, _in(S.ACKED), changes.unchanged, when=evidence.travelling_in_time),
    Rule("C16", Seen, _in(S.ACKED), changes.contradicted, when=evidence.contradicts_at_deadline),
    Rule("C17", Seen, _in(S.ACKED), _doubt(mark("no fresh feedback in time")), when=evidence.over),
    Rule("C18", Seen, _in(S.INDETERMINATE), changes.verified, when=evidence.agrees),
    Rule("C18", Seen, _in(S.INDETERMINATE), changes.contradicted, when=evidence.contradicts_after_doubt),
    Rule("C18", Resolve, _in(S.INDETERMINATE), changes.resolved, (g.may_resolve,)),
    Rule("C19", Told, _in(S.INDETERMINATE), changes.acked, when=_told(ReceiptKind.ACKED)),
    Rule("C19", Told, _in(S.INDETERMINATE), changes.refused_by_device, when=_told(ReceiptKind.REFUSED)),
    Rule("C19", Told, TERMINAL, changes.late_action, when=_answered),
    Rule("C19", Seen, _in(S.FAILED), changes.late_action, when=evidence.acted_after_failing),
    Rule("C8", Restarted, PENDING, _ends(S.EXPIRED, mark("time ran out during a restart")), when=g.is_late),
    Rule("C7", Restarted, PENDING, _ends(S.CANCELLED, mark("the console was restarted"))),
    Rule("C14", Restarted, _in(S.DISPATCHING), _doubt(mark("the console was restarted while sending"))),
    Rule(
        "C14",
        Restarted,
        _in(S.DISPATCHED),
        _doubt(mark("the console was restarted before the answer")),
        (),
        _awake,
    ),
    Rule("S14", Restarted, _EVERY, changes.after_restart),
)
"""Looked through from top to bottom. Anything it does not list is refused and changes nothing."""
