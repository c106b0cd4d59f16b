"""Every role against every right, by the table as written here; roles that are kept apart."""

from __future__ import annotations

import contextlib
import itertools

import pytest

from backend.access import RIGHTS, NewAccount
from backend.errors import RefusedError
from backend.model.person import Right, Role
from tests.support.access_site import PASSWORD, Office, account

MATRIX = """
                operator supervisor trainer auditor engineer administrator
view               x         x         x       x       x         x
alarm.ack          x         x         .       .       .         .
alarm.shelve       x         x         .       .       .         .
alarm.reset        x         x         .       .       .         .
alarm.oos          .         .         .       .       x         .
cmd.request        x         x         .       .       .         .
cmd.approve        .         x         .       .       .         .
cmd.resolve        .         x         .       .       .         .
config.edit        .         .         .       .       x         .
people.edit        .         .         .       .       .         x
journal.read       .         .         .       x       .         .
journal.export     .         .         .       x       .         .
simulator.run      .         .         x       .       .         .
"""
"""M-05: the auditor reads and exports and commands nothing; the administrator only manages people."""

_LINES = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = {
    (Role(role), Right(row[0])): cell == "x"
    for row in _LINES[1:]
    for role, cell in zip(_LINES[0], row[1:], strict=True)
}
LOGINS = {
    Role.OPERATOR: "op",
    Role.SUPERVISOR: "sup",
    Role.TRAINER: "trainer",
    Role.AUDITOR: "auditor",
    Role.ENGINEER: "eng",
    Role.ADMINISTRATOR: "admin",
}


def test_the_matrix_has_every_cell() -> None:
    assert set(CELLS) == set(itertools.product(Role, Right))
    assert set(RIGHTS) == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_exactly_what_the_table_says(role: Role) -> None:
    office = Office()
    session = office.sign_in(LOGINS[role])
    expected = {right for right in Right if CELLS[role, right]}
    assert office.people.rights(session.id) == expected
    assert {right for right in Right if office.people.may(session.id, right)} == expected
    assert {right for right in Right if office.people.person_may(session.person, right)} == expected


def test_no_right_changes_the_journal() -> None:
    assert {right for right in Right if right.value.startswith("journal.")} == {
        Right.JOURNAL_READ,
        Right.JOURNAL_EXPORT,
    }


APART = {frozenset({"auditor", "operator"}), frozenset({"auditor", "supervisor"})}


@pytest.mark.parametrize(("first", "second"), list(itertools.product(Role, Role)))
def test_one_person_never_audits_what_they_operate(first: Role, second: Role) -> None:
    office = Office((account("admin", Role.ADMINISTRATOR), account("one", first, person="p-1")))
    admin = office.sign_in("admin")
    password = office.people.hash_password(PASSWORD, login="two")
    allowed = frozenset({first.value, second.value}) not in APART

    with contextlib.suppress(RefusedError):
        office.people.staff.add(
            admin.id, NewAccount(login="two", person="p-1", name="Two", role=second, password=password)
        )
    assert ("two" in office.rows) == allowed
    assert office.kinds()[-1] == {True: "person.added", False: "person.change-refused"}[allowed]


def test_roles_are_kept_apart_when_a_role_is_changed_or_an_account_enabled() -> None:
    office = Office(
        (
            account("admin", Role.ADMINISTRATOR),
            account("one", Role.AUDITOR, person="p-1"),
            account("two", Role.ENGINEER, person="p-1"),
        )
    )
    admin = office.sign_in("admin")
    with pytest.raises(RefusedError, match="p-1 is auditor already and may not be operator too"):
        office.people.staff.change_role(admin.id, "two", Role.OPERATOR)
    office.people.staff.disable(admin.id, "one")
    office.people.staff.change_role(admin.id, "two", Role.OPERATOR)
    with pytest.raises(RefusedError, match="p-1 is operator already and may not be auditor too"):
        office.people.staff.enable(admin.id, "one")
