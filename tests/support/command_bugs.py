"""The design bugs of safety.md §2, each seeded into the rule table of the command machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from backend.commands import changes
from backend.commands import guards as g
from backend.commands.changes import Change, Effect
from backend.commands.events import Approve, Cancel, Claim, Event, Restarted, Seen, Tick
from backend.commands.guards import Case, Guard
from backend.commands.rules import Rule
from backend.model.command import CommandState

S = CommandState
Table = tuple[Rule, ...]
Seed = Callable[[Table], Table]
_IN_FLIGHT = frozenset({S.DISPATCHING, S.DISPATCHED})


def _edit(event: type[Event], change: Callable[[Rule], Rule]) -> Seed:
    return lambda table: tuple(change(rule) if rule.event is event else rule for rule in table)


def _without(event: type[Event], *dropped: Guard) -> Seed:
    return _edit(event, lambda rule: replace(rule, guards=tuple(each for each in rule.guards if each not in dropped)))


def _before_all(row: Rule) -> Seed:
    return lambda table: (row, *table)


def _approve_and_send(case: Case[Approve]) -> Change:
    return replace(changes.approved(case), effects=(Effect.DISPATCH,))


def _back_to_approved(case: Case[Restarted]) -> Change:
    return Change(command=replace(case.command, state=S.APPROVED))


def _failed(case: Case[Tick]) -> Change:
    return changes.end(case, S.FAILED, "time-out")


def _again(case: Case[Any]) -> Change:
    again = changes.claimed(case)
    not_after = case.moment.at + 60_000_000
    return replace(again, command=replace(again.command, not_after=not_after), ends_mono=case.moment.mono + 60.0)


def _timed_out(case: Case[Tick]) -> bool:
    return case.moment.mono >= case.moment.ends_mono


def _reads_as_wanted(case: Case[Seen]) -> bool:
    return case.event.feedback is not None and case.event.feedback.value == case.command.content.feedback_value


BUGS: dict[str, tuple[Seed, str, tuple[int, int]]] = {
    "self-approval": (_without(Approve, g.other_person, g.other_session), "S4 approved by the requester", (0, 0)),
    "second account of the same person": (_without(Approve, g.other_person), "S4 approved by the requester", (0, 0)),
    "no second factor": (_without(Approve, g.second_factor), "S4 approved without a fresh code", (0, 0)),
    "edit after approval": (_without(Claim, g.signed_as_is), "S5", (1, 0)),
    "missing expiry re-check": (_without(Claim, g.in_time), "S3", (0, 1)),
    "missing interlock re-check": (_without(Claim, g.interlocks_met), "S11", (1, 0)),
    "missing revocation re-check": (_without(Claim, g.both_may), "S10", (1, 0)),
    "simulator leak": (_without(Claim, g.same_mode), "S7", (1, 0)),
    "send before commit": (_edit(Approve, lambda rule: replace(rule, change=_approve_and_send)), "S1", (0, 0)),
    "restart resets": (_before_all(Rule("C14", Restarted, _IN_FLIGHT, _back_to_approved)), "S14", (0, 0)),
    "time-out treated as failure": (
        _before_all(Rule("C14", Tick, _IN_FLIGHT, _failed, when=_timed_out)),
        "FAILED without any proof",
        (0, 1),
    ),
    "automatic resend": (
        _before_all(Rule("C14", Tick, frozenset({S.DISPATCHED}), _again, when=_timed_out)),
        "S2 sent twice",
        (0, 1),
    ),
    "late cancel": (_before_all(Rule("C7", Cancel, _IN_FLIGHT, changes.cancelled_by_person)), "S9", (0, 0)),
    # Beyond the thirteen.
    "second command on the actuator": (_without(Claim, g.no_other_open), "S12", (1, 0)),
    "old feedback verifies": (
        _before_all(Rule("C15", Seen, frozenset({S.ACKED}), changes.verified, when=_reads_as_wanted)),
        "VERIFIED without feedback",
        (0, 0),
    ),
    "an end that does not hold": (
        _before_all(Rule("C18", Seen, frozenset({S.FAILED}), changes.verified)),
        "S8",
        (0, 0),
    ),
}
"""Name → how to seed it, how the oracle must name what it breaks, and how many troubles and deadlines that takes."""
