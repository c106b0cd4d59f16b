"""What happened in view: alarms of the pens and their places, and commands, as a list and as marks. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.formats import shown
from app.models.alarms import Words
from app.pages.trends.panes import Pen
from app.texts import _
from backend.model.alarm import LEVEL_WORDS, Occurrence
from backend.model.command import Command, CommandState
from backend.model.event import LinkHealth
from widgets.charts.trend import Mark

RAISES: Final = ("raise", "escalate", "late")
"""Events that put a mark on the foot of the axis."""
_TOLD: Final = (*RAISES, "clear")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line. alarm: key of the alarm, or "". command: id, or "". priority: 0 for what is no alarm."""

    key: str
    at: int
    words: str
    priority: int = 0
    alarm: str = ""
    command: str = ""

    @property
    def is_mark(self) -> bool:
        """Whether it stands on the foot of the axis."""
        return self.priority > 0


class Relation:
    """Which sources of alarms belong to the pens: the points, other points of their places, and their links."""

    def __init__(self, pens: Iterable[Pen], words: Words, links: Iterable[LinkHealth]) -> None:
        held = tuple(pens)
        self._words = words
        self._tags = {pen.point.tag for pen in held}
        self._devices = {pen.point.device for pen in held}
        self._links = {each.link: each for each in links}

    def holds(self, occurrence: Occurrence) -> bool:
        """Whether an alarm's line belongs here."""
        source = source_of(occurrence)
        link = self._links.get(source)
        if link is not None:
            # A gateway of a hundred devices is about none of them in particular.
            return bool(self._devices.intersection(link.devices)) and len(link.devices) <= max(4, len(self._devices))
        return source in self._tags or source in self._devices

    def commanded(self, command: Command) -> bool:
        """Whether a command is about a device of the pens."""
        return command.content.device in self._devices

    def source_words(self, occurrence: Occurrence) -> str:
        """Tag, or the device behind a link."""
        source = source_of(occurrence)
        link = self._links.get(source)
        return shown(link.devices[0] if link is not None and link.devices else source, 40)


def source_of(occurrence: Occurrence) -> str:
    """The source in the key of an alarm."""
    return occurrence.key.rpartition(":")[0]


def events(
    occurrences: Iterable[Occurrence], commands: Iterable[Command], relation: Relation, start: int, end: int
) -> tuple[Event, ...]:
    """Everything that belongs to the pens in start <= at <= end, oldest first, each once."""
    found = [
        _of_alarm(each, relation)
        for each in occurrences
        if each.event in _TOLD and start <= each.at <= end and relation.holds(each)
    ]
    for command in commands:
        if relation.commanded(command):
            found += [event for event in _of_command(command) if start <= event.at <= end]
    return tuple(sorted({event.key: event for event in found}.values(), key=lambda event: (event.at, event.key)))


def marks(told: Iterable[Event]) -> tuple[Mark, ...]:
    """The alarms among them, for the foot of the axis."""
    return tuple(Mark(key=event.key, at=event.at, priority=event.priority) for event in told if event.is_mark)


def _of_alarm(each: Occurrence, relation: Relation) -> Event:
    condition = each.key.rpartition(":")[2]
    what = _(LEVEL_WORDS.get(each.level, "")) if each.level else condition_word(condition)
    raised = each.event in RAISES
    words = " ".join(part for part in (relation.source_words(each), what) if part)
    return Event(
        key=f"{each.key}:{each.occurrence}:{each.event}:{each.at}",
        at=each.at,
        words=words if raised else _("{source} back to normal").format(source=relation.source_words(each)),
        priority=int(each.priority) if raised else 0,
        alarm=each.key,
    )


def _of_command(command: Command) -> list[Event]:
    content = command.content
    tag = shown(content.device, 40)
    steps = (
        (content.requested_at, _("{tag} {action} requested")),
        (command.approved_at, _("{tag} {action} approved")),
        (command.dispatched_at, _("{tag} {action} sent")),
    )
    action = _action_word(content.action)
    told = [(at, template.format(tag=tag, action=action)) for at, template in steps if at]
    if command.ended_at:
        told.append(
            (
                command.ended_at,
                _("{tag} {action}: {outcome}").format(tag=tag, action=action, outcome=_ended_word(command.state)),
            )
        )
    return [
        Event(key=f"command:{content.id}:{place}", at=at, words=words, command=content.id)
        for place, (at, words) in enumerate(told)
    ]


def condition_word(condition: str) -> str:
    """What an alarm without levels is about."""
    words = {
        "lost": _("link lost"),
        "bad-input": _("bad input"),
        "rate": _("changing too fast"),
        "state": _("not in normal state"),
        "high": _("HIGH"),
        "low": _("LOW"),
        "command-failed": _("Command failed"),
        "late-action": _("late action"),
    }
    return words.get(condition) or shown(condition.replace("-", " "), 40)


def _action_word(action: str) -> str:
    return {"open": _("open"), "close": _("close"), "set": _("set")}.get(action, shown(action, 24))


def _ended_word(state: CommandState) -> str:
    return {
        CommandState.VERIFIED: _("verified"),
        CommandState.FAILED: _("failed"),
        CommandState.REJECTED: _("rejected"),
        CommandState.EXPIRED: _("expired"),
        CommandState.CANCELLED: _("cancelled"),
    }.get(state, shown(state.value, 24))
