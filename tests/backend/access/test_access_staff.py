"""Changing accounts: who may, what is refused, and that it is in force at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.access import NewAccount, new_account
from backend.errors import RefusedError
from backend.model.person import AccountStatus, Right, Role, Session
from tests.support.access_site import PASSWORD, STAFF, Office, account

OTHER = "Another-horse-2"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def admin(office: Office) -> Session:
    return office.sign_in("admin", desk="Desk Z")


def _new(office: Office, login: str = "new", **changes: object) -> NewAccount:
    given = {"person": "p-new", "name": "新人", "role": Role.OPERATOR, "totp_secret": ""} | changes
    return NewAccount(login=login, password=office.people.hash_password(OTHER, login=login), **given)  # type: ignore[arg-type]


def test_a_new_account_signs_in_and_its_entry_holds_no_secret(office: Office, admin: Session) -> None:
    view = office.people.staff.add(admin.id, _new(office, " New ", totp_secret="TOPSECRET"))
    assert (view.login, view.status, view.second_factor) == ("new", AccountStatus.ACTIVE, True)
    assert office.sign_in("new", OTHER).person == "p-new"
    added = next(draft for draft in office.journal if draft.kind == "person.added")
    assert (added.subject, added.person, added.workstation) == ("new", "p-admin", "Desk Z")
    assert dict(added.fields) == {"person": "p-new", "name": "新人", "role": "operator", "second_factor": True}
    assert "argon2" not in repr(office.journal)
    assert "TOPSECRET" not in repr(office.journal)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"login": "OP"}, "the login op exists already"),
        ({"login": "ｏｐ"}, "the login op exists already"),
        ({"login": "  "}, "1 to 64 printable"),
        ({"login": "x" * 65}, "1 to 64 printable"),
        ({"login": "a\u202eb"}, "1 to 64 printable"),
        ({"login": "a\nb"}, "1 to 64 printable"),
        ({"name": "\x1b[31m"}, "1 to 64 printable"),
        ({"person": ""}, "1 to 64 printable"),
    ],
)
def test_a_bad_new_account_is_refused_and_journaled(
    office: Office, admin: Session, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(RefusedError, match=sentence):
        office.people.staff.add(admin.id, _new(office, **changes))  # type: ignore[arg-type]
    assert len(office.rows) == len(STAFF)
    assert office.kinds()[-1] == "person.change-refused"


CHANGES: dict[str, Callable[[Office, str], object]] = {
    "add": lambda office, session: office.people.staff.add(session, _new(office)),
    "disable": lambda office, session: office.people.staff.disable(session, "trainer"),
    "enable": lambda office, session: office.people.staff.enable(session, "gone"),
    "role": lambda office, session: office.people.staff.change_role(session, "trainer", Role.OPERATOR),
    "enrol": lambda office, session: office.people.staff.enrol(session, "trainer"),
    "password": lambda office, session: office.people.staff.change_password(
        session, "trainer", office.people.hash_password(OTHER, login="trainer")
    ),
}


@pytest.mark.parametrize("change", CHANGES, ids=list(CHANGES))
@pytest.mark.parametrize("login", ["op", "sup", "auditor", "eng"])
def test_only_an_administrator_changes_accounts(office: Office, login: str, change: str) -> None:
    session = office.sign_in(login)
    rows = dict(office.rows)
    with pytest.raises(RefusedError, match=f"p-{login} may not change accounts"):
        CHANGES[change](office, session.id)
    with pytest.raises(RefusedError, match="signed out"):
        CHANGES[change](office, "made-up")
    assert office.rows == rows
    assert office.kinds()[-2:] == ["person.change-refused", "person.change-refused"]


@pytest.mark.parametrize("change", CHANGES, ids=list(CHANGES))
def test_a_change_that_cannot_be_journaled_changes_nothing(change: str) -> None:
    office = Office()
    admin = office.sign_in("admin")
    before, rows = office.people.accounts(), dict(office.rows)
    office.run, run = lambda work: _broken(office, run, work), office.run  # type: ignore[method-assign]
    office.broken = True
    with pytest.raises(RefusedError, match="not saved, nothing was changed"):
        CHANGES[change](office, admin.id)
    assert office.people.accounts() == before
    assert office.rows == rows
    assert office.revoked == []


def _broken(office: Office, run: Callable[[object], object], work: object) -> object:
    """The first transaction fails, the note about it goes through."""
    answer = run(work)
    office.broken = False
    return answer


def test_disabling_ends_sessions_rights_and_tells_who(office: Office, admin: Session) -> None:
    session = office.sign_in("sup")
    office.people.staff.disable(admin.id, "sup")
    assert office.people.session(session.id) is None
    assert not office.people.may(session.id, Right.VIEW)
    assert not office.people.person_may("p-sup", Right.CMD_APPROVE)
    assert office.revoked == ["p-sup"]
    with pytest.raises(RefusedError):
        office.sign_in("sup")
    office.people.staff.enable(admin.id, "sup")
    assert office.people.session(session.id) is None
    assert office.sign_in("sup").login == "sup"


def test_another_role_is_in_force_in_the_open_session(office: Office, admin: Session) -> None:
    session = office.sign_in("sup")
    office.people.staff.change_role(admin.id, "sup", Role.OPERATOR)
    assert office.people.session(session.id) == session
    assert not office.people.may(session.id, Right.CMD_APPROVE)
    assert office.people.may(session.id, Right.CMD_REQUEST)
    assert office.revoked == ["p-sup"]


def test_nobody_changes_their_own_standing_and_the_last_administrator_stays(office: Office, admin: Session) -> None:
    staff = office.people.staff
    with pytest.raises(RefusedError, match="an own account"):
        staff.disable(admin.id, "admin")
    with pytest.raises(RefusedError, match="an own account"):
        staff.change_role(admin.id, "admin", Role.SUPERVISOR)
    staff.add(admin.id, _new(office, "boss", person="p-boss", role=Role.ADMINISTRATOR))
    boss = office.sign_in("boss", OTHER, desk="Desk Y")
    staff.change_role(boss.id, "admin", Role.ENGINEER)
    with pytest.raises(RefusedError, match="p-admin may not change accounts"):
        staff.disable(admin.id, "boss")


def test_the_last_administrator_cannot_be_disabled_by_a_second_account_of_another() -> None:
    office = Office(
        (account("admin", Role.ADMINISTRATOR), account("b", Role.ADMINISTRATOR, status=AccountStatus.DISABLED))
    )
    admin = office.sign_in("admin")
    office.people.staff.enable(admin.id, "b")
    other = office.sign_in("b", desk="Desk B")
    office.people.staff.disable(other.id, "admin")
    assert office.people.session(admin.id) is None
    with pytest.raises(RefusedError, match="an own account"):
        office.people.staff.disable(other.id, "b")


def test_ones_own_password_needs_the_old_one_and_ends_all_sessions(office: Office) -> None:
    one, two = office.sign_in("op"), office.sign_in("op", desk="Desk B")
    new = office.people.hash_password(OTHER, login="op")
    for check in (None, office.people.check_password("op", "wrong"), office.people.check_password("sup", PASSWORD)):
        with pytest.raises(RefusedError, match="the old password is not right"):
            office.people.staff.change_password(one.id, "op", new, check)
    assert office.rows["op"].failures == 1
    office.people.staff.change_password(one.id, "op", new, office.people.check_password("op", PASSWORD))
    assert (office.people.session(one.id), office.people.session(two.id)) == (None, None)
    assert office.revoked == ["p-op"]
    with pytest.raises(RefusedError):
        office.sign_in("op")
    assert office.sign_in("op", OTHER).login == "op"
    assert "argon2" not in repr(office.journal)


def test_a_new_second_factor_is_given_out_once_by_an_administrator(office: Office, admin: Session) -> None:
    secret = office.people.staff.enrol(admin.id, "eng")
    assert office.rows["eng"].totp_secret == secret
    assert secret not in repr(office.journal)
    assert office.revoked == ["p-eng"]
    assert office.kinds()[-1] == "person.second-factor-enrolled"


def test_an_unknown_account_is_named(office: Office, admin: Session) -> None:
    with pytest.raises(RefusedError, match="there is no account ghost"):
        office.people.staff.disable(admin.id, "ghost")


def test_the_first_account_is_made_on_the_command_line(office: Office) -> None:
    made = new_account((), _new(office, "root", role=Role.ADMINISTRATOR), at=5, by=None, workstation="host-1")
    assert (made.account.login, made.account.changed_at) == ("root", 5)
    assert (made.journal.person, made.journal.workstation, made.journal.kind) == ("", "host-1", "person.added")
