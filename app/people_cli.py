"""`linepack user`: add, list and disable accounts on the machine itself, while nobody runs the site."""

from __future__ import annotations

import getpass
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from app.moments import utc_text
from app.opening import checkpoint, held, reading, writing
from app.terminal import Cell, json_list, note, result, table
from backend.access import ROLES_SETTING, NewAccount, Passwords, matrix, new_account
from backend.access.accounts import AccountChange, disabled, normal
from backend.access.passwords import check_strength
from backend.access.totp import enrolment_uri, new_secret
from backend.clock import SystemClock
from backend.errors import ConfigError
from backend.model.journal import JournalEntry
from backend.model.person import Account, AccountStatus, Right, Role
from backend.site import Site, load
from backend.store import Records, Tx

_COLUMNS: Final = ("login", "person", "name", "role", "status", "second_factor", "changed")
_ISSUER: Final = "Linepack"


def add_user(folder: Path, login: str, *, name: str, role: str, person: str, second_factor: bool) -> int:
    """Add an account with a password typed at the terminal or read from stdin. person: the login where none is given.

    With a second factor the address for the authenticator app is printed, once. Raises ConfigError or RefusedError.
    """
    site = load(folder)
    given = _role(role)
    with reading(site) as records:
        _check_new(records, login)
        rights = matrix.from_text(records.setting(ROLES_SETTING))
    password = _read_password()
    secret = new_secret() if second_factor else ""
    _create(site, login, name=name, role=given, person=person, password=password, totp_secret=secret)
    result(f"added {normal(login)}, {given.value}")
    if secret:
        result(enrolment_uri(secret, normal(login), f"{_ISSUER} {site.id}"))
    elif Right.CMD_APPROVE in rights[given]:
        note(f"{normal(login)} has no second factor and cannot approve commands; --second-factor makes one")
    return 0


def create_account(
    folder: Path, login: str, *, name: str, role: str, password: str, totp_secret: str = "", person: str = ""
) -> None:
    """Add an account to a site that nobody runs. totp_secret: base32, empty for no second factor.

    Raises ConfigError or RefusedError; then nothing has changed.
    """
    _create(load(folder), login, name=name, role=_role(role), person=person, password=password, totp_secret=totp_secret)


def list_users(folder: Path, *, as_json: bool) -> int:
    """Every account, without its secrets."""
    with reading(load(folder)) as records:
        rows = [_row(account, now=SystemClock().wall_us()) for account in records.accounts()]
    if as_json:
        json_list(rows)
    else:
        table(_COLUMNS, ([_word(row[column]) for column in _COLUMNS] for row in rows))
    return 0


def disable_user(folder: Path, login: str) -> int:
    """Nobody signs in with this account any more. Raises ConfigError or RefusedError."""
    site = load(folder)
    with held(site):
        _change(site, lambda records: _disabled(records, login))
    result(f"disabled {normal(login)}")
    return 0


def _create(site: Site, login: str, *, name: str, role: Role, person: str, password: str, totp_secret: str) -> None:
    check_strength(password, login=normal(login))
    hashed = Passwords().hash(password, login=normal(login))
    new = NewAccount(
        login=login, person=person or normal(login), name=name, role=role, password=hashed, totp_secret=totp_secret
    )
    with held(site):
        _change(
            site,
            lambda records: new_account(
                records.accounts(),
                new,
                at=SystemClock().wall_us(),
                by=None,
                workstation=platform.node(),
                rights=matrix.from_text(records.setting(ROLES_SETTING)),
            ),
        )


def _change(site: Site, decide: Callable[[Records], AccountChange]) -> None:
    """Store the account and its journal entry together. Only within `held`."""
    with reading(site) as records:
        change = decide(records)

    def whole(tx: Tx) -> JournalEntry:
        tx.account(change.account)
        return tx.journal(change.journal)

    with writing(site) as store:
        checkpoint(site, store, store.run(whole).result())


def _disabled(records: Records, login: str) -> AccountChange:
    accounts = records.accounts()
    found = [account for account in accounts if normal(account.login) == normal(login)]
    if not found:
        raise ConfigError("there is no account {login}", login=login)
    if found[0].status is AccountStatus.DISABLED:
        raise ConfigError("the account {login} is disabled already", login=found[0].login)
    return disabled(accounts, found[0], at=SystemClock().wall_us(), by=None, workstation=platform.node())


def _check_new(records: Records, login: str) -> None:
    """Before anybody types a password for nothing."""
    if any(normal(account.login) == normal(login) for account in records.accounts()):
        raise ConfigError("the login {login} exists already", login=normal(login))


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        known = ", ".join(Role)
        raise ConfigError("there is no role {role} (there are: {known})", role=name, known=known) from error


def _read_password() -> str:
    """Typed twice at a terminal, or one line of stdin; never an argument, which every account of the machine sees."""
    if not _is_terminal():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise ConfigError("the two passwords differ; nothing was added")
    return password


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _row(account: Account, *, now: int) -> dict[str, Cell]:
    locked = account.status is AccountStatus.ACTIVE and account.locked_until > now
    return {
        "login": account.login,
        "person": account.person,
        "name": account.name,
        "role": account.role.value,
        "status": (AccountStatus.LOCKED if locked else account.status).value,
        "second_factor": bool(account.totp_secret),
        "changed": utc_text(account.changed_at) or None,
    }


def _word(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
