"""Change a running site: checked and made durable on the core thread, then the links concerned are exchanged.

One transaction holds the new registry, the version number, the journal entry with old and new values, and what becomes
of the alarms. Only then do tag table, commands and links go by it; what is refused changes nothing and is journaled.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

import numpy as np

from backend import devices
from backend.access import People
from backend.alarms import AlarmEngine, Changes
from backend.clock import Clock
from backend.commands import CommandEngine
from backend.devices.changes import Changed, changed
from backend.errors import ConfigError, LinepackError, RefusedError, mark
from backend.links.fleet import Fleet, Planned, Refit
from backend.live import TagTable
from backend.model.change import Change, ConfigVersion, DeviceChange
from backend.model.command import TERMINAL
from backend.model.journal import Field, JournalDraft, JournalEntry
from backend.model.person import Right, Session
from backend.model.plant import Registry
from backend.model.sample import SampleBatch
from backend.model.thing_model import ThingModel
from backend.pipeline import Core
from backend.store import Store, Tx

VERSION_SETTING: Final = "configuration.version"
CHANGED: Final = "config.changed"
REFUSED: Final = "config.refused"
_LONGEST_REASON = 1000


class Configuration:
    """The registry in force, and the one way to another. `change` blocks: it is called on a worker thread."""

    def __init__(
        self,
        *,
        registry: Registry,
        forms: Mapping[int, object],
        models: Mapping[str, ThingModel],
        plan: Callable[[Registry], tuple[Planned, ...]],
        core: Core[Changes],
        alarms: AlarmEngine,
        commands: CommandEngine,
        table: TagTable,
        fleet: Fleet,
        store: Store,
        people: People,
        clock: Clock,
    ) -> None:
        """forms: by point, for every point that gets values. plan: the links that a registry asks for in this run."""
        self._registry = registry
        self._forms = forms
        self._models = models
        self._plan = plan
        self._core = core
        self._alarms = alarms
        self._commands = commands
        self._table = table
        self._fleet = fleet
        self._store = store
        self._people = people
        self._clock = clock
        self._number = int(store.setting(VERSION_SETTING) or 0)
        self._one_at_a_time = threading.Lock()

    @property
    def registry(self) -> Registry:
        """What is registered, as in force now. Any thread."""
        return self._registry

    @property
    def number(self) -> int:
        """The version in force: how many changes were made in this site's life. Any thread."""
        return self._number

    def change(self, session: Session, change: Change, reason: str) -> ConfigVersion:
        """Make a change and exchange its links; in force when this returns. Raises RefusedError, and RefusedError
        when the database does not take it."""
        with self._one_at_a_time:
            version, refit = self._core.call(lambda: self._decide(session, change, reason.strip())).result()
            self._fleet.exchange(refit)
        return version

    # -- on the core thread -----------------------------------------------------------------------------------------

    def _decide(self, session: Session, change: Change, reason: str) -> tuple[ConfigVersion, Refit]:
        try:
            new, refit = self._checked(session, change, reason)
            now = self._clock.wall_us()
            # Raises ConfigError for limits that the safety rules forbid; a refusal of its own is in its journal (T21).
            staged = self._alarms.configure(
                new.registry,
                self._fleet.ids(),
                _newest(self._table, now),
                session.person,
                session.workstation,
                now,
                session=session.id,
            )
        except (RefusedError, ConfigError) as error:
            self._refuse(session, change, reason, error)
        if staged.refused is not None:
            self._core.settle(staged)
            self._refuse(session, change, reason, staged.refused)
        version = ConfigVersion(
            number=self._number + 1,
            at=now,
            subject=new.subject,
            person=session.person,
            reason=reason,
            values=new.values,
        )

        def also(tx: Tx) -> None:
            tx.registry(new.registry)
            tx.setting(VERSION_SETTING, str(version.number))
            tx.journal(_draft(CHANGED, session, version))

        self._core.settle(staged, also)
        self._registry, self._number = new.registry, version.number
        self._table.expect(np.array([point.period_s for point in new.registry.points], np.float64))
        self._commands.configure(new.registry, devices.actuators(new.registry, self._models))
        return version, refit

    def _checked(self, session: Session, change: Change, reason: str) -> tuple[Changed, Refit]:
        if not self._people.may(session.id, Right.CONFIG_EDIT):
            raise RefusedError(
                mark("{name} may not do this: {right} is needed"), name=session.name, right=Right.CONFIG_EDIT
            )
        if not reason or len(reason) > _LONGEST_REASON:
            raise RefusedError(mark("a change needs a reason of at most {longest} characters"), longest=_LONGEST_REASON)
        new = changed(self._registry, change, self._forms.keys())
        refit = self._fleet.plan(self._plan(new.registry))
        for command in self._commands.commands():
            if command.state not in TERMINAL and command.content.device in refit.devices:
                # An exchange would leave an order in flight unproved.
                raise RefusedError(
                    mark("{device} has the open command {command}; change this when it has ended"),
                    device=command.content.device,
                    command=command.content.id,
                )
        return new, refit

    def _refuse(self, session: Session, change: Change, reason: str, error: LinepackError) -> NoReturn:
        """The try itself is journaled."""
        subject = change.device if isinstance(change, DeviceChange) else self._tag(change.point)
        draft = JournalDraft(
            at=self._clock.wall_us(),
            kind=REFUSED,
            subject=subject,
            person=session.person,
            session=session.id,
            workstation=session.workstation,
            fields=(("reason", reason[:_LONGEST_REASON]), ("why", str(error))),
        )
        self._store.run(lambda tx: tx.journal(draft)).result()
        raise RefusedError(error.template, **error.values) from error

    def _tag(self, point: int) -> str:
        points = self._registry.points
        return points[point].tag if 0 <= point < len(points) else str(point)


def versions(entries: tuple[JournalEntry, ...]) -> tuple[ConfigVersion, ...]:
    """Changes as their journal entries (`CHANGED`) have them, in the same order."""
    return tuple(_read(entry.draft) for entry in entries)


def _draft(kind: str, session: Session, version: ConfigVersion) -> JournalDraft:
    values: list[tuple[str, Field]] = []
    for name, old, new in version.values:
        values += [(f"{name}.old", old), (f"{name}.new", new)]
    return JournalDraft(
        at=version.at,
        kind=kind,
        subject=version.subject,
        person=version.person,
        session=session.id,
        workstation=session.workstation,
        fields=(("version", version.number), ("reason", version.reason), *values),
    )


def _read(draft: JournalDraft) -> ConfigVersion:
    fields: dict[str, Any] = dict(draft.fields)
    names = [name.removesuffix(".old") for name in fields if name.endswith(".old")]
    return ConfigVersion(
        number=fields["version"],
        at=draft.at,
        subject=draft.subject,
        person=draft.person,
        reason=fields["reason"],
        values=tuple((name, fields[f"{name}.old"], fields[f"{name}.new"]) for name in names),
    )


def _newest(table: TagTable, now: int) -> SampleBatch:
    """The newest number of every point that has one."""
    values = table.snapshot(now)
    known = np.flatnonzero(values.at > 0).astype(np.int32)
    return SampleBatch.of(
        known, values.at[known], values.value[known], values.quality[known], received_at=now, source="configuration"
    )
