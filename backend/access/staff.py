"""Change accounts and roles: each in force at once and told to who must void what waits. Core thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from backend.access import accounts as change
from backend.access import matrix
from backend.access.accounts import LONGEST, AccountChange, NewAccount, entry, normal
from backend.access.passwords import Hashed, PasswordCheck
from backend.access.roll import Roll
from backend.access.totp import new_secret
from backend.bus import Topic
from backend.clock import Clock
from backend.errors import RefusedError, mark
from backend.model.person import (
    Account,
    AccountStatus,
    AccountView,
    Right,
    Role,
    RoleRights,
    Session,
    SignedIn,
)

T = TypeVar("T")


class Staff:
    """What administrators, and people for themselves, may change. Refusals are journaled.

    `revoked` tells the person id of everyone whose standing changed, so that what waits for them can be voided (S10).
    """

    def __init__(self, *, roll: Roll, clock: Clock, is_right: Callable[[Session, PasswordCheck | None], bool]) -> None:
        self.revoked: Topic[str] = Topic("revoked")
        self._roll = roll
        self._clock = clock
        self._is_right = is_right

    # -- looking -----------------------------------------------------------------------------------------------------

    def accounts(self, session_id: str) -> tuple[AccountView, ...]:
        """Every account, without secrets, for who may edit people."""
        return self._guarded(session_id, "accounts", "look", Right.PEOPLE_EDIT, lambda _by: self._roll.views())

    def signed_in(self, session_id: str) -> tuple[SignedIn, ...]:
        """Who is signed in where, for who may edit people."""
        return self._guarded(session_id, "sessions", "look", Right.PEOPLE_EDIT, lambda _by: self._roll.signed_in())

    def roles(self, session_id: str) -> tuple[RoleRights, ...]:
        """What each role may do, for everybody signed in."""
        return self._guarded(session_id, "roles", "look", Right.VIEW, lambda _by: self._lines())

    def check_may(self, session_id: str, login: str, what: str) -> None:
        """Refuse before a password is hashed for nothing; decides nothing."""
        self._guarded(session_id, login, what, Right.PEOPLE_EDIT, lambda _by: None)

    def is_own(self, session_id: str, login: str) -> bool:
        """Whether the session was opened with this very account."""
        session = self._roll.session(session_id)
        return session is not None and session.login == normal(login)

    # -- changing ----------------------------------------------------------------------------------------------------

    def set_rights(self, session_id: str, role: Role, rights: frozenset[Right], reason: str) -> tuple[RoleRights, ...]:
        """What a role may do from now on, also in open sessions. Who loses a right has what waits for them voided."""

        def decide(by: Session) -> tuple[frozenset[Right], tuple[RoleRights, ...]]:
            changed = matrix.changed(self._roll.matrix(), role, rights, reason)
            change.check_all_apart(self._roll.accounts(), changed.matrix)
            self._roll.save_matrix(
                changed.matrix, entry("person.role-rights-changed", role.value, self._now(), by, changed.fields)
            )
            return changed.lost, self._lines()

        lost, lines = self._guarded(session_id, role.value, "rights of the role", Right.PEOPLE_EDIT, decide)
        if lost:
            concerned = (
                account.person
                for account in self._roll.accounts()
                if account.role is role and account.status is not AccountStatus.DISABLED
            )
            for person in dict.fromkeys(concerned):
                self.revoked.publish(person)
        return lines

    def add(self, session_id: str, new: NewAccount) -> AccountView:
        """A new account."""
        return self._edit(
            session_id,
            new.login,
            "add",
            lambda by: change.new_account(
                self._roll.accounts(), new, at=self._now(), by=by, rights=self._roll.matrix()
            ),
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
            lambda by: change.enabled(
                self._roll.accounts(), self._known(login), at=self._now(), by=by, rights=self._roll.matrix()
            ),
        )
        self._roll.forgive(view.login)
        return self._roll.view(self._known(login))

    def change_role(self, session_id: str, login: str, role: Role) -> AccountView:
        """In force at once, also in open sessions."""
        view = self._edit(
            session_id,
            login,
            "change role",
            lambda by: change.re_roled(
                self._roll.accounts(), self._known(login), role, at=self._now(), by=by, rights=self._roll.matrix()
            ),
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
        if session is not None and self.is_own(session_id, login):
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
        return self._guarded(session_id, login, what, Right.PEOPLE_EDIT, lambda by: self._save(decide(by)))

    def _guarded(self, session_id: str, subject: str, what: str, right: Right, work: Callable[[Session], T]) -> T:
        """The one place where people are refused here: whatever they asked, the refusal is journaled."""
        session = self._roll.session(session_id)
        try:
            if session is None:
                raise RefusedError(mark("you are signed out; sign in again"))
            if right not in self._roll.rights(session_id):
                raise RefusedError(mark("{person} may not change accounts"), person=session.person)
            return work(session)
        except RefusedError as refusal:
            fields = (("asked", what), ("reason", str(refusal)))
            self._roll.note(entry("person.change-refused", subject[:LONGEST], self._now(), session, fields))
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

    def _lines(self) -> tuple[RoleRights, ...]:
        rights = self._roll.matrix()
        return tuple(
            RoleRights(role=role, rights=rights[role], always=matrix.ALWAYS[role], never=matrix.NEVER[role])
            for role in Role
        )

    def _known(self, login: str) -> Account:
        account = self._roll.account(normal(login))
        if account is None:
            raise RefusedError(mark("there is no account {login}"), login=login)
        return account

    def _now(self) -> int:
        return self._clock.wall_us()
