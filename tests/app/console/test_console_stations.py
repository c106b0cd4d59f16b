"""The station page on the pretend field: values, badges, what a lost link looks like, keys and search."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.pages.stations.presenter import key_points, limits_text, places
from app.tones import mark_of
from backend.model.quality import is_good
from tests.support.city import OPERATOR, PASSWORD, City
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import SearchField
from widgets.readouts import Mark, ValueReadout
from widgets.tables import ValueCell

STATION = "R-12"


@pytest.fixture
def signed_in(live: WindowedDesk) -> WindowedDesk:
    live.sign_in(OPERATOR, PASSWORD)
    return live


def at(desk: WindowedDesk, place: str) -> None:
    desk.page("stations")
    desk.shell.go("stations", place)


def good(desk: WindowedDesk, device: str) -> bool:
    """Whether every point of a device has a good value on the page's snapshot."""
    snapshot = desk.bridge.snapshot()
    points = [point.id for point in desk.backend.registry.points if point.device == device]
    return all(is_good(int(snapshot.quality[point])) for point in points)


def value_cells(desk: WindowedDesk) -> list[ValueCell]:
    rows = desk.table("Points of the place").row_model().rows()
    return [cell for row in rows for cell in row.cells if isinstance(cell, ValueCell)]


def test_every_point_is_shown_with_value_and_unit(signed_in: WindowedDesk) -> None:
    at(signed_in, STATION)
    signed_in.until(lambda: good(signed_in, STATION))
    signed_in.until(lambda: {each.mark for each in value_cells(signed_in)} == {Mark.GOOD})
    shown = cells(signed_in.table("Points of the place").row_model())
    points = [point for point in signed_in.backend.registry.points if point.asset == STATION]
    assert [row[1] for row in shown] == [point.tag for point in points]
    assert all(row[3] for row in shown)
    assert {row[6] for row in shown} == {""}


def test_the_readouts_show_pressures_and_flow_with_limits_first(signed_in: WindowedDesk) -> None:
    at(signed_in, STATION)
    labels = [each.accessibleName() for each in signed_in.shell.findChildren(ValueReadout) if each.isVisible()]
    assert [label.split("  ")[0] for label in labels[:3]] == ["PT-1201", "PT-1202", "FT-1203"]
    assert not any("Filter" in label for label in labels)


@pytest.mark.expects_warnings
def test_the_header_says_when_the_link_is_lost_and_keeps_the_last_values(far: City, signed_in: WindowedDesk) -> None:
    at(signed_in, STATION)
    signed_in.until(lambda: good(signed_in, STATION))
    far.field.ask({"cut": STATION})
    signed_in.until(lambda: "Link of R-12 lost, last values" in signed_in.words(), 20_000)
    signed_in.until(lambda: Mark.GOOD not in {each.mark for each in value_cells(signed_in)})
    places_table = cells(signed_in.table("Places").row_model())
    assert [row[3] for row in places_table if row[1] == STATION] == ["link lost"]
    assert all("link lost" in row[6] for row in cells(signed_in.table("Points of the place").row_model()))
    assert all(each.number for each in value_cells(signed_in))
    far.field.ask({"restore": STATION})
    signed_in.until(lambda: "Link of R-12 lost" not in signed_in.words(), 30_000)
    signed_in.until(lambda: good(signed_in, STATION), 20_000)


def test_page_keys_walk_the_places(signed_in: WindowedDesk) -> None:
    signed_in.page("stations")
    signed_in.shell.go("stations", "NGS")
    signed_in.table("Places").setFocus()
    signed_in.press(Qt.Key.Key_PageDown)
    assert signed_in.table("Places").current_key() == "R-11"
    signed_in.table("Points of the place").setFocus()
    signed_in.press(Qt.Key.Key_PageDown)
    assert signed_in.table("Places").current_key() == "R-12"
    signed_in.press(Qt.Key.Key_PageDown)
    signed_in.press(Qt.Key.Key_PageUp)
    assert signed_in.table("Places").current_key() == "R-12"


def test_c_prepares_a_command_for_the_place(signed_in: WindowedDesk) -> None:
    at(signed_in, "XV-0422")
    signed_in.table("Places").setFocus()
    signed_in.press(Qt.Key.Key_C)
    assert signed_in.shell.current() == "commands"
    assert "XV-0422" in signed_in.words(signed_in.dialogs()[0])
    signed_in.press(Qt.Key.Key_Escape)
    assert signed_in.dialogs() == []


def test_search_finds_by_tag_and_says_when_there_is_nothing(signed_in: WindowedDesk) -> None:
    signed_in.page("stations")
    signed_in.shell.go("stations", STATION)
    search = signed_in.one(SearchField)
    search.setText("pt-1202")
    assert [row[1] for row in cells(signed_in.table("Places").row_model())] == [STATION]
    search.setText("<b>nothing</b>")
    assert "No place of this kind matches “<b>nothing</b>”." in signed_in.words()
    search.setFocus()
    signed_in.press(Qt.Key.Key_Escape)
    assert len(signed_in.table("Places").row_model().rows()) == 3
    assert QApplication.focusWidget() is signed_in.table("Places")


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
