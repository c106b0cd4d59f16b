"""Who loses gas, what is cut off with how much gas in it, and which stations still feed what is left. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from backend.model.isolation import Losses, Section, ZoneLoss
from backend.model.network import Pipe, Use
from backend.network.graph import GasGraph, Way, station_of
from backend.network.walking import walk

STANDARD_KPA: Final = 101.325
_FEEDS: Final = 4
"""Stations named for what is left of a zone."""


def losses(
    graph: GasGraph, *, before: set[str], after: set[str], closing: Iterable[str], closed: Collection[str]
) -> Losses:
    """From the nodes supplied before and after. closed: every valve closed afterwards."""
    lost = [node for node in graph.drawing.nodes if node.id in before and node.id not in after]
    zones = dict.fromkeys(node.zone for node in lost)
    zones |= dict.fromkeys(graph.valves[valve].zone for valve in sorted(closing))
    works = tuple(works for node in lost for works in graph.works.get(node.id, ()))
    homes = sum(node.customers for node in lost)
    return Losses(
        customers=homes + len(works),
        homes=homes,
        works=works,
        peak_m3h=sum(node.peak_m3h for node in lost if node.use is not Use.NONE),
        nodes=tuple(node.id for node in lost),
        zones=tuple(_zone(graph, zone, before, after, closed) for zone in zones if zone),
    )


def section(graph: GasGraph, target: Iterable[str], closed: Collection[str]) -> Section:
    """Everything whose gas can still come out at the target, by the pressures of the design case."""
    inside = graph.reaching(target, closed)
    pipes = graph.pipes_among(inside)
    return Section(
        nodes=tuple(node.id for node in graph.drawing.nodes if node.id in inside),
        pipes=tuple(pipe.id for pipe in pipes),
        length_m=sum(pipe.length_m for pipe in pipes),
        volume_m3=sum(_volume_m3(graph, pipe) for pipe in pipes),
    )


def feeds(graph: GasGraph, nodes: Iterable[str], after: set[str], closed: Collection[str]) -> Iterator[str]:
    """Stations and sources that reach these nodes, nearest first, each once."""
    sources = {source.node: source.id for source in graph.drawing.sources}

    def passes(_node: str, way: Way) -> bool:
        return way.part not in graph.regulators and not (way.valve and way.valve in closed)

    found: dict[str, None] = {}
    for stop in walk(graph, nodes, graph.ways_back, passes):
        named = [
            station_of(way.part)
            for way in graph.ways_back(stop.node)
            if way.part in graph.regulators and way.to in after
        ]
        for feed in [*named, *([sources[stop.node]] if stop.node in sources else [])]:
            if feed not in found:
                found[feed] = None
                yield feed


def _zone(graph: GasGraph, zone: str, before: set[str], after: set[str], closed: Collection[str]) -> ZoneLoss:
    here = [node.id for node in graph.drawing.nodes if node.zone == zone and graph.customers_at(node.id)]
    left = [node for node in here if node in after]
    return ZoneLoss(
        zone=zone,
        customers=graph.customers(node for node in here if node in before and node not in after),
        left=graph.customers(left),
        feeds=tuple(islice(feeds(graph, left, after, closed), _FEEDS)),
    )


def _volume_m3(graph: GasGraph, pipe: Pipe) -> float:
    """Boyle's law at 20 °C; city gas at these pressures differs from it by less than a percent per 4 bar."""
    inner_m3 = math.pi / 4 * (pipe.diameter_mm / 1000) ** 2 * pipe.length_m
    gauge_kpa = (graph.nodes[pipe.start].design_kpa + graph.nodes[pipe.end].design_kpa) / 2
    return inner_m3 * (gauge_kpa + STANDARD_KPA) / STANDARD_KPA
