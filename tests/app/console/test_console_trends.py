"""The trends page on a running backend: history and live on one line, keys, groups, cursor, events and files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.formats import date_time
from app.pages.trends.export import TrendExport
from app.pages.trends.page import TrendsPage
from app.pages.trends.picker import GroupDialog, PenPicker
from app.pages.trends.span import SpanDialog
from app.pages.trends.window import DAY, HOUR
from app.texts import set_language
from backend.clock import US
from backend.model.alarm import AlarmName, Occurrence, Priority
from backend.model.quality import GOOD, Cause, Status, quality
from backend.model.sample import SampleBatch
from backend.system import System
from tests.support.desk import WindowedDesk, cells
from widgets.charts.trend import Look, TrendChart
from widgets.inputs import LineField, SearchField, Segmented

# Every link is lost here, and a machine without a sound card logs so once.
pytestmark = pytest.mark.expects_warnings
PENS = ("PT-1202", "PT-1102", "FT-1203", "NGS.XV-IN-ZS")
WHAT = f"pens:{','.join(PENS)}"
COMMS = quality(Status.BAD, Cause.COMMS)


class Trends:
    """The page, its chart and the history behind it: an hour at 3 s, a hole of 5 min, the same a day before."""

    def __init__(self, desk: WindowedDesk, system: System) -> None:
        self.desk = desk
        self.system = system
        self.now = system.backend.now() // US * US
        self.tags = {point.tag: point for point in system.backend.registry.points}
        at = self.now - np.arange(1201)[::-1] * 3 * US
        kept = np.ones(1201, bool)
        kept[600:700] = False
        self.at = at[kept]
        rise = np.linspace(350.0, 360.0, 1201)
        for tag, values in (("PT-1202", rise), ("PT-1102", rise - 5), ("FT-1203", rise * 30)):
            self.store(tag, self.at, values[kept])
            self.store(tag, self.at - DAY, values[kept] - 2)
        self.store("NGS.XV-IN-ZS", at, np.where(np.arange(1201) < 900, 1.0, 2.0))

    def store(self, tag: str, at: np.ndarray, values: np.ndarray, code: int = GOOD) -> None:
        batch = SampleBatch.of(
            [self.tags[tag].id] * len(at), at, values, [code] * len(at), received_at=self.now, source="test"
        )
        self.system._store.run(lambda tx: tx.samples(batch)).result()

    def raised(self, tag: str, ago_s: int, priority: int = 1, level: str = "LL") -> None:
        occurrence = Occurrence(
            key=f"{tag}:low",
            occurrence=ago_s,
            event="raise",
            at=self.now - ago_s * US,
            recorded_at=self.now,
            name=AlarmName.UNACK,
            priority=Priority(priority),
            level=level,
        )
        self.system._store.run(lambda tx: tx.occurrence(occurrence)).result()

    def live(self, tag: str, at: int, value: float, code: int = GOOD) -> None:
        """A value as the field brings it: stored, then shown."""
        batch = SampleBatch.of([self.tags[tag].id], [at], [value], [code], received_at=at, source="test")
        done: list[bool] = []
        self.system._inbox.put(batch, lambda: done.append(True))
        self.desk.until(lambda: bool(done))

    def open(self, what: str = WHAT) -> None:
        self.desk.page("trends")
        self.desk.shell.go("trends", what)
        self.desk.until(lambda: len(self.drawn("PT-1202")) > 100)
        self.page._chart.setFocus()

    @property
    def page(self) -> TrendsPage:
        return self.desk.shell.findChildren(TrendsPage)[0]

    @property
    def chart(self) -> TrendChart:
        return self.page._chart

    def drawn(self, tag: str) -> np.ndarray:
        curve = self.chart.picture.curves.get(str(self.tags[tag].id))
        return np.empty(0) if curve is None else curve.at[np.isfinite(curve.mid)]

    def rows(self) -> list[list[str]]:
        return cells(self.desk.table("Pens").row_model())

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.desk.press(key, held)


@pytest.fixture
def trends(operator: WindowedDesk, silent: System) -> Iterator[Trends]:
    made = Trends(operator, silent)
    made.open()
    yield made
    set_language("en")


def test_history_is_drawn_with_its_gap_and_pens_by_unit(trends: Trends) -> None:
    panes = trends.chart.picture.panes
    assert [(pane.title, pane.unit, len(pane.pens)) for pane in panes] == [("Pressure", "kPa", 2), ("Flow", "m³/h", 1)]
    assert [lane.label for lane in trends.chart.picture.lanes] == ["NGS.XV-IN-ZS"]
    np.testing.assert_array_equal(trends.drawn("PT-1202"), trends.at)
    spans = trends.chart.picture.spans[str(trends.tags["PT-1202"].id)]
    assert (spans[0].look, spans[0].words) == (Look.GAP, "no data\n5\u2009min 03\u2009s")
    assert [run.words for run in trends.chart.picture.lanes[0].runs if run.words][:2] == ["open", "closed"]


def test_a_live_value_goes_on_where_history_ends_once(trends: Trends) -> None:
    at = trends.system.backend.now()
    trends.live("PT-1202", at, 361.5)
    trends.desk.until(lambda: trends.drawn("PT-1202")[-1] == at)
    np.testing.assert_array_equal(trends.drawn("PT-1202"), [*trends.at, at])
    # Asked anew, the history has it too: still once.
    trends.page._feed._answered.clear()
    trends.page._want()
    trends.desk.until(lambda: len(trends.page._feed._answered) == 2)
    trends.desk.until(lambda: trends.drawn("PT-1202").tolist() == [*trends.at, at])


def test_pause_holds_the_picture_while_values_go_on_and_p_goes_live_again(trends: Trends) -> None:
    trends.press(Qt.Key.Key_P)
    end = trends.chart.picture.end
    assert "Paused, 0:0" in trends.desk.words()
    at = trends.system.backend.now()
    trends.live("PT-1202", at, 361.5)
    trends.desk.until(lambda: trends.rows()[0][8] == "361.5")
    assert trends.chart.picture.end == end
    trends.press(Qt.Key.Key_P)
    assert "Live · " in trends.desk.words()
    trends.desk.until(lambda: trends.drawn("PT-1202")[-1] == at)


def test_another_day_is_drawn_at_its_time_of_day_and_y_walks_the_days(trends: Trends) -> None:
    key = str(trends.tags["PT-1202"].id)
    trends.desk.until(lambda: len(trends.chart.picture.compare.get(key, trends.chart.picture.curves[key]).at) > 100)
    trends.desk.until(lambda: key in trends.chart.picture.compare)
    trends.desk.until(lambda: len(trends.chart.picture.compare[key].at) > 1000)
    other = trends.chart.picture.compare[key]
    np.testing.assert_array_equal(other.at[np.isfinite(other.mid)], trends.at)
    trends.press(Qt.Key.Key_Y)
    assert "Last week" in trends.desk.words()
    trends.desk.until(lambda: len(trends.chart.picture.compare[key].at) == 0)
    trends.press(Qt.Key.Key_Y)
    assert trends.chart.picture.compare == {}


def test_the_cursor_reads_value_other_day_and_difference(trends: Trends) -> None:
    at = int(trends.at[50])
    key = str(trends.tags["PT-1202"].id)
    trends.desk.until(lambda: len(trends.chart.picture.compare[key].at) > 1000)
    trends.chart.cursor_asked.emit(at + US, False)
    assert trends.chart.picture.cursor is not None
    assert trends.chart.picture.cursor.at == at
    row = trends.rows()[0]
    expected = 350 + 50 / 120
    assert row[1:2] + row[3:6] == ["PT-1202", f"{expected:.1f}", f"{expected - 2:.1f}", "+2.0"]
    first = trends.at.searchsorted(trends.chart.picture.start)
    assert row[6:8] == [f"{350 + first / 120:.1f}", "360.0"]
    assert trends.rows()[3][3] == "open"
    trends.chart.cursor_asked.emit(int(trends.at[100]), True)
    assert trends.chart.picture.second is not None
    assert "Δ +2\u2009min 30\u2009s" in trends.chart.picture.second.words
    assert trends.rows()[0][5] == f"+{50 / 120:.1f}"
    assert trends.rows()[0][6] == f"+{50 / 120 / 2.5:.2f}"
    trends.press(Qt.Key.Key_Escape)
    assert trends.chart.picture.cursor is None


def test_arrows_walk_samples_home_and_end_go_to_the_ends(trends: Trends) -> None:
    at = trends.page._drawing.series[str(trends.tags["PT-1202"].id)].at
    trends.press(Qt.Key.Key_P)
    trends.press(Qt.Key.Key_End)
    assert trends.page._view.cursor == at[-1]
    trends.press(Qt.Key.Key_Left)
    trends.press(Qt.Key.Key_Left)
    assert trends.page._view.cursor == at[-3]
    trends.press(Qt.Key.Key_Right)
    assert trends.page._view.cursor == at[-2]
    trends.press(Qt.Key.Key_Home)
    assert trends.page._view.cursor == at[at >= trends.chart.picture.start][0]


def test_shift_arrows_walk_the_alarm_marks_and_events_put_the_cursor(trends: Trends) -> None:
    trends.raised("PT-1202", 600)
    trends.raised("PT-1202", 1200, 3, "L")
    trends.raised("PT-1102", 300, 2)
    trends.raised("PT-115", 100)
    trends.page._happenings.between(0, 1)
    trends.page._happenings.between(trends.chart.picture.start, trends.chart.picture.end)
    trends.desk.until(lambda: len(trends.chart.picture.marks) == 3)
    shown = cells(trends.desk.table("Events in view").row_model())
    assert [row[2] for row in shown] == ["PT-1202 LOW", "PT-1202 LOW-LOW", "PT-1102 LOW-LOW"]
    trends.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert trends.page._view.cursor == trends.now - 300 * US
    trends.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert trends.page._view.cursor == trends.now - 600 * US
    trends.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert trends.page._view.cursor == trends.now - 300 * US
    trends.chart.mark_pressed.emit(trends.chart.picture.marks[0].key)
    assert trends.desk.shell.current() == "alarms"


def test_keys_zoom_at_the_cursor_move_and_fit(trends: Trends) -> None:
    picture = trends.chart.picture
    trends.chart.cursor_asked.emit(int(trends.at[50]), False)
    at, share = int(trends.at[50]), (int(trends.at[50]) - picture.start) / (picture.end - picture.start)
    trends.press(Qt.Key.Key_Plus)
    assert picture.end - picture.start == pytest.approx(HOUR / 2, rel=1e-6)
    assert (at - picture.start) / (picture.end - picture.start) == pytest.approx(share, abs=1e-3)
    trends.press(Qt.Key.Key_Minus)
    start = picture.start
    trends.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert start - picture.start == pytest.approx(HOUR / 10, rel=1e-3)
    trends.press(Qt.Key.Key_0)
    assert picture.end > trends.system.backend.now()
    assert picture.end - picture.start == HOUR


def test_ranges_ask_the_history_again_and_say_what_is_shown(trends: Trends) -> None:
    ranges = next(each for each in trends.desk.shell.findChildren(Segmented) if each.accessibleName() == "Range")
    ranges.set_current("1y")
    ranges.chosen.emit("1y")
    assert trends.chart.picture.end - trends.chart.picture.start == 365 * DAY
    trends.desk.until(lambda: trends.page._feed._answered[False].span == 365 * DAY)
    trends.desk.until(lambda: trends.drawn("PT-1202")[0] < trends.now - DAY + HOUR)
    trends.press(Qt.Key.Key_Plus)
    assert ranges.current() == "other"


def test_a_range_is_asked_from_moment_to_moment(trends: Trends) -> None:
    trends.press(Qt.Key.Key_R)
    dialog = trends.desk.one(SpanDialog)
    start, end = (each for each in dialog.findChildren(LineField))
    start.setText("yesterday")
    assert "This is no moment." in trends.desk.words(dialog)
    start.setText(date_time(trends.now - 7200 * US))
    end.setText(date_time(trends.now - 9000 * US))
    assert "This is not after “From”." in trends.desk.words(dialog)
    end.setText(date_time(trends.now - 1800 * US))
    end.returnPressed.emit()
    assert trends.desk.dialogs() == []
    assert (trends.chart.picture.start, trends.chart.picture.end) == (trends.now - 7200 * US, trends.now - 1800 * US)
    assert "behind" in trends.desk.words()


def test_a_pen_comes_to_the_front_by_its_number_with_its_limits(trends: Trends) -> None:
    def front() -> list[int]:
        return [pen.number for pane in trends.chart.picture.panes for pen in pane.pens if pen.front]

    assert front() == [1, 3]
    trends.press(Qt.Key.Key_2)
    assert front() == [2, 3]
    trends.press(Qt.Key.Key_1)
    assert front() == [1, 3]


def test_b_takes_the_band_away(trends: Trends) -> None:
    assert trends.chart.picture.band
    trends.press(Qt.Key.Key_B)
    assert not trends.chart.picture.band


def test_values_zoomed_by_hand_stay_until_fit(trends: Trends) -> None:
    pane = trends.chart.picture.panes[0]
    trends.chart.values_zoomed.emit(pane.key, 340.0, 345.0)
    trends.page._show()
    assert (trends.chart.picture.panes[0].low, trends.chart.picture.panes[0].high) == (340.0, 345.0)
    trends.press(Qt.Key.Key_0)
    assert (trends.chart.picture.panes[0].low, trends.chart.picture.panes[0].high) != (340.0, 345.0)


def test_pens_are_added_by_search_and_removed(trends: Trends) -> None:
    trends.press(Qt.Key.Key_A)
    trends.desk.one(PenPicker)
    trends.desk.type("pt-115")
    trends.press(Qt.Key.Key_Return)
    trends.press(Qt.Key.Key_Escape)
    assert trends.desk.dialogs() == []
    assert [row[1] for row in trends.rows()] == [*PENS, "PT-115"]
    assert trends.page.place() == f"{WHAT},PT-115"
    trends.desk.table("Pens").select(str(trends.tags["PT-1102"].id))
    trends.desk.table("Pens").setFocus()
    trends.press(Qt.Key.Key_Delete)
    assert [row[1] for row in trends.rows()] == ["PT-1202", "FT-1203", "NGS.XV-IN-ZS", "PT-115"]


def test_a_group_is_kept_for_the_person_and_found_again(trends: Trends) -> None:
    trends.press(Qt.Key.Key_G)
    dialog = trends.desk.one(GroupDialog)
    name = next(each for each in dialog.findChildren(LineField) if not isinstance(each, SearchField))
    name.setText("  Night   watch ")
    name.returnPressed.emit()
    assert trends.page.title() == "Trend group: Night watch"
    session = trends.desk.shell.desk.session
    assert session is not None
    preferences = trends.system.backend.preferences
    trends.desk.until(lambda: preferences.read(f"person:{session.person}", "trends.groups").result(5) is not None)
    trends.press(Qt.Key.Key_Escape)
    fresh = TrendsPage(trends.page._context)
    fresh.enter()
    trends.desk.until(lambda: any(group.name == "Night watch" for group in fresh._shelf.groups()))
    trends.desk.until(lambda: fresh.title() == "Trend group: Night watch")
    assert [pen.point.tag for pen in fresh._view.pens] == list(PENS)
    fresh.leave()
    fresh.deleteLater()


def test_what_is_selected_comes_with_cursor_and_comes_back(trends: Trends) -> None:
    at = int(trends.at[10])
    trends.desk.shell.go("trends", f"PT-1202@{at}")
    assert trends.page.place() == f"pens:PT-1202@{at}"
    assert trends.chart.picture.start <= at <= trends.chart.picture.end
    trends.desk.shell.go("trends", "R-12")
    assert trends.page.title() == "Trend group: R-12 Binjiang"
    trends.desk.shell.go("trends", "<b>nothing</b>")
    assert "There is no point <b>nothing</b>." in trends.desk.words()
    assert trends.page.title() == "Trend group: R-12 Binjiang"


def written(trends: Trends, file: Path, what: str = "shown") -> Path:
    trends.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = trends.desk.one(TrendExport)
    dialog.chosen.emit(str(file), what)
    made = file.with_name(f"SIMULATION-{file.name}")
    trends.desk.until(made.exists)
    trends.desk.until(lambda: trends.desk.dialogs() == [])
    return made


def test_what_is_shown_is_exported_with_quality_and_gaps_and_stamped(trends: Trends, tmp_path: Path) -> None:
    trends.store("PT-1202", np.array([trends.now - 5 * US]), np.array([np.nan]), COMMS)
    trends.desk.shell.go("trends", "PT-1202")
    trends.desk.until(lambda: len(trends.drawn("PT-1202")) == len(trends.at))
    trends.press(Qt.Key.Key_P)
    file = written(trends, tmp_path / "trend.csv")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    seen = trends.at[trends.at >= trends.chart.picture.start]
    assert {row["SIMULATION"] for row in rows} == {"SIMULATION"}
    assert {row["tag"] for row in rows} == {"PT-1202"}
    bad = {(row["mean"], row["worst_quality"]) for row in rows if row["worst_quality"] != "good"}
    assert bad == {("", "bad (comms)")}
    assert max(float(row["mean"]) for row in rows if row["mean"]) == pytest.approx(360.0)
    shown = np.array([row["first_utc"].rstrip("Z") for row in rows if row["mean"]], "datetime64[us]").astype(np.int64)
    np.testing.assert_array_equal(shown, seen)


def test_every_stored_sample_and_the_picture_can_be_written(trends: Trends, tmp_path: Path) -> None:
    trends.press(Qt.Key.Key_P)
    file = written(trends, tmp_path / "raw.parquet", "raw")
    table = duckdb.sql(f"select tag, value, quality from '{file}'").fetchall()
    assert {tag for tag, _value, _quality in table} == set(PENS)
    assert {code for tag, value, code in table if value is not None} == {"good"}
    assert max(value for tag, value, code in table if tag == "PT-1202" and code == "good") == pytest.approx(360.0)
    picture = QImage(str(written(trends, tmp_path / "look.png")))
    assert picture.width() > 800
    journal = trends.system.backend.journal.tail(2).result(5)
    assert [(entry.draft.kind, dict(entry.draft.fields)["what"]) for entry in journal] == [
        ("export", "samples"),
        ("export", "picture"),
    ]


def test_a_file_that_is_there_is_not_written_over(trends: Trends, tmp_path: Path) -> None:
    taken = tmp_path / "SIMULATION-trend.csv"
    taken.write_text("mine")
    trends.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = trends.desk.one(TrendExport)
    dialog.chosen.emit(str(tmp_path / "trend.csv"), "shown")
    trends.desk.until(lambda: "SIMULATION-trend.csv is there already" in trends.desk.words(dialog))
    assert taken.read_text() == "mine"


def test_the_language_switches_live_and_tags_stay(trends: Trends) -> None:
    set_language("zh_CN")
    trends.desk.shell.retranslate()
    assert trends.chart.picture.panes[0].title == "压力"
    assert trends.desk.table("各笔").row_model().columns[1].title == "位号"
    assert [row[1] for row in cells(trends.desk.table("各笔").row_model())] == list(PENS)


def test_leaving_stops_asking_and_coming_back_goes_on_without_a_hole(trends: Trends, qtbot: QtBot) -> None:
    trends.desk.page("alarms")
    at = trends.system.backend.now()
    trends.live("PT-1202", at, 362.0)
    trends.desk.page("trends")
    trends.desk.until(lambda: bool((trends.drawn("PT-1202") == at).any()))
    np.testing.assert_array_equal(trends.drawn("PT-1202"), [*trends.at, at])


def test_an_answer_from_before_the_page_was_left_does_not_count(trends: Trends) -> None:
    feed = trends.page._feed
    asked = feed._answered[False]
    trends.desk.page("alarms")
    at = trends.system.backend.now()
    trends.live("PT-1202", at, 362.0)
    trends.desk.page("trends")
    feed._on_answer(False, asked, ())
    assert feed._answered.get(False) is not asked
    trends.desk.until(lambda: bool((trends.drawn("PT-1202") == at).any()))
    np.testing.assert_array_equal(trends.drawn("PT-1202"), [*trends.at, at])


def test_without_pens_the_page_says_what_to_do(trends: Trends) -> None:
    for _pen in PENS:
        trends.desk.table("Pens").select(trends.desk.table("Pens").row_model().rows()[0].key)
        trends.page._remove()
    QApplication.processEvents()
    assert "Add a pen, or drop a tag here." in trends.desk.words()
    assert not trends.chart.isVisible()
