"""Make and change accounts: what is allowed, the account, its journal entry (without secrets). Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from backend.access.matrix import COMMANDS, Matrix
from backend.access.passwords import Hashed
from backend.access.roles import APART, RIGHTS
from backend.errors import RefusedError, mark
from backend.model.journal import Field, JournalDraft
from backend.model.person import Account, AccountStatus, Role, Session

LONGEST: Final = 64
"""Characters of a login, a person id or a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is given for a new account. person: id of the natural person; two accounts of one person share it."""

    login: str
    person: str
    name: str
    role: Role
    password: Hashed
    totp_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """An account's next form and the entry that goes with it into the same transaction."""

    account: Account
    journal: JournalDraft


def normal(login: str) -> str:
    """The one form of a login: look-alike spellings of the same name are the same account."""
    return unicodedata.normalize("NFKC", login).casefold().strip()


def new_account(
    existing: Iterable[Account],
    new: NewAccount,
    *,
    at: int,
    by: Session | None,
    workstation: str = "",
    rights: Matrix = RIGHTS,
) -> AccountChange:
    """A new active account. by None: made on the command line of the machine. Raises RefusedError. at: µs UTC.

    rights: the roles' of this moment.
    """
    accounts = tuple(existing)
    login = normal(new.login)
    for text in (login, new.person.strip(), new.name.strip()):
        if not text or len(text) > LONGEST or not text.isprintable():
            raise RefusedError(
                mark("a login, a person and a name need 1 to {longest} printable characters"), longest=LONGEST
            )
    if any(normal(account.login) == login for account in accounts):
        raise RefusedError(mark("the login {login} exists already"), login=login)
    account = Account(
        login=login,
        person=new.person.strip(),
        name=new.name.strip(),
        role=new.role,
        status=AccountStatus.ACTIVE,
        password_hash=new.password.encoded,
        totp_secret=new.totp_secret,
        changed_at=at,
    )
    _check_apart(accounts, account, rights)
    fields: tuple[tuple[str, Field], ...] = (
        ("person", account.person),
        ("name", account.name),
        ("role", account.role.value),
        ("second_factor", bool(account.totp_secret)),
    )
    return AccountChange(account=account, journal=entry("person.added", login, at, by, fields, workstation))


def disabled(
    existing: Iterable[Account], account: Account, *, at: int, by: Session | None, workstation: str = ""
) -> AccountChange:
    """Nobody signs in with it any more. Raises RefusedError for one's own and for the last administrator.

    by None: on the command line of the machine.
    """
    if by is not None:
        _check_other(account, by)
    _check_administrator_left(existing, account)
    changed = replace(account, status=AccountStatus.DISABLED, changed_at=at)
    journal = entry("person.disabled", account.login, at, by, workstation=workstation)
    return AccountChange(account=changed, journal=journal)


def enabled(
    existing: Iterable[Account], account: Account, *, at: int, by: Session, rights: Matrix = RIGHTS
) -> AccountChange:
    """Active again, unlocked, if its role still fits the person's others."""
    changed = replace(account, status=AccountStatus.ACTIVE, failures=0, locked_until=0, changed_at=at)
    _check_apart(existing, changed, rights)
    return AccountChange(account=changed, journal=entry("person.enabled", account.login, at, by))


def re_roled(
    existing: Iterable[Account], account: Account, role: Role, *, at: int, by: Session, rights: Matrix = RIGHTS
) -> AccountChange:
    """Another role. Raises RefusedError for one's own account, the last administrator, and roles kept apart."""
    accounts = tuple(existing)
    _check_other(account, by)
    if role is not Role.ADMINISTRATOR:
        _check_administrator_left(accounts, account)
    changed = replace(account, role=role, changed_at=at)
    _check_apart(accounts, changed, rights)
    fields: tuple[tuple[str, Field], ...] = (("from", account.role.value), ("to", role.value))
    return AccountChange(account=changed, journal=entry("person.role-changed", account.login, at, by, fields))


def new_password(account: Account, password: Hashed, *, at: int, by: Session) -> AccountChange:
    """Another password; a lock after wrong ones ends."""
    changed = replace(account, password_hash=password.encoded, failures=0, locked_until=0, changed_at=at)
    return AccountChange(account=changed, journal=entry("person.password-changed", account.login, at, by))


def welcomed(account: Account, step: int | None) -> Account:
    """After a right password: the count of wrong ones is over; step: the one-time code's step, None = none was used."""
    last_step = account.totp_last_step if step is None else step
    return replace(account, failures=0, locked_until=0, totp_last_step=last_step)


def enrolled(account: Account, secret: str, *, at: int, by: Session) -> AccountChange:
    """A new second factor in place of any old one. Steps already used stay used."""
    changed = replace(account, totp_secret=secret, changed_at=at)
    return AccountChange(account=changed, journal=entry("person.second-factor-enrolled", account.login, at, by))


def entry(
    kind: str,
    subject: str,
    at: int,
    by: Session | None,
    fields: tuple[tuple[str, Field], ...] = (),
    workstation: str = "",
) -> JournalDraft:
    """A journal entry about a person."""
    return JournalDraft(
        at=at,
        kind=kind,
        subject=subject,
        person="" if by is None else by.person,
        session="" if by is None else by.id,
        workstation=workstation if by is None else by.workstation,
        fields=fields,
    )


def check_all_apart(existing: Iterable[Account], rights: Matrix) -> None:
    """Raises RefusedError when with these rights of the roles somebody would audit what they command."""
    accounts = tuple(existing)
    for account in accounts:
        if account.status is not AccountStatus.DISABLED:
            _check_apart(accounts, account, rights)


def are_apart(roles: frozenset[Role], rights: Matrix) -> bool:
    """Whether nobody may hold these two roles: an auditor never is one of a role that commands."""
    return roles in APART or (Role.AUDITOR in roles and any(rights[role] & COMMANDS for role in roles))


def _check_apart(existing: Iterable[Account], account: Account, rights: Matrix) -> None:
    """M-05: what nobody may be at the same time, over all active accounts of the natural person."""
    for other in existing:
        together = frozenset({other.role, account.role})
        same_person = other.person == account.person and other.login != account.login
        if same_person and other.status is not AccountStatus.DISABLED and are_apart(together, rights):
            raise RefusedError(
                mark("{person} is {other} already and may not be {role} too"),
                person=account.person,
                other=other.role.value,
                role=account.role.value,
            )


def _check_other(account: Account, by: Session) -> None:
    if account.person == by.person:
        raise RefusedError(mark("{person} may not change the standing of an own account"), person=by.person)


def _check_administrator_left(existing: Iterable[Account], account: Account) -> None:
    others = (
        other
        for other in existing
        if other.login != account.login
        and other.role is Role.ADMINISTRATOR
        and other.status is not AccountStatus.DISABLED
    )
    if account.role is Role.ADMINISTRATOR and next(others, None) is None:
        raise RefusedError(mark("{login} is the last administrator"), login=account.login)
