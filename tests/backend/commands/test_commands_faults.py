"""Killed at every point of the command path, restarted, with the journal down: never two sends, never a wrong word."""

from __future__ import annotations

import contextlib

import pytest

from backend.errors import RefusedError
from backend.model.command import TERMINAL, CommandState, ReceiptKind
from tests.support.clock import ManualClock
from tests.support.command_site import CLOSED, COMMAND, SETPOINT, Durable, KilledError, Site

S = CommandState
NO_BYTES = {S.EXPIRED, S.CANCELLED, S.REJECTED}
PENDING = {S.REQUESTED, S.CONFIRMED, S.AWAITING_APPROVAL, S.APPROVED}


def _whole_way(site: Site) -> None:
    """From the request to the proof, with a time-out and a late answer on the way."""
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.UNKNOWN, detail="time-out")
    site.say(ReceiptKind.ACKED)
    site.clock.tick(20)
    site.field(CLOSED)
    site.engine.tick()
    assert site.state(command) is S.VERIFIED


def _calls_of_a_whole_way() -> int:
    site = Site().start()
    site.calls = 0
    _whole_way(site)
    return site.calls


CALLS = _calls_of_a_whole_way()


def test_the_way_has_at_least_the_fourteen_points_of_the_fault_list() -> None:
    assert CALLS >= 14


@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_killed_at_each_point_sends_at_most_once_and_restart_advances_nothing(call: int) -> None:
    site = Site().start()
    site.calls, site.kill_at = 0, call
    with pytest.raises(KilledError):
        _whole_way(site)
    sent = len(site.disk.sent)
    assert sent <= 1
    before = {key: command.state for key, command in site.disk.commands.items()}
    again = site.restart()
    for key, command in site.disk.commands.items():
        assert (before[key], command.state) in {
            *((state, S.CANCELLED) for state in PENDING),
            *((state, S.EXPIRED) for state in PENDING),
            (S.DISPATCHING, S.INDETERMINATE),
            (S.DISPATCHED, S.INDETERMINATE),
            (S.INDETERMINATE, S.INDETERMINATE),
            (S.ACKED, S.ACKED),
            (S.VERIFIED, S.VERIFIED),
        }
        assert not (command.state in NO_BYTES and sent)
        assert (command.state is S.INDETERMINATE) == (f"{command.content.tag}:indeterminate" in site.disk.standing)
    for _ in range(30):
        again.tick(30)
    assert len(site.disk.sent) == sent


@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_whatever_was_interrupted_can_be_brought_to_an_end(call: int) -> None:
    site = Site().start()
    site.calls, site.kill_at = 0, call
    with pytest.raises(KilledError):
        _whole_way(site)
    again = site.restart()
    again.clock.tick(50)
    again.field(CLOSED)
    again.engine.tick()
    assert all(command.state in TERMINAL for command in site.disk.commands.values())
    numbers = sorted(command.content.id[-6:] for command in site.disk.commands.values())
    again.clock.tick(1)
    again.field()
    new = again.close()
    assert new.content.id[-6:] not in numbers
    assert new.state is S.REQUESTED


@pytest.mark.parametrize("kills", [(first, second) for first in range(8, CALLS + 1, 3) for second in range(1, 7)])
def test_killed_again_during_the_restart(kills: tuple[int, int]) -> None:
    site = Site().start()
    site.calls, site.kill_at = 0, kills[0]
    with pytest.raises(KilledError):
        _whole_way(site)
    sent = len(site.disk.sent)
    half = Site(site.disk, ManualClock(site.clock.wall_us() + 1_000_000, 3.0))
    half.kill_at = kills[1]
    with contextlib.suppress(KilledError):
        half.start()
    half.restart()
    assert len(site.disk.sent) == sent
    assert not {command.state for command in site.disk.commands.values()} & {*PENDING, S.DISPATCHING, S.DISPATCHED}


def test_restart_tells_of_doubt_once_and_keeps_a_verification_window() -> None:
    site = Site().start()
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    again = Site(site.disk, ManualClock(site.clock.wall_us() + 20_000_000, 0.0)).start()
    again.tick(24)
    assert again.state(command) is S.ACKED
    again.tick(1)
    assert again.state(command) is S.INDETERMINATE
    third = again.restart()
    third.restart()
    assert site.disk.alarms == {"XV-0417.command:indeterminate": 1}


def test_a_wall_clock_that_moved_while_down_never_lengthens_a_verification_window() -> None:
    site = Site().start()
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    again = Site(site.disk, ManualClock(site.clock.wall_us() - 3600_000_000, 0.0)).start()
    again.tick(46)
    assert again.state(command) is S.INDETERMINATE


def test_a_late_action_is_still_watched_for_after_a_restart() -> None:
    site = Site().start()
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    site.clock.tick(45)
    site.field()
    site.engine.tick()
    assert site.state(command) is S.FAILED
    again = site.restart()
    again.clock.tick(5)
    again.field(CLOSED)
    again.engine.tick()
    assert site.disk.alarms["XV-0417.command:late-action"] == 1


def test_nothing_is_taken_before_what_was_open_is_in_hand() -> None:
    site = Site()
    with pytest.raises(RefusedError, match="not ready yet"):
        site.close()
    assert "not ready" in site.engine.check("s-op", point=COMMAND, action="close").blocked_reason


@pytest.mark.expects_warnings
def test_a_journal_that_is_down_at_the_restart_keeps_commands_closed_until_it_is_back() -> None:
    site = Site().start()
    command = site.approved()
    again = Site(site.disk, site.clock)
    again.broken = True
    again.start()
    with pytest.raises(RefusedError, match="not ready yet"):
        again.close("s-op2")
    again.broken = False
    again.engine.tick()
    assert again.state(command) is S.INDETERMINATE
    request = again.engine.request("s-op2", point=SETPOINT, action="set", value=2.9, reason="night")
    assert request.state is S.REQUESTED


# -- the journal fails (S13, F47) ------------------------------------------------------------------------------------


@pytest.mark.expects_warnings
def test_without_a_journal_every_intent_is_refused_and_nothing_changes() -> None:
    site = Site().start()
    waiting = site.engine.confirm("s-op", site.close().content.id, "0417")
    identity = waiting.content.id
    site.broken = True
    intents = (
        lambda: site.engine.request("s-op2", point=SETPOINT, action="set", value=2.9, reason="night"),
        lambda: site.approve(waiting),
        lambda: site.engine.reject("s-sup", identity, "no"),
        lambda: site.engine.cancel("s-op", identity, "no"),
    )
    for intent in intents:
        with pytest.raises(RefusedError, match="not saved, nothing was changed: disk is full"):
            intent()
        assert site.now(waiting) == site.disk.commands[identity] == waiting
    assert site.disk.sent == []
    site.broken = False
    assert site.approve(waiting).state is S.DISPATCHING


@pytest.mark.expects_warnings
def test_a_claim_that_cannot_be_journaled_sends_nothing_and_is_not_tried_again() -> None:
    site = Site().start()
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    site.on_commit = lambda: setattr(site, "broken", True)
    assert site.approve(command).state is S.APPROVED
    site.on_commit = lambda: None
    site.broken = False
    site.tick(5)
    assert site.state(command) is S.APPROVED
    site.tick(26)
    assert site.state(command) is S.EXPIRED
    assert site.disk.sent == []


@pytest.mark.expects_warnings
def test_receipts_that_cannot_be_journaled_are_heard_again_in_order() -> None:
    site = Site().start()
    command = site.approved()
    site.broken = True
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    site.engine.tick()
    assert site.state(command) is S.DISPATCHING
    site.broken = False
    site.engine.tick()
    assert site.state(command) is S.ACKED
    assert site.disk.kinds()[-2:] == ["command.dispatched", "command.acked"]


@pytest.mark.expects_warnings
def test_an_end_that_cannot_be_journaled_comes_with_its_alarm_when_the_journal_is_back() -> None:
    site = Site().start()
    command = site.approved()
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    site.broken = True
    for _ in range(3):
        site.tick(46)
        assert site.state(command) is S.ACKED
    site.broken = False
    site.tick(0.25)
    assert site.state(command) is S.INDETERMINATE
    assert site.disk.alarms == {"XV-0417.command:indeterminate": 1}


@pytest.mark.expects_warnings
def test_a_row_that_was_claimed_by_somebody_else_is_never_sent_again() -> None:
    site = Site(Durable()).start()
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    site.disk.claims.add((command.content.id, 1))
    assert site.approve(command).state is S.APPROVED
    assert site.disk.sent == []
