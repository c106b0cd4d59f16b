"""Mimic description files: the shipped ones fit the shipped thing models; a wrong one is refused with its place."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app.pages.stations.descriptions import parse, read_folder, shipped
from backend.errors import ConfigError
from backend.model.plant import StationKind
from widgets.mimic import ElementKind, Mimic, PointRole

MODELS = {
    json.loads(file.read_text("utf-8"))["id"].rpartition(":")[2]: json.loads(file.read_text("utf-8"))
    for file in (files("assets") / "models").iterdir()
}
MIMICS = shipped().mimics
TITLES = [each.title.en for each in MIMICS]


def document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((files("assets") / "mimics" / "gate.json").read_text("utf-8"))
    return read


def test_every_shipped_description_can_be_read() -> None:
    assert shipped().refused == ()
    assert len(MIMICS) >= 12


@pytest.mark.parametrize("kind", list(StationKind))
def test_each_of_the_seven_kinds_of_station_has_one(kind: StationKind) -> None:
    assert [each.title.en for each in MIMICS if kind.value in each.serves.kinds]


@pytest.mark.parametrize("kind", ["regulator", "valve", "valve-well", "logger", "customer", "detector"])
def test_each_kind_of_asset_with_a_terminal_has_one(kind: str) -> None:
    assert [each.title.en for each in MIMICS if kind in each.serves.kinds]


@pytest.mark.parametrize("mimic", MIMICS, ids=TITLES)
def test_every_bound_property_is_one_of_the_thing_model(mimic: Mimic) -> None:
    for model in mimic.serves.models:
        known = MODELS[model]["properties"]
        assert [(path, name) for path, name in mimic.properties() if name not in known] == []


@pytest.mark.parametrize("mimic", MIMICS, ids=TITLES)
def test_a_command_is_bound_to_what_can_be_written_and_a_state_to_a_switch(mimic: Mimic) -> None:
    switches = {PointRole.POSITION, PointRole.TRIPPED, PointRole.RUNNING, PointRole.REMOTE, PointRole.FAULT}
    for model in mimic.serves.models:
        known = MODELS[model]["properties"]
        for element in mimic.elements:
            for role, name in element.points.items():
                assert (role is PointRole.COMMAND) <= (not known[name]["readOnly"]), (element.id, name)
                assert (role in switches) <= ("lp:states" in known[name]), (element.id, name)


@pytest.mark.parametrize("mimic", MIMICS, ids=TITLES)
def test_every_writable_property_can_be_reached_on_the_picture(mimic: Mimic) -> None:
    bound = {name for element in mimic.elements for name in element.points.values()}
    for model in mimic.serves.models:
        writable = {name for name, entry in MODELS[model]["properties"].items() if not entry["readOnly"]}
        assert writable <= bound


@pytest.mark.parametrize("mimic", MIMICS, ids=TITLES)
def test_every_alarmed_property_is_seen_on_the_picture(mimic: Mimic) -> None:
    bound = {name for _path, name in mimic.properties()}
    for model in mimic.serves.models:
        alarmed = {name for name, entry in MODELS[model]["properties"].items() if entry.get("lp:limits")}
        assert alarmed - bound == set()


@pytest.mark.parametrize("mimic", MIMICS, ids=TITLES)
def test_no_element_of_the_path_is_left_out_of_the_pipes(mimic: Mimic) -> None:
    ends = {end for pipe in mimic.pipes for end in (pipe.start, pipe.end)}
    line = {ElementKind.VALVE, ElementKind.REGULATOR, ElementKind.METER, ElementKind.JOINT, ElementKind.FILTER}
    loose = [each.id for each in mimic.elements if each.kind in line and each.id not in ends]
    assert mimic.pipes == () or loose == []


WRONG: list[tuple[str, Any, str]] = [
    ("zones", {}, "/zones"),
    ("board", [0], "/board"),
    ("narrowest", "wide", "/narrowest"),
    ("elements", [], "/elements"),
    ("colour", "red", "/colour"),
    ("title", {"en": "Gate"}, "/title/zh"),
]


@pytest.mark.parametrize(("key", "value", "place"), WRONG)
def test_a_wrong_entry_is_refused_with_file_and_place(key: str, value: Any, place: str) -> None:
    wrong = document() | {key: value}
    with pytest.raises(ConfigError) as refused:
        parse(json.dumps(wrong), file="mimics/mine.json")
    assert str(refused.value).startswith(f"mimics/mine.json, at {place}")


def change(path: tuple[str | int, ...], value: Any) -> str:
    made = document()
    entry: Any = made
    for key in path[:-1]:
        entry = entry[key]
    entry[path[-1]] = value
    return json.dumps(made)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("pipes", 3, "to"), "nowhere", "at /pipes/3/to: there is no element nowhere"),
        (("pipes", 3, "zone"), "none", "at /pipes/3/zone: there is no zone none"),
        (("elements", 2, "id"), "inlet", "at /elements/2/id: inlet is there already"),
        (("elements", 2, "id"), "flow", "at /elements/2/id: flow is there already"),
        (("elements", 2, "at"), [2000, 10], "at /elements/2/at: lies outside the board"),
        (("elements", 2, "kind"), "balloon", "at /elements/2/kind: must be one of"),
        (("boxes", 1, "point"), "inlet_pressure", "at /boxes: shows a property twice"),
        (("boxes", 0, "tap"), [10, 999], "at /boxes/0/tap: lies outside the board"),
        (("elements", 1, "points", "colour"), "flow", "at /elements/1/points/colour"),
        (("zones", "inlet", "tier"), "highest", "at /zones/inlet/tier"),
    ],
)
def test_what_one_entry_alone_cannot_show_is_refused_too(path: tuple[str | int, ...], value: Any, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(change(path, value), file="mimics/mine.json")
    assert reason in str(refused.value)


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"mimics/mine\.json, at /: "):
        parse("{", file="mimics/mine.json")


def test_a_folder_gives_the_good_ones_and_names_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document()), "utf-8")
    (tmp_path / "b.json").write_text("[]", "utf-8")
    (tmp_path / "readme.txt").write_text("no description", "utf-8")
    shelf = read_folder(tmp_path)
    assert [each.title.en for each in shelf.mimics] == ["City gate station"]
    assert [str(each).partition(",")[0] for each in shelf.refused] == ["mimics/b.json"]


def test_the_kind_of_station_is_asked_before_the_kind_of_asset() -> None:
    shelf = shipped()
    gate = shelf.find(("gate", "supply"), ("station-rtu",))
    lng = shelf.find(("gasification", "supply"), ("station-rtu", "lng-station"))
    assert gate is not None
    assert gate.title.en == "City gate station"
    assert lng is not None
    assert lng.title.en == "Gasification station"
    assert shelf.find(("station",), ("gas-analyser",)) is None
