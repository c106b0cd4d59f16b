"""Some of the city's customers have meters that call in: households all over it, and a few shops that are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from backend.model.network import Network
from sims.city.names import ZONES

Row = dict[str, Any]
HOUSEHOLDS: Final = 160
SHOPS: Final = 20
ORDERED: Final = 8
"""Every so many-th household's valve may be commanded from here."""


def meter_assets(network: Network) -> Iterator[Row]:
    """Customers, dealt out over the zones. Where they live is nobody's business on a map."""
    for number, zone, shop in _dealt(network):
        names = ("Shop", "商户") if shop else ("Household", "居民用户")
        yield {
            "id": f"C-{number:04d}",
            "kind": "customer",
            "name": f"{names[0]} {number:04d}",
            "name_zh": f"{names[1]}{number:04d}",
            "parent": zone,
            "area": zone,
        }


def meter_devices(network: Network) -> Iterator[Row]:
    """Their meters; the logical identifier is the number."""
    for number, _zone, shop in _dealt(network):
        row: Row = {
            "id": f"GM-{number:04d}",
            "model": "ci-gas-meter" if shop else "gas-meter",
            "asset": f"C-{number:04d}",
            "protocol": "meter",
            "address": {"logical_id": str(number), "class": "ci" if shop else "civil"},
            "short_code": f"GM{number:04d}",
        }
        yield row | {"remote_enabled": not shop and number % ORDERED == 1}


def _dealt(network: Network) -> Iterator[tuple[int, str, bool]]:
    there = {node.zone for node in network.nodes}
    zones = [zone.id for zone in ZONES if zone.id in there]
    for number in range(1, HOUSEHOLDS + SHOPS + 1):
        yield number, zones[number % len(zones)], number > HOUSEHOLDS
