"""Keep every alarm's configuration and facts, stage what changes, show it once it is durable. Core thread.

Facts change at once for whoever evaluates next, but what others see (`records`, the horn, the rate) changes only with
`commit`. `abandon` takes a staged change back, with everything staged after it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from backend.alarms.calls import HornCalls, still_calls
from backend.alarms.changes import Changes, Stage
from backend.alarms.events import Event
from backend.alarms.journal import draft_of, refusal
from backend.alarms.logic import step
from backend.alarms.states import Outcome, is_at_rest, name_of, shown_priority
from backend.alarms.undo import Undo
from backend.clock import US, Clock
from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmName, AlarmRecord, InputQuality, Suppression

RATE_S: Final = 600
"""The alarm rate counts this far back."""
_RAISES: Final = ("raise", "escalate", "late")


class AlarmBook:
    """All alarms by key. watch: told of a key when it leaves or reaches NORM (key, standing, undo)."""

    def __init__(self, *, clock: Clock, watch: Callable[[str, bool, Undo], None]) -> None:
        self.configs: dict[str, AlarmConfig] = {}
        self.facts: dict[str, AlarmFacts] = {}
        self.shelf_ends: dict[str, float] = {}
        """End of each shelf on the monotonic clock (s)."""
        self.held: dict[str, None] = {}
        """Alarms that are held back in any way."""
        self.calls = HornCalls()
        self._clock = clock
        self._watch = watch
        self._shown: dict[str, AlarmRecord] = {}
        self._staged: list[tuple[Changes, Stage]] = []
        self._raised: deque[int] = deque()
        self._version = 0
        self._cached: tuple[tuple[int, bool], tuple[AlarmRecord, ...]] = ((-1, False), ())

    # -- what others see ----------------------------------------------------------------------------------------

    def records(self) -> tuple[AlarmRecord, ...]:
        """Everything that is not NORM, as committed; cheap to call again."""
        silent = self.calls.is_silent(self._clock.mono())
        if self._cached[0] != (self._version, silent):
            shown = self._shown.values()
            records = tuple(replace(each, horn=False) if silent and each.horn else each for each in shown)
            self._cached = ((self._version, silent), records)
        return self._cached[1]

    def rate(self, now: int) -> int:
        """Annunciated raises in the last 10 min. Any thread: `copy` is one step, the core may add meanwhile."""
        times = tuple(self._raised.copy())
        return bisect_right(times, now) - bisect_right(times, now - RATE_S * US)

    # -- staging ------------------------------------------------------------------------------------------------

    @contextmanager
    def stage(self, now: int) -> Iterator[Stage]:
        """Changes in the making; a defect on the way leaves nothing half done."""
        stage = Stage(now=now)
        try:
            yield stage
        except BaseException:
            stage.undo.run()
            raise

    def load(self, config: AlarmConfig, facts: AlarmFacts, now: int, *, sounds: bool) -> None:
        """An alarm as it stands at the start; shown at once, for it is durable."""
        key = config.key
        self.configs[key], self.facts[key] = config, facts
        if name_of(facts) is AlarmName.NORM:
            return
        changed_at = max(facts.raised_at, facts.cleared_at, facts.acked_at, *(each.since for each in facts.suppressed))
        record = self._record(key, sounds, changed_at)
        self._shown[key] = record
        self.calls.take(key, facts, record.priority, calls=sounds, anew=sounds, mono=self._clock.mono())
        self._follow(key, Undo(), now)

    def note_input(self, stage: Stage, key: str, quality: InputQuality) -> None:
        """What the input of an alarm at rest is worth; it is neither stored nor journaled until the alarm stands."""
        stage.undo.entry(self.facts, key)
        self.facts[key] = replace(self.facts[key], input=quality)

    def define(self, config: AlarmConfig, stage: Stage) -> None:
        """A new alarm, or a new configuration of a known one."""
        key = config.key
        if self.configs.get(key) == config:
            return
        stage.undo.entry(self.configs, key)
        self.configs[key] = config
        if key not in self.facts:
            stage.undo.entry(self.facts, key)
            self.facts[key] = AlarmFacts()
        elif name_of(self.facts[key]) is not AlarmName.NORM:
            stage.records[key] = self._record(key, self.calls.calls(key), stage.now)

    def apply(self, stage: Stage, key: str, event: Event, *, session: str = "") -> Outcome:
        """Let one event happen to one alarm. A refusal is journaled and changes nothing."""
        now, config, before = stage.now, self.configs[key], self.facts[key]
        outcome = step(before, event, config, now)
        if outcome.refused is not None:
            stage.journal.append(refusal(key, event, outcome.refused, now, session))
            return outcome
        called = stage.horn.get(key, self.calls.calls(key))
        stage.horn[key] = still_calls(called, outcome, event)
        if outcome.sounds:
            stage.sounded.add(key)
        if outcome.facts != before:
            stage.undo.entry(self.facts, key)
            self.facts[key] = outcome.facts
            self._follow(key, stage.undo, now)
        if outcome.facts != before or outcome.sounds:
            heard = stage.horn[key] and (key in stage.sounded or not self.calls.is_silent(self._clock.mono()))
            stage.records[key] = self._record(key, heard, now)
        stage.occurrences += outcome.events
        stage.journal += (draft for each in outcome.events for draft in draft_of(each, outcome.facts, session))
        stage.raised += sum(each.event in _RAISES and not outcome.facts.suppressed for each in outcome.events)
        return outcome

    def end(self, stage: Stage) -> Changes:
        """What was staged, to be committed or abandoned."""
        changes = stage.done()
        self._staged.append((changes, stage))
        return changes

    def commit(self, changes: Changes) -> None:
        """It is durable: show it, sound it, count it. In the order in which it was staged."""
        if not self._staged or self._staged[0][0] is not changes:
            raise ValueError("alarm changes are committed once, in the order in which they were staged")
        _, stage = self._staged.pop(0)
        mono = self._clock.mono()
        for key, record in stage.records.items():
            calls = stage.horn.get(key, self.calls.calls(key))
            if record.name is AlarmName.NORM:
                self._shown.pop(key, None)
            else:
                self._shown[key] = replace(record, horn=calls)
            self.calls.take(key, record.facts, record.priority, calls=calls, anew=key in stage.sounded, mono=mono)
        while self._raised and self._raised[0] <= stage.now - RATE_S * US:
            self._raised.popleft()
        self._raised.extend([stage.now] * stage.raised)
        self._version += 1

    def abandon(self, changes: Changes) -> None:
        """It did not become durable: as if it, and whatever was staged after it, had never happened."""
        place = next((i for i, (each, _) in enumerate(self._staged) if each is changes), None)
        if place is None:
            raise ValueError("these alarm changes are not staged")
        for _, stage in reversed(self._staged[place:]):
            stage.undo.run()
        del self._staged[place:]

    # -- one alarm ----------------------------------------------------------------------------------------------

    def stands(self, key: str) -> bool:
        """Whether an alarm is anything but NORM."""
        facts = self.facts[key]
        return bool(facts.suppressed) or not is_at_rest(facts)

    def _record(self, key: str, horn: bool, changed_at: int) -> AlarmRecord:
        config, facts = self.configs[key], self.facts[key]
        return AlarmRecord(
            config=config,
            facts=facts,
            name=name_of(facts),
            priority=shown_priority(config, facts),
            horn=horn,
            changed_at=changed_at,
        )

    def _follow(self, key: str, undo: Undo, now: int) -> None:
        """Keep what is derived from the facts: who is held back and until when, whose input matters."""
        facts = self.facts[key]
        undo.entry(self.held, key)
        undo.entry(self.shelf_ends, key)
        if facts.suppressed:
            self.held[key] = None
        else:
            self.held.pop(key, None)
        shelf = next((each for each in facts.suppressed if each.kind is Suppression.SHELVED), None)
        if shelf is None or shelf.until is None:
            self.shelf_ends.pop(key, None)
        elif key not in self.shelf_ends:
            self.shelf_ends[key] = self._clock.mono() + (shelf.until - now) / US
        self._watch(key, self.stands(key), undo)
