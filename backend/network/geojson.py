"""The network as GeoJSON (RFC 7946) and back: network/network.geojson of a site. Pure.

Every feature's `kind` says what it is; its other properties are the fields of the drawing (see `plan`). Positions are
WGS 84 longitude and latitude. Pipes are lines, land is a polygon without holes,
everything else is a point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from backend.errors import ConfigError
from backend.model.network import Fitting, Land, Network, Node, Pipe, Regulator, Source, Valve

Feature = dict[str, Any]
NETWORK_FILE: Final = Path("network") / "network.geojson"
"""In a site folder."""
_KINDS: Final[dict[str, tuple[str, type]]] = {
    "node": ("nodes", Node),
    "pipe": ("pipes", Pipe),
    "valve": ("valves", Valve),
    "regulator": ("regulators", Regulator),
    "source": ("sources", Source),
    "fitting": ("fittings", Fitting),
    "land": ("lands", Land),
}
_OF_GEOMETRY: Final = ("lon", "lat", "corners")
_WITH_PLACE: Final = ("node", "fitting")


def to_geojson(network: Network, *, name: str, seed: int) -> Feature:
    """A FeatureCollection with one feature per part."""
    at = {node.id: [node.lon, node.lat] for node in network.nodes}
    features = [
        *(_point("node", node, [node.lon, node.lat]) for node in network.nodes),
        *(_feature("pipe", pipe, "LineString", [at[pipe.start], at[pipe.end]]) for pipe in network.pipes),
        *(_point("valve", valve, at[valve.start]) for valve in network.valves),
        *(_point("regulator", run, at[run.end]) for run in network.regulators),
        *(_point("source", source, at[source.node]) for source in network.sources),
        *(_feature("land", land, "Polygon", [[list(at) for at in _closed(land)]]) for land in network.lands),
        *(_point("fitting", fitting, [fitting.lon, fitting.lat]) for fitting in network.fittings),
    ]
    origin = {"name": name, "seed": seed, "made_up": True}
    return {"type": "FeatureCollection", "linepack": origin, "features": features}


def from_geojson(document: object, *, file: str) -> Network:
    """The network of a FeatureCollection. Raises ConfigError naming the file, the feature and the reason."""
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise ConfigError("{file}: is not a GeoJSON FeatureCollection", file=file)
    parts: dict[str, list[Any]] = {collection: [] for collection, _ in _KINDS.values()}
    for number, feature in enumerate(document["features"]):
        try:
            kind = feature["properties"]["kind"]
            collection, part = _KINDS[kind]
            properties = feature["properties"] | _placed(kind, feature["geometry"]["coordinates"])
            parts[collection].append(msgspec.convert(properties, part))
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                "{file}: feature {number} is not a part of a network ({reason})",
                file=file,
                number=number,
                reason=repr(error),
            ) from error
    network = Network(**{collection: tuple(found) for collection, found in parts.items()})
    nodes = {node.id for node in network.nodes}
    for part_id, end in _ends(network):
        if end not in nodes:
            raise ConfigError("{file}: {part} ends at {node}, which is not a node", file=file, part=part_id, node=end)
    return network


def _placed(kind: str, coordinates: list[Any]) -> dict[str, Any]:
    """The fields of a part that its geometry holds."""
    if kind == "land":
        return {"corners": coordinates[0][:-1]}
    return dict(zip(("lon", "lat"), coordinates, strict=True)) if kind in _WITH_PLACE else {}


def _closed(land: Land) -> Iterator[tuple[float, float]]:
    """GeoJSON closes its rings."""
    yield from land.corners
    yield from land.corners[:1]


def _ends(network: Network) -> Iterator[tuple[str, str]]:
    """(part, node) for every node that a part names."""
    lines: Sequence[Pipe | Valve | Regulator] = (*network.pipes, *network.valves, *network.regulators)
    for line in lines:
        yield line.id, line.start
        yield line.id, line.end
    points: Sequence[Source | Fitting] = (*network.sources, *network.fittings)
    for point in points:
        yield point.id, point.node


def _point(kind: str, part: Node | Valve | Regulator | Source | Fitting, at: list[float]) -> Feature:
    return _feature(kind, part, "Point", at)


def _feature(kind: str, part: Any, shape: str, coordinates: list[Any]) -> Feature:
    properties = {key: value for key, value in msgspec.to_builtins(part).items() if key not in _OF_GEOMETRY}
    return {
        "type": "Feature",
        "id": part.id,
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": {"kind": kind, **properties},
    }
