"""The command engine: what people may ask of commands, and what the system tells it. Core thread only.

Every decision is made by `logic.step`; every change is durable with its journal entry before anything follows from it.
A person's intent raises RefusedError with one sentence, which is journaled; then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from backend.bus import Topic
from backend.clock import US, Clock
from backend.commands import content as texts
from backend.commands.book import Book, Held
from backend.commands.desk import Asked, Desk
from backend.commands.events import (
    Actor,
    Approve,
    Cancel,
    Confirm,
    Event,
    Reject,
    Resolve,
    Revoked,
    Route,
    Voided,
)
from backend.commands.executor import Executor
from backend.commands.ids import last_number
from backend.commands.keeper import Keeper
from backend.commands.logic import blocked
from backend.commands.policy import Policy
from backend.commands.ports import Alarms, Call, Dispatcher, Ledger, Links, People, Values
from backend.commands.proofs import Proofs
from backend.commands.rules import PENDING
from backend.errors import RefusedError, mark
from backend.model.actuation import Actuator
from backend.model.command import TERMINAL, Command, Commandable, CommandCheck, CommandState, Receipt
from backend.model.person import Reauthenticated
from backend.model.plant import Registry

T = TypeVar("T")
_ON_ITS_WAY = frozenset({CommandState.APPROVED, CommandState.DISPATCHING})
_FACTORS = ("reauthenticated", "second_factor")


class CommandEngine:
    """All commands of a site. `changed` tells every command that changed, after it is durable."""

    def __init__(
        self,
        *,
        mode: str,
        registry: Registry,
        actuators: Iterable[Actuator],
        ledger: Ledger,
        call: Call,
        values: Values,
        links: Links,
        dispatcher: Dispatcher,
        people: People,
        alarms: Alarms,
        clock: Clock,
        policy: Policy | None = None,
        last_number_setting: str | None = None,
    ) -> None:
        """mode: "live" or "simulator". last_number_setting: the stored setting LAST_NUMBER."""
        policy = policy or Policy()
        book = Book()
        keeper = Keeper(book=book, ledger=ledger, alarms=alarms, clock=clock, policy=policy)
        desk = Desk(
            mode=mode,
            registry=registry,
            actuators=actuators,
            book=book,
            values=values,
            links=links,
            people=people,
            policy=policy,
        )
        self.changed: Topic[Command] = keeper.changed
        self._policy, self._clock = policy, clock
        self._book, self._keeper, self._desk = book, keeper, desk
        self._executor = Executor(
            book=book, keeper=keeper, desk=desk, dispatcher=dispatcher, call=call, clock=clock, policy=policy
        )
        self._proofs = Proofs(policy)
        self._last_number = last_number(last_number_setting, ())
        self._ready = False
        self._awaited: frozenset[str] = frozenset()

    def configure(self, registry: Registry, actuators: Iterable[Actuator]) -> None:
        """An approved configuration change: periods, limits, or which devices take remote control."""
        self._desk.configure(registry, actuators)

    # -- what people see ---------------------------------------------------------------------------------------------

    def commands(self) -> tuple[Command, ...]:
        """Open ones and those that ended in the last 24 h, newest first."""
        return self._book.newest_first()

    def order_comes(self, device: str) -> bool:
        """Whether an approved order waits for a device that sleeps, or is on its way to it. For any thread."""
        return device in self._awaited

    def commandable(self) -> tuple[Commandable, ...]:
        """Every point that people may command."""
        return self._desk.commandable()

    def check(
        self, session_id: str, *, point: int, action: str, value: float | None = None, person_on_site: bool = False
    ) -> CommandCheck:
        """Interlocks on live values and what would block a request now. Changes and journals nothing."""
        self._desk.actor(session_id)
        # Any reason does for the preview: it is the one thing that people give only afterwards.
        asked = Asked(
            point=point, action=action, value=value, reason="preview", person_on_site=person_on_site, origin="operator"
        )
        moment = self._keeper.moment()
        event = self._desk.request(session_id, asked, self._last_number + 1, moment)
        return self._desk.check(event, moment, ready=self._ready)

    def signed_text(self, command_id: str) -> str:
        """The plain text that the approver reads and signs."""
        return texts.signed_text(self._held(command_id).command.content)

    def signed_hash(self, command_id: str) -> str:
        """Its SHA-256, hex."""
        return texts.signed_hash(self._held(command_id).command.content)

    # -- what people do ----------------------------------------------------------------------------------------------

    def request(
        self,
        session_id: str,
        *,
        point: int,
        action: str,
        value: float | None = None,
        reason: str,
        person_on_site: bool = False,
        origin: str = "operator",
    ) -> Command:
        """C1. value: for "set" only, in the point's unit."""
        asked = Asked(
            point=point, action=action, value=value, reason=reason, person_on_site=person_on_site, origin=origin
        )
        return self._intent(session_id, self._desk.name(point), "request", lambda: self._request(session_id, asked))

    def confirm(self, session_id: str, command_id: str, short_code: str) -> Command:
        """C2, then C3 or C4 at once."""

        def events(held: Held, actor: Actor) -> tuple[Event, ...]:
            world = self._desk.world(held.command, self._clock.wall_us())
            expected = self._desk.short_code(held.command)
            return Confirm(actor=actor, world=world, typed=short_code, short_code=expected), Route()

        return self._act(session_id, command_id, "confirm", events)

    def approval_purpose(self, command_id: str, signed_hash: str) -> str:
        """What a renewed sign-in must be asked for, to approve exactly this text of this command."""
        return f"approve {command_id} {signed_hash}"

    def check_approval(
        self, session_id: str, command_id: str, *, signed_hash: str, person_on_site: bool = False
    ) -> None:
        """Refuse what would be refused even with a password and a code, before a code is used up."""

        def work() -> None:
            held, actor = self._held(command_id), self._desk.actor(session_id)
            event = self._approval(held, actor, signed_hash, person_on_site, None)
            refusal = blocked(held.command, event, self._policy, self._keeper.moment(held), without=_FACTORS)
            if refusal is not None:
                raise refusal.error()

        self._intent(session_id, command_id, "approve", work)

    def approve(
        self,
        session_id: str,
        command_id: str,
        *,
        signed_hash: str,
        proof: Reauthenticated | None,
        person_on_site: bool = False,
    ) -> Command:
        """C5, then the executor is woken. proof: a renewed sign-in for `approval_purpose(…)`, used up here."""

        def events(held: Held, actor: Actor) -> tuple[Event, ...]:
            return (self._approval(held, actor, signed_hash, person_on_site, proof),)

        return self._act(session_id, command_id, "approve", events)

    def reject(self, session_id: str, command_id: str, reason: str) -> Command:
        """C6."""
        return self._act(session_id, command_id, "reject", lambda held, actor: (Reject(actor=actor, reason=reason),))

    def cancel(self, session_id: str, command_id: str, reason: str) -> Command:
        """C7; for an order that waits for a sleeping device, the end of the wait."""
        return self._act(session_id, command_id, "cancel", lambda held, actor: (Cancel(actor=actor, reason=reason),))

    def resolve(self, session_id: str, command_id: str, *, verified: bool, note: str) -> Command:
        """C18 by a third person."""
        return self._act(
            session_id,
            command_id,
            "resolve",
            lambda held, actor: (Resolve(actor=actor, verified=verified, note=note),),
        )

    # -- what the system tells ---------------------------------------------------------------------------------------

    def on_restart(self, stored: Iterable[Command]) -> None:
        """Once at start: `stored` = every open command and those of the last day. Nothing is advanced (S14)."""
        moment = self._keeper.moment()
        anchor_s = moment.at / US - moment.mono
        newest: dict[int, Held] = {}
        for command in sorted(stored, key=lambda each: (each.content.requested_at, each.content.id)):
            held = Held(command=command, anchor_s=anchor_s, restarting=command.state not in TERMINAL)
            self._book.add(held)
            newest[command.content.point] = held
            self._desk.remember(command, moment)
        for held in newest.values():
            held.watched = held.command.state is CommandState.FAILED
            self._keeper.tidy(held.command)
        self._last_number = max(self._last_number, last_number(None, (each.content.id for each in self.commands())))
        self._ready = self._executor.take_in_hand()

    def on_receipt(self, receipt: Receipt) -> None:
        """A driver's word, C10–C14 and C19. (Orders bring their own way back; this is for words from elsewhere.)"""
        self._executor.hear(receipt)

    def on_values(self, changed: NDArray[np.int32]) -> None:
        """These points have new committed values: does one prove something?"""
        self._executor.look(changed)

    def on_revoked(self, person: str) -> None:
        """A person's account was disabled, re-roled or given a new password: void what waits (S10)."""
        for held in self._pending():
            if person in (held.command.requester, held.command.confirmer, held.command.approver):
                self._keeper.happen(held, Revoked(person=person))

    def suspend(self, why: str) -> None:
        """Take no commands any more and void what waits: the mode changes, or the program ends."""
        self._desk.suspend()
        for held in self._pending():
            self._keeper.happen(held, Voided(why=why))

    def tick(self) -> None:
        """The clock, a few times a second."""
        if not self._ready:
            self._ready = self._executor.take_in_hand()
        self._executor.tick()
        self._look_who_is_awaited()
        self._keeper.clear_leftovers()
        self._book.forget_before(self._clock.wall_us(), self._policy.keep_ended_s)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _request(self, session_id: str, asked: Asked) -> Command:
        if not self._ready:
            raise RefusedError(mark("commands are not ready yet: open ones are being taken in hand"))
        moment, number = self._keeper.moment(), self._last_number + 1
        event = self._desk.request(session_id, asked, number, moment)
        outcome = self._desk.step(event, moment)
        if outcome.refused is not None:
            raise outcome.refused.error()
        held = self._keeper.create(outcome, event, number)
        self._last_number = number
        self._desk.count(event, moment)
        return held.command

    def _act(
        self, session_id: str, command_id: str, what: str, events: Callable[[Held, Actor], tuple[Event, ...]]
    ) -> Command:
        def work() -> Command:
            held = self._held(command_id)
            self._keeper.ask(held, *events(held, self._desk.actor(session_id)))
            self._executor.wake(held)
            self._look_who_is_awaited()
            return held.command

        return self._intent(session_id, command_id, what, work)

    def _intent(self, session_id: str, subject: str, what: str, work: Callable[[], T]) -> T:
        """The one place where people are refused: whatever they asked, the refusal is journaled."""
        try:
            return work()
        except RefusedError as refusal:
            held = self._book.get(subject)
            state = "" if held is None else held.command.state.value
            self._keeper.journal_refusal(subject, state, what, refusal, self._desk.who(session_id))
            raise

    def _held(self, command_id: str) -> Held:
        held = self._book.get(command_id)
        if held is None:
            raise RefusedError(mark("there is no command {command} to act on"), command=command_id)
        return held

    def _approval(
        self, held: Held, actor: Actor, signed_hash: str, person_on_site: bool, proof: Reauthenticated | None
    ) -> Approve:
        purpose = self.approval_purpose(held.command.content.id, signed_hash)
        valid = self._proofs.use(proof, actor, purpose, self._clock.mono())
        return Approve(
            actor=actor,
            world=self._desk.world(held.command, self._clock.wall_us()),
            signed_hash=signed_hash,
            reauthenticated=valid,
            second_factor=valid and proof is not None and proof.second_factor,
            person_on_site=person_on_site,
        )

    def _look_who_is_awaited(self) -> None:
        self._awaited = frozenset(
            held.command.content.device
            for held in self._book.open()
            if held.command.content.waits_until_awake and held.command.state in _ON_ITS_WAY
        )

    def _pending(self) -> list[Held]:
        return [held for held in self._book.open() if held.command.state in PENDING]
