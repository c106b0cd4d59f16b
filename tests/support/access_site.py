"""People to try signing in with: cheap password hashing, a ledger in memory that can fail, a clock by hand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Literal, TypeVar

import pyotp
from argon2 import PasswordHasher

from backend.access import ROLES_SETTING, AccessPolicy, Passwords, People
from backend.access.ports import Writes
from backend.errors import StoreError
from backend.model.journal import JournalDraft, JournalEntry
from backend.model.person import Account, AccountStatus, Role, Session
from tests.support.clock import ManualClock

T = TypeVar("T")
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""RFC 6238's own test secret, base32."""
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "Correct-horse-1"
_HASH = CHEAP.hash(PASSWORD)


class CountingHasher(PasswordHasher):
    """Counts how often it was made to work."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        """Argon2id, counted by its cost parameters."""
        self.verified.append(str(hash).split("$")[3])
        return super().verify(hash, password)


def account(login: str, role: Role, **changes: object) -> Account:
    """An active account of its own person, with the one password of these tests."""
    base = Account(
        login=login,
        person=f"p-{login}",
        name=login.title(),
        role=role,
        status=AccountStatus.ACTIVE,
        password_hash=_HASH,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name fields of the dataclass


STAFF = (
    account("op", Role.OPERATOR, totp_secret=SECRET),
    account("sup", Role.SUPERVISOR, totp_secret=SECRET),
    account("trainer", Role.TRAINER),
    account("auditor", Role.AUDITOR),
    account("eng", Role.ENGINEER),
    account("admin", Role.ADMINISTRATOR),
    account("gone", Role.OPERATOR, status=AccountStatus.DISABLED),
    account("held", Role.OPERATOR, status=AccountStatus.LOCKED),
)


class Office:
    """One process' people on a store in memory."""

    def __init__(
        self,
        accounts: tuple[Account, ...] = STAFF,
        *,
        clock: ManualClock | None = None,
        policy: AccessPolicy | None = None,
        hasher: PasswordHasher = CHEAP,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.rows = {each.login: each for each in accounts}
        self.settings = dict(settings or {})
        self.journal: list[JournalDraft] = []
        self.broken = False
        self.revoked: list[str] = []
        self._ids = 0
        self.people = People(
            accounts=accounts,
            roles_setting=self.settings.get(ROLES_SETTING),
            ledger=self,
            clock=self.clock,
            passwords=Passwords(hasher),
            policy=policy,
            new_id=self._new_id,
        )
        self.people.revoked.subscribe(self.revoked.append)

    def run(self, work: Callable[[Writes], T]) -> Future[T]:
        """One transaction, all or not at all."""
        future: Future[T] = Future()
        open_ = _Transaction()
        try:
            if self.broken:
                raise StoreError("disk is full")
            future.set_result(work(open_))
        except StoreError as error:
            future.set_exception(error)
            return future
        assert open_.drafts
        self.rows.update(open_.accounts)
        self.settings.update(open_.settings)
        self.journal.extend(open_.drafts)
        return future

    def restart(self) -> Office:
        """The next process, on the same rows."""
        return Office(tuple(self.rows.values()), clock=ManualClock(self.clock.wall_us(), 7.0), settings=self.settings)

    def kinds(self) -> list[str]:
        """Kinds of the entries, in order."""
        return [draft.kind for draft in self.journal]

    def why(self) -> str:
        """Why the last one was refused."""
        return str(dict(self.journal[-1].fields)["why"])

    def sign_in(self, login: str, password: str = PASSWORD, desk: str = "Desk A", code: str = "") -> Session:
        """Both steps."""
        return self.people.sign_in(self.people.check_password(login, password), desk, code)

    def code(self, shift: int = 0) -> str:
        """The one-time code of now, or of a step before or after."""
        return pyotp.TOTP(SECRET).generate_otp(self.clock.wall_us() // 30_000_000 + shift)

    def _new_id(self) -> str:
        self._ids += 1
        return f"id-{self._ids}"


class _Transaction:
    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.settings: dict[str, str] = {}
        self.drafts: list[JournalDraft] = []

    def account(self, account: Account) -> None:
        """Upsert."""
        self.accounts[account.login] = account

    def setting(self, key: str, value: str) -> None:
        """Upsert."""
        self.settings[key] = value

    def journal(self, draft: JournalDraft) -> JournalEntry:
        """Append."""
        self.drafts.append(draft)
        return JournalEntry(seq=len(self.drafts), draft=draft, previous=b"", hash=b"")
