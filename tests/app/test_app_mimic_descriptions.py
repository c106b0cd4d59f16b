"""Mimic description files: the shipped ones fit the shipped thing models; a wrong one is refused with its place."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app.pages.stations.descriptions import SiteShelf, parse, read_folder, shipped
from backend.errors import ConfigError
from backend.model.plant import AssetKind, StationKind
from widgets.mimic import Element, ElementKind, Mimic, PointRole
from widgets.mimic.description import Caption, Pipe, Section, Serves, Side, ValueBox, Zone
from widgets.mimic.valve import Actuator

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


README = (files("assets") / "mimics" / "README.md").read_text("utf-8")
KNOWN = {name: tuple(model["properties"]) for name, model in MODELS.items()}


def own_folder(site: Path, **texts: str) -> Path:
    (site / "mimics").mkdir()
    for name, text in texts.items():
        (site / "mimics" / f"{name}.json").write_text(text, "utf-8")
    return site


def test_the_description_in_the_readme_can_be_used_as_it_stands(tmp_path: Path) -> None:
    example = README.partition("```json")[2].partition("```")[0]
    shelf = SiteShelf(own_folder(tmp_path, mine=example)).look(KNOWN)
    assert shelf.refused == ()
    assert shelf.find(("regulator",), ("regulator-cabinet",)) == parse(example, file="readme")


@pytest.mark.parametrize("words", [ElementKind, PointRole, AssetKind, StationKind, Actuator, Side])
def test_the_readme_names_everything_that_may_be_written(words: type[StrEnum]) -> None:
    known = set(re.split(r"[^\w-]+", README))
    assert [each.value for each in words if each.value and each.value not in known] == []


def test_the_readme_names_every_key() -> None:
    kinds = (Mimic, Element, Pipe, ValueBox, Section, Caption, Zone, Serves)
    keys = {name for kind in kinds for name in kind.__dataclass_fields__} - {"start", "end"} | {"from", "to"}
    assert sorted(key for key in keys if f"`{key}`" not in README) == []


def test_the_site_goes_before_what_is_shipped_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    site = SiteShelf(tmp_path)
    kinds, models = ("gate", "supply"), ("station-rtu",)
    first = site.look(KNOWN).find(kinds, models)
    assert first is not None
    assert first.title.en == "City gate station"
    mine = document() | {"title": {"en": "Our gate", "zh": "本公司门站"}}
    own_folder(tmp_path, mine=json.dumps(mine))
    own = site.look(KNOWN).find(kinds, models)
    assert own is not None
    assert own.title.en == "Our gate"
    (tmp_path / "mimics" / "mine.json").unlink()
    assert site.look(KNOWN).find(kinds, models) == first


def test_the_sites_picture_of_all_supplies_goes_before_the_shipped_one_of_gates(tmp_path: Path) -> None:
    mine = document() | {"title": {"en": "Any supply", "zh": "气源"}}
    mine["serves"] = {"kinds": ["supply"], "models": ["station-rtu"]}
    found = (
        SiteShelf(own_folder(tmp_path, mine=json.dumps(mine))).look(KNOWN).find(("gate", "supply"), ("station-rtu",))
    )
    assert found is not None
    assert found.title.en == "Any supply"


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("serves", "models"), ["station-rtu", "other"], "at /serves/models/1: there is no thing model other"),
        (("trends", 0), "inlet_presure", "at /trends/0: none of its thing models has a property inlet_presure"),
    ],
)
def test_what_the_sites_models_do_not_have_is_named(
    tmp_path: Path, path: tuple[str | int, ...], value: Any, reason: str
) -> None:
    shelf = SiteShelf(own_folder(tmp_path, mine=change(path, value))).look(KNOWN)
    assert [str(each) for each in shelf.refused] == [f"mimics/mine.json, {reason}"]
    assert shelf.find(("gate",), ("station-rtu",)) is not None


def test_a_file_that_is_no_text_is_refused_like_any_other(tmp_path: Path) -> None:
    own_folder(tmp_path)
    (tmp_path / "mimics" / "a.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "mimics" / "b.json").symlink_to(tmp_path / "nowhere")
    refused = SiteShelf(tmp_path).look(KNOWN).refused
    assert [str(each).partition(":")[0] for each in refused] == ["mimics/a.json, at /", "mimics/b.json, at /"]


def test_the_kind_of_station_is_asked_before_the_kind_of_asset() -> None:
    shelf = shipped()
    gate = shelf.find(("gate", "supply"), ("station-rtu",))
    lng = shelf.find(("gasification", "supply"), ("station-rtu", "lng-station"))
    assert gate is not None
    assert gate.title.en == "City gate station"
    assert lng is not None
    assert lng.title.en == "Gasification station"
    assert shelf.find(("station",), ("gas-analyser",)) is None
