"""What an instrument can feel at a moment, and what every instrument is to its terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sims.gasnet.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Gas coming out of the ground at a place: WGS 84 degrees, standard m³/h."""

    lon: float
    lat: float
    flow_m3h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The world at a moment. dt_s: simulated seconds since the last one. hour: of the local day, 0-24."""

    state: State
    leaks: tuple[Leak, ...]
    hour: float
    dt_s: float

    @property
    def air_c(self) -> float:
        """Air temperature of a mild winter day."""
        return 6.0 + 4.0 * math.sin((self.hour - 9) / 24 * 2 * math.pi)


class Instrument(Protocol):
    """What a terminal reads and drives. Values are true ones: the terminal adds noise and rounding."""

    def feel(self, moment: Moment) -> None:
        """Let time pass and take in the world."""
        ...

    def values(self) -> Mapping[str, float]:
        """Every property of its thing model by name."""
        ...

    def write(self, name: str, value: float) -> str:
        """Carry out a write that is within its range; "" when taken, else why not."""
        ...


def read_only(name: str) -> str:
    """The answer of an instrument that drives nothing."""
    return f"{name} cannot be written"


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Between two near places (flat earth)."""
    east = (lon1 - lon2) * 111_320 * math.cos(math.radians(lat1))
    return math.hypot(east, (lat1 - lat2) * 110_870)
