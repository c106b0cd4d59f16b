"""`linepack demo --tour DIR`: sign in, let the leak happen, walk every page and keep a picture of each.

The tour presses the same keys and fills the same fields as a person; it knows no short cut into the backend.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.authenticator import Authenticator
from app.dialogs.approve import ApproveDialog
from app.dialogs.request import RequestDialog
from app.main import DEMO_FILE
from app.shell.window import Shell
from app.texts import LANGUAGES, set_language
from backend.model.command import CommandState
from widgets.inputs import HoldButton, LineField, PasswordField

VALVE = "XV-0417"
_STEP_MS = 100
_PATIENCE_S = 90.0
Condition = Callable[[], bool]


class Tour(QObject):
    """Walks through the console step by step, waiting for what must become true, never for a time."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._number = 0
        self._failed = ""
        self._waited_s = 0.0
        self._until: Condition = lambda: True
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._step)

    def begin(self, shell: Shell) -> None:
        """Start walking once the event loop runs."""
        self._shell = shell
        self._people = Authenticator.read(shell.site_folder() / DEMO_FILE)
        self._script = self._walk()
        self._timer.start()

    def finished(self) -> int:
        """0 when the whole way was walked."""
        if self._failed:
            sys.stderr.write(f"tour: {self._failed}\n")
            return 1
        sys.stdout.write(f"{self._number} pictures in {self._folder}\n")
        return 0

    # -- the way --------------------------------------------------------------------------------------------------

    def _walk(self) -> Iterator[Condition]:
        shell = self._shell
        yield lambda: shell.sign_in_form() is not None and shell.has_values()
        self._picture("sign-in")
        yield from self._sign_in("operator")
        shell.go("stations", "R-12")
        yield self._values_shown
        self._picture("stations")
        shell.go("stations", VALVE)
        yield self._values_shown
        self._picture("valve")
        shell.go("alarms", "")
        yield lambda: bool(shell.alarms_shown())
        yield self._leak_alarm
        shell.go("alarms", shell.alarms_shown()[0])
        self._picture("alarms")
        yield from self._close_valve()
        yield from self._both_themes()

    def _close_valve(self) -> Iterator[Condition]:
        shell = self._shell
        shell.go("commands", f"prepare:{shell.command_point(VALVE)}")
        yield lambda: self._dialog(RequestDialog) is not None
        dialog = self._dialog(RequestDialog)
        if dialog is None:
            return
        dialog.choose("close", "isolate")
        yield dialog.ready_to_reserve
        self._picture("command-check")
        dialog.reserve()
        yield dialog.reserved
        dialog.type_code()
        self._picture("command-request")
        yield from self._hold(dialog)
        yield lambda: self._state_of_newest() is CommandState.AWAITING_APPROVAL
        shell.desk.close()
        yield lambda: shell.sign_in_form() is not None
        yield from self._sign_in("supervisor")
        shell.go("commands", shell.newest_command())
        shell.press_enter()
        yield lambda: self._dialog(ApproveDialog) is not None
        approval = self._dialog(ApproveDialog)
        if approval is None:
            return
        yield approval.read
        approval.fill(self._people.password("supervisor"), self._people.code("supervisor"))
        self._picture("command-approval")
        yield from self._hold(approval)
        yield lambda: self._dialog(ApproveDialog) is None
        self._picture("command-travelling")
        yield lambda: self._state_of_newest() is CommandState.VERIFIED
        self._picture("command-verified")

    def _both_themes(self) -> Iterator[Condition]:
        for theme in ("dark", "light"):
            for language in LANGUAGES:
                self._shell.set_theme(theme)
                set_language(language)
                self._shell.retranslate()
                for key in self._shell.page_keys():
                    self._shell.go(key, "")
                    yield self._values_shown
                    self._picture(f"{key}-{theme}-{language}")

    def _sign_in(self, login: str) -> Iterator[Condition]:
        form = self._shell.sign_in_form()
        if form is None:
            return
        QTest.keyClicks(form.findChildren(LineField)[0], login)
        QTest.keyClicks(form.findChildren(PasswordField)[0], self._people.password(login))
        form.submit()
        yield lambda: self._shell.desk.session is not None and self._shell.sign_in_form() is None

    def _hold(self, dialog: QWidget) -> Iterator[Condition]:
        """Hold ↵ on the committing button until it confirms, as a finger would."""
        button = dialog.findChildren(HoldButton)[0]
        yield button.isEnabled
        confirmed: list[bool] = []
        button.confirmed.connect(lambda: confirmed.append(True))
        button.setFocus()
        QTest.keyPress(button, Qt.Key.Key_Return)
        yield lambda: bool(confirmed)
        if button.isVisible():
            QTest.keyRelease(button, Qt.Key.Key_Return)

    # -- what is looked at ----------------------------------------------------------------------------------------

    def _values_shown(self) -> bool:
        return self._shell.has_values()

    def _leak_alarm(self) -> bool:
        return any(int(record.priority) <= 2 for record in self._shell.alarm_records())

    def _state_of_newest(self) -> CommandState | None:
        newest = self._shell.newest_command()
        return self._shell.command_state(newest) if newest else None

    def _dialog[D: QWidget](self, kind: type[D]) -> D | None:
        found = [each for each in self._shell.findChildren(kind) if each.isVisible()]
        return found[0] if found else None

    def _picture(self, name: str) -> None:
        self._number += 1
        QApplication.processEvents()
        self._shell.grab().save(str(self._folder / f"{self._number:02d}-{name}.png"))

    def _step(self) -> None:
        if not self._until():
            self._waited_s += _STEP_MS / 1000
            if self._waited_s > _PATIENCE_S:
                self._failed = f"gave up after picture {self._number}: what was waited for did not happen"
                self._picture("gave-up")
                self._end()
            return
        self._waited_s = 0.0
        try:
            self._until = next(self._script)
        except StopIteration:
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        QApplication.quit()
