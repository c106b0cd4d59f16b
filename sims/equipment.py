"""Build the terminals of a site from its registry, its thing models and its network: what the console will meet."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backend.errors import ConfigError
from backend.model.network import Network
from backend.model.thing_model import METER, ThingModel, forms_of
from backend.network.geojson import NETWORK_FILE, from_geojson
from backend.site import Site, read_json, thing_models
from backend.site.folder import is_loopback
from sims.devices.terminal import Terminal
from sims.instruments import INSTRUMENTS

DEVICES_FILE: Final = Path("registry") / "devices.json"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What stands in the field."""

    network: Network
    terminals: Mapping[str, Terminal]
    """By device id, in the registry's order."""


def load_equipment(site: Site, *, seed: int) -> Equipment:
    """Raises ConfigError naming the file or device that cannot be simulated."""
    network_file, devices_file = site.folder / NETWORK_FILE, site.folder / DEVICES_FILE
    network = from_geojson(read_json(network_file), file=str(network_file))
    models = thing_models(site.folder)
    rows = read_json(devices_file)
    if not isinstance(rows, list):
        raise ConfigError("{file}: is not a list of devices", file=devices_file)
    terminals = {}
    for number, row in enumerate(rows, start=1):
        if isinstance(row, dict) and row.get("protocol") == METER:
            continue  # they call in: `sims.meters`
        try:
            terminal = _terminal(row, models, network, site.id, seed)
        except (KeyError, TypeError, AttributeError, StopIteration) as error:
            raise ConfigError(
                "{file}: device {number} cannot be simulated ({reason})",
                file=devices_file,
                number=number,
                reason=repr(error),
            ) from error
        terminals[terminal.id] = terminal
    return Equipment(network=network, terminals=terminals)


def _terminal(row: Row, models: Mapping[str, ThingModel], network: Network, site: str, seed: int) -> Terminal:
    id_, model = row["id"], models[row["model"]]
    rng = random.Random(f"{seed}/{id_}")
    protocol = row.get("protocol") or model.protocols[0]
    address = {key: str(value) for key, value in row.get("address", {}).items()}
    if not is_loopback(address.get("host", "127.0.0.1")):
        raise ConfigError(
            "{device} is at {host}: the pretend field stays on this machine", device=id_, host=address["host"]
        )
    return Terminal(
        id=id_,
        model=model,
        protocol=protocol,
        address=address,
        forms=forms_of(model, protocol=protocol, site=site, device=id_, address=address),
        ranges={name: (span["low"], span["high"]) for name, span in row.get("ranges", {}).items()},
        period_s=row.get("period_s"),
        instrument=INSTRUMENTS[model.id](row["asset"], network, rng),
        rng=rng,
    )
