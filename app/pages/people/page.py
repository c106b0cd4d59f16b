"""People: accounts and what is done with them, who is signed in where, and what each role may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.formats import shown
from app.page import Page, PageContext, PageSpec
from app.pages.people.asking import AskDialog, ConfirmDialog
from app.pages.people.forms import AddDialog, PasswordDialog, RoleDialog
from app.pages.people.presenter import account_rows, matrix_rows, role_word, signed_in_rows
from app.pages.people.rights import RightsDialog
from app.pages.people.second_factor import SecondFactorDialog
from app.texts import _
from backend.errors import mark
from backend.model.person import AccountStatus, AccountView, Right, RoleRights, Session, SignedIn
from backend.model.person import Role as PersonRole
from widgets.inputs import Button, ButtonKind
from widgets.surfaces import Card, EmptyState, Veil
from widgets.tables import Align, Column, Kind, RowModel, Table
from widgets.theme import metrics as m
from widgets.theme import space

T = TypeVar("T")
_LOOK_EVERY = 8
"""Beats between two looks at what may change without this page: locks, sign-ins (2 s)."""


class PeoplePage(Page):
    """Who may use this console, and as what."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._accounts: dict[str, AccountView] = {}
        self._lines: tuple[RoleRights, ...] = ()
        self._beats = 0
        self._veil: Veil | None = None
        self._account_model = RowModel(_account_columns())
        self._account_table = Table(self._account_model, name="", row_height=m.ROW_LIST)
        self._signed_in_model = RowModel(_signed_in_columns())
        self._signed_in_table = Table(self._signed_in_model, name="", row_height=m.ROW_LIST)
        self._matrix_model = RowModel(_matrix_columns())
        self._matrix_table = Table(self._matrix_model, name="", row_height=m.ROW_DENSE)
        self._account_card, self._signed_in_card, self._matrix_card = Card(), Card(), Card()
        self._hidden = EmptyState("")
        self._add = Button(icon="add", key="A", kind=ButtonKind.PRIMARY)
        self._standing = Button()
        self._role = Button()
        self._password = Button()
        self._enrol = Button()
        self._own_password = Button(icon="key")
        self._rights = Button(icon="edit")
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._context.bridge.beat.connect(self._on_beat)
        self._beats = 0
        self._look()
        self._show()

    def leave(self) -> None:
        self._context.bridge.beat.disconnect(self._on_beat)
        # A password half typed or a secret must not stay behind a page that nobody sees.
        self.put_away()

    def focus_first(self) -> None:
        dialog = self._veil.dialog() if self._veil is not None else None
        if isinstance(dialog, AskDialog | SecondFactorDialog):
            dialog.focus_first()
        elif self._account_table.isVisible():
            self._account_table.setFocus()
        else:
            self.setFocus()

    def put_away(self) -> None:
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
            if self.isVisible():
                self.setFocus()

    def select(self, what: str) -> None:
        self._account_table.select(what)

    def retranslate(self) -> None:
        self._account_card.set_title(_("Accounts"))
        self._signed_in_card.set_title(_("Signed in now"))
        self._matrix_card.set_title(_("Roles and rights"))
        self._account_table.setAccessibleName(_("Accounts"))
        self._signed_in_table.setAccessibleName(_("Signed in now"))
        self._matrix_table.setAccessibleName(_("Roles and rights"))
        self._account_model.set_columns(_account_columns())
        self._signed_in_model.set_columns(_signed_in_columns())
        self._matrix_model.set_columns(_matrix_columns())
        self._hidden.set_words(_("Accounts are shown to administrators."))
        self._add.set_words(_("Add account"))
        self._role.set_words(_("Change role"))
        self._password.set_words(_("Reset password"))
        self._enrol.set_words(_("New second factor"))
        self._own_password.set_words(_("Change my password"))
        self._rights.set_words(_("Edit rights"))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self._ask_add()
        else:
            super().keyPressEvent(event)

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_beat(self) -> None:
        self._beats += 1
        if self._beats % _LOOK_EVERY == 0:
            self._look()

    def _look(self) -> None:
        """Ask for what this person may see; the answer comes in a moment."""
        people, session = self._context.backend.people, self._context.desk.session
        if session is None or not self._context.desk.may(Right.VIEW):
            self._forget()
            return
        self._quietly(people.roles(session), self._take_roles)
        if self._context.desk.may(Right.PEOPLE_EDIT):
            self._quietly(people.account_list(session), self._take_accounts)
            self._quietly(people.signed_in(session), self._take_signed_in)
        else:
            self._take_accounts(())
            self._take_signed_in(())

    def _forget(self) -> None:
        self._take_accounts(())
        self._take_signed_in(())
        self._take_roles(())

    def _take_accounts(self, accounts: Sequence[AccountView]) -> None:
        self._accounts = {account.login: account for account in accounts}
        self._show()

    def _take_signed_in(self, people: Sequence[SignedIn]) -> None:
        self._signed_in_model.replace(signed_in_rows(people))

    def _take_roles(self, lines: Sequence[RoleRights]) -> None:
        self._lines = tuple(lines)
        self._show()

    # -- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        edits = self._context.desk.may(Right.PEOPLE_EDIT)
        self._account_model.replace(account_rows(self._accounts.values()))
        self._matrix_model.replace(matrix_rows(self._lines))
        self._account_table.setVisible(edits)
        self._hidden.setVisible(not edits)
        self._signed_in_card.setVisible(edits)
        for button in (self._add, self._standing, self._role, self._password, self._enrol, self._rights):
            button.setVisible(edits)
        self._rights.setEnabled(bool(self._lines))
        self._own_password.setEnabled(self._context.desk.session is not None)
        self._show_choice()

    def _show_choice(self) -> None:
        chosen = self._chosen()
        disabled = chosen is not None and chosen.status is not AccountStatus.ACTIVE
        self._standing.set_words(_("Enable") if disabled else _("Disable"))
        for button in (self._standing, self._role, self._password, self._enrol):
            button.setEnabled(chosen is not None)

    def _chosen(self) -> AccountView | None:
        return self._accounts.get(self._account_table.current_key())

    # -- what people do -------------------------------------------------------------------------------------------

    def _ask_add(self) -> None:
        session = self._editor()
        if session is not None:
            self._open(AddDialog(self._context.backend, self._context.actions, session), _("The account was added."))

    def _ask_standing(self) -> None:
        session, chosen = self._editor(), self._chosen()
        if session is None or chosen is None:
            return
        people, login = self._context.backend.people, chosen.login
        if chosen.status is AccountStatus.ACTIVE:
            words = _("{name} is signed out everywhere, and nobody signs in with this account any more.")
            title, ask = _("Disable account"), lambda: people.disable(session, login)
        else:
            words = _("{name} may sign in again, with the password of before.")
            title, ask = _("Enable account"), lambda: people.enable(session, login)
        self._open(self._confirm(title, words.format(name=shown(chosen.name, 64)), login, ask), _("Done."))

    def _ask_role(self) -> None:
        session, chosen = self._editor(), self._chosen()
        if session is not None and chosen is not None:
            dialog = RoleDialog(self._context.backend, self._context.actions, session, chosen)
            self._open(dialog, _("The role was changed."))

    def _ask_password(self) -> None:
        session, chosen = self._editor(), self._chosen()
        if session is not None and chosen is not None:
            self._ask_password_of(session, chosen.login, chosen.name)

    def _ask_own_password(self) -> None:
        session = self._context.desk.session
        if session is not None:
            self._ask_password_of(session, session.login, session.name)

    def _ask_password_of(self, session: Session, login: str, name: str) -> None:
        dialog = PasswordDialog(self._context.backend, self._context.actions, session, login, name)
        self._open(dialog, _("The password was changed."))

    def _ask_enrol(self) -> None:
        session, chosen = self._editor(), self._chosen()
        if session is None or chosen is None:
            return
        people, login = self._context.backend.people, chosen.login
        words = _("The one before stops working at once, and commands that wait for {name} are taken back.")
        dialog = self._confirm(
            _("New second factor"),
            words.format(name=shown(chosen.name, 64)),
            login,
            lambda: people.enrol(session, login),
        )
        self._open(dialog, "", lambda uri: self._show_second_factor(login, str(uri)))

    def _ask_rights(self) -> None:
        session = self._editor()
        if session is not None and self._lines:
            dialog = RightsDialog(self._context.backend, self._context.actions, session, self._lines)
            self._open(dialog, _("The rights were changed."))

    def _show_second_factor(self, login: str, uri: str) -> None:
        dialog = SecondFactorDialog(login, uri)
        dialog.escaped.connect(self.put_away)
        self._veil = Veil(dialog, self)
        dialog.focus_first()

    def _confirm(self, title: str, words: str, login: str, ask: Callable[[], Future[T]]) -> ConfirmDialog:
        return ConfirmDialog(title, words, title, self._context.actions, ask, number=shown(login, 40))

    def _open(self, dialog: AskDialog, saying: str, then: Callable[[object], None] | None = None) -> None:
        def finished(result: object) -> None:
            self.put_away()
            if saying:
                self._context.actions.done.emit(saying)
            if then is not None:
                then(result)
            self._look()

        self.put_away()
        dialog.escaped.connect(self.put_away)
        dialog.finished.connect(finished)
        self._veil = Veil(dialog, self)
        dialog.focus_first()

    def _editor(self) -> Session | None:
        """Who may change people here; says so when nobody may. Checked again below, whatever is answered here."""
        session = self._context.desk.session
        if session is None:
            self._context.actions.refused.emit(_("Sign in first."))
        elif not self._context.desk.may(Right.PEOPLE_EDIT):
            self._context.actions.refused.emit(_("Your role may not do this."))
        else:
            return session
        return None

    def _quietly(self, future: Future[T], then: Callable[[T], None]) -> None:
        self._context.actions.ask(future, then, owner=self, failed=None)

    # -- built once -----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._add.clicked.connect(self._ask_add)
        self._standing.clicked.connect(self._ask_standing)
        self._role.clicked.connect(self._ask_role)
        self._password.clicked.connect(self._ask_password)
        self._enrol.clicked.connect(self._ask_enrol)
        self._own_password.clicked.connect(self._ask_own_password)
        self._rights.clicked.connect(self._ask_rights)
        self._account_table.selected.connect(lambda _login: self._show_choice())
        self._account_table.opened.connect(lambda _login: self._ask_role())

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        space(buttons, gap=m.HALF)
        for button in (self._add, self._role, self._password, self._enrol, self._standing):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._own_password)
        self._account_card.body.addWidget(self._account_table, 1)
        self._account_card.body.addWidget(self._hidden, 1)
        self._account_card.body.addLayout(buttons)
        self._signed_in_card.body.addWidget(self._signed_in_table, 1)
        self._matrix_card.add_tool(self._rights)
        self._matrix_card.body.addWidget(self._matrix_table, 1)
        upper = QHBoxLayout()
        space(upper, gap=m.GAP)
        upper.addWidget(self._account_card, 2)
        upper.addWidget(self._signed_in_card, 1)
        column = QVBoxLayout(self)
        space(column, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        column.addLayout(upper, 5)
        column.addWidget(self._matrix_card, 6)


def _account_columns() -> tuple[Column, ...]:
    return (
        Column(key="login", title=_("Login"), width=150, kind=Kind.MONO),
        Column(key="name", title=_("Name"), width=0, elide=True),
        Column(key="person", title=_("Person"), width=150, kind=Kind.MONO),
        Column(key="role", title=_("Role"), width=120),
        Column(key="status", title=_("Status"), width=90, kind=Kind.MUTED),
        Column(key="factor", title=_("Second factor"), width=110, kind=Kind.TICK, align=Align.CENTRE),
        Column(key="changed", title=_("Changed"), width=170, kind=Kind.TIME),
    )


def _signed_in_columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("Name"), width=0, elide=True),
        Column(key="role", title=_("Role"), width=110),
        Column(key="place", title=_("Where"), width=120, elide=True),
        Column(key="since", title=_("Since"), width=170, kind=Kind.TIME),
    )


def _matrix_columns() -> tuple[Column, ...]:
    return (
        Column(key="right", title=_("Right"), width=0, elide=True),
        Column(key="key", title="", width=150, kind=Kind.MONO),
        *(
            Column(key=role.value, title=role_word(role), width=120, kind=Kind.TICK, align=Align.CENTRE)
            for role in PersonRole
        ),
    )


SPEC = PageSpec(key="people", shortcut="Ctrl+F11", icon="people", title=mark("People"), level="L4", build=PeoplePage)
