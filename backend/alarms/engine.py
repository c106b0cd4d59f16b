"""Run all alarms on the core thread: samples, links and people in; records, occurrences and journal drafts out.

Every call that changes something returns staged `Changes`. Write them in one transaction with their cause, then
`commit` them (empty ones too: they carry where the limits stand); `abandon` takes them back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.alarms import events as e
from backend.alarms.book import AlarmBook
from backend.alarms.changes import Changes, Stage
from backend.alarms.checks import check
from backend.alarms.configs import device_key, is_important, link_config, link_key
from backend.alarms.continuity import doomed, rewire, wake
from backend.alarms.faults import Fault
from backend.alarms.findings import Crossing, Finding, Input, event_of
from backend.alarms.journal import configured, refusal
from backend.alarms.people import PeopleRequests
from backend.alarms.states import rank_of
from backend.alarms.suppression import of_kind
from backend.alarms.undo import Undo
from backend.alarms.wiring import Wiring
from backend.clock import US, Clock
from backend.errors import RefusedError
from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmRecord, InputQuality, Priority, Suppression
from backend.model.event import LinkHealth, LinkState
from backend.model.plant import Registry
from backend.model.sample import SampleBatch

_QUALITY: Final = {
    Input.UNKNOWN: InputQuality.UNKNOWN,
    Input.LOST: InputQuality.UNCERTAIN,
    Input.UNCERTAIN: InputQuality.UNCERTAIN,
    Input.GOOD: InputQuality.GOOD,
}
_SHELF_SLACK_US: Final = US
"""A wall clock that strays less than this from the monotonic one was not set back."""


class AlarmEngine(PeopleRequests):
    """All alarms of a site. Single-threaded: every method but `rate` is called on the core thread.

    stored: what the database holds of every alarm. newest: newest stored sample of each point, so that back-fill after
    a restart is known as late. last_seen: newest wall time (µs UTC) the database knows of, for what is left of shelves.
    rules: ids of the approved rules that may suppress by design. Rights are the caller's: it passes who it has checked.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        links: Sequence[str],
        clock: Clock,
        stored: Iterable[tuple[AlarmConfig, AlarmFacts]],
        newest: SampleBatch | None = None,
        last_seen: int = 0,
        rules: Collection[str] = (),
    ) -> None:
        self._clock = clock
        self._rules = frozenset(rules)
        self._wiring = Wiring.of(registry, clock.mono())
        self._lost: dict[str, tuple[str, ...]] = {}
        """Devices of each lost link."""
        self._book = AlarmBook(clock=clock, watch=self._watch)
        if newest is not None:
            self._wiring.limits.seed(newest)
        wake(self._book, self._wiring, links, stored, last_seen, clock.wall_us())

    # -- from the field -----------------------------------------------------------------------------------------

    def evaluate(self, batch: SampleBatch, now: int) -> Changes:
        """Process alarms and device faults from samples; every point must be registered."""
        with self._book.stage(now) as stage:
            findings, current = self._wiring.limits.evaluate(batch, self._clock.mono(), stage.undo)
            self._take(findings, stage)
            for fault in self._wiring.faults.heard(current, self._lost_devices(), stage.undo):
                self._blame(fault, stage)
        return self._book.end(stage)

    def tick(self, now: int, mono: float) -> Changes:
        """What time alone brings: on-delays, shelf ends and end dates, silence where a word is owed, re-alarms."""
        with self._book.stage(now) as stage:
            self._take(self._wiring.limits.tick(mono, stage.undo), stage)
            for fault in self._wiring.faults.silent(self._wiring.limits.inputs, now, mono, stage.undo):
                self._blame(fault, stage)
            for key in sorted(self._book.held):
                self._end_in_time(key, stage, mono)
            for key in self._book.calls.overdue(mono):
                if key not in stage.horn:
                    self._book.apply(stage, key, e.Realarm())
        return self._book.end(stage)

    def link(self, health: LinkHealth, now: int) -> Changes:
        """A link was lost or came back. One alarm for it; its points' alarms are only marked uncertain (T8)."""
        with self._book.stage(now) as stage:
            key = link_key(health.link)
            if health.devices or key not in self._book.configs:
                important = is_important(health.devices, self._wiring.registry)
                self._book.define(link_config(health.link, important), stage)
            cond = self._book.facts[key].cond
            if health.state is LinkState.LOST:
                self._lose(health, stage)
                if not cond:
                    self._book.apply(stage, key, e.Raise(level="", at=health.since, reason=health.reason))
            elif health.state is LinkState.UP:
                self._reach(health, stage)
                if cond:
                    self._book.apply(stage, key, e.Clear(at=health.since, reason=health.reason))
        return self._book.end(stage)

    def stale(self, points: NDArray[np.int32], now: int) -> Changes:
        """These points were silent for three periods: uncertain, and their devices' fault unless a link is lost."""
        with self._book.stage(now) as stage:
            silent = points.astype(np.intp)
            self._take(self._wiring.limits.lose(silent, now, stage.undo), stage)
            for fault in self._wiring.faults.stale(silent, now, self._lost_devices(), stage.undo):
                self._blame(fault, stage)
        return self._book.end(stage)

    # -- from the program ---------------------------------------------------------------------------------------

    def raise_(
        self,
        config: AlarmConfig,
        now: int,
        value: float | None = None,
        limit: float | None = None,
        level: str = "",
        *,
        reason: str = "",
    ) -> Changes:
        """An alarm that is not from a point's limits. Already active: only another level changes anything.

        Raises ConfigError for a forbidden configuration. level: may be left out where there is only one.
        """
        self._must_be_free(config.key)
        check(config)
        level = level or config.priorities[0][0]
        with self._book.stage(now) as stage:
            self._book.define(config, stage)
            facts = self._book.facts[config.key]
            risen = rank_of(config, level) - rank_of(config, facts.level)
            if not facts.cond:
                event: e.Event = e.Raise(level=level, at=now, value=value, limit=limit, reason=reason)
                self._book.apply(stage, config.key, event)
            elif risen:
                kind = e.Escalate if risen > 0 else e.Deescalate
                self._book.apply(stage, config.key, kind(level=level, at=now, value=value, limit=limit))
        return self._book.end(stage)

    def clear(self, key: str, now: int) -> Changes:
        """Its condition is over; nothing happens where it is not active."""
        self._must_be_free(key)
        with self._book.stage(now) as stage:
            if key in self._book.facts and self._book.facts[key].cond:
                self._book.apply(stage, key, e.Clear(at=now))
        return self._book.end(stage)

    def suppress(self, key: str, rule: str, reason: str, now: int, *, on: bool) -> Changes:
        """An approved rule holds an alarm back (on) or lets it go. reason: the rule's input, shown to people."""
        # A rule that is not approved is none: the state machine refuses the empty id.
        approved = rule if rule in self._rules or not on else ""
        event = e.Suppress(rule=approved, reason=reason) if on else e.Release(rule=rule)
        return self._request(key, event, now)

    def configure(
        self,
        registry: Registry,
        links: Sequence[str],
        newest: SampleBatch,
        by: str,
        workstation: str,
        now: int,
        *,
        session: str = "",
    ) -> Changes:
        """An approved configuration change (T21); refused as a whole where it would delete an alarm that stands.

        newest: the newest sample of each point, against which changed limits are evaluated at once.
        """
        old, new = self._wiring, Wiring.of(registry, self._clock.mono())
        with self._book.stage(now) as stage:
            for key in doomed(self._book, old, new, links):
                outcome = self._book.apply(stage, key, e.Delete(by=by), session=session)
                stage.refused = stage.refused or outcome.refused
            if stage.refused is None:
                rewire(self._book, old, new, links, stage)
                stage.undo.call(lambda: setattr(self, "_wiring", old))
                self._wiring = new
                findings, _ = new.limits.evaluate(new.to_look_at(old, newest, now), self._clock.mono(), stage.undo)
                self._take(findings, stage)
                stage.journal.append(configured(old.configs, new.configs, by, workstation, now, session))
        return self._book.end(stage)

    def silence(self, now: int) -> None:
        """Quiet the horn for up to a minute (T17); changes no fact and needs no sign-in."""
        self._book.calls.silence(self._clock.mono())

    # -- what others see ----------------------------------------------------------------------------------------

    def records(self) -> tuple[AlarmRecord, ...]:
        """Everything that is not NORM, as committed."""
        return self._book.records()

    def rate(self, now: int) -> int:
        """Annunciated raises in the last 10 min. Any thread may ask."""
        return self._book.rate(now)

    def horn_wish(self) -> Priority | None:
        """What the horn should sound now: the most urgent call, None while nobody calls or it is silenced."""
        return self._book.calls.wish(self._clock.mono())

    def commit(self, changes: Changes) -> None:
        """These changes are durable: show them."""
        self._book.commit(changes)

    def abandon(self, changes: Changes) -> None:
        """These changes did not become durable: take them back, and whatever was staged after them."""
        self._book.abandon(changes)

    # -- inside -------------------------------------------------------------------------------------------------

    def _must_be_free(self, key: str) -> None:
        """Alarms that follow a point or a device are not raised or cleared past them: they would go out of step."""
        if key in self._wiring.configs:
            raise ValueError(f"{key} follows its input")

    def _take(self, findings: Sequence[Finding], stage: Stage) -> None:
        """Let what the limits found happen to the alarms. A mark concerns every alarm of the point that stands."""
        for each in findings:
            event = event_of(each)
            if isinstance(each, Crossing):
                self._book.apply(stage, self._wiring.key_of[each.point, each.condition], event)
                continue
            for key in self._wiring.keys_of[each.point]:
                if self._book.stands(key):
                    self._book.apply(stage, key, event)

    def _blame(self, fault: Fault, stage: Stage) -> None:
        """A device began or ceased to give bad values."""
        key = device_key(fault.device)
        cond = self._book.facts[key].cond
        if fault.bad and not cond:
            reason = f"{self._wiring.registry.points[fault.point].tag}: {fault.cause}"
            self._book.apply(stage, key, e.Raise(level="", at=fault.at, reason=reason))
        elif not fault.bad and cond:
            self._book.apply(stage, key, e.Clear(at=fault.at))

    def _end_in_time(self, key: str, stage: Stage, mono: float) -> None:
        """Shelves and out-of-service dates end by themselves; a shelf by the clock that is further ahead."""
        now, facts = stage.now, self._book.facts[key]
        out = of_kind(facts, Suppression.OUT_OF_SERVICE)
        if out is not None and out.until is not None and now >= out.until:
            self._book.apply(stage, key, e.ServiceDateOver())
        shelf = of_kind(facts, Suppression.SHELVED)
        if shelf is None or shelf.until is None:
            return
        granted, left = round((self._book.shelf_ends[key] - mono) * US), shelf.until - now
        if min(left, granted) <= 0:
            self._book.apply(stage, key, e.ShelfOver(remaining_us=min(left, granted)))
        elif left > granted + _SHELF_SLACK_US:
            self._book.apply(stage, key, e.ShelfAdjusted(until=now + granted))

    def _request(self, key: str, event: e.Event, now: int, session: str = "") -> Changes:
        with self._book.stage(now) as stage:
            if key not in self._book.facts:
                stage.refused = RefusedError("there is no alarm {key}", key=key)
                stage.journal.append(refusal(key, event, stage.refused, now, session))
                return self._book.end(stage)
            point = self._wiring.point_of.get(key)
            if point is not None and not self._book.stands(key):
                self._book.note_input(stage, key, _QUALITY[Input(self._wiring.limits.inputs[point])])
            stage.refused = self._book.apply(stage, key, event, session=session).refused
        return self._book.end(stage)

    def _lose(self, health: LinkHealth, stage: Stage) -> None:
        """Nothing is known of these devices' points any more, and nobody blames the devices for it."""
        stage.undo.entry(self._lost, health.link)
        self._lost[health.link] = health.devices
        self._wiring.faults.reachable(health.devices, np.inf, stage.undo)
        points = self._wiring.faults.points_of(health.devices)
        self._take(self._wiring.limits.lose(points, stage.now, stage.undo), stage)

    def _reach(self, health: LinkHealth, stage: Stage) -> None:
        """These devices owe a word again. Their points stay uncertain until it comes (T9)."""
        if health.link in self._lost:
            stage.undo.entry(self._lost, health.link)
            self._wiring.faults.reachable(self._lost.pop(health.link), self._clock.mono(), stage.undo)

    def _lost_devices(self) -> tuple[str, ...]:
        return tuple(device for devices in self._lost.values() for device in devices)

    def _watch(self, key: str, stands: bool, undo: Undo) -> None:
        """An alarm of a point stands, or no longer: the point's input matters as long as any of them does."""
        point = self._wiring.point_of.get(key)
        if point is not None:
            any_stands = stands or any(self._book.stands(other) for other in self._wiring.keys_of[point])
            self._wiring.limits.watch(point, any_stands, undo)
