"""Find anything, by keys alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.shell.find.panel import FindPanel
from tests.support.desk import WindowedDesk

pytestmark = pytest.mark.expects_warnings
CONTROL = Qt.KeyboardModifier.ControlModifier


def opened(desk: WindowedDesk) -> FindPanel:
    """The panel by Ctrl+K, once it knows what there is."""
    desk.page("commands").setFocus()
    desk.press(Qt.Key.Key_K, CONTROL)
    panel = desk.shell.finder.panel()
    assert panel is not None
    desk.type("xv")
    desk.until(lambda: bool(panel.found()))
    return panel


def test_enter_goes_to_what_was_found(operator: WindowedDesk) -> None:
    panel = opened(operator)
    point = operator.backend.registry.points[3]
    operator.press(Qt.Key.Key_A, CONTROL)
    operator.type(point.tag)
    (first, *_rest) = panel.found()
    assert (first.kind, first.title) == ("point", point.tag)
    operator.press(Qt.Key.Key_Return)
    assert operator.shell.current() == "stations"
    assert operator.shell.finder.panel() is None


def test_a_slash_opens_it_where_nothing_is_typed(operator: WindowedDesk) -> None:
    operator.page("commands").setFocus()
    operator.type("/")
    panel = operator.shell.finder.panel()
    assert panel is not None
    assert panel.isAncestorOf(QApplication.focusWidget())
    operator.press(Qt.Key.Key_Escape)
    assert operator.shell.finder.panel() is None


def test_down_walks_and_letters_go_on_typing(operator: WindowedDesk) -> None:
    panel = opened(operator)
    first = panel.found()[0]
    operator.press(Qt.Key.Key_Down)
    operator.type("-0417")
    assert [entry.title for entry in panel.found()] != [first.title]
    assert any(entry.title == "XV-0417" for entry in panel.found())


def test_pages_are_found_by_their_names(operator: WindowedDesk) -> None:
    panel = opened(operator)
    operator.press(Qt.Key.Key_A, CONTROL)
    operator.type("setup")
    operator.until(lambda: any(entry.page == "setup" for entry in panel.found()))
    operator.press(Qt.Key.Key_Return)
    assert operator.shell.current() == "setup"


def test_people_are_found_by_administrators_only(operator: WindowedDesk) -> None:
    panel = opened(operator)
    operator.press(Qt.Key.Key_A, CONTROL)
    operator.type("Chen Wei")
    assert [entry for entry in panel.found() if entry.kind == "person"] == []


def test_an_alarm_is_found_and_opened(operator: WindowedDesk) -> None:
    panel = opened(operator)
    operator.press(Qt.Key.Key_A, CONTROL)
    operator.type("link lost ngs")
    operator.until(lambda: any(entry.kind == "alarm" for entry in panel.found()))
    operator.press(Qt.Key.Key_Return)
    assert operator.shell.current() == "alarms"


def test_signing_out_closes_it(operator: WindowedDesk) -> None:
    opened(operator)
    operator.shell.desk.close()
    operator.until(lambda: operator.shell.sign_in_form() is not None)
    assert operator.shell.finder.panel() is None
    assert len(operator.dialogs()) == 1


def test_nobody_signed_in_finds_nothing(desk: WindowedDesk) -> None:
    desk.press(Qt.Key.Key_K, CONTROL)
    assert desk.shell.finder.panel() is None
