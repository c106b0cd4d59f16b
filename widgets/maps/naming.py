"""Put the names of streets along them and of districts into them: where, how turned, and not too often. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from widgets.maps.mercator import unit, units, world_px
from widgets.maps.placing import Box
from widgets.maps.scene import Area, Line, Name

STREETS_FROM: Final = 15
DISTRICTS: Final = (13, 14)
GROUNDS_FROM: Final = 14
"""Zoom from which water and parks say their names."""
_CELL: Final = 420
"""A street says its name once in a square of so many px."""
_ROOM: Final = 24
_BESIDE: Final = 15
_MOST: Final = 80

Width = Callable[[str], float]


def names(lines: Iterable[Line], areas: Iterable[Area], zoom: int, bounds: Box, width: Width) -> tuple[Name, ...]:
    """Names to be drawn at this zoom inside these bounds (world units). width: of a name in px."""
    chosen = list(_streets(lines, zoom, bounds, width)) if zoom >= STREETS_FROM else []
    every = tuple(areas)
    districts = [
        *(_districts((one for one in every if one.ground == "block"), bounds) if zoom in DISTRICTS else ()),
        *(_grounds((one for one in every if one.ground != "block"), bounds) if zoom >= GROUNDS_FROM else ()),
    ]
    return (*chosen[:_MOST], *districts)


def _streets(lines: Iterable[Line], zoom: int, bounds: Box, width: Width) -> Iterator[Name]:
    world, taken = world_px(zoom), set[tuple[str, int, int]]()
    widths: dict[str, float] = {}
    for line, x1, y1, x2, y2 in _in_view(lines, bounds):
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        if line.name not in widths:
            widths[line.name] = width(line.name)
        needed = widths[line.name] + _ROOM
        cell = line.name, int(x * world // _CELL), int(y * world // _CELL)
        if math.hypot(x2 - x1, y2 - y1) * world < needed or cell in taken:
            continue
        taken.add(cell)
        turned = math.degrees(math.atan2(y2 - y1, x2 - x1))
        turned = (turned + 90.0) % 180.0 - 90.0
        across = math.radians(turned + 90.0)
        yield Name(
            x=x + math.cos(across) * _BESIDE / world,
            y=y + math.sin(across) * _BESIDE / world,
            angle=round(turned, 1),
            words=line.name,
        )


def _in_view(lines: Iterable[Line], bounds: Box) -> Iterator[tuple[Line, float, float, float, float]]:
    """Named lines whose middle is in view, with their ends in world units."""
    named = [line for line in lines if line.name]
    ends = np.array([(*line.path[0], *line.path[-1]) for line in named], np.float64).reshape(-1, 4)
    (x1, y1), (x2, y2) = units(ends[:, 0], ends[:, 1]), units(ends[:, 2], ends[:, 3])
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    seen = (x >= bounds[0]) & (x <= bounds[2]) & (y >= bounds[1]) & (y <= bounds[3])
    for index in np.flatnonzero(seen):
        yield named[int(index)], float(x1[index]), float(y1[index]), float(x2[index]), float(y2[index])


def _grounds(areas: Iterable[Area], bounds: Box) -> Iterator[Name]:
    """In the middle, along the longest side."""
    for area in areas:
        places = [unit(*place) for place in area.corners]
        x, y = sum(place[0] for place in places) / len(places), sum(place[1] for place in places) / len(places)
        if not area.name or not (bounds[0] <= x <= bounds[2] and bounds[1] <= y <= bounds[3]):
            continue
        sides = [(end[0] - start[0], end[1] - start[1]) for start, end in pairwise((*places, places[0]))]
        across, down = max(sides, key=lambda side: math.hypot(*side))
        turned = (math.degrees(math.atan2(down, across)) + 90.0) % 180.0 - 90.0
        yield Name(x=x, y=y, words=area.name, angle=round(turned, 1))


def _districts(areas: Iterable[Area], bounds: Box) -> Iterator[Name]:
    for area in areas:
        places = [unit(*place) for place in area.corners]
        x, y = sum(place[0] for place in places) / len(places), sum(place[1] for place in places) / len(places)
        if area.name and bounds[0] <= x <= bounds[2] and bounds[1] <= y <= bounds[3]:
            yield Name(x=x, y=y, words=area.name, large=True)
