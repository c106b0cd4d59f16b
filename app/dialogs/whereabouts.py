"""Where the commanded thing stands: its place in words, and the piece of network around it. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.formats import asset_name, shown
from app.texts import _
from backend.api import Backend
from backend.model.command import Commandable
from backend.model.isolation import Place, ValveStates
from backend.model.network import FittingKind, Network, Pipe, Tier, Valve
from backend.model.plant import ActuatorKind, Asset
from widgets.mimic import LocatorLine, LocatorMark, MarkKind, ValveState

RADIUS_M: Final = 320.0
_M_PER_DEGREE: Final = 111_320.0
_PIPES: Final = {Tier.HP: "hp", Tier.SHP: "shp", Tier.MP: "mpa", Tier.LP: "lp"}
_NAMED_AT_MOST: Final = 4
_AROUND: Final = 1.25
_FARTHEST_M: Final = 1500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What the locator draws, in metres around the thing; station: it is no valve of its own."""

    lines: tuple[LocatorLine, ...]
    marks: tuple[LocatorMark, ...]
    radius_m: float
    station: bool


def place_lines(backend: Backend, target: Commandable) -> tuple[str, ...]:
    """Two lines below the name: well, zone, size and class; then actuator, device and how it is reached."""
    assets = {asset.id: asset for asset in backend.registry.assets}
    drawing = backend.network.drawing()
    valve = next((each for each in drawing.valves if each.id == backend.network.valve_of(target.point)), None)
    first = [*_wells(drawing, valve, assets), *_zones(assets, target.asset)]
    if valve is not None:
        first += [f"DN{valve.diameter_mm:.0f}", shown(valve.tier.value, 16)]
    device = next(each for each in backend.registry.devices if each.id == target.device)
    actuators = {ActuatorKind.ELECTRIC: _("electric actuator"), ActuatorKind.PNEUMATIC: _("pneumatic actuator")}
    actuator = backend.registry.points[target.point].actuator
    second = [actuators[actuator]] if actuator is not None else []
    second += [_("device {device}").format(device=shown(device.id, 24)), shown(device.protocol, 16)]
    return tuple(" · ".join(parts) for parts in (first, second) if parts)


def extract(backend: Backend, target: Commandable, partners: tuple[str, ...], states: ValveStates) -> Extract | None:
    """The network within reach of the thing; None = it is not drawn."""
    valve = backend.network.valve_of(target.point)
    place = backend.network.locate(valve or target.asset)
    if place is None:
        return None
    drawing = backend.network.drawing()
    inside = _Around(drawing, place, partners)
    return Extract(
        radius_m=inside.radius_m,
        lines=tuple(inside.pipes(valve)),
        marks=tuple(inside.marks(valve, partners, states)),
        station=not valve or valve != target.asset,
    )


class _Around:
    """A flat piece of the drawing with the place in its middle."""

    def __init__(self, drawing: Network, place: Place, partners: tuple[str, ...]) -> None:
        self._drawing = drawing
        self._lon, self._lat = place.lon, place.lat
        self._east = _M_PER_DEGREE * math.cos(math.radians(place.lat))
        self._at = {node.id: self._metres(node.lon, node.lat) for node in drawing.nodes}
        far = [math.hypot(*self._at[each.start]) for each in drawing.valves if each.id in partners]
        # Wide enough for the valves that move too, where they are not at the other end of the city.
        self.radius_m = max([RADIUS_M, *(_AROUND * away for away in far if away <= _FARTHEST_M)])
        self._reach = 2 * self.radius_m

    def pipes(self, valve: str) -> Iterator[LocatorLine]:
        """Pipes and valves as lines; the two that meet at the valve are lit."""
        ends = {end for each in self._drawing.valves if each.id == valve for end in (each.start, each.end)}
        lines: tuple[Pipe | Valve, ...] = (*self._drawing.pipes, *self._drawing.valves)
        for line in lines:
            (x1, y1), (x2, y2) = self._at[line.start], self._at[line.end]
            if self._comes_near((x1, y1), (x2, y2)):
                lit = line.id != valve and bool({line.start, line.end} & ends)
                yield LocatorLine(x1=x1, y1=y1, x2=x2, y2=y2, pipe=_PIPES[line.tier], lit=lit)

    def marks(self, valve: str, partners: tuple[str, ...], states: ValveStates) -> Iterator[LocatorMark]:
        """Other valves, wells and stations within reach; the partners even beyond, at the edge."""
        named = 0
        for each in self._drawing.valves:
            x, y = self._at[each.start]
            if each.id == valve or not self._inside(x, y):
                continue
            partner = each.id in partners
            named += partner
            yield LocatorMark(
                x=x,
                y=y,
                kind=MarkKind.VALVE,
                name=shown(each.id, 16) if partner and named <= _NAMED_AT_MOST else "",
                partner=partner,
                state=_state(each.id, states),
            )
        for fitting in self._drawing.fittings:
            x, y = self._metres(fitting.lon, fitting.lat)
            if fitting.fitting is FittingKind.WELL and self._inside(x, y):
                yield LocatorMark(x=x, y=y, kind=MarkKind.WELL)

    def _inside(self, x: float, y: float) -> bool:
        return math.hypot(x, y) <= self._reach

    def _comes_near(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Whether the box of a stretch touches that of the picture."""
        return all(min(a, b) <= self._reach and max(a, b) >= -self._reach for a, b in zip(start, end, strict=True))

    def _metres(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self._lon) * self._east, (lat - self._lat) * _M_PER_DEGREE


def _state(valve: str, states: ValveStates) -> ValveState:
    if valve in states.closed:
        return ValveState.CLOSED
    return ValveState.UNKNOWN if valve in states.unknown else ValveState.OPEN


def _wells(drawing: Network, valve: Valve | None, assets: dict[str, Asset]) -> list[str]:
    ends = () if valve is None else (valve.start, valve.end)
    wells = [each.id for each in drawing.fittings if each.fitting is FittingKind.WELL and each.node in ends]
    return [_("valve well {well}").format(well=shown(well, 24)) for well in wells if well in assets]


def _zones(assets: dict[str, Asset], asset: str) -> list[str]:
    """The area above the asset, by name."""
    area = assets[asset].area
    return [f"{asset_name(assets[area])} {shown(area, 16)}"] if area in assets else []
