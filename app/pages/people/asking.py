"""The dialogs' common shape: fields, one committing button, a way back, and the place where a refusal is said."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from app.actions import Actions
from app.texts import _
from widgets.inputs import Button, ButtonKind, PasswordField
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Weight, px
from widgets.theme import metrics as m

T = TypeVar("T")
_WIDTH = 560


class AskDialog(DialogFrame):
    """Sends one request and stays open until it was accepted. Passwords typed here are gone with it.

    Signals: finished(object result) once accepted; escaped() (from DialogFrame).
    """

    finished = Signal(object)

    def __init__(self, title: str, commit: str, actions: Actions, *, number: str = "", icon: str = "people") -> None:
        super().__init__(title, number=number, icon=icon)
        self.setMinimumWidth(px(_WIDTH))
        self._actions = actions
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._commit = Button(commit, kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self.add_leading(back)
        self.add_commit(self._commit)
        back.clicked.connect(self.escaped)
        self._commit.clicked.connect(self.submit)

    def put(self, *widgets: QWidget) -> None:
        """Fill the body, once; the refusal stands below."""
        for widget in (*widgets, self._refusal):
            self.body.addWidget(widget)

    def submit(self) -> None:
        """Ask for what the fields say. For subclasses."""

    def focus_first(self) -> None:
        """Put the cursor where typing begins. For subclasses."""

    def refuse(self, words: str) -> None:
        """Say why not; the dialog stays for another try."""
        self._refusal.setText(words)
        self._commit.setEnabled(True)

    def send(self, ask: Callable[[], Future[T]]) -> None:
        """Send it once; the button waits for the answer."""
        if not self._commit.isEnabled():
            return
        self._commit.setEnabled(False)
        self._refusal.setText("")
        self._actions.follow(ask(), self.finished.emit, failed=self.refuse, owner=self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for field in self.findChildren(PasswordField):
            field.clear()


class ConfirmDialog(AskDialog):
    """Says what will happen and asks for it. Signals: those of AskDialog."""

    def __init__(
        self, title: str, words: str, commit: str, actions: Actions, ask: Callable[[], Future[T]], *, number: str = ""
    ) -> None:
        super().__init__(title, commit, actions, number=number)
        self._ask = ask
        self.put(Text(words, Role.VALUE, wrap=True))

    def focus_first(self) -> None:
        # On the frame, where Esc works and ↵ does nothing.
        self.setFocus()

    def submit(self) -> None:
        self.send(self._ask)
