"""The accounts and sessions as they stand: read on any thread, changed on the core thread, durable first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from backend import logs
from backend.access import matrix
from backend.access.accounts import normal
from backend.access.matrix import Matrix
from backend.access.policy import AccessPolicy
from backend.access.ports import Ledger, Writes
from backend.access.tries import Tries, after_failure, is_locked, restored
from backend.clock import US, Clock
from backend.errors import ConfigError, RefusedError, StoreError, mark
from backend.model.journal import JournalDraft
from backend.model.person import Account, AccountStatus, AccountView, Right, Session, SignedIn

_log = logs.get(__name__)
_NOTHING: frozenset[Right] = frozenset()


class Roll:
    """Accounts by login, sessions by id, rights by role, wrong attempts by login. Replaced whole, never in place."""

    def __init__(
        self, *, accounts: Iterable[Account], rights: Matrix, ledger: Ledger, clock: Clock, policy: AccessPolicy
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._policy = policy
        self._accounts: Mapping[str, Account] = {_as_written(account): account for account in accounts}
        self._matrix = rights
        self._sessions: Mapping[str, Session] = {}
        self._tries: Mapping[str, Tries] = {login: self._restored(one) for login, one in self._accounts.items()}

    # -- any thread --------------------------------------------------------------------------------------------------

    def account(self, login: str) -> Account | None:
        """One account, secrets and all: not to be given away."""
        return self._accounts.get(login)

    def accounts(self) -> tuple[Account, ...]:
        """All accounts, secrets and all: not to be given away."""
        return tuple(self._accounts.values())

    def views(self) -> tuple[AccountView, ...]:
        """Everyone, without secrets, by login."""
        return tuple(self.view(account) for _, account in sorted(self._accounts.items()))

    def view(self, account: Account) -> AccountView:
        """An account without secrets."""
        locked = account.status is AccountStatus.ACTIVE and self.is_locked(account.login)
        return AccountView(
            login=account.login,
            person=account.person,
            name=account.name,
            role=account.role,
            status=AccountStatus.LOCKED if locked else account.status,
            second_factor=bool(account.totp_secret),
            changed_at=account.changed_at,
        )

    def session(self, session_id: str) -> Session | None:
        """Who is signed in; None once it ended or its account is no longer active."""
        session = self._sessions.get(session_id)
        account = None if session is None else self._accounts.get(session.login)
        return session if account is not None and account.status is AccountStatus.ACTIVE else None

    def rights(self, session_id: str) -> frozenset[Right]:
        """By the account's role of this moment, not that of the sign-in."""
        session = self.session(session_id)
        account = None if session is None else self._accounts.get(session.login)
        return _NOTHING if account is None else self._matrix[account.role]

    def person_may(self, person: str, right: Right) -> bool:
        """Whether some active account of this natural person has the right."""
        rights = self._matrix
        return any(
            account.person == person and account.status is AccountStatus.ACTIVE and right in rights[account.role]
            for account in self._accounts.values()
        )

    def matrix(self) -> Matrix:
        """Which role may do what, at this moment."""
        return self._matrix

    def signed_in(self) -> tuple[SignedIn, ...]:
        """Who is signed in where, longest first; without the ids that prove it."""
        accounts = self._accounts
        seen = [session for session in self._sessions.values() if self.session(session.id) is not None]
        return tuple(
            SignedIn(
                login=session.login,
                person=session.person,
                name=session.name,
                role=accounts[session.login].role,
                workstation=session.workstation,
                started_at=session.started_at,
            )
            for session in sorted(seen, key=lambda each: (each.started_at, each.login))
        )

    def is_locked(self, login: str) -> bool:
        """Whether wrong attempts keep it locked now."""
        return is_locked(self._tries.get(login, Tries()), self._clock.mono())

    # -- core thread -------------------------------------------------------------------------------------------------

    def save(self, account: Account, draft: JournalDraft) -> None:
        """An account and its entry, in one transaction. Raises RefusedError when that fails; then nothing changed."""

        def write(tx: Writes) -> None:
            tx.account(account)
            tx.journal(draft)

        self._durable(write)
        self._accounts = {**self._accounts, account.login: account}

    def save_matrix(self, rights: Matrix, draft: JournalDraft) -> None:
        """The rights of every role and the entry, in one transaction; in force for open sessions too.

        Raises RefusedError when that fails; then nothing changed.
        """

        def write(tx: Writes) -> None:
            tx.setting(matrix.SETTING, matrix.to_text(rights))
            tx.journal(draft)

        self._durable(write)
        self._matrix = rights

    def use_up(self, login: str, step: int) -> None:
        """A one-time code was shown: whatever becomes of it, it is used (S4)."""
        account = self._accounts[login]
        self._accounts = {**self._accounts, login: replace(account, totp_last_step=step)}

    def fail(self, login: str, draft: JournalDraft) -> bool:
        """A wrong attempt: counted even when it cannot be journaled. Whether the account is locked from now on."""
        mono, account = self._clock.mono(), self._accounts[login]
        before = self._tries.get(login, Tries())
        tries = after_failure(before, mono, self._policy)
        self._tries = {**self._tries, login: tries}
        locked = is_locked(tries, mono)
        until = self._clock.wall_us() + round(self._policy.lock_s * US) if locked else 0
        counted = replace(account, failures=tries.failures, locked_until=until)
        self._accounts = {**self._accounts, login: counted}
        try:
            self.save(counted, draft)
        except RefusedError as error:
            _log.error("wrong attempt cannot be journaled", login=login, error=str(error))
        return locked and not is_locked(before, mono)

    def forgive(self, login: str) -> None:
        """Begin to count anew."""
        self._tries = {**self._tries, login: Tries()}

    def note(self, draft: JournalDraft) -> None:
        """An entry that must not stop what it is about."""
        try:
            self._ledger.run(lambda tx: tx.journal(draft)).result()
        except StoreError as error:
            _log.error("entry cannot be journaled", kind=draft.kind, subject=draft.subject, error=str(error))

    def begin(self, session: Session) -> None:
        """Someone is signed in."""
        self._sessions = {**self._sessions, session.id: session}

    def end(self, session_id: str) -> None:
        """One session is over."""
        self._sessions = {key: kept for key, kept in self._sessions.items() if key != session_id}

    def end_all(self, login: str) -> None:
        """All sessions of an account are over."""
        self._sessions = {key: kept for key, kept in self._sessions.items() if kept.login != login}

    def _durable(self, write: Callable[[Writes], None]) -> None:
        try:
            self._ledger.run(write).result()
        except StoreError as error:
            raise RefusedError(mark("not saved, nothing was changed: {reason}"), reason=str(error)) from error

    def _restored(self, account: Account) -> Tries:
        left_s = (account.locked_until - self._clock.wall_us()) / US
        return restored(account.failures, left_s, self._clock.mono(), self._policy)


def _as_written(account: Account) -> str:
    written = normal(account.login)
    if written != account.login:
        # It could never be found: what people type is brought into that form.
        raise ConfigError(mark("the login {login} must be stored as {written}"), login=account.login, written=written)
    return account.login
