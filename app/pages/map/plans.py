"""Isolation plans as the map and its panel show them: what is drawn over the network, and every line of text. Plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.formats import asset_name, shown
from app.pages.map.hulls import around
from app.texts import _, bilingual
from backend.model.isolation import Isolation, Plan, PlanKind, PlanValve
from backend.model.isolation import Place as Spot
from backend.model.network import Network
from backend.model.plant import Registry
from widgets.maps.mercator import distance_m
from widgets.maps.scale_bar import length_text
from widgets.maps.scene import HOLLOW, Look, Mark, Overlay, Place, Scene, Shape
from widgets.mimic import ValveState
from widgets.readouts.ages import THIN_SPACE, number_text

_AROUND_M = 60.0
_MOST_CREWS = 3
_MOST_ROUTES = 2
_CREW_M_PER_MIN = 500.0
"""30 km/h through the town, and streets are longer than the straight line by so much:"""
_DETOUR = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class ValveLine:
    """One valve of the plan in the panel."""

    number: int
    id: str
    now: str
    note: str
    seconds: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """One plan in words. losses, effects, crews: label and value; sets: letter and kind, valves, customers, time."""

    title: str
    place: str
    valves: tuple[ValveLine, ...]
    losses: tuple[tuple[str, str], ...]
    effects: tuple[tuple[str, str], ...]
    crews: tuple[tuple[str, str], ...]
    sets: tuple[tuple[str, str, str, str], ...]
    warning: str


def overlay_of(
    plan: Plan,
    network: Network,
    chosen: Sequence[str],
    states: Mapping[str, ValveState],
    *,
    target: Place | None = None,
    crews: Sequence[Crew] = (),
) -> Overlay:
    """Casing along the section, numbered valves, the area whose customers lose gas, the crews that are nearest."""
    coming = crews[:_MOST_ROUTES] if target is not None else ()
    return Overlay(
        routes=tuple((crew.at, target) for crew in coming if target is not None),
        notes=tuple((crew.id, (crew.name, crew.words())) for crew in coming),
        casing=plan.section.pipes,
        marks=tuple(
            Mark(
                id=valve.id,
                number=number,
                chosen=valve.id in chosen,
                lines=(shown(valve.id, 24), _valve_note(valve, states)),
            )
            for number, valve in enumerate(plan.valves, start=1)
        ),
        area=area_of(plan, network),
    )


def area_of(plan: Plan, network: Network) -> tuple[Place, ...]:
    """Corners of the smallest hull, with some room, round everything that loses gas."""
    lost = set(plan.losses.nodes) | set(plan.section.nodes)
    places = [(node.lon, node.lat) for node in network.nodes if node.id in lost]
    return around(np.array(places, np.float64), _AROUND_M) if places else ()


def plan_view(
    isolation: Isolation,
    shown_plan: int,
    chosen: Sequence[str],
    states: Mapping[str, ValveState],
    registry: Registry,
    *,
    crews: Sequence[Crew] = (),
    network: Network | None = None,
) -> PlanView:
    """Every line of the panel for one of the plans."""
    plan = isolation.plans[shown_plan]
    unknown = [valve.id for valve in plan.valves if valve.id in isolation.unknown]
    return PlanView(
        title=_("Isolation plan"),
        place=" · ".join(
            part
            for part in (
                *_main_words(isolation.target, network),
                _("section of {length}").format(length=length_text(plan.section.length_m)),
            )
            if part
        ),
        valves=tuple(
            ValveLine(
                number=number,
                id=shown(valve.id, 24),
                now=state_words(states.get(valve.id, ValveState.UNKNOWN)),
                note=_("remote control ready") if valve.remote else _("by hand, at the valve"),
                seconds=_("{seconds} s to close").format(seconds=number_text(valve.travel_s)),
                chosen=valve.id in chosen,
            )
            for number, valve in enumerate(plan.valves, start=1)
        ),
        losses=_losses(plan, registry),
        effects=_effects(plan),
        crews=tuple((crew.name, crew.words()) for crew in crews),
        sets=tuple(
            (
                f"{letter(number)} · {kind_words(each.kind)}",
                _("{count} remote").format(count=len(each.valves))
                if all(valve.remote for valve in each.valves)
                else _("{count}, {hand} by hand").format(
                    count=len(each.valves), hand=sum(not valve.remote for valve in each.valves)
                ),
                number_text(each.losses.customers),
                seconds_text(each.estimated_s),
            )
            for number, each in enumerate(isolation.plans)
        ),
        warning=_("Position not known, taken as open: {valves}").format(valves=", ".join(unknown)) if unknown else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A vehicle whose position is known. id: of its symbol; at, away_m: where it is, straight."""

    id: str
    name: str
    at: Place
    away_m: float

    def words(self) -> str:
        """About how long it takes, and how far that is straight."""
        minutes = max(1.0, np.ceil(self.away_m * _DETOUR / _CREW_M_PER_MIN))
        return _("about {minutes} min · {length}").format(minutes=number_text(minutes), length=length_text(self.away_m))


def nearest_crews(target: Spot, scene: Scene, looks: Sequence[Look]) -> tuple[Crew, ...]:
    """The vehicles nearest to a place, of those that have said lately where they are."""
    found = [
        Crew(
            id=symbol.id,
            name=symbol.label or symbol.id,
            at=look.at,
            away_m=distance_m(look.at, (target.lon, target.lat)),
        )
        for symbol, look in zip(scene.symbols, looks, strict=True)
        if symbol.shape is Shape.VEHICLE and look.at is not None and look.body != HOLLOW
    ]
    return tuple(sorted(found, key=lambda crew: crew.away_m)[:_MOST_CREWS])


def _main_words(target: Spot, network: Network | None) -> tuple[str, ...]:
    """The pipe that is to be cut off: its street, width and class."""
    pipe = next((each for each in network.pipes if each.id == target.pipe), None) if network is not None else None
    if pipe is None:
        return (shown(target.what, 32),)
    street = shown(bilingual(pipe.street, pipe.street_zh), 40)
    return (street or shown(pipe.id, 24), f"DN{pipe.diameter_mm:.0f} {pipe.tier.value}")


def no_plan_words(what: str, answer: Isolation | None) -> str:
    """Why there is no set of valves to show."""
    name = shown(what, 32)
    if answer is None:
        return _("{what}: looking for isolating valves").format(what=name)
    if answer.already:
        return _("{what} is cut off from every source already.").format(what=name)
    return _("Cannot isolate {what} with known valves.").format(what=name)


def letter(number: int) -> str:
    """A, B, C …"""
    return chr(ord("A") + number)


def kind_words(kind: PlanKind) -> str:
    """Why a set is offered."""
    words = {
        PlanKind.NEAREST: _("nearest"),
        PlanKind.NEXT_OUT: _("next out"),
        PlanKind.FEWEST: _("fewest valves"),
        PlanKind.HAND: _("with hand valves"),
    }
    return words[kind]


def state_words(state: ValveState) -> str:
    """A position in a word."""
    words = {
        ValveState.OPEN: _("open"),
        ValveState.CLOSED: _("closed"),
        ValveState.TRAVELLING: _("travelling"),
        ValveState.UNKNOWN: _("position not known"),
        ValveState.DISAGREES: _("feedback disagrees"),
    }
    return words[state]


def seconds_text(seconds: float) -> str:
    """36 s, 25 min."""
    if seconds < 120:
        return f"{seconds:.0f}{THIN_SPACE}s"
    return f"{seconds / 60:.0f}{THIN_SPACE}min"


def _valve_note(valve: PlanValve, states: Mapping[str, ValveState]) -> str:
    how = _("remote") if valve.remote else _("by hand")
    return f"{state_words(states.get(valve.id, ValveState.UNKNOWN))} · {how}"


def _losses(plan: Plan, registry: Registry) -> tuple[tuple[str, str], ...]:
    names = {asset.id: asset_name(asset) for asset in registry.assets}
    works = [(f"{shown(one, 24)} {shown(names.get(one, ''), 40)}".strip(), "1") for one in plan.losses.works]
    return ((_("Households"), number_text(plan.losses.homes)), *works)


def _effects(plan: Plan) -> tuple[tuple[str, str], ...]:
    zones = [
        (
            _("Zone {zone} keeps").format(zone=shown(zone.zone, 16)),
            ", ".join(shown(feed, 16) for feed in zone.feeds[:3]) or _("no feed"),
        )
        for zone in plan.losses.zones
        if zone.left
    ]
    relies = (
        [(_("Relies on closed"), ", ".join(shown(valve, 16) for valve in plan.relies_on))] if plan.relies_on else []
    )
    return (
        (_("Gas trapped in the section"), f"{number_text(plan.section.volume_m3)}{THIN_SPACE}Nm³"),
        (_("Their use at the peak hour"), f"{number_text(plan.losses.peak_m3h)}{THIN_SPACE}Nm³/h"),
        *zones,
        *relies,
    )
