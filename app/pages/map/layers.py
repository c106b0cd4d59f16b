"""Which layers there are, what they are called and how much lies in each. Plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.pages.map.drawing import TIERS
from app.texts import _
from backend.errors import mark
from backend.model.network import Network
from widgets.maps import Layer
from widgets.maps.picture import FLOW, LEAKS, LOSING, METERS
from widgets.maps.scene import Scene, Shape
from widgets.readouts.ages import THIN_SPACE

PIPES: Final[tuple[tuple[str, str], ...]] = (
    ("hp", mark("High pressure")),
    ("shp", mark("Sub-high")),
    ("mpa", mark("Medium A")),
    ("mpb", mark("Medium B")),
    ("lp", mark("Low pressure")),
)
SYMBOLS: Final[tuple[tuple[str, Shape, str], ...]] = (
    ("stations", Shape.STATION, mark("Stations")),
    ("valves", Shape.VALVE, mark("Valves")),
    ("wells", Shape.WELL, mark("Valve wells")),
    ("detectors", Shape.DETECTOR, mark("Leak detectors")),
    ("confined", Shape.CONFINED, mark("Confined space")),
    ("cabinets", Shape.CABINET, mark("Cabinets")),
    ("loggers", Shape.LOGGER, mark("Pressure loggers")),
    ("customers", Shape.CUSTOMER, mark("Works")),
    ("vehicles", Shape.VEHICLE, mark("Vehicles")),
    ("others", Shape.OTHER, mark("Other things")),
)
VIEWS: Final[tuple[tuple[str, str], ...]] = (
    (LEAKS, mark("Leak probability")),
    (LOSING, mark("Affected customers")),
    (FLOW, mark("Flow direction, design case")),
)
OFF_AT_FIRST: Final = frozenset({FLOW})
"""Until somebody switches it on."""


def layers(scene: Scene, network: Network) -> tuple[Layer, ...]:
    """The layers of which there is something, in the order of the list; every other one would be an empty switch."""
    km = dict.fromkeys((tier for tier, _words in PIPES), 0.0)
    for pipe in network.pipes:
        km[TIERS[pipe.tier]] += pipe.length_m / 1000
    counts = Counter(symbol.layer for symbol in scene.symbols)
    meters = int(scene.meters.count.sum())
    lines = [
        Layer(key=tier, words=_(words), count=f"{km[tier]:,.0f}{THIN_SPACE}km", pipe=tier)
        for tier, words in PIPES
        if km[tier]
    ]
    symbols = [
        Layer(key=key, words=_(words), count=f"{counts[key]:,}", shape=shape)
        for key, shape, words in SYMBOLS
        if counts[key]
    ]
    rings = [Layer(key=METERS, words=_("Customers"), count=f"{meters:,}", ring=True)] if meters else []
    views = [Layer(key=key, words=_(words)) for key, words in VIEWS]
    things = [*symbols, *rings]
    everything = [*lines, *_ruled(lines, things)]
    return (*everything, *_ruled(everything, views)) if everything else ()


def _ruled(before: list[Layer], after: list[Layer]) -> list[Layer]:
    """A hairline where pipes end and things begin."""
    if not before or not after:
        return after
    return [replace(after[0], rule=True), *after[1:]]


def word_of(shape: Shape) -> str:
    """What a thing of this shape is called in a list."""
    words: Mapping[Shape, str] = {
        Shape.STATION: _("Station"),
        Shape.SUPPLY: _("Gate station"),
        Shape.VALVE: _("Valve"),
        Shape.WELL: _("Valve well"),
        Shape.DETECTOR: _("Leak detector"),
        Shape.CABINET: _("Regulator cabinet"),
        Shape.LOGGER: _("Pressure logger"),
        Shape.CUSTOMER: _("Works"),
        Shape.VEHICLE: _("Vehicle"),
        Shape.CONFINED: _("Confined space"),
        Shape.OTHER: _("Other"),
    }
    return words[shape]
