"""Where things stand, what is near, how far it is; on a plane good to a metre over a city. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

from backend.model.isolation import Near, Place, Surroundings
from backend.model.network import Fitting, Network, Pipe
from backend.model.plant import Asset
from backend.network.graph import GasGraph, station_of

_M_PER_DEGREE: Final = 111_320.0
_AT_A_NODE_M: Final = 5.0
"""So near to a node it stands at the node; else on the nearest pipe."""
_NEAR_A_PIPE_M: Final = 250.0
"""Further away, an asset stands on no pipe at all."""


class Places:
    """Finds places in one drawing. All distances in metres, straight unless said otherwise."""

    def __init__(self, graph: GasGraph) -> None:
        self._graph = graph
        drawing = graph.drawing
        self._fittings = {fitting.id: fitting for fitting in drawing.fittings}
        self._sources = {source.id: source for source in drawing.sources}
        self._runs: dict[str, list[str]] = {}
        for run in drawing.regulators:
            self._runs.setdefault(station_of(run.id), []).extend((run.start, run.end))
        self._east = _M_PER_DEGREE * math.cos(math.radians(_middle_lat(drawing)))

    def find(self, what: str, asset: Asset | None = None) -> Place | None:
        """A part of the drawing by its id, else the asset by its position; None = not in this network."""
        graph = self._graph
        if what in graph.valves:
            valve = graph.valves[what]
            return self._between(what, (valve.start, valve.end), pipe="", valve=what)
        if what in graph.pipes:
            pipe = graph.pipes[what]
            return self._between(what, (pipe.start, pipe.end), pipe=what, valve="")
        if what in self._fittings:
            fitting = self._fittings[what]
            return self._at(what, (fitting.node,), fitting.lon, fitting.lat)
        if what in self._runs:
            nodes = tuple(dict.fromkeys(self._runs[what]))
            return self._at(what, nodes, graph.nodes[nodes[0]].lon, graph.nodes[nodes[0]].lat)
        node = self._sources[what].node if what in self._sources else what
        if node in graph.nodes:
            return self._at(what, (node,), graph.nodes[node].lon, graph.nodes[node].lat)
        if asset is None or asset.lon is None or asset.lat is None:
            return None
        return self._near(what, asset.lon, asset.lat)

    def around(self, lon: float, lat: float, radius_m: float, assets: Iterable[Asset] = ()) -> Surroundings:
        """What lies within a circle (K-04)."""
        graph, drawing = self._graph, self._graph.drawing
        middle = self._metres(lon, lat)
        nodes = {node.id: math.dist(middle, self._metres(node.lon, node.lat)) for node in drawing.nodes}
        inside = [node for node, away in nodes.items() if away <= radius_m]
        things = [Near(id=node, kind="node", away_m=nodes[node]) for node in inside]
        things += [
            Near(id=valve.id, kind="valve", away_m=nodes[valve.start])
            for valve in drawing.valves
            if nodes[valve.start] <= radius_m
        ]
        things += _within("fitting", radius_m, ((one.id, self._away(middle, one)) for one in drawing.fittings))
        placed = ((one.id, math.dist(middle, self._metres(one.lon, one.lat))) for one in assets if one.lon and one.lat)
        things += _within("asset", radius_m, placed)
        pipe_m = 0.0
        for pipe in drawing.pipes:
            start, end = self._ends(pipe)
            away, _share = _from_line(middle, start, end)
            if away <= radius_m:
                things.append(Near(id=pipe.id, kind="pipe", away_m=away))
                pipe_m += pipe.length_m * _share_inside(middle, radius_m, start, end)
        return Surroundings(
            lon=lon,
            lat=lat,
            radius_m=radius_m,
            things=tuple(sorted(things, key=lambda thing: (thing.away_m, thing.kind, thing.id))),
            customers=graph.customers(inside),
            pipe_m=pipe_m,
        )

    def straight_m(self, first: Place, second: Place) -> float:
        """Straight distance between two places."""
        return math.dist(self._metres(first.lon, first.lat), self._metres(second.lon, second.lat))

    def _between(self, what: str, nodes: tuple[str, str], *, pipe: str, valve: str) -> Place:
        first, second = (self._graph.nodes[node] for node in nodes)
        return Place(
            what=what,
            nodes=nodes,
            pipe=pipe or self._pipe_at(nodes),
            valve=valve,
            zone=first.zone or second.zone,
            lon=(first.lon + second.lon) / 2,
            lat=(first.lat + second.lat) / 2,
        )

    def _at(self, what: str, nodes: tuple[str, ...], lon: float, lat: float) -> Place:
        pipe = self._pipe_at(nodes)
        aside = _from_line(self._metres(lon, lat), *self._ends(self._graph.pipes[pipe]))[0] if pipe else 0.0
        zone = self._graph.nodes[nodes[0]].zone
        return Place(what=what, nodes=nodes, pipe=pipe, valve="", zone=zone, lon=lon, lat=lat, aside_m=aside)

    def _near(self, what: str, lon: float, lat: float) -> Place | None:
        here = self._metres(lon, lat)
        nodes, pipes = self._graph.drawing.nodes, self._graph.drawing.pipes
        node = min(nodes, key=lambda one: math.dist(here, self._metres(one.lon, one.lat)), default=None)
        if node is not None and math.dist(here, self._metres(node.lon, node.lat)) <= _AT_A_NODE_M:
            return self._at(what, (node.id,), lon, lat)
        away = {pipe.id: _from_line(here, *self._ends(pipe))[0] for pipe in pipes}
        pipe = min(away, key=lambda id_: away[id_], default="")
        if not pipe or away[pipe] > _NEAR_A_PIPE_M:
            return None
        ends = (self._graph.pipes[pipe].start, self._graph.pipes[pipe].end)
        zone = self._graph.pipes[pipe].zone
        return Place(what=what, nodes=ends, pipe=pipe, valve="", zone=zone, lon=lon, lat=lat, aside_m=away[pipe])

    def _pipe_at(self, nodes: Iterable[str]) -> str:
        """The widest pipe that ends here."""
        pipes = self._graph.pipes
        found = {way.part for node in nodes for way in self._graph.ways(node) if way.part in pipes and not way.valve}
        return max(found, key=lambda id_: (pipes[id_].diameter_mm, id_), default="")

    def _ends(self, pipe: Pipe) -> tuple[tuple[float, float], tuple[float, float]]:
        start, end = self._graph.nodes[pipe.start], self._graph.nodes[pipe.end]
        return self._metres(start.lon, start.lat), self._metres(end.lon, end.lat)

    def _away(self, middle: tuple[float, float], thing: Fitting) -> float:
        return math.dist(middle, self._metres(thing.lon, thing.lat))

    def _metres(self, lon: float, lat: float) -> tuple[float, float]:
        return lon * self._east, lat * _M_PER_DEGREE


def _within(kind: str, radius_m: float, found: Iterable[tuple[str, float]]) -> Iterator[Near]:
    return (Near(id=id_, kind=kind, away_m=away) for id_, away in found if away <= radius_m)


def _middle_lat(drawing: Network) -> float:
    return drawing.nodes[0].lat if drawing.nodes else 0.0


def _from_line(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Distance of a point from a stretch, and where on it the nearest point lies (0 = start, 1 = end)."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length2 = (x2 - x1) ** 2 + (y2 - y1) ** 2
    share = 0.0 if length2 == 0 else min(1.0, max(0.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length2))
    return math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1)), share


def _share_inside(
    middle: tuple[float, float], radius_m: float, start: tuple[float, float], end: tuple[float, float]
) -> float:
    """Part of a stretch that lies in the circle: between the roots of |start + t (end - start) - middle| = radius."""
    along = (end[0] - start[0], end[1] - start[1])
    out = (start[0] - middle[0], start[1] - middle[1])
    a = along[0] ** 2 + along[1] ** 2
    b = out[0] * along[0] + out[1] * along[1]
    c = out[0] ** 2 + out[1] ** 2 - radius_m**2
    if a == 0:
        return 1.0 if c <= 0 else 0.0
    root = math.sqrt(max(0.0, b * b - a * c))
    return max(0.0, min(1.0, (-b + root) / a) - max(0.0, (-b - root) / a))
