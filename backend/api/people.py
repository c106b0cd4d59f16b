"""People at the console: sign in and out, prove again who they are, manage accounts and roles.

Passwords are checked and hashed on a worker thread; who may do what is decided on the core thread, each time anew.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from backend.access import NewAccount, People
from backend.access.totp import enrolment_uri
from backend.model.person import AccountView, Reauthenticated, Right, Role, RoleRights, Session, SignedIn

Call = Callable[[Callable[[], Any]], Future[Any]]


class PeopleApi:
    """Who may use this console, and who does. issuer: what an authenticator app calls this site."""

    def __init__(self, *, people: People, call: Call, worker: Executor, issuer: str) -> None:
        self._people = people
        self._call = call
        self._worker = worker
        self._issuer = issuer

    def sign_in(self, login: str, password: str, workstation: str) -> Future[Session]:
        """A session, or RefusedError with one sentence for unknown, wrong and locked alike."""
        return self._worker.submit(self._sign_in, login, password, workstation)

    def sign_out(self, session: Session) -> Future[None]:
        """End a session."""
        return self._call(lambda: self._people.sign_out(session.id))

    def may(self, session: Session, right: Right) -> bool:
        """Whether the session may do this now; false once it ended or its account was disabled."""
        return self._people.may(session.id, right)

    def prove(self, session: Session, password: str, code: str, *, purpose: str) -> Future[Reauthenticated]:
        """Prove again who is here, for one purpose: password and an unused one-time code."""
        return self._worker.submit(self._prove, session, password, code, purpose)

    def accounts(self) -> tuple[AccountView, ...]:
        """Everyone, without secrets: the names that go with the persons of alarms and commands."""
        return self._people.accounts()

    # -- looking after people; RefusedError without the right, and the try is journaled -------------------------------

    def account_list(self, session: Session) -> Future[tuple[AccountView, ...]]:
        """Every account with its standing, by login. Needs people.edit."""
        return self._call(lambda: self._people.staff.accounts(session.id))

    def signed_in(self, session: Session) -> Future[tuple[SignedIn, ...]]:
        """Who is signed in where. Needs people.edit."""
        return self._call(lambda: self._people.staff.signed_in(session.id))

    def roles(self, session: Session) -> Future[tuple[RoleRights, ...]]:
        """The permission matrix, a line a role. Needs view."""
        return self._call(lambda: self._people.staff.roles(session.id))

    def set_role_rights(
        self, session: Session, role: Role, rights: frozenset[Right], reason: str
    ) -> Future[tuple[RoleRights, ...]]:
        """Replace what a role may do, at once and in open sessions too; the new matrix. Needs people.edit."""
        return self._call(lambda: self._people.staff.set_rights(session.id, role, rights, reason))

    def add(
        self, session: Session, *, login: str, person: str, name: str, role: Role, password: str
    ) -> Future[AccountView]:
        """A new account. person: id of the natural person, shared by all accounts of one. Needs people.edit."""
        return self._worker.submit(self._add, session, login, person, name, role, password)

    def disable(self, session: Session, login: str) -> Future[AccountView]:
        """Nobody signs in with it any more; its sessions end. Needs people.edit."""
        return self._call(lambda: self._people.staff.disable(session.id, login))

    def enable(self, session: Session, login: str) -> Future[AccountView]:
        """Active again, and no longer locked. Needs people.edit."""
        return self._call(lambda: self._people.staff.enable(session.id, login))

    def change_role(self, session: Session, login: str, role: Role) -> Future[AccountView]:
        """Another role, at once. Needs people.edit."""
        return self._call(lambda: self._people.staff.change_role(session.id, login, role))

    def set_password(self, session: Session, login: str, password: str, *, old: str = "") -> Future[AccountView]:
        """A new password; all sessions of the account end. One's own needs the old one, another's people.edit."""
        return self._worker.submit(self._set_password, session, login, password, old)

    def enrol(self, session: Session, login: str) -> Future[str]:
        """A new second factor; its otpauth address is given out this once. Needs people.edit."""

        def work() -> str:
            secret = self._people.staff.enrol(session.id, login)
            return enrolment_uri(secret, login, self._issuer)

        return self._call(work)

    # -- inside, on a worker -------------------------------------------------------------------------------------------

    def _sign_in(self, login: str, password: str, workstation: str) -> Session:
        check = self._people.check_password(login, password)
        session: Session = self._call(lambda: self._people.sign_in(check, workstation)).result()
        return session

    def _prove(self, session: Session, password: str, code: str, purpose: str) -> Reauthenticated:
        check = self._people.check_password(session.login, password)
        proof: Reauthenticated = self._call(
            lambda: self._people.reauthenticate(session.id, check, code, purpose=purpose)
        ).result()
        return proof

    def _add(self, session: Session, login: str, person: str, name: str, role: Role, password: str) -> AccountView:
        staff = self._people.staff
        self._call(lambda: staff.check_may(session.id, login, "add")).result()
        hashed = self._people.hash_password(password, login=login)
        new = NewAccount(login=login, person=person, name=name, role=role, password=hashed)
        view: AccountView = self._call(lambda: staff.add(session.id, new)).result()
        return view

    def _set_password(self, session: Session, login: str, password: str, old: str) -> AccountView:
        staff = self._people.staff
        check = None
        if self._call(lambda: staff.is_own(session.id, login)).result():
            check = self._people.check_password(login, old)
        else:
            self._call(lambda: staff.check_may(session.id, login, "change password")).result()
        hashed = self._people.hash_password(password, login=login)
        view: AccountView = self._call(lambda: staff.change_password(session.id, login, hashed, check)).result()
        return view
