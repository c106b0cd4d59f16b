"""`linepack import`: good rows together or not at all, bad ones by number, and the journal knows of it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from app import importing
from app.opening import reading
from backend.errors import StoreError
from backend.model.journal import JournalEntry
from backend.model.plant import Registry
from backend.site import load, thing_models
from backend.site.lock import SiteLock
from tests.support.command_line import contents, linepack

ASSETS = [
    {"id": "S-1", "kind": "station", "name": "Station 1", "lon": 120.1, "lat": 30.2},
    {"id": "V-1", "kind": "valve", "name": "Valve 1", "parent": "S-1"},
]
DEVICES = [
    {
        "id": "D-1",
        "model": "motor-valve",
        "asset": "V-1",
        "protocol": "modbus",
        "address": {"host": "127.0.0.1", "port": "5020", "unit": "1"},
    }
]


def as_json(folder: Path, rows: object, name: str = "rows.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(rows))
    return file


def as_csv(folder: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    file = folder / "rows.csv"
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def registered(site: Path) -> Registry:
    with reading(load(site)) as records:
        return records.registry()


def journaled(site: Path) -> list[JournalEntry]:
    with reading(load(site)) as records:
        return list(records.journal())


def model(**changed: object) -> dict[str, Any]:
    """A shipped model under another id."""
    shipped = json.loads(
        (Path(importing.__file__).parents[1] / "assets" / "models" / "pressure-logger.json").read_text()
    )
    return {**shipped, "id": "urn:own:tm:own/logger", **changed}


def test_assets_then_devices(empty: Path, tmp_path: Path) -> None:
    assets, devices = as_json(tmp_path, ASSETS, "assets.json"), as_json(tmp_path, DEVICES, "devices.json")
    assert (linepack("import", "assets", assets, empty).out) == "imported 2 assets\n"
    assert (linepack("import", "devices", devices, empty).out) == "imported 1 devices\n"
    registry = registered(empty)
    assert [asset.id for asset in registry.assets] == ["S-1", "V-1"]
    assert [device.id for device in registry.devices] == ["D-1"]
    assert registry.points
    assert {point.device for point in registry.points} == {"D-1"}
    entry = journaled(empty)[-1]
    assert (entry.draft.kind, entry.draft.subject) == ("config.import", "devices.json")
    assert dict(entry.draft.fields).items() >= {
        ("what", "devices"),
        ("rows", 1),
        ("left_out", 0),
        ("sha256", hashlib.sha256(devices.read_bytes()).hexdigest()),
    }
    assert linepack("audit", "verify", empty).code == 0


def test_the_files_of_the_site_follow(empty: Path, tmp_path: Path) -> None:
    """The pretend field knows the devices from them."""
    linepack("import", "assets", as_json(tmp_path, ASSETS), empty)
    linepack("import", "devices", as_json(tmp_path, DEVICES), empty)
    moved = [{**DEVICES[0], "address": {"host": "127.0.0.1", "port": "5021", "unit": "9"}}]
    linepack("import", "devices", as_json(tmp_path, moved), empty)
    assert json.loads((empty / "registry" / "assets.json").read_text()) == ASSETS
    assert json.loads((empty / "registry" / "devices.json").read_text()) == moved


def test_a_table_gives_the_same_as_json(empty: Path, tmp_path: Path) -> None:
    rows = [{"id": "S-1", "kind": "station", "name": "Station 1", "lon": "120.1", "lat": "30.2"}]
    assert linepack("import", "assets", as_csv(tmp_path, rows), empty).code == 0
    assert json.loads((empty / "registry" / "assets.json").read_text()) == ASSETS[:1]


BAD = [ASSETS[0], {"id": "V 1", "kind": "valve", "name": "x"}, {"id": "V-2", "kind": "pump", "name": "x"}, ASSETS[1]]


def test_bad_rows_are_numbered_and_nothing_goes_in(empty: Path, tmp_path: Path) -> None:
    file = as_json(tmp_path, BAD)
    before = contents(empty)
    refused = linepack("import", "assets", file, empty)
    assert (refused.code, refused.out) == (1, "")
    lines = refused.err.splitlines()
    assert lines[0].startswith(f"linepack: {file}, row 2: id does not have the form")
    assert lines[1].startswith(f"linepack: {file}, row 3: kind must be one of")
    assert lines[2:] == ["linepack: nothing was imported: 2 bad of 4 rows"]
    assert contents(empty) == before


def test_partial_takes_the_good_ones_and_still_says_1(empty: Path, tmp_path: Path) -> None:
    done = linepack("import", "assets", as_json(tmp_path, BAD), empty, "--partial")
    assert (done.code, done.out) == (1, "imported 2 assets\n")
    assert [line.split(": ")[1].split(", ")[1] for line in done.err.splitlines()] == ["row 2", "row 3"]
    assert [asset.id for asset in registered(empty).assets] == ["S-1", "V-1"]
    assert json.loads((empty / "registry" / "assets.json").read_text()) == ASSETS
    assert dict(journaled(empty)[-1].draft.fields)["left_out"] == 2


def test_partial_with_nothing_good_changes_nothing(empty: Path, tmp_path: Path) -> None:
    before = contents(empty)
    refused = linepack("import", "assets", as_json(tmp_path, BAD[1:3]), empty, "--partial")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.endswith("nothing was imported: there is no good row\n")
    assert contents(empty) == before


def test_an_unknown_thing_model(empty: Path, tmp_path: Path) -> None:
    linepack("import", "assets", as_json(tmp_path, ASSETS), empty)
    before = contents(empty)
    file = as_json(tmp_path, [{**DEVICES[0], "model": "warp-drive"}])
    refused = linepack("import", "devices", file, empty)
    assert refused.code == 1
    assert f"{file}, row 1: there is no thing model 'warp-drive'" in refused.err
    assert contents(empty) == before


def test_rows_of_the_other_kind_are_not_mistaken(empty: Path, tmp_path: Path) -> None:
    before = contents(empty)
    refused = linepack("import", "assets", as_json(tmp_path, {"assets": ASSETS, "devices": DEVICES}), empty)
    assert refused.code == 1
    assert "row 1: is not one of assets" in refused.sentence
    assert contents(empty) == before


def test_refused_while_another_process_runs_the_site(empty: Path, tmp_path: Path) -> None:
    lock = SiteLock(empty)
    before = contents(empty)
    refused = linepack("import", "assets", as_json(tmp_path, ASSETS), empty)
    assert refused.code == 1
    assert "already runs this site" in refused.sentence
    assert contents(empty) == before
    lock.release()
    assert linepack("import", "assets", as_json(tmp_path, ASSETS), empty).code == 0


def test_a_database_that_does_not_take_it_leaves_the_files_as_they_were(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("backend.store.tx.Tx.journal", full)
    before = contents(empty)
    refused = linepack("import", "assets", as_json(tmp_path, ASSETS), empty)
    assert (refused.code, refused.sentence) == (1, "the disk is full")
    monkeypatch.undo()
    assert contents(empty).keys() == before.keys()
    assert json.loads((empty / "registry" / "assets.json").read_text()) == []
    assert registered(empty) == Registry()
    assert len(journaled(empty)) == 1


def test_a_model_of_the_sites_own(empty: Path, tmp_path: Path) -> None:
    done = linepack("import", "models", as_json(tmp_path, model()), empty)
    assert (done.code, done.out) == (0, "imported 1 models\n")
    assert "own/logger" in thing_models(empty)
    assert [file.name for file in (empty / "models").iterdir()] == ["own%2Flogger.json"]
    linepack("import", "models", as_json(tmp_path, model(title="Changed")), empty)
    assert thing_models(empty)["own/logger"].title == "Changed"
    assert [entry.draft.kind for entry in journaled(empty)] == ["site.created", "config.import", "config.import"]


@pytest.mark.parametrize("id_", ["../../site", "..", ".hidden", "a/../../b"])
def test_no_id_leads_out_of_the_folder(empty: Path, tmp_path: Path, id_: str) -> None:
    before = contents(empty).keys()
    linepack("import", "models", as_json(tmp_path, model(id=f"urn:own:tm:{id_}")), empty)
    added = contents(empty).keys() - before
    assert added
    assert all(Path(name).parent == Path("models") for name in added)
    assert id_ in thing_models(empty)


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        ([model(), model(id="urn:own:pressure-logger")], "row 2: the model pressure-logger is shipped with Linepack"),
        ([model(), model()], "row 2: the model own/logger is there twice"),
        ([model(), {"id": "x"}], "row 2: model 2, at /"),
        ([model(), 5], "row 2: model 2"),
    ],
)
def test_models_that_are_refused(empty: Path, tmp_path: Path, documents: list[object], reason: str) -> None:
    before = contents(empty)
    refused = linepack("import", "models", as_json(tmp_path, documents), empty)
    assert refused.code == 1
    assert reason in refused.err
    assert refused.err.endswith("nothing was imported: 1 bad of 2 rows\n")
    assert contents(empty) == before


def test_a_model_may_not_change_what_is_stored_under_it(empty: Path, tmp_path: Path) -> None:
    """Its points keep their unit, or their history would mean something else (C-03)."""
    linepack("import", "assets", as_json(tmp_path, ASSETS), empty)
    linepack("import", "models", as_json(tmp_path, model()), empty)
    device = {"id": "L-1", "model": "own/logger", "asset": "V-1", "protocol": "mqtt"}
    assert linepack("import", "devices", as_json(tmp_path, [device]), empty).err == ""
    before = contents(empty)
    text = json.dumps(model())
    assert '"kPa"' in text
    refused = linepack("import", "models", as_json(tmp_path, json.loads(text.replace('"kPa"', '"bar"'))), empty)
    assert refused.code == 1
    assert "is stored as pressure in 'kPa', but the model own/logger now gives" in refused.err
    assert contents(empty) == before


@pytest.mark.parametrize(
    ("what", "name", "content", "reason"),
    [
        ("assets", "gone.json", {}, "there is no such file"),
        ("assets", "rows.doc", {"rows.doc": "x"}, "rows are read from .json, .csv or .xlsx files"),
        ("assets", "rows.json", {"rows.json": "[{"}, "line 1, column 3: is not JSON"),
        ("assets", "rows.json", {"rows.json": '[{"id": NaN}]'}, "NaN is not a JSON number"),
        ("assets", "rows.xlsx", {"rows.xlsx": "not a workbook"}, "is not an .xlsx workbook"),
        ("devices", "rows.json", {"rows.json": "{}" * 2}, "is not JSON"),
        ("models", "rows.csv", {"rows.csv": "id\n1\n"}, "thing models are read from .json files"),
        ("models", "gone.json", {}, "there is no such file"),
    ],
)
def test_files_that_cannot_be_read(
    empty: Path, tmp_path: Path, what: str, name: str, content: dict[str, str], reason: str
) -> None:
    for each, text in content.items():
        (tmp_path / each).write_text(text)
    file = tmp_path / name
    before = contents(empty)
    refused = linepack("import", what, file, empty)
    assert refused.code == 1
    assert str(file) in refused.sentence
    assert reason in refused.sentence
    assert contents(empty) == before


def test_what_cannot_be_imported_is_wrong_usage(empty: Path, tmp_path: Path) -> None:
    assert linepack("import", "people", as_json(tmp_path, []), empty).code == 2


def drawing(**changed: object) -> dict[str, Any]:
    """Two nodes with a pipe between them."""
    node = {"kind": "node", "tier": "MP-A", "zone": "Z-1"}

    def at(name: str, lon: float) -> dict[str, Any]:
        return {"geometry": {"type": "Point", "coordinates": [lon, 31.0]}, "properties": {**node, "id": name}}

    pipe = {"kind": "pipe", "id": "P", "tier": "MP-A", "start": "A", "end": "B", "diameter_mm": 200, "length_m": 90}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "geometry": {"type": "Point", "coordinates": [121.0, 31.0]},
                "properties": {"kind": "node", "id": "A"} | node,
            },
            {
                "geometry": {"type": "Point", "coordinates": [121.1, 31.0]},
                "properties": {"kind": "node", "id": "B"} | node,
            },
            {
                "geometry": {"type": "LineString", "coordinates": [[121.0, 31.0], [121.1, 31.0]]},
                "properties": pipe | changed,
            },
        ],
    }


def test_a_network_replaces_the_one_before_and_is_journaled(empty: Path, tmp_path: Path) -> None:
    file = as_json(tmp_path, drawing(), "pipes.geojson")
    result = linepack("import", "network", file, empty)
    assert (result.code, result.out) == (0, "imported 3 network\n")
    assert (empty / "network" / "network.geojson").read_bytes() == file.read_bytes()
    newest = journaled(empty)[-1].draft
    assert (newest.kind, newest.subject) == ("config.import", "pipes.geojson")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"end": "C"}, "P ends at C, which is not a node"),
        ({"diameter_mm": "wide"}, "feature 2 is not a part of a network"),
        ({"kind": "spell"}, "feature 2 is not a part of a network"),
    ],
)
def test_a_wrong_network_is_one_sentence_and_changes_nothing(
    empty: Path, tmp_path: Path, wrong: dict[str, object], why: str
) -> None:
    before = contents(empty)
    result = linepack("import", "network", as_json(tmp_path, drawing(**wrong), "pipes.geojson"), empty)
    assert result.code == 1
    assert why in result.err
    assert contents(empty) == before
