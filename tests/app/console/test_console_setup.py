"""The desk profile in force: theme, scale, language, motion, name and lock; the company's look; all of it kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.setup.page import SetupPage
from app.taste import Taste
from backend.system import System
from tests.support.city import OPERATOR, PASSWORD
from tests.support.desk import WindowedDesk
from widgets.inputs import LineField, Segmented
from widgets.notices import MarkBlock, Toast, shared_blink
from widgets.surfaces import DialogFrame, FactList
from widgets.theme import apply, current, load

pytestmark = pytest.mark.expects_warnings
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    shared_blink().set_steady(False)
    apply(qapp, load("dark"))


def control(desk: WindowedDesk, name: str) -> Segmented:
    """A control of the setup page by its name."""
    page = desk.page("setup")
    return next(each for each in page.findChildren(Segmented) if each.accessibleName() == name)


def choose(desk: WindowedDesk, name: str, key: Qt.Key, times: int = 1) -> None:
    """Arrows on a control, as a person without a mouse."""
    control(desk, name).setFocus()
    for _ in range(times):
        desk.press(key)


def test_every_setting_is_in_force_at_once(operator: WindowedDesk) -> None:
    choose(operator, "Theme", Qt.Key.Key_Right)
    assert current().name == "light"
    choose(operator, "New alarms", Qt.Key.Key_Right)
    assert shared_blink().steady
    choose(operator, "Scale, %", Qt.Key.Key_Right, 3)
    assert current().scale == 1.15
    assert operator.shell.banner.height() == round(64 * 1.15)
    choose(operator, "Language", Qt.Key.Key_Right)
    assert operator.shell.windowTitle() == "[SIM] Linepack · 临江燃气"
    assert "本席" in operator.words()


def test_a_scale_is_chosen_without_losing_the_page(operator: WindowedDesk) -> None:
    choose(operator, "Scale, %", Qt.Key.Key_Left)
    assert operator.shell.current() == "setup"
    assert isinstance(operator.shell.host.page("setup"), SetupPage)
    assert control(operator, "Scale, %").current() == "0.95"


def test_the_desk_is_called_what_it_is_called(operator: WindowedDesk) -> None:
    field = operator.page("setup").findChildren(LineField)[0]
    field.setFocus()
    operator.type("Desk A")
    operator.press(Qt.Key.Key_Return)
    (mark,) = operator.shell.banner.findChildren(MarkBlock)
    assert mark.accessibleDescription() == "Linjiang City Gas · Desk A"


def test_a_change_is_in_the_journal_and_on_the_page_with_who_and_what(operator: WindowedDesk) -> None:
    page = operator.page("setup")
    assert "Nothing was changed here yet." in operator.words(page)
    choose(operator, "Theme", Qt.Key.Key_Right)
    facts = next(each for each in page.findChildren(FactList) if each.accessibleName() == "Changes of this desk")
    operator.until(lambda: "Theme: Dark → Light" in facts.accessibleDescription())
    assert "Chen Wei" in facts.accessibleDescription()
    newest = operator.backend.journal.tail(1).result(5)[0].draft
    assert (newest.kind, newest.subject, newest.workstation) == ("setup.changed", "desk:desk-a", "desk-a")
    assert dict(newest.fields) == {"theme.old": "dark", "theme.new": "light"}


def test_what_is_changed_at_a_locked_screen_is_nobodys_deed(operator: WindowedDesk) -> None:
    operator.shell.desk.lock()
    operator.shell.set_theme("light")
    operator.until(lambda: operator.backend.journal.tail(1).result(5)[0].draft.kind == "setup.changed")
    assert operator.backend.journal.tail(1).result(5)[0].draft.person == ""


def test_each_monitor_keeps_the_scale_that_was_chosen_on_it(operator: WindowedDesk) -> None:
    looks = operator.shell.console.looks
    looks.stand_on("ACME|Wide|1")
    looks.set(scale=1.15)
    looks.stand_on("ACME|Small|2")
    looks.set(scale=0.9)
    page = operator.page("setup")
    assert "main window: Small 2." in operator.words(page)
    # The window is dragged back to the first one.
    looks.stand_on("ACME|Wide|1")
    assert current().scale == 1.15
    assert operator.shell.banner.height() == round(64 * 1.15)
    assert control(operator, "Scale, %").current() == "1.15"
    operator.until(
        lambda: (
            operator.backend.preferences.read("desk:desk-a", "taste").result(5)["scales"]
            == {"ACME|Wide|1": 1.15, "ACME|Small|2": 0.9}
        )
    )


def test_a_desk_finds_its_profile_again(operator: WindowedDesk, silent: System, qtbot: QtBot) -> None:
    operator.shell.console.looks.set(theme="light", steady=True, lock_min=30)
    kept = operator.shell.console.looks.taste
    operator.until(lambda: operator.backend.preferences.read("desk:desk-a", "taste").result(5) == dict(kept.to_json()))
    operator.shell.console.looks._put(Taste())
    again = WindowedDesk(silent.backend, qtbot)
    again.until(lambda: again.shell.console.looks.taste == kept)
    assert (current().name, shared_blink().steady) == ("light", True)
    again.close()


def test_a_locked_screen_hides_the_page_and_keeps_the_alarms(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    operator.press(Qt.Key.Key_L, CONTROL)
    form = operator.shell.sign_in_form()
    assert form is not None
    assert (form.accessibleName(), form.login()) == ("Screen locked", OPERATOR)
    assert not page.isVisible()
    assert len(operator.shell.banner.rows_spoken()) == 2
    operator.shell.go("stations", "")
    assert operator.shell.current() == "alarms"


def test_a_locked_screen_can_be_silenced_but_acknowledges_nothing(operator: WindowedDesk) -> None:
    operator.until(lambda: operator.shell.console.urgent.sounding())
    operator.press(Qt.Key.Key_L, CONTROL)
    operator.press(Qt.Key.Key_Pause)
    operator.until(lambda: not operator.shell.console.urgent.sounding())
    operator.until(operator.shell.banner.was_readable)
    operator.shell.console.urgent.acknowledge()
    assert "Unlock it first." in operator.words(operator.one(Toast))
    assert not any(each.facts.ack for each in operator.alarms() if each.facts.cond)


def test_the_same_person_unlocks_and_finds_the_page_again(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    before = operator.shell.desk.session
    operator.press(Qt.Key.Key_L, CONTROL)
    operator.type_name(OPERATOR, PASSWORD)
    operator.until(lambda: operator.shell.sign_in_form() is None)
    assert page.isVisible()
    assert not operator.shell.desk.locked
    assert before is not None
    assert operator.shell.desk.session != before
    assert QApplication.focusWidget() is not None


def test_a_wrong_password_does_not_unlock(operator: WindowedDesk) -> None:
    operator.press(Qt.Key.Key_L, CONTROL)
    operator.type_name(OPERATOR, "wrong")
    form = operator.shell.sign_in_form()
    assert form is not None
    operator.until(form.ready)
    assert operator.shell.desk.locked


def test_a_lock_covers_every_window(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.shell.windows.detach()
    (window,) = operator.shell.windows.others()
    page = window.host.page("alarms")
    operator.shell.desk.lock()
    assert not page.isVisible()
    (frame,) = window.findChildren(DialogFrame)
    assert frame.accessibleName() == "Screen locked"
    operator.type_name_in(operator.shell, OPERATOR, PASSWORD)
    operator.until(page.isVisible)


def test_a_companys_look_is_everywhere(staffed: Path, tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> None:
    site = Path(shutil.copytree(staffed, tmp_path / "own"))
    (site / "theme").mkdir()
    (site / "theme" / "brand.toml").write_text('title = "Own Name"\nwelcome = "Staff only."\n', encoding="utf-8")
    (site / "theme" / "dark.toml").write_text('[meaning]\nyou = "#99D0FF"\n', encoding="utf-8")
    system = System(site)
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    assert window.shell.windowTitle() == "[SIM] Own Name · Linjiang City Gas"
    assert "Staff only." in window.words()
    assert current().you.name() == "#99d0ff"
    window.close()
    system.stop()


def test_an_unreadable_look_is_refused_and_the_console_is_itself(staffed: Path, tmp_path: Path, qtbot: QtBot) -> None:
    site = Path(shutil.copytree(staffed, tmp_path / "own"))
    (site / "theme").mkdir()
    (site / "theme" / "dark.toml").write_text('[surface]\ntext1 = "#222222"\n', encoding="utf-8")
    system = System(site)
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    assert "text1 cannot be read on" in window.words(window.one(Toast)).replace("\n", " ")
    assert current().text1.name() == "#e3e7eb"
    window.close()
    system.stop()
