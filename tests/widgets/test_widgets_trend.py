"""The trend chart: thinning that keeps extremes and gaps, axes, merged marks, and what pointer and wheel ask for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.charts.trend import Curve, Look, Mark, Pane, PenLook, Span, TrendChart, extent, nice_range
from widgets.charts.trend.columns import columns_of, peaks_of
from widgets.charts.trend.marks import merged
from widgets.charts.trend.places import places, spread
from widgets.charts.trend.scales import step_125, time_ticks, value_ticks
from widgets.specimens import trend as specimen
from widgets.theme import SCALES, THEMES, apply, current, load

SECOND = 1_000_000
HOUR = 3600 * SECOND
START = specimen.START
Values = np.ndarray[tuple[int], np.dtype[np.float64]]


def curve(values: Values, step: int = SECOND) -> Curve:
    return Curve.of(START + np.arange(len(values), dtype=np.int64) * step, values)


numbers = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))


# -- thinning --------------------------------------------------------------------------------------------------------


@given(st.lists(numbers, min_size=1, max_size=400), st.integers(1, 60))
def test_thinning_keeps_every_extreme_and_every_break(values: list[float], columns: int) -> None:
    whole = curve(np.array(values))
    end = START + len(values) * SECOND
    thin = columns_of(whole, START, end, columns)
    finite = whole.mid[np.isfinite(whole.mid)]
    assert np.fmin.reduce(thin.low, initial=np.inf) == np.min(finite, initial=np.inf)
    assert np.fmax.reduce(thin.high, initial=-np.inf) == np.max(finite, initial=-np.inf)
    assert (np.diff(thin.at) > 0).all()
    inside = np.isfinite(thin.mid)
    slack = 1e-9 * np.abs(thin.mid[inside]) + 1e-9
    assert (thin.low[inside] <= thin.mid[inside] + slack).all()
    assert (thin.high[inside] >= thin.mid[inside] - slack).all()
    # Between two drawn rows there is no break in the samples, and the other way round.
    runs = int(np.isfinite(whole.mid)[0]) + int((np.diff(np.isfinite(whole.mid).astype(int)) == 1).sum())
    drawn = int(inside[0]) + int((np.diff(inside.astype(int)) == 1).sum())
    assert drawn == runs


def test_thinning_an_hour_of_a_year_costs_two_rows_a_column_at_most() -> None:
    values = np.sin(np.arange(525_600) / 900)
    thin = columns_of(curve(values, 60 * SECOND), START, START + 525_600 * 60 * SECOND, 1200)
    assert len(thin.at) <= 2 * 1200
    assert thin.weight.sum() == 525_600


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=900), st.integers(1, 50))
def test_without_the_band_the_line_itself_goes_through_the_peaks(values: list[float], columns: int) -> None:
    whole = curve(np.array(values))
    at, line = peaks_of(whole, START, START + len(values) * SECOND, columns)
    assert line.min() == min(values)
    assert line.max() == max(values)
    assert (np.diff(at) >= 0).all()


def test_what_is_out_of_view_does_not_count() -> None:
    whole = curve(np.array([100.0, 1, 2, 3, -100]))
    assert extent(whole, START + SECOND, START + 3 * SECOND) == (1.0, 3.0)
    assert extent(whole, START + 9 * SECOND, START + 10 * SECOND) is None
    near = columns_of(whole, START + 2 * SECOND, START + 2 * SECOND, 10)
    assert near.mid.tolist() == [1.0, 2.0, 3.0]


# -- axes ------------------------------------------------------------------------------------------------------------


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4), st.floats(0.1, 1e3))
def test_a_value_axis_ends_on_one_two_five_and_holds_what_is_in_it(low: float, wide: float, least: float) -> None:
    bottom, top = nice_range(low, low + wide, least)
    slack = (top - bottom) * 1e-6
    assert bottom <= low + slack
    assert top >= low + wide - slack
    assert top - bottom >= least * (1 - 1e-6)
    step = step_125(max(wide, least), 5)
    assert bottom / step == pytest.approx(round(bottom / step), abs=1e-3)
    assert f"{step:e}"[0] in "125"


@given(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5), st.integers(2, 8))
def test_value_ticks_lie_inside_and_are_written_apart(low: float, wide: float, most: int) -> None:
    ticks, digits = value_ticks(low, low + wide, most)
    assert len(ticks) <= most + 1
    assert all(low - wide * 1e-3 <= tick <= low + wide * 1.001 for tick in ticks)
    assert len({f"{tick:.{digits}f}" for tick in ticks}) == len(ticks)


@settings(max_examples=60)
@given(st.integers(0, 4_000_000_000), st.sampled_from([60, 600, 3600, 86_400, 7 * 86_400, 31_536_000, 315_619_200]))
def test_time_ticks_are_few_in_order_and_on_round_local_moments(start: int, span: int) -> None:
    zone = timezone(timedelta(hours=8))
    ticks = time_ticks(start * SECOND, (start + span) * SECOND, 8, zone)
    ats = [tick.at for tick in ticks]
    assert 1 <= len(ats) <= 17
    assert ats == sorted(set(ats))
    assert all(start * SECOND <= at <= (start + span) * SECOND for at in ats)
    assert all(at % SECOND == 0 for at in ats)


def test_days_begin_at_local_midnight_on_both_sides_of_summer_time() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = int(datetime(2026, 3, 27, 12, tzinfo=zone).timestamp()) * SECOND
    ticks = time_ticks(start, start + 4 * 86_400 * SECOND, 5, zone)
    hours = {datetime.fromtimestamp(tick.at / 1e6, zone).hour for tick in ticks}
    assert [tick.words for tick in ticks] == ["03-28", "03-29", "03-30", "03-31"]
    assert hours == {0}


def test_an_hour_is_cut_into_ten_minutes() -> None:
    ticks = time_ticks(START, START + HOUR, 7, timezone(timedelta(hours=8)))
    assert [tick.words for tick in ticks] == ["18:40", "18:50", "19:00", "19:10", "19:20", "19:30", "19:40"]


# -- marks and labels ------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 4)), max_size=40))
def test_marks_closer_than_24_px_are_merged_and_none_is_lost(rows: list[tuple[int, int]]) -> None:
    marks = [Mark(key=str(place), at=at, priority=priority) for place, (at, priority) in enumerate(rows)]
    clusters = merged(marks, float, 24)
    xs = [cluster.x for cluster in clusters]
    assert all(later - earlier >= 24 for earlier, later in pairwise(xs))
    assert sorted(mark.key for cluster in clusters for mark in cluster.marks) == sorted(mark.key for mark in marks)
    assert all(cluster.top.priority == min(mark.priority for mark in cluster.marks) for cluster in clusters)


@given(st.lists(st.floats(0, 300), min_size=1, max_size=5))
def test_end_tags_never_lie_on_one_another(wanted: list[float]) -> None:
    placed = spread(wanted, 20, 10, 290)
    ordered = sorted(placed)
    assert all(later - earlier >= 20 - 1e-6 for earlier, later in pairwise(ordered))
    assert min(placed) >= 10 - 1e-6
    assert max(placed) <= 290 + 1e-6


def test_panes_share_both_edges_and_lie_over_the_lanes() -> None:
    laid = places(1200, 700, 3, 2)
    rows = (*laid.panes, *laid.lanes, laid.foot, laid.axis)
    assert {row.left() for row in rows} == {laid.plot.left()}
    assert {row.right() for row in rows} == {laid.plot.right()}
    assert all(upper.bottom() <= lower.top() for upper, lower in pairwise(rows))


# -- the widget ------------------------------------------------------------------------------------------------------


@pytest.fixture
def chart(qtbot: QtBot, qapp: QApplication) -> TrendChart:
    made = specimen.chart()
    qtbot.addWidget(made)
    made.resize(1300, 640)
    made.show()
    qapp.processEvents()
    return made


def image(chart: TrendChart) -> QImage:
    return chart.grab().toImage()


def inked(chart: TrendChart, place: int, start: int, end: int) -> int:
    """Pixels of the front pen's colour in a pane between two moments."""
    rect, shot, wanted = chart.picture.places.panes[place], image(chart), current().pens[0]
    left, right = round(chart.picture.x(start)), round(chart.picture.x(end))
    top, bottom = round(rect.top()), round(rect.bottom())
    return sum(shot.pixelColor(x, y) == wanted for x in range(left + 2, right - 2, 3) for y in range(top + 1, bottom))


def alone(
    chart: TrendChart, values: np.ndarray[tuple[int], np.dtype[np.float64]], spans: tuple[Span, ...] = ()
) -> None:
    """One pen and nothing else."""
    pen = PenLook(key="1", number=1, front=True, now="1")
    chart.show_panes((Pane(key="a", title="A", unit="kPa", pens=(pen,), low=0, high=10),), ())
    chart.show_curves({"1": curve(values)}, {}, {"1": spans})
    chart.show_marks((), "")
    chart.show_cursor(None)
    QApplication.processEvents()


def test_a_gap_stays_empty_of_line_and_is_hatched(chart: TrendChart) -> None:
    values = np.full(3600, 5.0)
    alone(chart, values.copy())
    assert inked(chart, 0, START + 600 * SECOND, START + 1200 * SECOND) > 50
    plain = image(chart)
    values[600:1200] = np.nan
    gap = Span(start=START + 600 * SECOND, end=START + 1200 * SECOND, look=Look.GAP, words="no data\n10 min")
    alone(chart, values, (gap,))
    assert inked(chart, 0, START + 605 * SECOND, START + 1195 * SECOND) == 0
    assert inked(chart, 0, START + 1300 * SECOND, START + 1900 * SECOND) > 50
    assert image(chart) != plain


def test_a_single_peak_in_a_day_is_seen_as_band_and_without_it_as_line(chart: TrendChart) -> None:
    values = np.full(86_400, 2.0)
    alone(chart, values.copy())
    chart.show_window(START, START + 86_400 * SECOND, START + 86_400 * SECOND)
    chart.set_band(False)
    flat = image(chart)
    values[40_000] = 9.0
    alone(chart, values)
    line = image(chart)
    chart.set_band(True)
    band = image(chart)
    x = round(chart.picture.x(START + 40_000 * SECOND))
    places = [(x + off, round(chart.picture.y(0, 6.0))) for off in (-1, 0, 1)]
    for shot in (line, band):
        assert any(shot.pixelColor(*place) != flat.pixelColor(*place) for place in places)


def test_a_value_between_two_gaps_is_seen_as_a_dot(chart: TrendChart) -> None:
    values = np.full(3600, np.nan)
    alone(chart, values.copy())
    empty = image(chart)
    values[1800] = 5.0
    alone(chart, values)
    x, y = round(chart.picture.x(START + 1800 * SECOND)), round(chart.picture.y(0, 5.0))
    near = [(x + right, y + down) for right in (0, 1) for down in (-1, 0)]
    assert any(image(chart).pixelColor(*place) != empty.pixelColor(*place) for place in near)


def test_a_click_asks_for_the_cursor_and_with_shift_for_the_second(chart: TrendChart, qtbot: QtBot) -> None:
    where = QPoint(600, 200)
    with qtbot.waitSignal(chart.cursor_asked) as first:
        QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=where)
    with qtbot.waitSignal(chart.cursor_asked) as second:
        QTest.mouseClick(
            chart.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(700, 200)
        )
    assert first.args == [chart.picture.time(600), False]
    assert second.args == [chart.picture.time(700), True]


def test_a_drag_zooms_time_and_a_box_in_a_pane_values_too(chart: TrendChart, qtbot: QtBot) -> None:
    view, pane = chart.viewport(), chart.picture.places.panes[0]
    middle = round(pane.center().y())
    told: list[tuple[object, ...]] = []
    chart.values_zoomed.connect(lambda *given_: told.append(given_))
    with qtbot.waitSignal(chart.zoomed) as flat:
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(400, middle))
        QTest.mouseMove(view, QPoint(500, middle + 3))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(500, middle + 3))
    assert flat.args == [chart.picture.time(400), chart.picture.time(500)]
    assert told == []
    with qtbot.waitSignals([chart.zoomed, chart.values_zoomed]):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(400, middle - 30))
        QTest.mouseMove(view, QPoint(500, middle + 30))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(500, middle + 30))
    key, low, high = told[0]
    assert key == "kPa"
    assert (low, high) == (
        pytest.approx(chart.picture.value(0, middle + 30)),
        pytest.approx(chart.picture.value(0, middle - 30)),
    )


def turned(chart: TrendChart, at: QPoint, notches: int, held: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart.viewport(), event)


def test_the_wheel_zooms_time_around_the_pointer_and_with_ctrl_values(chart: TrendChart, qtbot: QtBot) -> None:
    at = QPoint(600, round(chart.picture.places.panes[0].center().y()))
    moment = chart.picture.time(600)
    with qtbot.waitSignal(chart.zoomed) as closer:
        turned(chart, at, 1, Qt.KeyboardModifier.NoModifier)
    start, end = closer.args
    span = chart.picture.end - chart.picture.start
    assert end - start == pytest.approx(span / 1.25, rel=1e-6)
    assert (moment - start) / (end - start) == pytest.approx((moment - chart.picture.start) / span, abs=1e-6)
    with qtbot.waitSignal(chart.values_zoomed) as wider:
        turned(chart, at, -1, Qt.KeyboardModifier.ControlModifier)
    assert wider.args[2] - wider.args[1] == pytest.approx((0.38 - 0.24) * 1.25)


def test_a_press_on_a_mark_names_the_most_urgent_of_its_cluster(chart: TrendChart, qtbot: QtBot) -> None:
    cluster = chart.picture.clusters()[-2]
    assert len(cluster.marks) > 1
    where = QPoint(round(cluster.x), round(chart.picture.places.foot.center().y()))
    with qtbot.waitSignal(chart.mark_pressed) as pressed:
        QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert pressed.args == [cluster.top.key]


def test_keys_are_left_to_the_page(chart: TrendChart, qtbot: QtBot) -> None:
    before = chart.viewportTransform()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    assert chart.viewportTransform() == before


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", [SCALES[0], SCALES[-1]])
def test_theme_and_scale_switch_live(chart: TrendChart, qapp: QApplication, theme: str, scale: float) -> None:
    left = chart.picture.places.plot.left()
    apply(qapp, load(theme, scale))
    qapp.processEvents()
    shot = image(chart)
    rect = chart.picture.places.panes[0]
    assert chart.picture.places.plot.left() != left
    assert shot.pixelColor(2, 2) == current().bg2
    wanted = current().pens[0]
    column = [shot.pixelColor(round(rect.left()) + 400, y) for y in range(round(rect.top()), round(rect.bottom()))]
    assert min(abs(ink.red() - wanted.red()) + abs(ink.blue() - wanted.blue()) for ink in column) < 200


def test_a_small_chart_still_paints(chart: TrendChart) -> None:
    chart.resize(QSize(300, 120))
    assert not image(chart).isNull()
    alone(chart, np.empty(0))
    assert not image(chart).isNull()
