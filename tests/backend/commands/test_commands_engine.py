"""The command engine at a desk: what people may do, what leaves, what is journaled, what is proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.errors import LinkError, RefusedError
from backend.model.command import CommandState, ReceiptKind
from backend.model.quality import Cause, Status, quality
from tests.support.command_site import (
    CLOSED,
    COMMAND,
    CONTRADICTORY,
    FAULT,
    LOCAL,
    OPENING,
    POSITION,
    PRESSURE,
    SETPOINT,
    SETPOINT_FEEDBACK,
    SLAM_SHUT,
    TRAVELLING,
    Site,
)

S = CommandState
BAD = quality(Status.BAD, Cause.COMMS)
STALE = quality(Status.UNCERTAIN, Cause.STALE)


@pytest.fixture
def site() -> Site:
    return Site().start()


def _entries(site: Site, kind: str) -> list[dict[str, object]]:
    return [dict(draft.fields) for draft in site.disk.journal if draft.kind == kind]


# -- the whole way ---------------------------------------------------------------------------------------------------


def test_a_close_is_requested_confirmed_approved_sent_answered_and_verified(site: Site) -> None:
    command = site.close()
    assert command.content.id == "CMD-20260115-000001"
    assert (command.content.value, command.content.feedback_value, command.content.old_value) == (2.0, CLOSED, 1.0)
    command = site.engine.confirm("s-op", command.content.id, " 0417 ")
    assert command.state is S.AWAITING_APPROVAL
    command = site.approve(command)
    assert command.state is S.DISPATCHING
    assert [order.value for order in site.disk.sent] == [2.0]
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    assert site.state(command) is S.ACKED
    site.clock.tick(33)
    site.field(CLOSED)
    site.engine.on_values(np.array([POSITION], np.int32))
    done = site.now(command)
    assert (done.state, done.feedback_seen, done.approver) == (S.VERIFIED, CLOSED, "S-1")
    assert site.disk.kinds() == [
        "command.requested",
        "command.confirmed",
        "command.awaiting-approval",
        "command.approved",
        "command.dispatching",
        "command.dispatched",
        "command.acked",
        "command.verified",
    ]
    assert site.disk.commands[done.content.id] == done
    assert site.disk.alarms == {}


def test_the_journal_tells_who_when_why_and_what_was_signed(site: Site) -> None:
    command = site.approved()
    requested, approved = site.disk.journal[0], site.disk.journal[3]
    assert (requested.person, requested.session, requested.workstation) == ("A-2", "s-op", "Desk A")
    assert (approved.person, approved.workstation, approved.subject) == ("S-1", "Desk S", command.content.id)
    text = dict(requested.fields)["text"]
    assert text == site.engine.signed_text(command.content.id)
    assert dict(approved.fields)["hash"] == site.engine.signed_hash(command.content.id) == command.signed_hash
    assert _entries(site, "command.dispatching") == [
        {
            "rule": "C9",
            "from": "approved",
            "to": "dispatching",
            "by": "executor",
            "reason": "",
            "attempt": 1,
            "value": 2.0,
            "hash": command.signed_hash,
        }
    ]


def test_a_set_point_is_verified_within_its_tolerance(site: Site) -> None:
    command = site.engine.request("s-op", point=SETPOINT, action="set", value=2.5, reason="cold night")
    assert command.content.verify_within_s == 20.0
    command = site.engine.confirm("s-op", command.content.id, "12")
    site.approve(command)
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    site.clock.tick(2)
    site.set(SETPOINT_FEEDBACK, 2.56)
    site.engine.tick()
    assert site.state(command) is S.ACKED
    site.clock.tick(2)
    site.set(SETPOINT_FEEDBACK, 2.54)
    site.engine.tick()
    assert site.state(command) is S.VERIFIED


def test_everybody_is_told_every_state_after_it_is_durable(site: Site) -> None:
    site.approved()
    assert site.changed == [S.REQUESTED, S.AWAITING_APPROVAL, S.APPROVED, S.DISPATCHING]


# -- requests that are refused ---------------------------------------------------------------------------------------

REQUESTS = {
    "auditor": ({"session_id": "s-aud"}, "U-1 may not request commands"),
    "signed out": ({"session_id": "nobody"}, "you are signed out"),
    "no reason": ({"reason": "  "}, "a reason is needed"),
    "long reason": ({"reason": "x" * 1001}, "longer than 1000"),
    "unknown action": ({"action": "stroke"}, "XV-0417.command cannot be commanded to stroke"),
    "unknown point": ({"point": 99}, "99 cannot be commanded"),
    "feedback is no actuator": ({"point": POSITION}, "cannot be commanded"),
    "open without a person on site": ({"action": "open"}, "only with a person on site"),
    "open by a rule": (
        {"action": "open", "person_on_site": True, "origin": "rule"},
        "may not be opened in this way",
    ),
    "a value for a valve": ({"value": 1.0}, "close takes no value"),
    "no value for a set-point": ({"point": SETPOINT, "action": "set"}, "a value is needed"),
    "above the range": ({"point": SETPOINT, "action": "set", "value": 10.01}, "10.01 is outside 0.0 to 10.0 kPa"),
    "below the range": ({"point": SETPOINT, "action": "set", "value": -0.01}, "outside"),
    "not a number": ({"point": SETPOINT, "action": "set", "value": float("nan")}, "not a number that can be written"),
}


@pytest.mark.parametrize("name", REQUESTS, ids=list(REQUESTS))
def test_a_request_is_refused_in_one_sentence_and_journaled(site: Site, name: str) -> None:
    changes, sentence = REQUESTS[name]
    asked = {"session_id": "s-op", "point": COMMAND, "action": "close", "reason": "why"} | changes
    session_id = asked.pop("session_id")
    with pytest.raises(RefusedError, match=sentence):
        site.engine.request(session_id, **asked)
    assert site.engine.commands() == ()
    assert site.disk.kinds() == ["command.refused"]
    assert sentence in str(dict(site.disk.journal[0].fields)["reason"])


INTERLOCKS = {
    "local": (lambda site: site.set(LOCAL, 0.0), "Local key in remote: local"),
    "fault": (lambda site: site.set(FAULT, 1.0), "No actuator fault: fault"),
    "bad key": (lambda site: site.set(LOCAL, 1.0, quality=BAD), "Local key in remote: not good: comms"),
    "stale fault": (lambda site: site.set(FAULT, 0.0, quality=STALE), "No actuator fault: not good: stale"),
    "key is NaN": (lambda site: site.set(LOCAL, float("nan")), "Local key in remote: not a number"),
    "old position": (
        lambda site: site.set(POSITION, 1.0, at=site.clock.wall_us() - 31_000_000),
        "Position feedback agrees: read 31 s ago",
    ),
    "contradictory position": (lambda site: site.set(POSITION, CONTRADICTORY), "contradictory"),
    "unknown position": (lambda site: site.set(POSITION, 7.0), "Position feedback agrees: 7"),
    "opening disagrees": (lambda site: site.set(OPENING, 40.0), "Position feedback agrees: open, 40.0 %"),
    "opening is bad": (lambda site: site.set(OPENING, 100.0, quality=BAD), "opening not good: comms"),
    "link lost": (lambda site: setattr(site, "link_up", False), "Link up: lost"),
    "from the future": (lambda site: site.clock.jump(-3600), "Local key in remote: read before the clock was set back"),
}


@pytest.mark.parametrize("name", INTERLOCKS, ids=list(INTERLOCKS))
def test_each_interlock_blocks_request_confirm_approve_and_dispatch(name: str) -> None:
    spoil, sentence = INTERLOCKS[name]
    site = Site().start()
    spoil(site)
    with pytest.raises(RefusedError, match=sentence):
        site.close()
    assert sentence in site.engine.check("s-op", point=COMMAND, action="close").blocked_reason


@pytest.mark.parametrize("name", sorted(set(INTERLOCKS) - {"from the future"}))
def test_each_interlock_blocks_after_the_request_too(name: str) -> None:
    spoil, sentence = INTERLOCKS[name]
    site = Site().start()
    command = site.close()
    spoil(site)
    with pytest.raises(RefusedError, match=sentence):
        site.engine.confirm("s-op", command.content.id, "0417")
    site.link_up = True
    site.field()
    command = site.engine.confirm("s-op", command.content.id, "0417")
    spoil(site)
    with pytest.raises(RefusedError, match=sentence):
        site.approve(command)
    assert site.state(command) is S.AWAITING_APPROVAL
    assert site.disk.sent == []


@pytest.mark.parametrize("name", sorted(set(INTERLOCKS) - {"from the future"}))
def test_an_interlock_lost_after_the_approval_stops_the_command(name: str) -> None:
    spoil, sentence = INTERLOCKS[name]
    site = Site().start()
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    site.on_commit = lambda: spoil(site)
    ended = site.approve(command)
    assert ended.state is S.CANCELLED
    assert sentence in ended.note
    assert site.disk.sent == []


def test_a_stuck_valve_between_its_ends_may_be_closed(site: Site) -> None:
    site.field(TRAVELLING)
    assert site.engine.check("s-op", point=COMMAND, action="close").blocked_reason == ""


def test_the_set_point_needs_its_pressure_and_the_interlock_of_its_model(site: Site) -> None:
    site.set(SLAM_SHUT, 1.0)
    check = site.engine.check("s-op", point=SETPOINT, action="set", value=3.0)
    assert check.blocked_reason == "R-12.outlet_setpoint is blocked: Slam shut: armed: tripped"
    site.set(SLAM_SHUT, 0.0)
    site.set(PRESSURE, 3.0, quality=BAD)
    check = site.engine.check("s-op", point=SETPOINT, action="set", value=3.0)
    assert check.blocked_reason == "R-12.outlet_setpoint is blocked: Pressure is read: not good: comms"


def test_a_check_shows_every_interlock_with_its_live_value(site: Site) -> None:
    check = site.engine.check("s-op", point=COMMAND, action="close")
    assert [(each.name, each.met, each.value_text) for each in check.interlocks] == [
        ("Remote control enabled", True, "yes"),
        ("Link up", True, "up"),
        ("Local key in remote", True, "remote"),
        ("No actuator fault", True, "normal"),
        ("Position feedback agrees", True, "open, 100.0 %"),
        ("No other command on this actuator", True, "none"),
    ]
    assert (check.old_value, check.old_at, check.blocked_reason) == (1.0, site.clock.wall_us(), "")
    assert site.disk.journal == []


def test_what_can_be_commanded_is_listed_with_its_actions(site: Site) -> None:
    valve, regulator = site.engine.commandable()
    assert (valve.point, valve.actions, valve.feedback_point, valve.short_code) == (
        COMMAND,
        ("open", "close"),
        POSITION,
        "0417",
    )
    assert (regulator.actions, regulator.low, regulator.high, regulator.unit) == (("set",), 0.0, 10.0, "kPa")


def test_one_open_command_an_actuator(site: Site) -> None:
    first = site.close()
    with pytest.raises(RefusedError, match=f"already has an open command: {first.content.id}, A-2, Desk A"):
        site.close("s-op2")
    assert site.engine.check("s-op2", point=COMMAND, action="close").blocked_reason != ""
    site.engine.request("s-op2", point=SETPOINT, action="set", value=2.9, reason="night")
    site.engine.cancel("s-op", first.content.id, "wrong valve")
    assert site.close("s-op2").content.id == "CMD-20260115-000003"


@pytest.mark.parametrize(
    ("sessions", "limit", "sentence"),
    [
        (["s-op"], {"rate_person": 3}, "A-2: 3 commands in 10 min are the limit"),
        (["s-op", "s-op2", "s-sup"], {"rate_device": 3}, "XV-0417: 3 commands"),
        (["s-op", "s-op2", "s-sup"], {"rate_site": 3}, "site: 3 commands"),
    ],
)
def test_the_rate_is_limited_per_person_device_and_site(
    sessions: list[str], limit: dict[str, int], sentence: str
) -> None:
    plain = Site()
    site = Site(policy=replace(plain.policy, **limit)).start()
    for number in range(3):
        session = sessions[number % len(sessions)]
        site.engine.cancel(session, site.close(session).content.id, "again")
    with pytest.raises(RefusedError, match=sentence):
        site.close(sessions[0])
    later = site.restart()
    with pytest.raises(RefusedError, match=sentence):
        later.close(sessions[0])
    later.clock.tick(541)
    later.field()
    assert later.close(sessions[0]).state is S.REQUESTED


# -- confirming and approving ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("session", "code", "sentence"),
    [
        ("s-op2", "0417", "was requested by A-2; A-3 cannot confirm it"),
        ("s-op", "0418", "the number typed is not that of XV-0417.command"),
        ("s-op", "", "the number typed"),
    ],
)
def test_a_wrong_confirmation_changes_nothing(site: Site, session: str, code: str, sentence: str) -> None:
    command = site.close()
    with pytest.raises(RefusedError, match=sentence):
        site.engine.confirm(session, command.content.id, code)
    assert site.disk.commands[command.content.id].state is S.REQUESTED
    assert site.disk.kinds() == ["command.requested", "command.refused"]


@pytest.mark.parametrize(
    ("session", "proof", "sentence"),
    [
        ("s-op", {}, "A-2 may not approve"),
        ("s-op-other", {}, "another person must approve"),
        ("s-op2", {}, "A-3 may not approve"),
        ("s-sup", {"second_factor": False}, "new one-time code"),
        ("s-sup", {"session": "s-sup2"}, "must sign again"),
        ("s-sup", {"person": "S-2"}, "must sign again"),
        ("s-sup", {"purpose": "approve another"}, "must sign again"),
        ("s-sup", {"mono": 900.0}, "must sign again"),
        ("s-sup", {"mono": 1001.0}, "must sign again"),
    ],
)
def test_a_wrong_approval_sends_nothing(site: Site, session: str, proof: dict[str, object], sentence: str) -> None:
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    with pytest.raises(RefusedError, match=sentence):
        site.approve(command, session, proof)
    assert site.state(command) is S.AWAITING_APPROVAL
    assert site.disk.sent == []
    assert site.disk.kinds()[-1] == "command.refused"


def test_an_approval_signs_exactly_this_text(site: Site) -> None:
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    identity = command.content.id
    with pytest.raises(RefusedError, match="is not what S-1 read"):
        site.engine.approve("s-sup", identity, signed_hash="0" * 64, proof=site.proof("s-sup", command))
    with pytest.raises(RefusedError, match="must sign again"):
        site.engine.approve("s-sup", identity, signed_hash=site.engine.signed_hash(identity), proof=None)


def test_a_proof_is_good_once(site: Site) -> None:
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    proof = site.proof("s-sup", command)
    identity, signed = command.content.id, site.engine.signed_hash(command.content.id)
    site.set(LOCAL, 0.0)
    with pytest.raises(RefusedError, match="Local key"):
        site.engine.approve("s-sup", identity, signed_hash=signed, proof=proof)
    site.set(LOCAL, 1.0)
    with pytest.raises(RefusedError, match="must sign again"):
        site.engine.approve("s-sup", identity, signed_hash=signed, proof=proof)


def test_what_would_refuse_an_approval_is_said_before_a_code_is_used(site: Site) -> None:
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    identity, signed = command.content.id, site.engine.signed_hash(command.content.id)
    site.engine.check_approval("s-sup", identity, signed_hash=signed)
    with pytest.raises(RefusedError, match="another person"):
        site.engine.check_approval("s-op-other", identity, signed_hash=signed)
    site.set(LOCAL, 0.0)
    with pytest.raises(RefusedError, match="Local key"):
        site.engine.check_approval("s-sup", identity, signed_hash=signed)
    assert site.state(command) is S.AWAITING_APPROVAL


def test_a_remote_open_needs_both_people_to_tick_the_person_on_site(site: Site) -> None:
    site.field(CLOSED)
    command = site.engine.request("s-op", point=COMMAND, action="open", reason="relight", person_on_site=True)
    command = site.engine.confirm("s-op", command.content.id, "0417")
    identity, signed = command.content.id, site.engine.signed_hash(command.content.id)
    with pytest.raises(RefusedError, match="S-1 must confirm that a person is on site"):
        site.engine.approve("s-sup", identity, signed_hash=signed, proof=site.proof("s-sup", command))
    done = site.approve(command)
    assert (done.state, done.approver_on_site, site.disk.sent[0].value) == (S.DISPATCHING, True, 1.0)


def test_double_approval_and_double_click_send_once(site: Site) -> None:
    command = site.approved()
    with pytest.raises(RefusedError, match="approve is not possible"):
        site.approve(command)
    site.tick(1)
    site.tick(1)
    assert len(site.disk.sent) == 1


def test_reject_and_cancel_need_a_reason_and_the_right_person(site: Site) -> None:
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    identity = command.content.id
    with pytest.raises(RefusedError, match="a reason is needed"):
        site.engine.reject("s-sup", identity, " ")
    with pytest.raises(RefusedError, match="another person must approve or reject"):
        site.engine.reject("s-op-other", identity, "no")
    with pytest.raises(RefusedError, match="A-3 may not cancel"):
        site.engine.cancel("s-op2", identity, "no")
    done = site.engine.reject("s-sup", identity, "wrong valve")
    assert (done.state, done.note, done.resolved_by) == (S.REJECTED, "wrong valve", "S-1")
    with pytest.raises(RefusedError, match="cancel is not possible"):
        site.engine.cancel("s-op", identity, "no")


def test_an_unknown_command_is_refused_and_journaled(site: Site) -> None:
    with pytest.raises(RefusedError, match="there is no command CMD-x"):
        site.engine.cancel("s-op", "CMD-x", "why")
    assert _entries(site, "command.refused") == [
        {"state": "", "asked": "cancel", "reason": "there is no command CMD-x to act on"}
    ]


# -- time, revocation, mode ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "seconds"), [(0, 60), (1, 600)])
def test_each_wait_ends_on_the_monotonic_clock(site: Site, steps: int, seconds: int) -> None:
    command = site.close()
    for _ in range(steps):
        site.engine.confirm("s-op", command.content.id, "0417")
    site.tick(seconds - 1)
    assert site.state(command) in (S.REQUESTED, S.AWAITING_APPROVAL)
    site.tick(1)
    assert site.state(command) is S.EXPIRED


@pytest.mark.parametrize("seconds", [6.0, -6.0, 3600.0, -3600.0, 10 * 365 * 86400.0])
def test_a_wall_clock_that_jumps_expires_everything_pending(site: Site, seconds: float) -> None:
    asked = site.close()
    waiting = site.engine.request("s-op", point=SETPOINT, action="set", value=2.9, reason="night")
    site.engine.confirm("s-op", waiting.content.id, "12")
    site.clock.jump(seconds)
    with pytest.raises(RefusedError, match="has expired"):
        site.approve(waiting)
    site.engine.tick()
    assert (site.state(asked), site.state(waiting)) == (S.EXPIRED, S.EXPIRED)


def test_a_small_step_of_the_wall_clock_expires_nothing(site: Site) -> None:
    command = site.close()
    site.clock.jump(4.9)
    site.engine.tick()
    assert site.state(command) is S.REQUESTED


def test_a_slow_commit_of_the_claim_sends_nothing_after_not_after(site: Site) -> None:
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    slow = iter([0.0, 31.0, 0.0])
    site.on_commit = lambda: site.clock.tick(next(slow))
    ended = site.approve(command)
    assert ended.state is S.EXPIRED
    assert site.disk.sent == []
    assert site.disk.kinds()[-2:] == ["command.dispatching", "command.expired"]


@pytest.mark.parametrize("person", ["A-2", "S-1"])
def test_a_right_lost_while_the_claim_is_committed_sends_nothing(site: Site, person: str) -> None:
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    slow = iter([set(), {person}, set()])
    site.on_commit = lambda: site.dead.update(next(slow))
    ended = site.approve(command)
    assert ended.state is S.CANCELLED
    assert f"{person} may no longer" in ended.note
    assert site.disk.sent == []


def test_a_changed_account_voids_what_waits_for_its_person(site: Site) -> None:
    mine = site.close()
    other = site.engine.request("s-op2", point=SETPOINT, action="set", value=2.9, reason="night")
    site.engine.on_revoked("A-2")
    assert (site.state(mine), site.state(other)) == (S.CANCELLED, S.REQUESTED)
    assert site.now(mine).note == "the account of A-2 was changed"


def test_suspending_voids_what_waits_and_takes_nothing_new(site: Site) -> None:
    sent = site.approved()
    waiting = site.engine.request("s-op", point=SETPOINT, action="set", value=2.9, reason="night")
    site.engine.suspend("the console is stopping")
    assert (site.state(waiting), site.state(sent)) == (S.CANCELLED, S.DISPATCHING)
    with pytest.raises(RefusedError, match="does not take such commands now"):
        site.engine.request("s-op", point=SETPOINT, action="set", value=2.9, reason="night")


# -- what the driver says --------------------------------------------------------------------------------------------


def test_a_refusal_of_the_device_fails_and_raises_one_alarm(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.REFUSED, detail="illegal data value")
    done = site.now(command)
    assert (done.state, done.note) == (S.FAILED, "illegal data value")
    assert site.disk.alarms == {"XV-0417.command:command-failed": 1}
    assert site.disk.standing == set()


def test_not_sent_fails_before_and_expires_after_not_after(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.NOT_SENT, detail="connection refused")
    assert site.now(command).state is S.FAILED
    again = site.approved()
    site.clock.tick(31)
    site.say(ReceiptKind.NOT_SENT, detail="too late")
    assert site.now(again).state is S.EXPIRED


@pytest.mark.parametrize("kind", [ReceiptKind.ACKED, ReceiptKind.REFUSED])
def test_an_answer_before_the_word_of_the_sending_counts_as_both(site: Site, kind: ReceiptKind) -> None:
    command = site.approved()
    site.say(kind)
    assert "command.dispatched" in site.disk.kinds()
    assert site.state(command) in (S.ACKED, S.FAILED)
    site.say(ReceiptKind.SENT)
    assert site.disk.kinds()[-1] in ("command.late-answer", "command.late-action")


def test_a_time_out_is_no_failure_and_sends_nothing_again(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.UNKNOWN, detail="no answer in 3 s")
    done = site.now(command)
    assert (done.state, done.note) == (S.INDETERMINATE, "no answer in 3 s")
    assert site.disk.standing == {"XV-0417.command:indeterminate"}
    for _ in range(100):
        site.tick(10)
    assert len(site.disk.sent) == 1


@pytest.mark.parametrize(("sent", "seconds"), [(False, 40), (True, 10)])
def test_silence_becomes_doubt(site: Site, sent: bool, seconds: int) -> None:
    command = site.approved()
    for _ in range(int(sent)):
        site.say(ReceiptKind.SENT)
    site.tick(seconds - 1)
    assert site.state(command) in (S.DISPATCHING, S.DISPATCHED)
    site.tick(1)
    assert site.state(command) is S.INDETERMINATE


def test_a_late_answer_moves_doubt_and_ends_its_alarm(site: Site) -> None:
    command = site.approved()
    site.tick(41)
    assert site.state(command) is S.INDETERMINATE
    site.say(ReceiptKind.ACKED)
    assert site.state(command) is S.ACKED
    assert site.disk.standing == set()


def test_a_late_answer_to_an_ended_command_changes_nothing_and_raises_an_alarm(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.NOT_SENT)
    before = site.now(command)
    site.say(ReceiptKind.ACKED)
    assert site.now(command) == before
    assert site.disk.alarms["XV-0417.command:late-action"] == 1
    assert site.disk.kinds()[-1] == "command.late-action"


def test_an_answer_to_another_attempt_changes_nothing(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.SENT, attempt=2)
    assert site.state(command) is S.DISPATCHING
    assert site.disk.kinds()[-1] == "command.late-answer"


def test_an_answer_to_a_command_of_long_ago_is_journaled_and_raises_an_alarm(site: Site) -> None:
    site.approved()
    site.say(ReceiptKind.ACKED, command="CMD-20250101-000001")
    assert site.disk.journal[-1].subject == "CMD-20250101-000001"
    assert site.disk.alarms == {"CMD-20250101-000001:late-action": 1}


@pytest.mark.expects_warnings
def test_a_dispatcher_that_refuses_sent_nothing_and_one_that_breaks_leaves_doubt() -> None:
    site = Site().start()
    site.write_error = RefusedError("no link to XV-0417")
    assert site.approved().state is S.FAILED
    site = Site().start()
    site.write_error = LinkError("half of it")
    assert site.approved().state is S.INDETERMINATE


# -- proof -----------------------------------------------------------------------------------------------------------


def _acked(site: Site) -> str:
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    return command.content.id


def _one(site: Site, identity: str) -> CommandState:
    return next(each.state for each in site.engine.commands() if each.content.id == identity)


def test_a_position_read_before_the_dispatch_proves_nothing(site: Site) -> None:
    site.field(CLOSED)
    identity = _acked(site)
    site.tick(1)
    assert _one(site, identity) is S.ACKED
    site.field(CLOSED)
    site.tick(0)
    assert _one(site, identity) is S.VERIFIED


def test_a_bad_position_proves_nothing(site: Site) -> None:
    identity = _acked(site)
    site.clock.tick(1)
    site.set(POSITION, CLOSED, quality=BAD)
    site.engine.tick()
    assert _one(site, identity) is S.ACKED
    site.tick(44)
    assert _one(site, identity) is S.INDETERMINATE
    assert site.disk.alarms == {"XV-0417.command:indeterminate": 1}


def test_a_device_clock_that_runs_ahead_proves_nothing(site: Site) -> None:
    site.set(POSITION, CLOSED, at=site.clock.wall_us() + 20_000_000)
    site.set(OPENING, 0.0)
    identity = _acked(site)
    site.tick(1)
    assert _one(site, identity) is S.ACKED


def test_a_valve_that_did_not_move_fails_at_the_deadline_with_a_discrepancy(site: Site) -> None:
    identity = _acked(site)
    site.clock.tick(44)
    site.field()
    site.engine.tick()
    assert _one(site, identity) is S.ACKED
    site.clock.tick(1)
    site.field()
    site.engine.tick()
    assert _one(site, identity) is S.FAILED
    assert site.disk.alarms == {"XV-0417.command:discrepancy": 1}
    assert site.disk.standing == {"XV-0417.command:discrepancy"}


def test_a_position_that_is_old_at_the_deadline_cannot_contradict(site: Site) -> None:
    identity = _acked(site)
    site.clock.tick(20)
    site.field()
    site.clock.tick(25)
    site.engine.tick()
    assert _one(site, identity) is S.INDETERMINATE


def test_a_travelling_valve_gets_one_more_window(site: Site) -> None:
    identity = _acked(site)
    site.clock.tick(46)
    site.field(TRAVELLING)
    site.engine.tick()
    assert _one(site, identity) is S.ACKED
    site.clock.tick(10)
    site.field(CLOSED)
    site.engine.tick()
    assert _one(site, identity) is S.VERIFIED


def test_a_valve_that_never_stops_travelling_is_in_doubt(site: Site) -> None:
    identity = _acked(site)
    site.clock.tick(89)
    site.field(TRAVELLING)
    site.engine.tick()
    assert _one(site, identity) is S.ACKED
    site.clock.tick(1)
    site.field(TRAVELLING)
    site.engine.tick()
    assert _one(site, identity) is S.INDETERMINATE


def test_a_device_that_moves_after_its_command_failed_raises_a_late_action_once(site: Site) -> None:
    identity = _acked(site)
    site.clock.tick(45)
    site.field()
    site.engine.tick()
    assert _one(site, identity) is S.FAILED
    for _ in range(3):
        site.clock.tick(300)
        site.field(CLOSED)
        site.engine.tick()
    assert _one(site, identity) is S.FAILED
    assert site.disk.alarms["XV-0417.command:late-action"] == 1
    assert site.disk.standing == set()
    assert site.disk.kinds().count("command.late-action") == 1


def test_a_newer_command_that_works_is_no_late_action_of_the_older_one(site: Site) -> None:
    failed = _acked(site)
    site.clock.tick(45)
    site.field()
    site.engine.tick()
    newer = _acked(site)
    site.clock.tick(20)
    site.field(CLOSED)
    site.engine.tick()
    assert (_one(site, failed), _one(site, newer)) == (S.FAILED, S.VERIFIED)
    assert "XV-0417.command:late-action" not in site.disk.alarms
    assert site.disk.standing == set()


def test_evidence_resolves_doubt_only_after_the_whole_window(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.UNKNOWN)
    site.clock.tick(44)
    site.field()
    site.engine.tick()
    assert site.state(command) is S.INDETERMINATE
    site.clock.tick(2)
    site.field()
    site.engine.tick()
    assert site.state(command) is S.FAILED
    assert site.disk.alarms == {"XV-0417.command:indeterminate": 1, "XV-0417.command:discrepancy": 1}
    assert site.disk.standing == {"XV-0417.command:discrepancy"}


def test_evidence_of_the_wanted_position_verifies_doubt(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.UNKNOWN)
    site.clock.tick(30)
    site.field(CLOSED)
    site.engine.tick()
    assert site.state(command) is S.VERIFIED
    assert site.disk.standing == set()


@pytest.mark.parametrize(
    ("session", "note", "sentence"),
    [
        ("s-op-other", "saw it", "must be resolved by a third person, not by A-2"),
        ("s-sup", "saw it", "must be resolved by a third person, not by S-1"),
        ("s-op2", "saw it", "A-3 may not resolve"),
        ("s-sup2", " ", "a note is needed"),
    ],
)
def test_doubt_is_resolved_by_a_third_person_with_a_note(site: Site, session: str, note: str, sentence: str) -> None:
    command = site.approved()
    site.say(ReceiptKind.UNKNOWN)
    with pytest.raises(RefusedError, match=sentence):
        site.engine.resolve(session, command.content.id, verified=True, note=note)
    done = site.engine.resolve("s-sup2", command.content.id, verified=True, note="crew is at the valve")
    assert (done.state, done.resolved_by, done.note) == (S.VERIFIED, "S-2", "crew is at the valve")
    assert site.disk.standing == set()


def test_doubt_keeps_the_actuator_to_itself(site: Site) -> None:
    command = site.approved()
    site.say(ReceiptKind.UNKNOWN)
    with pytest.raises(RefusedError, match="already has an open command"):
        site.close("s-op2")
    site.engine.resolve("s-sup2", command.content.id, verified=False, note="nothing moved")
    assert site.close("s-op2").state is S.REQUESTED


# -- memory ----------------------------------------------------------------------------------------------------------


def test_ended_commands_leave_the_list_after_a_day_and_ids_go_on(site: Site) -> None:
    first = site.close()
    site.engine.cancel("s-op", first.content.id, "no")
    site.tick(24 * 3600 - 1)
    assert [each.content.id for each in site.engine.commands()] == [first.content.id]
    site.tick(2)
    assert site.engine.commands() == ()
    site.field()
    assert site.close().content.id == "CMD-20260116-000002"


def test_the_newest_command_comes_first(site: Site) -> None:
    site.close()
    site.engine.request("s-op", point=SETPOINT, action="set", value=2.9, reason="night")
    assert [each.content.id[-1] for each in site.engine.commands()] == ["2", "1"]
