"""Write the made-up city into a site folder: registry/assets.json, registry/devices.json, network/network.geojson."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backend.model.network import Network
from backend.network.geojson import NETWORK_FILE, to_geojson
from backend.site import write_template
from sims.city.assets import asset_rows
from sims.city.meters import meter_assets, meter_devices
from sims.city.network import draw_city
from sims.city.sizes import SIZES
from sims.city.terminals import device_rows

SITE_ID: Final = "linjiang"
METERS_AFTER: Final = 30
"""Meters call in at the port so many after the first RTU's."""
NAME: Final = ("Linjiang City Gas", "临江燃气")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Everything a site needs to know of the city; `assets` and `devices` are rows as `linepack import` takes them."""

    network: Network
    assets: tuple[Row, ...]
    devices: tuple[Row, ...]
    geojson: Row
    meters_listen: str
    """host:port where gas meters call in; empty where there are none."""


def plan_city(*, seed: int, host: str = "127.0.0.1", modbus_port: int = 15020, size: str = "city") -> City:
    """The city as data; nothing is written. The same arguments give the same city."""
    network = draw_city(size, seed)
    meters = SIZES[size].meters
    return City(
        network=network,
        assets=(*asset_rows(network), *(meter_assets(network) if meters else ())),
        devices=(
            *device_rows(network, host=host, modbus_port=modbus_port),
            *(meter_devices(network) if meters else ()),
        ),
        meters_listen=f"{host}:{modbus_port + METERS_AFTER}" if meters else "",
        geojson=to_geojson(network, name=NAME[0], seed=seed),
    )


def generate(
    folder: Path,
    *,
    seed: int,
    host: str = "127.0.0.1",
    modbus_port: int = 15020,
    broker_url: str = "mqtt://127.0.0.1:18830",
    size: str = "city",
) -> City:
    """Make a new simulator site of the city in `folder`, or put the city's files into a site that is there already.

    Modbus RTUs listen on `modbus_port` and the ports after it (25 in the city, 5 in the small one). In a site that is
    there, its own site.toml keeps the say over the broker.
    """
    city = plan_city(seed=seed, host=host, modbus_port=modbus_port, size=size)
    if not (folder / "site.toml").exists():
        write_template(
            folder,
            id=SITE_ID,
            name=NAME[0],
            name_zh=NAME[1],
            mode="simulator",
            broker_url=broker_url,
            meters_listen=city.meters_listen,
            assets=city.assets,
            devices=city.devices,
            network=city.geojson,
        )
        return city
    _write(folder / "registry" / "assets.json", list(city.assets))
    _write(folder / "registry" / "devices.json", list(city.devices))
    _write(folder / NETWORK_FILE, city.geojson)
    return city


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
