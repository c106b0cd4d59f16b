"""Planes, rail, header, dialog frame, lists; and the notices that lie over a page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from widgets.inputs import Button
from widgets.notices import (
    ClockBlock,
    FrozenNotice,
    GlyphState,
    HoldPill,
    MarkBlock,
    SimulatorFrame,
    StatusFact,
    Toast,
)
from widgets.specimens.surfaces import FOOT, INTERLOCKS, LIFE, PAGES, STEPS
from widgets.surfaces import (
    Card,
    DialogFrame,
    Drawer,
    EmptyState,
    ExpiryRing,
    FactList,
    Level,
    LevelBadge,
    LifeLine,
    PageHeader,
    Rail,
    RailEntry,
    Stepper,
    Surface,
    Veil,
)
from widgets.theme import Tone, current


def test_a_surface_shows_its_level_and_border(qtbot) -> None:
    plane = Surface(Level.WELL)
    qtbot.addWidget(plane)
    plane.resize(60, 60)
    assert plane.grab().toImage().pixelColor(30, 30) == current().bg1
    plane.set_level(Level.RAISED)
    plane.set_line(Tone.YOU)
    image = plane.grab().toImage()
    assert image.pixelColor(30, 30) == current().bg3
    assert image.pixelColor(30, 0) == current().you


def test_a_card_hides_an_empty_head(qtbot) -> None:
    card = Card()
    qtbot.addWidget(card)
    bare = card.sizeHint().height()
    card.set_title("Supply network", "last data 18:31:02")
    assert card.sizeHint().height() > bare
    assert card.accessibleName() == "Supply network"
    card.set_note("last data 18:31:02, stale", bold=True)
    card.add_tool(Button("Open", key="F6"))
    card.set_title("")
    assert card.sizeHint().height() > bare


def test_the_header_climbs(qtbot) -> None:
    header = PageHeader()
    qtbot.addWidget(header)
    spy = QSignalSpy(header.climbed)
    header.set_place("L2", ["Overview"], "Stations")
    header.set_place("L2", ["Overview", "Stations"], "North Gate")
    header.add_tool(Button("Filter"))
    steps = [button for button in header.findChildren(Button) if not button.isHidden() and button.words() == "Stations"]
    steps[-1].click()
    assert spy.at(0) == [1]
    assert header.accessibleName() == "North Gate"
    assert header.sizeHint().height() == 48


def test_the_header_shows_the_tools_of_one_page_at_a_time(qtbot) -> None:
    header = PageHeader()
    qtbot.addWidget(header)
    mine, yours = Button("Mine", parent=header), Button("Yours", parent=header)
    header.show_tools(mine)
    header.show_tools(yours)
    assert (mine.isHidden(), yours.isHidden()) == (True, False)
    header.show_tools(None)
    assert yours.isHidden()


def test_a_level_badge_says_its_level(qtbot) -> None:
    badge = LevelBadge("L1")
    qtbot.addWidget(badge)
    badge.set_words("L3")
    assert badge.accessibleName() == "L3"


def test_the_rail_asks_and_the_owner_marks(qtbot) -> None:
    rail = Rail(PAGES, FOOT, name="Pages")
    qtbot.addWidget(rail)
    rail.set_current("overview")
    spy = QSignalSpy(rail.chosen)
    rail.item("alarms").click()
    assert spy.at(0) == ["alarms"]
    assert (rail.item("overview").isChecked(), rail.item("alarms").isChecked()) == (True, False)
    rail.set_current("alarms")
    assert (rail.item("overview").isChecked(), rail.item("alarms").isChecked()) == (False, True)


def test_rail_badges_speak(qtbot) -> None:
    rail = Rail(PAGES, name="Pages")
    qtbot.addWidget(rail)
    rail.set_count("commands", 2)
    rail.set_alarm("alarms", (1, GlyphState.UNACKNOWLEDGED))
    assert rail.item("commands").accessibleDescription() == "F7 2"
    assert rail.item("alarms").accessibleDescription() == "F4 P1"
    rail.set_count("commands", 120)
    rail.set_entry(RailEntry(key="commands", words="指令", icon="commands", hint="F7"))
    assert rail.item("commands").accessibleName() == "指令"
    assert not rail.grab().isNull()


def test_the_stepper_says_where_things_stand(qtbot) -> None:
    stepper = Stepper(STEPS, name="Command")
    qtbot.addWidget(stepper)
    assert stepper.accessibleDescription() == "Approve now"
    narrow = stepper.minimumSizeHint().width()
    stepper.set_steps(STEPS[:2])
    assert stepper.minimumSizeHint().width() < narrow
    stepper.set_steps([])
    assert not stepper.grab().isNull()


@pytest.mark.parametrize("orientation", Qt.Orientation)
def test_a_life_line_tells_its_steps(qtbot, orientation: Qt.Orientation) -> None:
    line = LifeLine(LIFE, name="Life", orientation=orientation)
    qtbot.addWidget(line)
    assert "18:36:46.9 Approved" in line.accessibleDescription()
    assert not line.grab().isNull()
    line.set_steps([], "Life")
    assert not line.grab().isNull()


def test_facts_not_met_stand_out(qtbot) -> None:
    facts = FactList(INTERLOCKS, name="Interlocks")
    qtbot.addWidget(facts)
    assert "RTU clock within 50 ms: 212 ms" in facts.accessibleDescription()
    assert facts.sizeHint().height() == 30 * len(INTERLOCKS)
    assert not facts.grab().isNull()


def test_the_ring_empties(qtbot) -> None:
    ring = ExpiryRing(name="Request expires")
    qtbot.addWidget(ring)
    ring.resize(ring.sizeHint())
    blue = []
    for left in (180, 60, 0, -5):
        ring.show_left(left, 180)
        image = ring.grab().toImage()
        blue.append(sum(image.pixelColor(x, y) == current().you for x in range(72) for y in range(72)))
    assert blue[0] > 2 * blue[1] > 0
    assert blue[2] == blue[3] == 0
    assert ring.accessibleDescription() == "0:00"
    ring.show_share(0.78, "78")
    assert ring.accessibleDescription() == "78"


def test_a_drawer_closes_by_button_and_escape(qtbot) -> None:
    drawer = Drawer("PT-1202", "R-12", close_name="Close")
    qtbot.addWidget(drawer)
    spy = QSignalSpy(drawer.closed)
    close = drawer.findChildren(Button)
    close[0].click()
    QTest.keyClick(drawer, Qt.Key.Key_Escape)
    assert spy.count() == 2
    drawer.set_lead(Button("x"))
    drawer.set_lead(Button("y"))
    drawer.set_subject("GD-0418", "Valve well")
    assert (drawer.accessibleName(), drawer.accessibleDescription()) == ("GD-0418", "Valve well")


def test_an_empty_state_offers_its_action(qtbot) -> None:
    empty = EmptyState("No active alarms.", action="Show history")
    qtbot.addWidget(empty)
    with qtbot.waitSignal(empty.acted, timeout=1000):
        empty.findChildren(Button)[0].click()
    empty.set_words("No command is open.")
    assert empty.findChildren(Button)[0].isHidden()
    assert empty.accessibleName() == "No command is open."


@pytest.fixture
def desk(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    return made


def test_a_dialog_says_escape_and_nothing_more(desk: QWidget) -> None:
    frame = DialogFrame("Approve: close valve XV-0417", number="CMD-2026-00418")
    number, reject = QLineEdit(), Button("Reject", key="Esc")
    frame.body.addWidget(number)
    frame.add_leading(reject)
    frame.add_leading(Button("Ask"))
    frame.add_commit(Button("Approve"))
    frame.set_foot_note("Enabled when complete")
    veil = Veil(frame, desk)
    pressed = QSignalSpy(reject.clicked)
    with_escape = QSignalSpy(frame.escaped)
    QTest.keyClick(frame, Qt.Key.Key_Escape)
    assert (with_escape.count(), pressed.count()) == (1, 0)
    frame.set_title("Verify", "CMD-2026-00419")
    assert frame.accessibleName() == "Verify"
    assert veil.dialog() is frame
    assert not desk.grab().isNull()


def test_a_veil_covers_its_area_and_nothing_else(desk: QWidget) -> None:
    frame = DialogFrame("Close valve")
    frame.setMinimumSize(600, 400)
    veil = Veil(frame, desk)
    assert veil.geometry() == desk.rect()
    desk.resize(1000, 700)
    assert veil.geometry() == desk.rect()
    assert veil.rect().contains(frame.geometry())
    below = Button("below", parent=desk)
    below.setGeometry(0, 0, 50, 30)
    below.show()
    veil.raise_()
    spy = QSignalSpy(below.clicked)
    QTest.mouseClick(desk.childAt(QPoint(10, 10)), Qt.MouseButton.LeftButton)
    assert spy.count() == 0
    veil.lift()
    assert veil.isHidden()


def test_tab_stays_inside_the_dialog(desk: QWidget, qtbot) -> None:
    outside = QLineEdit(desk)
    outside.show()
    frame = DialogFrame("Close valve")
    fields = [QLineEdit(), QLineEdit()]
    for field in fields:
        frame.body.addWidget(field)
    veil = Veil(frame, desk)
    desk.activateWindow()
    fields[0].setFocus()
    seen = []
    for _ in range(4):
        veil.focusNextPrevChild(True)
        seen.append(QApplication.focusWidget() or desk.focusWidget())
    assert outside not in seen
    assert {fields[0], fields[1]} == set(seen)


def test_a_toast_leaves_by_itself_but_a_refusal_stays(desk: QWidget) -> None:
    toast = Toast(desk, close_name="Close", seconds=6)
    gone = QSignalSpy(toast.gone)
    toast.show_words("Acknowledged 7 alarms", action="Undo")
    assert toast._timer.interval() == 6000
    toast._timer.timeout.emit()
    assert (toast.isVisible(), gone.count()) == (False, 1)
    toast.show_words("Refused: reserved by Desk B", refused=True)
    assert not toast._timer.isActive()
    assert toast.accessibleName() == "Refused: reserved by Desk B"
    toast.leave()
    toast.leave()
    assert gone.count() == 2


def test_a_toasts_action(desk: QWidget) -> None:
    toast = Toast(desk, close_name="Close")
    acted = QSignalSpy(toast.acted)
    toast.show_words("Filter on", action="Clear")
    next(button for button in toast.findChildren(Button) if button.words() == "Clear").click()
    assert acted.count() == 1
    assert toast.isHidden()


def test_a_pill_stays_at_the_foot(desk: QWidget) -> None:
    pill = HoldPill(desk)
    pill.show_waiting("List held", "3 new alarms waiting", "Show now", "End", (3, GlyphState.UNACKNOWLEDGED))
    assert desk.rect().contains(pill.geometry())
    desk.resize(900, 500)
    assert desk.rect().contains(pill.geometry())
    assert abs(pill.geometry().center().x() - 450) <= 2
    with_released = QSignalSpy(pill.released)
    pill.findChildren(Button)[0].click()
    assert with_released.count() == 1
    pill.show_waiting("List held", "", "Show now", "End", None)


def test_the_simulator_frame_is_seen_on_all_sides_and_stays_on_top(desk: QWidget) -> None:
    frame = SimulatorFrame(desk, "SIMULATOR 仿真")
    later = Surface(Level.CARD, radius=0, parent=desk)
    later.setGeometry(desk.rect())
    later.show()
    image = desk.grab().toImage()
    teal = current().not_field
    sides = {
        "top": [(x, 5) for x in range(20, 1380)],
        "foot": [(x, 895) for x in range(20, 1380)],
        "left": [(5, y) for y in range(20, 880)],
        "right": [(1395, y) for y in range(20, 880)],
    }
    shares = [sum(image.pixelColor(*place) == teal for place in places) / len(places) for places in sides.values()]
    assert min(shares) > 0.3
    assert max(shares) < 0.7
    assert desk.children()[-1] is not later or frame.geometry() == desk.rect()
    inner = {image.pixel(x, y) for x in range(200, 1200, 7) for y in range(100, 800, 7)}
    assert len(inner) > 1
    assert desk.childAt(QPoint(700, 400)) is later
    assert frame.accessibleName() == "SIMULATOR 仿真"
    assert frame.thickness() == 10


def test_a_frozen_screen_is_framed_and_said(desk: QWidget) -> None:
    notice = FrozenNotice(desk)
    assert notice.isHidden()
    notice.show_words("Screen not updating 3 s")
    assert desk.grab().toImage().pixelColor(1, 450) == current().emphasis
    assert notice.accessibleName() == "Screen not updating 3 s"
    desk.resize(800, 600)
    assert notice.geometry() == desk.rect()
    notice.lift()
    assert notice.isHidden()


def test_a_failing_fact_gets_a_badge(qtbot) -> None:
    fact = StatusFact("Scan age", icon="scan")
    qtbot.addWidget(fact)
    fact.show_value("0.8 s")
    calm = fact.sizeHint().width()
    fact.show_value("4.8 s", failing=True)
    assert fact.failing()
    assert fact.sizeHint().width() > calm
    assert fact.accessibleDescription() == "4.8 s"
    fact.set_label("扫描")
    assert fact.accessibleName() == "扫描"


def test_mark_and_clock(qtbot) -> None:
    mark = MarkBlock("SIMULATOR 仿真", "Training room", simulator=True)
    clock = ClockBlock(name="Time")
    qtbot.addWidget(mark)
    qtbot.addWidget(clock)
    clock.show_time("18:33:18", "Thu 15 Jan 2026")
    assert mark.grab().toImage().pixelColor(2, 2) == current().not_field_bg
    assert clock.sizeHint().width() >= 104
    assert not clock.grab().isNull()
