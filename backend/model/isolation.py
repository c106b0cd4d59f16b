"""Answers of the network graph: where a thing stands, what isolates it, who loses gas. Frozen facts; no behaviour.

All of it follows from how the pipes are connected, never from a flow calculation: a feed that "remains" is connected,
whether it can carry the load is another question. Volumes are standard (20 °C, 101.325 kPa).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a thing stands. nodes: the one it stands at, or both ends of a pipe or valve. lon/lat: WGS 84 degrees.

    pipe: the pipe itself, or the nearest one; "" where none is near. aside_m: from the thing to that pipe, m.
    """

    what: str
    nodes: tuple[str, ...]
    pipe: str
    valve: str
    zone: str
    lon: float
    lat: float
    aside_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValveStates:
    """What is known of the valves now, by valve id.

    closed: their position says so, good. unknown: position not known; taken as open. remote: a command can be given to
    it from here now; every other valve needs a person at its wheel.
    """

    closed: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    remote: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLoss:
    """What becomes of one zone. feeds: stations that still reach what is left of it, nearest first.

    A zone whose `customers` is 0 is listed because a valve in it closes.
    """

    zone: str
    customers: int
    left: int
    feeds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Who has gas before and has none after. works: ids of the works that lose gas; each is one customer too."""

    customers: int
    homes: int
    works: tuple[str, ...]
    peak_m3h: float
    """Standard flow that they draw at the city's peak hour."""
    nodes: tuple[str, ...]
    zones: tuple[ZoneLoss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The piece of the network that is cut off together with the target. volume_m3: gas trapped in it, standard."""

    nodes: tuple[str, ...]
    pipes: tuple[str, ...]
    length_m: float
    volume_m3: float


class PlanKind(StrEnum):
    """Why a set of valves is offered; plans are lettered A, B, C … in the order of `Isolation.plans`."""

    NEAREST = "nearest"
    """The nearest valves with remote control: the fewest customers lose gas, and no valve of it can be left out."""
    NEXT_OUT = "next-out"
    """The next ones outside, for when a valve of the nearest does not move."""
    FEWEST = "fewest"
    """Fewer valves, more customers."""
    HAND = "hand"
    """The nearest valves of all, some of them by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanValve:
    """One valve to close, in the order to close them: the strongest feed first. lon/lat: WGS 84 degrees.

    travel_s: how long a motor takes to close it, by its width.
    """

    id: str
    remote: bool
    diameter_mm: float
    travel_s: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A set of valves that cuts the target from every source. relies_on: valves of its edge that are closed already."""

    kind: PlanKind
    valves: tuple[PlanValve, ...]
    relies_on: tuple[str, ...]
    section: Section
    losses: Losses
    estimated_s: float
    """Until the last valve is shut, by the rule of thumb of `backend.network.pace`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """All sets found for a target. No plans: `already` cut off, or it cannot be isolated with known valves."""

    target: Place
    plans: tuple[Plan, ...]
    already: bool
    unknown: tuple[str, ...]
    """Valves whose position is not known; taken as open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """These valves too, and one side of the closed valves is cut off: `customers` lose gas in all."""

    valves: tuple[str, ...]
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows from closing some valves and opening others. unknown: as in `Isolation`.

    not_drawn: asked for, but not in the drawing: what they do is not known. stations: those whose inlet loses gas.
    together: what each side that keeps a feed would still need to be cut off as well.
    """

    closing: tuple[str, ...]
    opening: tuple[str, ...]
    not_drawn: tuple[str, ...]
    losses: Losses
    stations: tuple[str, ...]
    gains: int
    """Customers who had no gas before and are connected again."""
    together: tuple[Together, ...]
    unknown: tuple[str, ...]


class Direction(StrEnum):
    """Along the flow of the design case: from higher to lower pressure."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A thing met on the way. along_m: length of pipe up to it."""

    id: str
    along_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What lies up or down the stream of a place, nearest first; closed valves are met but not passed."""

    origin: Place
    direction: Direction
    nodes: tuple[Reached, ...]
    pipes: tuple[str, ...]
    valves: tuple[Reached, ...]
    stations: tuple[Reached, ...]
    sources: tuple[Reached, ...]
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A thing within reach of a place. kind: "node", "pipe", "valve", "fitting" or "asset". away_m: straight."""

    id: str
    kind: str
    away_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies within `radius_m` of a place, nearest first (K-04). customers: drawing gas at the nodes within it."""

    lon: float
    lat: float
    radius_m: float
    things: tuple[Near, ...]
    customers: int
    pipe_m: float
    """Length of pipe inside the circle."""
