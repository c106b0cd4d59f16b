"""Commands in plain Python: which column, what words, which steps of the life-line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.formats import clock_time, shown
from app.texts import _
from backend.clock import US
from backend.model.command import TERMINAL, Command, CommandState
from backend.model.journal import JournalEntry
from backend.model.plant import Point

_DAY_US = 86_400 * US


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The three columns of the page, newest first."""

    waiting: tuple[Command, ...]
    in_flight: tuple[Command, ...]
    ended: tuple[Command, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a life-line: what happened, when, who, why."""

    word: str
    at: int
    by: str
    detail: str


def columns(commands: Iterable[Command], now: int) -> Columns:
    """Waiting for a person, on their way, ended in the last 24 h."""
    ordered = sorted(commands, key=lambda command: command.content.requested_at, reverse=True)
    waiting = {CommandState.REQUESTED, CommandState.CONFIRMED, CommandState.AWAITING_APPROVAL}
    return Columns(
        waiting=tuple(each for each in ordered if each.state in waiting),
        in_flight=tuple(each for each in ordered if each.state not in waiting and each.state not in TERMINAL),
        ended=tuple(each for each in ordered if each.state in TERMINAL and now - each.ended_at < _DAY_US),
    )


def waits_for(command: Command, person: str) -> bool:
    """Whether `person` is the one who could act next on a waiting command."""
    if command.state is CommandState.AWAITING_APPROVAL:
        return person not in (command.requester, command.confirmer)
    return command.state is CommandState.REQUESTED and person == command.requester


def action_word(command: Command, point: Point) -> str:
    """What is asked, in words: "Close XV-0417", "Set PT-1202.SP to 0.36 MPa"."""
    content = command.content
    match content.action:
        case "open":
            return _("Open {device}").format(device=shown(content.device))
        case "close":
            return _("Close {device}").format(device=shown(content.device))
        case _:
            value = f"{content.value:.{point.precision}f}"
            return _("Set {tag} to {value} {unit}").format(
                tag=shown(content.tag), value=value, unit=shown(content.unit, 16)
            )


def state_word(state: CommandState) -> str:
    """The state in words."""
    return {
        CommandState.REQUESTED: _("requested, to be confirmed"),
        CommandState.CONFIRMED: _("confirmed"),
        CommandState.AWAITING_APPROVAL: _("waiting for approval"),
        CommandState.APPROVED: _("approved"),
        CommandState.DISPATCHING: _("claimed for sending"),
        CommandState.DISPATCHED: _("sent, no answer yet"),
        CommandState.ACKED: _("accepted by the device, being verified"),
        CommandState.INDETERMINATE: _("may have happened: not known"),
        CommandState.VERIFIED: _("verified"),
        CommandState.REJECTED: _("rejected"),
        CommandState.EXPIRED: _("expired, nothing was sent"),
        CommandState.CANCELLED: _("cancelled, nothing was sent"),
        CommandState.FAILED: _("failed"),
    }[state]


def left_s(command: Command, now: int) -> float | None:
    """Seconds until the current waiting state ends; None where nothing runs out."""
    return None if command.state in TERMINAL or not command.not_after else max(0.0, (command.not_after - now) / US)


def life_line(entries: Sequence[JournalEntry], names: dict[str, str]) -> tuple[Step, ...]:
    """The journal of one command as steps, oldest first; persons by name."""
    return tuple(_step(entry, names) for entry in entries)


def _step(entry: JournalEntry, names: dict[str, str]) -> Step:
    draft = entry.draft
    fields = dict(draft.fields)
    state = str(fields.get("to", ""))
    known = {each.value for each in CommandState}
    word = state_word(CommandState(state)) if state in known else draft.kind.removeprefix("command.")
    detail = str(fields.get("reason") or fields.get("note") or fields.get("detail") or "")
    return Step(word=word, at=draft.at, by=names.get(draft.person, draft.person), detail=detail)


def step_text(step: Step) -> str:
    """One line for a screen reader or a plain list."""
    return " · ".join(part for part in (clock_time(step.at), step.word, step.by, step.detail) if part)
