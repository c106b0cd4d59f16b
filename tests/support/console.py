"""A console without a window for journeys: the whole backend in this process, people at desks, waiting by topics."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from backend.clock import Clock, SystemClock
from backend.model.alarm import AlarmRecord
from backend.model.command import Command, CommandState
from backend.model.event import LinkState
from backend.model.person import Session
from backend.model.plant import Point
from backend.model.quality import is_good
from backend.system import System
from tests.support.city import OPERATOR, PASSWORD, Authenticators

T = TypeVar("T")
WITHIN_S = 30.0


class HurryingClock:
    """The machine's clock, with time that a test may let pass at once. Wall and monotonic time stay together."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._skipped_s = 0.0

    def wall_us(self) -> int:
        return self._real.wall_us() + round(self._skipped_s * 1_000_000)

    def mono(self) -> float:
        return self._real.mono() + self._skipped_s

    def skip(self, seconds: float) -> None:
        """Let so much time have passed."""
        self._skipped_s += seconds


class Console:
    """One `System`, started; and what people at it do."""

    def __init__(self, folder: Path, phones: Authenticators, *, clock: Clock | None = None) -> None:
        self._phones = phones
        self._changed = threading.Condition()
        self._sessions: dict[str, Session] = {}
        self.steps: list[tuple[str, CommandState]] = []
        """(command, state) in the order people saw them."""
        self.system = System(folder, clock=clock)
        self.backend = self.system.backend
        self._points = {point.tag: point for point in self.backend.registry.points}
        for topic in (self.backend.live.changed, self.backend.alarms.changed, self.backend.links.changed):
            topic.subscribe(self._wake)
        self.backend.commands.changed.subscribe(self._see)
        self.system.start()

    def stop(self) -> None:
        """Stop the backend."""
        self.system.stop()

    # -- looking -----------------------------------------------------------------------------------------------------

    def point(self, tag: str) -> Point:
        """By tag."""
        return self._points[tag]

    def value(self, tag: str) -> float:
        """The current value; NaN when it is not good."""
        snapshot, point = self.backend.live.snapshot(), self._points[tag].id
        return float(snapshot.value[point]) if is_good(int(snapshot.quality[point])) else float("nan")

    def received_at(self, tag: str) -> int:
        """When the current value arrived, µs UTC."""
        return int(self.backend.live.snapshot().received_at[self._points[tag].id])

    def until(self, what: str, look: Callable[[], T], within_s: float = WITHIN_S) -> T:
        """Wait until `look` finds something, asked again whenever anything has changed; what it found."""
        found: list[T] = []

        def looked() -> bool:
            found[:] = [look()]
            return bool(found[0])

        with self._changed:
            assert self._changed.wait_for(looked, within_s), f"not in {within_s} s: {what}"
        return found[0]

    def until_good(self, device: str) -> None:
        """Wait until every point of a device has a good value."""
        tags = [point.tag for point in self.backend.registry.points if point.device == device]
        self.until(f"good values of {device}", lambda: all(self.value(tag) == self.value(tag) for tag in tags))

    def until_fresh(self, *tags: str, within_s: float = WITHIN_S) -> None:
        """Wait until each of these points has a good value that arrived after now."""
        now = self.backend.now()
        for tag in tags:
            self.until(
                f"a fresh good {tag}",
                lambda tag=tag: self.received_at(tag) > now and self.value(tag) == self.value(tag),  # type: ignore[misc]
                within_s,
            )

    def until_all_links(self, state: LinkState = LinkState.UP) -> None:
        """Wait until every link is in this state."""
        self.until(
            f"every link {state.value}", lambda: {health.state for health in self.backend.links.snapshot()} == {state}
        )

    def command(self, command_id: str) -> Command:
        """As people see it now."""
        return next(each for each in self.backend.commands.snapshot() if each.content.id == command_id)

    def until_command(self, command_id: str, *states: CommandState, within_s: float = WITHIN_S) -> Command:
        """Wait until the command is in one of these states."""
        self.until(
            f"{command_id} {[state.value for state in states]}",
            lambda: self.command(command_id).state in states,
            within_s,
        )
        return self.command(command_id)

    def alarm(self, key: str) -> AlarmRecord | None:
        """The alarm, when it is not NORM."""
        return next((each for each in self.backend.alarms.snapshot() if each.config.key == key), None)

    def until_alarm(self, key: str, within_s: float = WITHIN_S) -> AlarmRecord:
        """Wait until this alarm stands."""
        found = self.until(f"alarm {key}", lambda: self.alarm(key), within_s)
        assert found is not None
        return found

    def states_of(self, command_id: str) -> list[CommandState]:
        """Every state of a command that people saw here, in order."""
        return [state for command, state in self.steps if command == command_id]

    def life_line(self, command_id: str) -> list[str]:
        """The kinds of its journal entries, in order."""
        return [
            entry.draft.kind.removeprefix("command.") for entry in self.backend.commands.steps(command_id).result(10)
        ]

    def refusals(self) -> list[str]:
        """The reason of every refused command or proof in the newest part of the journal, oldest first."""
        return [
            str(dict(entry.draft.fields)["reason"])
            for entry in self.backend.journal.tail(200).result(10)
            if entry.draft.kind == "command.refused"
        ]

    # -- acting ------------------------------------------------------------------------------------------------------

    def session(self, login: str = OPERATOR) -> Session:
        """Signed in at a desk of one's own; once."""
        if login not in self._sessions:
            self._sessions[login] = self.backend.people.sign_in(login, PASSWORD, f"desk of {login}").result(10)
        return self._sessions[login]

    def next_approver(self) -> tuple[str, str]:
        """(login, unused code) of a supervisor."""
        return self._phones.next_code(self.backend.now())

    def awaiting(self, tag: str, action: str, value: float | None = None) -> Command:
        """Requested and confirmed by the operator."""
        commands, session = self.backend.commands, self.session()
        target = next(each for each in commands.commandable() if each.point == self.point(tag).id)
        asked = commands.request(
            session, point=target.point, action=action, value=value, reason="as the journey asks"
        ).result(10)
        return commands.confirm(session, asked.content.id, target.short_code).result(10)

    def approve(self, command: Command, by: tuple[str, str] | None = None) -> Command:
        """by: (login, code); else the next supervisor with an unused code."""
        login, code = by or self.next_approver()
        session = self.session(login)
        commands = self.backend.commands
        _text, signed_hash = commands.signed_text(command.content.id).result(10)
        return commands.approve(
            session, command.content.id, password=PASSWORD, code=code, signed_hash=signed_hash
        ).result(10)

    def give(self, tag: str, action: str, value: float | None = None) -> Command:
        """A command through all hands; approved, so on its way."""
        return self.approve(self.awaiting(tag, action, value))

    def code(self, login: str) -> str:
        """An unused one-time code of this person."""
        return self._phones.code(login, self.backend.now())

    # -- inside ------------------------------------------------------------------------------------------------------

    def _see(self, command: Command) -> None:
        self.steps.append((command.content.id, command.state))
        self._wake(command)

    def _wake(self, _fact: object) -> None:
        with self._changed:
            self._changed.notify_all()


def stopped_quietly(console: Console | None) -> None:
    """Stop a console that a failed test may have left running."""
    with suppress(Exception):
        if console is not None:
            console.stop()
