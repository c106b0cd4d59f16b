"""The shell: signing in, the banner, keys that work without a click, language, theme, simulator marks, the end."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.dialogs.shelve import ShelveDialog
from app.models.alarms import banner_rows
from app.people_cli import disable_user
from backend.model.alarm import AlarmName, Priority
from backend.system import System
from tests.support.city import OPERATOR, PASSWORD
from tests.support.desk import WindowedDesk
from widgets.inputs import PasswordField
from widgets.notices import PriorityCounter, SimulatorFrame, Toast
from widgets.theme import current

pytestmark = pytest.mark.expects_warnings
NOT_IN = "name or password is not right, or the account is locked"
TRIES_BEFORE_LOCK = 5


def sentence_after(desk: WindowedDesk, login: str, password: str) -> str:
    """What the sign-in says to a wrong try."""
    desk.type_name(login, password)
    form = desk.shell.sign_in_form()
    assert form is not None
    desk.until(lambda: form.ready())
    return form.findChildren(PasswordField)[0].accessibleDescription()


def read(desk: WindowedDesk) -> None:
    """Let the time pass in which nobody can have read a new alarm."""
    desk.until(lambda: len(desk.shell.banner.rows_spoken()) == 2 and desk.shell.banner.was_readable())


def test_sign_in_starts_in_the_name(desk: WindowedDesk) -> None:
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit)
    assert focused.accessibleName() == "Name"


def test_wrong_unknown_and_locked_read_the_same(desk: WindowedDesk) -> None:
    wrong = [sentence_after(desk, OPERATOR, "wrong") for _ in range(TRIES_BEFORE_LOCK)]
    unknown = sentence_after(desk, "nobody", "wrong")
    locked = sentence_after(desk, OPERATOR, PASSWORD)
    assert {*wrong, unknown, locked} == {NOT_IN}
    assert desk.shell.desk.session is None


def test_a_password_does_not_stay_in_the_field(desk: WindowedDesk) -> None:
    sentence_after(desk, OPERATOR, "wrong")
    assert desk.one(PasswordField).text() == ""


def test_signed_in_the_keys_of_the_page_work_at_once(operator: WindowedDesk) -> None:
    before = operator.shell.windowTitle()
    operator.press(Qt.Key.Key_F4)
    operator.until(lambda: operator.shell.current() == "alarms")
    operator.press(Qt.Key.Key_F7)
    operator.until(lambda: operator.shell.current() == "commands")
    operator.press(Qt.Key.Key_F2)
    operator.until(lambda: operator.shell.current() == "stations")
    assert operator.shell.windowTitle() == before


def test_the_banner_counts_and_shows_the_two_most_urgent(desk: WindowedDesk) -> None:
    counters = desk.shell.banner.findChildren(PriorityCounter)

    def counted() -> bool:
        active = [sum(each.priority is priority for each in desk.alarms()) for priority in Priority]
        told = [each.accessibleDescription() for each in counters]
        return sum(active) >= 6 and [words.split(",")[0] for words in told] == [str(count) for count in active]

    desk.until(counted)
    desk.until(lambda: len(desk.shell.banner.rows_spoken()) == len(banner_rows(desk.alarms())) == 2)


def test_a_lost_link_is_named_by_its_place_and_once(desk: WindowedDesk) -> None:
    spoken = "\n".join(desk.shell.banner.spoken(each) for each in desk.alarms() if each.config.condition == "lost")
    assert "127.0.0.1" not in spoken
    assert spoken.count("R-12 Binjiang") == 1
    assert re.search(r"\d+ devices", spoken)


def test_space_acknowledges_the_top_alarm_from_any_page(operator: WindowedDesk) -> None:
    operator.page("commands").setFocus()
    read(operator)
    top = operator.shell.banner.top()
    assert top is not None
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: any(each.config.key == top.config.key and each.facts.ack for each in operator.alarms()))
    (record,) = [each for each in operator.alarms() if each.config.key == top.config.key]
    assert record.name is AlarmName.ACKED
    assert record.facts.acked_by == OPERATOR


def test_an_alarm_that_only_just_came_is_not_acknowledged(operator: WindowedDesk, qtbot: QtBot) -> None:
    urgent = operator.shell.console.urgent
    urgent.show_alarms(())
    urgent.show_alarms(operator.alarms())
    with qtbot.assertNotEmitted(urgent.acknowledged), qtbot.waitSignal(urgent.hasty):
        urgent.acknowledge()
    assert "Read it, then press again." in operator.words(operator.one(Toast))


def test_nobody_signed_in_acknowledges_nothing(desk: WindowedDesk) -> None:
    read(desk)
    desk.shell.console.urgent.acknowledge()
    desk.until(lambda: desk.one(Toast).isVisible())
    assert "Sign in first." in desk.words(desk.one(Toast))
    assert not any(each.facts.ack for each in desk.alarms() if each.facts.cond)


def test_enter_goes_to_the_place_of_the_top_alarm_from_any_page(operator: WindowedDesk) -> None:
    operator.page("commands").setFocus()
    urgent = operator.shell.console.urgent
    placed = next(each for each in operator.alarms() if urgent.asset(each) == "R-12")
    urgent.show_alarms([placed])
    places = [key for key in ("map", "stations") if key in operator.shell.page_keys()]
    operator.press(Qt.Key.Key_Return)
    assert operator.shell.current() == places[0]


def test_enter_goes_to_an_alarm_without_a_place_in_the_list(operator: WindowedDesk) -> None:
    operator.page("commands").setFocus()
    urgent = operator.shell.console.urgent
    nowhere = next(each for each in operator.alarms() if not urgent.asset(each))
    urgent.show_alarms([nowhere])
    operator.press(Qt.Key.Key_Return)
    assert operator.shell.current() == "alarms"
    assert operator.table("Alarms").current_key() == nowhere.config.key


def test_pause_silences_without_signing_in(desk: WindowedDesk) -> None:
    desk.until(lambda: any(each.horn for each in desk.alarms()))
    desk.press(Qt.Key.Key_Pause)
    desk.until(lambda: desk.shell.banner.top() is not None)
    assert desk.shell.desk.session is None


def test_signing_out_closes_what_is_open_and_asks_who_is_next(operator: WindowedDesk) -> None:
    operator.page("alarms")
    shelvable = next(each for each in operator.alarms() if each.config.shelvable and each.config.condition == "lost")
    operator.shell.go("alarms", shelvable.config.key)
    operator.press(Qt.Key.Key_S)
    assert [type(each) for each in operator.dialogs()] == [ShelveDialog]
    operator.shell.desk.close()
    operator.until(lambda: operator.shell.sign_in_form() is not None)
    assert [type(each).__name__ for each in operator.dialogs()] == ["SignIn"]


def test_a_session_that_ended_elsewhere_is_noticed(operator: WindowedDesk) -> None:
    session = operator.shell.desk.session
    assert session is not None
    operator.backend.people.sign_out(session).result(5)
    operator.until(lambda: operator.shell.sign_in_form() is not None)
    assert operator.shell.desk.session is None
    assert "Your session has ended." in operator.words(operator.one(Toast))


def test_language_changes_everything_at_once(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    english = operator.words(page)
    operator.shell.status.language_pressed.emit()
    chinese = operator.words(page)
    assert "Acknowledge" in english
    assert "确认" in chinese
    assert "Acknowledge" not in chinese
    assert operator.shell.windowTitle() == "[SIM] Linepack · 临江燃气"


def test_language_changes_in_the_sign_in_and_keeps_the_name(desk: WindowedDesk) -> None:
    desk.type("chen")
    desk.shell.status.language_pressed.emit()
    form = desk.shell.sign_in_form()
    assert form is not None
    assert form.login() == "chen"
    assert form.accessibleName() == "登录"


def test_language_closes_an_open_dialog(operator: WindowedDesk) -> None:
    operator.page("commands")
    operator.press(Qt.Key.Key_C)
    assert len(operator.dialogs()) == 1
    operator.shell.status.language_pressed.emit()
    assert operator.dialogs() == []


def test_the_theme_changes_by_key(operator: WindowedDesk) -> None:
    before = operator.shell.grab().toImage()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    operator.press(Qt.Key.Key_L, control | shift)
    operator.until(lambda: current().name == "light")
    assert operator.shell.grab().toImage() != before


def test_a_simulator_is_marked_everywhere(desk: WindowedDesk) -> None:
    assert desk.shell.windowTitle() == "[SIM] Linepack · Linjiang City Gas"
    frame = desk.one(SimulatorFrame)
    assert frame.size() == desk.shell.centralWidget().size()
    assert "No connection to field, live server or live archive" in desk.words()


def test_a_live_site_has_no_simulator_mark(empty: Path, qtbot: QtBot) -> None:
    system = System(empty)
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    assert window.shell.windowTitle() == "Linepack · Empty Gas"
    assert window.shell.findChildren(SimulatorFrame) == []
    assert "No connection to field" not in window.words()
    assert "No stations configured." in window.words(window.page("stations"))
    window.close()
    system.stop()


def test_closing_the_window_leaves_no_thread(staffed: Path, tmp_path: Path, qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    system = System(Path(shutil.copytree(staffed, tmp_path / "other")))
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    window.sign_in(OPERATOR, PASSWORD)
    window.page("alarms")
    window.close()
    system.stop()
    assert set(threading.enumerate()) <= before


def test_a_long_refusal_can_be_read(operator: WindowedDesk) -> None:
    operator.shell.actions_.refused.emit("<b>no</b> " * 2000)
    toast = operator.one(Toast)
    assert toast.width() <= operator.shell.width()
    assert toast.geometry().left() >= 0
    assert "<b>no</b>" in operator.words(toast)


def test_a_disabled_account_cannot_sign_in(staffed: Path, tmp_path: Path, qtbot: QtBot) -> None:
    folder = Path(shutil.copytree(staffed, tmp_path / "other"))
    disable_user(folder, OPERATOR)
    system = System(folder)
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    assert sentence_after(window, OPERATOR, PASSWORD) == NOT_IN
    window.close()
    system.stop()


def test_a_page_that_does_not_exist_is_said_and_nothing_else_happens(operator: WindowedDesk) -> None:
    before = operator.shell.current()
    operator.shell.go("moonbase", "XV-1")
    assert operator.shell.current() == before
    assert "“moonbase”" in operator.words(operator.one(Toast))
