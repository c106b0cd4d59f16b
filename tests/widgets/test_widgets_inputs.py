"""Buttons, digit boxes and fields: what they emit and how they behave under the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from widgets.inputs import (
    Button,
    ButtonKind,
    Chip,
    Choice,
    DigitBoxes,
    FormField,
    KeyTrail,
    LineField,
    PasswordField,
    ReasonInput,
    SearchField,
    Segmented,
)
from widgets.theme import current

REASONS = [("break", "Line break"), ("test", "Planned test")]


def test_a_button_is_pressed_by_mouse_space_and_enter(qtbot) -> None:
    button = Button("Ack", key="Space", icon="ack")
    qtbot.addWidget(button)
    spy = QSignalSpy(button.clicked)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert spy.count() == 3


def test_a_click_leaves_no_focus_behind(qtbot) -> None:
    assert not Button("Ack").focusPolicy() & Qt.FocusPolicy.ClickFocus
    assert Button("Ack").focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_button_grows_with_words_key_and_icon(qtbot) -> None:
    button = Button("Go to")
    qtbot.addWidget(button)
    widths = [button.sizeHint().width()]
    button.set_key("↵")
    widths.append(button.sizeHint().width())
    button.set_icon("goto")
    widths.append(button.sizeHint().width())
    button.set_words("Go to its place")
    widths.append(button.sizeHint().width())
    assert widths == sorted(set(widths))
    assert button.accessibleName() == "Go to its place"
    assert button.words() == "Go to its place"


@pytest.mark.parametrize("kind", ButtonKind)
@pytest.mark.parametrize("enabled", [True, False])
def test_every_kind_of_button_paints(qtbot, kind: ButtonKind, enabled: bool) -> None:
    button = Button("Send", key="↵", icon="ack")
    qtbot.addWidget(button)
    button.set_kind(kind)
    button.setEnabled(enabled)
    image = button.grab().toImage()
    colours = {image.pixel(x, image.height() // 2) for x in range(image.width())}
    assert len(colours) > 5


def test_a_commit_button_is_grey_until_it_may_be_pressed(qtbot) -> None:
    button = Button("Send", kind=ButtonKind.COMMIT)
    qtbot.addWidget(button)
    assert button.grab().toImage().pixelColor(6, 6) == current().you
    button.setEnabled(False)
    assert button.grab().toImage().pixelColor(6, 6) == current().bg4


def test_digits_fill_from_the_left_and_say_when_they_are_complete(qtbot) -> None:
    boxes = DigitBoxes(4, name="Valve number")
    qtbot.addWidget(boxes)
    changed, completed = QSignalSpy(boxes.changed), QSignalSpy(boxes.completed)
    QTest.keyClicks(boxes, "04x1-7")
    assert boxes.digits() == "0417"
    assert boxes.complete()
    assert changed.count() == 4
    assert completed.count() == 1
    assert completed.at(0) == ["0417"]
    assert boxes.accessibleDescription() == "4/4"


def test_more_digits_than_boxes_are_not_taken(qtbot) -> None:
    boxes = DigitBoxes(3, name="Valve number")
    qtbot.addWidget(boxes)
    QTest.keyClicks(boxes, "41799")
    assert boxes.digits() == "417"


def test_backspace_takes_the_last_digit_and_clear_all(qtbot) -> None:
    boxes = DigitBoxes(4, name="Valve number")
    qtbot.addWidget(boxes)
    QTest.keyClicks(boxes, "04")
    QTest.keyClick(boxes, Qt.Key.Key_Backspace)
    assert boxes.digits() == "0"
    boxes.clear()
    QTest.keyClick(boxes, Qt.Key.Key_Backspace)
    assert boxes.digits() == ""
    boxes.set_count(6)
    QTest.keyClicks(boxes, "123456")
    assert boxes.complete()


def test_a_number_cannot_be_pasted(qtbot) -> None:
    boxes = DigitBoxes(4, name="Valve number")
    qtbot.addWidget(boxes)
    QGuiApplication.clipboard().setText("0417")
    QTest.keyClick(boxes, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(boxes, Qt.Key.Key_Insert, Qt.KeyboardModifier.ShiftModifier)
    assert boxes.digits() == ""


@pytest.mark.parametrize("foreign", ["٣", "３", "²"])
def test_only_ascii_digits_are_digits(qtbot, foreign: str) -> None:
    boxes = DigitBoxes(4, name="Valve number")
    qtbot.addWidget(boxes)
    typed = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, foreign)
    QApplication.sendEvent(boxes, typed)
    assert boxes.digits() == ""


def test_enter_in_the_boxes_submits(qtbot) -> None:
    boxes = DigitBoxes(4, name="Valve number")
    qtbot.addWidget(boxes)
    with qtbot.waitSignal(boxes.submitted, timeout=1000):
        QTest.keyClick(boxes, Qt.Key.Key_Return)


def test_segments_are_chosen_by_mouse_and_arrows(qtbot) -> None:
    view = Segmented([("a", "Grouped"), ("b", "By time"), ("c", "History")], name="View")
    qtbot.addWidget(view)
    view.resize(view.sizeHint())
    spy = QSignalSpy(view.chosen)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(10, 15))
    assert [spy.at(place)[0] for place in range(spy.count())] == ["b", "c", "b", "a"]
    view.set_current("c")
    assert spy.count() == 4
    assert view.accessibleDescription() == "History"


def test_segments_keep_their_choice_in_another_language(qtbot) -> None:
    view = Segmented([("a", "Grouped"), ("b", "By time")], name="View")
    qtbot.addWidget(view)
    view.set_current("b")
    view.set_segments([("a", "分组"), ("b", "按时间")], "视图")
    assert (view.current(), view.accessibleName(), view.accessibleDescription()) == ("b", "视图", "按时间")
    view.set_segments([("c", "历史")], "视图")
    assert view.current() == "c"


def test_a_chip_toggles(qtbot) -> None:
    chip = Chip("Leak detectors")
    qtbot.addWidget(chip)
    off = chip.sizeHint().width()
    with qtbot.waitSignal(chip.toggled, timeout=1000):
        chip.click()
    assert chip.sizeHint().width() > off
    assert not chip.grab().isNull()


def test_search_tells_while_typing_and_leaves_on_escape(qtbot) -> None:
    field = SearchField(name="Find", hint="Tag", key="/")
    qtbot.addWidget(field)
    spy = QSignalSpy(field.searched)
    QTest.keyClicks(field, "PT")
    assert spy.at(1) == ["PT"]
    with qtbot.waitSignal(field.left, timeout=1000):
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert not field.grab().isNull()


def test_a_password_is_hidden_and_given_once(qtbot) -> None:
    field = PasswordField(name="Password")
    qtbot.addWidget(field)
    QTest.keyClicks(field, "linjiang")
    assert field.echoMode() == QLineEdit.EchoMode.Password
    assert field.displayText() == field.displayText()[0] * 8
    field.selectAll()
    QGuiApplication.clipboard().setText("before")
    field.copy()
    assert QGuiApplication.clipboard().text() == "before"
    assert field.take() == "linjiang"
    assert field.text() == ""


def test_a_form_field_says_what_is_wrong_and_then_its_hint_again(qtbot) -> None:
    editor = LineField(name="")
    field = FormField("Setpoint", editor, hint="1.40–1.56 MPa")
    qtbot.addWidget(field)
    assert editor.accessibleName() == "Setpoint"
    field.set_error("1.72 is above 1.56 MPa")
    assert editor.accessibleDescription() == "1.72 is above 1.56 MPa"
    field.set_error("")
    assert editor.accessibleDescription() == "1.40–1.56 MPa"
    field.set_label("设定值")
    assert editor.accessibleName() == "设定值"


def test_a_choice_starts_with_none_and_keeps_its_key_in_another_language(qtbot) -> None:
    choice = Choice(REASONS, name="Reason", hint="Choose")
    qtbot.addWidget(choice)
    assert choice.key() == ""
    choice.set_key("test")
    choice.set_entries([("break", "管道断裂"), ("test", "计划试验")])
    assert (choice.key(), choice.currentText()) == ("test", "计划试验")
    assert not choice.grab().isNull()


def test_a_reason_is_list_and_words(qtbot) -> None:
    reason = ReasonInput(REASONS, name="Reason", text_hint="What happened")
    qtbot.addWidget(reason)
    spy = QSignalSpy(reason.changed)
    boxes = reason.findChildren(Choice)
    boxes[0].set_key("break")
    reason._text.setPlainText("  at km 2.41 ")
    assert (reason.key(), reason.text(), reason.reason()) == ("break", "at km 2.41", "Line break: at km 2.41")
    assert spy.count() >= 2
    reason.clear()
    assert reason.reason() == ""


def test_a_key_trail_says_its_steps(qtbot) -> None:
    trail = KeyTrail([("↵", "map"), ("I", "valves")], name="Alarm to valve")
    qtbot.addWidget(trail)
    assert trail.accessibleDescription() == "↵ map, I valves"
    assert trail.sizeHint().width() > 60
