"""Numbers, ages, qualities, bars and lines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from widgets.charts import Sparkline, line_path, thinned
from widgets.mimic import Actuator, ValveState, ValveSymbol, paint_valve
from widgets.notices import GlyphState
from widgets.readouts import (
    MINUS,
    NO_VALUE,
    AnalogBar,
    KpiTile,
    Mark,
    MarkBadge,
    RateBar,
    Span,
    Text,
    ValueReadout,
    clock_age,
    countdown,
    number_text,
    paint_bar,
    paint_mark,
    short_age,
    with_unit,
)
from widgets.theme import Role, Tone, Weight, apply, current, load

SPAN = Span(low=0.0, high=100.0, band=(40.0, 60.0), limits=((20.0, "L"), (80.0, "H")))


def on_card(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(current().bg2)
    return image


def columns(image: QImage, colour: QColor) -> list[int]:
    """The columns in which a colour is seen."""
    return [x for x in range(image.width()) if any(image.pixelColor(x, y) == colour for y in range(image.height()))]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0:00"),
        (27.9, "0:27"),
        (108, "1:48"),
        (3600, "1:00:00"),
        (15999, "4:26:39"),
        (190_000, "2d 04h"),
        (-3, "0:00"),
    ],
)
def test_clock_ages(seconds: float, expected: str) -> None:
    assert clock_age(seconds).replace("\u2009", "") == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0 s"), (2.5, "2 s"), (59.9, "59 s"), (60, "1 min"), (3600, "1 h"), (180_000, "2 d")]
)
def test_short_ages(seconds: float, expected: str) -> None:
    assert short_age(seconds).replace("\u2009", " ") == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(180, "3:00"), (131.2, "2:12"), (0.01, "0:01"), (0, "0:00"), (-5, "0:00")]
)
def test_a_countdown_says_zero_only_at_zero(seconds: float, expected: str) -> None:
    assert countdown(seconds) == expected


@pytest.mark.parametrize(
    ("value", "digits", "signed", "expected"),
    [
        (186400, 0, False, "186,400"),
        (0.268, 3, False, "0.268"),
        (-1.6, 1, False, f"{MINUS}1.6"),
        (6900, 0, True, "+6,900"),
        (-0.0001, 1, True, "0.0"),
        (None, 1, False, NO_VALUE),
        (math.nan, 1, False, NO_VALUE),
    ],
)
def test_numbers(value: float | None, digits: int, signed: bool, expected: str) -> None:
    assert number_text(value, digits, signed=signed) == expected


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 4))
def test_a_number_can_be_read_back(value: float, digits: int) -> None:
    words = number_text(value, digits)
    assert "-" not in words
    assert float(words.replace(",", "").replace(MINUS, "-")) == pytest.approx(round(value, digits), abs=10**-digits)


def test_units_follow_a_thin_space() -> None:
    assert (with_unit("412", "kPa"), with_unit("open", "")) == ("412\u2009kPa", "open")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_badges_look_different_and_good_has_none(qapp: QApplication, theme: str) -> None:
    apply(qapp, load(theme))
    pictures = []
    for mark in Mark:
        image = on_card(32, 32)
        with QPainter(image) as painter:
            paint_mark(painter, QRectF(0, 0, 32, 32), mark)
        pictures.append(bytes(image.constBits()))
    assert pictures[0] == bytes(on_card(32, 32).constBits())
    assert len(set(pictures)) == len(Mark)


def test_the_pointer_stands_at_the_value(qapp: QApplication) -> None:
    for value in (10.0, 50.0, 95.0):
        image = on_card(400, 14)
        with QPainter(image) as painter:
            paint_bar(painter, QRectF(0, 0, 400, 14), SPAN, value, Tone.P1)
        seen = columns(image, current().p1)
        assert sum(seen) / len(seen) == pytest.approx(value * 4, abs=2)


def test_a_value_outside_stays_at_the_end() -> None:
    assert (SPAN.share(-5), SPAN.share(50), SPAN.share(500)) == (0.0, 0.5, 1.0)
    assert Span(low=1, high=1).share(1) == 0.5


@pytest.mark.parametrize("value", [None, math.nan])
def test_no_value_no_pointer(value: float | None) -> None:
    image = on_card(400, 14)
    with QPainter(image) as painter:
        paint_bar(painter, QRectF(0, 0, 400, 14), SPAN, value, Tone.P1)
    assert columns(image, current().p1) == []


def test_a_bad_value_loses_pointer_and_band_and_is_hatched() -> None:
    image = on_card(400, 14)
    with QPainter(image) as painter:
        paint_bar(painter, QRectF(0, 0, 400, 14), SPAN, 50.0, Tone.P1, Mark.BAD)
    assert columns(image, current().p1) == []
    assert columns(image, current().line2) == []


def test_a_stale_pointer_is_hollow() -> None:
    filled, hollow = on_card(400, 14), on_card(400, 14)
    for image, mark in ((filled, Mark.GOOD), (hollow, Mark.STALE)):
        with QPainter(image) as painter:
            paint_bar(painter, QRectF(0, 0, 400, 14), SPAN, 50.0, Tone.P1, mark)
    assert filled.pixelColor(200, 4) == current().p1
    assert hollow.pixelColor(200, 4) != current().p1


@pytest.mark.parametrize("mark", Mark)
@pytest.mark.parametrize("orientation", Qt.Orientation)
def test_bars_paint_in_every_quality(qtbot, mark: Mark, orientation: Qt.Orientation) -> None:
    bar = AnalogBar(SPAN, name="Outlet", orientation=orientation)
    qtbot.addWidget(bar)
    empty = bar.grab().toImage()
    bar.show_value(50.0, mark=mark, tone=Tone.P2)
    bar.set_span(SPAN)
    assert bar.grab().toImage() != empty


def test_a_readout_says_value_unit_quality_and_age(qtbot) -> None:
    readout = ValueReadout("PT-115 outlet", span=SPAN, boxed=True)
    qtbot.addWidget(readout)
    readout.show_value(1.52, unit="MPa", digits=2, mark=Mark.STALE, age="6 min", mark_word="stale")
    assert (readout.accessibleName(), readout.accessibleDescription()) == ("PT-115 outlet", "1.52 MPa stale 6 min")
    readout.show_text("tripped")
    assert readout.accessibleDescription() == "tripped"
    readout.set_label("出口压力")
    readout.set_span(None)
    assert readout.accessibleName() == "出口压力"
    assert not readout.grab().isNull()


def test_the_tone_never_reaches_the_digits(qtbot) -> None:
    readout = ValueReadout("PT-1202", role=Role.ALARM)
    qtbot.addWidget(readout)
    readout.show_value(0.263, unit="MPa", digits=3, tone=Tone.P1)
    image = readout.grab().toImage()
    assert columns(image, current().p1) == []
    assert columns(image, current().text1) != []


def test_a_faded_value_is_written_in_text3(qtbot) -> None:
    readout = ValueReadout("PT-1202", role=Role.ALARM)
    qtbot.addWidget(readout)
    readout.show_value(0.263, unit="", digits=3, mark=Mark.STALE)
    assert columns(readout.grab().toImage(), current().text1) == []


def test_a_key_figure_shows_its_alarm_beside_the_digits(qtbot) -> None:
    tile = KpiTile("Lowest outlet pressure")
    qtbot.addWidget(tile)
    tile.resize(240, 98)
    tile.set_span(SPAN)
    tile.show_trend(np.linspace(0, 1, 500))
    tile.show_value(26.8, unit="kPa", digits=1, sentence="limit 28.0")
    calm = columns(tile.grab().toImage(), current().p1)
    tile.set_alarm((1, GlyphState.ACKNOWLEDGED))
    alarmed = columns(tile.grab().toImage(), current().p1)
    assert calm == []
    assert max(alarmed) > 200
    assert tile.accessibleDescription() == "26.8 kPa limit 28.0"


def test_a_rate_above_its_limit_is_bold(qtbot) -> None:
    rate = RateBar("Alarms / 10 min", limit=10)
    qtbot.addWidget(rate)
    rate.show_count(8, "flood > 10")
    calm = rate.grab().toImage()
    rate.show_count(27, "flood > 10")
    assert rate.accessibleDescription() == "27 flood > 10"
    assert rate.grab().toImage() != calm


def test_a_badge_widget_says_its_word(qtbot) -> None:
    badge = MarkBadge(Mark.MANUAL, name="manual")
    qtbot.addWidget(badge)
    badge.set_mark(Mark.BAD, "bad")
    assert badge.accessibleName() == "bad"


@given(st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=3, max_size=3000), st.integers(1, 60))
def test_thinning_keeps_the_extremes(values: list[float], width: int) -> None:
    array = np.array(values)
    place, kept = thinned(array, width)
    finite, left = array[np.isfinite(array)], kept[np.isfinite(kept)]
    assert len(place) == len(kept) <= max(2 * width, 2)
    assert list(place) == sorted(place)
    assert (left.size == 0) is (finite.size == 0)
    assert np.array_equal(_ends(left), _ends(finite))


def _ends(values: np.ndarray) -> np.ndarray:
    return np.array([np.min(values, initial=np.inf), np.max(values, initial=-np.inf)])


def test_a_gap_stays_a_gap() -> None:
    values = np.array([1.0, 2.0, np.nan, np.nan, 3.0, 4.0])
    path = line_path(values, QRectF(0, 0, 100, 10), 1.0, 4.0)
    starts = [index for index in range(path.elementCount()) if path.elementAt(index).isMoveTo()]
    assert len(starts) == 2


@pytest.mark.parametrize("values", [np.empty(0), np.full(5, np.nan), np.ones(1), np.ones(9), np.arange(5000.0)])
def test_any_line_paints(qtbot, values: np.ndarray) -> None:
    line = Sparkline(name="Trend")
    qtbot.addWidget(line)
    line.show_values(values, Tone.P2)
    assert not line.grab().isNull()


def test_valve_states_differ_without_colour(qapp: QApplication) -> None:
    pictures = []
    for state in ValveState:
        image = on_card(128, 96)
        with QPainter(image) as painter:
            paint_valve(painter, QRectF(0, 0, 128, 96), state, current().text1)
        pictures.append({(x, y) for x in range(128) for y in range(96) if image.pixelColor(x, y) != current().bg2})
    differing = [len(one ^ other) for place, one in enumerate(pictures) for other in pictures[:place]]
    assert min(differing) > 60


def test_a_valve_says_its_state_in_words(qtbot) -> None:
    valve = ValveSymbol(ValveState.OPEN, "OPEN", actuator=Actuator.MOTOR, size=96)
    qtbot.addWidget(valve)
    narrow = valve.sizeHint().width()
    valve.show_state(ValveState.DISAGREES, "Not verified: ZSO still made", off_normal=True, ring=Tone.YOU)
    assert valve.accessibleName() == "Not verified: ZSO still made"
    assert valve.sizeHint().width() > narrow
    assert not valve.grab().isNull()


HTML = "<b>XV-0417</b> & <img src=x> &amp;"


def test_a_label_shows_markup_as_it_is(qtbot) -> None:
    label = Text(HTML)
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText
    wide = label.sizeHint().width()
    label.setText("XV-0417 & &")
    assert wide > 2 * label.sizeHint().width()


def test_a_label_wraps_to_its_width_on_the_line_height_of_its_role(qtbot) -> None:
    label = Text("Zone Z-07 falls below 0.20 MPa in about nine minutes and air may enter on relight.", wrap=True)
    qtbot.addWidget(label)
    assert label.heightForWidth(2000) == 18
    assert label.heightForWidth(200) == 18 * 3
    label.setText("供气管网压力低低，请立即处理")
    assert label.heightForWidth(2000) == 20
    assert Text("one").heightForWidth(100) == -1


def test_a_place_name_is_elided_in_the_middle_and_a_value_never(qtbot) -> None:
    place = Text("Binjiang Avenue main, north isolating valve", elide=Qt.TextElideMode.ElideMiddle)
    value = Text("186,400 Nm³/h", Role.VALUE, Weight.SEMIBOLD)
    qtbot.addWidget(place)
    qtbot.addWidget(value)
    assert place.minimumSizeHint().width() == 0
    assert value.minimumSizeHint() == value.sizeHint()
    place.resize(120, 18)
    assert not place.grab().isNull()


def test_a_label_follows_tone_and_weight(qtbot) -> None:
    label = Text("412 kPa", Role.ALARM)
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    assert columns(label.grab().toImage(), current().text1) != []
    label.set_tone(Tone.MUTED)
    label.set_weight(Weight.BOLD)
    assert columns(label.grab().toImage(), current().text1) == []
    assert label.font().weight() == 700
