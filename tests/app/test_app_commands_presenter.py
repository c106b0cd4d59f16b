"""Commands in plain Python: whose turn it is, how far each is, what is said of how it ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pages.commands import presenter as p
from backend.model.command import Command, CommandState
from tests.support.clock import START_US
from tests.support.command_site import COMMAND, OPENING, point
from tests.support.commands import command

S = CommandState
CHEN = p.Hands(person="chen", may_approve=True, may_resolve=True)
WANG = p.Hands(person="wang", may_approve=True, may_resolve=True)
POINT = point(COMMAND, "XV-0417", "command")
NAMES = {"chen": "Chen Wei", "wang": "Wang Fang"}


def places(of: Command, hands: p.Hands) -> tuple[int, int, int]:
    found = p.columns([of], START_US, hands)
    return len(found.waiting), len(found.in_flight), len(found.ended)


def test_an_approval_waits_for_another_person_who_may() -> None:
    waiting = command(S.AWAITING_APPROVAL)

    assert places(waiting, WANG) == (1, 0, 0)
    assert places(waiting, CHEN) == (0, 1, 0)
    assert places(waiting, p.Hands(person="li")) == (0, 1, 0)
    assert places(waiting, p.Hands()) == (0, 1, 0)


def test_a_reservation_waits_for_who_made_it() -> None:
    assert places(command(S.REQUESTED), CHEN) == (1, 0, 0)
    assert places(command(S.REQUESTED), WANG) == (0, 1, 0)


def test_a_doubt_waits_for_a_third_person() -> None:
    doubt = command(S.INDETERMINATE, approver="wang")

    assert places(doubt, p.Hands(person="li", may_resolve=True)) == (1, 0, 0)
    assert places(doubt, p.Hands(person="li")) == (0, 1, 0)
    assert places(doubt, WANG) == (0, 1, 0)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("hands", [CHEN, WANG, p.Hands()])
def test_every_command_stands_in_one_column(state: CommandState, hands: p.Hands) -> None:
    assert sum(places(command(state, ended_at=START_US), hands)) == 1


def test_what_ended_yesterday_is_gone() -> None:
    ended = command(S.VERIFIED, ended_at=START_US)
    assert p.columns([ended], START_US + 86_400_000_000).ended == ()


def test_the_newest_stand_on_top() -> None:
    old = command(id_="SIM-1")
    new = replace(command(id_="SIM-2"), content=replace(old.content, id="SIM-2", requested_at=START_US + 1))
    assert [each.content.id for each in p.columns([old, new], START_US, WANG).waiting] == ["SIM-2", "SIM-1"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (command(S.ACKED), "Closing, 40 %"),
        (command(S.ACKED, action="open"), "Opening, 40 %"),
        (command(S.ACKED, action="set"), "accepted by the device, being verified"),
        (command(S.VERIFIED, claimed_at=START_US, ended_at=START_US + 33_200_000), "Verified closed, 33 s"),
        (command(S.VERIFIED, action="set", claimed_at=START_US, ended_at=START_US + 5_000_000), "Verified, 5 s"),
        (command(S.FAILED, note="XV-0417.ZS still open"), "≠ Not verified: XV-0417.ZS still open"),
        (command(S.INDETERMINATE, note="line cut"), "may have happened: not known: line cut"),
        (command(S.REJECTED, note="wrong valve", approver="wang"), "Rejected by Wang Fang: wrong valve"),
        (command(S.EXPIRED, note="time ran out"), "expired, nothing was sent"),
        (command(S.CANCELLED, note="taken back"), "cancelled, nothing was sent: taken back"),
    ],
)
def test_how_it_stands_is_said_fully(made: Command, said: str) -> None:
    assert p.outcome(made, NAMES, travel=0.4) == said


def test_what_has_left_cannot_be_taken_back() -> None:
    back = {state for state in S if p.may_be_taken_back(command(state))}
    assert back == {S.REQUESTED, S.CONFIRMED, S.AWAITING_APPROVAL, S.APPROVED}
    waits = command(S.DISPATCHED)
    waits = replace(waits, content=replace(waits.content, waits_for_receipt=True))
    assert p.may_be_taken_back(waits)


def test_steps_behind_never_grow_backwards() -> None:
    way = [S.REQUESTED, S.CONFIRMED, S.AWAITING_APPROVAL, S.APPROVED, S.DISPATCHING, S.DISPATCHED, S.ACKED, S.VERIFIED]
    done = [p.steps_done(command(state)) for state in way]
    assert done == sorted(done)
    assert done[-1] == p.STEPS
    assert p.steps_done(command(S.EXPIRED)) == 2
    assert p.steps_done(command(S.EXPIRED, confirmed_at=1)) == 3
    assert p.steps_done(command(S.CANCELLED, confirmed_at=1, approved_at=1)) == 4


def test_only_waiting_for_people_has_a_ring() -> None:
    assert p.left_share(command(S.AWAITING_APPROVAL), START_US + 300_000_000) == pytest.approx(0.5)
    assert p.left_share(command(S.ACKED), START_US) is None
    assert p.left_s(command(S.VERIFIED), START_US) is None


def test_a_valve_travels_from_where_it_stood() -> None:
    assert p.travel_share("close", 60.0) == pytest.approx(0.4)
    assert p.travel_share("open", 60.0) == pytest.approx(0.6)
    assert p.travel_share("close", -3.0) == 1.0
    assert p.travel_share("close", None) is None
    assert p.travel_share("set", 60.0) is None


def test_the_opening_beside_the_commanded_point_is_found() -> None:
    inlet = point(9, "R-12", "inlet_valve_opening_percent")
    other = point(OPENING, "XV-0417", "opening_percent")
    assert p.opening_point([inlet, other], POINT) == other
    assert p.opening_point([inlet, other], point(8, "R-12", "inlet_valve_command")) == inlet
    assert p.opening_point([inlet], POINT) is None


def test_the_strip_keeps_what_ended_for_ten_seconds_only() -> None:
    moving = command(S.ACKED, id_="SIM-2", claimed_at=START_US + 5)
    arrived = command(S.VERIFIED, id_="SIM-1", claimed_at=START_US, ended_at=START_US + 1_000_000)
    never = command(S.EXPIRED, id_="SIM-3", ended_at=START_US + 1_000_000)
    asked = command(S.AWAITING_APPROVAL, id_="SIM-4")

    def shown(after_s: float) -> list[str]:
        now = START_US + round(after_s * 1e6)
        return [each.content.id for each in p.in_strip([moving, arrived, never, asked], now, 10_000_000)]

    assert shown(10.9) == ["SIM-1", "SIM-2"]
    assert shown(11.1) == ["SIM-2"]
