"""A console window on a real backend, and a person at it who types, presses and looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bridge import Bridge
from app.lane import Facts
from app.page import Page
from app.pages.listing import PAGES
from app.shell.window import Shell
from app.texts import set_language
from backend.api import Backend
from backend.model.alarm import AlarmRecord
from backend.model.command import Command
from widgets.inputs import LineField, PasswordField
from widgets.surfaces import DialogFrame, Veil
from widgets.tables import RowModel, Table

WITHIN_MS = 10_000
W = TypeVar("W", bound=QWidget)


class WindowedDesk:
    """The shell with its bridge, shown off screen."""

    def __init__(self, backend: Backend, qtbot: QtBot, *, size: tuple[int, int] = (1920, 1080)) -> None:
        self._qtbot = qtbot
        self.backend = backend
        self.bridge = Bridge(backend)
        self.shell = Shell(backend, self.bridge, PAGES, workstation="desk-a")
        self.bridge.start()
        self.shell.resize(*size)
        self.shell.show()
        self.shell.activateWindow()
        qtbot.waitActive(self.shell)

    def close(self) -> None:
        """As when the window is closed."""
        self.bridge.stop()
        self.shell.close()
        self.shell.deleteLater()
        QApplication.processEvents()
        set_language("en")

    # -- doing -------------------------------------------------------------------------------------------------------

    def type_name(self, login: str, password: str) -> None:
        """Fill the sign-in and press ↵ in it."""
        self.type_name_in(self.shell, login, password)

    def type_name_in(self, window: QWidget, login: str, password: str) -> None:
        """The same where several windows show a dialog."""
        (form,) = (each for each in window.findChildren(DialogFrame) if each.isVisible())
        form.findChildren(LineField)[0].setText(login)
        field = form.findChildren(PasswordField)[0]
        field.setText(password)
        self._qtbot.keyClick(field, Qt.Key.Key_Return)

    def sign_in(self, login: str, password: str) -> None:
        """Sign in and wait until the page is free."""
        self.type_name(login, password)
        self.until(lambda: self.shell.desk.session is not None and self.shell.sign_in_form() is None)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key on whatever has the focus."""
        target = QApplication.focusWidget()
        assert target is not None
        self._qtbot.keyClick(target, key, modifiers)

    def type(self, words: str) -> None:
        """Letters into whatever has the focus."""
        target = QApplication.focusWidget()
        assert target is not None
        self._qtbot.keyClicks(target, words)

    def until(self, condition: object, within_ms: int = WITHIN_MS) -> None:
        """Let the window live until this holds."""
        self._qtbot.waitUntil(condition, timeout=within_ms)

    def hear(self, *commands: Command) -> None:
        """Commands in these states come from the backend, and every page has shown them."""
        self.bridge.tell(Facts(commands=list(commands)))
        self.until(self.bridge.turns.idle)

    # -- looking -----------------------------------------------------------------------------------------------------

    def page(self, key: str) -> Page:
        """Go there; the page."""
        self.shell.go(key, "")
        page = next(each for each in self.shell.findChildren(Page) if each.isVisible())
        QApplication.processEvents()
        return page

    def one(self, kind: type[W]) -> W:
        """The one visible widget of a kind."""
        (found,) = (each for each in self.shell.findChildren(kind) if each.isVisible())
        return found

    def dialogs(self) -> Sequence[DialogFrame]:
        """What is open over the page."""
        veils = [veil for veil in self.shell.findChildren(Veil) if veil.isVisible()]
        return [frame for veil in veils for frame in veil.findChildren(DialogFrame)]

    def table(self, name: str) -> Table:
        """A table by its accessible name."""
        return next(each for each in self.shell.findChildren(Table) if each.accessibleName() == name)

    def words(self, of: QWidget | None = None) -> str:
        """Every text that can be seen, for a search."""
        root = of or self.shell
        return "\n".join(
            str(each.property("text"))
            for each in root.findChildren(QWidget)
            if each.isVisible() and each.property("text")
        )

    def alarms(self) -> tuple[AlarmRecord, ...]:
        """As the backend has them."""
        return self.backend.alarms.snapshot()


def cells(model: RowModel) -> list[list[str]]:
    """What a table shows, as text."""
    return [
        [str(model.data(model.index(row, column)) or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
