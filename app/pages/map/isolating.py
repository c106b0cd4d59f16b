"""The isolation question while it is open: which sets were found, which is shown, which valves are to be prepared."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.page import PageContext
from backend.model.isolation import Isolation, Place, Plan, ValveStates


class Isolating(QObject):
    """Asks the network, and asks again when valves have moved since.

    Signals: changed() when there is something else to show; failed(str) a sentence why there is no answer.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network = context.backend.network
        self._actions = context.actions
        self._now = context.backend.now
        self._asked_with: ValveStates | None = None
        self.what = ""
        """What is to be isolated; "" while no question is open."""
        self.answer: Isolation | None = None
        self.answered_at = 0
        self.shown = 0
        self.chosen: tuple[str, ...] = ()
        """Valves of the shown set that "prepare" takes, in the order to close them."""

    def ask(self, what: str) -> None:
        """Open the question for a thing."""
        self.what, self.answer, self.shown, self.chosen = what, None, 0, ()
        self._send()
        self.changed.emit()

    def stop(self) -> None:
        """Close the question."""
        self.what, self.answer = "", None
        self.changed.emit()

    def look_again(self) -> None:
        """Ask anew where valves stand otherwise than when it was asked."""
        if self.what and self._network.valve_states() != self._asked_with:
            self._send()

    def target(self) -> Place | None:
        """Where that is which is to be cut off."""
        return self.answer.target if self.answer is not None else None

    def plan(self) -> Plan | None:
        """The set that is shown."""
        return self.answer.plans[self.shown] if self.answer is not None and self.answer.plans else None

    def next_set(self) -> None:
        """Show the next set, the first after the last."""
        if self.answer is not None and self.answer.plans:
            self.show_set((self.shown + 1) % len(self.answer.plans))

    def show_set(self, number: int) -> None:
        """Show this set; all its valves are chosen."""
        if self.answer is not None and 0 <= number < len(self.answer.plans):
            self.shown = number
            self.chosen = tuple(valve.id for valve in self.answer.plans[number].valves)
            self.changed.emit()

    def choose(self, number: int) -> None:
        """Only the valve of this number; all again when it already was the only one."""
        plan = self.plan()
        if plan is None or not 1 <= number <= len(plan.valves):
            return
        only = (plan.valves[number - 1].id,)
        self.chosen = tuple(valve.id for valve in plan.valves) if self.chosen == only else only
        self.changed.emit()

    def points(self) -> tuple[int, ...]:
        """The points that command the chosen valves; those by hand have none."""
        plan, commands = self.plan(), self._network.valve_commands()
        remote = {valve.id for valve in plan.valves if valve.remote} if plan is not None else set()
        return tuple(commands[valve] for valve in self.chosen if valve in remote and valve in commands)

    def _send(self) -> None:
        what, self._asked_with = self.what, self._network.valve_states()
        self._actions.ask(
            self._network.isolate(what), self._taker(what), owner=self, failed=lambda words: self._refused(what, words)
        )

    def _taker(self, what: str) -> Callable[[Isolation], None]:
        def take(answer: Isolation) -> None:
            if what != self.what:
                return
            before = self.plan()
            self.answer, self.answered_at = answer, self._now()
            kept = next((number for number, each in enumerate(answer.plans) if before and each.kind is before.kind), 0)
            plan = answer.plans[kept] if answer.plans else None
            same = before is not None and plan is not None and before.valves == plan.valves
            self.shown = kept
            if not same:
                self.chosen = tuple(valve.id for valve in plan.valves) if plan is not None else ()
            self.changed.emit()

        return take

    def _refused(self, what: str, words: str) -> None:
        if what == self.what:
            self.stop()
            self.failed.emit(words)
