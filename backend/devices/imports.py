"""Import assets and devices from files: good rows go in together or not at all, bad rows come back numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from backend.devices.numbered import BadRow, Numbered
from backend.devices.registry import plan_registry
from backend.devices.rows import AssetRow, DeviceRow, Row
from backend.devices.tables import Cells, RawRows, read_rows
from backend.errors import ConfigError
from backend.model.form import Form
from backend.model.plant import Registry
from backend.model.thing_model import ThingModel
from backend.model.wording import first_problem

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What came of an import. When not `accepted`, registry and forms are as they were before."""

    registry: Registry
    forms: Mapping[int, Form]
    accepted: bool
    assets: int
    """Asset rows that are good."""
    devices: int
    """Device rows that are good."""
    bad: tuple[BadRow, ...]


def import_devices(
    *files: Path, models: Mapping[str, ThingModel], previous: Registry, site_id: str, partial: bool = False
) -> ImportReport:
    """Read the files' rows and add them to `previous`; assets of any file may be used by devices of any other.

    With a bad row nothing is taken, unless `partial`. Raises ConfigError when a file cannot be read at all.
    """
    return import_rows(
        [(str(path), read_rows(path)) for path in files],
        models=models,
        previous=previous,
        site_id=site_id,
        partial=partial,
    )


def import_rows(
    sources: Sequence[tuple[str, RawRows]],
    *,
    models: Mapping[str, ThingModel],
    previous: Registry,
    site_id: str,
    partial: bool = False,
) -> ImportReport:
    """The same for rows that have been read already: (name of the source, its rows)."""
    # One numbering over all files while rows are judged; people get their own numbers back.
    origin: list[tuple[str, int]] = []
    bad: list[BadRow] = []
    assets: list[Numbered[AssetRow]] = []
    devices: list[Numbered[DeviceRow]] = []
    for file, rows in sources:
        bad += _check(AssetRow, "asset", rows.assets, rows.typed, file, assets, origin)
        bad += _check(DeviceRow, "device", rows.devices, rows.typed, file, devices, origin)
    plan = plan_registry(assets, devices, models, previous, site_id)
    for one in plan.bad:
        file, number = origin[one.number]
        bad.append(replace(one, file=file, number=number))
    names = [name for name, _ in sources]
    bad.sort(key=lambda one: (names.index(one.file), one.kind, one.number))
    accepted = partial or not bad
    kept = plan if accepted else plan_registry((), (), models, previous, site_id)
    return ImportReport(
        registry=kept.registry,
        forms=kept.forms,
        accepted=accepted,
        assets=len(assets) - sum(one.kind == "asset" for one in plan.bad),
        devices=len(devices) - sum(one.kind == "device" for one in plan.bad),
        bad=tuple(bad),
    )


def _check(
    shape: type[R],
    kind: str,
    rows: Sequence[Numbered[Cells]],
    typed: bool,
    file: str,
    good: list[Numbered[R]],
    origin: list[tuple[str, int]],
) -> list[BadRow]:
    bad: list[BadRow] = []
    for number, cells in rows:
        try:
            # Cells of a table are all text; in JSON "5" is not 5.
            row = shape.model_validate(cells, strict=None if typed else False)
        except ValidationError as error:
            place, reason = first_problem(error)
            key = ".".join(str(part) for part in place)
            bad.append(BadRow(kind, number, ConfigError("{key} {reason}", key=key, reason=reason), file))
        else:
            good.append(Numbered(len(origin), row))
            origin.append((file, number))
    return bad
