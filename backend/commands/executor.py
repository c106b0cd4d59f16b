"""The executor: claims what is approved, writes only what is durably claimed, and hears what became of it (C9–C19)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend import logs
from backend.clock import Clock
from backend.commands.book import Book, Held
from backend.commands.changes import Effect
from backend.commands.desk import Desk
from backend.commands.events import Claim, Event, Restarted, Seen, Tick, Told, Withheld
from backend.commands.keeper import Keeper
from backend.commands.logic import withheld
from backend.commands.policy import Policy
from backend.commands.ports import Call, Dispatcher
from backend.errors import RefusedError
from backend.model.command import Command, CommandState, Order, Receipt, ReceiptKind

_log = logs.get(__name__)
_NEED_FEEDBACK = frozenset({CommandState.ACKED, CommandState.INDETERMINATE})


class Executor:
    """The only one that calls the dispatcher. Core thread only; `told` comes back to it through `call`."""

    def __init__(
        self,
        *,
        book: Book,
        keeper: Keeper,
        desk: Desk,
        dispatcher: Dispatcher,
        call: Call,
        clock: Clock,
        policy: Policy,
    ) -> None:
        self._book = book
        self._keeper = keeper
        self._desk = desk
        self._dispatcher = dispatcher
        self._call = call
        self._clock = clock
        self._policy = policy
        self._unheard: list[Receipt] = []

    def wake(self, held: Held) -> None:
        """C9. May be called as often as anybody likes: a command is claimed once, and never tried again.

        For a device that sleeps nothing is claimed before it is awake: until then provably nothing has left (B-19).
        """
        if held.command.state is not CommandState.APPROVED or held.claim_tried:
            return
        if not self._desk.awake(held.command, self._clock.wall_us()):
            return
        held.claim_tried = True
        world = self._desk.world(held.command, self._clock.wall_us())
        effects = self._keeper.happen(held, Claim(world=world))
        if effects is not None and Effect.DISPATCH in effects:
            self._write(held)

    def take_in_hand(self) -> bool:
        """S14: what was open at the start is doubtful or over. Whether all of it is journaled by now."""
        for held in self._book.open():
            if held.restarting and self._keeper.happen(held, Restarted()) is not None:
                held.restarting = False
        return not any(held.restarting for held in self._book.open())

    def hear(self, receipt: Receipt) -> None:
        """A driver's word. What cannot be journaled now is heard again at the next tick."""
        held = self._book.get(receipt.command)
        if held is None:
            heard = self._keeper.stray(receipt)
        else:
            heard = self._keeper.happen(held, *_told(held.command, receipt)) is not None
        if not heard:
            self._unheard.append(receipt)

    def look(self, changed: NDArray[np.int32] | None = None) -> None:
        """Does the feedback prove something? changed: only where these points have new values."""
        for held in self._waiting_for_feedback():
            content = held.command.content
            if changed is None or bool(np.any(changed == content.feedback_point)):
                self._keeper.happen(held, Seen(feedback=self._desk.feedback(held.command, self._clock.wall_us())))

    def tick(self) -> None:
        """Receipts that are still to be journaled, deadlines, approved ones, feedback; in this order."""
        unheard, self._unheard = self._unheard, []
        for receipt in unheard:
            self.hear(receipt)
        for held in self._book.open():
            if not held.restarting:
                self._keeper.happen(held, Tick())
                self.wake(held)
        self.look()

    def _write(self, held: Held) -> None:
        command = held.command
        world = self._desk.world(command, self._clock.wall_us())
        moment = self._keeper.moment(held)
        refusal = withheld(command, world, self._policy, moment)
        if refusal is not None:
            self._keeper.happen(held, Withheld(why=refusal))
            return
        order = Order(
            command=command.content.id,
            attempt=command.attempt,
            device=command.content.device,
            point=command.content.point,
            value=command.content.value,
            not_after=min(command.not_after, command.content.not_after),
            deadline_mono=moment.ends_mono,
            signed_hash=command.signed_hash,
        )
        try:
            self._dispatcher.write(order, self._told)
        except RefusedError as error:
            self._say(order, ReceiptKind.NOT_SENT, str(error))
        except Exception as error:  # noqa: BLE001 - a defect in a driver: bytes may have left, so it is in doubt (C14)
            _log.error("dispatcher failed", command=order.command, error=repr(error))
            self._say(order, ReceiptKind.UNKNOWN, repr(error))

    def _told(self, receipt: Receipt) -> None:
        self._call(lambda: self.hear(receipt))

    def _say(self, order: Order, kind: ReceiptKind, detail: str) -> None:
        at = self._clock.wall_us()
        self.hear(Receipt(command=order.command, attempt=order.attempt, kind=kind, at=at, detail=detail))

    def _waiting_for_feedback(self) -> list[Held]:
        doubtful = [held for held in self._book.open() if held.command.state in _NEED_FEEDBACK]
        return [*(held for held in doubtful if not held.restarting), *self._book.watching()]


def _told(command: Command, receipt: Receipt) -> tuple[Event, ...]:
    """An answer proves that the bytes were sent, even when the word of the sending comes after it or never."""
    told = Told(receipt=receipt)
    answered = receipt.kind in (ReceiptKind.ACKED, ReceiptKind.REFUSED)
    if command.state is not CommandState.DISPATCHING or not answered:
        return (told,)
    sent = Receipt(command=receipt.command, attempt=receipt.attempt, kind=ReceiptKind.SENT, at=receipt.at)
    return Told(receipt=sent), told
