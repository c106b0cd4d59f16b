"""`linepack user`: accounts with their journal entries; passwords only from the terminal or stdin."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from argon2 import PasswordHasher

from app import people_cli
from app.opening import reading
from app.people_cli import create_account
from backend.access import Passwords
from backend.errors import RefusedError
from backend.model.journal import JournalEntry
from backend.model.person import Account, AccountStatus, Role
from backend.site import load
from backend.site.lock import SiteLock
from tests.support.command_line import Outcome, contents, linepack

PASSWORD = "Korrekt-Pferd-77"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with little work: its strength is not what is tested."""
    monkeypatch.setattr(people_cli, "Passwords", lambda: Passwords(PasswordHasher(1, 8, 1)))


def add(site: Path, login: str = "li", *more: str, role: str = "operator", password: str = PASSWORD) -> Outcome:
    return linepack("user", "add", site, login, "--name", "李娜", "--role", role, *more, stdin=password + "\n")


def accounts(site: Path) -> tuple[Account, ...]:
    with reading(load(site)) as records:
        return records.accounts()


def newest(site: Path) -> JournalEntry:
    with reading(load(site)) as records:
        return records.journal_tail(1)[0]


def test_an_account_and_its_entry(empty: Path) -> None:
    done = add(empty)
    assert (done.code, done.out, done.err) == (0, "added li, operator\n", "")
    (account,) = accounts(empty)
    assert (account.login, account.person, account.name, account.role) == ("li", "li", "李娜", Role.OPERATOR)
    assert (account.status, account.totp_secret) == (AccountStatus.ACTIVE, "")
    assert Passwords().matches(account.password_hash, PASSWORD)
    entry = newest(empty)
    assert (entry.draft.kind, entry.draft.subject) == ("person.added", "li")
    assert PASSWORD not in repr(entry)
    assert account.password_hash not in repr(entry)
    assert linepack("audit", "verify", empty).code == 0


def test_a_second_factor_is_printed_once_for_the_authenticator(empty: Path) -> None:
    done = add(empty, "zhao", "--second-factor", role="supervisor")
    assert (done.code, done.err) == (0, "")
    uri = urlsplit(done.out.splitlines()[1])
    (account,) = accounts(empty)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query)["secret"] == [account.totp_secret]
    assert account.totp_secret not in repr(newest(empty))


def test_a_supervisor_without_one_is_told(empty: Path) -> None:
    done = add(empty, role="supervisor")
    assert done.code == 0
    assert done.sentence == "li has no second factor and cannot approve commands; --second-factor makes one"


def test_typed_twice_at_a_terminal(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "something-else-1A"])
    monkeypatch.setattr("app.people_cli.getpass.getpass", lambda _prompt: next(typed))
    monkeypatch.setattr(people_cli, "_is_terminal", lambda: True)
    assert add(empty).code == 0
    before = contents(empty)
    refused = add(empty, "wang")
    assert (refused.code, refused.sentence) == (1, "the two passwords differ; nothing was added")
    assert contents(empty) == before


@pytest.mark.parametrize(
    ("login", "role", "password", "reason"),
    [
        ("li", "chief", PASSWORD, "there is no role chief (there are: operator, supervisor, trainer"),
        ("li", "operator", "short", "a password needs 12 characters of 3 kinds"),
        ("li", "operator", "", "a password needs 12 characters of 3 kinds"),
        ("korrekt", "operator", PASSWORD, "a password must not contain the login"),
        ("", "operator", PASSWORD, "a login, a person and a name need 1 to 64 printable characters"),
        ("li\x1b[2J", "operator", PASSWORD, "need 1 to 64 printable characters"),
        ("l" * 65, "operator", PASSWORD, "need 1 to 64 printable characters"),
    ],
)
def test_refused_in_words(empty: Path, login: str, role: str, password: str, reason: str) -> None:
    before = contents(empty)
    refused = add(empty, login, role=role, password=password)
    assert (refused.code, refused.out) == (1, "")
    assert reason in refused.sentence
    assert contents(empty) == before


def test_a_login_that_is_taken_also_in_other_letters(empty: Path) -> None:
    add(empty)
    before = contents(empty)
    assert add(empty, "LI").sentence == "the login li exists already"
    assert contents(empty) == before


def test_roles_that_one_person_may_not_hold_together(empty: Path) -> None:
    add(empty)
    refused = add(empty, "li-audit", "--person", "li", role="auditor")
    assert (refused.code, refused.sentence) == (1, "li is operator already and may not be auditor too")
    assert [account.login for account in accounts(empty)] == ["li"]


def test_the_list_has_no_secrets(empty: Path) -> None:
    add(empty, "zhao", "--second-factor", role="supervisor")
    add(empty)
    (first, second) = accounts(empty)
    rows = json.loads(linepack("user", "list", empty, "--json").out)
    assert [(row["login"], row["role"], row["status"], row["second_factor"]) for row in rows] == [
        ("li", "operator", "active", False),
        ("zhao", "supervisor", "active", True),
    ]
    table = linepack("user", "list", empty).out
    assert table.splitlines()[0].split() == list(people_cli._COLUMNS)
    for secret in (first.password_hash, second.password_hash, second.totp_secret):
        assert secret not in table + json.dumps(rows)


def test_disabled_with_its_entry(empty: Path) -> None:
    add(empty)
    done = linepack("user", "disable", empty, "LI")
    assert (done.code, done.out, done.err) == (0, "disabled li\n", "")
    assert [account.status for account in accounts(empty)] == [AccountStatus.DISABLED]
    assert (newest(empty).draft.kind, newest(empty).draft.subject) == ("person.disabled", "li")
    assert linepack("audit", "verify", empty).code == 0


def test_what_cannot_be_disabled(empty: Path) -> None:
    add(empty, "root", role="administrator")
    add(empty)
    linepack("user", "disable", empty, "li")
    before = contents(empty)
    assert linepack("user", "disable", empty, "nobody").sentence == "there is no account nobody"
    assert linepack("user", "disable", empty, "li").sentence == "the account li is disabled already"
    assert linepack("user", "disable", empty, "root").sentence == "root is the last administrator"
    assert contents(empty) == before


def test_accounts_do_not_change_under_a_running_site(empty: Path) -> None:
    add(empty)
    lock = SiteLock(empty)
    before = contents(empty)
    assert "already runs this site" in add(empty, "wang").sentence
    assert "already runs this site" in linepack("user", "disable", empty, "li").sentence
    assert contents(empty) == before
    lock.release()


def test_accounts_of_a_demo_bring_their_own_secret(empty: Path) -> None:
    create_account(empty, "demo", name="Demo", role="supervisor", password=PASSWORD, totp_secret="JBSWY3DPEHPK3PXP")
    (account,) = accounts(empty)
    assert account.totp_secret == "JBSWY3DPEHPK3PXP"
    with pytest.raises(RefusedError):
        create_account(empty, "weak", name="Weak", role="operator", password="weak")


def test_a_password_is_never_an_argument(empty: Path) -> None:
    assert linepack("user", "add", empty, "li", "--name", "x", "--role", "operator", "--password", "x").code == 2
