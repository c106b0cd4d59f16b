"""Looking after people through the one door of a whole backend: in force at once, kept over a restart, voiding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from backend.errors import RefusedError
from backend.model.command import CommandState
from backend.model.person import Right, Role
from tests.support.door import PASSWORD, Office, opened, staffed_site

pytestmark = pytest.mark.expects_warnings
"""The field is silent: every link is lost once."""
OTHER = "Another-horse-88"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staffed_site(tmp_path_factory.mktemp("door") / "site", ["asks", "asks-not"])


@pytest.fixture(scope="module")
def office(folder: Path) -> Iterator[Office]:
    office = opened(folder)
    yield office
    office.system.stop()


def _state(office: Office, command: str) -> CommandState:
    held = office.system._core.call(office.system._commands.commands).result(10)
    return next(each.state for each in held if each.content.id == command)


def test_one_way_through_the_door(office: Office) -> None:
    """One test: each step stands on the one before, and a backend is built for all."""
    people, admin = office.backend.people, office.sessions["administrator"]

    # A new account, its second factor, its approval with it.
    people.add(admin, login="Neu", person="p-neu", name="新", role=Role.SUPERVISOR, password=OTHER).result(10)
    uri = urlsplit(people.enrol(admin, "neu").result(10))
    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", "/Linepack linjiang:neu")
    new = people.sign_in("neu", OTHER, "desk").result(10)
    code = pyotp.TOTP(parse_qs(uri.query)["secret"][0]).generate_otp(office.backend.now() // 30_000_000)
    assert people.prove(new, OTHER, code, purpose="test").result(10).second_factor

    # One's own password: only with the old one; then all its sessions are over.
    with pytest.raises(RefusedError, match="the old password is not right"):
        people.set_password(new, "neu", PASSWORD, old="wrong").result(10)
    with pytest.raises(RefusedError, match="a password needs 12 characters"):
        people.set_password(new, "neu", "short", old=OTHER).result(10)
    assert people.may(new, Right.VIEW)
    people.set_password(new, "neu", PASSWORD, old=OTHER).result(10)
    assert not people.may(new, Right.VIEW)

    # What waits for somebody who loses a right is taken back, the rest stays.
    asked = office.command(CommandState.AWAITING_APPROVAL, "asks").content.id
    asked_by_supervisor = office.command(CommandState.AWAITING_APPROVAL, "supervisor").content.id
    operator = office.sessions["operator"]
    left = frozenset({Right.VIEW, Right.ALARM_ACK})
    lines = people.set_role_rights(admin, Role.OPERATOR, left, "no commands during the audit").result(10)
    assert {line.role: line.rights for line in lines}[Role.OPERATOR] == left
    assert (_state(office, asked), _state(office, asked_by_supervisor)) == (
        CommandState.CANCELLED,
        CommandState.AWAITING_APPROVAL,
    )
    assert not people.may(operator, Right.CMD_REQUEST)

    # Who is signed in where, without what proves a session.
    seen = people.signed_in(admin).result(10)
    assert {("operator", "desk operator"), ("administrator", "desk administrator")} <= {
        (each.login, each.workstation) for each in seen
    }
    assert operator.id not in repr(seen)

    # Entries hold the rights and the reason; no secret is in the journal.
    drafts = [entry.draft for entry in office.backend.journal.tail(200).result(10)]
    edit = next(dict(draft.fields) for draft in drafts if draft.kind == "person.role-rights-changed")
    assert (edit["new"], edit["reason"]) == ("view, alarm.ack", "no commands during the audit")
    assert parse_qs(uri.query)["secret"][0] not in repr(drafts)
    assert OTHER not in repr(drafts)
    assert office.backend.journal.verify().result(10).ok


def test_the_rights_stay_over_a_restart(tmp_path: Path) -> None:
    site = staffed_site(tmp_path / "again")
    first = opened(site)
    rights = frozenset({Right.VIEW, Right.CONFIG_EDIT, Right.JOURNAL_READ})
    first.backend.people.set_role_rights(first.sessions["administrator"], Role.ENGINEER, rights, "reads too").result(10)
    first.system.stop()
    second = opened(site)
    granted = {right for right in Right if second.backend.people.may(second.sessions["engineer"], right)}
    second.system.stop()
    assert granted == rights
