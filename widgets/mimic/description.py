"""What a mimic shows, as its file says it: sections, elements, pipes, value boxes. Positions are parts of a drawing
board that is stretched to the room there is; symbols and texts keep their size. Facts only.

Elements name properties of the thing model, never points: one description serves every place of a kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

from widgets.mimic.valve import Actuator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,47}$")]
Property = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Wording = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")]
At = tuple[Annotated[float, Field(ge=0, le=4000)], Annotated[float, Field(ge=0, le=4000)]]
_STRICT: Final = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class ElementKind(StrEnum):
    """Every symbol a description may use."""

    JOINT = "joint"
    INLET = "inlet"
    OUTLET = "outlet"
    VALVE = "valve"
    REGULATOR = "regulator"
    CHECK = "check"
    RELIEF = "relief"
    FILTER = "filter"
    HEATER = "heater"
    METER = "meter"
    ODORISER = "odoriser"
    TANK = "tank"
    SPHERE = "sphere"
    VAPORISER = "vaporiser"
    COMPRESSOR = "compressor"
    PUMP = "pump"
    DISPENSER = "dispenser"
    SCALE = "scale"
    DETECTOR = "detector"
    WELL = "well"
    LOGGER = "logger"


TERMINALS: Final = frozenset(
    {
        *(ElementKind.INLET, ElementKind.OUTLET, ElementKind.TANK, ElementKind.SPHERE),
        *(ElementKind.DISPENSER, ElementKind.SCALE),
    }
)
"""Where gas comes from or goes to: they end a path."""


class PointRole(StrEnum):
    """What a point says about an element."""

    POSITION = "position"
    OPENING = "opening"
    TRIPPED = "tripped"
    RUNNING = "running"
    LEVEL = "level"
    DIFFERENCE = "difference"
    FLOW = "flow"
    PRESSURE = "pressure"
    TEMPERATURE = "temperature"
    VALUE = "value"
    SETPOINT = "setpoint"
    FEEDBACK = "feedback"
    COMMAND = "command"
    REMOTE = "remote"
    FAULT = "fault"


class Side(StrEnum):
    """Where the words of an element stand."""

    BELOW = "below"
    ABOVE = "above"
    RIGHT = "right"
    NONE = "none"


class Row(StrEnum):
    """The two rows of value boxes."""

    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Words:
    """A text in both languages."""

    en: Wording
    zh: Wording


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Serves:
    """Which places are drawn so: kinds of station or asset, whose devices are of one of these thing models."""

    kinds: Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]
    models: Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Section:
    """A step of the process; a faint line parts it from the one before."""

    x: Annotated[float, Field(ge=0, le=4000)]
    title: Words


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Zone:
    """Pipes at one pressure. tier: what they are drawn as where the pressure's limits do not say it."""

    tier: Annotated[str, StringConstraints(pattern=r"^(hp|shp|mpa|mpb|lp)$")]
    pressure: Property | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Element:
    """One symbol. label: "PCV-{run_a_opening}" takes the loop number of that property's tag. idle_below: of a filter,
    the pressure drop under which nothing flows through it. run: the pressure-reducing run its settings are of."""

    id: Name
    kind: ElementKind
    at: Annotated[At, Field(strict=False)]
    zone: Name
    label: Annotated[str, StringConstraints(max_length=40)] = ""
    role: Words | None = None
    actuator: Annotated[Actuator, Field(strict=False)] = Actuator.NONE
    normal: Annotated[str, StringConstraints(pattern=r"^(open|closed)?$")] = ""
    points: dict[Annotated[PointRole, Field(strict=False)], Property] = Field(default_factory=dict)
    side: Annotated[Side, Field(strict=False)] = Side.BELOW
    idle_below: Annotated[float, Field(ge=0)] | None = None
    run: Annotated[str, StringConstraints(max_length=8)] = ""
    setting: Annotated[str, StringConstraints(pattern=r"^(setpoint|monitor|slam_shut)?$")] = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Pipe:
    """From one element to the next, in flow direction, over the corners `via`. pressure: measured on this piece."""

    start: Name = Field(alias="from")
    end: Name = Field(alias="to")
    zone: Name
    via: Annotated[tuple[Annotated[At, Field(strict=False)], ...], Field(strict=False)] = ()
    pressure: Property | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ValueBox:
    """A measured value in the row above or below; a leader goes to the element or the place it is measured at."""

    point: Property
    x: Annotated[float, Field(ge=0, le=4000)]
    row: Annotated[Row, Field(strict=False)]
    tap: Annotated[At, Field(strict=False)] | None = None
    title: Words
    width: Annotated[float, Field(ge=72, le=200)] = 118


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Caption:
    """Words on the board, such as the name of a run and what it is for."""

    at: Annotated[At, Field(strict=False)]
    title: Words
    note: Words | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Mimic:
    """One description file. board: width and height of the drawing board; narrowest, lowest: what it may be squeezed
    to, in px at 100 %, before it scrolls. trends: the properties whose last hour is shown, the most telling first."""

    title: Words
    serves: Serves
    board: Annotated[At, Field(strict=False)]
    narrowest: Annotated[float, Field(ge=200, le=4000)]
    lowest: Annotated[float, Field(ge=100, le=4000)]
    zoom: Annotated[float, Field(ge=1, le=3)] = 1.0
    """How much larger than usual the symbols are, where there are few."""
    zones: Annotated[dict[Name, Zone], Field(min_length=1)]
    elements: Annotated[tuple[Element, ...], Field(min_length=1, max_length=200, strict=False)]
    pipes: Annotated[tuple[Pipe, ...], Field(max_length=400, strict=False)] = ()
    boxes: Annotated[tuple[ValueBox, ...], Field(max_length=60, strict=False)] = ()
    sections: Annotated[tuple[Section, ...], Field(max_length=12, strict=False)] = ()
    captions: Annotated[tuple[Caption, ...], Field(max_length=20, strict=False)] = ()
    trends: Annotated[tuple[Property, ...], Field(max_length=6, strict=False)] = ()

    def element(self, id_: str) -> Element | None:
        """The element of this id."""
        return next((each for each in self.elements if each.id == id_), None)

    def properties(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every property that is named, with the place in the file."""
        for name, zone in self.zones.items():
            if zone.pressure is not None:
                yield ("zones", name, "pressure"), zone.pressure
        for index, element in enumerate(self.elements):
            for role, bound in element.points.items():
                yield ("elements", index, "points", role.value), bound
            for named in label_properties(element.label):
                yield ("elements", index, "label"), named
        for index, pipe in enumerate(self.pipes):
            if pipe.pressure is not None:
                yield ("pipes", index, "pressure"), pipe.pressure
        for index, box in enumerate(self.boxes):
            yield ("boxes", index, "point"), box.point
        for index, trend in enumerate(self.trends):
            yield ("trends", index), trend


def label_properties(label: str) -> list[str]:
    """The properties in braces: "PCV-{run_a_opening}" → ["run_a_opening"]."""
    return [part.partition("}")[0] for part in label.split("{")[1:]]


def label_text(label: str, tags: Mapping[str, str]) -> str:
    """A label with the loop numbers of these properties' tags in place of their names."""
    for name in label_properties(label):
        label = label.replace("{" + name + "}", loop_number(tags.get(name, "")))
    return label.rstrip("-")


_SUFFIXES: Final = ("-ZS", "-ZT", "-LR", "-FLT", "-CMD")


def loop_number(tag: str) -> str:
    """What follows the letter code of a tag: "ZT-1205A" → "1205A", "R-11.XV-IN-ZS" → "IN"; of the device where the tag
    has nothing else: "XV-0422.ZS" → "0422"."""
    device, _dot, own = tag.rpartition(".")
    for suffix in _SUFFIXES:
        own = own.removesuffix(suffix)
    return (own if "-" in own else device).partition("-")[2]
