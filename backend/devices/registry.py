"""Build the registry from rows: what is there is kept, what the rows name is added or changed, ids stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backend.devices.assets import place_assets
from backend.devices.binding import bind
from backend.devices.draft import KIND, Draft
from backend.devices.numbered import BadRow, Numbered
from backend.devices.rows import AssetRow, DeviceRow, Row
from backend.errors import ConfigError
from backend.model.form import Form
from backend.model.plant import Asset, Registry
from backend.model.thing_model import ThingModel

R = TypeVar("R", bound=Row)

__all__ = ["BadRow", "Numbered", "Plan", "build_registry", "plan_registry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would make: the registry and bindings of all good rows, and the bad rows in the order found."""

    registry: Registry
    forms: Mapping[int, Form]
    bad: tuple[BadRow, ...]


def build_registry(
    asset_rows: Sequence[AssetRow],
    device_rows: Sequence[DeviceRow],
    models: Mapping[str, ThingModel],
    previous: Registry,
    site_id: str,
) -> tuple[Registry, dict[int, Form]]:
    """Add the rows to the previous registry. Raises ConfigError naming the first bad row; then nothing is made.

    Assets and devices that no row names stay as they are. A tag keeps its point id over any number of re-imports.
    """
    plan = plan_registry(_number(asset_rows), _number(device_rows), models, previous, site_id)
    for bad in plan.bad:
        raise ConfigError("{kind} row {number}: {reason}", kind=bad.kind, number=bad.number, reason=bad.reason)
    return plan.registry, dict(plan.forms)


def plan_registry(
    asset_rows: Sequence[Numbered[AssetRow]],
    device_rows: Sequence[Numbered[DeviceRow]],
    models: Mapping[str, ThingModel],
    previous: Registry,
    site_id: str,
) -> Plan:
    """The same, keeping the good rows. Bad rows are left out one after another until the rest fits together."""
    assets, bad = place_assets(asset_rows, previous.assets)
    registry, wrong = _devices(assets, device_rows, models, previous, site_id)
    return Plan(registry=registry, forms=bind(registry, models, site_id), bad=(*bad, *wrong))


def _devices(
    assets: Sequence[Asset],
    rows: Sequence[Numbered[DeviceRow]],
    models: Mapping[str, ThingModel],
    previous: Registry,
    site_id: str,
) -> tuple[Registry, tuple[BadRow, ...]]:
    # What a bad row wanted to change stays as it was, which may stand in the way of another row: begin again
    # without the bad ones until all fit. At least one row leaves in each round.
    good, bad = list(rows), list[BadRow]()
    while True:
        draft = Draft(assets=assets, rows=[row for _, row in good], models=models, previous=previous, site_id=site_id)
        wrong: dict[int, ConfigError] = {}
        for number, row in good:
            try:
                draft.admit(row)
            except ConfigError as error:
                wrong[number] = error
        if not wrong:
            return draft.finish(), tuple(bad)
        bad.extend(BadRow(KIND, number, reason) for number, reason in wrong.items())
        good = [one for one in good if one.number not in wrong]


def _number(rows: Sequence[R]) -> list[Numbered[R]]:
    return [Numbered(number, row) for number, row in enumerate(rows, start=1)]
