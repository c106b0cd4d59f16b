"""The desk profile: whatever was stored, only what can be shown is taken over."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.taste import LOCK_MINUTES, Taste, from_json
from app.texts import LANGUAGES
from widgets.theme import SCALES, THEMES

MINE = Taste(theme="light", scale=1.15, language="zh_CN", steady=True, desk="Desk A", lock_min=15)


def test_what_was_kept_comes_back() -> None:
    assert from_json(json.loads(json.dumps(MINE.to_json())), Taste()) == MINE


@pytest.mark.parametrize("stored", [None, [], "dark", 7, {}])
def test_what_is_no_profile_changes_nothing(stored: object) -> None:
    assert from_json(stored, MINE) == MINE


@given(
    st.dictionaries(
        st.sampled_from(["theme", "scale", "language", "steady", "desk", "lock_min", "mood"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())),
    )
)
def test_nothing_that_cannot_be_shown_is_taken_over(stored: dict[str, object]) -> None:
    taste = from_json(stored, MINE)
    assert taste.theme in THEMES
    assert taste.scale in SCALES
    assert taste.language in LANGUAGES
    assert isinstance(taste.steady, bool)
    assert len(taste.desk) <= 32
    assert taste.lock_min in LOCK_MINUTES


def test_a_monitor_has_its_own_scale_and_the_others_the_one_chosen_last() -> None:
    taste = Taste().scaled("A", 1.15).scaled("B", 0.9)
    assert [taste.scale_on(monitor) for monitor in ("A", "B", "C")] == [1.15, 0.9, 0.9]
    assert from_json(json.loads(json.dumps(taste.to_json())), Taste()) == taste
    assert Taste().scaled("", 1.15).scales == {}
    many = Taste()
    for number in range(40):
        many = many.scaled(str(number), 1.15)
    assert len(many.scales) == 24
    assert "39" in many.scales


@pytest.mark.parametrize("scales", [{"A": 7.0}, {1: 1.0}, ["A"], {str(each): 1.0 for each in range(99)}])
def test_scales_that_cannot_be_shown_are_not_taken_over(scales: object) -> None:
    assert from_json({"scales": scales, "theme": "dark"}, MINE).scales == MINE.scales


def test_a_change_keeps_the_rest() -> None:
    assert MINE.changed(theme="dark") == Taste(
        theme="dark", scale=1.15, language="zh_CN", steady=True, desk="Desk A", lock_min=15
    )
    assert MINE.changed(scale=3.0) == MINE
