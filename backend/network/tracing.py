"""What lies up and down the stream of a place, by the pressures of the design case. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from backend.model.isolation import Direction, Place, Reached, Trace
from backend.network.graph import GasGraph, Way, station_of
from backend.network.walking import walk


def trace(graph: GasGraph, origin: Place, direction: Direction, closed: frozenset[str]) -> Trace:
    """Nearest first. Gas falls from higher to lower pressure; where two ends are equal it may go either way."""
    upstream = direction is Direction.UPSTREAM
    head = _heads(graph, closed)

    def passes(node: str, way: Way) -> bool:
        rise = head[way.to] - head[node]
        through = way.part in graph.regulators or (rise >= 0 if upstream else rise <= 0)
        return through and not (way.valve and way.valve in closed)

    nodes: list[Reached] = []
    stations: dict[str, Reached] = {}
    valves: dict[str, Reached] = {}
    ways = graph.ways_back if upstream else graph.ways
    for stop in walk(graph, origin.nodes, ways, passes):
        nodes.append(Reached(id=stop.node, along_m=stop.along_m))
        for way in ways(stop.node):
            at = partial(Reached, along_m=stop.along_m)
            if way.part in graph.regulators:
                stations.setdefault(station_of(way.part), at(id=station_of(way.part)))
            elif way.valve and (way.valve in closed or passes(stop.node, way)):
                valves.setdefault(way.valve, at(id=way.valve))
    met = {each.id: each.along_m for each in nodes}
    return Trace(
        origin=origin,
        direction=direction,
        nodes=tuple(nodes),
        pipes=tuple(pipe.id for pipe in graph.pipes_among(met.keys())),
        valves=tuple(valves.values()),
        stations=tuple(stations.values()),
        sources=tuple(
            sorted(
                (Reached(id=one.id, along_m=met[one.node]) for one in graph.drawing.sources if one.node in met),
                key=lambda each: each.along_m,
            )
        ),
        customers=graph.customers(met),
    )


def _heads(graph: GasGraph, closed: frozenset[str]) -> Mapping[str, float]:
    """Pressure of the design case; without one, nearer to a feed stands for higher."""
    if all(node.design_kpa for node in graph.drawing.nodes):
        return {node.id: node.design_kpa for node in graph.drawing.nodes}

    def passes(_node: str, way: Way) -> bool:
        return way.part not in graph.regulators and not (way.valve and way.valve in closed)

    starts = (*graph.fed, *(run.end for run in graph.drawing.regulators))
    far = {stop.node: -stop.along_m for stop in walk(graph, starts, graph.ways, passes)}
    return {node: far.get(node, 0.0) for node in graph.nodes}
