"""The gas network as a drawing: nodes, pipes, valves, regulators and sources. Frozen facts; no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """Pressure tiers of the city (GB 50028): high, sub-high, medium A, low."""

    HP = "HP"
    SHP = "SHP"
    MP = "MP-A"
    LP = "LP"


class Use(StrEnum):
    """Who draws gas at a node; each has its own daily curve."""

    NONE = "none"
    HOMES = "homes"
    WORKS = "works"
    DETECTOR = "detector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A junction. lon/lat: WGS 84 degrees. peak_m3h: standard flow drawn at the city's peak hour."""

    id: str
    tier: Tier
    lon: float
    lat: float
    zone: str = ""
    use: Use = Use.NONE
    peak_m3h: float = 0.0
    customers: int = 0
    design_kpa: float = 0.0
    """Gauge pressure of the design case: what devices show until the first solve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    """A pipe between two nodes."""

    id: str
    tier: Tier
    start: str
    end: str
    diameter_mm: float
    length_m: float
    roughness_mm: float = 0.1
    zone: str = ""
    street: str = ""
    street_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Valve:
    """A sectioning valve between two nodes; open unless a motor closes it."""

    id: str
    tier: Tier
    start: str
    end: str
    diameter_mm: float
    zone: str = ""
    street: str = ""
    street_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulator:
    """A pressure-reducing run at a supply or station: active regulator, monitor and slam-shut in series.

    capacity_m3h: standard flow when fully open at `design_inlet_kpa`. All pressures are gauge.
    """

    id: str
    start: str
    end: str
    capacity_m3h: float
    design_inlet_kpa: float
    setpoint_kpa: float
    setpoint_low_kpa: float
    setpoint_high_kpa: float
    monitor_kpa: float
    slam_shut_kpa: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where gas comes in from outside the model, at a fixed gauge pressure."""

    id: str
    node: str
    pressure_kpa: float


class FittingKind(StrEnum):
    """Things that stand at a node and have a terminal of their own."""

    WELL = "well"
    CABINET = "cabinet"
    LOGGER = "logger"
    WORKS = "works"
    DETECTOR = "detector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """A valve well, regulator cabinet, pressure logger, works or leak detector at a node; lon/lat is its own place."""

    id: str
    fitting: FittingKind
    node: str
    lon: float
    lat: float
    zone: str = ""


class Ground(StrEnum):
    """What covers a piece of land."""

    WATER = "water"
    PARK = "park"


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """A piece of the town's ground, for orientation only. corners: WGS 84 longitude and latitude, not closed."""

    id: str
    ground: Ground
    corners: tuple[tuple[float, float], ...]
    name: str = ""
    name_zh: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The whole drawing. Ids are unique within each kind; every start, end and node names an existing node."""

    nodes: tuple[Node, ...] = ()
    pipes: tuple[Pipe, ...] = ()
    valves: tuple[Valve, ...] = ()
    regulators: tuple[Regulator, ...] = ()
    sources: tuple[Source, ...] = ()
    fittings: tuple[Fitting, ...] = ()
    lands: tuple[Land, ...] = ()
