"""Change accounts: add, disable, enable, role, password, second factor. Each in force at once. Core thread only."""

from __future__ import annotations

from collections.abc import Callable

from backend.access import accounts as change
from backend.access.accounts import LONGEST, AccountChange, NewAccount, entry, normal
from backend.access.passwords import Hashed, PasswordCheck
from backend.access.roll import Roll
from backend.access.totp import new_secret
from backend.bus import Topic
from backend.clock import Clock
from backend.errors import RefusedError, mark
from backend.model.person import Account, AccountView, Right, Role, Session


class Staff:
    """What administrators, and people for themselves, may change. Refusals are journaled.

    `revoked` tells the person id of everyone whose standing changed, so that what waits for them can be voided (S10).
    """

    def __init__(self, *, roll: Roll, clock: Clock, is_right: Callable[[Session, PasswordCheck | None], bool]) -> None:
        self.revoked: Topic[str] = Topic("revoked")
        self._roll = roll
        self._clock = clock
        self._is_right = is_right

    def add(self, session_id: str, new: NewAccount) -> AccountView:
        """A new account."""
        return self._edit(
            session_id,
            new.login,
            "add",
            lambda by: change.new_account(self._roll.accounts(), new, at=self._now(), by=by),
        )

    def disable(self, session_id: str, login: str) -> AccountView:
        """Its sessions end, its rights are gone."""
        view = self._edit(
            session_id,
            login,
            "disable",
            lambda by: change.disabled(self._roll.accounts(), self._known(login), at=self._now(), by=by),
        )
        self._roll.end_all(view.login)
        self.revoked.publish(view.person)
        return view

    def enable(self, session_id: str, login: str) -> AccountView:
        """Active again, and no longer locked."""
        view = self._edit(
            session_id,
            login,
            "enable",
            lambda by: change.enabled(self._roll.accounts(), self._known(login), at=self._now(), by=by),
        )
        self._roll.forgive(view.login)
        return self._roll.view(self._known(login))

    def change_role(self, session_id: str, login: str, role: Role) -> AccountView:
        """In force at once, also in open sessions."""
        view = self._edit(
            session_id,
            login,
            "change role",
            lambda by: change.re_roled(self._roll.accounts(), self._known(login), role, at=self._now(), by=by),
        )
        self.revoked.publish(view.person)
        return view

    def change_password(
        self, session_id: str, login: str, password: Hashed, check: PasswordCheck | None = None
    ) -> AccountView:
        """One's own with a check of the old one; another's by who may edit people. All its sessions end."""

        def change_it(by: Session) -> AccountChange:
            return change.new_password(self._known(login), password, at=self._now(), by=by)

        session = self._roll.session(session_id)
        own = session is not None and session.login == normal(login)
        if session is not None and own:
            view = self._own(session, check, change_it)
        else:
            view = self._edit(session_id, login, "change password", change_it)
        self._roll.forgive(view.login)
        self._roll.end_all(view.login)
        self.revoked.publish(view.person)
        return view

    def enrol(self, session_id: str, login: str) -> str:
        """A new second factor; its secret (base32) is given out this once. Only by who may edit people:
        whoever knows just a password must not be able to give themselves the second factor.
        """
        secret = new_secret()
        view = self._edit(
            session_id, login, "enrol", lambda by: change.enrolled(self._known(login), secret, at=self._now(), by=by)
        )
        self.revoked.publish(view.person)
        return secret

    def _edit(self, session_id: str, login: str, what: str, decide: Callable[[Session], AccountChange]) -> AccountView:
        session = self._roll.session(session_id)
        try:
            if session is None:
                raise RefusedError(mark("you are signed out; sign in again"))
            if Right.PEOPLE_EDIT not in self._roll.rights(session_id):
                raise RefusedError(mark("{person} may not change accounts"), person=session.person)
            return self._save(decide(session))
        except RefusedError as refusal:
            fields = (("asked", what), ("reason", str(refusal)))
            self._roll.note(entry("person.change-refused", login[:LONGEST], self._now(), session, fields))
            raise

    def _own(
        self, session: Session, check: PasswordCheck | None, decide: Callable[[Session], AccountChange]
    ) -> AccountView:
        if not self._is_right(session, check):
            raise RefusedError(mark("the old password is not right, or the account is locked"))
        return self._save(decide(session))

    def _save(self, decided: AccountChange) -> AccountView:
        self._roll.save(decided.account, decided.journal)
        return self._roll.view(decided.account)

    def _known(self, login: str) -> Account:
        account = self._roll.account(normal(login))
        if account is None:
            raise RefusedError(mark("there is no account {login}"), login=login)
        return account

    def _now(self) -> int:
        return self._clock.wall_us()
