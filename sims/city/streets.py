"""Lay out the medium-pressure streets: sixteen station grids, the ties between them, and Binjiang Avenue."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import networkx as nx

from backend.model.network import Tier
from sims.city.draw import Board
from sims.city.names import AVENUE, STREETS, Station
from sims.city.sizes import Size

CELL_U_M: Final = 2000.0
CELL_V_M: Final = 2600.0
_COLUMNS: Final = 8
AVENUE_VALVES: Final = {2: "XV-0415", 4: "XV-0417", 7: "XV-0422", 9: "XV-0424"}
"""Valve before the avenue's node of this number, counted from the north-east."""
SECTION: Final = ("BA-04", "BA-05", "BA-06")
"""Nodes between XV-0417 and XV-0422."""
LEAK_NODE: Final = SECTION[1]
"""The middle of that section, where valve well VW-0418 stands."""

Edge = tuple[str, str, float, str]
"""Start, end, diameter in mm, street."""


def corner(station: Station) -> tuple[float, float]:
    """The corner of a station's cell nearest to the south-west and the river."""
    return (station.column - _COLUMNS / 2) * CELL_U_M, (station.row - 1) * CELL_V_M


def lay_cell(board: Board, station: Station, size: Size, valves: Iterator[str], rng: random.Random) -> None:
    """A station's street grid, fed by mains along its middle row and column."""
    u0, v0 = corner(station)
    count, zone, middle = size.grid, station.zone, size.grid // 2
    grid = [
        [
            board.node(
                f"{station.id}.{row}{column}",
                Tier.MP,
                u0 + (column + 0.5) * CELL_U_M / count + rng.uniform(-45, 45),
                v0 + (row + 0.5) * CELL_V_M / count + rng.uniform(-45, 45),
                zone,
            )
            for column in range(count)
        ]
        for row in range(count)
    ]
    street, cross = rng.sample([name for name, _ in STREETS], 2)
    edges: list[Edge] = []
    for line in range(count):
        diameter = 250.0 if line == middle else 110.0
        for step in range(count - 1):
            edges.append((grid[line][step], grid[line][step + 1], diameter, street))
            edges.append((grid[step][line], grid[step + 1][line], diameter, cross))
    for start, end, diameter, name in _thinned(edges, size.dropped, rng):
        board.pipe(start, end, diameter, street=name)
    outlet = board.node(f"{station.id}.out", Tier.MP, u0 + CELL_U_M / 2, v0 + CELL_V_M / 2 - 60, zone)
    board.pipe(outlet, grid[middle][middle], 400.0, street=street, valve=next(valves) if size.section_valves else None)
    for number in range(size.laterals):
        root = rng.choice(rng.choice(grid))
        u, v = board.places[root]
        name = f"{station.id}.L{number:02d}"
        end = board.node(name, Tier.MP, u + rng.uniform(-150, 150), v + rng.uniform(-150, 150), zone)
        board.pipe(root, end, 110.0)
    if station.id == "R-12":
        _lay_avenue(board, (u0, v0), grid[0], outlet, zone)


def lay_ties(board: Board, size: Size, valves: Iterator[str]) -> None:
    """A thin pipe with a valve between neighbouring cells, so that every zone keeps a second feed."""
    cells = {(station.column, station.row): station for station in size.stations}
    last, low = size.grid - 1, size.grid // 3
    for (column, row), station in sorted(cells.items()):
        for ends, place in (((low, last, low, 0), (column + 1, row)), ((last, low, 0, low), (column, row + 1))):
            if place in cells:
                row1, column1, row2, column2 = ends
                start, end = f"{station.id}.{row1}{column1}", f"{cells[place].id}.{row2}{column2}"
                board.pipe(start, end, 80.0, valve=next(valves) if size.section_valves else None)


def _lay_avenue(board: Board, at: tuple[float, float], river_row: list[str], outlet: str, zone: str) -> None:
    """The DN300 main along the river. Between XV-0417 and XV-0422 it feeds only dead ends: the pair isolates."""
    u0, v0 = at
    street = AVENUE[0]
    chain = [board.node(f"BA-{number:02d}", Tier.MP, u0 + 1950 - number * 190, v0 - 60, zone) for number in range(11)]
    for number, (start, end) in enumerate(pairwise(chain), start=1):
        board.pipe(start, end, 300.0, street=street, valve=AVENUE_VALVES.get(number))
    board.pipe(outlet, chain[2], 300.0, street="Port Street")
    board.pipe(river_row[-1], chain[0], 200.0)
    board.pipe(river_row[0], chain[10], 200.0)
    board.pipe(river_row[1], chain[8], 160.0)
    for root in SECTION:
        u, v = board.places[root]
        board.pipe(root, board.node(f"{root}.L", Tier.MP, u, v + 140, zone), 160.0, street=street)


def _thinned(edges: list[Edge], dropped: int, rng: random.Random) -> list[Edge]:
    """Leave out some thin pipes, keeping every street reachable."""
    graph = nx.Graph((start, end) for start, end, _, _ in edges)
    thin = [edge for edge in edges if edge[2] < 250.0]
    rng.shuffle(thin)
    gone: set[tuple[str, str]] = set()
    for start, end, _, _ in thin:
        if len(gone) == dropped:
            break
        graph.remove_edge(start, end)
        if nx.has_path(graph, start, end):
            gone.add((start, end))
        else:
            graph.add_edge(start, end)
    return [edge for edge in edges if (edge[0], edge[1]) not in gone]
