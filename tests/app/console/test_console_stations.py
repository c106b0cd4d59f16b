"""The station page on the pretend field: picture, walk, faceplate, what a lost link looks like, keys and search."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.pages.stations.faceplate import Faceplate
from app.pages.stations.presenter import key_points, limits_text, places
from app.tones import mark_of
from backend.model.quality import is_good
from tests.support.city import OPERATOR, PASSWORD, City
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import SearchField, Segmented
from widgets.mimic import BoxLook, Look, MimicView, PipeState, ValveState
from widgets.readouts import Mark
from widgets.surfaces import FactList
from widgets.tables import Table, ValueCell

STATION = "R-12"


@pytest.fixture
def signed_in(live: WindowedDesk) -> WindowedDesk:
    live.sign_in(OPERATOR, PASSWORD)
    return live


def at(desk: WindowedDesk, place: str) -> MimicView:
    desk.page("stations")
    desk.shell.go("stations", place)
    return desk.one(MimicView)


def good(desk: WindowedDesk, device: str) -> bool:
    """Whether every point of a device has a good value on the page's snapshot."""
    snapshot = desk.bridge.snapshot()
    points = [point.id for point in desk.backend.registry.points if point.device == device]
    return all(is_good(int(snapshot.quality[point])) for point in points)


def value_cells(desk: WindowedDesk) -> list[ValueCell]:
    rows = desk.table("Points of the place").row_model().rows()
    return [cell for row in rows for cell in row.cells if isinstance(cell, ValueCell)]


def box(view: MimicView, id_: str) -> BoxLook:
    look = view.look_of(id_)
    assert isinstance(look, BoxLook)
    return look


def symbol(view: MimicView, id_: str) -> Look:
    look = view.look_of(id_)
    assert isinstance(look, Look)
    return look


def test_the_picture_shows_values_states_and_where_gas_flows(signed_in: WindowedDesk) -> None:
    view = at(signed_in, STATION)
    signed_in.until(lambda: good(signed_in, STATION))
    signed_in.until(lambda: box(view, "inlet_pressure").mark is Mark.GOOD)
    assert box(view, "inlet_pressure").label == "PT-1201"
    assert box(view, "inlet_pressure").unit == "kPa"
    assert symbol(view, "inlet-valve").state is ValveState.OPEN
    assert symbol(view, "inlet-valve").words == "open"
    assert symbol(view, "active-a").label == "PCV-1205A"
    assert symbol(view, "active-a").tier == "mpa"
    assert symbol(view, "inlet-valve").tier == "shp"
    signed_in.until(lambda: view.pipe_states()[0] is PipeState.FLOWING)
    assert set(view.pipe_states()) == {PipeState.FLOWING, PipeState.GAS}
    assert symbol(view, "active-b").state is ValveState.CLOSED


def test_arrows_walk_the_gas_path_and_the_faceplate_follows(signed_in: WindowedDesk) -> None:
    view = at(signed_in, STATION)
    view.setFocus()
    view.choose("inlet-valve")
    plate = signed_in.one(Faceplate)
    walked = []
    for _step in range(4):
        signed_in.press(Qt.Key.Key_Right)
        walked.append(view.chosen())
    assert walked == ["filter-a", "heater", "slam-shut-a", "monitor-a"]
    signed_in.press(Qt.Key.Key_Right)
    assert view.chosen() == "active-a"
    assert plate.accessibleName() == "PCV-1205A"
    assert "active · run A" in signed_in.words(plate)
    signed_in.press(Qt.Key.Key_Up)
    assert view.chosen() == "run_a_opening"
    assert plate.accessibleName() == "ZT-1205A"
    signed_in.press(Qt.Key.Key_Down)
    assert view.chosen() == "active-a"


def test_the_faceplate_names_settings_and_permissives(signed_in: WindowedDesk) -> None:
    view = at(signed_in, STATION)
    signed_in.until(lambda: good(signed_in, STATION))
    view.setFocus()
    view.choose("monitor-a")
    signed_in.press(Qt.Key.Key_Right)
    plate = signed_in.one(Faceplate)

    def said() -> str:
        return "\n".join(each.accessibleDescription() for each in plate.findChildren(FactList) if each.isVisible())

    signed_in.until(lambda: "Link up" in said())
    assert "Setpoint range" in said()
    assert "SSV-1206A 440.0" in said()
    assert "none since the console started" in said()


def test_every_point_is_in_the_equipment_list(signed_in: WindowedDesk) -> None:
    at(signed_in, STATION)
    signed_in.press(Qt.Key.Key_E)
    assert next(each for each in signed_in.shell.findChildren(Segmented) if each.isVisible()).current() == "list"
    signed_in.until(lambda: good(signed_in, STATION))
    signed_in.until(lambda: {each.mark for each in value_cells(signed_in)} == {Mark.GOOD})
    shown = cells(signed_in.table("Points of the place").row_model())
    points = [point for point in signed_in.backend.registry.points if point.asset == STATION]
    assert [row[1] for row in shown] == [point.tag for point in points]
    assert all(row[3] for row in shown)


def test_a_tag_is_brought_into_view_on_the_picture_or_in_the_list(signed_in: WindowedDesk) -> None:
    view = at(signed_in, "PT-1202")
    assert view.chosen() == "outlet_pressure"
    total = next(p.tag for p in signed_in.backend.registry.points if (p.asset, p.property) == (STATION, "total_volume"))
    signed_in.shell.go("stations", total)
    assert not view.isVisible()
    assert signed_in.one(Faceplate).accessibleName() == total


@pytest.mark.expects_warnings
def test_a_lost_link_is_said_and_the_last_values_stay(far: City, signed_in: WindowedDesk) -> None:
    view = at(signed_in, STATION)
    signed_in.until(lambda: good(signed_in, STATION))
    far.field.ask({"cut": STATION})
    signed_in.until(lambda: "R-12 lost 0:" in signed_in.words(), 20_000)
    signed_in.until(lambda: box(view, "inlet_pressure").mark is Mark.STALE)
    signed_in.until(lambda: set(view.pipe_states()) == {PipeState.UNKNOWN})
    assert box(view, "inlet_pressure").number not in ("", "—")
    assert symbol(view, "inlet-valve").state is ValveState.UNKNOWN
    signed_in.press(Qt.Key.Key_P)
    places_table = cells(signed_in.table("Places").row_model())
    assert [row[3] for row in places_table if row[1] == STATION] == ["link lost"]
    signed_in.press(Qt.Key.Key_Escape)
    far.field.ask({"restore": STATION})
    signed_in.until(lambda: "R-12 lost 0:" not in signed_in.words(), 30_000)
    signed_in.until(lambda: good(signed_in, STATION), 20_000)
    signed_in.until(lambda: PipeState.FLOWING in view.pipe_states())


def test_page_keys_walk_the_places(signed_in: WindowedDesk) -> None:
    at(signed_in, "NGS")
    page = signed_in.page("stations")
    signed_in.press(Qt.Key.Key_PageDown)
    assert page.place() == "R-11"
    signed_in.press(Qt.Key.Key_E)
    signed_in.press(Qt.Key.Key_PageDown)
    assert page.place() == "R-12"
    signed_in.press(Qt.Key.Key_PageDown)
    signed_in.press(Qt.Key.Key_PageUp)
    assert page.place() == "R-12"
    assert signed_in.shell.header.accessibleName() == "R-12  Binjiang"


def test_c_prepares_the_command_of_what_is_selected(signed_in: WindowedDesk) -> None:
    view = at(signed_in, STATION)
    view.setFocus()
    view.choose("inlet-valve")
    signed_in.press(Qt.Key.Key_C)
    assert signed_in.shell.current() == "commands"
    assert "at the valve" in signed_in.words(signed_in.dialogs()[0])
    signed_in.press(Qt.Key.Key_Escape)
    assert signed_in.dialogs() == []


def test_c_prepares_the_only_command_of_a_place(signed_in: WindowedDesk) -> None:
    signed_in.page("stations")
    signed_in.shell.go("stations", "XV-0422")
    signed_in.page("stations").focus_first()
    signed_in.press(Qt.Key.Key_C)
    assert "XV-0422" in signed_in.words(signed_in.dialogs()[0])
    signed_in.press(Qt.Key.Key_Escape)


def test_search_finds_by_tag_and_says_when_there_is_nothing(signed_in: WindowedDesk) -> None:
    at(signed_in, "NGS")
    signed_in.press(Qt.Key.Key_Slash)
    search = signed_in.one(SearchField)
    assert QApplication.focusWidget() is search
    search.setText("pt-1202")
    assert [row[1] for row in cells(signed_in.table("Places").row_model())] == [STATION]
    search.setText("<b>nothing</b>")
    assert "No place of this kind matches “<b>nothing</b>”." in signed_in.words()
    signed_in.press(Qt.Key.Key_Escape)
    assert len(signed_in.table("Places").row_model().rows()) == 3
    assert QApplication.focusWidget() is signed_in.table("Places")
    signed_in.press(Qt.Key.Key_Down)
    assert signed_in.page("stations").place() == "R-11"
    signed_in.press(Qt.Key.Key_Return)
    assert not any(
        each.isVisible() for each in signed_in.shell.findChildren(Table) if each.accessibleName() == "Places"
    )
    assert QApplication.focusWidget() is signed_in.one(MimicView)


def test_badges_follow_the_quality_byte() -> None:
    marks = {mark_of(code) for code in range(256)}
    assert marks == set(Mark)


def test_key_points_are_few_and_of_the_place(live: WindowedDesk) -> None:
    for place in places(live.backend.registry):
        chosen = key_points(place, 8)
        assert len(chosen) <= 8
        assert all(point in place.points for point in chosen)
        assert not any(point.states for point in chosen)


def test_limits_are_written_as_a_band(live: WindowedDesk) -> None:
    by_tag = {point.tag: limits_text(point) for point in live.backend.registry.points}
    assert by_tag["PT-1202"] == "330.0 – 390.0"
    assert by_tag["FT-1203"] == "≤ 40,000"
    assert by_tag["ZT-1205A"] == ""


@pytest.mark.expects_warnings
def test_a_picture_that_cannot_be_used_is_named_and_the_sites_own_goes_before_the_shipped_one(
    operator: WindowedDesk,
) -> None:
    folder = operator.backend.site.folder / "mimics"
    folder.mkdir()
    shipped = json.loads((files("assets") / "mimics" / "regulating.json").read_text("utf-8"))
    mine = shipped | {"captions": [{"at": [20, 20], "title": {"en": "Our own picture", "zh": "自绘图"}}]}
    (folder / "a.json").write_text(json.dumps(mine), "utf-8")
    (folder / "b.json").write_text(json.dumps(shipped | {"board": [0]}), "utf-8")
    page = operator.page("stations")
    operator.shell.go("stations", STATION)
    assert page._process.picture().bound.mimic.captions[0].title.en == "Our own picture"
    assert "Process picture not used: mimics/b.json, at /board" in operator.words(page)
    operator.shell.console.looks.set(language="zh_CN")
    assert "工艺流程图未采用：mimics/b.json" in operator.words(page)
    (folder / "b.json").unlink()
    operator.page("overview")
    assert "mimics/b.json" not in operator.words(operator.page("stations"))
