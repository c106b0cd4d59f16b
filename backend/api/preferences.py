"""What a person or a desk likes: layouts, pen groups, the desk's profile. Only changes of a profile are journaled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from threading import Lock
from typing import Any, Final

from backend.access import People
from backend.clock import Clock
from backend.errors import RefusedError, mark
from backend.model.change import ProfileChange
from backend.model.journal import Field, JournalDraft
from backend.model.person import Right, Session
from backend.store import Store, Tx

SETUP_CHANGED: Final = "setup.changed"
_PREFIX: Final = "preference"
_LONGEST: Final = 256_000
"""Characters of one preference."""


class PreferencesApi:
    """JSON values by owner ("person:<id>" or "desk:<workstation>") and key; read and written off the calling thread."""

    def __init__(self, store: Store, worker: Executor, clock: Clock, people: People) -> None:
        self._store = store
        self._people = people
        self._worker = worker
        self._clock = clock
        self._one_at_a_time = Lock()

    def read(self, owner: str, key: str) -> Future[Any]:
        """The value last written; None when there is none or it cannot be read."""
        return self._worker.submit(self._read, owner, key)

    def write(self, owner: str, key: str, value: Any) -> Future[None]:
        """Keep a JSON value; RefusedError through the future when it is no JSON or too long."""
        return self._worker.submit(self._write, owner, key, value)

    def change(
        self,
        owner: str,
        key: str,
        value: Mapping[str, Any],
        *,
        before: Mapping[str, Any],
        session: Session | None,
        workstation: str,
    ) -> Future[None]:
        """Keep a profile, and journal in the same transaction what differs: who, what, old, new.

        before: what was in force, for values that were never kept. session None = nobody is signed in; one that has
        ended is refused.
        """

        def work() -> None:
            if session is not None and not self._people.may(session.id, Right.VIEW):
                raise RefusedError(
                    mark("{name} may not do this: {right} is needed"), name=session.name, right=Right.VIEW
                )
            text = _text(key, value)
            with self._one_at_a_time:
                kept = self._read(owner, key)
                old = {**before, **(kept if isinstance(kept, Mapping) else {})}
                draft = self._draft(owner, _differences(old, value), session, workstation)
                self._store.run(lambda tx: _keep(tx, _name(owner, key), text, draft)).result()

        return self._worker.submit(work)

    def changes(self, owner: str, *, limit: int = 20) -> Future[tuple[ProfileChange, ...]]:
        """The newest changes of an owner's profile, newest first."""

        def work() -> tuple[ProfileChange, ...]:
            entries = self._store.journal_of(owner, limit=limit)
            return tuple(_change(each.draft) for each in reversed(entries) if each.draft.kind == SETUP_CHANGED)

        return self._worker.submit(work)

    def _read(self, owner: str, key: str) -> Any:
        text = self._store.setting(_name(owner, key))
        try:
            return None if text is None else json.loads(text)
        except ValueError:
            return None

    def _write(self, owner: str, key: str, value: Any) -> None:
        text = _text(key, value)
        self._store.run(lambda tx: tx.setting(_name(owner, key), text)).result()

    def _draft(
        self, owner: str, values: tuple[tuple[str, Field, Field], ...], session: Session | None, workstation: str
    ) -> JournalDraft | None:
        if not values:
            return None
        fields: list[tuple[str, Field]] = []
        for name, old, new in values:
            fields += [(f"{name}.old", old), (f"{name}.new", new)]
        return JournalDraft(
            at=self._clock.wall_us(),
            kind=SETUP_CHANGED,
            subject=owner,
            person=session.person if session is not None else "",
            session=session.id if session is not None else "",
            workstation=workstation,
            fields=tuple(fields),
        )


def _keep(tx: Tx, name: str, text: str, draft: JournalDraft | None) -> None:
    tx.setting(name, text)
    if draft is not None:
        tx.journal(draft)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, Field, Field], ...]:
    before, after = _flat(old), _flat(new)
    names = sorted(before.keys() | after.keys())
    return tuple((name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name))


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Field]:
    """One level of a mapping in a mapping as "scales.NAME"; whatever else is no field of a journal as its JSON."""
    found: dict[str, Field] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and not prefix:
            found |= _flat(value, f"{name}.")
        elif value is None or isinstance(value, str | int | float | bool):
            found[prefix + name] = value
        else:
            found[prefix + name] = json.dumps(value, ensure_ascii=False)
    return found


def _change(draft: JournalDraft) -> ProfileChange:
    fields = dict(draft.fields)
    names = [name.removesuffix(".old") for name in fields if name.endswith(".old")]
    values = tuple((name, fields[f"{name}.old"], fields[f"{name}.new"]) for name in names)
    return ProfileChange(at=draft.at, person=draft.person, values=values)


def _text(key: str, value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RefusedError(mark("{key} cannot be kept: {reason}"), key=key, reason=str(error)) from error
    if len(text) > _LONGEST:
        raise RefusedError(mark("{key} cannot be kept: it is too long"), key=key)
    return text


def _name(owner: str, key: str) -> str:
    return f"{_PREFIX}/{owner}/{key}"
