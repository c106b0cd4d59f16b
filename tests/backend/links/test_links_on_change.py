"""On change: what differs goes on at once, what stays goes on every second period, and nothing else is held back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.links.on_change import OnChange
from backend.model.plant import Mode
from backend.model.quality import GOOD, Cause, Status, quality
from tests.support.points import point

DEVICE = quality(Status.BAD, Cause.DEVICE)
ROWS = np.array([0, 1], np.intp)


def points(band: float) -> OnChange:
    """Row 0 polled, row 1 on change."""
    found = OnChange.of([point(0), replace(point(1), mode=Mode.ON_CHANGE, change_band=band)])
    assert found is not None
    return found


def poll(filter_: OnChange, value: float, code: int = GOOD) -> bool:
    """Both rows say this; whether the second goes on. The first always does."""
    passed = filter_.news(ROWS, np.array([value, value]), np.array([code, code], np.uint8))
    assert passed[0]
    return bool(passed[1])


def test_nothing_is_kept_where_every_point_is_polled() -> None:
    assert OnChange.of([point(0), replace(point(1), mode=Mode.POLL)]) is None


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40), st.floats(0, 5))
def test_never_two_held_back_in_a_row_and_never_a_change(values: list[float], band: float) -> None:
    filter_ = points(band)
    last, before = None, True
    for value in values:
        passed = poll(filter_, value)
        assert passed or (before and last is not None and abs(value - last) <= band)
        last = value if passed else last
        before = passed


def test_an_unchanged_value_goes_on_every_second_time() -> None:
    filter_ = points(0.5)
    assert [poll(filter_, value) for value in (1.0, 1.2, 1.3, 1.3, 1.3, 2.0, 2.0)] == [
        *(True, False, True, False, True, True, False)
    ]


def test_another_quality_goes_on_and_so_does_what_comes_after_a_loss() -> None:
    filter_ = points(0.5)
    assert poll(filter_, 1.0)
    assert poll(filter_, float("nan"), DEVICE)
    assert poll(filter_, float("nan"), DEVICE)
    assert poll(filter_, 1.0)
    filter_.forget()
    assert poll(filter_, 1.0)
