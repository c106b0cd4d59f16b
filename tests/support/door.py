"""A whole backend on a silent field, one account a role, everybody signed in, and commands that wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.making import init_site
from app.people_cli import create_account
from backend.api import Backend
from backend.commands.book import Held
from backend.commands.desk import Asked
from backend.model.command import Command, CommandState
from backend.model.person import Role, Session
from backend.system import System

PASSWORD = "Correct-horse-77"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One running backend and the sessions by role."""

    system: System
    sessions: dict[str, Session]

    @property
    def backend(self) -> Backend:
        """The door."""
        return self.system.backend

    def command(self, state: CommandState, requester: str) -> Command:
        """A command of this person in this state. Put there directly: with a silent field nobody could ask for it."""
        engine, now = self.system._commands, self.backend.now()
        target = self.backend.commands.commandable()[0]
        asked = Asked(
            point=target.point, action="close", value=None, reason="why", person_on_site=False, origin="operator"
        )

        def put() -> Command:
            moment = engine._keeper.moment()
            number = 1 + len(engine._book.newest_first())
            content = engine._desk.request(self.sessions["operator"].id, asked, number, moment).content
            command = Command(
                content=replace(content, id=f"SIM-{state.value}-{number}"),
                state=state,
                not_after=now + 600_000_000,
                requester=requester,
                requester_session="long ago",
                workstation="elsewhere",
            )
            engine._book.add(Held(command=command, anchor_s=moment.at / 1e6 - moment.mono))
            return command

        done: Command = self.system._core.call(put).result(10)
        return done


def staffed_site(folder: Path, spares: Sequence[str] = ()) -> Path:
    """A small city's site with an account for each role, and spare operators of these logins."""
    init_site(folder, template="city", size="small", modbus_port=61000, broker_url="mqtt://127.0.0.1:61999")
    for role in Role:
        create_account(folder, role.value, name=role.value, role=role.value, password=PASSWORD)
    for spare in spares:
        create_account(folder, spare, name=spare, role="operator", password=PASSWORD)
    return folder


def opened(folder: Path) -> Office:
    """The running backend with everybody signed in."""
    system = System(folder)
    system.start()
    people = system.backend.people
    sessions = {role.value: people.sign_in(role.value, PASSWORD, f"desk {role.value}").result(10) for role in Role}
    return Office(system=system, sessions=sessions)
