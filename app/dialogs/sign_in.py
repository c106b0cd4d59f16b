"""Sign in with name and password; a wrong pair, an unknown name and a locked account read the same."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.actions import Actions
from app.session import Desk
from app.texts import _
from backend.api import Backend
from widgets.inputs import Button, ButtonKind, FormField, LineField, PasswordField
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, px
from widgets.theme import metrics as m

_WIDTH = 460


class SignIn(DialogFrame):
    """The sign-in form; the desk says when someone is signed in. Signals: those of DialogFrame."""

    def __init__(
        self,
        backend: Backend,
        actions: Actions,
        desk: Desk,
        *,
        hint: str = "",
        title: str = "",
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title or _("Sign in"), icon="lock" if title else "sign_in", parent=parent)
        self._backend = backend
        self._actions = actions
        self._desk = desk
        self._login = LineField(name=_("Name"))
        self._password = PasswordField(name=_("Password"))
        self._login_field = FormField(_("Name"), self._login)
        self._password_field = FormField(_("Password"), self._password)
        self._button = Button(_("Sign in"), key="↵", kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        self.setMinimumWidth(px(_WIDTH))
        self._note = Text(note, Role.BODY, tone=Tone.SECONDARY, wrap=True)
        self.body.addWidget(self._note)
        self._note.setVisible(bool(note))
        self.body.addWidget(self._login_field)
        self.body.addWidget(self._password_field)
        self._hint = Text(hint, Role.HINT, tone=Tone.NOT_FIELD, wrap=True)
        self._hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self._hint)
        self._hint.setVisible(bool(hint))
        self.add_commit(self._button)
        self._login.returnPressed.connect(self._password.setFocus)
        self._password.returnPressed.connect(self.submit)
        self._button.clicked.connect(self.submit)

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        self._login.setFocus()

    def start_with(self, login: str) -> None:
        """Begin with a name typed before, else with an empty form."""
        self._login.setText(login)
        (self._password if login else self._login).setFocus()

    def ready(self) -> bool:
        """Whether nothing is being asked."""
        return self._button.isEnabled()

    def login(self) -> str:
        """The name typed so far."""
        return self._login.text()

    def submit(self) -> None:
        """Ask the backend; the button waits meanwhile (the password check takes half a second on purpose)."""
        if not self._button.isEnabled():
            return
        self._button.setEnabled(False)
        self._password_field.set_error("")
        future = self._backend.people.sign_in(self._login.text(), self._password.take(), self._desk.workstation)
        # The desk is told even if the form was built anew meanwhile (another language): no session may be lost.
        self._actions.follow(future, self._desk.opened, failed=self._refused)

    def _refused(self, sentence: str) -> None:
        if not isValid(self):
            return
        self._button.setEnabled(True)
        self._password_field.set_error(sentence)
        self._password.setFocus()
