"""The motor valve: every command in every state, travel, sticking, torque trip, local key."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.devices.motor_valve import (
    TRIP_AFTER_S,
    TRIP_TORQUE,
    MotorValve,
    Order,
    Position,
    Refused,
    command,
    reset,
    step,
    stick,
    turn_key,
)

OPENINGS = (0.0, 0.04, 0.5, 1.0)
STUCK = (None, 0.0, 0.3, 1.0)
STATES = [
    MotorValve(opening=opening, order=order, remote=remote, fault=fault, stuck_at=stuck, crossed=crossed)
    for opening, order, remote, fault, stuck, crossed in product(
        OPENINGS, Order, (True, False), (True, False), STUCK, (True, False)
    )
]
CODES = (-1, 0, 1, 2, 3, 1.5, float("nan"))


def ordered(valve: MotorValve, code: float) -> MotorValve:
    outcome = command(valve, code)
    assert isinstance(outcome, MotorValve)
    return outcome


def after(valve: MotorValve, seconds: float) -> MotorValve:
    for _ in range(round(seconds)):
        valve = step(valve, 1.0)
    return valve


def test_every_command_in_every_state() -> None:
    expected = {
        (True, False, True): MotorValve,
        (True, False, False): Refused.VALUE,
        (True, True, True): Refused.FAULT,
        (True, True, False): Refused.VALUE,
        (False, False, True): Refused.LOCAL,
        (False, False, False): Refused.VALUE,
        (False, True, True): Refused.LOCAL,
        (False, True, False): Refused.VALUE,
    }
    seen = set()
    for valve, code in product(STATES, CODES):
        outcome = command(valve, code)
        case = (valve.remote, valve.fault, code in (0, 1, 2))
        seen.add(case)
        taken = isinstance(outcome, MotorValve)
        assert (MotorValve if taken else outcome) == expected[case]
    assert seen == set(expected)


def test_a_command_moves_nothing_by_itself() -> None:
    for valve, code in product(STATES, (0, 1, 2)):
        outcome = command(valve, code)
        moved = outcome.opening if isinstance(outcome, MotorValve) else valve.opening
        assert moved == valve.opening


def test_every_step_keeps_what_must_hold() -> None:
    for valve, dt in product(STATES, (0.0, 0.5, 4.0, 1000.0)):
        later = step(valve, dt)
        assert 0 <= later.opening <= 1
        assert (later.remote, later.crossed, later.stuck_at) == (valve.remote, valve.crossed, valve.stuck_at)
        assert later.fault >= valve.fault
        assert valve.order is not Order.NONE or later == valve


def test_no_step_passes_the_place_where_it_sticks() -> None:
    for valve, dt in product(STATES, (0.5, 4.0, 1000.0)):
        stop = 0.5 if valve.stuck_at is None else valve.stuck_at
        later = step(valve, dt)
        crossed = (later.opening - stop) * (valve.opening - stop) < 0
        assert valve.stuck_at is None or not crossed


def test_closing_takes_thirty_seconds() -> None:
    valve = ordered(MotorValve(), Order.CLOSE)
    assert [after(valve, seconds).position for seconds in (0, 1, 29, 30)] == [
        Position.OPEN,
        Position.TRAVELLING,
        Position.TRAVELLING,
        Position.CLOSED,
    ]
    assert after(valve, 15).opening == pytest.approx(0.5)
    assert after(valve, 15).order is Order.CLOSE
    assert after(valve, 31).order is Order.NONE


def test_opening_comes_back() -> None:
    closed = after(ordered(MotorValve(), Order.CLOSE), 40)
    assert after(ordered(closed, Order.OPEN), 40) == MotorValve()


def test_a_command_to_where_it_stands_ends_at_once() -> None:
    assert ordered(MotorValve(), Order.OPEN) == MotorValve()


def test_stop_and_reverse_on_the_way() -> None:
    half = after(ordered(MotorValve(), Order.CLOSE), 15)
    assert after(ordered(half, Order.NONE), 60).opening == half.opening
    assert after(ordered(half, Order.OPEN), 16).position is Position.OPEN


def test_a_stuck_valve_strains_and_trips() -> None:
    valve = ordered(stick(MotorValve(), 0.4), Order.CLOSE)
    straining = after(valve, 19)
    assert (straining.opening, straining.torque, straining.fault) == (0.4, TRIP_TORQUE, False)
    tripped = after(straining, TRIP_AFTER_S)
    assert (tripped.opening, tripped.torque, tripped.fault, tripped.order) == (0.4, 0.0, True, Order.NONE)
    assert command(tripped, Order.OPEN) is Refused.FAULT
    assert tripped.position is Position.TRAVELLING


def test_stuck_where_it_stands_moves_neither_way() -> None:
    half = after(ordered(MotorValve(), Order.CLOSE), 15)
    for order in (Order.OPEN, Order.CLOSE):
        assert after(ordered(stick(half), order), 60).opening == half.opening


def test_a_fitter_frees_it() -> None:
    tripped = after(ordered(stick(MotorValve(), 0.4), Order.CLOSE), 60)
    assert after(ordered(reset(tripped), Order.CLOSE), 60).position is Position.CLOSED


def test_the_key_stops_a_remote_travel() -> None:
    half = turn_key(after(ordered(MotorValve(), Order.CLOSE), 15), remote=False)
    assert after(half, 60).opening == half.opening
    assert command(half, Order.CLOSE) is Refused.LOCAL
    assert after(ordered(turn_key(half, remote=True), Order.CLOSE), 60).position is Position.CLOSED


def test_both_switches_at_once_contradict() -> None:
    assert MotorValve(crossed=True).position is Position.CONTRADICTORY


@given(st.lists(st.floats(0.01, 5), min_size=1, max_size=60))
def test_travel_does_not_depend_on_the_steps(steps: list[float]) -> None:
    valve = ordered(MotorValve(), Order.CLOSE)
    for dt in steps:
        valve = step(valve, dt)
    assert valve.opening == pytest.approx(max(1 - sum(steps) / valve.travel_s, 0.0), abs=1e-9)
