"""The hold button confirms only a whole, unbroken hold; nothing else ever sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from tests.support.clock import ManualClock
from widgets.inputs import DigitBoxes, HoldButton
from widgets.theme import current

STEP = 0.04


class Desk:
    """A hold button of two seconds, its clock, and what it said."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.button = HoldButton("Approve and execute", seconds=2.0, key="hold ↵ 2 s", monotonic=self.clock.mono)
        self.confirmed = QSignalSpy(self.button.confirmed)
        self.abandoned = QSignalSpy(self.button.abandoned)

    def pass_time(self, seconds: float, step: float = STEP) -> None:
        """Let time go by in the steps of the button's timer."""
        for _ in range(round(seconds / step)):
            self.clock.tick(step)
            self.button.tick()


@pytest.fixture
def desk(qtbot) -> Desk:
    made = Desk()
    qtbot.addWidget(made.button)
    made.button.show()
    return made


def send_key(target: object, kind: QEvent.Type, key: Qt.Key = Qt.Key.Key_Return, *, repeat: bool = False) -> None:
    """One key event straight to a widget."""
    QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", repeat))


def press(target: object, key: Qt.Key = Qt.Key.Key_Return) -> None:
    send_key(target, QEvent.Type.KeyPress, key)


def let_go(target: object, key: Qt.Key = Qt.Key.Key_Return) -> None:
    send_key(target, QEvent.Type.KeyRelease, key)


def test_two_seconds_of_enter_confirm_once(desk: Desk) -> None:
    press(desk.button)
    desk.pass_time(1.96)
    assert desk.confirmed.count() == 0
    assert desk.button.progress() == pytest.approx(0.98)
    desk.pass_time(1.0)
    assert desk.confirmed.count() == 1
    assert not desk.button.holding()
    desk.pass_time(5.0)
    assert desk.confirmed.count() == 1


def test_after_a_confirmation_the_key_must_come_up_first(desk: Desk) -> None:
    press(desk.button)
    desk.pass_time(2.04)
    send_key(desk.button, QEvent.Type.KeyPress, repeat=True)
    desk.pass_time(3.0)
    assert desk.confirmed.count() == 1
    let_go(desk.button)
    press(desk.button)
    desk.pass_time(2.04)
    assert desk.confirmed.count() == 2


def test_letting_go_early_sends_nothing_and_starts_anew(desk: Desk) -> None:
    press(desk.button)
    desk.pass_time(1.9)
    let_go(desk.button)
    assert (desk.confirmed.count(), desk.abandoned.count()) == (0, 1)
    assert desk.button.progress() == 0
    press(desk.button)
    desk.pass_time(1.9)
    assert desk.confirmed.count() == 0


def test_a_repeated_key_does_not_start_a_hold(desk: Desk) -> None:
    send_key(desk.button, QEvent.Type.KeyPress, repeat=True)
    desk.pass_time(5.0)
    assert desk.confirmed.count() == 0


def test_a_repeating_key_does_not_break_a_hold(desk: Desk) -> None:
    press(desk.button)
    for _ in range(51):
        send_key(desk.button, QEvent.Type.KeyRelease, repeat=True)
        send_key(desk.button, QEvent.Type.KeyPress, repeat=True)
        desk.pass_time(STEP)
    assert desk.confirmed.count() == 1


def test_a_frozen_screen_does_not_finish_a_hold(desk: Desk) -> None:
    press(desk.button)
    desk.pass_time(0.2)
    desk.clock.tick(30.0)
    desk.button.tick()
    assert desk.confirmed.count() == 0
    assert desk.button.progress() < 0.2


def test_a_clock_that_jumps_back_does_not_count(desk: Desk) -> None:
    press(desk.button)
    desk.pass_time(1.0)
    desk.clock.tick(-10.0)
    desk.button.tick()
    assert desk.button.progress() == pytest.approx(0.5)


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_A])
def test_no_other_key_sends(desk: Desk, key: Qt.Key) -> None:
    press(desk.button, key)
    desk.pass_time(5.0)
    let_go(desk.button, key)
    assert desk.confirmed.count() == 0


def test_a_click_sends_nothing(desk: Desk) -> None:
    QTest.mouseClick(desk.button, Qt.MouseButton.LeftButton)
    desk.button.click()
    desk.pass_time(5.0)
    assert desk.confirmed.count() == 0


def test_the_mouse_holds_too(desk: Desk) -> None:
    QTest.mousePress(desk.button, Qt.MouseButton.LeftButton)
    desk.pass_time(2.04)
    assert desk.confirmed.count() == 1
    QTest.mouseRelease(desk.button, Qt.MouseButton.LeftButton)
    assert desk.confirmed.count() == 1


def test_the_right_button_holds_nothing(desk: Desk) -> None:
    QTest.mousePress(desk.button, Qt.MouseButton.RightButton)
    desk.pass_time(5.0)
    assert desk.confirmed.count() == 0


def test_sliding_off_the_button_ends_the_hold(desk: Desk) -> None:
    QTest.mousePress(desk.button, Qt.MouseButton.LeftButton)
    desk.pass_time(1.0)
    outside = QPointF(QPoint(-20, -20))
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        outside,
        outside,
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(desk.button, move)
    desk.pass_time(5.0)
    assert (desk.confirmed.count(), desk.abandoned.count()) == (0, 1)


BREAKS: dict[str, Callable[[Desk], object]] = {
    "focus lost": lambda desk: QApplication.sendEvent(desk.button, QFocusEvent(QEvent.Type.FocusOut)),
    "disabled": lambda desk: desk.button.setEnabled(False),
    "hidden": lambda desk: desk.button.hide(),
    "released by the owner": lambda desk: desk.button.release(),
    "longer hold asked": lambda desk: desk.button.set_seconds(3.0),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_hold_sends_nothing(desk: Desk, name: str) -> None:
    press(desk.button)
    desk.pass_time(1.9)
    BREAKS[name](desk)
    desk.pass_time(5.0)
    assert (desk.confirmed.count(), desk.abandoned.count()) == (0, 1)


def test_a_disabled_button_starts_nothing(desk: Desk) -> None:
    desk.button.setEnabled(False)
    press(desk.button)
    QTest.mousePress(desk.button, Qt.MouseButton.LeftButton)
    desk.button.setEnabled(True)
    desk.pass_time(5.0)
    assert desk.confirmed.count() == 0


def test_enter_may_be_held_in_the_number_field(desk: Desk, qtbot) -> None:
    digits = DigitBoxes(4, name="Valve number")
    qtbot.addWidget(digits)
    desk.button.accept_enter_from(digits)
    press(digits)
    desk.pass_time(2.04)
    assert desk.confirmed.count() == 1
    let_go(digits)
    press(digits)
    desk.pass_time(1.0)
    let_go(digits)
    desk.pass_time(5.0)
    assert desk.confirmed.count() == 1


def test_leaving_the_number_field_ends_its_hold(desk: Desk, qtbot) -> None:
    digits = DigitBoxes(4, name="Valve number")
    qtbot.addWidget(digits)
    desk.button.accept_enter_from(digits)
    press(digits)
    desk.pass_time(1.0)
    QApplication.sendEvent(digits, QFocusEvent(QEvent.Type.FocusOut))
    desk.pass_time(5.0)
    assert desk.confirmed.count() == 0


def test_progress_is_painted_from_the_left(desk: Desk) -> None:
    desk.button.resize(400, 44)
    press(desk.button)
    desk.pass_time(1.0)
    image = desk.button.grab().toImage()
    assert image.pixelColor(20, 10) == current().you
    assert image.pixelColor(380, 10) == current().you_bg
    desk.button.release()
