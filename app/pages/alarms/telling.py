"""What the page says of the chosen alarm or group, in words, ready to be shown. Plain Python, no Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.formats import bare_value, clock_time, date_time, shown, unit_of
from app.models.alarms import Words, state_word
from app.pages.alarms.grouping import Group
from app.pages.alarms.rows import RowMaker
from app.pages.alarms.situation import Situation
from app.texts import _, bilingual
from backend.clock import US
from backend.model.alarm import AlarmClass, AlarmName, AlarmRecord, InputQuality, Priority
from backend.model.live import TagSnapshot
from backend.model.note import Note
from backend.model.response import Response, Wording
from widgets.surfaces import Fact

NOTES_SHOWN: Final = 3
"""The newest; the journal has them all."""
_NO_BREAK: Final = "\u202f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alarm or group. number, unit: the value as it is now. advice: sections as (title, lines)."""

    tag: str
    message: str
    number: str = ""
    unit: str = ""
    limit: str = ""
    advice: tuple[tuple[str, tuple[str, ...]], ...] = ()
    facts: tuple[Fact, ...] = ()
    note: str = ""


def tell_alarm(
    record: AlarmRecord, words: Words, response: Response | None, names: Mapping[str, str], live: TagSnapshot
) -> Told:
    """An alarm. names: of people, by id."""
    point = words.point(record)
    number = words.value(record) if point is None else bare_value(point, float(live.value[point.id]))
    switch = point is not None and bool(point.states)
    return Told(
        tag=words.tag(record),
        message=words.line(record),
        number=number,
        unit="" if point is None or switch else unit_of(point),
        limit=_("limit {limit}").format(limit=words.limit(record)) if words.limit(record) else "",
        advice=_advice(response),
        facts=_facts(record, words, names),
        note=_note(record),
    )


def tell_notes(notes: Sequence[Note], names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """What was written about it, the newest first; without lines it is not shown."""
    lines = (
        _("{time} {person}: {words}").format(
            time=clock_time(note.at),
            person=shown(names.get(note.person, note.person), 24),
            words=shown(note.words, 300),
        )
        for note in reversed(notes[-NOTES_SHOWN:])
    )
    return (_("Notes"), tuple(lines))


def tell_group(group: Group, situation: Situation, maker: RowMaker, words: Words) -> Told:
    """A group: what it holds, where, and which came first."""
    by_priority = {
        priority: sum(item.priority == priority for item in group.members) for priority in map(int, Priority)
    }
    members = [situation.records[item.key] for item in group.members if item.key in situation.records]
    places = list(dict.fromkeys(words.place(record) for record in members))
    facts = [
        Fact(label=_("Priority {number}").format(number=priority), value=str(count))
        for priority, count in by_priority.items()
        if count
    ]
    facts.append(Fact(label=_("First"), value=clock_time(group.first.at, tenths=True)))
    facts.append(Fact(label=_("Last"), value=clock_time(group.members[-1].at, tenths=True)))
    facts.append(Fact(label=_("Places"), value=str(len(places))))
    rows = _("Priority 1 and 2 have their own rows ({urgent}); → unfolds the other {folded}, ← folds them.")
    return Told(
        tag=maker.counts(group),
        message=maker.group_title(group),
        advice=((_("Order"), (maker.first_out(group),)), (_("Places"), tuple(places[:6]))),
        facts=tuple(facts),
        note=rows.format(urgent=len(group.urgent), folded=len(group.folded)),
    )


def time_left(record: AlarmRecord, response: Response | None, now: int) -> tuple[float, float] | None:
    """(seconds left to respond, seconds there were); None when nothing waits for an answer. Negative: too late."""
    if response is None or not record.facts.cond or record.facts.suppressed:
        return None
    return (response.respond_s - (now - record.facts.raised_at) / US, response.respond_s)


def why_not_shelvable(record: AlarmRecord) -> str:
    """Why this alarm cannot be shelved; "" when it can."""
    if record.config.alarm_class is AlarmClass.GAS_LEAK:
        return _("Gas leak alarms cannot be shelved: somebody may be in danger.")
    if record.config.priorities and min(each for _level, each in record.config.priorities) is Priority.P1:
        return _("Priority 1 cannot be shelved from the desk.")
    if not record.config.shelvable:
        return _("This alarm cannot be shelved at the desk.")
    return ""


def said(wording: Wording) -> str:
    """A sentence of the data in the language of the desk."""
    return shown(bilingual(wording.en, wording.zh), 300)


def _advice(response: Response | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if response is None:
        return ((_("Do this"), (_("Nobody has written a response to this alarm yet."),)),)
    causes = (
        f"{said(cause.words)} ({cause.share}{_NO_BREAK}%)" if cause.share is not None else said(cause.words)
        for cause in response.causes
    )
    steps = (f"{number}  {said(step)}" for number, step in enumerate(response.steps, start=1))
    return (
        (_("If nothing is done"), (said(response.consequence),)),
        (_("Likely cause"), tuple(causes)),
        (_("Do this"), tuple(steps)),
    )


def _note(record: AlarmRecord) -> str:
    if record.name is AlarmName.LTACK:
        return _("Latched: reset it when the cause is gone.")
    return why_not_shelvable(record)


def _facts(record: AlarmRecord, words: Words, names: Mapping[str, str]) -> tuple[Fact, ...]:
    facts = record.facts
    rows = [
        Fact(label=_("State"), value=state_word(record)),
        Fact(label=_("Raised"), value=clock_time(facts.raised_at, tenths=True)),
        Fact(label=_("Recorded"), value=clock_time(record.changed_at, tenths=True)),
        Fact(label=_("Occurrence"), value=str(facts.occurrence)),
        Fact(label=_("Input"), value=_input_word(facts.input)),
    ]
    if words.value(record):
        rows.insert(2, Fact(label=_("Value when raised"), value=words.value(record)))
    if facts.cleared_at and not facts.cond:
        rows.append(Fact(label=_("Back to normal"), value=clock_time(facts.cleared_at, tenths=True)))
    if facts.ack and facts.acked_at:
        by = shown(names.get(facts.acked_by, facts.acked_by), 24)
        rows.append(Fact(label=_("Acknowledged"), value=f"{clock_time(facts.acked_at)} {by}"))
    for held in facts.suppressed:
        rows.append(Fact(label=_("Held back by"), value=shown(names.get(held.by, held.by), 24)))
        rows.append(Fact(label=_("Held back until"), value=date_time(held.until) if held.until else _("no end")))
        rows.append(Fact(label=_("Reason"), value=shown(held.reason, 28)))
    if facts.suppressed:
        rows.append(Fact(label=_("Changes meanwhile"), value=str(facts.hidden_count)))
    return tuple(rows)


def _input_word(worth: InputQuality) -> str:
    return {
        InputQuality.GOOD: _("good"),
        InputQuality.UNCERTAIN: _("uncertain"),
        InputQuality.UNKNOWN: _("unknown"),
    }[worth]
