"""How much of the city is drawn: all of it, or a corner for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sims.city.names import STATIONS, SUPPLIES, Station, Supply
from sims.gasnet.flow import PEAK_10E3_M3H


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """grid: streets along and across a station's cell. dropped, laterals: pipes left out and dead ends of each cell."""

    supplies: tuple[Supply, ...]
    stations: tuple[Station, ...]
    grid: int
    dropped: int
    laterals: int
    section_valves: bool
    """Valves in the ring, at the supplies, in the mains and in the ties, beside those of Binjiang Avenue."""
    wells: int
    loggers: int
    cabinets: int
    detectors: int
    meters: bool
    """Customers whose gas meters call in."""

    def share(self) -> float:
        """Part of the whole city's peak flow."""
        return sum(station.peak_10e3_m3h for station in self.stations) / _WHOLE


_WHOLE: Final = sum(station.peak_10e3_m3h for station in STATIONS)
SIZES: Final = {
    "city": Size(
        supplies=SUPPLIES,
        stations=STATIONS,
        grid=6,
        dropped=7,
        laterals=11,
        section_valves=True,
        wells=40,
        loggers=24,
        cabinets=40,
        detectors=60,
        meters=True,
    ),
    "small": Size(
        supplies=SUPPLIES[:1],
        stations=tuple(station for station in STATIONS if station.id in {"R-11", "R-12"}),
        grid=3,
        dropped=3,
        laterals=1,
        section_valves=False,
        wells=5,
        loggers=1,
        cabinets=1,
        detectors=2,
        meters=False,
    ),
}


def peak_m3h(station: Station) -> float:
    """A station's flow at the city's peak hour."""
    return station.peak_10e3_m3h * 1000 * PEAK_10E3_M3H / _WHOLE
