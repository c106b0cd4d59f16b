"""Which valves cut a place from every source. Pure.

The nearest set follows from one flood: everything from which gas gets to the target without passing a usable valve
has to lose its gas, whatever is closed. Its edge, less the valves behind which there is no gas anyway, is the set that
takes gas from the fewest; no valve of it can be left out. (Whoever loses gas by it was fed through that flooded piece
only, and so loses it under every other set too.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import networkx as nx

from backend.model.isolation import Isolation, Place, Plan, PlanKind, PlanValve, ValveStates
from backend.network.graph import GasGraph
from backend.network.losses import losses, section
from backend.network.pace import Pace, estimate_s

Valves = frozenset[str]
_SOURCE: Final = "every source"
_TARGET: Final = "the target"
_BEARABLE_TIMES: Final = 2
_BEARABLE_CUSTOMERS: Final = 1000
"""Fewer valves are offered when no more than so many customers, or twice as many, lose gas for it."""


def isolate(
    graph: GasGraph, target: Place, states: ValveStates, *, without: Valves = frozenset(), pace: Pace | None = None
) -> Isolation:
    """Every set worth offering. without: valves that will not move, as an attempt has shown."""
    pace = pace or Pace()
    supplied = graph.supplied(states.closed)
    already = not supplied.intersection(target.nodes)
    found = {} if already else dict(_sets(graph, target, states, without))
    plans = tuple(_plan(graph, target, states, kind, valves, supplied, pace) for kind, valves in found.items())
    return Isolation(
        target=target,
        plans=tuple(plan for plan in plans if _bearable(plan, plans)),
        already=already,
        unknown=tuple(sorted(states.unknown)),
    )


def nearest(graph: GasGraph, target: Iterable[str], usable: Valves, closed: Valves) -> Valves | None:
    """The set that takes gas from the fewest, of usable valves; None = these valves cannot isolate it.

    A valve that is neither usable nor closed is as good as a pipe.
    """
    flooded = graph.reaching(target, usable | closed)
    if flooded & graph.fed:
        return None
    edge = _edge(graph, flooded)
    supplied = graph.supplied(edge | closed)
    return frozenset(valve for valve in edge - closed if supplied.intersection(_ends(graph, valve)))


def fewest(graph: GasGraph, target: Iterable[str], usable: Valves, closed: Valves) -> Valves | None:
    """The smallest set of usable valves that isolates, the nearest one of several; None = there is none."""
    flow, piece = _flow(graph, target, usable - closed, closed)
    try:
        _size, (_far, near) = nx.minimum_cut(flow, _SOURCE, _TARGET)
    except nx.NetworkXUnbounded:
        return None
    return frozenset(
        valve for valve in usable - closed if len({piece[end] in near for end in _ends(graph, valve)}) == 2
    )


def _sets(graph: GasGraph, target: Place, states: ValveStates, without: Valves) -> Iterator[tuple[PlanKind, Valves]]:
    """The sets in the order they are offered, each only once."""
    every = frozenset(graph.valves) - without - {target.valve}
    remote = every & states.remote
    first = nearest(graph, target.nodes, remote, states.closed)
    offered: list[tuple[PlanKind, Valves | None]] = [(PlanKind.NEAREST, first)]
    if first is not None:
        offered.append((PlanKind.NEXT_OUT, nearest(graph, target.nodes, remote - first, states.closed)))
        offered.append((PlanKind.FEWEST, fewest(graph, target.nodes, remote, states.closed)))
    offered.append((PlanKind.HAND, nearest(graph, target.nodes, every, states.closed)))
    seen: set[Valves] = set()
    for kind, valves in offered:
        if valves is not None and valves not in seen:
            seen.add(valves)
            yield kind, valves


def _plan(
    graph: GasGraph,
    target: Place,
    states: ValveStates,
    kind: PlanKind,
    valves: Valves,
    supplied: set[str],
    pace: Pace,
) -> Plan:
    closed = states.closed | valves
    after = graph.supplied(closed)
    cut = section(graph, target.nodes, closed)
    listed = tuple(_listed(graph, valves, states, after, pace))
    return Plan(
        kind=kind,
        valves=listed,
        relies_on=tuple(
            sorted(
                valve
                for valve in _edge(graph, set(cut.nodes)) & states.closed
                if after.intersection(_ends(graph, valve))
            )
        ),
        section=cut,
        losses=losses(graph, before=supplied, after=after, closing=valves, closed=closed),
        estimated_s=estimate_s(listed, pace),
    )


def _listed(graph: GasGraph, valves: Valves, states: ValveStates, after: set[str], pace: Pace) -> Iterator[PlanValve]:
    """The strongest feed first: the highest pressure, then the widest."""

    def strength(id_: str) -> tuple[float, float, str]:
        outside = [graph.nodes[end].design_kpa for end in _ends(graph, id_) if end in after]
        return (-max(outside, default=0.0), -graph.valves[id_].diameter_mm, id_)

    for id_ in sorted(valves, key=strength):
        valve = graph.valves[id_]
        at = graph.nodes[valve.start]
        yield PlanValve(
            id=id_,
            remote=id_ in states.remote,
            diameter_mm=valve.diameter_mm,
            travel_s=pace.travel_s_per_mm * valve.diameter_mm,
            lon=at.lon,
            lat=at.lat,
        )


def _bearable(plan: Plan, plans: tuple[Plan, ...]) -> bool:
    """Fewer valves are worth offering only where not many more people lose gas for it."""
    if plan.kind is not PlanKind.FEWEST:
        return True
    first = plans[0]
    most = max(_BEARABLE_TIMES * first.losses.customers, first.losses.customers + _BEARABLE_CUSTOMERS)
    return len(plan.valves) < len(first.valves) and plan.losses.customers <= most


def _edge(graph: GasGraph, flooded: set[str]) -> Valves:
    """Valves between a flooded piece and the rest."""
    return frozenset(
        way.valve for node in flooded for way in graph.ways_back(node) if way.valve and way.to not in flooded
    )


def _ends(graph: GasGraph, valve: str) -> tuple[str, str]:
    return graph.valves[valve].start, graph.valves[valve].end


def _flow(
    graph: GasGraph, target: Iterable[str], usable: Valves, closed: Valves
) -> tuple[nx.DiGraph[str], dict[str, str]]:
    """Pieces that nothing can part, with the usable valves between them as the only narrow ways; node → piece."""
    solid: nx.Graph[str] = nx.Graph()
    solid.add_nodes_from(graph.nodes)
    solid.add_edges_from((pipe.start, pipe.end) for pipe in graph.drawing.pipes)
    solid.add_edges_from(_ends(graph, valve) for valve in graph.valves.keys() - usable - closed)
    piece = {node: str(number) for number, nodes in enumerate(nx.connected_components(solid)) for node in nodes}
    flow: nx.DiGraph[str] = nx.DiGraph()
    flow.add_nodes_from((_SOURCE, _TARGET))
    for valve in usable:
        start, end = (piece[node] for node in _ends(graph, valve))
        for first, last in ((start, end), (end, start)):
            capacity = flow.get_edge_data(first, last, {"capacity": 0})["capacity"]
            flow.add_edge(first, last, capacity=capacity + 1)
    # An edge without a capacity carries anything.
    wide = [(piece[run.start], piece[run.end]) for run in graph.drawing.regulators]
    wide += [(_SOURCE, piece[node]) for node in graph.fed]
    wide += [(piece[node], _TARGET) for node in target]
    flow.remove_edges_from(wide)
    flow.add_edges_from(wide)
    return flow, piece
