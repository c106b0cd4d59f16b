"""For people who do not see the screen, or do not use a mouse: every control of every page, window and dialog has a
name, the keyboard reaches it, and where the keyboard is can be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.support.desk import WindowedDesk
from tests.support.naming import controls, nameless
from widgets.inputs import Button
from widgets.theme import current

pytestmark = pytest.mark.expects_warnings


def test_every_control_of_every_page_has_a_name(operator: WindowedDesk) -> None:
    for key in operator.shell.page_keys():
        operator.page(key)
        assert len(controls(operator.shell)) > 10
        assert nameless(operator.shell) == [], key


def test_every_control_of_every_window_has_a_name(operator: WindowedDesk) -> None:
    for key in operator.shell.page_keys():
        window = operator.shell.windows.open_new(key)
        assert window is not None
        assert nameless(window) == [], key
        window.close()


def press_on_link_alarm(desk: WindowedDesk, key: Qt.Key) -> None:
    """A key on an alarm that may be shelved."""
    alarm = next(each for each in desk.alarms() if each.config.condition == "lost")
    desk.shell.go("alarms", alarm.config.key)
    desk.press(key)


@pytest.mark.parametrize(
    "open_it",
    [
        lambda desk: desk.shell.finder.open(),
        lambda desk: desk.shell.help.open(),
        lambda desk: desk.shell.desk.lock(),
        lambda desk: desk.shell.desk.close(),
        lambda desk: desk.shell.go("commands", f"prepare:{desk.backend.commands.commandable()[0].point}"),
        lambda desk: (desk.page("commands"), desk.press(Qt.Key.Key_C)),
        lambda desk: press_on_link_alarm(desk, Qt.Key.Key_S),
        lambda desk: press_on_link_alarm(desk, Qt.Key.Key_K),
    ],
    ids=["find", "help", "lock", "sign-in", "request", "target", "shelve", "note"],
)
def test_every_control_of_a_dialog_has_a_name(operator: WindowedDesk, open_it: Callable[[WindowedDesk], None]) -> None:
    operator.page("stations")
    open_it(operator)
    operator.until(lambda: len(operator.dialogs()) == 1)
    assert nameless(operator.dialogs()[0]) == []
    focused = QApplication.focusWidget()
    assert focused is not None
    assert operator.dialogs()[0].isAncestorOf(focused)


def test_tab_comes_round_every_control_of_a_page(operator: WindowedDesk) -> None:
    page = operator.page("setup")
    wanted = {
        each.accessibleName()
        for each in controls(page)
        if each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    met: set[str] = set()
    for _ in range(120):
        operator.press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        met.add(focused.accessibleName())
    assert wanted <= met


def test_tab_goes_in_reading_order(operator: WindowedDesk) -> None:
    page = operator.page("setup")
    first = page.findChildren(QLineEdit)[0]
    first.setFocus()
    tops: list[int] = []
    while page.isAncestorOf(QApplication.focusWidget()) and len(tops) < 20:
        focused = QApplication.focusWidget()
        assert focused is not None
        tops.append(focused.mapTo(page, focused.rect().topLeft()).y())
        operator.press(Qt.Key.Key_Tab)
    assert len(tops) >= 6
    assert tops == sorted(tops)


def test_the_focus_is_a_blue_ring_of_two_px(operator: WindowedDesk) -> None:
    page = operator.page("setup")
    button = page.findChildren(Button)[0]
    button.setFocus()
    picture = button.grab().toImage()
    middle = button.height() // 2
    ring = [QColor(picture.pixel(x, middle)) for x in (0, 1)]
    assert [colour.name() for colour in ring] == [current().you.name()] * 2
    assert QColor(picture.pixel(3, middle)) != current().you
