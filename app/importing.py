"""`linepack import`: models, assets, devices or the network from a file; good rows go in together or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.opening import checkpoint, draft_of, held, reading, writing
from app.placing import placed
from app.terminal import note, result
from app.texts import say
from backend.devices import (
    AssetRow,
    BadRow,
    DeviceRow,
    ImportReport,
    Numbered,
    RawRows,
    bind,
    import_rows,
    read_rows,
)
from backend.errors import ConfigError
from backend.model.journal import JournalDraft, JournalEntry
from backend.model.network import Network
from backend.model.plant import Registry
from backend.model.thing_model import ThingModel, parse
from backend.network import NETWORK_FILE, from_geojson
from backend.site import Site, load, read_json, thing_models
from backend.site.documents import read_bytes
from backend.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """What an import would do: files of the site folder, the registry when it changes, and what to say of it."""

    files: Mapping[Path, bytes]
    registry: Registry | None
    good: int
    bad: Sequence[tuple[int, str]]
    """(row, reason)."""


def import_file(what: str, file: Path, folder: Path, *, partial: bool) -> int:
    """Load `file` into the site. Bad rows are numbered on stderr; 1 when there are any, also when others went in."""
    site = load(folder)
    digest = hashlib.sha256(read_bytes(file)).hexdigest()
    plan_of = _planner(what, site, file, partial)
    with held(site):
        plan = plan_of()
        for number, reason in plan.bad:
            note(f"{file}, row {number}: {reason}")
        if plan.bad and not partial:
            note(f"nothing was imported: {len(plan.bad)} bad of {len(plan.bad) + plan.good} rows")
            return 1
        if not plan.good:
            note("nothing was imported: there is no good row")
            return 1
        entry = draft_of(
            "config.import",
            file.name,
            ("what", what),
            ("rows", plan.good),
            ("left_out", len(plan.bad)),
            ("sha256", digest),
        )
        _store(site, plan, entry)
    result(f"imported {plan.good} {what}")
    return 1 if plan.bad else 0


def _planner(what: str, site: Site, file: Path, partial: bool) -> Callable[[], _Load]:
    """Read the file before the site is held: a wrong one is refused at once, whoever runs the site."""
    match what:
        case "models":
            documents = _documents(file)
            return lambda: _plan_models(site, documents)
        case "network":
            network = from_geojson(read_json(file), file=str(file))
            return lambda: _plan_network(site, file, network)
        case _:
            rows = _only(what, read_rows(file), file)
            return lambda: _plan_rows(site, file, rows, partial)


def _plan_network(site: Site, file: Path, network: Network) -> _Load:
    """A drawing hangs together, so it replaces the one before as a whole."""
    parts = sum(len(getattr(network, field.name)) for field in fields(network))
    return _Load(files={site.folder / NETWORK_FILE: read_bytes(file)}, registry=None, good=parts, bad=[])


def _store(site: Site, plan: _Load, entry: JournalDraft) -> None:
    with writing(site) as store:
        # The files are in place when the entry about them is durable, and are taken back when it cannot be.
        with placed(plan.files):

            def whole(tx: Tx) -> JournalEntry:
                if plan.registry is not None:
                    tx.registry(plan.registry)
                return tx.journal(entry)

            newest = store.run(whole).result()
        checkpoint(site, store, newest)


def _only(what: str, rows: RawRows, file: Path) -> RawRows:
    """Raises ConfigError when the file holds rows of the other kind: they would be taken for what they are not."""
    other = rows.devices if what == "assets" else rows.assets
    if other:
        raise ConfigError(
            "{file}, row {row}: is not one of {what}; import assets and devices one after the other",
            file=file,
            row=other[0].number,
            what=what,
        )
    return rows


def _plan_rows(site: Site, file: Path, rows: RawRows, partial: bool) -> _Load:
    with reading(site) as records:
        previous = records.registry()
    report = import_rows(
        [(str(file), rows)], models=thing_models(site.folder), previous=previous, site_id=site.id, partial=partial
    )
    return _Load(
        files=_registry_files(site, rows, report),
        registry=report.registry,
        good=report.assets + report.devices,
        bad=[(bad.number, say(bad.reason)) for bad in report.bad],
    )


def _registry_files(site: Site, rows: RawRows, report: ImportReport) -> dict[Path, bytes]:
    """The rows of the site folder (`registry/`) with the good new ones among them; the pretend field reads them."""
    files: dict[Path, bytes] = {}
    for kind, shape, given in (("asset", AssetRow, rows.assets), ("device", DeviceRow, rows.devices)):
        good = _good(kind, given, report.bad)
        if good:
            file = site.folder / "registry" / f"{kind}s.json"
            fresh = [
                shape.model_validate(cells, strict=None if rows.typed else False).model_dump(
                    mode="json", exclude_unset=True
                )
                for cells in good
            ]
            files[file] = _merged(file, fresh)
    return files


def _good(kind: str, rows: Iterable[Numbered[dict[str, Any]]], bad: Sequence[BadRow]) -> list[dict[str, Any]]:
    wrong = {each.number for each in bad if each.kind == kind}
    return [cells for number, cells in rows if number not in wrong]


def _merged(file: Path, fresh: Sequence[dict[str, Any]]) -> bytes:
    old = read_json(file) if file.exists() else []
    if not isinstance(old, list) or not all(isinstance(row, dict) for row in old):
        raise ConfigError("{file}: is not a list of rows", file=file)
    gone = {row["replaces"] for row in fresh if row.get("replaces")}
    rows = {row.get("id"): row for row in old if row.get("id") not in gone} | {row["id"]: row for row in fresh}
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows.values())
    return f"[\n{lines}\n]\n".encode()


def _documents(file: Path) -> list[object]:
    """One model, or a list of models."""
    if file.suffix.casefold() != ".json":
        raise ConfigError("{file}: thing models are read from .json files", file=file)
    document = read_json(file)
    return document if isinstance(document, list) else [document]


def _plan_models(site: Site, documents: Sequence[object]) -> _Load:
    """Each model alone must be good, and the devices that are there must still mean the same with it."""
    with reading(site) as records:
        registry = records.registry()
    shipped = thing_models()
    models = thing_models(site.folder)
    own = _own_files(site)
    files: dict[Path, bytes] = {}
    bad: list[tuple[int, str]] = []
    for number, document in enumerate(documents, start=1):
        try:
            model = _checked(document, number, models, shipped, registry, site)
            file = own.get(model.id, _file_for(site, model.id))
            if file in files:
                raise ConfigError("the model {id} is there twice", id=model.id)
        except ConfigError as error:
            bad.append((number, say(error)))
        else:
            models[model.id] = model
            files[file] = (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()
    return _Load(files=files, registry=None, good=len(files), bad=bad)


def _checked(
    document: object,
    number: int,
    models: Mapping[str, ThingModel],
    shipped: Mapping[str, ThingModel],
    registry: Registry,
    site: Site,
) -> ThingModel:
    model = parse(document, file=f"model {number}")
    if model.id in shipped:
        raise ConfigError("the model {id} is shipped with Linepack; give this one another id", id=model.id)
    bind(registry, {**models, model.id: model}, site.id)
    return model


def _own_files(site: Site) -> dict[str, Path]:
    """The site's own models and the files they lie in."""
    return {parse(read_json(file), file=str(file)).id: file for file in (site.folder / "models").glob("*.json")}


def _file_for(site: Site, id_: str) -> Path:
    """A file of its own for each id, and always in this folder: an id may hold dots and slashes."""
    return site.folder / "models" / f"{quote(id_, safe='')}.json"
