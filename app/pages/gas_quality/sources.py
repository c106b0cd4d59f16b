"""Which source points there are, and which of their points says what. Plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from backend.model.plant import Asset, Medium, Point, Registry, StationKind, medium_of, station_of

COMPONENTS: Final = ("methane", "ethane", "propane", "butanes", "carbon_dioxide", "nitrogen")
"""Properties that add up to the whole gas, in the order of a chromatogram's report."""
FIGURES: Final = ("wobbe_index", "gross_calorific_value", "relative_density", "odorant", "pressure", "temperature")
"""What every row shows beside the composition."""
_HALLMARK: Final = "wobbe_index"
"""A device that gives it is a gas analyser, whoever's model describes it."""
_FLOW: Final = "flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source point: its asset and the points of its analyser by property. flow: what goes out there, if measured."""

    asset: Asset
    device: str
    points: Mapping[str, Point]
    medium: Medium | None
    station: StationKind | None
    flow: Point | None = None


def sources_of(registry: Registry) -> tuple[Source, ...]:
    """Every source point with an analyser: piped gas first, in the order of registration."""
    media: list[Medium | None] = [*Medium, None]
    return tuple(sorted(_sources(registry), key=lambda source: media.index(source.medium)))


def _sources(registry: Registry) -> Iterator[Source]:
    assets = {asset.id: asset for asset in registry.assets}
    by_device: dict[str, dict[str, Point]] = {}
    flows: dict[str, Point] = {}
    for point in registry.points:
        if not point.retired:
            by_device.setdefault(point.device, {})[point.property] = point
            if point.property == _FLOW:
                flows[point.asset] = point
    for device in registry.devices:
        points = by_device.get(device.id, {})
        asset = assets.get(device.asset)
        if _HALLMARK in points and asset is not None:
            yield Source(
                asset=asset,
                device=device.id,
                points=points,
                medium=medium_of(asset),
                station=station_of(asset),
                flow=flows.get(asset.id),
            )
