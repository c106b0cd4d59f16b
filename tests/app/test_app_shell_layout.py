"""Where windows go: on their monitor wherever it is now, home without it, never out of sight."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.shell.layout import Area, Spot, from_json, placed, to_json

LEFT = Area(x=0, y=0, width=1920, height=1080)
RIGHT = Area(x=1920, y=0, width=2560, height=1440)
SPOT = Spot(page="map", what="R-12", monitor="right", area=Area(x=100, y=50, width=1200, height=800), own=False)


def test_a_window_stands_on_its_monitor_wherever_that_is_now() -> None:
    assert placed(SPOT, {"left": LEFT, "right": RIGHT}, LEFT) == Area(x=2020, y=50, width=1200, height=800)
    moved = Area(x=-2560, y=0, width=2560, height=1440)
    assert placed(SPOT, {"left": LEFT, "right": moved}, LEFT).x == -2460


def test_without_its_monitor_it_comes_home_and_fits() -> None:
    big = Spot(page="map", monitor="right", area=Area(x=1800, y=900, width=2500, height=1400))
    home = placed(big, {"left": LEFT}, LEFT)
    assert home == LEFT


@given(st.integers(-5000, 5000), st.integers(-5000, 5000), st.integers(1, 6000), st.integers(1, 6000))
def test_no_window_is_out_of_sight(x: int, y: int, width: int, height: int) -> None:
    spot = Spot(page="map", monitor="right", area=Area(x=x, y=y, width=width, height=height))
    area = placed(spot, {"right": RIGHT}, LEFT)
    assert RIGHT.x <= area.x
    assert area.x + area.width <= RIGHT.x + RIGHT.width
    assert RIGHT.y <= area.y
    assert area.y + area.height <= RIGHT.y + RIGHT.height


def test_what_was_kept_comes_back() -> None:
    assert from_json(json.loads(json.dumps(to_json([SPOT])))) == (SPOT,)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        "x",
        [1],
        [{"page": "map"}],
        [{"page": 3, "area": {"x": 0, "y": 0, "width": 1, "height": 1}}],
        [{"page": "map", "area": {"x": 0.5, "y": 0, "width": 1, "height": 1}}],
        [{"page": "map", "area": {"x": 0, "y": 0, "width": 0, "height": 1}}],
        [{"page": "map", "whole": 1, "area": {"x": 0, "y": 0, "width": 1, "height": 1}}],
    ],
)
def test_what_is_no_layout_is_left_out(stored: object) -> None:
    assert from_json(stored) == ()
