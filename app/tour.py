"""`linepack demo --tour DIR`: sign in, let the leak happen, walk every page and keep a picture of each.

The tour fills the same fields and holds the same buttons as a person; it knows no short cut into the backend.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.authenticator import Authenticator
from app.dialogs.approve import ApproveDialog
from app.dialogs.request import RequestDialog
from app.main import DEMO_FILE
from app.shell.window import Shell
from app.texts import LANGUAGES
from backend.model.command import Command, CommandState
from widgets.inputs import HoldButton, LineField, PasswordField
from widgets.maps import MapBoard

VALVE = "XV-0417"
STATION = "R-12"
PLACES = ("NGS", "R-12", "LPS", "GHS-1", "CNG-1", "LPG-1", "LPG-2")
"""One station of each of the seven kinds."""
LEAK = "GD-0418-CH4"
PENS = ("PT-1202", "FT-1203", LEAK, "XV-0417.ZS")
_REFRESHES = 2
_SLOW_REFRESHES = 12
"""The web page behind the map and the archive behind the trends take a moment to answer."""
_SLOW = frozenset({"map", "trends"})
_STEP_MS = 100
_PATIENCE_S = 120.0
Condition = Callable[[], bool]
D = TypeVar("D", bound=QWidget)


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
        self._backend = shell.backend
        self._people = Authenticator.read(shell.backend.site.folder / DEMO_FILE)
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
        for place in PLACES:
            yield from self._visit("stations", place, f"station-{place}")
        yield from self._visit("stations", VALVE, "valve")
        shell.go("alarms", "")
        yield self._leak_is_alarmed
        yield from self._visit("alarms", self._most_urgent(), "alarms")
        yield from self._visit("trends", f"pens:{','.join(PENS)}", "trends", refreshes=_SLOW_REFRESHES)
        yield from self._visit("map", LEAK, "map")
        yield lambda: any(board.on_web() for board in shell.findChildren(MapBoard))
        yield from self._visit("map", f"isolate:{LEAK}", "map-isolation", refreshes=_SLOW_REFRESHES)
        yield from self._visit("overview", STATION, "overview")
        yield from self._close_valve()
        yield from self._walk_pages(shell.page_keys())
        shell.desk.close()
        yield lambda: shell.sign_in_form() is not None
        # The journal is shown to nobody else.
        yield from self._sign_in("auditor")
        yield from self._walk_pages(("audit",))

    def _walk_pages(self, keys: Sequence[str]) -> Iterator[Condition]:
        """Each of these pages in both themes and both languages, with something in view."""
        what = {"stations": STATION, "trends": f"pens:{','.join(PENS)}", "map": f"isolate:{LEAK}"}
        for theme in ("dark", "light"):
            for language in LANGUAGES:
                self._shell.console.looks.set(theme=theme, language=language)
                for key in keys:
                    refreshes = _SLOW_REFRESHES if key in _SLOW else _REFRESHES
                    yield from self._visit(key, what.get(key, ""), f"{key}-{theme}-{language}", refreshes=refreshes)

    def _close_valve(self) -> Iterator[Condition]:
        shell = self._shell
        target = next(each for each in self._backend.commands.commandable() if each.device == VALVE)
        shell.go("commands", f"prepare:{target.point}")
        request = self._dialog(RequestDialog)
        request.choose("close", "isolate")
        yield request.may_reserve
        self._picture("command-check")
        request.reserve()
        yield request.may_confirm
        request.type_code(target.short_code)
        yield lambda: True
        self._picture("command-request")
        yield from self._hold(request)
        yield lambda: self._newest().state is CommandState.AWAITING_APPROVAL
        self._picture("command-waiting")
        shell.desk.close()
        yield lambda: shell.sign_in_form() is not None
        yield from self._sign_in("supervisor")
        shell.go("commands", f"approve:{self._newest().content.id}")
        approval = self._dialog(ApproveDialog)
        yield approval.may_sign
        approval.fill(target.short_code, self._people.password("supervisor"), self._people.code("supervisor"))
        yield lambda: True
        self._picture("command-approval")
        yield from self._hold(approval)
        yield lambda: self._newest().state is CommandState.ACKED
        shell.go("stations", VALVE)
        yield lambda: True
        self._picture("valve-travelling")
        yield lambda: self._newest().state is CommandState.VERIFIED
        yield from self._visit("commands", self._newest().content.id, "command-verified")
        yield from self._visit("stations", VALVE, "valve-closed")

    def _visit(self, page: str, what: str, name: str, *, refreshes: int = _REFRESHES) -> Iterator[Condition]:
        """Open a page, let some refreshes of values pass, keep a picture."""
        self._shell.go(page, what)
        before = self._backend.live.snapshot().version
        yield lambda: self._backend.live.snapshot().version > before + refreshes
        self._picture(name)

    def _sign_in(self, login: str) -> Iterator[Condition]:
        form = self._shell.sign_in_form()
        if form is None:
            self._failed = "there is no sign-in form"
            return
        form.findChildren(LineField)[0].setText(login)
        form.findChildren(PasswordField)[0].setText(self._people.password(login))
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

    # -- what is looked at ----------------------------------------------------------------------------------------

    def _leak_is_alarmed(self) -> bool:
        return any(
            record.facts.cond and int(record.priority) <= 2 and record.config.alarm_class in ("gas-leak", "process")
            for record in self._backend.alarms.snapshot()
        )

    def _most_urgent(self) -> str:
        records = self._backend.alarms.snapshot()
        return min(records, key=lambda each: (int(each.priority), each.facts.ack)).config.key

    def _newest(self) -> Command:
        return self._backend.commands.snapshot()[0]

    def _dialog(self, kind: type[D]) -> D:
        return next(each for each in self._shell.findChildren(kind) if each.isVisible())

    def _picture(self, name: str) -> None:
        self._number += 1
        QApplication.processEvents()
        # From the screen: what the web engine paints is in no widget. A screen that gives nothing has no such page.
        seen = self._shell.screen().grabWindow(self._shell.winId())
        picture = self._shell.grab() if seen.isNull() else seen
        picture.save(str(self._folder / f"{self._number:02d}-{name}.png"))

    def _step(self) -> None:
        if not self._until():
            self._waited_s += _STEP_MS / 1000
            if self._waited_s > _PATIENCE_S:
                self._give_up("what was waited for did not happen")
            return
        self._waited_s = 0.0
        try:
            self._until = next(self._script)
        except StopIteration:
            self._end()
        except Exception as error:  # noqa: BLE001 - a tour that stumbles says where, and the console still closes
            self._give_up(repr(error))

    def _give_up(self, why: str) -> None:
        self._failed = f"gave up after picture {self._number}: {why}"
        self._picture("gave-up")
        self._end()

    def _end(self) -> None:
        self._timer.stop()
        QApplication.quit()
