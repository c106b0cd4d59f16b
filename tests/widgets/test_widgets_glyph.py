"""The alarm glyph: shape says the priority, fill and ring the state; only the ring blinks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from widgets.notices import (
    BLINKING,
    AlarmGlyph,
    BannerAlarm,
    BannerRow,
    Blink,
    GlyphState,
    PriorityCounter,
    glyph_pixmap,
    paint_glyph,
    shared_blink,
)
from widgets.theme import THEMES, alarm_tone, apply, current, load

SIZE = 96
PRIORITIES = (1, 2, 3, 4)
GREY_STATES = (GlyphState.SHELVED, GlyphState.SUPPRESSED, GlyphState.OUT_OF_SERVICE, GlyphState.NONE)
HUED_STATES = tuple(state for state in GlyphState if state not in GREY_STATES)


def drawn(priority: int, state: GlyphState, *, lit: bool = True) -> QImage:
    """The glyph at four times its size on the card colour."""
    image = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)
    image.fill(current().bg2)
    with QPainter(image) as painter:
        paint_glyph(painter, QRectF(0, 0, SIZE, SIZE), priority, state, ring_lit=lit)
    return image


def near(one: QColor, other: QColor) -> bool:
    """Whether two colours are the same but for smooth edges."""
    return all(abs(a - b) <= 24 for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def count(image: QImage, colour: QColor) -> int:
    """Pixels of a colour."""
    return sum(near(image.pixelColor(x, y), colour) for x in range(SIZE) for y in range(SIZE))


def places(one: QImage, other: QImage) -> set[tuple[int, int]]:
    """The pixels in which two pictures differ."""
    return {(x, y) for x in range(SIZE) for y in range(SIZE) if one.pixel(x, y) != other.pixel(x, y)}


def empty() -> QImage:
    """The card colour with nothing on it."""
    image = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)
    image.fill(current().bg2)
    return image


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("state", HUED_STATES)
@pytest.mark.parametrize("priority", PRIORITIES)
def test_active_states_show_their_hue(qapp: QApplication, name: str, priority: int, state: GlyphState) -> None:
    apply(qapp, load(name))
    assert count(drawn(priority, state), current().mark(alarm_tone(priority))) > 100


@pytest.mark.parametrize("state", GREY_STATES)
@pytest.mark.parametrize("priority", PRIORITIES)
def test_held_back_states_show_no_hue_at_all(priority: int, state: GlyphState) -> None:
    image = drawn(priority, state)
    greys = [image.pixelColor(x, y) for x in range(SIZE) for y in range(SIZE)]
    assert max(max(c.getRgb()[:3]) - min(c.getRgb()[:3]) for c in greys) <= 30


@pytest.mark.parametrize("priority", PRIORITIES)
def test_filled_means_active(priority: int) -> None:
    hue = current().mark(alarm_tone(priority))
    filled, hollow = drawn(priority, GlyphState.ACKNOWLEDGED), drawn(priority, GlyphState.RETURNED)
    inside = [(x, y) for x in range(SIZE) for y in range(SIZE) if near(filled.pixelColor(x, y), hue)]
    left = [place for place in inside if near(hollow.pixelColor(*place), hue)]
    assert len(inside) > 400
    assert len(left) < 0.6 * len(inside)


@pytest.mark.parametrize("priority", PRIORITIES)
def test_every_state_looks_different(priority: int) -> None:
    pictures = [drawn(priority, state) for state in GlyphState]
    differing = [len(places(one, other)) for i, one in enumerate(pictures) for other in pictures[:i]]
    assert len(differing) == 28
    assert min(differing) > 40


@pytest.mark.parametrize("state", GlyphState)
def test_every_priority_has_its_own_shape_without_colour(state: GlyphState) -> None:
    shapes = [places(drawn(priority, state), empty()) for priority in PRIORITIES]
    differing = [len(one ^ other) for i, one in enumerate(shapes) for other in shapes[:i]]
    assert min(differing) > 150


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("state", GlyphState)
@pytest.mark.parametrize("priority", PRIORITIES)
def test_only_the_ring_blinks(qapp: QApplication, name: str, priority: int, state: GlyphState) -> None:
    apply(qapp, load(name))
    changed = places(drawn(priority, state, lit=True), drawn(priority, state, lit=False))
    assert bool(changed) is (state in BLINKING)
    shape = places(drawn(priority, GlyphState.ACKNOWLEDGED), empty())
    assert len(shape) > 400
    assert changed & shape == set()


@pytest.mark.parametrize("priority", PRIORITIES)
def test_a_dark_ring_is_still_no_acknowledged_glyph(priority: int) -> None:
    dark = drawn(priority, GlyphState.UNACKNOWLEDGED, lit=False)
    assert len(places(dark, drawn(priority, GlyphState.ACKNOWLEDGED))) > 100


def test_light_shapes_carry_an_outline(qapp: QApplication) -> None:
    apply(qapp, load("light"))
    outline = current().glyph_outline
    assert outline is not None
    for priority in PRIORITIES:
        assert count(drawn(priority, GlyphState.ACKNOWLEDGED), outline) > 60


def test_the_table_picture_is_the_same_glyph() -> None:
    picture = glyph_pixmap(1, GlyphState.ACKNOWLEDGED, 24, 1.0, ring_lit=True).toImage()
    assert near(picture.pixelColor(8, 8), current().p1)
    assert picture.pixelColor(0, 0).alpha() == 0


def test_the_beat_is_one_hertz_and_half_a_hertz() -> None:
    blink = Blink()
    fast, slow = [], []
    for _ in range(8):
        fast.append(blink.fast())
        slow.append(blink.slow())
        blink.beat()
    assert fast == [True, False] * 4
    assert slow == [True, True, False, False] * 2


def test_the_beat_runs_only_while_somebody_needs_it(qtbot) -> None:
    blink = shared_blink()
    glyph = AlarmGlyph(1, GlyphState.ACKNOWLEDGED, name="P1")
    qtbot.addWidget(glyph)
    assert not blink.running()
    glyph.set_alarm(1, GlyphState.UNACKNOWLEDGED, "P1, new")
    assert blink.running()
    glyph.set_alarm(1, GlyphState.ACKNOWLEDGED, "P1")
    assert not blink.running()


def test_a_destroyed_glyph_needs_no_beat(qapp: QApplication) -> None:
    glyph = AlarmGlyph(1, GlyphState.UNACKNOWLEDGED, name="P1, new")
    assert shared_blink().running()
    del glyph
    assert not shared_blink().running()


def test_less_motion_means_a_steady_thick_ring() -> None:
    blink = shared_blink()
    thin = drawn(1, GlyphState.UNACKNOWLEDGED)
    blink.set_steady(True)
    try:
        thick = drawn(1, GlyphState.UNACKNOWLEDGED)
        assert blink.fast()
        assert blink.slow()
        blink.need(blink, True)
        assert not blink.running()
    finally:
        blink.need(blink, False)
        blink.set_steady(False)
    assert count(thick, current().p1) > count(thin, current().p1) + 100


def test_a_counter_says_what_it_shows(qtbot) -> None:
    counter = PriorityCounter(1, name="Priority 1")
    qtbot.addWidget(counter)
    assert counter.state() is GlyphState.NONE
    counter.show_counts(2, 1, "1 new")
    assert counter.state() is GlyphState.UNACKNOWLEDGED
    assert counter.accessibleDescription() == "2, 1 new"
    counter.show_counts(2, 0, "0 new")
    assert counter.state() is GlyphState.ACKNOWLEDGED
    assert not shared_blink().running()


def test_a_banner_row_opens_its_alarm_and_rests_without_one(qtbot) -> None:
    row = BannerRow(name="Alarm")
    qtbot.addWidget(row)
    assert not row.isEnabled()
    alarm = BannerAlarm(
        priority=1,
        state=GlyphState.UNACKNOWLEDGED,
        time="18:32:07",
        tag="PT-1202",
        words="<b>LOW</b>",
        value="0.268 MPa",
    )
    row.show_alarm(alarm)
    with qtbot.waitSignal(row.clicked, timeout=1000):
        row.click()
    assert "PT-1202" in row.accessibleDescription()
    row.resize(900, 27)
    assert not row.grab().isNull()
    row.show_alarm(None)
    assert not row.isEnabled()
    assert row.accessibleDescription() == ""
