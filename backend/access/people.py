"""Who may use the system: sign in and out, prove again who one is, ask what somebody may do now.

`check_password` and `hash_password` are slow and run on any worker thread; `accounts`, `session`, `may`, `rights` and
`person_may` answer on any thread; everything else decides, and is called on the core thread only. For unknown logins,
wrong passwords and locked accounts the sentence and the work are the same (F54); the journal knows which it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

from backend.access import matrix
from backend.access.accounts import entry, normal, welcomed
from backend.access.passwords import Hashed, PasswordCheck, Passwords
from backend.access.policy import AccessPolicy
from backend.access.ports import Ledger
from backend.access.roll import Roll
from backend.access.staff import Staff
from backend.access.totp import accepted_step
from backend.access.tries import Tries, after_failure, is_locked
from backend.bus import Topic
from backend.clock import Clock
from backend.errors import RefusedError, mark
from backend.model.journal import Field
from backend.model.person import Account, AccountStatus, AccountView, Reauthenticated, Right, Session

NOT_IN = mark("name or password is not right, or the account is locked")
NOT_PROVED = mark("password or code is not right, or the account is locked")
_COUNTED = frozenset({"wrong password", "wrong code"})
"""What counts against the account; the rest says nothing about who knows its password."""


class People:
    """Accounts, sessions, rights. `staff` changes accounts and what roles may do.

    roles_setting: the stored value of `matrix.SETTING`; raises ConfigError for one that cannot be used.
    """

    def __init__(
        self,
        *,
        accounts: Iterable[Account],
        roles_setting: str | None = None,
        ledger: Ledger,
        clock: Clock,
        passwords: Passwords | None = None,
        policy: AccessPolicy | None = None,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._policy = policy or AccessPolicy()
        self._roll = Roll(
            accounts=accounts,
            rights=matrix.from_text(roles_setting),
            ledger=ledger,
            clock=clock,
            policy=self._policy,
        )
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._new_id = new_id
        self._workstations: dict[str, Tries] = {}
        self.staff = Staff(roll=self._roll, clock=clock, is_right=self._is_right)

    @property
    def revoked(self) -> Topic[str]:
        """Person id of everyone whose account was disabled, re-roled, given a new password or second factor, or whose
        role lost a right."""
        return self.staff.revoked

    # -- slow, on a worker thread ------------------------------------------------------------------------------------

    def check_password(self, login: str, password: str) -> PasswordCheck:
        """Find out whether the password is right; decides nothing. One Argon2id verification, whoever asks."""
        name = normal(login)
        account = self._roll.account(name)
        encoded = None if account is None else account.password_hash
        right = self._passwords.matches(encoded, password)
        return PasswordCheck(login=name, right=right, against=encoded or "", mono=self._clock.mono())

    def hash_password(self, password: str, *, login: str) -> Hashed:
        """Hash a new password. Raises RefusedError when it is too weak."""
        return self._passwords.hash(password, login=normal(login))

    # -- questions, on any thread ------------------------------------------------------------------------------------

    def accounts(self) -> tuple[AccountView, ...]:
        """Everyone, without secrets, by login."""
        return self._roll.views()

    def session(self, session_id: str) -> Session | None:
        """Who is signed in there; None once it ended or its account is no longer active."""
        return self._roll.session(session_id)

    def rights(self, session_id: str) -> frozenset[Right]:
        """What the session may do now, by the account's role of this moment."""
        return self._roll.rights(session_id)

    def may(self, session_id: str, right: Right) -> bool:
        """Whether the session may do this now.

        An account locked by wrong passwords keeps its open sessions: else anybody could take the alarms out of an
        operator's hands by guessing.
        """
        return right in self._roll.rights(session_id)

    def person_may(self, person: str, right: Right) -> bool:
        """Whether some active account of this natural person has the right, signed in or not."""
        return self._roll.person_may(person, right)

    # -- decisions, on the core thread -------------------------------------------------------------------------------

    def sign_in(self, check: PasswordCheck, workstation: str, code: str = "") -> Session:
        """Start a session. RefusedError says the same whatever was wrong."""
        account = self._roll.account(check.login)
        wrong = self._wrong(account, check)
        if is_locked(self._workstations.get(workstation, Tries()), self._clock.mono()):
            wrong = "workstation locked"
        step: int | None = None
        if account is not None and not wrong and account.totp_secret and self._policy.code_at_sign_in:
            step = self._use(account, code)
            wrong = "" if step is not None else "wrong code"
        if account is None or wrong:
            raise self._refused(check.login, workstation, wrong, NOT_IN)
        at = self._clock.wall_us()
        session = Session(
            id=self._new_id(),
            login=account.login,
            person=account.person,
            name=account.name,
            role=account.role,
            workstation=workstation,
            started_at=at,
        )
        fields: tuple[tuple[str, Field], ...] = (("role", account.role.value), ("second_factor", step is not None))
        self._roll.save(welcomed(account, step), entry("person.sign-in", account.login, at, session, fields))
        self._roll.forgive(account.login)
        self._workstations.pop(workstation, None)
        self._roll.begin(session)
        return session

    def sign_out(self, session_id: str) -> None:
        """End a session, whether or not that can be journaled. An unknown one is ended already."""
        session = self._roll.session(session_id)
        self._roll.end(session_id)
        if session is not None:
            self._roll.note(entry("person.sign-out", session.login, self._clock.wall_us(), session))

    def reauthenticate(self, session_id: str, check: PasswordCheck, code: str, *, purpose: str) -> Reauthenticated:
        """Prove again who sits there, for one purpose. The code is used up, durably, before this returns.

        Someone without a second factor gets a proof that says so. Raises RefusedError.
        """
        session = self._roll.session(session_id)
        if session is None:
            raise RefusedError(mark("you are signed out; sign in again"))
        account = self._roll.account(session.login)
        wrong = self._wrong(account, check) if check.login == session.login else "another login"
        step: int | None = None
        if account is not None and not wrong and account.totp_secret:
            step = self._use(account, code)
            wrong = "" if step is not None else "wrong code"
        if account is None or wrong:
            raise self._refused(session.login, session.workstation, wrong, NOT_PROVED, session)
        at = self._clock.wall_us()
        fields: tuple[tuple[str, Field], ...] = (("purpose", purpose), ("second_factor", step is not None))
        self._roll.save(welcomed(account, step), entry("person.reauthenticated", account.login, at, session, fields))
        self._roll.forgive(account.login)
        return Reauthenticated(
            id=self._new_id(),
            session=session.id,
            person=session.person,
            purpose=purpose,
            second_factor=step is not None,
            mono=self._clock.mono(),
        )

    # -- inside ------------------------------------------------------------------------------------------------------

    def _wrong(self, account: Account | None, check: PasswordCheck) -> str:
        """What is wrong, for the journal; empty = nothing. The order says that a lock hides whether it was right."""
        age_s = self._clock.mono() - check.mono
        reasons = (
            (account is None, "unknown login"),
            (account is not None and account.status is not AccountStatus.ACTIVE, "account not active"),
            (account is not None and self._roll.is_locked(account.login), "account locked"),
            (not 0.0 <= age_s <= self._policy.check_age_s, "check too old"),
            (account is not None and account.password_hash != check.against, "password changed meanwhile"),
            (not check.right, "wrong password"),
        )
        return next((reason for holds, reason in reasons if holds), "")

    def _is_right(self, session: Session, check: PasswordCheck | None) -> bool:
        """Whether a check proves the session's own password; a wrong one counts."""
        account = self._roll.account(session.login)
        own = check is not None and check.login == session.login
        wrong = self._wrong(account, check) if check is not None and own else "no check of this login"
        if wrong:
            self._refused(session.login, session.workstation, wrong, NOT_PROVED, session)
        return not wrong

    def _use(self, account: Account, code: str) -> int | None:
        """The step of a good code, which is used up at once whatever comes of it; None = not good."""
        step = accepted_step(account.totp_secret, code, account.totp_last_step, self._clock.wall_us())
        if step is not None:
            self._roll.use_up(account.login, step)
        return step

    def _refused(
        self, login: str, workstation: str, why: str, sentence: str, session: Session | None = None
    ) -> RefusedError:
        """Count and journal a wrong attempt; the error to raise says nothing of why."""
        at, mono = self._clock.wall_us(), self._clock.mono()
        kind = "person.sign-in-refused" if session is None else "person.proof-refused"
        # What was typed is not kept where no account has it: it may well be a password.
        subject = login if self._roll.account(login) is not None else "unknown"
        place = entry(kind, subject, at, session, (("why", why),), workstation)
        if why in _COUNTED:
            if self._roll.fail(login, place):
                self._roll.note(entry("person.locked", login, at, session, (("s", self._policy.lock_s),), workstation))
        else:
            self._roll.note(place)
        tries = self._workstations.get(workstation, Tries())
        self._workstations[workstation] = after_failure(tries, mono, self._policy)
        return RefusedError(sentence)
