"""Forms for an account: add it, give it another role, a new password."""

from __future__ import annotations

from app.actions import Actions
from app.formats import shown
from app.pages.people.asking import AskDialog
from app.pages.people.presenter import role_word
from app.texts import _
from backend.api import Backend
from backend.model.person import AccountView, Session
from backend.model.person import Role as PersonRole
from widgets.inputs import Choice, FormField, LineField, PasswordField
from widgets.readouts import Text
from widgets.theme import Role, Tone


class AddDialog(AskDialog):
    """A new account. Signals: those of AskDialog."""

    def __init__(self, backend: Backend, actions: Actions, session: Session) -> None:
        super().__init__(_("Add account"), _("Add account"), actions)
        self._backend = backend
        self._session = session
        self._login = LineField(name=_("Login"))
        self._name = LineField(name=_("Full name"))
        self._person = LineField(name=_("Person"))
        self._role = Choice(_roles(), name=_("Role"), hint=_("Choose a role"))
        self._password = PasswordField(name=_("Password"))
        self._again = PasswordField(name=_("Password again"))
        self.put(
            FormField(_("Login"), self._login),
            FormField(_("Full name"), self._name),
            FormField(
                _("Person"), self._person, hint=_("The same for every account of one person; empty: as the login")
            ),
            FormField(_("Role"), self._role),
            FormField(_("Password"), self._password, hint=_password_hint()),
            FormField(_("Password again"), self._again),
        )

    def focus_first(self) -> None:
        self._login.setFocus()

    def submit(self) -> None:
        password, again = self._password.take(), self._again.take()
        if not self._role.key():
            self.refuse(_("Choose a role."))
        elif password != again:
            self.refuse(_("The two passwords differ."))
        else:
            self.send(
                lambda: self._backend.people.add(
                    self._session,
                    login=self._login.text(),
                    person=self._person.text().strip() or self._login.text(),
                    name=self._name.text(),
                    role=PersonRole(self._role.key()),
                    password=password,
                )
            )


class RoleDialog(AskDialog):
    """Another role for an account. Signals: those of AskDialog."""

    def __init__(self, backend: Backend, actions: Actions, session: Session, account: AccountView) -> None:
        super().__init__(_("Change role"), _("Change role"), actions, number=shown(account.login, 40))
        self._backend = backend
        self._session = session
        self._login = account.login
        self._role = Choice(_roles(), name=_("Role"))
        self._role.set_key(account.role.value)
        self.put(
            Text(shown(account.name), Role.VALUE, wrap=True),
            FormField(_("Role"), self._role),
            Text(
                _("It counts at once, also where the person is signed in; commands that wait for them are taken back."),
                Role.HINT,
                tone=Tone.MUTED,
                wrap=True,
            ),
        )

    def focus_first(self) -> None:
        self._role.setFocus()

    def submit(self) -> None:
        role = PersonRole(self._role.key())
        self.send(lambda: self._backend.people.change_role(self._session, self._login, role))


class PasswordDialog(AskDialog):
    """A new password; one's own needs the old one. Signals: those of AskDialog."""

    def __init__(self, backend: Backend, actions: Actions, session: Session, login: str, name: str) -> None:
        super().__init__(_("New password"), _("Set password"), actions, number=shown(login, 40), icon="key")
        self._backend = backend
        self._session = session
        self._login = login
        own = login == session.login
        self._old = PasswordField(name=_("Old password"))
        self._password = PasswordField(name=_("New password"))
        self._again = PasswordField(name=_("New password again"))
        old = FormField(_("Old password"), self._old)
        self.put(
            Text(shown(name), Role.VALUE, wrap=True),
            old,
            FormField(_("New password"), self._password, hint=_password_hint()),
            FormField(_("New password again"), self._again),
            Text(_("Whoever is signed in with this account is signed out."), Role.HINT, tone=Tone.MUTED, wrap=True),
        )
        old.setVisible(own)
        self._first = self._old if own else self._password

    def focus_first(self) -> None:
        self._first.setFocus()

    def submit(self) -> None:
        old, password, again = self._old.take(), self._password.take(), self._again.take()
        if password != again:
            self.refuse(_("The two passwords differ."))
        else:
            self.send(lambda: self._backend.people.set_password(self._session, self._login, password, old=old))


def _roles() -> list[tuple[str, str]]:
    return [(role.value, role_word(role)) for role in PersonRole]


def _password_hint() -> str:
    return _("12 characters of 3 kinds: small letters, capitals, digits, others")
