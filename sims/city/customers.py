"""Spread the city's flow and its customers over the streets, and work out the design pressures."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Final

import networkx as nx

from backend.model.network import FittingKind, Network, Tier, Use
from sims.city.draw import Board
from sims.city.names import STATIONS, WORKS, ZONES, Station
from sims.city.sizes import Size, peak_m3h
from sims.city.streets import SECTION

GLASSWORKS: Final = 14
"""K-014 takes its gas between XV-0417 and XV-0422."""
_WORKS_SHARE: Final = 0.05
"""Part of its station's peak flow that one works takes."""
_DESIGN_DROP_KPA_KM: Final = {Tier.HP: 3.5, Tier.SHP: 1.5, Tier.MP: 3.0, Tier.LP: 0.0}


def connect_customers(board: Board, size: Size, rng: random.Random) -> None:
    """Give every street node homes or one works; the sum is each station's peak flow."""
    for station in size.stations:
        cell = board.cell(station.id)
        works = _works_of(station)
        places = rng.sample(cell, len(works))
        if station.id == "R-12":
            section = [f"{root}.L" for root in SECTION]
            cell += [*section, "BA-00", "BA-01", "BA-08", "BA-09", "BA-10"]
            works, places = [*works, GLASSWORKS], [*places, section[2]]
        peak = peak_m3h(station)
        for number, node in zip(works, places, strict=True):
            board.draws(node, Use.WORKS, _WORKS_SHARE * peak)
            board.fit(f"K-{number:03d}", FittingKind.WORKS, node, aside_m=25.0)
        homes = [node for node in cell if node not in places]
        weights = [rng.uniform(0.4, 1.6) for _ in homes]
        left = peak * (1 - _WORKS_SHARE * len(works))
        for node, weight in zip(homes, weights, strict=True):
            board.draws(node, Use.HOMES, left * weight / sum(weights))
    for zone in ZONES:
        whole = sum(station.peak_10e3_m3h for station in STATIONS if station.zone == zone.id)
        drawn = sum(station.peak_10e3_m3h for station in size.stations if station.zone == zone.id)
        _count(board, zone.id, round(zone.customers * drawn / whole))


def with_design_pressures(network: Network) -> Network:
    """The same network with the pressures of the design case at its nodes.

    Regulator outlets stand at their set-points and pressure falls by a usual gradient along the way; the solver's
    first steps lead from there to the pressures of the hour.
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(node.id for node in network.nodes)
    for pipe in network.pipes:
        graph.add_edge(pipe.start, pipe.end, drop=pipe.length_m / 1000 * _DESIGN_DROP_KPA_KM[pipe.tier])
    graph.add_edges_from((valve.start, valve.end, {"drop": 0.0}) for valve in network.valves)
    fed = {source.node: source.pressure_kpa for source in network.sources}
    fed |= {run.end: run.setpoint_kpa for run in sorted(network.regulators, key=lambda run: run.setpoint_kpa)}
    pressure = dict.fromkeys(graph, 0.0)
    for feed, at in fed.items():
        for node, drop in nx.single_source_dijkstra_path_length(graph, feed, weight="drop").items():
            pressure[node] = max(pressure[node], at - drop)
    return replace(
        network, nodes=tuple(replace(node, design_kpa=round(pressure[node.id], 1)) for node in network.nodes)
    )


def _works_of(station: Station) -> list[int]:
    """Works are dealt out to the stations in turn."""
    dealt = [number for number in range(1, len(WORKS) + 1) if number != GLASSWORKS]
    return dealt[STATIONS.index(station) :: len(STATIONS)]


def _count(board: Board, zone: str, customers: int) -> None:
    """Share out whole customers by flow; the largest node takes what rounding leaves."""
    homes = [node for node in board.nodes.values() if node.zone == zone and node.use is Use.HOMES]
    total = sum(node.peak_m3h for node in homes)
    if not homes:
        return
    shares = {node.id: int(customers * node.peak_m3h / total) for node in homes}
    shares[max(homes, key=lambda node: node.peak_m3h).id] += customers - sum(shares.values())
    for id_, share in shares.items():
        board.nodes[id_] = replace(board.nodes[id_], customers=share)
