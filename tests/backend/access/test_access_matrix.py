"""The role editor: every set of rights of every role against the rules written here, its journal, whom it revokes."""

from __future__ import annotations

import itertools
import json

import pytest

from backend.access import RIGHTS, ROLES_SETTING, matrix
from backend.errors import ConfigError, RefusedError
from backend.model.person import AccountStatus, Right, Role
from tests.support.access_site import STAFF, Office, account

KEPT = """
                operator supervisor trainer auditor engineer administrator
view               +         +         +       +       +         +
alarm.ack          .         .         .       -       .         .
alarm.shelve       .         .         .       -       .         .
alarm.reset        .         .         .       -       .         .
alarm.oos          .         .         .       -       .         .
cmd.request        .         .         .       -       .         -
cmd.approve        .         .         .       -       .         -
cmd.resolve        .         .         .       -       .         -
config.edit        .         .         .       -       .         .
people.edit        .         .         .       -       .         +
journal.read       .         .         .       .       .         .
journal.export     .         .         .       .       .         .
simulator.run      .         .         +       .       .         .
"""
"""+ can never be taken away, - can never be given (M-05)."""

_LINES = [line.split() for line in KEPT.strip().splitlines()]
CELLS = {(Role(role), Right(row[0])): sign for row in _LINES[1:] for role, sign in zip(_LINES[0], row[1:], strict=True)}
COMMANDS = {Right.CMD_REQUEST, Right.CMD_APPROVE, Right.CMD_RESOLVE}
EVERY_SET = [frozenset(chosen) for count in range(len(Right) + 1) for chosen in itertools.combinations(Right, count)]


def _allowed(role: Role, rights: frozenset[Right]) -> bool:
    kept = all({"+": right in rights, "-": right not in rights, ".": True}[CELLS[role, right]] for right in Right)
    return kept and not (Right.PEOPLE_EDIT in rights and rights & COMMANDS)


def _is_refused(role: Role, rights: frozenset[Right]) -> bool:
    try:
        matrix.check(role, rights)
    except RefusedError:
        return True
    return False


def test_the_table_has_every_cell() -> None:
    assert set(CELLS) == set(itertools.product(Role, Right))


@pytest.mark.parametrize("role", list(Role))
def test_every_set_of_rights_of_every_role(role: Role) -> None:
    assert len(EVERY_SET) == 2 ** len(Right)
    assert [rights for rights in EVERY_SET if _is_refused(role, rights) == _allowed(role, rights)] == []


def test_the_defaults_keep_the_rules() -> None:
    assert all(_allowed(role, rights) for role, rights in RIGHTS.items())


def test_the_matrix_survives_its_setting() -> None:
    edited = matrix.changed(matrix.from_text(None), Role.ENGINEER, RIGHTS[Role.ENGINEER] | {Right.ALARM_ACK}, "why")
    assert matrix.from_text(matrix.to_text(edited.matrix)) == edited.matrix
    assert matrix.from_text(None) == RIGHTS
    assert matrix.from_text('{"engineer": ["view"]}') == {**RIGHTS, Role.ENGINEER: frozenset({Right.VIEW})}


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        "1",
        '{"king": ["view"]}',
        '{"operator": ["view", "fly"]}',
        '{"operator": 7}',
        '{"operator": []}',
        '{"auditor": ["view", "cmd.request"]}',
        '{"administrator": ["view"]}',
        '{"administrator": ["view", "people.edit", "cmd.approve"]}',
    ],
)
def test_a_setting_that_breaks_the_rules_is_not_used(stored: str) -> None:
    with pytest.raises(ConfigError, match=r"the setting access\.roles cannot be used"):
        Office(settings={ROLES_SETTING: stored})


@pytest.mark.parametrize("login", ["op", "sup", "trainer", "auditor", "eng"])
def test_only_an_administrator_edits_roles(login: str) -> None:
    office = Office()
    session = office.sign_in(login)
    with pytest.raises(RefusedError, match=f"p-{login} may not change accounts"):
        office.people.staff.set_rights(session.id, Role.OPERATOR, frozenset({Right.VIEW}), "because")
    assert office.settings == {}
    assert office.kinds()[-1] == "person.change-refused"
    assert (office.journal[-1].person, office.journal[-1].subject) == (f"p-{login}", "operator")


def test_signed_out_nobody_edits_roles() -> None:
    office = Office()
    with pytest.raises(RefusedError, match="you are signed out"):
        office.people.staff.set_rights("id-9", Role.OPERATOR, frozenset({Right.VIEW}), "because")
    assert office.settings == {}


def test_a_change_is_in_force_at_once_in_open_sessions_and_after_a_restart() -> None:
    office = Office()
    operator, admin = office.sign_in("op"), office.sign_in("admin", desk="Desk Z")
    left = RIGHTS[Role.OPERATOR] - {Right.ALARM_SHELVE} | {Right.JOURNAL_READ}
    office.people.staff.set_rights(admin.id, Role.OPERATOR, left, " shelving moves to the supervisor ")

    assert office.people.rights(operator.id) == left
    assert not office.people.person_may("p-op", Right.ALARM_SHELVE)
    assert office.people.person_may("p-op", Right.JOURNAL_READ)
    draft = office.journal[-1]
    assert (draft.kind, draft.subject, draft.person, draft.session, draft.workstation) == (
        "person.role-rights-changed",
        "operator",
        "p-admin",
        admin.id,
        "Desk Z",
    )
    assert dict(draft.fields) == {
        "old": "view, alarm.ack, alarm.shelve, alarm.reset, cmd.request",
        "new": "view, alarm.ack, alarm.reset, cmd.request, journal.read",
        "reason": "shelving moves to the supervisor",
    }
    again = office.restart()
    assert again.people.rights(again.sign_in("op").id) == left
    assert set(json.loads(office.settings[ROLES_SETTING])) == {role.value for role in Role}


def test_who_loses_a_right_is_revoked_once_and_nobody_else() -> None:
    office = Office((*STAFF, account("op2", Role.OPERATOR), account("op3", Role.OPERATOR, person="p-op2")))
    admin = office.sign_in("admin")
    office.people.staff.set_rights(admin.id, Role.OPERATOR, RIGHTS[Role.OPERATOR] | {Right.JOURNAL_READ}, "gain")
    assert office.revoked == []
    office.people.staff.set_rights(admin.id, Role.OPERATOR, frozenset({Right.VIEW}), "loss")
    # The locked account stays of its person; the disabled one has nothing to lose.
    assert office.revoked == ["p-op", "p-held", "p-op2"]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\nb", "a\u202eb"])
def test_a_reason_is_needed(reason: str) -> None:
    office = Office()
    admin = office.sign_in("admin")
    with pytest.raises(RefusedError, match="a reason needs 1 to 200 printable characters"):
        office.people.staff.set_rights(admin.id, Role.ENGINEER, frozenset({Right.VIEW}), reason)
    assert office.settings == {}


def test_no_change_is_no_entry() -> None:
    office = Office()
    admin = office.sign_in("admin")
    with pytest.raises(RefusedError, match="engineer has exactly these rights already"):
        office.people.staff.set_rights(admin.id, Role.ENGINEER, RIGHTS[Role.ENGINEER], "why")
    assert office.settings == {}


@pytest.mark.expects_warnings
def test_what_cannot_be_stored_changes_nothing() -> None:
    office = Office()
    operator, admin = office.sign_in("op"), office.sign_in("admin")
    office.broken = True
    with pytest.raises(RefusedError, match="not saved, nothing was changed"):
        office.people.staff.set_rights(admin.id, Role.OPERATOR, frozenset({Right.VIEW}), "loss")
    assert office.people.rights(operator.id) == RIGHTS[Role.OPERATOR]
    assert office.revoked == []


def test_an_auditor_never_holds_an_account_of_a_role_that_commands() -> None:
    office = Office((*STAFF, account("aud-eng", Role.ENGINEER, person="p-auditor")))
    admin = office.sign_in("admin")
    commanding = RIGHTS[Role.ENGINEER] | {Right.CMD_REQUEST}
    with pytest.raises(RefusedError, match=r"p-auditor is \w+ already and may not be \w+ too"):
        office.people.staff.set_rights(admin.id, Role.ENGINEER, commanding, "field work")
    assert office.settings == {}

    office.people.staff.disable(admin.id, "aud-eng")
    office.people.staff.set_rights(admin.id, Role.ENGINEER, commanding, "field work")
    with pytest.raises(RefusedError, match="p-auditor is auditor already and may not be engineer too"):
        office.people.staff.enable(admin.id, "aud-eng")


def test_the_list_and_who_is_signed_in_where_are_for_administrators() -> None:
    office = Office()
    operator, admin = office.sign_in("op", desk="Desk B"), office.sign_in("admin", desk="Desk Z")
    staff = office.people.staff
    seen = [(each.login, each.role, each.workstation) for each in staff.signed_in(admin.id)]
    assert seen == [("admin", Role.ADMINISTRATOR, "Desk Z"), ("op", Role.OPERATOR, "Desk B")]
    assert operator.id not in repr(staff.signed_in(admin.id))
    assert {each.login: each.status for each in staff.accounts(admin.id)}["gone"] is AccountStatus.DISABLED
    for look in (staff.accounts, staff.signed_in):
        with pytest.raises(RefusedError, match="p-op may not change accounts"):
            look(operator.id)
    assert {line.role: line.rights for line in staff.roles(operator.id)} == RIGHTS
