"""When a unit counts as silent and a link as lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.drivers.modbus.patience import LOST_AFTER_S, Patience


def test_one_failure_is_forgiven_two_lose_a_link_of_one_unit() -> None:
    patience = Patience([1])
    patience.failed(1, 0.0)
    assert not patience.lost(0.0)
    patience.failed(1, 1.0)
    assert patience.lost(1.0)


def test_an_answer_in_between_starts_the_count_anew() -> None:
    patience = Patience([1])
    patience.failed(1, 0.0)
    patience.answered(1)
    patience.failed(1, 100.0)
    assert not patience.lost(100.0)
    assert not patience.silent(1)


def test_a_dead_unit_does_not_take_its_neighbours_down() -> None:
    patience = Patience([1, 2])
    for cycle in range(50):
        patience.answered(1)
        patience.failed(2, float(cycle))
        patience.failed(2, float(cycle) + 0.5)
        assert not patience.lost(float(cycle) + 0.5)
    assert patience.silent(2)
    assert not patience.silent(1)
    patience.answered(2)
    assert not patience.silent(2)


def test_a_gateway_that_is_silent_for_all_is_lost_when_each_has_failed() -> None:
    patience = Patience([1, 2, 3])
    lost = []
    for unit in (1, 2, 3):
        patience.failed(unit, 0.0)
        lost.append(patience.lost(0.0))
    assert lost == [False, False, True]


def test_many_units_are_not_asked_one_by_one_for_minutes() -> None:
    patience = Patience(range(1, 100))
    patience.failed(1, 10.0)
    patience.failed(2, 10.0 + LOST_AFTER_S)
    assert patience.lost(10.0 + LOST_AFTER_S)


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.booleans()), max_size=40))
def test_nothing_is_lost_right_after_an_answer(history: list[tuple[int, bool]]) -> None:
    patience = Patience([1, 2])
    for now, (unit, good) in enumerate(history):
        {True: patience.answered, False: lambda unit, now=now: patience.failed(unit, now)}[good](unit)
    patience.answered(1)
    assert not patience.lost(1e9)
