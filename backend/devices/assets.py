"""Put asset rows beside the assets that are there: ids, parents and places must make one forest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Final

from backend.devices.numbered import BadRow, Numbered
from backend.devices.rows import AssetRow
from backend.errors import ConfigError
from backend.model.plant import USUAL_STATION, Asset, medium_of, station_of

KIND: Final = "asset"


def place_assets(
    rows: Sequence[Numbered[AssetRow]], previous: Sequence[Asset]
) -> tuple[tuple[Asset, ...], tuple[BadRow, ...]]:
    """(all assets, rows that cannot be used). Old ones keep their place in the order; new ones follow."""
    good, bad = _once(rows, previous)
    while True:
        assets = {asset.id: asset for asset in previous} | {row.id: _asset(row) for row in good.values()}
        wrong = tuple(_lost(good, assets))
        if not wrong:
            return tuple(assets.values()), tuple(bad)
        bad.extend(wrong)
        for one in wrong:
            del good[one.number]


def _once(rows: Sequence[Numbered[AssetRow]], previous: Sequence[Asset]) -> tuple[dict[int, AssetRow], list[BadRow]]:
    good: dict[int, AssetRow] = {}
    bad: list[BadRow] = []
    spelt = {asset.id.casefold(): asset.id for asset in previous}
    seen: set[str] = set()
    for number, row in rows:
        reason = _reason(row, spelt, seen)
        if reason is None:
            seen.add(row.id.casefold())
            good[number] = row
        else:
            bad.append(BadRow(KIND, number, reason))
    return good, bad


def _reason(row: AssetRow, spelt: Mapping[str, str], seen: Set[str]) -> ConfigError | None:
    key = row.id.casefold()
    if key in seen:
        return ConfigError("asset {id} is in another row already", id=row.id)
    if spelt.get(key, row.id) != row.id:
        return ConfigError("asset {id} differs from {other} in case only", id=row.id, other=spelt[key])
    if (row.lon is None) != (row.lat is None):
        return ConfigError("lon and lat belong together")
    if row.station is not None and row.kind not in USUAL_STATION:
        return ConfigError("only a supply or a station has a kind of station, not a {kind}", kind=row.kind)
    return None


def _lost(good: Mapping[int, AssetRow], assets: Mapping[str, Asset]) -> Iterator[BadRow]:
    for number, row in good.items():
        above, here = {row.id}, row.parent
        while here is not None:
            if here in above:
                yield BadRow(KIND, number, ConfigError("asset {id} is a part of itself", id=row.id))
                break
            if here not in assets:
                yield BadRow(KIND, number, ConfigError("parent {parent} is not a registered asset", parent=here))
                break
            above.add(here)
            here = assets[here].parent


def _asset(row: AssetRow) -> Asset:
    asset = Asset(
        id=row.id,
        kind=row.kind,
        name=row.name,
        name_zh=row.name_zh,
        parent=row.parent,
        area=row.area,
        lon=row.lon,
        lat=row.lat,
        station=row.station,
        medium=row.medium,
    )
    return replace(asset, station=station_of(asset), medium=medium_of(asset))
