"""The gas company's vehicles: one for every zone, every third of them a repair vehicle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from backend.model.network import Network
from sims.city.names import STATIONS, ZONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """base: the node of the streets where it stands at night and where a repair crew waits."""

    id: str
    name: str
    name_zh: str
    zone: str
    base: str
    repair: bool


_CARS: Final = tuple(
    Car(
        id=f"V-{number:02d}",
        name=f"Repair vehicle {number:02d}" if number % 3 == 0 else f"Patrol vehicle {number:02d}",
        name_zh=f"抢修车{number:02d}" if number % 3 == 0 else f"巡线车{number:02d}",
        zone=zone.id,
        base=next(f"{station.id}.out" for station in STATIONS if station.zone == zone.id),
        repair=number % 3 == 0,
    )
    for number, zone in enumerate(ZONES, start=1)
)


def fleet_in(network: Network) -> Iterator[Car]:
    """Vehicles whose base is on the drawing."""
    nodes = {node.id for node in network.nodes}
    return (car for car in _CARS if car.base in nodes)
