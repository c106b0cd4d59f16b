"""The city's streets as vehicles use them: along the medium-pressure pipes, by the shortest way."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence

from backend.model.network import Network, Node, Tier
from sims.devices.moment import distance_m


class Roads:
    """Corners are nodes of the network; `at` has their places."""

    def __init__(self, network: Network) -> None:
        self.at: Mapping[str, Node] = {node.id: node for node in network.nodes if node.tier is Tier.MP}
        self._next: dict[str, list[tuple[str, float]]] = {}
        pipes = [(pipe.start, pipe.end) for pipe in network.pipes]
        for start, end in [*pipes, *((valve.start, valve.end) for valve in network.valves)]:
            if start in self.at and end in self.at:
                length = self.distance(start, end)
                self._next.setdefault(start, []).append((end, length))
                self._next.setdefault(end, []).append((start, length))

    def corners(self, zone: str) -> tuple[str, ...]:
        """Corners of a zone that a vehicle can drive to."""
        return tuple(id_ for id_ in self._next if self.at[id_].zone == zone)

    def distance(self, one: str, other: str) -> float:
        """Metres as the crow flies."""
        a, b = self.at[one], self.at[other]
        return distance_m(a.lon, a.lat, b.lon, b.lat)

    def nearest(self, lon: float, lat: float) -> str:
        """The corner nearest to a place."""
        return min(self._next, key=lambda id_: distance_m(self.at[id_].lon, self.at[id_].lat, lon, lat))

    def way(self, start: str, goal: str) -> Sequence[str]:
        """Corners on the shortest way, without the start; empty when there is none (Dijkstra)."""
        best, before = {start: 0.0}, dict[str, str]()
        heap = [(0.0, start)]
        while heap:
            far, here = heapq.heappop(heap)
            if here == goal:
                break
            for there, length in self._next.get(here, ()):
                if far + length < best.get(there, math.inf):
                    best[there], before[there] = far + length, here
                    heapq.heappush(heap, (far + length, there))
        way = [goal]
        while way[-1] in before:
            way.append(before[way[-1]])
        return way[-2::-1] if way[-1] == start else ()
