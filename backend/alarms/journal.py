"""Say in the audit journal what people, rules and shelf ends did to alarms, and what was refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from backend.alarms.events import Event
from backend.errors import RefusedError
from backend.model.alarm import AlarmConfig, AlarmFacts, Occurrence, Suppressed, Suppression
from backend.model.journal import Field, JournalDraft

_JOURNALED: Final = {
    "ack": None,
    "reset": None,
    "shelve": Suppression.SHELVED,
    "unshelve": None,
    "shelf-adjust": Suppression.SHELVED,
    "suppress": Suppression.BY_DESIGN,
    "release": None,
    "out-of-service": Suppression.OUT_OF_SERVICE,
    "return-to-service": None,
}
"""Which lines of the alarm journal are audited as well, and which suppression their details come from.

Raises, clears and marks come from the field and stand in the alarm journal only.
"""

_BY_RULE: Final = ("suppress", "release")


def draft_of(line: Occurrence, facts: AlarmFacts, session: str) -> Iterator[JournalDraft]:
    """The audit entry of a line that led to `facts`; none for what comes from the field."""
    if line.event not in _JOURNALED:
        return
    kind = _JOURNALED[line.event]
    by_rule = line.event in _BY_RULE
    fields: list[tuple[str, Field]] = [
        ("occurrence", line.occurrence),
        ("name", str(line.name)),
        ("priority", int(line.priority)),
        ("level", line.level),
        ("reason", line.reason),
    ]
    if by_rule:
        fields.append(("rule", line.by))
    fields += [field for each in facts.suppressed if each.kind is kind for field in _details(each)]
    yield JournalDraft(
        at=line.recorded_at,
        kind=f"alarm.{line.event}",
        subject=line.key,
        person="" if by_rule else line.by,
        session=session,
        workstation=line.workstation,
        fields=tuple(fields),
    )


def refusal(key: str, event: Event, why: RefusedError, now: int, session: str) -> JournalDraft:
    """The audit entry of something that was refused and changed nothing."""
    fields: list[tuple[str, Field]] = [("event", type(event).__name__.lower()), ("why", str(why))]
    occurrence: int | None = getattr(event, "occurrence", None)
    if occurrence is not None:
        fields.append(("occurrence", occurrence))
    return JournalDraft(
        at=now,
        kind="alarm.refused",
        subject=key,
        person=getattr(event, "by", ""),
        session=session,
        workstation=getattr(event, "workstation", ""),
        fields=tuple(fields),
    )


def configured(
    old: Mapping[str, AlarmConfig], new: Mapping[str, AlarmConfig], by: str, workstation: str, now: int, session: str
) -> JournalDraft:
    """The audit entry of a configuration change."""
    changed = sum(config != old[key] for key, config in new.items() if key in old)
    return JournalDraft(
        at=now,
        kind="alarm.configure",
        subject="alarms",
        person=by,
        session=session,
        workstation=workstation,
        fields=(
            ("added", len(new.keys() - old.keys())),
            ("removed", len(old.keys() - new.keys())),
            ("changed", changed),
        ),
    )


def _details(held: Suppressed) -> list[tuple[str, Field]]:
    fields: list[tuple[str, Field]] = [("until", held.until)]
    if held.one_shot:
        fields.append(("one_shot", True))
    if held.second:
        fields += [("second", held.second), ("measure", held.measure)]
    return fields
