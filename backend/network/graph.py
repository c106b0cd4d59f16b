"""The drawing as a graph: gas passes a pipe and an open valve both ways, a regulator only from its start to its end."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from backend.model.network import FittingKind, Network, Node, Pipe, Regulator, Use, Valve

NO_VALVES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """From one node to the next, through one part. valve: the valve that can bar it, "" = nothing can."""

    to: str
    part: str
    valve: str


class GasGraph:
    """Built once from a drawing; asked from any thread."""

    def __init__(self, drawing: Network) -> None:
        self.drawing = drawing
        self.nodes: Mapping[str, Node] = {node.id: node for node in drawing.nodes}
        self.pipes: Mapping[str, Pipe] = {pipe.id: pipe for pipe in drawing.pipes}
        self.valves: Mapping[str, Valve] = {valve.id: valve for valve in drawing.valves}
        self.regulators: Mapping[str, Regulator] = {run.id: run for run in drawing.regulators}
        self.fed: frozenset[str] = frozenset(source.node for source in drawing.sources)
        self._on: dict[str, list[Way]] = defaultdict(list)
        self._back: dict[str, list[Way]] = defaultdict(list)
        for pipe in drawing.pipes:
            self._join(pipe.start, pipe.end, pipe.id, "")
            self._join(pipe.end, pipe.start, pipe.id, "")
        for valve in drawing.valves:
            self._join(valve.start, valve.end, valve.id, valve.id)
            self._join(valve.end, valve.start, valve.id, valve.id)
        for run in drawing.regulators:
            self._join(run.start, run.end, run.id, "")

    @cached_property
    def works(self) -> Mapping[str, tuple[str, ...]]:
        """Node → the works that draw gas there."""
        found: dict[str, tuple[str, ...]] = {}
        for fitting in self.drawing.fittings:
            if fitting.fitting is FittingKind.WORKS:
                found[fitting.node] = (*found.get(fitting.node, ()), fitting.id)
        for node in self.drawing.nodes:
            if node.use is Use.WORKS and node.id not in found:
                found[node.id] = (node.id,)
        return found

    def ways(self, node: str) -> Iterable[Way]:
        """Where gas can go from a node."""
        return self._on.get(node, ())

    def ways_back(self, node: str) -> Iterable[Way]:
        """Where gas in a node can have come from."""
        return self._back.get(node, ())

    def reached(self, starts: Iterable[str], closed: Container[str]) -> set[str]:
        """Nodes that gas gets to from `starts`, themselves included."""
        return _spread(starts, self._on, closed)

    def reaching(self, ends: Iterable[str], closed: Container[str]) -> set[str]:
        """Nodes from which gas gets to one of `ends`, themselves included."""
        return _spread(ends, self._back, closed)

    def supplied(self, closed: Container[str]) -> set[str]:
        """Nodes that some source still reaches."""
        return self.reached(self.fed, closed)

    def customers(self, nodes: Iterable[str]) -> int:
        """Customers at these nodes; each works is one."""
        return sum(self.customers_at(node) for node in nodes)

    def customers_at(self, node: str) -> int:
        """Customers at one node."""
        return self.nodes[node].customers + len(self.works.get(node, ()))

    def pipes_among(self, nodes: Collection[str]) -> tuple[Pipe, ...]:
        """Pipes with both ends among these nodes, in the order of the drawing."""
        return tuple(pipe for pipe in self.drawing.pipes if pipe.start in nodes and pipe.end in nodes)

    def _join(self, start: str, end: str, part: str, valve: str) -> None:
        self._on[start].append(Way(end, part, valve))
        self._back[end].append(Way(start, part, valve))


def station_of(regulator: str) -> str:
    """The station a regulator's run belongs to: "R-12/A" is the first run of R-12."""
    return regulator.partition("/")[0]


def _spread(starts: Iterable[str], ways: Mapping[str, list[Way]], closed: Container[str]) -> set[str]:
    seen = set(starts)
    waiting = deque(seen)
    while waiting:
        for way in ways.get(waiting.popleft(), ()):
            if way.to not in seen and not (way.valve and way.valve in closed):
                seen.add(way.to)
                waiting.append(way.to)
    return seen
