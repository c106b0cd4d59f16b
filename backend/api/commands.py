"""Commands as people see and give them; decided on the core thread, passwords checked on a worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TypeVar

from backend.api.people import PeopleApi
from backend.bus import Topic
from backend.commands import CommandEngine
from backend.model.command import Command, Commandable, CommandCheck
from backend.model.journal import JournalEntry
from backend.model.person import Session

T = TypeVar("T")


class CommandsApi:
    """The command list and the steps that people take."""

    def __init__(
        self,
        *,
        engine: CommandEngine,
        call: Callable[[Callable[[], T]], Future[T]],
        people: PeopleApi,
        steps: Callable[[str], tuple[JournalEntry, ...]],
        worker: Executor,
    ) -> None:
        self.changed: Topic[Command] = engine.changed
        self._engine = engine
        self._call = call
        self._people = people
        self._steps = steps
        self._worker = worker
        self._shown: dict[str, Command] = {command.content.id: command for command in engine.commands()}
        engine.changed.subscribe(self._on_change)

    def snapshot(self) -> tuple[Command, ...]:
        """Open commands and those ended while this console runs, newest first."""
        return tuple(sorted(self._shown.values(), key=lambda each: each.content.requested_at, reverse=True))

    def commandable(self) -> tuple[Commandable, ...]:
        """Every point that people may command."""
        return self._engine.commandable()

    def steps(self, command_id: str) -> Future[tuple[JournalEntry, ...]]:
        """The life-line of a command: its journal entries, oldest first."""
        return self._worker.submit(self._steps, command_id)

    def signed_text(self, command_id: str) -> Future[tuple[str, str]]:
        """What the approver reads and signs, as plain text, and its SHA-256 (hex)."""
        return self._on_core(lambda: (self._engine.signed_text(command_id), self._engine.signed_hash(command_id)))

    def check(
        self, session: Session, *, point: int, action: str, value: float | None = None, person_on_site: bool = False
    ) -> Future[CommandCheck]:
        """Interlocks on live values, and what would block a request now."""
        return self._on_core(
            lambda: self._engine.check(
                session.id, point=point, action=action, value=value, person_on_site=person_on_site
            )
        )

    def request(
        self,
        session: Session,
        *,
        point: int,
        action: str,
        reason: str,
        value: float | None = None,
        person_on_site: bool = False,
    ) -> Future[Command]:
        """C1: ask for a command; it reserves the actuator for 60 s."""
        return self._on_core(
            lambda: self._engine.request(
                session.id, point=point, action=action, value=value, reason=reason, person_on_site=person_on_site
            )
        )

    def confirm(self, session: Session, command_id: str, short_code: str) -> Future[Command]:
        """C2: the requester types the device's short code."""
        return self._on_core(lambda: self._engine.confirm(session.id, command_id, short_code))

    def approve(
        self,
        session: Session,
        command_id: str,
        *,
        password: str,
        code: str,
        signed_hash: str,
        person_on_site: bool = False,
    ) -> Future[Command]:
        """C5: another person signs exactly the text with this hash, with password and an unused one-time code."""
        engine = self._engine
        checked = self._on_core(
            lambda: engine.check_approval(
                session.id, command_id, signed_hash=signed_hash, person_on_site=person_on_site
            )
        )
        proof = _then(
            checked,
            lambda _nothing: self._people.prove(
                session, password, code, purpose=engine.approval_purpose(command_id, signed_hash)
            ),
        )
        return _then(
            proof,
            lambda given: self._on_core(
                lambda: engine.approve(
                    session.id, command_id, signed_hash=signed_hash, proof=given, person_on_site=person_on_site
                )
            ),
        )

    def reject(self, session: Session, command_id: str, reason: str) -> Future[Command]:
        """C6: refuse to approve, with a reason."""
        return self._on_core(lambda: self._engine.reject(session.id, command_id, reason))

    def cancel(self, session: Session, command_id: str, reason: str) -> Future[Command]:
        """C7: take it back before it is sent."""
        return self._on_core(lambda: self._engine.cancel(session.id, command_id, reason))

    def resolve(self, session: Session, command_id: str, *, verified: bool, note: str) -> Future[Command]:
        """C18: a third person says what an indeterminate command did."""
        return self._on_core(lambda: self._engine.resolve(session.id, command_id, verified=verified, note=note))

    def _on_core(self, work: Callable[[], T]) -> Future[T]:
        return self._call(work)  # type: ignore[arg-type, return-value]

    def _on_change(self, command: Command) -> None:
        self._shown = self._shown | {command.content.id: command}


U = TypeVar("U")


def _then(first: Future[T], next_step: Callable[[T], Future[U]]) -> Future[U]:
    """The second future, started when the first has its result; an error of either ends it."""
    result: Future[U] = Future()

    def finish(ended: Future[U]) -> None:
        error = ended.exception()
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(ended.result())

    def go_on(ended: Future[T]) -> None:
        error = ended.exception()
        if error is not None:
            result.set_exception(error)
        else:
            next_step(ended.result()).add_done_callback(finish)

    first.add_done_callback(go_on)
    return result
