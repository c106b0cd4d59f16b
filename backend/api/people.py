"""People at the console: sign in and out, prove again who they are. Passwords are checked on a worker thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from backend.access import People
from backend.model.person import AccountView, Reauthenticated, Right, Session

Call = Callable[[Callable[[], Any]], Future[Any]]


class PeopleApi:
    """Who may use this console, and who does."""

    def __init__(self, *, people: People, call: Call, worker: Executor) -> None:
        self._people = people
        self._call = call
        self._worker = worker

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
        """Everyone, without secrets."""
        return self._people.accounts()

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
