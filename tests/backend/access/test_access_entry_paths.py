"""F56: every function of the one door that takes a session × every role, against the policy written here.

The functions are found in the code: one that is not in the table fails. Each cell is really called on a whole backend.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import typing
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from backend import api
from backend.errors import RefusedError
from backend.model.command import Command, CommandState
from backend.model.journal import JournalQuery
from backend.model.person import Right, Role, Session
from tests.support.door import PASSWORD, Office, opened, staffed_site

pytestmark = pytest.mark.expects_warnings
"""The field is silent: every link is lost once."""

OTHER = "Another-horse-88"
ENDED = "ended"
"""A session that was signed out: the seventh column."""
SPARES = ("disable", "enable", "role", "password", "enrol")

POLICY = """
                             operator supervisor trainer auditor engineer administrator ended
AlarmsApi.acknowledge            x        x         .       .       .          .          .
AlarmsApi.shelve                 x        x         .       .       .          .          .
AlarmsApi.unshelve               x        x         .       .       .          .          .
AlarmsApi.reset                  x        x         .       .       .          .          .
CommandsApi.check                x        x         x       x       x          x          .
CommandsApi.request              x        x         .       .       .          .          .
CommandsApi.confirm              x        x         .       .       .          .          .
CommandsApi.approve              .        x         .       .       .          .          .
CommandsApi.reject               .        x         .       .       .          .          .
CommandsApi.cancel               .        x         .       .       .          .          .
CommandsApi.resolve              .        x         .       .       .          .          .
NotesApi.write                   x        x         .       .       .          .          .
DevicesApi.change                .        .         .       .       x          .          .
Configuration.change             .        .         .       .       x          .          .
ModelsApi.save_chain             .        .         .       .       x          .          .
ModelsApi.import_                .        .         .       .       x          .          .
PeopleApi.sign_out               x        x         x       x       x          x          x
PeopleApi.may                    x        x         x       x       x          x          .
PeopleApi.prove                  x        x         x       x       x          x          .
PeopleApi.roles                  x        x         x       x       x          x          .
PeopleApi.account_list           .        .         .       .       .          x          .
PeopleApi.signed_in              .        .         .       .       .          x          .
PeopleApi.set_role_rights        .        .         .       .       .          x          .
PeopleApi.add                    .        .         .       .       .          x          .
PeopleApi.disable                .        .         .       .       .          x          .
PeopleApi.enable                 .        .         .       .       .          x          .
PeopleApi.change_role            .        .         .       .       .          x          .
PeopleApi.set_password           .        .         .       .       .          x          .
PeopleApi.enrol                  .        .         .       .       .          x          .
ExportsApi.series                x        x         x       x       x          x          .
ExportsApi.samples               x        x         x       x       x          x          .
ExportsApi.picture               x        x         x       x       x          x          .
PreferencesApi.change            x        x         x       x       x          x          .
JournalApi.search                .        .         .       x       .          .          .
JournalApi.count                 .        .         .       x       .          .          .
JournalApi.export                .        .         .       x       .          .          .
"""
"""Commands here are other people's, except the one to confirm, which is one's own; so are accounts."""

_LINES = [line.split() for line in POLICY.strip().splitlines()]
CELLS = {(row[0], who): sign == "x" for row in _LINES[1:] for who, sign in zip(_LINES[0], row[1:], strict=True)}

SIGNED_OUT = "you are signed out; sign in again"
DENIALS = {
    "DevicesApi": {"{name} may not do this: {right} is needed"},
    "ModelsApi": {"{name} may not do this: {right} is needed"},
    "Configuration": {"{name} may not do this: {right} is needed"},
    "AlarmsApi": {"{name} may not do this: {right} is needed"},
    "ExportsApi": {"{name} may not do this: {right} is needed"},
    "JournalApi": {"{name} may not do this: {right} is needed"},
    "NotesApi": {"{name} may not do this: {right} is needed"},
    "PreferencesApi": {"{name} may not do this: {right} is needed"},
    "PeopleApi": {SIGNED_OUT, "{person} may not change accounts"},
    "CommandsApi": {
        SIGNED_OUT,
        "{person} may not request commands",
        "{command} was requested by {requester}; {person} cannot confirm it",
        "{person} may not approve or reject commands",
        "{person} may not cancel {command}",
        "{person} may not resolve commands",
    },
}
"""How a want of rights is said, by part of the door."""

AFTER = {
    **dict.fromkeys(
        [f"AlarmsApi.{name}" for name in ("acknowledge", "shelve", "unshelve", "reset")], "there is no alarm {key}"
    ),
    **dict.fromkeys(("DevicesApi.change", "Configuration.change"), "there is no device {device}"),
    "ModelsApi.save_chain": "there is no thing model {name!r}",
    "ModelsApi.import_": "{file}, line {line}, column {column}: is not JSON ({reason})",
    "CommandsApi.request": "{tag} is blocked: {interlock}: {value}",
    "CommandsApi.confirm": "{command}: the number typed is not that of {tag}",
    "CommandsApi.approve": "{tag} is blocked: {interlock}: {value}",
}
"""What stops somebody who has the right, at a site whose field is silent; all others get what they asked for."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    spares = [f"spare-{each}" for each in (*SPARES, "requester")]
    office = opened(staffed_site(tmp_path_factory.mktemp("doors") / "site", spares))
    people = office.backend.people
    left = people.sign_in("administrator", PASSWORD, "desk left").result(10)
    people.sign_out(left).result(10)
    office.sessions[ENDED] = left
    yield office
    office.system.stop()


def _first_point(office: Office) -> int:
    return office.backend.commands.commandable()[0].point


def _last_valve(office: Office) -> int:
    """Another than that of the commands put there."""
    return [each.point for each in office.backend.commands.commandable() if "close" in each.actions][-1]


def _no_device() -> Any:
    return importlib.import_module("backend.model.change").DeviceChange(device="none", remote_enabled=True)


def _sign_out(office: Office, who: str) -> Future[None]:
    """Its own sign-in, so that the others keep theirs; who left already leaves again."""
    people = office.backend.people
    login = {ENDED: "administrator"}.get(who, who)
    fresh = people.sign_in(login, PASSWORD, "desk for a moment").result(10)
    people.sign_out(fresh).result(10)
    return people.sign_out(fresh)


def _approve(office: Office, session: Session) -> Future[Command]:
    command = office.command(CommandState.AWAITING_APPROVAL, "spare-requester").content.id
    _text, signed = office.backend.commands.signed_text(command).result(10)
    return office.backend.commands.approve(session, command, password=PASSWORD, code="000000", signed_hash=signed)


def _waiting(office: Office) -> str:
    return office.command(CommandState.AWAITING_APPROVAL, "spare-requester").content.id


def _new_file(office: Office, name: str) -> Path:
    return office.backend.site.folder / name


Ask = Callable[[Office, Session, str], Any]
CALLS: dict[str, Ask] = {
    "AlarmsApi.acknowledge": lambda o, s, _: o.backend.alarms.acknowledge(s, "none", 1),
    "AlarmsApi.shelve": lambda o, s, _: o.backend.alarms.shelve(s, "none", 900, "why"),
    "AlarmsApi.unshelve": lambda o, s, _: o.backend.alarms.unshelve(s, "none"),
    "AlarmsApi.reset": lambda o, s, _: o.backend.alarms.reset(s, "none"),
    "CommandsApi.check": lambda o, s, _: o.backend.commands.check(s, point=_first_point(o), action="close"),
    "CommandsApi.request": lambda o, s, _: o.backend.commands.request(
        s, point=_last_valve(o), action="close", reason="why"
    ),
    "CommandsApi.confirm": lambda o, s, _: o.backend.commands.confirm(
        s, o.command(CommandState.REQUESTED, s.person).content.id, "no such code"
    ),
    "CommandsApi.approve": lambda o, s, _: _approve(o, s),
    "CommandsApi.reject": lambda o, s, _: o.backend.commands.reject(s, _waiting(o), "why"),
    "CommandsApi.cancel": lambda o, s, _: o.backend.commands.cancel(s, _waiting(o), "why"),
    "CommandsApi.resolve": lambda o, s, _: o.backend.commands.resolve(
        s, o.command(CommandState.INDETERMINATE, "spare-requester").content.id, verified=False, note="looked"
    ),
    "DevicesApi.change": lambda o, s, _: o.backend.devices.change(s, _no_device(), "why"),
    "ModelsApi.save_chain": lambda o, s, _: o.backend.models.save_chain(s, "none", [], "why"),
    "ModelsApi.import_": lambda o, s, _: o.backend.models.import_(s, "{", file="x.json", reason="why"),
    "Configuration.change": lambda o, s, _: o.backend.devices._configuration.change(s, _no_device(), "why"),
    "PeopleApi.sign_out": lambda o, _s, who: _sign_out(o, who),
    "PeopleApi.may": lambda o, s, _: o.backend.people.may(s, Right.VIEW),
    "PeopleApi.prove": lambda o, s, _: o.backend.people.prove(s, PASSWORD, "", purpose="test"),
    "PeopleApi.roles": lambda o, s, _: o.backend.people.roles(s),
    "PeopleApi.account_list": lambda o, s, _: o.backend.people.account_list(s),
    "PeopleApi.signed_in": lambda o, s, _: o.backend.people.signed_in(s),
    "PeopleApi.set_role_rights": lambda o, s, _: o.backend.people.set_role_rights(
        s, Role.TRAINER, frozenset({Right.VIEW, Right.SIMULATOR_RUN, Right.ALARM_OUT_OF_SERVICE}), "why"
    ),
    "PeopleApi.add": lambda o, s, who: o.backend.people.add(
        s, login=f"new-{who}", person=f"new-{who}", name="New", role=Role.TRAINER, password=OTHER
    ),
    "PeopleApi.disable": lambda o, s, _: o.backend.people.disable(s, "spare-disable"),
    "PeopleApi.enable": lambda o, s, _: o.backend.people.enable(s, "spare-enable"),
    "PeopleApi.change_role": lambda o, s, _: o.backend.people.change_role(s, "spare-role", Role.TRAINER),
    "PeopleApi.set_password": lambda o, s, _: o.backend.people.set_password(s, "spare-password", OTHER),
    "PeopleApi.enrol": lambda o, s, _: o.backend.people.enrol(s, "spare-enrol"),
    "ExportsApi.series": lambda o, s, who: o.backend.exports.series(s, _new_file(o, f"series-{who}.csv"), []),
    "ExportsApi.samples": lambda o, s, who: o.backend.exports.samples(s, _new_file(o, f"samples-{who}.csv"), [0], 0, 1),
    "ExportsApi.picture": lambda o, s, who: o.backend.exports.picture(
        s, _new_file(o, f"picture-{who}.png"), lambda draft: draft.touch()
    ),
    "NotesApi.write": lambda o, s, _: o.backend.notes.write(s, "none", "seen"),
    "PreferencesApi.change": lambda o, s, who: o.backend.preferences.change(
        "desk:a", "taste", {"theme": who}, before={}, session=s, workstation="a"
    ),
    "JournalApi.search": lambda o, s, _: o.backend.journal.search(s, JournalQuery()),
    "JournalApi.count": lambda o, s, _: o.backend.journal.count(s, JournalQuery()),
    "JournalApi.export": lambda o, s, who: o.backend.journal.export(
        s, JournalQuery(), o.backend.site.folder / f"journal-{who}.csv"
    ),
}


def entry_paths() -> set[str]:
    """Every public function of the door that is given a session."""
    modules = [importlib.import_module(each.name) for each in pkgutil.iter_modules(api.__path__, f"{api.__name__}.")]
    functions = {
        f"{owner.__name__}.{name}": function
        for module in modules
        for _, owner in inspect.getmembers(module, inspect.isclass)
        for name, function in inspect.getmembers(owner, inspect.isfunction)
        if owner.__module__ == module.__name__ and not name.startswith("_")
    } | {
        f"{module.__name__}.{name}": function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    return {name for name, function in functions.items() if _takes_session(function)}


def _takes_session(function: Callable[..., Any]) -> bool:
    hints = dict(typing.get_type_hints(function))
    hints.pop("return", None)
    return any(hint is Session or Session in typing.get_args(hint) for hint in hints.values())


def outcome(ask: Callable[[], Any]) -> str:
    """ "done", or the template of the refusal."""
    try:
        answer = ask()
        result = answer.result(20) if isinstance(answer, Future) else answer
    except RefusedError as refusal:
        return refusal.template
    return {False: SIGNED_OUT}.get(result, "done") if isinstance(result, bool) else "done"


def test_every_entry_path_is_in_the_table() -> None:
    assert entry_paths() == set(CALLS) == {name for name, _ in CELLS}
    assert set(CELLS) == set(itertools.product(CALLS, [*(role.value for role in Role), ENDED]))
    assert len(CELLS) == len(CALLS) * 7


@pytest.mark.parametrize("who", [*(role.value for role in Role), ENDED])
@pytest.mark.parametrize("name", list(CALLS))
def test_a_cell_of_the_policy(office: Office, name: str, who: str) -> None:
    session = office.sessions[who]
    expected = {True: {AFTER.get(name, "done")}, False: DENIALS[name.partition(".")[0]]}[CELLS[name, who]]
    assert outcome(lambda: CALLS[name](office, session, who)) in expected


def _refused_ones() -> list[tuple[str, str]]:
    return [(name, who) for (name, who), allowed in CELLS.items() if not allowed and who != ENDED]


def test_every_refusal_is_journaled_with_who_tried(office: Office) -> None:
    for name, who in _refused_ones():
        session = office.sessions[who]
        before = office.backend.journal.tail(1).result(10)[0].seq
        outcome(lambda name=name, session=session, who=who: CALLS[name](office, session, who))  # type: ignore[misc]
        new = [entry.draft for entry in office.backend.journal.tail(50).result(10) if entry.seq > before]
        assert (name, who) in [(name, draft.person) for draft in new if draft.kind.endswith("refused")]


def test_nothing_changed_for_whoever_was_refused(office: Office) -> None:
    logins = {each.login for each in office.backend.people.accounts()}
    assert {f"new-{role.value}" for role in Role if role is not Role.ADMINISTRATOR} & logins == set()
