"""Walk a mimic with the arrow keys: right and left along the gas path, up and down to what stands there. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_SAME = 8.0
"""Branches that are as far aside to within this are equal: then the upper one comes first."""
_ASIDE = 2.0
"""What lies off the way counts this much further."""


class Way(StrEnum):
    """An arrow key."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What can be walked on. places: id → (x, y) of all that can be selected. links: (from, to) in flow direction, over
    joints too, which nobody stops at."""

    places: Mapping[str, tuple[float, float]]
    links: Sequence[tuple[str, str]]


def step(ground: Ground, at: str, way: Way) -> str:
    """Where an arrow leads from `at`; the same id where there is nothing. From nowhere: the first of the path."""
    if at not in ground.places:
        return first(ground)
    if way in (Way.LEFT, Way.RIGHT):
        found = _along(ground, at, way)
        if found:
            return found
        if any(at in link for link in ground.links):
            return at
    return _beside(ground, at, way)


def first(ground: Ground) -> str:
    """The leftmost that can be selected, on the path if there is one; empty where there is nothing."""
    walked = {end for link in ground.links for end in link} & ground.places.keys()
    return min(walked or ground.places, key=lambda each: ground.places[each], default="")


def _along(ground: Ground, at: str, way: Way) -> str:
    """The next on the path, the one that is least aside where it forks."""
    links = ground.links if way is Way.RIGHT else [(end, start) for start, end in ground.links]
    edge, seen = [at], {at}
    found: list[str] = []
    while edge:
        here = edge.pop()
        for start, end in links:
            if start != here or end in seen:
                continue
            seen.add(end)
            (found if end in ground.places else edge).append(end)
    y = ground.places[at][1]

    def aside(each: str) -> tuple[int, float, str]:
        there = ground.places[each][1]
        return round(abs(there - y) / _SAME), there, each

    return min(found, key=aside, default="")


def _beside(ground: Ground, at: str, way: Way) -> str:
    """The nearest in a direction, by place."""
    x, y = ground.places[at]

    def distance(each: str) -> float:
        across, down = ground.places[each][0] - x, ground.places[each][1] - y
        ahead, aside = {
            Way.LEFT: (-across, down),
            Way.RIGHT: (across, down),
            Way.UP: (-down, across),
            Way.DOWN: (down, across),
        }[way]
        return ahead + _ASIDE * abs(aside) if ahead > 1 else float("inf")

    nearest = min(ground.places, key=lambda each: (distance(each), each))
    return nearest if distance(nearest) < float("inf") else at
