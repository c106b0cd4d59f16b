"""The map page: what is drawn of a real site, search, layers, the card, keys, isolation, measuring, what is near."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.map.finder import Finder
from app.pages.map.page import MapPage
from app.texts import set_language
from backend.model.isolation import ValveStates
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import SearchField
from widgets.maps.mercator import unit
from widgets.maps.picture import METERS, Hit, home_of
from widgets.maps.scene import Shape
from widgets.theme import load

pytestmark = pytest.mark.expects_warnings


@pytest.fixture
def page(operator: WindowedDesk) -> MapPage:
    """The map page of the silent city, without its web page: that is not what is tested here."""
    made = operator.page("map")
    assert isinstance(made, MapPage)
    made._web_timer.stop()
    return made


def test_everything_with_a_place_is_drawn(operator: WindowedDesk, page: MapPage) -> None:
    network, registry = operator.backend.network.drawing(), operator.backend.registry
    scene = page.board.picture.scene
    assert {line.id for line in scene.lines} == {pipe.id for pipe in network.pipes}
    placed = {each.id for each in registry.assets if each.lon is not None and each.kind.value not in ("area", "pipe")}
    assert {symbol.id for symbol in scene.symbols} == placed
    assert int(scene.meters.count.sum()) == sum(node.customers for node in network.nodes)


def test_a_valve_lies_along_its_pipe(operator: WindowedDesk, page: MapPage) -> None:
    valve = page.board.picture.symbol("XV-0417")
    assert valve is not None
    # Binjiang Avenue runs at 38 degrees north of east: on the screen that is 38 degrees anticlockwise.
    assert valve.angle == pytest.approx(-38, abs=0.5)


def test_lost_links_stand_beside_what_they_are_about(operator: WindowedDesk, page: MapPage) -> None:
    operator.until(lambda: page.board.picture.looks[_at(page, "R-12")].rank > 0)
    look = page.board.picture.looks[_at(page, "XV-0417")]
    assert look.sign == "sign:?"
    assert look.body == "valve:unknown:mpa"


def test_a_lost_link_is_drawn_although_its_layer_is_off(operator: WindowedDesk, page: MapPage) -> None:
    operator.until(lambda: page.board.picture.looks[_at(page, "R-12")].rank > 0)
    page.layer_panel.switched.emit(frozenset({"stations", "wells", METERS}))
    shown = {page.board.picture.scene.symbols[index].id for index in page.board.frame().visible}
    assert "R-12" in shown
    assert not any(name.startswith("VW-") for name in shown)


def test_search_walks_and_goes_there(operator: WindowedDesk, page: MapPage) -> None:
    operator.press(Qt.Key.Key_Slash)
    assert isinstance(QApplication.focusWidget(), SearchField)
    operator.type("gd-0418")
    assert [row[0].split()[0] for row in cells(operator.table("Found on the map").row_model())] == ["VW-0418"]
    operator.press(Qt.Key.Key_Return)
    assert page.board.picture.selected == "VW-0418"
    assert page.card.isVisible()
    assert page.board.view().zoom >= 16
    assert QApplication.focusWidget() is page.board


def test_search_finds_streets_and_says_when_there_is_nothing(operator: WindowedDesk, page: MapPage) -> None:
    finder = page.findChildren(Finder)[0]
    finder.focus_first()
    operator.type("binjiang ave")
    rows = cells(operator.table("Found on the map").row_model())
    assert ["Binjiang Avenue", "Street"] in rows
    operator.type("<b>x")
    assert "Nothing on the map is called so." in operator.words(page)
    operator.press(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.board


def test_any_list_can_open_the_map_at_a_thing(operator: WindowedDesk, page: MapPage) -> None:
    for what, key in (("PT-1202", "R-12"), ("VW-0418", "VW-0418"), ("GD-0418-CH4", "VW-0418"), ("P-00001", "P-00001")):
        operator.shell.go("map", what)
        assert page.board.picture.selected == key
    operator.shell.go("map", "<b>nowhere</b>")
    assert "<b>nowhere</b> has no place on the map." in operator.words()


def test_the_card_shows_the_values_and_its_keys_lead_on(operator: WindowedDesk, page: MapPage) -> None:
    operator.shell.go("map", "XV-0422")
    rows = cells(operator.table("Values of the selected thing").row_model())
    assert "Valve position" in [row[1] for row in rows]
    operator.press(Qt.Key.Key_Return)
    assert operator.shell.current() == "stations"
    operator.shell.go("map", "XV-0422")
    operator.press(Qt.Key.Key_C)
    assert operator.shell.current() == "commands"
    assert "XV-0422" in operator.words(operator.dialogs()[0])


def test_a_click_selects_and_escape_lets_go(operator: WindowedDesk, page: MapPage) -> None:
    page.board.pointed.emit(121.3, 30.9, Hit(symbol="R-12"))
    assert "R-12" in operator.words(page.card)
    operator.press(Qt.Key.Key_Escape)
    assert not page.card.isVisible()
    page.board.pointed.emit(121.3, 30.9, Hit(line="P-00001"))
    assert "P-00001" in operator.words(page.card)
    page.board.pointed.emit(121.3, 30.9, Hit())
    assert not page.card.isVisible()


def test_i_shows_the_valves_that_isolate_and_v_the_next_set(operator: WindowedDesk, page: MapPage) -> None:
    operator.shell.go("map", "GD-0418-CH4")
    operator.press(Qt.Key.Key_I)
    operator.until(lambda: page.questions.isolating.plan() is not None)
    question = page.board.picture.question
    assert {mark.id for mark in question.marks} == {"XV-0417", "XV-0422"}
    assert question.casing
    assert len(question.area) > 3
    assert page.plan_panel.isVisible()
    assert not page.card.isVisible()
    assert "Glassworks" in page.plan_panel._losses.accessibleDescription()
    sets = len(page.questions.isolating.answer.plans)  # type: ignore[union-attr]
    shown = page.questions.isolating.shown
    operator.press(Qt.Key.Key_V)
    assert page.questions.isolating.shown == (shown + 1) % sets
    operator.press(Qt.Key.Key_Escape)
    assert page.board.picture.question.marks == ()
    assert page.card.isVisible()


def test_numbers_choose_valves_and_without_remote_control_nothing_is_prepared(
    operator: WindowedDesk, page: MapPage
) -> None:
    operator.shell.go("map", "isolate:GD-0418-CH4")
    operator.until(lambda: page.questions.isolating.plan() is not None)
    both = page.questions.isolating.chosen
    operator.press(Qt.Key.Key_2)
    assert page.questions.isolating.chosen == both[1:]
    operator.press(Qt.Key.Key_2)
    assert page.questions.isolating.chosen == both
    # The field is silent: no valve can be commanded from here.
    operator.press(Qt.Key.Key_C)
    assert operator.shell.current() == "map"
    assert "None of these valves can be commanded from here." in operator.words()


def test_measuring_follows_the_clicks(operator: WindowedDesk, page: MapPage) -> None:
    operator.press(Qt.Key.Key_M)
    for lon in (121.30, 121.31, 121.32):
        page.board.pointed.emit(lon, 30.9, Hit(symbol="R-12"))
    assert page.board.picture.question.path == ((121.30, 30.9), (121.31, 30.9), (121.32, 30.9))
    # 0.02 degrees of longitude at 30.9 north: 0.02 * 111.195 km * cos(30.9°) = 1.908 km.
    assert "1.91 km" in operator.words(page).replace("\u2009", " ")
    assert page.board.picture.selected == ""
    operator.press(Qt.Key.Key_Escape)
    assert page.board.picture.question.path == ()


def test_what_is_near_is_listed_and_circled(operator: WindowedDesk, page: MapPage) -> None:
    operator.shell.go("map", "VW-0418")
    operator.press(Qt.Key.Key_W)
    operator.until(lambda: bool(operator.table("What is near").row_model().rows()))
    near = [row[0].split()[0] for row in cells(operator.table("What is near").row_model())]
    assert "XV-0417" in near
    assert "VW-0418" not in near
    circle = page.board.picture.question.circle
    assert circle is not None
    assert circle[1] == 200.0
    page.near_panel.radius_chosen.emit(50)
    operator.press(Qt.Key.Key_Escape)
    assert page.board.picture.question.circle is None


def test_the_language_changes_live(operator: WindowedDesk, page: MapPage) -> None:
    operator.shell.go("map", "isolate:VW-0418")
    operator.until(lambda: page.questions.isolating.plan() is not None)
    set_language("zh_CN")
    operator.shell.retranslate()
    words = operator.words(page)
    assert "隔断方案" in words
    assert "图层" in words
    assert "Isolation plan" not in words
    labels = {symbol.id: symbol.label for symbol in page.board.picture.scene.symbols}
    assert labels["R-12"] == "R-12 滨江"
    assert "滨江大道" in {line.name for line in page.board.picture.scene.lines}
    # What was known of the valves is known of the new drawing too.
    assert page.board.picture.looks[_at(page, "XV-0417")].body == "valve:unknown:mpa"


def test_n_walks_through_what_lies_near(operator: WindowedDesk, page: MapPage) -> None:
    operator.shell.go("map", "VW-0418")
    operator.press(Qt.Key.Key_N)
    first = page.board.picture.selected
    assert first not in ("", "VW-0418")
    operator.press(Qt.Key.Key_N)
    assert page.board.picture.selected not in ("", "VW-0418", first)
    operator.press(Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert page.board.picture.selected == first
    operator.press(Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert page.board.picture.selected == "VW-0418"


def test_what_two_closed_valves_cut_off_is_drawn_as_isolated(
    operator: WindowedDesk, page: MapPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.board.picture.situation.cut == frozenset()
    shut = ValveStates(closed=frozenset({"XV-0417", "XV-0422"}))
    monkeypatch.setattr(operator.backend.network._valves, "states", lambda: shut)
    page._push()
    operator.until(lambda: bool(page.board.picture.situation.cut))
    streets = {page.board.picture.line(key).name for key in page.board.picture.situation.cut}  # type: ignore[union-attr]
    assert streets == {"Binjiang Avenue"}
    monkeypatch.undo()
    page._push()
    operator.until(lambda: not page.board.picture.situation.cut)


def test_at_first_the_map_shows_the_city(page: MapPage) -> None:
    left, top, right, bottom = page.board.projection().bounds(0.0)
    west, south, east, north = home_of(page.board.picture.scene) or (0, 0, 0, 0)
    (x1, y1), (x2, y2) = unit(west, north), unit(east, south)
    assert left <= x1 < x2 <= right
    assert top <= y1 < y2 <= bottom
    assert (x2 - x1) > (right - left) / 4


def test_the_page_is_quiet_when_left(operator: WindowedDesk, page: MapPage, qtbot: QtBot) -> None:
    operator.page("alarms")
    before = list(page.board.picture.looks)
    with qtbot.waitSignals([operator.bridge.beat] * 2):
        pass
    operator.until(operator.bridge.turns.idle)
    assert page.board.picture.looks == before
    assert not page._web_timer.isActive()


def test_an_unknown_shape_is_a_small_box_not_a_failure(page: MapPage) -> None:
    assert page.board.picture.symbol("R-12") is not None
    assert {symbol.shape for symbol in page.board.picture.scene.symbols} >= {Shape.STATION, Shape.VALVE, Shape.WELL}


def _at(page: MapPage, key: str) -> int:
    return page.board.picture.number_of(key)


def test_the_map_is_printed_with_site_time_and_the_mark_of_the_simulator(operator: WindowedDesk, page: MapPage) -> None:
    operator.shell.go("map", "isolate:GD-0418-CH4")
    operator.until(lambda: page.questions.isolating.plan() is not None)
    page.map_tools.asked.emit("print")
    exports = operator.backend.site.folder / "exports"
    operator.until(lambda: "Printed to" in operator.words())
    picture, file = sorted(exports.iterdir(), key=lambda each: each.suffix, reverse=True)
    assert (file.suffix, picture.suffix) == (".pdf", ".png")
    assert {each.name.startswith("SIM-map-") for each in (file, picture)} == {True}
    painted = QImage(str(picture))
    assert painted.width() > 2000
    # The mark of the simulator, on the PNG as on the paper.
    assert load("light").not_field_bg.name() in {
        painted.pixelColor(x, 50).name() for x in range(painted.width() // 2 - 200, painted.width() // 2 + 200)
    }
    document = QPdfDocument()
    document.load(str(file))
    words = document.getAllText(0).text()
    # Tabular digits and commas have no code point of their own in the font: only letters can be read back.
    for part in ("SIMULATION", "not the plant", "Isolation of GD", "XV"):
        assert part in words
    document.close()


def test_the_map_remembers_where_a_person_looked_and_what_was_off(operator: WindowedDesk, page: MapPage) -> None:
    operator.shell.go("map", "VW-0418")
    page.layer_panel.set_off(frozenset({"wells"}))
    operator.page("alarms")
    session = page._context.desk.session
    assert session is not None
    kept = operator.backend.preferences.read(f"person:{session.person}", "map")
    operator.until(kept.done)
    assert kept.result()["off"] == ["wells"]
    again = MapPage(page._context)
    operator.until(lambda: again.layer_panel.off() == {"wells"})
    assert again.board.view() == page.board.view()
    again.deleteLater()
