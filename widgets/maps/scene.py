"""What a map shows, as frozen facts: lines, symbols, how each symbol looks now, and where the map looks. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Place = tuple[float, float]
"""Longitude and latitude, WGS 84 degrees."""

HOLLOW = "vehicle:hollow"
"""Look of a vehicle whose last position is old."""
NOWHERE: Place = (-180.0, 85.0)
"""Of a thing that has not said yet where it is: the corner of the world, which no view shows."""


class Shape(StrEnum):
    """The body of a symbol (design/hmi.md §3.4): none of them is one of the four alarm shapes."""

    STATION = "station"
    SUPPLY = "supply"
    VALVE = "valve"
    WELL = "well"
    DETECTOR = "detector"
    CABINET = "cabinet"
    LOGGER = "logger"
    CUSTOMER = "customer"
    VEHICLE = "vehicle"
    CONFINED = "confined"
    OTHER = "other"


SIZES: Mapping[Shape, int] = MappingProxyType(
    {
        Shape.STATION: 26,
        Shape.SUPPLY: 26,
        Shape.VALVE: 22,
        Shape.WELL: 14,
        Shape.DETECTOR: 14,
        Shape.CABINET: 14,
        Shape.LOGGER: 14,
        Shape.CUSTOMER: 20,
        Shape.VEHICLE: 24,
        Shape.CONFINED: 16,
        Shape.OTHER: 12,
    }
)
"""Edge of each symbol in px at 100 %; constant on the screen."""
DRAWN_IN_ORDER = (
    *(Shape.OTHER, Shape.LOGGER, Shape.CABINET, Shape.WELL, Shape.DETECTOR, Shape.CONFINED, Shape.CUSTOMER),
    *(Shape.VALVE, Shape.STATION, Shape.SUPPLY, Shape.VEHICLE),
)
"""In the order they are drawn: what comes later lies above."""
SHOWN_FROM: Mapping[Shape, int] = MappingProxyType({Shape.VALVE: 14, Shape.CUSTOMER: 14})
"""The zoom from which a shape is drawn at all, unless something is the matter with it."""
THINNING: tuple[float, ...] = (0.45, 0.55, 0.65, 0.8, 1.0)
"""Widths of pipes at zoom 11 and further, 12, 13, 14, 15 and nearer, as a share of the full one."""


GROUNDS: tuple[str, ...] = ("block", "park", "water")
"""In the order they are laid."""
BADGE = 20
"""Room that a badge takes on a label's plate, in px at 100 %."""


def thinned(zoom: int) -> float:
    """How wide pipes are at this zoom, as a share of the full width."""
    return THINNING[max(0, min(len(THINNING) - 1, zoom - 11))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A pipe as it lies in the ground. `tier` is a key of the theme's pipes and the layer it belongs to."""

    id: str
    tier: str
    path: tuple[Place, ...]
    name: str = ""
    names: tuple[str, ...] = ()
    """What it is found by: its name in every language."""
    flow: int = 0
    """1: gas flows along the path, -1: against it, 0: not known."""
    main: bool = False
    """Lies under a main road; only the ground that is drawn from the pipes themselves shows this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A district of the city, a shade apart from the open land; or water, or a park."""

    id: str
    corners: tuple[Place, ...]
    name: str = ""
    ground: str = "block"
    """A key of the theme's ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A thing with a place. angle: degrees clockwise on the screen that a line through it runs."""

    id: str
    shape: Shape
    layer: str
    at: Place
    label: str = ""
    angle: float = 0.0
    named: bool = False
    """Its label is always shown, where there is room."""
    clusters: bool = False
    """Folds into a ring with a count below `CLUSTERS_BELOW`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one symbol looks now. body, sign: names of sprites; alarm: priority and state of the glyph beside it."""

    body: str = ""
    sign: str = ""
    alarm: str = ""
    """Name of the glyph without its beat, e.g. "alarm:1:unacknowledged"."""
    rank: int = 0
    """Priority of that alarm; 0 = none. An alarmed symbol is always drawn and never folded."""
    note: str = ""
    """Second line of its label, such as a value; more lines after line breaks."""
    at: Place | None = None
    """Where it is now, for things that move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """Customers' meters, never drawn one by one: arrays of shape (places,)."""

    lon: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    lat: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    count: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The whole drawing."""

    lines: tuple[Line, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    meters: Meters = Meters()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the map looks: the place in the middle, and a whole zoom level."""

    at: Place = (0.0, 0.0)
    zoom: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A numbered ring round a symbol."""

    id: str
    number: int
    lines: tuple[str, ...] = ()
    chosen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """Where something probably is. angle: degrees clockwise on the screen of the long half axis; along_m, across_m:
    half axes of the innermost of three ellipses."""

    at: Place
    angle: float
    along_m: float
    across_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What lies over the network whatever is asked: probable places of leaks, pipes that nothing feeds, the way that
    the selected vehicle has come."""

    ellipses: tuple[Ellipse, ...] = ()
    cut: frozenset[str] = frozenset()
    """Ids of lines."""
    track: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What lies over the network for one question: a blue casing, numbered symbols, a hatched area, a circle, ways to
    go, and what is said of the things that go them."""

    casing: tuple[str, ...] = ()
    """Ids of lines."""
    marks: tuple[Mark, ...] = ()
    area: tuple[Place, ...] = ()
    """Corners of the hatched area."""
    circle: tuple[Place, float] | None = None
    """Middle and radius in m."""
    path: tuple[Place, ...] = ()
    """What is being measured."""
    path_words: str = ""
    routes: tuple[tuple[Place, ...], ...] = ()
    notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Id of a symbol and the lines of its label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A grey ring with a count, in world units."""

    x: float
    y: float
    radius: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name written on the ground: its middle in world units, degrees clockwise, larger for a district."""

    x: float
    y: float
    words: str
    angle: float = 0.0
    large: bool = False


class LabelKind(StrEnum):
    """Why a label is shown, the most important first."""

    PLAN = "plan"
    SELECTED = "selected"
    NOTED = "noted"
    ALARMED = "alarmed"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A plate with one or two lines, its top left corner so many px from a place in world units."""

    id: str
    x: float
    y: float
    dx: float
    dy: float
    width: float
    height: float
    lines: tuple[str, ...]
    kind: LabelKind
    badge: str = ""
    """A number in a box before the lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """Which way gas flows, in the middle of a pipe: world units, degrees clockwise on the screen."""

    x: float
    y: float
    angle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is drawn at one zoom: indices of symbols, rings and labels that do not cover each other."""

    visible: tuple[int, ...] = ()
    rings: tuple[Ring, ...] = ()
    labels: tuple[Label, ...] = ()
    names: tuple[Name, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    tiers_off: frozenset[str] = frozenset()
    selected: int = -1


def compact(count: int) -> str:
    """A count as it fits a ring: 312, 2.1k, 48k, 1.2M."""
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= unit:
            part = count / unit
            return f"{part:.1f}{letter}" if part < 9.95 else f"{part:.0f}{letter}"
    return str(count)
