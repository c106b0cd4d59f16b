"""Windows beside the main one: detaching, coming home, going where a page is, alarm keys and marks in each."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.dialogs.request import RequestDialog
from app.shell.idle import IdleLock
from app.shell.page_window import PageWindow
from backend.model.alarm import AlarmName
from tests.support.city import OPERATOR
from tests.support.desk import WindowedDesk
from widgets.notices import SimulatorFrame, Toast
from widgets.surfaces import DialogFrame, FactList

pytestmark = pytest.mark.expects_warnings
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def detached(desk: WindowedDesk, key: str) -> PageWindow:
    """The window a page was moved into by Ctrl+D."""
    desk.page(key).setFocus()
    desk.press(Qt.Key.Key_D, CONTROL)
    window = desk.shell.windows.others()[-1]
    desk.until(window.isActiveWindow)
    return window


def test_a_page_moves_into_a_window_of_its_own_and_home_again(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    window = detached(operator, "alarms")
    assert window.host.current() == "alarms"
    assert window.isAncestorOf(page)
    assert operator.shell.current() != "alarms"
    assert window.windowTitle() == "[SIM] Alarms · Linepack · Linjiang City Gas"
    window.close()
    operator.shell.go("alarms", "")
    assert operator.page("alarms") is page


def test_every_way_leads_to_where_the_page_is(operator: WindowedDesk) -> None:
    window = detached(operator, "alarms")
    operator.shell.activateWindow()
    operator.until(operator.shell.isActiveWindow)
    before = operator.shell.current()
    record = next(each for each in operator.alarms() if each.config.condition == "lost")
    operator.shell.go("alarms", record.config.key)
    operator.until(window.isActiveWindow)
    assert operator.shell.current() == before


def test_shift_opens_a_second_one(operator: WindowedDesk) -> None:
    first = operator.page("alarms")
    first.setFocus()
    operator.press(Qt.Key.Key_F4, SHIFT)
    (window,) = operator.shell.windows.others()
    assert window.host.page("alarms") is not first
    assert operator.shell.current() == "alarms"


def test_each_window_is_marked_and_has_its_alarms(operator: WindowedDesk) -> None:
    window = detached(operator, "alarms")
    (frame,) = window.findChildren(SimulatorFrame)
    assert frame.size() == window.size()
    assert window.windowTitle().startswith("[SIM] ")
    assert window.strip.height() == 32


def test_the_alarm_keys_work_in_every_window(operator: WindowedDesk) -> None:
    window = detached(operator, "commands")
    operator.until(lambda: operator.shell.banner.was_readable() and operator.shell.banner.top() is not None)
    top = operator.shell.banner.top()
    assert top is not None
    window.setFocus()
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: any(each.config.key == top.config.key and each.facts.ack for each in operator.alarms()))
    (record,) = [each for each in operator.alarms() if each.config.key == top.config.key]
    assert (record.name, record.facts.acked_by) == (AlarmName.ACKED, OPERATOR)


def test_what_is_said_is_said_in_the_window_in_focus(operator: WindowedDesk) -> None:
    window = detached(operator, "commands")
    operator.shell.actions_.refused.emit("No.")
    shown = [toast for toast in window.findChildren(Toast) if toast.isVisible()]
    assert [operator.words(toast) for toast in shown] == ["No."]


def test_signing_out_covers_every_window(operator: WindowedDesk) -> None:
    window = detached(operator, "commands")
    operator.shell.desk.close()
    operator.until(lambda: operator.shell.sign_in_form() is not None)
    (frame,) = window.findChildren(DialogFrame)
    assert frame.accessibleName() == "Nobody signed in"


def test_language_reaches_every_window(operator: WindowedDesk) -> None:
    window = detached(operator, "alarms")
    window.status.language_pressed.emit()
    assert "确认" in operator.words(window)
    assert window.windowTitle() == "[SIM] 报警 · Linepack · 临江燃气"


def test_back_forward_and_up(operator: WindowedDesk) -> None:
    operator.page("stations")
    operator.shell.go("alarms", "")
    operator.shell.go("commands", "")
    operator.press(Qt.Key.Key_Left, ALT)
    assert operator.shell.current() == "alarms"
    operator.press(Qt.Key.Key_Left, ALT)
    assert operator.shell.current() == "stations"
    operator.press(Qt.Key.Key_Right, ALT)
    assert operator.shell.current() == "alarms"


def test_closing_the_console_closes_every_window(operator: WindowedDesk) -> None:
    windows = [detached(operator, key) for key in ("alarms", "commands")]
    operator.shell.close()
    assert [window.isVisible() for window in windows] == [False, False]
    QApplication.processEvents()
    assert operator.shell.windows.others() == ()


def commandable(desk: WindowedDesk) -> tuple[int, int]:
    """Two points that take commands."""
    first, second, *_rest = desk.backend.commands.commandable()
    return first.point, second.point


def open_dialogs(desk: WindowedDesk) -> list[tuple[QWidget, RequestDialog]]:
    """Windows with a command dialog in view."""
    windows = (desk.shell, *desk.shell.windows.others())
    return [
        (window, dialog) for window in windows for dialog in window.findChildren(RequestDialog) if dialog.isVisible()
    ]


def test_a_command_dialog_opens_where_the_person_is(operator: WindowedDesk) -> None:
    window = detached(operator, "alarms")
    before = operator.shell.current()
    operator.shell.go("commands", f"prepare:{commandable(operator)[0]}")
    assert [place for place, _dialog in open_dialogs(operator)] == [window]
    assert operator.shell.current() == before
    assert window.host.current() == "alarms"


def test_there_is_one_command_dialog_at_a_desk(operator: WindowedDesk) -> None:
    one, other = commandable(operator)
    operator.page("commands").setFocus()
    operator.press(Qt.Key.Key_F7, SHIFT)
    (window,) = operator.shell.windows.others()
    window.host.page("commands").select(f"prepare:{one}")
    operator.shell.host.page("commands").select(f"prepare:{other}")
    operator.until(lambda: len(open_dialogs(operator)) == 1)


def test_a_window_that_closes_puts_its_dialog_away(operator: WindowedDesk) -> None:
    window = detached(operator, "alarms")
    operator.shell.go("commands", f"prepare:{commandable(operator)[0]}")
    window.close()
    QApplication.processEvents()
    assert open_dialogs(operator) == []
    operator.shell.go("commands", f"prepare:{commandable(operator)[1]}")
    assert len(open_dialogs(operator)) == 1


def test_the_keys_of_the_page_are_told(operator: WindowedDesk) -> None:
    operator.page("setup").setFocus()
    operator.type("?")
    operator.until(lambda: len(operator.dialogs()) == 1)
    (dialog,) = operator.dialogs()
    told = " ".join(each.accessibleDescription() for each in dialog.findChildren(FactList))
    assert "change the chosen setting: ← →" in told
    assert "find anything: / · Ctrl K" in told
    operator.press(Qt.Key.Key_Escape)
    assert operator.dialogs() == []


def test_a_desk_that_nobody_touches_locks(operator: WindowedDesk) -> None:
    now = [1000.0]
    idle = IdleLock(operator.shell.desk, operator.shell.console.looks, monotonic=lambda: now[0])
    operator.shell.console.looks.set(lock_min=5)
    idle.watch(operator.shell)
    now[0] += 299
    idle.look()
    assert not operator.shell.desk.locked
    QApplication.sendEvent(
        operator.shell.windowHandle(), QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, Qt.KeyboardModifier.NoModifier)
    )
    now[0] += 299
    idle.look()
    assert not operator.shell.desk.locked
    now[0] += 2
    idle.look()
    assert operator.shell.desk.locked
