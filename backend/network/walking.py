"""Walk the graph by length of pipe, nearest first. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from backend.network.graph import GasGraph, Way


@dataclass(frozen=True, slots=True)
class Stop:
    """A node come to by `way` (None at the start), after so many metres of pipe."""

    node: str
    along_m: float
    way: Way | None


def walk(
    graph: GasGraph,
    starts: Iterable[str],
    ways: Callable[[str], Iterable[Way]],
    passes: Callable[[str, Way], bool],
) -> Iterator[Stop]:
    """Every node once, in the order of its distance. ways: as `graph.ways`; passes(node, way): whether to go on."""
    turn = count()
    waiting: list[tuple[float, int, str, Way | None]] = [(0.0, next(turn), node, None) for node in starts]
    seen: set[str] = set()
    while waiting:
        along, _turn, node, way = heapq.heappop(waiting)
        if node in seen:
            continue
        seen.add(node)
        yield Stop(node, along, way)
        for onward in ways(node):
            if onward.to not in seen and passes(node, onward):
                pipe = graph.pipes.get(onward.part) if not onward.valve else None
                heapq.heappush(waiting, (along + (pipe.length_m if pipe else 0.0), next(turn), onward.to, onward))
