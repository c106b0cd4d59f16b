"""The whole command machine, every interleaving: no invariant breaks, and each design bug is caught."""

from __future__ import annotations

import pytest

from backend.commands import rules
from backend.model.command import CommandState
from tests.support.command_bugs import BUGS
from tests.support.command_model import BrokenError, content, explore

ALL_RULES = {f"C{number}" for number in range(1, 20)} - {"C3"} | {"S14"}
"""C3 is for read-backs only and has its own test."""


@pytest.mark.parametrize(("troubles", "time_steps", "nodes"), [(1, 1, 11_000), (0, 3, 10_000), (2, 0, 5_000)])
def test_no_interleaving_breaks_an_invariant(troubles: int, time_steps: int, nodes: int) -> None:
    walk = explore(content(), troubles=troubles, time_steps=time_steps)
    assert walk.nodes > nodes
    assert walk.edges > 9 * nodes
    assert walk.states is not None
    assert walk.rules is not None
    assert walk.states >= set(CommandState) - {CommandState.EXPIRED}
    assert walk.rules >= ALL_RULES - {"C8", "C16", "C17"}


@pytest.mark.slow
def test_two_deadlines_and_one_trouble_break_no_invariant() -> None:
    walk = explore(content(), troubles=1, time_steps=2)
    assert walk.nodes > 40_000


def test_every_state_and_every_rule_is_reached() -> None:
    walk = explore(content(), troubles=0, time_steps=2)
    assert walk.states == set(CommandState)
    assert walk.rules == ALL_RULES


def test_a_waiting_order_breaks_no_invariant() -> None:
    walk = explore(content(waits_for_receipt=True), troubles=1, time_steps=1)
    assert walk.rules is not None
    assert "G-05" in walk.rules


@pytest.mark.parametrize("bug", BUGS, ids=list(BUGS))
def test_the_checker_catches_each_design_bug(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, broken, (troubles, time_steps) = BUGS[bug]
    monkeypatch.setattr(rules, "RULES", seed(rules.RULES))
    with pytest.raises(BrokenError, match=broken):
        explore(content(), troubles=troubles, time_steps=time_steps)
