"""Imports from JSON, CSV and XLSX: good rows together or not at all, bad rows numbered as in the file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from backend.devices import ImportReport, import_devices, read_rows, tables
from backend.errors import ConfigError
from backend.model.plant import Device, Limits, Registry
from backend.site import thing_models

MODELS = thing_models()

DOCUMENT = {
    "assets": [
        {"id": "R-12", "kind": "station", "name": "Heping Road", "name_zh": "和平路", "lon": 121.3, "lat": 30.9},
        {"id": "MV-7", "kind": "valve", "name": "Valve 7", "parent": "R-12"},
    ],
    "devices": [
        {
            "id": "RTU-12",
            "model": "station-rtu",
            "asset": "R-12",
            "address": {"host": "127.0.0.1", "port": 15020, "unit": 3},
            "short_code": "0012",
            "remote_enabled": True,
            "tags": {"outlet_pressure": "R12.PT-1202"},
            "limits": {"outlet_pressure": {"hh": 450, "ll": None}},
        },
        {"id": "MV-7", "model": "motor-valve", "asset": "MV-7", "protocol": "mqtt", "period_s": 5},
    ],
}
ASSETS_CSV = """\
id,kind,name,name_zh,parent,lon,lat
R-12,station,Heping Road,和平路,,121.3,30.9
MV-7,valve,Valve 7,,R-12,,
"""
DEVICES_CSV = """\
id,model,asset,protocol,address.host,address.port,address.unit,short_code,remote_enabled,period_s,tags.outlet_pressure,limits.outlet_pressure.hh,limits.outlet_pressure.ll
RTU-12,station-rtu,R-12,,127.0.0.1,15020,3,0012,true,,R12.PT-1202,450,null

MV-7,motor-valve,MV-7,mqtt,,,,,,5,,,
"""


def take(*files: Path, previous: Registry | None = None, partial: bool = False) -> ImportReport:
    return import_devices(*files, models=MODELS, previous=previous or Registry(), site_id="hz", partial=partial)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    book.save(path)
    return path


@pytest.fixture
def expected(tmp_path: Path) -> Registry:
    report = take(write(tmp_path, "expected.json", json.dumps(DOCUMENT)))
    assert (report.accepted, report.assets, report.devices, report.bad) == (True, 2, 2, ())
    return report.registry


def test_json(expected: Registry) -> None:
    assert expected.devices[0] == Device(
        id="RTU-12",
        model="station-rtu",
        asset="R-12",
        protocol="modbus",
        address={"host": "127.0.0.1", "port": "15020", "unit": "3"},
        short_code="0012",
        remote_enabled=True,
    )
    outlet = next(point for point in expected.points if point.tag == "R12.PT-1202")
    assert (outlet.limits.hh, outlet.limits.h, outlet.limits.ll) == (450, 420, None)
    assert outlet.limits != Limits()


def test_two_json_lists(tmp_path: Path, expected: Registry) -> None:
    assets = write(tmp_path, "assets.json", json.dumps(DOCUMENT["assets"]))
    devices = write(tmp_path, "devices.json", json.dumps(DOCUMENT["devices"]))
    assert take(devices, assets).registry == expected


def test_csv_says_the_same(tmp_path: Path, expected: Registry) -> None:
    assets = write(tmp_path, "assets.csv", "\ufeff" + ASSETS_CSV)
    devices = write(tmp_path, "DEVICES.CSV", DEVICES_CSV)
    assert take(assets, devices).registry == expected


def test_xlsx_says_the_same(tmp_path: Path, expected: Registry) -> None:
    book = workbook(
        tmp_path / "site.xlsx",
        Devices=[
            [*DEVICES_CSV.partition("\n")[0].split(",")],
            [
                "RTU-12",
                "station-rtu",
                "R-12",
                None,
                "127.0.0.1",
                15020,
                3.0,
                "0012",
                True,
                None,
                "R12.PT-1202",
                450,
                "null",
            ],
            ["MV-7", "motor-valve", "MV-7", "mqtt", None, None, None, None, None, 5],
        ],
        Assets=[
            ["id", "kind", "name", "name_zh", "parent", "lon", "lat"],
            ["R-12", "station", "Heping Road", "和平路", None, 121.3, 30.9],
            [],
            ["MV-7", "valve", "Valve 7", None, "R-12"],
        ],
        Notes=[],
    )
    assert take(book).registry == expected


BAD = [
    {"id": "A", "model": "pressure-logger", "asset": "R-12"},
    {"id": "B C", "model": "pressure-logger", "asset": "R-12"},
    {"id": "C", "model": "teapot", "asset": "R-12"},
    {"id": "D", "model": "pressure-logger"},
    {"id": "E", "model": "pressure-logger", "asset": "R-12", "adress": {}},
    {"id": "F", "model": "pressure-logger", "asset": "R-12", "period_s": "5"},
    {"id": "G", "model": "pressure-logger", "asset": "R-12", "remote_enabled": 1},
    {"id": "H", "model": "pressure-logger", "asset": "R-12", "limits": {"pressure": {"hhh": 1}}},
    {"id": "I\u202e", "model": "pressure-logger", "asset": "R-12"},
    {"id": "<b>", "model": "pressure-logger", "asset": "R-12"},
    {"id": "a", "model": "pressure-logger", "asset": "R-12"},
    {"id": "K", "model": "pressure-logger", "asset": "R-12"},
]
REASONS = [
    (2, "id does not have the form ^[A-Za-z0-9._/-]{1,64}$"),
    (3, "there is no thing model 'teapot' (there are: ci-flow-meter, ci-gas-meter, "),
    (4, "asset is missing"),
    (5, "adress is not a known key"),
    (6, "period_s must be a number"),
    (7, "remote_enabled must be true or false"),
    (8, "limits.pressure.hhh is not a known key"),
    (9, "id does not have the form"),
    (10, "id does not have the form"),
    (11, "device a is there already as A"),
]


def test_bad_rows_come_back_numbered_and_nothing_is_taken(tmp_path: Path) -> None:
    before = take(write(tmp_path, "a.json", json.dumps(DOCUMENT)))
    file = write(tmp_path, "bad.json", json.dumps(BAD))
    report = take(file, previous=before.registry)
    assert (report.accepted, report.registry, report.forms) == (False, before.registry, before.forms)
    assert report.devices == 2
    assert {(bad.file, bad.kind) for bad in report.bad} == {(str(file), "device")}
    assert [bad.number for bad in report.bad] == [number for number, _ in REASONS]
    assert [str(bad.reason)[: len(text)] for bad, (_, text) in zip(report.bad, REASONS, strict=True)] == [
        text for _, text in REASONS
    ]


def test_partial_takes_the_good_rows(tmp_path: Path) -> None:
    before = take(write(tmp_path, "a.json", json.dumps(DOCUMENT)))
    report = take(write(tmp_path, "bad.json", json.dumps(BAD)), previous=before.registry, partial=True)
    assert report.accepted
    assert len(report.bad) == len(REASONS)
    assert [device.id for device in report.registry.devices] == ["RTU-12", "MV-7", "A", "K"]
    assert report.registry.points[: len(before.registry.points)] == before.registry.points


KINDS = (
    "'supply', 'station', 'regulator', 'valve', 'valve-well', 'pipe', 'logger', 'customer', 'area', 'vehicle' or "
    "'detector'"
)


def test_rows_of_a_table_have_the_numbers_of_its_lines(tmp_path: Path) -> None:
    text = 'id,kind,name\nA,pipe,"two\nlines"\n\nB,pipe,\nC,tube,c\nD,pipe,d\nd,pipe,d\n'
    report = take(write(tmp_path, "assets.csv", text))
    assert [(bad.number, str(bad.reason)) for bad in report.bad] == [
        (5, "name is missing"),
        (6, f"kind must be one of {KINDS}"),
        (8, "asset d is in another row already"),
    ]


def test_a_bad_asset_takes_its_devices_along(tmp_path: Path) -> None:
    document = {
        "assets": [{"id": "A", "kind": "pipe", "name": "a", "lon": 500, "lat": 0}],
        "devices": [{"id": "D", "model": "pressure-logger", "asset": "A"}],
    }
    report = take(write(tmp_path, "x.json", json.dumps(document)), partial=True)
    assert [(bad.kind, bad.number, str(bad.reason)) for bad in report.bad] == [
        ("asset", 1, "lon must be at most 180"),
        ("device", 1, "asset A is not registered"),
    ]
    assert report.registry == Registry()


def test_bad_rows_of_several_files_keep_their_own_numbers(tmp_path: Path) -> None:
    one = write(tmp_path, "1.csv", "id,kind,name\nA,pipe,a\nB,pipe,\n")
    two = write(tmp_path, "2.csv", "id,model,asset\nD,pressure-logger,A\nE,pressure-logger,X\n")
    assert [(Path(bad.file).name, bad.number) for bad in take(one, two).bad] == [("1.csv", 3), ("2.csv", 3)]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("=1+1", "=1+1"), ("  x  ", "x"), ("<b>é</b>", "<b>é</b>"), ("'quoted", "'quoted"), ("1207", "1207")],
)
def test_text_cells_are_kept_literally(tmp_path: Path, cell: str, value: str) -> None:
    rows = read_rows(write(tmp_path, "a.csv", f"id,kind,name\nA,pipe,{cell}\n"))
    assert [row["name"] for _, row in rows.assets] == [value]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x.ods", "", "rows are read from .json, .csv or .xlsx files"),
        ("x.json", "5", "devices must be a list of objects"),
        ("x.json", "[5]", "devices must be a list of objects"),
        ("x.json", '{"meters": []}', "'meters' is neither assets nor devices"),
        ("x.json", '{"assets": 5}', "assets must be a list of objects"),
        ("x.json", '[{"id": "A", "id": "B"}]', "the key 'id' is given twice in one object"),
        ("x.csv", "id,kind,name\nA,pipe,a,surplus\n", "row 2: has more cells than the header"),
        ("x.csv", "id,,name\nA,pipe,a\n", "row 1: column 2 has no name"),
        ("x.csv", "id,kind,id\n", "row 1: the column id is there twice"),
        ("x.csv", "id,model,tags,tags.ch4\n", "row 1: the column tags is there twice"),
        ("x.csv", 'id,kind,name\nA,pipe,"open\n', "is not CSV"),
        ("x.csv", "id," * 600 + "\n", "row 1: has more than 500 columns"),
        ("x.xlsx", "not a zip", "is not an .xlsx workbook"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        take(write(tmp_path, name, text))
    assert str(refused.value).startswith(str(tmp_path / name))
    assert reason in str(refused.value)


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ConfigError, match=r"is not an \.xlsx workbook"):
        take(tmp_path / "x.xlsx")


def test_a_workbook_that_unpacks_too_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_UNPACKED_BYTES", 100_000)
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "0" * 1_000_000)
    with pytest.raises(ConfigError, match="unpacks to more than a workbook of rows can hold"):
        take(tmp_path / "x.xlsx")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        take(tmp_path / "x.csv")


def test_empty_files_bring_nothing(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "a.json", "[]"),
        write(tmp_path, "b.csv", ""),
        workbook(tmp_path / "c.xlsx", Empty=[]),
        write(tmp_path, "d.csv", "id,model,asset\n"),
    ]
    report = take(*files)
    assert (report.accepted, report.registry, report.bad) == (True, Registry(), ())
