"""What follows from moving valves, as far as connection tells it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backend.model.isolation import Consequence, Together, ValveStates
from backend.network.graph import GasGraph, station_of
from backend.network.isolation import nearest
from backend.network.losses import losses


def consequence(
    graph: GasGraph, states: ValveStates, *, closing: Iterable[str], opening: Iterable[str] = ()
) -> Consequence:
    """Of closing and opening these valves at once, from how they stand now."""
    shut, let = tuple(dict.fromkeys(closing)), tuple(dict.fromkeys(opening))
    drawn = frozenset(graph.valves)
    closed = states.closed - drawn.intersection(let) | drawn.intersection(shut)
    before, after = graph.supplied(states.closed), graph.supplied(closed)
    runs = [run for run in graph.drawing.regulators if run.start in before and run.start not in after]
    return Consequence(
        closing=shut,
        opening=let,
        not_drawn=tuple(valve for valve in (*shut, *let) if valve not in drawn),
        losses=losses(graph, before=before, after=after, closing=drawn.intersection(shut), closed=closed),
        stations=tuple(dict.fromkeys(station_of(run.id) for run in runs)),
        gains=graph.customers(after - before),
        together=tuple(_together(graph, states, [one for one in shut if one in drawn], before, closed)),
        unknown=tuple(sorted(states.unknown)),
    )


def _together(
    graph: GasGraph, states: ValveStates, shut: list[str], before: set[str], closed: frozenset[str]
) -> Iterator[Together]:
    """For each side of the closed valves that keeps a feed: the remote valves still missing, smallest loss first."""
    usable = states.remote | frozenset(shut)
    found: dict[tuple[str, ...], int] = {}
    for side in dict.fromkeys(end for valve in shut for end in (graph.valves[valve].start, graph.valves[valve].end)):
        needed = nearest(graph, (side,), usable, states.closed)
        missing = tuple(sorted((needed or frozenset()) - closed))
        if needed is not None and missing and needed.intersection(shut):
            lost = before - graph.supplied(closed | needed)
            found[missing] = graph.customers(lost)
    for valves, customers in sorted(found.items(), key=lambda each: (each[1], each[0])):
        yield Together(valves=valves, customers=customers)
