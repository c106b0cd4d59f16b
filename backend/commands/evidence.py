"""What the independent feedback proves about a command (C15–C19). Pure."""

from __future__ import annotations

import math
from typing import Any, Final

from backend.commands.events import Feedback, Seen
from backend.commands.guards import Case
from backend.model.command import Command

US: Final = 1_000_000


def over(case: Case[Any], later_s: float = 0.0) -> bool:
    """Whether the window (and `later_s` more) has run out on the monotonic clock."""
    return not case.moment.mono < case.moment.ends_mono + later_s


def value(case: Case[Seen]) -> float | None:
    """What the feedback reads."""
    return None if case.event.feedback is None else case.event.feedback.value


def agrees(case: Case[Seen]) -> bool:
    """C15: good, sampled after dispatch, standing still where it was wanted."""
    feedback = _after_dispatch(case)
    return feedback is not None and not feedback.moving and _as_wanted(case.command, feedback.value)


def travelling_in_time(case: Case[Seen]) -> bool:
    """A valve that still moves at the deadline gets one more window before anybody is troubled."""
    feedback = _after_dispatch(case)
    moving = feedback is not None and feedback.current and feedback.moving
    return moving and not over(case, case.command.content.verify_within_s)


def contradicts_at_deadline(case: Case[Seen]) -> bool:
    """C16. Asked after `agrees`."""
    feedback = _after_dispatch(case)
    return over(case) and feedback is not None and feedback.current and not feedback.moving


def contradicts_after_doubt(case: Case[Seen]) -> bool:
    """C18, asked after `agrees`: the device has had the whole window and stands still: it did not happen.

    Never for a waiting order: a sleeping device may still do it.
    """
    content = case.command.content
    feedback = _after_dispatch(case, content.verify_within_s)
    settled = feedback is not None and feedback.current and not feedback.moving
    return settled and not content.waits_for_receipt


def acted_after_failing(case: Case[Seen]) -> bool:
    """C19: it had been seen elsewhere, the command was given up, and now it stands where it was wanted."""
    command = case.command
    before = command.content.old_value if command.feedback_seen is None else command.feedback_seen
    # What never left (C10) cannot act late; then somebody else moved it.
    left = command.dispatched_at > 0 or command.feedback_seen is not None
    return left and before is not None and not _as_wanted(command, before) and agrees(case)


def _after_dispatch(case: Case[Seen], later_s: float = 0.0) -> Feedback | None:
    """The feedback, if it is good and was sampled after dispatch (and `later_s` more) by both times we have of it."""
    feedback, command = case.event.feedback, case.command
    sent_at = command.dispatched_at or command.claimed_at
    if feedback is None or not feedback.good or not math.isfinite(feedback.value) or sent_at == 0:
        return None
    if feedback.received_at > case.moment.at:
        # Received "later than now": left over from before the wall clock was set back.
        return None
    return feedback if min(feedback.at, feedback.received_at) > sent_at + round(later_s * US) else None


def _as_wanted(command: Command, seen: float) -> bool:
    wanted = command.content.feedback_value
    return wanted is not None and abs(seen - wanted) <= command.content.feedback_tolerance
