"""What the journal keeps of every step: from, to, by which rule, who, when, why (C1–C19)."""

from __future__ import annotations

from typing import Final

from backend.commands import content
from backend.commands.events import (
    Actor,
    Claim,
    Event,
    Restarted,
    Revoked,
    Route,
    Seen,
    Tick,
    Told,
    Voided,
    Withheld,
)
from backend.model.command import Command, CommandContent, CommandState, Receipt
from backend.model.journal import Field, JournalDraft
from backend.model.person import Session

Fields = tuple[tuple[str, Field], ...]

_BY: Final[dict[type[Event], str]] = {
    Route: "policy",
    Voided: "system",
    Revoked: "system",
    Tick: "clock",
    Claim: "executor",
    Withheld: "executor",
    Told: "driver",
    Seen: "feedback",
    Restarted: "restart",
}
"""Who acts where no person does."""


def moved(before: Command | None, after: Command, rule: str, event: Event, at: int) -> JournalDraft:
    """A command moved on. at: µs UTC."""
    fields: Fields = (
        ("rule", rule),
        ("from", "" if before is None else before.state.value),
        ("to", after.state.value),
        ("by", _BY.get(type(event), "person")),
        ("reason", after.content.reason if before is None else after.note),
        *_details(after),
    )
    actor = _actor(event)
    return JournalDraft(
        at=at,
        kind=f"command.{after.state.value}",
        subject=after.content.id,
        person="" if actor is None else actor.person,
        session="" if actor is None else actor.session,
        workstation="" if actor is None else actor.workstation,
        fields=fields,
    )


def refused(subject: str, state: str, what: str, reason: str, who: Session | None, at: int) -> JournalDraft:
    """Something was asked and not done. subject: command id, or the tag of a command that never was."""
    fields: Fields = (("state", state), ("asked", what), ("reason", reason))
    return JournalDraft(
        at=at,
        kind="command.refused",
        subject=subject,
        person="" if who is None else who.person,
        session="" if who is None else who.id,
        workstation="" if who is None else who.workstation,
        fields=fields,
    )


def late_answer(subject: str, state: str, reason: str, receipt: Receipt, at: int) -> JournalDraft:
    """A driver's word that nothing could be done with (C19)."""
    fields: Fields = (("state", state), ("by", "driver"), ("reason", reason), *_receipt(receipt))
    return JournalDraft(at=at, kind="command.late-answer", subject=subject, fields=fields)


def late_action(command: Command, event: Event, at: int) -> JournalDraft:
    """C19: a device spoke or moved after its command had ended."""
    fields: Fields = (
        ("state", command.state.value),
        ("by", _BY.get(type(event), "")),
        *(_receipt(event.receipt) if isinstance(event, Told) else ()),
        *(_feedback(event) if isinstance(event, Seen) else ()),
    )
    return JournalDraft(at=at, kind="command.late-action", subject=command.content.id, fields=fields)


def _details(after: Command) -> Fields:
    """What a step adds beside from, to and why."""
    asked = after.content
    table: dict[CommandState, Fields] = {
        CommandState.REQUESTED: _asked(asked),
        CommandState.AWAITING_APPROVAL: (("not_after", after.not_after),),
        CommandState.APPROVED: (
            ("hash", after.signed_hash),
            ("requester", after.requester),
            ("person_on_site", after.approver_on_site),
            ("not_after", after.not_after),
        ),
        CommandState.DISPATCHING: (("attempt", after.attempt), ("value", asked.value), ("hash", after.signed_hash)),
        CommandState.DISPATCHED: (("sent_at", after.dispatched_at),),
        CommandState.ACKED: (("not_after", after.not_after),),
        CommandState.VERIFIED: (("feedback", after.feedback_seen),),
        CommandState.FAILED: (("feedback", after.feedback_seen),),
    }
    return table.get(after.state, ())


def _asked(asked: CommandContent) -> Fields:
    return (
        ("device", asked.device),
        ("tag", asked.tag),
        ("action", asked.action),
        ("value", asked.value),
        ("unit", asked.unit),
        ("text", content.signed_text(asked)),
        ("hash", content.signed_hash(asked)),
    )


def _receipt(receipt: Receipt) -> Fields:
    return (
        ("receipt", receipt.kind.value),
        ("attempt", receipt.attempt),
        ("detail", receipt.detail),
        ("received_at", receipt.at),
    )


def _feedback(event: Seen) -> Fields:
    return () if event.feedback is None else (("feedback", event.feedback.value), ("read_at", event.feedback.at))


def _actor(event: Event) -> Actor | None:
    return getattr(event, "actor", None)
