"""Carry a decision through: alarms and row and journal durable first, then memory, then everybody is told (S13)."""

from __future__ import annotations

from collections.abc import Sequence

from backend import logs
from backend.bus import Topic
from backend.clock import US, Clock
from backend.commands import alarming, lifeline
from backend.commands.book import Book, Held
from backend.commands.changes import Effect
from backend.commands.events import Event, Moment, Refusal, Told
from backend.commands.ids import LAST_NUMBER
from backend.commands.logic import Outcome, step
from backend.commands.policy import Policy
from backend.commands.ports import Alarms, Ledger, Writes
from backend.errors import RefusedError, StoreError, mark
from backend.model.alarm import AlarmConfig
from backend.model.command import Command, CommandContent, CommandState, Receipt
from backend.model.journal import JournalDraft
from backend.model.person import Session

_log = logs.get(__name__)


class Keeper:
    """Steps commands one event at a time; nothing it has not made durable is ever seen. Core thread only."""

    def __init__(self, *, book: Book, ledger: Ledger, alarms: Alarms, clock: Clock, policy: Policy) -> None:
        self.changed: Topic[Command] = Topic("commands")
        self._book = book
        self._ledger = ledger
        self._alarms = alarms
        self._clock = clock
        self._policy = policy
        self._uncleared: set[str] = set()

    def moment(self, held: Held | None = None) -> Moment:
        """Now, as this command sees it."""
        at, mono = self._clock.wall_us(), self._clock.mono()
        if held is None:
            return Moment(at=at, mono=mono)
        return Moment(at=at, mono=mono, ends_mono=held.ends_mono, jump_s=at / US - mono - held.anchor_s)

    def create(self, outcome: Outcome, event: Event, number: int) -> Held:
        """C1: a new command. Raises RefusedError when it cannot be made durable."""
        command, moment = _sure(outcome), self.moment()
        draft = lifeline.moved(None, command, outcome.rule, event, moment.at)
        held = Held(command=command, anchor_s=moment.at / US - moment.mono, ends_mono=_ends(outcome))

        def write(tx: Writes) -> None:
            tx.command(command)
            tx.setting(LAST_NUMBER, str(number))
            tx.journal(draft)

        try:
            self._ledger.run(write).result()
        except StoreError as error:
            raise _not_saved(error) from error
        self._book.add(held)
        self.changed.publish(command)
        return held

    def ask(self, held: Held, *events: Event) -> tuple[Effect, ...]:
        """What a person wants: all events in one transaction. Raises RefusedError; then nothing changed."""
        outcomes = self._outcomes(held, events)
        refusal = outcomes[-1].refused
        if refusal is not None:
            raise refusal.error()
        try:
            return self._carry(held, events, outcomes)
        except StoreError as error:
            raise _not_saved(error) from error

    def happen(self, held: Held, *events: Event) -> tuple[Effect, ...] | None:
        """What the clock, a driver or the field says. None = could not be made durable: say it again later."""
        outcomes = self._outcomes(held, events)
        try:
            if outcomes[-1].refused is not None:
                self._note(held, events[len(outcomes) - 1], outcomes[-1].refused)
                return ()
            effects = self._carry(held, events, outcomes)
        except (StoreError, RefusedError) as error:
            if not held.quiet:
                _log.error("command cannot be journaled", command=held.command.content.id, error=str(error))
            held.quiet = True
            return None
        held.quiet = False
        return effects

    def stray(self, receipt: Receipt) -> bool:
        """An answer to a command that is long over (C19). Whether it could be journaled."""
        try:
            self._raise_once(alarming.stray(receipt.command))
            self._journal(
                lifeline.late_answer(receipt.command, "", mark("no such command"), receipt, self._clock.wall_us())
            )
        except (StoreError, RefusedError) as error:
            _log.error("answer cannot be journaled", command=receipt.command, error=str(error))
            return False
        return True

    def journal_refusal(self, subject: str, state: str, what: str, refusal: RefusedError, who: Session | None) -> None:
        """Every refusal leaves its entry; when the journal is down, at least a log line."""
        try:
            self._journal(lifeline.refused(subject, state, what, str(refusal), who, self._clock.wall_us()))
        except StoreError as error:
            _log.error("refusal cannot be journaled", subject=subject, refusal=str(refusal), error=str(error))

    def tidy(self, newest: Command) -> None:
        """At start: clear alarms that no longer fit an actuator's newest command."""
        self._clear(alarming.left_over(newest))

    def clear_leftovers(self) -> None:
        """Alarms that could not be cleared when their reason went away."""
        self._clear(tuple(self._uncleared))

    def _outcomes(self, held: Held, events: Sequence[Event]) -> list[Outcome]:
        """One outcome an event, up to the first that is refused. Nothing is touched."""
        moment = self.moment(held)
        outcomes: list[Outcome] = []
        command: Command = held.command
        for event in events:
            outcome = step(command, event, self._policy, moment)
            outcomes.append(outcome)
            if outcome.refused is not None:
                break
            command = _sure(outcome)
            moment = Moment(at=moment.at, mono=moment.mono, ends_mono=_ends(outcome), jump_s=moment.jump_s)
        return outcomes

    def _carry(self, held: Held, events: Sequence[Event], outcomes: Sequence[Outcome]) -> tuple[Effect, ...]:
        before, after, at = held.command, _sure(outcomes[-1]), self._clock.wall_us()
        effects = tuple(effect for outcome in outcomes for effect in outcome.effects)
        drafts = _drafts(before, events, outcomes, at)
        claimed = after.state is CommandState.DISPATCHING and before.state is not CommandState.DISPATCHING
        # Alarms first: a crash in between leaves an alarm without its change, which comes again; never the reverse.
        self._raise(after, effects, fresh=outcomes[-1].rule != "S14")

        def write(tx: Writes) -> None:
            if after != before:
                tx.command(after)
            if claimed:
                tx.claim(after.content.id, after.attempt)
            for draft in drafts:
                tx.journal(draft)

        if drafts:
            self._ledger.run(write).result()
        held.command, held.ends_mono = after, _ends(outcomes[-1])
        self._after(held, before, effects)
        return effects

    def _after(self, held: Held, before: Command, effects: tuple[Effect, ...]) -> None:
        content = held.command.content
        if Effect.DISPATCH in effects:
            self._book.unwatch(content.point)
        if held.command.state is CommandState.FAILED:
            held.watched = Effect.ALARM_LATE_ACTION not in effects
        self._clear(tuple(_over(content, effects)))
        if held.command != before:
            self.changed.publish(held.command)

    def _raise(self, command: Command, effects: tuple[Effect, ...], *, fresh: bool) -> None:
        for effect in effects:
            if effect in alarming.RAISED:
                config = alarming.config(command.content, effect)
                if fresh:
                    # What still stands from before must not swallow a new one; after a restart it is the same one.
                    self._alarms.clear(config.key)
                self._alarms.raise_(config, value=command.feedback_seen)

    def _clear(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            try:
                self._alarms.clear(key)
                self._uncleared.discard(key)
            except (StoreError, RefusedError) as error:
                if key not in self._uncleared:
                    _log.error("alarm cannot be cleared", key=key, error=str(error))
                self._uncleared.add(key)

    def _raise_once(self, config: AlarmConfig) -> None:
        """A fact without duration: it stands until somebody acknowledges it."""
        self._alarms.clear(config.key)
        self._alarms.raise_(config)
        self._clear((config.key,))

    def _note(self, held: Held, event: Event, refusal: Refusal) -> None:
        """Something came that the command cannot use: kept in the journal, changes nothing."""
        command, at = held.command, self._clock.wall_us()
        subject, state = command.content.id, command.state.value
        if isinstance(event, Told):
            self._journal(lifeline.late_answer(subject, state, refusal.text, event.receipt, at))
        else:
            self._journal(lifeline.refused(subject, state, type(event).__name__.lower(), refusal.text, None, at))

    def _journal(self, draft: JournalDraft) -> None:
        self._ledger.run(lambda tx: tx.journal(draft)).result()


def _drafts(before: Command, events: Sequence[Event], outcomes: Sequence[Outcome], at: int) -> tuple[JournalDraft, ...]:
    """One entry for each step, and one for a late action, which is no step."""
    drafts: list[JournalDraft] = []
    for event, outcome in zip(events, outcomes, strict=True):
        after = _sure(outcome)
        if after != before:
            drafts.append(lifeline.moved(before, after, outcome.rule, event, at))
        elif Effect.ALARM_LATE_ACTION in outcome.effects:
            drafts.append(lifeline.late_action(after, event, at))
        before = after
    return tuple(drafts)


def _over(content: CommandContent, effects: tuple[Effect, ...]) -> list[str]:
    """Keys of alarms whose condition is gone with these effects."""
    conditions = [each for effect in effects for each in alarming.CLEARED.get(effect, ())]
    momentary = [alarming.RAISED[effect] for effect in effects if effect in alarming.RAISED]
    conditions += [kind.condition for kind in momentary if kind.momentary]
    return [alarming.key(content, condition) for condition in conditions]


def _not_saved(error: StoreError) -> RefusedError:
    return RefusedError(mark("not saved, nothing was changed: {reason}"), reason=str(error))


def _sure(outcome: Outcome) -> Command:
    if outcome.command is None:
        raise AssertionError("an outcome that was not refused has a command")
    return outcome.command


def _ends(outcome: Outcome) -> float:
    return float("inf") if outcome.ends_mono is None else outcome.ends_mono
