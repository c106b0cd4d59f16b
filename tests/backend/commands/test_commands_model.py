"""The whole command machine, every interleaving: no invariant breaks, and each design bug is caught."""

from __future__ import annotations

import pytest

from backend.commands import rules
from backend.model.command import CommandState
from tests.support.command_bugs import BUGS
from tests.support.command_model import BrokenError, content, explore

ALL_RULES = {f"C{number}" for number in range(1, 20)} - {"C3"} | {"S14"}
"""C3 is for read-backs only and has its own test."""


def test_no_interleaving_breaks_an_invariant() -> None:
    walk = explore(content(), troubles=1, time_steps=2)
    assert walk.nodes > 20_000
    assert walk.edges > 200_000
    assert walk.states == set(CommandState)
    assert walk.rules == ALL_RULES


def test_two_things_going_wrong_at_once_break_no_invariant() -> None:
    walk = explore(content(), troubles=2, time_steps=0)
    assert walk.nodes > 10_000


def test_a_waiting_order_breaks_no_invariant() -> None:
    walk = explore(content(waits_for_receipt=True), troubles=1, time_steps=1)
    assert walk.rules is not None
    assert "G-05" in walk.rules


@pytest.mark.parametrize("bug", BUGS, ids=list(BUGS))
def test_the_checker_catches_each_design_bug(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, broken = BUGS[bug]
    monkeypatch.setattr(rules, "RULES", seed(rules.RULES))
    with pytest.raises(BrokenError, match=broken):
        explore(content(), troubles=1, time_steps=2)
