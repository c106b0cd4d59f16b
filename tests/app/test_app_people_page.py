"""The page People on a whole backend: what each role sees, and every form from the key to the journal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.pages.people.asking import AskDialog
from app.pages.people.page import PeoplePage
from app.pages.people.second_factor import SecondFactorDialog, qr_pixmap
from app.people_cli import create_account
from backend.model.person import AccountStatus, AccountView, Right, Role
from backend.system import System
from tests.support.city import PASSWORD
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import Button, Choice, LineField, PasswordField, Segmented
from widgets.theme import apply, load

pytestmark = pytest.mark.expects_warnings
"""The field is silent: every link is lost once."""
OTHER = "Another-horse-88"
PEOPLE = (("admin", "administrator"), ("operator", "operator"))


@pytest.fixture(scope="module")
def peopled(made_sites: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peopled") / "site"
    shutil.copytree(made_sites / "city", folder)
    for login, role in PEOPLE:
        create_account(folder, login, name=f"Name of {login}", role=role, password=PASSWORD)
    return folder


@pytest.fixture
def desk(peopled: Path, tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> Iterator[WindowedDesk]:
    apply(qapp, load("dark"))
    system = System(Path(shutil.copytree(peopled, tmp_path / "site")))
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    yield window
    window.close()
    system.stop()


@pytest.fixture
def admin(desk: WindowedDesk) -> WindowedDesk:
    """The administrator is on the page and sees the accounts."""
    desk.sign_in("admin", PASSWORD)
    desk.page("people")
    desk.until(lambda: len(accounts(desk)) == len(PEOPLE) and len(matrix(desk)) == len(Right))
    return desk


def accounts(desk: WindowedDesk) -> list[list[str]]:
    return cells(desk.table("Accounts").row_model())


def matrix(desk: WindowedDesk) -> list[list[str]]:
    return cells(desk.table("Roles and rights").row_model())


def buttons(desk: WindowedDesk) -> list[Button]:
    return [each for each in desk.one(PeoplePage).findChildren(Button) if each.isVisible()]


def press(desk: WindowedDesk, words: str, inside: QWidget | None = None) -> None:
    root = inside or desk.shell
    (button,) = (each for each in root.findChildren(Button) if each.isVisible() and each.words() == words)
    button.click()


def named(dialog: QWidget, kind: type[LineField], name: str) -> LineField:
    return next(each for each in dialog.findChildren(kind) if each.accessibleName() == name)


def fill(dialog: QWidget, **words: str) -> None:
    """Fields by their accessible names, underscores for spaces."""
    for name, typed in words.items():
        named(dialog, LineField, name.replace("_", " ")).setText(typed)


def asked(desk: WindowedDesk) -> AskDialog:
    return desk.one(AskDialog)


def closed(desk: WindowedDesk) -> Callable[[], bool]:
    return lambda: not desk.dialogs()


def account(desk: WindowedDesk, login: str) -> AccountView:
    return next(each for each in desk.backend.people.accounts() if each.login == login)


def kinds(desk: WindowedDesk) -> list[str]:
    return [entry.draft.kind for entry in desk.backend.journal.tail(50).result(10)]


def test_an_operator_sees_the_matrix_and_no_accounts(desk: WindowedDesk) -> None:
    desk.sign_in("operator", PASSWORD)
    page = desk.page("people")
    desk.until(lambda: len(matrix(desk)) == len(Right))
    assert accounts(desk) == []
    assert "Accounts are shown to administrators." in desk.words(page)
    assert [each.words() for each in buttons(desk)] == ["Change my password"]
    desk.press(Qt.Key.Key_A)
    assert desk.dialogs() == []
    assert "person.change-refused" not in kinds(desk)


def test_the_administrator_sees_accounts_sessions_and_ticks(admin: WindowedDesk) -> None:
    admin.until(lambda: len(cells(admin.table("Signed in now").row_model())) == 1)
    (here,) = cells(admin.table("Signed in now").row_model())
    assert here[:3] == ["Name of admin", "Administrator", "desk-a"]
    assert [row[:5] for row in accounts(admin)] == [
        ["admin", "Name of admin", "admin", "Administrator", "active"],
        ["operator", "Name of operator", "operator", "Operator", "active"],
    ]
    by_right = {row[1]: row[2:] for row in matrix(admin)}
    assert by_right["cmd.approve"] == ["", "✓", "", "", "", ""]
    assert by_right["people.edit"] == ["", "", "", "", "", "✓"]
    named = {each.words(): each.accessibleName() for each in buttons(admin)}
    assert named == {words: words for words in named}
    assert len(named) == 7


def test_an_account_is_added(admin: WindowedDesk) -> None:
    admin.press(Qt.Key.Key_A)
    form = asked(admin)
    fill(form, Login="neu", Full_name="新人", Password=OTHER, Password_again=OTHER)
    form.submit()
    assert "Choose a role." in admin.words(form)
    form.findChildren(Choice)[0].set_key("trainer")
    fill(form, Password=OTHER, Password_again=OTHER + "x")
    form.submit()
    assert "The two passwords differ." in admin.words(form)
    assert [each.text() for each in form.findChildren(PasswordField)] == ["", ""]
    fill(form, Password=OTHER, Password_again=OTHER)
    form.submit()
    admin.until(lambda: not admin.dialogs() and len(accounts(admin)) == 3)
    assert (account(admin, "neu").role, account(admin, "neu").person) == (Role.TRAINER, "neu")


def test_a_refusal_stays_in_the_form_without_the_password(admin: WindowedDesk) -> None:
    admin.press(Qt.Key.Key_A)
    form = asked(admin)
    form.findChildren(Choice)[0].set_key("trainer")
    fill(form, Login="operator", Full_name="Twin", Password=OTHER, Password_again=OTHER)
    form.submit()
    admin.until(lambda: "the login operator exists already" in admin.words(form))
    assert [each.text() for each in form.findChildren(PasswordField)] == ["", ""]


def test_disabled_and_enabled_again(admin: WindowedDesk) -> None:
    admin.table("Accounts").select("operator")
    press(admin, "Disable")
    asked(admin).submit()
    admin.until(lambda: [row[4] for row in accounts(admin)] == ["active", "disabled"])
    press(admin, "Enable")
    asked(admin).submit()
    admin.until(lambda: [row[4] for row in accounts(admin)] == ["active", "active"])
    assert account(admin, "operator").status is AccountStatus.ACTIVE


def test_another_role(admin: WindowedDesk) -> None:
    admin.table("Accounts").select("operator")
    press(admin, "Change role")
    form = asked(admin)
    form.findChildren(Choice)[0].set_key("engineer")
    form.submit()
    admin.until(lambda: [row[3] for row in accounts(admin)] == ["Administrator", "Engineer"])
    assert account(admin, "operator").role is Role.ENGINEER


def test_a_password_is_reset(admin: WindowedDesk) -> None:
    admin.table("Accounts").select("operator")
    press(admin, "Reset password")
    form = asked(admin)
    assert [each.accessibleName() for each in form.findChildren(PasswordField) if each.isVisible()] == [
        "New password",
        "New password again",
    ]
    fill(form, New_password=OTHER, New_password_again=OTHER)
    form.submit()
    admin.until(closed(admin))
    assert admin.backend.people.sign_in("operator", OTHER, "elsewhere").result(10).login == "operator"


def test_ones_own_password_needs_the_old_one_and_ends_the_session(admin: WindowedDesk) -> None:
    press(admin, "Change my password")
    form = asked(admin)
    fill(form, Old_password="wrong", New_password=OTHER, New_password_again=OTHER)
    form.submit()
    admin.until(lambda: "the old password is not right" in admin.words(form))
    fill(form, Old_password=PASSWORD, New_password=OTHER, New_password_again=OTHER)
    form.submit()
    admin.until(lambda: admin.shell.desk.session is None and admin.shell.sign_in_form() is not None)
    assert accounts(admin) == []


def test_a_second_factor_is_shown_once_and_then_gone(admin: WindowedDesk) -> None:
    admin.table("Accounts").select("operator")
    press(admin, "New second factor")
    asked(admin).submit()
    admin.until(lambda: bool(admin.shell.findChildren(SecondFactorDialog)))
    shown = admin.one(SecondFactorDialog)
    labels = [each for each in shown.findChildren(QLabel) if each.isVisible()]
    (picture,) = (each for each in labels if not each.pixmap().isNull())
    (secret,) = (each.text().replace(" ", "") for each in labels if len(each.text().replace(" ", "")) == 32)
    uri = pyotp.TOTP(secret).provisioning_uri(name="operator", issuer_name="Linepack linjiang")
    assert picture.pixmap().toImage() == qr_pixmap(uri, 6).toImage()

    operator = admin.backend.people.sign_in("operator", PASSWORD, "elsewhere").result(10)
    code = pyotp.TOTP(secret).generate_otp(admin.backend.now() // 30_000_000)
    assert admin.backend.people.prove(operator, PASSWORD, code, purpose="test").result(10).second_factor

    admin.press(Qt.Key.Key_Escape)
    assert picture.pixmap().isNull()
    assert secret not in "".join(each.text().replace(" ", "") for each in labels)
    admin.until(closed(admin))


def test_leaving_the_page_closes_the_form_and_empties_it(admin: WindowedDesk) -> None:
    admin.press(Qt.Key.Key_A)
    fields = asked(admin).findChildren(PasswordField)
    fields[0].setText(OTHER)
    admin.shell.go("alarms", "")
    assert [each.text() for each in fields] == ["", ""]
    assert admin.dialogs() == []


def test_rights_are_edited_with_a_reason(admin: WindowedDesk) -> None:
    operator = admin.backend.people.sign_in("operator", PASSWORD, "elsewhere").result(10)
    press(admin, "Edit rights")
    form = asked(admin)
    boxes = {each.text(): each for each in form.findChildren(QCheckBox)}
    assert not boxes["See the console"].isEnabled()
    boxes["Shelve alarms"].setChecked(False)
    form.submit()
    admin.until(lambda: "a reason needs 1 to 200 printable characters" in admin.words(form))
    assert admin.backend.people.may(operator, Right.ALARM_SHELVE)
    fill(form, Reason="shelving moves to the supervisor")
    form.submit()
    admin.until(closed(admin))
    assert not admin.backend.people.may(operator, Right.ALARM_SHELVE)
    admin.until(lambda: {row[1]: row[2] for row in matrix(admin)}["alarm.shelve"] == "")


@pytest.mark.parametrize(("role", "fixed"), [("auditor", 10), ("administrator", 5), ("trainer", 2), ("operator", 1)])
def test_what_the_rules_fix_cannot_be_ticked(admin: WindowedDesk, role: str, fixed: int) -> None:
    press(admin, "Edit rights")
    form = asked(admin)
    segments = form.findChildren(Segmented)[0]
    segments.set_current(role)
    segments.chosen.emit(role)
    barred = [each for each in form.findChildren(QCheckBox) if not each.isEnabled()]
    assert len(barred) == fixed
    assert {each.accessibleDescription() for each in barred} <= {"always", "never"}
