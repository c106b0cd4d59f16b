"""What must not go through does not: each refused with its sentence, journaled, and not one byte at any device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.errors import RefusedError
from backend.model.command import Command, CommandState
from backend.model.person import Session
from tests.support.city import SECOND_SELF, City
from tests.support.console import Console, HurryingClock

pytestmark = [
    # A machine without a sound card logs so once.
    pytest.mark.expects_warnings,
]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    city = City(tmp_path_factory.mktemp("refused"))
    yield city
    city.stop()


@pytest.fixture
def clock() -> HurryingClock:
    return HurryingClock()


@pytest.fixture
def console(city: City, clock: HurryingClock, tmp_path: Path) -> Iterator[Console]:
    """Each test its own site, whose clock may hurry. At its end the journal is whole, and nothing was sent.

    What is sent is counted on the wire, outside Linepack.
    """
    before = len(city.tap.writes), len(city.listener.orders)
    console = Console(city.copied_to(tmp_path / "site"), city.phones, clock=clock)
    try:
        console.until_all_links()
        yield console
        assert console.backend.journal.verify().result(20).ok
    finally:
        console.stop()
    assert (len(city.tap.writes), len(city.listener.orders)) == before


def waits(console: Console, tag: str, action: str = "close", value: float | None = None) -> Command:
    """A command of the operator that waits for approval."""
    console.until_good(console.point(tag).device)
    command = console.awaiting(tag, action, value)
    assert command.state is CommandState.AWAITING_APPROVAL
    return command


def approver(console: Console) -> Session:
    return console.session(console.next_approver()[0])


def newest_refusal(console: Console, kind: str = "command.refused", field: str = "reason") -> tuple[str, str]:
    """(person, reason) of the newest refusal in the journal."""
    entries = [entry.draft for entry in console.backend.journal.tail(50).result(10) if entry.draft.kind == kind]
    return entries[-1].person, str(dict(entries[-1].fields)[field])


def test_nobody_approves_their_own_request_by_a_second_account(city: City, console: Console) -> None:
    command = waits(console, "XV-0422.CMD")
    sentence = f"{command.content.id} was requested by operator; another person must approve or reject it"
    with pytest.raises(RefusedError) as refused:
        console.approve(command, by=(SECOND_SELF, console.code(SECOND_SELF)))
    assert str(refused.value) == sentence
    assert newest_refusal(console) == ("operator", sentence)
    assert console.command(command.content.id).state is CommandState.AWAITING_APPROVAL


def test_the_operator_cannot_approve_at_all(city: City, console: Console) -> None:
    command = waits(console, "XV-0417.CMD")
    with pytest.raises(RefusedError, match="operator may not approve or reject commands"):
        console.approve(command, by=("operator", "000000"))
    assert newest_refusal(console) == ("operator", "operator may not approve or reject commands")


def test_a_wrong_one_time_code_approves_nothing(city: City, console: Console) -> None:
    command = waits(console, "NGS.XV-IN-CMD")
    login, code = console.next_approver()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with pytest.raises(RefusedError, match="password or code is not right, or the account is locked"):
        console.approve(command, by=(login, wrong))
    assert newest_refusal(console, "person.proof-refused", "why") == (login, "wrong code")
    assert console.command(command.content.id).state is CommandState.AWAITING_APPROVAL


def test_a_code_is_good_for_one_approval(city: City, console: Console) -> None:
    first, second = waits(console, "R-12.XV-IN-CMD"), waits(console, "R-11.XV-IN-CMD")
    login, code = console.next_approver()
    # The first approval uses the code up; that it comes to nothing does not give the code back.
    _text, signed = console.backend.commands.signed_text(first.content.id).result(5)
    proved = console.backend.people.prove(console.session(login), "Correct-horse-77", code, purpose=f"approve {signed}")
    assert proved.result(10).second_factor
    with pytest.raises(RefusedError, match="password or code is not right, or the account is locked"):
        console.approve(second, by=(login, code))
    assert newest_refusal(console, "person.proof-refused", "why") == (login, "wrong code")
    assert console.command(second.content.id).state is CommandState.AWAITING_APPROVAL


def test_nobody_approves_what_has_expired(city: City, console: Console, clock: HurryingClock) -> None:
    command = waits(console, "R-11.SP-A", "set", 350.0)
    clock.skip(601)
    console.until_command(command.content.id, CommandState.EXPIRED)
    with pytest.raises(RefusedError) as refused:
        console.approve(command)
    assert dict(_newest(console, "command.refused"))["asked"] == "approve"
    assert newest_refusal(console)[1] == str(refused.value)
    assert console.life_line(command.content.id)[-2:] == ["expired", "refused"]


def test_a_key_on_local_blocks_the_request(city: City, console: Console) -> None:
    city.field.ask({"local": "R-11/XV"})
    try:
        console.until("the key on local", lambda: console.value("R-11.XV-IN-LR") == 0.0)
        with pytest.raises(RefusedError, match=r"^R-11.XV-IN-CMD is blocked: Local key in remote: local$"):
            console.awaiting("R-11.XV-IN-CMD", "close")
        assert newest_refusal(console)[1] == "R-11.XV-IN-CMD is blocked: Local key in remote: local"
    finally:
        city.field.ask({"remote": "R-11/XV"})


def test_a_key_turned_to_local_after_the_approval_was_asked_for_blocks_it(city: City, console: Console) -> None:
    command = waits(console, "R-12.XV-IN-CMD")
    city.field.ask({"local": "R-12/XV"})
    try:
        console.until("the key on local", lambda: console.value("R-12.XV-IN-LR") == 0.0)
        with pytest.raises(RefusedError, match=r"^R-12.XV-IN-CMD is blocked: Local key in remote: local$"):
            console.approve(command)
        assert newest_refusal(console)[1] == "R-12.XV-IN-CMD is blocked: Local key in remote: local"
    finally:
        city.field.ask({"remote": "R-12/XV"})


def test_stale_feedback_blocks_the_request(city: City, console: Console, clock: HurryingClock) -> None:
    console.until_good("XV-0424")
    city.field.ask({"cut": "XV-0424"})
    try:
        # The broker's link stays up: only the valve has fallen silent.
        clock.skip(31)
        with pytest.raises(RefusedError, match=r"^XV-0424.CMD is blocked: .*: (read \d+ s ago|not good: stale)$") as no:
            console.awaiting("XV-0424.CMD", "close")
        assert newest_refusal(console)[1] == str(no.value)
    finally:
        city.field.ask({"restore": "XV-0424"})


def _newest(console: Console, kind: str) -> tuple[tuple[str, object], ...]:
    return [entry.draft.fields for entry in console.backend.journal.tail(50).result(10) if entry.draft.kind == kind][-1]
