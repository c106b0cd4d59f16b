"""Sign-in and lock over the pages of every window; banner, strips and horn stay free."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.dialogs.sign_in import SignIn
from app.formats import shown
from app.shell.console import Console
from app.shell.host import PageHost
from app.shell.page_window import PageWindow
from app.shell.windows import Windows, raise_window
from app.texts import _
from widgets.inputs import Button, ButtonKind
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role
from widgets.theme import metrics as m


class Elsewhere(DialogFrame):
    """What other windows show while the main one asks who is there. Signals: asked() to go there."""

    asked = Signal()

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, icon="lock", parent=parent)
        self.body.addWidget(Text(_("Sign in at the main window."), Role.BODY, wrap=True))
        self._button = Button(_("Go there"), key="↵", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._button.clicked.connect(self.asked)
        self.add_commit(self._button)

    def focus_first(self) -> None:
        """Put the keyboard on the one button."""
        self._button.setFocus()


class Gate(QObject):
    """Covers the pages while nobody is signed in or the screen is locked.

    Signals: opened() when the pages are free again.
    """

    opened = Signal()

    def __init__(
        self,
        console: Console,
        main: PageHost,
        windows: Windows,
        *,
        hint: Callable[[], str],
        welcome: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._console = console
        self._main = main
        self._windows = windows
        self._hint = hint
        self._welcome = welcome
        console.desk.changed.connect(self._on_desk)
        console.desk.locked_changed.connect(self.close)
        windows.opened.connect(lambda window: self._cover_other(window) if self._form() is not None else None)

    def form(self) -> SignIn | None:
        """The sign-in that is shown now, if any."""
        return self._form()

    def close(self, login: str = "") -> None:
        """Ask who is there; `login` is a name typed before. Pages of a locked screen are out of sight."""
        desk = self._console.desk
        if desk.locked and desk.session is not None and not login:
            login = desk.session.login
        form = SignIn(
            self._console.backend,
            self._console.actions,
            desk,
            hint=self._hint(),
            title=_("Screen locked") if desk.locked else "",
            note=self._note(),
        )
        form.escaped.connect(form.focus_first)
        self._main.cover(form, hide=desk.locked)
        for window in self._windows.others():
            self._cover_other(window)
        form.start_with(login)

    def retranslate(self) -> None:
        """Ask in the language of now, with the name typed so far."""
        form = self._form()
        if form is not None:
            self.close(form.login())

    def _on_desk(self) -> None:
        if self._console.desk.session is None:
            if self._form() is None:
                self.close()
            return
        for host in self._windows.hosts():
            host.uncover()
        self.opened.emit()

    def _cover_other(self, window: PageWindow) -> None:
        words = _("Screen locked") if self._console.desk.locked else _("Nobody signed in")
        frame = Elsewhere(words)
        frame.asked.connect(self._ask_here)
        window.host.cover(frame, hide=self._console.desk.locked)

    def _ask_here(self) -> None:
        raise_window(self._main.window())
        form = self._form()
        if form is not None:
            form.focus_first()

    def _note(self) -> str:
        desk = self._console.desk
        if desk.locked and desk.session is not None:
            return _("{person} is signed in. Alarms, horn and silence go on.").format(person=shown(desk.session.name))
        return self._welcome()

    def _form(self) -> SignIn | None:
        dialog = self._main.covering()
        return dialog if isinstance(dialog, SignIn) else None
