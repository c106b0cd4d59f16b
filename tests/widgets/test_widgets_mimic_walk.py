"""Arrow keys on a mimic: along the gas path, over joints, to the branch that is least aside, and up to the boxes."""

from __future__ import annotations

import pytest

from widgets.mimic.walk import Ground, Way, first, step

FORK = Ground(
    places={
        "in": (0, 100),
        "a": (50, 50),
        "b": (50, 150),
        "c": (90, 50),
        "out": (150, 100),
        "box": (50, 10),
        "other": (120, 10),
        "lone": (90, 190),
    },
    links=(("in", "j1"), ("j1", "a"), ("j1", "b"), ("a", "c"), ("c", "j2"), ("b", "j2"), ("j2", "out")),
)


@pytest.mark.parametrize(
    ("at", "way", "to"),
    [
        ("in", Way.RIGHT, "a"),
        ("a", Way.RIGHT, "c"),
        ("c", Way.RIGHT, "out"),
        ("out", Way.RIGHT, "out"),
        ("out", Way.LEFT, "c"),
        ("b", Way.RIGHT, "out"),
        ("b", Way.LEFT, "in"),
        ("in", Way.LEFT, "in"),
        ("a", Way.UP, "box"),
        ("box", Way.DOWN, "a"),
        ("a", Way.DOWN, "b"),
        ("box", Way.RIGHT, "other"),
        ("other", Way.LEFT, "box"),
        ("box", Way.UP, "box"),
        ("b", Way.DOWN, "lone"),
    ],
)
def test_each_arrow_leads_where_the_eye_expects(at: str, way: Way, to: str) -> None:
    assert step(FORK, at, way) == to


def test_from_nowhere_the_walk_begins_at_the_start_of_the_path() -> None:
    assert first(FORK) == "in"
    assert step(FORK, "gone", Way.RIGHT) == "in"
    assert first(Ground(places={}, links=())) == ""


def test_a_ring_of_pipes_ends_the_search() -> None:
    ring = Ground(places={"x": (0, 0)}, links=(("x", "j"), ("j", "k"), ("k", "j")))
    assert step(ring, "x", Way.RIGHT) == "x"


def test_everything_can_be_reached_with_the_arrows() -> None:
    reached, edge = {"in"}, ["in"]
    while edge:
        here = edge.pop()
        new = {step(FORK, here, way) for way in Way} - reached
        reached |= new
        edge += new
    assert reached == set(FORK.places)
