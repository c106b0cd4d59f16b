"""Alarms as people see and handle them; every action is checked, journaled and decided on the core thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import NoReturn

from backend.access import People
from backend.alarms import AlarmEngine, Changes
from backend.alarms.figures import figures
from backend.alarms.responses import Responses
from backend.bus import Topic
from backend.clock import Clock
from backend.errors import RefusedError, mark
from backend.model.alarm import AlarmConfig, AlarmName, AlarmRecord, Occurrence, Priority
from backend.model.alarm_figures import AlarmFigures
from backend.model.journal import JournalDraft
from backend.model.person import Right, Session
from backend.model.response import Response
from backend.pipeline import Core
from backend.store import Store

Decide = Callable[[AlarmEngine, int], Changes]


class AlarmsApi:
    """The alarm list, its journal, and what a person may do with them."""

    def __init__(
        self,
        *,
        core: Core[Changes],
        engine: AlarmEngine,
        store: Store,
        people: People,
        clock: Clock,
        silence: Callable[[], None],
        responses: Responses,
        worker: Executor,
    ) -> None:
        self.changed: Topic[AlarmRecord] = core.topics.alarms
        self._core = core
        self._engine = engine
        self._store = store
        self._people = people
        self._clock = clock
        self._silence = silence
        self._responses = responses
        self._worker = worker
        self._shown: dict[str, AlarmRecord] = {record.config.key: record for record in engine.records()}
        core.topics.alarms.subscribe(self._on_change)

    def snapshot(self) -> tuple[AlarmRecord, ...]:
        """Every alarm that is not NORM, as last made durable."""
        # `copy` is one step: the core may add meanwhile. A copy for every change would be quadratic in a flood.
        return tuple(self._shown.copy().values())

    def response(self, config: AlarmConfig, level: str) -> Response | None:
        """What the alarm asks of the operator at this level (`facts.level`); None where nobody has written it."""
        return self._responses.of(config, level)

    def occurrences(
        self, *, start: int | None = None, end: int | None = None, key: str | None = None, limit: int = 1000
    ) -> tuple[Occurrence, ...]:
        """The alarm journal, newest first; times µs UTC."""
        return self._store.occurrences(start=start, end=end, key=key, limit=limit)

    def past(
        self, *, start: int | None = None, end: int | None = None, key: str | None = None, limit: int = 1000
    ) -> Future[tuple[Occurrence, ...]]:
        """As `occurrences`, read off the calling thread."""
        return self._worker.submit(self._store.occurrences, start=start, end=end, key=key, limit=limit)

    def figures(self, start: int, end: int) -> Future[AlarmFigures]:
        """What the journal between these times (µs UTC) adds up to; read and counted off the calling thread."""
        return self._worker.submit(lambda: figures(self._store.each_occurrence(start=start, end=end), start, end))

    def rate(self) -> int:
        """Raises in the last ten minutes."""
        return self._engine.rate(self._clock.wall_us())

    def acknowledge(self, session: Session, key: str, occurrence: int) -> Future[AlarmRecord]:
        """T3: acknowledge exactly this occurrence; refused when a newer one has come."""
        return self._act(
            session,
            Right.ALARM_ACK,
            key,
            lambda engine, now: engine.acknowledge(
                key, occurrence, session.person, session.workstation, now, session=session.id
            ),
        )

    def shelve(self, session: Session, key: str, seconds: int, reason: str) -> Future[AlarmRecord]:
        """T10: hold the alarm back for a time, with a reason."""
        return self._act(
            session,
            Right.ALARM_SHELVE,
            key,
            lambda engine, now: engine.shelve(
                key, seconds, reason, session.person, session.workstation, now, session=session.id
            ),
        )

    def unshelve(self, session: Session, key: str) -> Future[AlarmRecord]:
        """T11: bring a shelved alarm back before its time."""
        return self._act(
            session,
            Right.ALARM_SHELVE,
            key,
            lambda engine, now: engine.unshelve(key, session.person, session.workstation, now, session=session.id),
        )

    def reset(self, session: Session, key: str) -> Future[AlarmRecord]:
        """T5: reset a latched alarm that is gone and acknowledged."""
        return self._act(
            session,
            Right.ALARM_RESET,
            key,
            lambda engine, now: engine.reset(key, session.person, session.workstation, now, session=session.id),
        )

    def sounding(self) -> Priority | None:
        """What the horn sounds now; None while no alarm calls or somebody silenced it."""
        return self._engine.horn_wish()

    def silence(self) -> None:
        """T17: horn off for up to 60 s; anyone may, without signing in."""
        self._silence()

    def _act(self, session: Session, right: Right, key: str, decide: Decide) -> Future[AlarmRecord]:
        def work() -> AlarmRecord:
            if not self._people.may(session.id, right):
                self._deny(session, right, key)
            changes = decide(self._engine, self._clock.wall_us())
            self._core.settle(changes)
            if changes.refused is not None:
                raise changes.refused
            return next(record for record in changes.records if record.config.key == key)

        return self._core.call(work)

    def _deny(self, session: Session, right: Right, key: str) -> NoReturn:
        """Refuse for want of a right; the try itself is journaled."""
        draft = JournalDraft(
            at=self._clock.wall_us(),
            kind="alarm.refused",
            subject=key,
            person=session.person,
            session=session.id,
            workstation=session.workstation,
            fields=(("missing", right.value),),
        )
        self._store.run(lambda tx: tx.journal(draft)).result()
        raise RefusedError(mark("{name} may not do this: {right} is needed"), name=session.name, right=right)

    def _on_change(self, record: AlarmRecord) -> None:
        if record.name is AlarmName.NORM:
            self._shown.pop(record.config.key, None)
        else:
            self._shown[record.config.key] = record
