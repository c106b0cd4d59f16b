"""What stands in the field: assets, the devices on them, and the points the devices give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AssetKind(StrEnum):
    """Kinds of physical things in a gas network (T/CGAS 000 T7)."""

    SUPPLY = "supply"
    STATION = "station"
    REGULATOR = "regulator"
    VALVE = "valve"
    VALVE_WELL = "valve-well"
    PIPE = "pipe"
    LOGGER = "logger"
    CUSTOMER = "customer"
    AREA = "area"
    VEHICLE = "vehicle"
    """A patrol or repair vehicle: it moves, its tracker says where it is (T/CGAS 000 T2-2)."""
    DETECTOR = "detector"
    """A leak detector in the street (T/CGAS 000 4.2.3d, network leak)."""


class StationKind(StrEnum):
    """Kinds of station, with the words of T/CGAS 000 5.1.1b, 6.1.1 and T4-11 (A-03).

    gate 门站, regulating 调压站, gasification 气化站, filling 加气站, storage-distribution 储配站,
    lpg-storage LPG储配站 (LPG storage-distribution), lpg-filling LPG罐装站 (LPG filling plant).
    """

    GATE = "gate"
    REGULATING = "regulating"
    GASIFICATION = "gasification"
    FILLING = "filling"
    STORAGE_DISTRIBUTION = "storage-distribution"
    LPG_STORAGE = "lpg-storage"
    LPG_FILLING = "lpg-filling"


class Medium(StrEnum):
    """How the gas comes, with the words of T/CGAS 000 5.1.1a and T2-1 (A-02).

    piped-gas 管道燃气, cylinder-cng 罐装CNG, bottled-lpg 瓶装LPG.
    """

    PIPED_GAS = "piped-gas"
    CYLINDER_CNG = "cylinder-cng"
    BOTTLED_LPG = "bottled-lpg"


USUAL_STATION: Final[Mapping[AssetKind, StationKind]] = MappingProxyType(
    {AssetKind.SUPPLY: StationKind.GATE, AssetKind.STATION: StationKind.REGULATING}
)
"""What a supply or a station is when nobody said it; no other kind of asset is a station."""


class QuantityKind(StrEnum):
    """What a point measures or drives (A-12)."""

    PRESSURE = "pressure"
    FLOW = "flow"
    TEMPERATURE = "temperature"
    LEVEL = "level"
    DISPLACEMENT = "displacement"
    STRESS = "stress"
    VIBRATION = "vibration"
    SWITCH = "switch"
    CONCENTRATION = "concentration"
    COMPOSITION = "composition"
    HUMIDITY = "humidity"
    CORROSION_RATE = "corrosion-rate"
    VOLUME = "volume"
    VOLTAGE = "voltage"
    RATIO = "ratio"
    DURATION = "duration"
    SIGNAL = "signal"
    HEATING_VALUE = "heating-value"
    """Heat of a volume of gas: calorific value, Wobbe index."""
    DENSITY = "density"
    """Relative to air, or absolute."""
    MASS = "mass"
    COUNT = "count"
    POSITION = "position"
    """Longitude or latitude, WGS 84."""
    SPEED = "speed"
    ANGLE = "angle"


class ActuatorKind(StrEnum):
    """What moves an actuated asset; only points that have one offer commands (A-12)."""

    ELECTRIC = "electric"
    PNEUMATIC = "pneumatic"


class PowerClass(StrEnum):
    """What feeds a terminal (B-19)."""

    MAINS = "mains"
    BATTERY = "battery"
    """It sleeps and wakes to report: it is never polled, and an order for it waits until it has just reported."""


class Mode(StrEnum):
    """How the values of a point come here (B-19)."""

    POLL = "poll"
    REPORT = "report"
    """The device speaks by itself; nothing is asked of it, so a battery is not worn down."""
    ON_CHANGE = "on-change"
    """Polled, but an unchanged value goes on only every second period, so that it never becomes stale."""


MODES: Final[Mapping[str, tuple[Mode, ...]]] = MappingProxyType(
    {"modbus": (Mode.POLL, Mode.ON_CHANGE), "mqtt": (Mode.REPORT,), "meter": (Mode.REPORT,)}
)
"""What each protocol can do, the usual one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Alarm limits of a point in its own unit; None = no such limit. Delays in s, rate in unit/s."""

    hh: float | None = None
    h: float | None = None
    l: float | None = None  # noqa: E741 - the field's own name for it
    ll: float | None = None
    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    rate: float | None = None
    normal_state: float | None = None
    """For a switch: any other value is abnormal (state alarm)."""
    priority_hh: int = 1
    priority_h: int = 3
    priority_l: int = 3
    priority_ll: int = 1
    priority_rate: int = 2
    priority_state: int = 2
    gas_leak: bool = False
    """Gas-leak class: never shelvable."""
    latching: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A physical thing; keeps its id and history when its device is swapped (A-01). lon/lat: WGS 84 degrees.

    station, medium: None where the thing is no station, or where an older register did not say (see `station_of`).
    """

    id: str
    kind: AssetKind
    name: str
    name_zh: str = ""
    parent: str | None = None
    area: str = ""
    lon: float | None = None
    lat: float | None = None
    station: StationKind | None = None
    medium: Medium | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The terminal that senses or acts. `address` is read by its driver; `model` is a thing-model id."""

    id: str
    model: str
    asset: str
    protocol: str
    address: Mapping[str, str] = field(default_factory=dict)
    short_code: str = ""
    """What a person types to confirm a command (C2); the last digits of the tag on its plate."""
    remote_enabled: bool = False
    """The audited "edge control path" setting (B-09): off = read-only."""
    power: PowerClass = PowerClass.MAINS


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One property of one device, bound to an asset. `id` is dense from 0 and never reused.

    low/high: instrument range in `unit`; a value outside is bad (range). period_s: expected time between samples;
    three of them without one makes the value stale. precision: decimals shown.
    """

    id: int
    tag: str
    device: str
    asset: str
    property: str
    title: str
    title_zh: str
    kind: QuantityKind
    unit: str
    low: float
    high: float
    precision: int
    period_s: float
    writable: bool = False
    actuator: ActuatorKind | None = None
    limits: Limits = Limits()
    states: Mapping[int, str] = field(default_factory=dict)
    """For a switch: words for its values, e.g. {0: "closed", 1: "open"}."""
    states_zh: Mapping[int, str] = field(default_factory=dict)
    """The same words in Chinese."""
    mode: Mode | None = None
    """None: the usual one of its protocol (see `mode_of`)."""
    change_band: float = 0.0
    """On change: a value that differs by no more than this, in `unit`, counts as unchanged."""
    retired: bool = False
    """No device gives it any more: it keeps its id and history, but is not polled, alarmed, aged or commanded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything registered at a site. points[i].id == i."""

    assets: tuple[Asset, ...] = ()
    devices: tuple[Device, ...] = ()
    points: tuple[Point, ...] = ()


def mode_of(point: Point, protocol: str) -> Mode:
    """How the values of a point come over this protocol."""
    return point.mode or MODES.get(protocol, (Mode.POLL,))[0]


def station_of(asset: Asset) -> StationKind | None:
    """What kind of station this is: as registered, else the usual one; None for what is no station."""
    return asset.station or USUAL_STATION.get(asset.kind)


def medium_of(asset: Asset) -> Medium | None:
    """What gas a station carries: as registered, else piped gas; None for what has none of its own."""
    return asset.medium or (Medium.PIPED_GAS if asset.kind in USUAL_STATION else None)
