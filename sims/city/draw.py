"""A drawing board: nodes, pipes and valves are put down in metres and come off as a network in degrees."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from backend.model.network import (
    Fitting,
    FittingKind,
    Ground,
    Land,
    Network,
    Node,
    Pipe,
    Regulator,
    Source,
    Tier,
    Use,
    Valve,
)
from sims.city.names import ROADS

ORIGIN: Final = (121.30, 30.90)
"""Longitude and latitude of the city's middle, WGS 84; the place is made up."""
_TURN: Final = math.radians(38)
"""The river and the grid run north-east."""
_ROUGHNESS_MM: Final = {Tier.HP: 0.05, Tier.SHP: 0.1, Tier.MP: 0.1, Tier.LP: 0.1}
_FITTINGS: Final = {"in", "out", "reg", "a"}


@dataclass(slots=True)
class Board:
    """Collects the parts of a network. u: metres along the river to the north-east, v: metres away from it."""

    nodes: dict[str, Node] = field(default_factory=dict)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    pipes: list[Pipe] = field(default_factory=list)
    valves: list[Valve] = field(default_factory=list)
    regulators: list[Regulator] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    fittings: list[Fitting] = field(default_factory=list)
    lands: list[Land] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def node(self, id_: str, tier: Tier, u: float, v: float, zone: str = "") -> str:
        """Put down a junction and give its id back."""
        lon, lat = degrees(u, v)
        self.nodes[id_] = Node(id=id_, tier=tier, lon=lon, lat=lat, zone=zone)
        self.places[id_] = (u, v)
        return id_

    def pipe(
        self,
        start: str,
        end: str,
        diameter_mm: float,
        *,
        street: str = "",
        length_m: float | None = None,
        valve: str | None = None,
    ) -> None:
        """Join two nodes; with `valve`, a valve of that id sits in the pipe just before `end`."""
        first, last = self.nodes[start], self.nodes[end]
        zone = first.zone if first.zone == last.zone else ""
        if valve is not None:
            here = self._before(start, end)
            end_of_pipe = self.node(f"{valve}.a", last.tier, *here, zone=first.zone)
            self.valves.append(
                Valve(
                    id=valve,
                    tier=last.tier,
                    start=end_of_pipe,
                    end=end,
                    diameter_mm=diameter_mm,
                    zone=first.zone or last.zone,
                    street=street,
                    street_zh=ROADS.get(street, ""),
                )
            )
            end = end_of_pipe
        self.pipes.append(
            Pipe(
                id=f"P-{next(self._numbers):05d}",
                tier=last.tier,
                start=start,
                end=end,
                diameter_mm=diameter_mm,
                length_m=round(length_m if length_m is not None else self.distance_m(start, end), 1),
                roughness_mm=_ROUGHNESS_MM[last.tier],
                zone=zone,
                street=street,
                street_zh=ROADS.get(street, ""),
            )
        )

    def draws(self, node: str, use: Use, peak_m3h: float) -> None:
        """Let customers at a node take gas."""
        self.nodes[node] = replace(self.nodes[node], use=use, peak_m3h=round(peak_m3h, 2))

    def fit(self, id_: str, kind: FittingKind, node: str, *, aside_m: float = 0.0) -> None:
        """Put a fitting at a node, or so far aside of it."""
        u, v = self.places[node]
        lon, lat = degrees(u, v + aside_m)
        self.fittings.append(Fitting(id=id_, fitting=kind, node=node, lon=lon, lat=lat, zone=self.nodes[node].zone))

    def land(self, id_: str, ground: Ground, corners: Sequence[tuple[float, float]], names: tuple[str, str]) -> None:
        """Cover a piece of ground; corners as u and v."""
        placed = tuple(degrees(u, v) for u, v in corners)
        self.lands.append(Land(id=id_, ground=ground, corners=placed, name=names[0], name_zh=names[1]))

    def cell(self, station: str) -> list[str]:
        """Street nodes of a station's cell: not its inlet and outlet, not the ends of valves."""
        return [node for node in self.nodes if node.startswith(f"{station}.") and node.split(".")[1] not in _FITTINGS]

    def distance_m(self, start: str, end: str) -> float:
        """Straight distance; never shorter than 5 m, as a pipe has fittings."""
        (u1, v1), (u2, v2) = self.places[start], self.places[end]
        return max(math.hypot(u1 - u2, v1 - v2), 5.0)

    def network(self) -> Network:
        """What lies on the board."""
        return Network(
            nodes=tuple(self.nodes.values()),
            pipes=tuple(self.pipes),
            valves=tuple(self.valves),
            regulators=tuple(self.regulators),
            sources=tuple(self.sources),
            fittings=tuple(sorted(self.fittings, key=lambda fitting: fitting.id)),
            lands=tuple(self.lands),
        )

    def _before(self, start: str, end: str) -> tuple[float, float]:
        """A point 6 m before `end` on the way from `start`."""
        (u1, v1), (u2, v2) = self.places[start], self.places[end]
        part = 1 - 6.0 / max(self.distance_m(start, end), 12.0)
        return u1 + (u2 - u1) * part, v1 + (v2 - v1) * part


def degrees(u: float, v: float) -> tuple[float, float]:
    """Metres on the board as longitude and latitude (flat earth, good to a metre over 20 km)."""
    east = u * math.cos(_TURN) - v * math.sin(_TURN)
    north = u * math.sin(_TURN) + v * math.cos(_TURN)
    lat = ORIGIN[1] + north / 110_870
    lon = ORIGIN[0] + east / (111_320 * math.cos(math.radians(ORIGIN[1])))
    return round(lon, 7), round(lat, 7)
