"""Rows of the command table that the walk through all interleavings does not single out."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.commands.content import shown, signed_hash, signed_text
from backend.commands.events import (
    Approve,
    Cancel,
    Claim,
    Confirm,
    Event,
    Feedback,
    Moment,
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
    World,
)
from backend.commands.ids import command_id, last_number
from backend.commands.logic import Outcome, step
from backend.commands.policy import Policy
from backend.commands.rates import Rates
from backend.model.command import (
    TERMINAL,
    Command,
    CommandContent,
    CommandKind,
    CommandState,
    Interlock,
    Receipt,
    ReceiptKind,
    RiskClass,
)
from tests.support.command_model import OPERATOR, START, SUPERVISOR, THIRD, content

US = 1_000_000
S = CommandState
NOW = Moment(at=START, mono=0.0, ends_mono=60.0)
FINE = World(
    mode="live",
    interlocks=(Interlock(name="local key", met=True, value_text="remote"),),
    requester_may=True,
    approver_may=True,
)


def _command(state: CommandState, asked: CommandContent | None = None, **changes: object) -> Command:
    asked = asked or content()
    base = Command(
        content=asked,
        state=state,
        not_after=START + 60 * US,
        requester="A-2",
        requester_session="s1",
        workstation="A",
        confirmer="A-2",
        approver="S-1",
        signed_hash=signed_hash(asked),
        claimed_at=START,
        dispatched_at=START,
        attempt=1,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name fields of the dataclass


def _step(command: Command | None, event: Event, now: Moment = NOW) -> Outcome:
    return step(command, event, Policy(), now)


def _told(kind: ReceiptKind) -> Told:
    return Told(receipt=Receipt(command="c", attempt=1, kind=kind, at=START))


EVENTS: dict[str, Event] = {
    "confirm": Confirm(actor=OPERATOR, world=FINE, typed="0417", short_code="0417"),
    "route": Route(),
    "approve": Approve(
        actor=SUPERVISOR, world=FINE, signed_hash=signed_hash(content()), reauthenticated=True, second_factor=True
    ),
    "reject": Reject(actor=SUPERVISOR, reason="no"),
    "cancel": Cancel(actor=OPERATOR, reason="no"),
    "void": Voided(why="edited"),
    "revoke": Revoked(person="A-2"),
    "claim": Claim(world=FINE),
    "not sent": _told(ReceiptKind.NOT_SENT),
    "sent": _told(ReceiptKind.SENT),
    "acked": _told(ReceiptKind.ACKED),
    "refused": _told(ReceiptKind.REFUSED),
    "unknown": _told(ReceiptKind.UNKNOWN),
    "resolve": Resolve(actor=THIRD, verified=True, note="seen"),
}

PENDING = (S.REQUESTED, S.CONFIRMED, S.AWAITING_APPROVAL, S.APPROVED)
LISTED: dict[tuple[str, CommandState], CommandState] = {
    ("confirm", S.REQUESTED): S.CONFIRMED,
    ("route", S.CONFIRMED): S.AWAITING_APPROVAL,
    ("approve", S.AWAITING_APPROVAL): S.APPROVED,
    ("reject", S.AWAITING_APPROVAL): S.REJECTED,
    **{("cancel", state): S.CANCELLED for state in PENDING},
    **{("void", state): S.CANCELLED for state in PENDING},
    **{("revoke", state): S.CANCELLED for state in PENDING},
    ("claim", S.APPROVED): S.DISPATCHING,
    ("not sent", S.DISPATCHING): S.FAILED,
    ("sent", S.DISPATCHING): S.DISPATCHED,
    ("unknown", S.DISPATCHING): S.INDETERMINATE,
    ("unknown", S.DISPATCHED): S.INDETERMINATE,
    ("acked", S.DISPATCHED): S.ACKED,
    ("refused", S.DISPATCHED): S.FAILED,
    ("acked", S.INDETERMINATE): S.ACKED,
    ("refused", S.INDETERMINATE): S.FAILED,
    ("resolve", S.INDETERMINATE): S.VERIFIED,
}
"""The whole of C2–C14, C18, C19 as this test reads safety.md; everything else must be refused."""

CELLS = list(itertools.product(EVENTS, S))


@pytest.mark.parametrize(("event", "state"), CELLS, ids=[f"{event}-{state}" for event, state in CELLS])
def test_every_event_in_every_state_does_what_the_table_says_or_nothing(event: str, state: CommandState) -> None:
    command = _command(state)
    outcome = _step(command, EVENTS[event])
    assert outcome.command is not None
    expected = LISTED.get((event, state), state)
    assert outcome.command.state is expected
    listed = (event, state) in LISTED
    late_answer = state in TERMINAL and event in ("sent", "acked", "refused")
    assert (outcome.refused is None) == (listed or late_answer)
    assert (outcome.command == command) == (not listed)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_an_end_absorbs_clock_feedback_and_restart(state: CommandState) -> None:
    command = _command(state, ended_at=START)
    late = Moment(at=START + 10**12, mono=10.0**6, ends_mono=1.0, jump_s=99.0)
    agreeing = Feedback(value=2.0, at=START + 10**9, received_at=START + 10**9, good=True, current=True)
    for event in (Tick(), Seen(feedback=None), Seen(feedback=agreeing), Restarted()):
        outcome = _step(command, event, late)
        assert (outcome.command, outcome.refused) == (command, None)


def test_nothing_but_a_request_makes_a_command() -> None:
    for event in EVENTS.values():
        outcome = _step(None, event)
        assert outcome.command is None
        assert outcome.refused is not None


def test_a_request_for_an_existing_command_is_refused() -> None:
    asked = Request(content=content(), actor=OPERATOR, world=FINE, short_code="0417", low=0.0, high=2.0)
    assert _step(None, asked).refused is None
    assert _step(_command(S.REQUESTED), asked).refused is not None


def test_only_a_read_back_is_approved_by_policy() -> None:
    read_back = content(kind=CommandKind.READ_BACK, risk=RiskClass.READ_BACK, action="read")
    approved = _step(_command(S.CONFIRMED, read_back, approver="", signed_hash=""), Route())
    assert approved.command is not None
    assert (approved.rule, approved.command.state) == ("C3", S.APPROVED)
    sent = _step(approved.command, Claim(world=replace(FINE, interlocks=(), approver_may=False)))
    assert sent.command is not None
    assert sent.command.state is S.DISPATCHING


@pytest.mark.parametrize("kind", [CommandKind.VALVE, CommandKind.SETPOINT])
def test_a_valve_or_set_point_that_calls_itself_class_0_still_needs_two_people(kind: CommandKind) -> None:
    disguised = content(kind=kind, risk=RiskClass.READ_BACK)
    routed = _step(_command(S.CONFIRMED, disguised), Route())
    assert routed.command is not None
    assert routed.command.state is S.AWAITING_APPROVAL
    asked = Request(content=disguised, actor=OPERATOR, world=FINE, short_code="0417", low=0.0, high=2.0)
    assert "risk class" in str(_step(None, asked).refused)


def test_a_command_without_an_approver_is_never_claimed() -> None:
    outcome = _step(_command(S.APPROVED, approver=""), Claim(world=FINE))
    assert outcome.command is not None
    assert outcome.command.state is S.CANCELLED


def test_no_interlocks_at_all_is_no_permission() -> None:
    outcome = _step(_command(S.APPROVED), Claim(world=replace(FINE, interlocks=())))
    assert outcome.command is not None
    assert outcome.command.state is S.CANCELLED


@pytest.mark.parametrize(
    ("identity", "mode", "goes"),
    [
        ("CMD-20260115-000001", "live", True),
        ("CMD-20260115-000001", "simulator", False),
        ("CMD-20260115-000001", "", False),
        ("SIM-20260115-000001", "simulator", True),
        ("SIM-20260115-000001", "live", False),
    ],
)
def test_a_command_leaves_only_in_the_world_it_was_made_for(identity: str, mode: str, goes: bool) -> None:
    asked = content(id=identity)
    outcome = _step(_command(S.APPROVED, asked), Claim(world=replace(FINE, mode=mode)))
    assert outcome.command is not None
    assert (outcome.command.state is S.DISPATCHING) == goes


@pytest.mark.parametrize(
    "late",
    [
        replace(NOW, at=START + 60 * US),
        replace(NOW, mono=60.0),
        replace(NOW, jump_s=5.1),
        replace(NOW, jump_s=-5.1),
        replace(NOW, mono=float("nan")),
        replace(NOW, jump_s=float("nan")),
    ],
)
def test_whichever_clock_is_ahead_decides_and_a_doubtful_clock_counts_as_late(late: Moment) -> None:
    outcome = _step(_command(S.APPROVED), Claim(world=FINE), late)
    assert outcome.command is not None
    assert outcome.command.state is S.EXPIRED


def test_an_approval_near_the_signed_end_does_not_reach_beyond_it() -> None:
    asked = content(not_after=START + 10 * US)
    outcome = _step(_command(S.AWAITING_APPROVAL, asked), replace(EVENTS["approve"], signed_hash=signed_hash(asked)))
    assert outcome.command is not None
    assert (outcome.command.not_after, outcome.ends_mono) == (START + 10 * US, 30.0)


# -- waiting orders (G-05) -------------------------------------------------------------------------------------------

WAITING = content(waits_for_receipt=True)


def test_a_waiting_closure_waits_without_end_across_restarts_for_its_receipt() -> None:
    sent = _step(_command(S.DISPATCHING, WAITING), _told(ReceiptKind.SENT))
    assert sent.command is not None
    assert (sent.command.state, sent.command.not_after, sent.ends_mono) == (S.DISPATCHED, 0, None)
    much_later = Moment(at=START + 10**13, mono=10.0**7)
    waiting = sent.command
    for event in (Tick(), Restarted(), _told(ReceiptKind.UNKNOWN), Seen(feedback=None)):
        outcome = _step(waiting, event, much_later)
        assert outcome.command == waiting
    acked = _step(waiting, _told(ReceiptKind.ACKED), much_later)
    assert acked.command is not None
    assert acked.command.state is S.ACKED


def test_an_authorised_cancel_ends_the_wait_without_claiming_that_nothing_was_sent() -> None:
    waiting = _command(S.DISPATCHED, WAITING)
    outcome = _step(waiting, Cancel(actor=OPERATOR, reason="meter was replaced"))
    assert outcome.command is not None
    assert outcome.command.state is S.INDETERMINATE
    stranger = replace(OPERATOR, person="A-9", rights=frozenset())
    assert _step(waiting, Cancel(actor=stranger, reason="no")).refused is not None


def test_a_withdrawn_waiting_order_never_fails_by_feedback_alone() -> None:
    doubtful = _command(S.INDETERMINATE, WAITING)
    at = START + 10**12
    still_open = Feedback(value=1.0, at=at, received_at=at, good=True, current=True)
    outcome = _step(doubtful, Seen(feedback=still_open), Moment(at=at, mono=10.0**6))
    assert outcome.command == doubtful


@pytest.mark.parametrize("changes", [{"action": "open", "person_on_site": True}, {"kind": CommandKind.SETPOINT}])
def test_nothing_but_a_closure_may_wait(changes: dict[str, object]) -> None:
    asked = Request(
        content=content(waits_for_receipt=True, **changes),
        actor=OPERATOR,
        world=FINE,
        short_code="0417",
        low=0.0,
        high=2.0,
    )
    assert "only" in str(_step(None, asked).refused)


@pytest.mark.parametrize("changes", [{"risk": RiskClass.GROUP}, {"origin": "ai"}, {"person_on_site": False}])
def test_a_group_a_machine_or_an_empty_site_never_opens(changes: dict[str, object]) -> None:
    asked = content(**{"action": "open", "person_on_site": True} | changes)
    event = Request(content=asked, actor=OPERATOR, world=FINE, short_code="0417", low=0.0, high=2.0)
    assert _step(None, event).refused is not None


# -- the signed text (S15) -------------------------------------------------------------------------------------------


def test_the_signed_text_is_plain_and_complete() -> None:
    assert signed_text(content(reason="north valve first")) == (
        "Command: CMD-20260115-000001\n"
        "Kind: valve\n"
        "Action: close\n"
        "Device: XV-0417\n"
        "Asset: VW-0417\n"
        "Tag: XV-0417.CMD\n"
        "Point: 7\n"
        "Value to write: 2.0\n"
        "Value before: 1.0\n"
        "Read before at: 2026-01-15T10:30:00.000000+00:00\n"
        "Quality before: 192\n"
        "Reason: north valve first\n"
        "Risk class: 1\n"
        "Origin: operator\n"
        "Person on site: no\n"
        "Waits for the device's receipt: no\n"
        "Requested at: 2026-01-15T10:30:00.000000+00:00\n"
        "Nothing is sent after: 2026-01-15T10:41:00.000000+00:00\n"
        "Feedback point: 8\n"
        "Feedback must read: 2.0\n"
        "Feedback tolerance: 0.0\n"
        "Verified within: 45.0 s\n"
    )


def test_the_hash_is_of_the_texts_very_bytes() -> None:
    # sha256sum of the text above, from coreutils.
    assert signed_hash(content(reason="north valve first")) == (
        "d7d834c4ad48f946910a728c583a545f6f72e084a5dee76b2fe2a4dc1f724e30"
    )


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("close\u202eesolc", "close\\u202eesolc"),
        ("a\u200bb", "a\\u200bb"),
        ("line\nAction: open", "line\\nAction: open"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\ud800", "\\ud800"),
        ("\\n", "\\\\n"),
        ("北阀门先关", "北阀门先关"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_control_bidi_and_invisible_characters_are_shown_as_escapes(text: str, seen: str) -> None:
    assert shown(text) == seen
    assert seen in signed_text(content(reason=text))


TEXT_FIELDS = ("id", "device", "tag", "asset", "action", "unit", "reason", "origin")
OTHER: dict[str, object] = {
    "kind": CommandKind.SETPOINT,
    "point": 8,
    "value": 2.0000000000000004,
    "old_value": None,
    "old_at": None,
    "old_quality": 0,
    "risk": RiskClass.GROUP,
    "requested_at": START + 1,
    "feedback_point": None,
    "feedback_value": None,
    "feedback_tolerance": 0.1,
    "verify_within_s": 46.0,
    "not_after": START + 1,
    "person_on_site": True,
    "waits_for_receipt": True,
    "waits_until_awake": True,
} | dict.fromkeys(TEXT_FIELDS, "x")


def test_a_change_in_any_field_changes_the_hash() -> None:
    fields = {field.name for field in dataclasses.fields(CommandContent)}
    assert fields == set(OTHER)
    changed = {name: signed_hash(content(**{name: value})) for name, value in OTHER.items()}
    assert len({*changed.values(), signed_hash(content())}) == len(fields) + 1


@given(first=st.text(), second=st.text(), field=st.sampled_from(TEXT_FIELDS))
def test_two_texts_from_outside_never_look_the_same(first: str, second: str, field: str) -> None:
    one, other = signed_text(content(**{field: first})), signed_text(content(**{field: second}))
    assert (one == other) == (first == second)
    assert one.count("\n") == signed_text(content()).count("\n")
    assert all(char == "\n" or char.isprintable() for char in one)


# -- ids and rates ---------------------------------------------------------------------------------------------------


def test_ids_carry_the_date_the_mode_and_a_number_that_never_repeats() -> None:
    assert command_id("live", START, 42) == "CMD-20260115-000042"
    assert command_id("simulator", START + 86_400 * US, 1_234_567) == "SIM-20260116-1234567"
    assert last_number(None, ()) == 0
    assert last_number("7", ("CMD-20260115-000003", "CMD-20250101-000009")) == 9


@given(times=st.lists(st.floats(min_value=0, max_value=3000), max_size=60).map(sorted))
def test_no_window_ever_holds_more_than_the_limit(times: list[float]) -> None:
    policy = Policy(rate_person=5, rate_window_s=600.0)
    rates = Rates(policy)
    accepted: list[float] = []
    for mono in times:
        refused = rates.refusal("A-2", f"device-{mono}", mono) is not None
        inside = [at for at in accepted if at > mono - 600.0]
        assert refused == (len(inside) >= 5)
        for _ in range(int(not refused)):
            rates.count("A-2", f"device-{mono}", mono)
            accepted.append(mono)
