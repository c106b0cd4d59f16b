"""Commands in plain Python: which column, what words, how far, which steps of the life-line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.dialogs.words import reason_text
from app.formats import clock_time, shown
from app.texts import _
from backend.clock import US
from backend.model.command import TERMINAL, Command, CommandState
from backend.model.journal import JournalEntry
from backend.model.plant import Point

STEPS: Final = 6
"""Select, check, request, approve, execute, verify."""
_DAY_US: Final = 86_400 * US
_S = CommandState
WAITING: Final = frozenset({_S.REQUESTED, _S.CONFIRMED, _S.AWAITING_APPROVAL})
MOVING: Final = frozenset({_S.APPROVED, _S.DISPATCHING, _S.DISPATCHED, _S.ACKED})
_DONE: Final = {
    _S.REQUESTED: 2,
    _S.CONFIRMED: 3,
    _S.AWAITING_APPROVAL: 3,
    _S.APPROVED: 4,
    _S.DISPATCHING: 4,
    _S.DISPATCHED: 4,
    _S.ACKED: 5,
    _S.INDETERMINATE: 5,
    _S.VERIFIED: STEPS,
    _S.REJECTED: 3,
    _S.FAILED: 5,
}
_WINDOWS_S: Final = {_S.REQUESTED: 60.0, _S.CONFIRMED: 60.0, _S.AWAITING_APPROVAL: 600.0}
"""How long a waiting state lasts, for the ring (safety.md §2)."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What the person here may do with commands; person "" = nobody is signed in."""

    person: str = ""
    may_approve: bool = False
    may_resolve: bool = False


def columns(commands: Iterable[Command], now: int, hands: Hands | None = None, asked: Collection[str] = ()) -> Columns:
    """Waiting for the person here, open otherwise, ended in the last 24 h. asked: ids about which a question waits."""
    ordered = sorted(commands, key=lambda command: command.content.requested_at, reverse=True)
    here = hands or Hands()
    mine = [each for each in ordered if waits_for_hands(each, here) or waits_for_answer(each, here, asked)]
    return Columns(
        waiting=tuple(mine),
        in_flight=tuple(each for each in ordered if each.state not in TERMINAL and each not in mine),
        ended=tuple(each for each in ordered if each.state in TERMINAL and now - each.ended_at < _DAY_US),
    )


def waits_for(command: Command, person: str) -> bool:
    """Whether `person` is the one who could act next on a waiting command."""
    if command.state is _S.AWAITING_APPROVAL:
        return person not in (command.requester, command.confirmer)
    return command.state is _S.REQUESTED and person == command.requester


def waits_for_hands(command: Command, hands: Hands) -> bool:
    """Whether the person here could act next, with the rights of this moment."""
    if not hands.person:
        return False
    if command.state is _S.AWAITING_APPROVAL:
        return hands.may_approve and waits_for(command, hands.person)
    if command.state is _S.INDETERMINATE:
        had_a_hand = hands.person in (command.requester, command.confirmer, command.approver)
        return hands.may_resolve and not had_a_hand
    return waits_for(command, hands.person)


def waits_for_answer(command: Command, hands: Hands, asked: Collection[str]) -> bool:
    """Whether somebody asked the person here about it."""
    return bool(hands.person) and command.requester == hands.person and _is_asked(command, asked)


def _is_asked(command: Command, asked: Collection[str]) -> bool:
    return command.state not in TERMINAL and command.content.id in asked


def action_word(command: Command, point: Point) -> str:
    """What is asked, in words: "Close XV-0417", "Set PT-1202.SP to 0.36 MPa"."""
    content = command.content
    match content.action:
        case "open":
            return _("Open {device}").format(device=shown(content.device))
        case "close":
            return _("Close {device}").format(device=shown(content.device))
        case _:
            return _("Set {tag} to {value} {unit}").format(
                tag=shown(content.tag), value=_value(command, point), unit=shown(content.unit, 16)
            )


def lead_and_tag(command: Command, point: Point) -> tuple[str, str]:
    """The same for a list: the action, and what it is done to."""
    content = command.content
    match content.action:
        case "open":
            return _("Open"), shown(content.device, 24)
        case "close":
            return _("Close"), shown(content.device, 24)
        case _:
            return _("Set"), f"{shown(content.tag, 24)} {_value(command, point)} {shown(content.unit, 8)}"


def state_word(state: CommandState) -> str:
    """The state in words."""
    return {
        _S.REQUESTED: _("requested, to be confirmed"),
        _S.CONFIRMED: _("confirmed"),
        _S.AWAITING_APPROVAL: _("waiting for approval"),
        _S.APPROVED: _("approved"),
        _S.DISPATCHING: _("claimed for sending"),
        _S.DISPATCHED: _("sent, no answer yet"),
        _S.ACKED: _("accepted by the device, being verified"),
        _S.INDETERMINATE: _("may have happened: not known"),
        _S.VERIFIED: _("verified"),
        _S.REJECTED: _("rejected"),
        _S.EXPIRED: _("expired, nothing was sent"),
        _S.CANCELLED: _("cancelled, nothing was sent"),
        _S.FAILED: _("failed"),
    }[state]


def outcome(command: Command, names: Mapping[str, str], *, travel: float | None = None) -> str:
    """Where it stands, said fully: who rejected it and why, how far the valve is. travel: share of its way, 0 to 1."""
    note = reason_text(command.note, 80)
    content = command.content
    match command.state:
        case _S.ACKED if content.action in ("open", "close") and travel is not None:
            moving = {"open": _("Opening, {percent} %"), "close": _("Closing, {percent} %")}[content.action]
            return moving.format(percent=round(100 * travel))
        case _S.VERIFIED if command.claimed_at and command.ended_at > command.claimed_at:
            seconds = round((command.ended_at - command.claimed_at) / US)
            done = {"open": _("Verified open, {seconds} s"), "close": _("Verified closed, {seconds} s")}
            return done.get(content.action, _("Verified, {seconds} s")).format(seconds=seconds)
        case _S.FAILED | _S.INDETERMINATE:
            word = _("≠ Not verified") if command.state is _S.FAILED else state_word(command.state)
            return f"{word}: {note}" if note else word
        case _S.REJECTED:
            who = shown(names.get(command.approver, command.approver), 24)
            word = _("Rejected by {person}").format(person=who) if who else state_word(command.state)
            return f"{word}: {note}" if note else word
        case _S.CANCELLED if note:
            return f"{state_word(command.state)}: {note}"
        case _:
            return state_word(command.state)


def may_be_taken_back(command: Command) -> bool:
    """Provably nothing has left yet (C7), or it waits for a receipt that may never come (G-05)."""
    waits = command.state is _S.DISPATCHED and command.content.waits_for_receipt
    return waits or command.state in WAITING or command.state is _S.APPROVED


def steps_done(command: Command) -> int:
    """How many of the six steps lie behind it."""
    if command.state in _DONE:
        return _DONE[command.state]
    return 4 if command.approved_at else 3 if command.confirmed_at else 2


def stopped(command: Command) -> bool:
    """Whether it ended, or stands, without having done what was asked."""
    return command.state in TERMINAL - {_S.VERIFIED} or command.state is _S.INDETERMINATE


def left_s(command: Command, now: int) -> float | None:
    """Seconds until the current waiting state ends; None where nothing runs out."""
    return None if command.state in TERMINAL or not command.not_after else max(0.0, (command.not_after - now) / US)


def left_share(command: Command, now: int) -> float | None:
    """Share of the waiting time that is left; None where no person is waited for."""
    window, left = _WINDOWS_S.get(command.state), left_s(command, now)
    return None if window is None or left is None else min(1.0, left / window)


def running_s(command: Command, now: int) -> float | None:
    """Seconds since it was claimed for sending; None before."""
    return max(0.0, (now - command.claimed_at) / US) if command.claimed_at and command.state in MOVING else None


def travel_share(action: str, opening: float | None) -> float | None:
    """How far a valve is on its way, 0 to 1, from its opening in percent; None = not known."""
    if opening is None or action not in ("open", "close"):
        return None
    share = opening / 100 if action == "open" else 1 - opening / 100
    return min(1.0, max(0.0, share))


def opening_point(points: Iterable[Point], commanded: Point) -> Point | None:
    """The point that reads the opening of the valve that `commanded` moves."""
    stem = commanded.property.rpartition("command")[0]
    wanted = f"{stem}opening_percent"
    return next((each for each in points if each.device == commanded.device and each.property == wanted), None)


def in_strip(commands: Iterable[Command], now: int, tick_us: int) -> tuple[Command, ...]:
    """What the strip at the foot shows: on its way, or ended so shortly ago, oldest first."""
    listed = [
        each
        for each in commands
        if each.state in MOVING or (each.claimed_at and each.state in TERMINAL and now - each.ended_at < tick_us)
    ]
    return tuple(sorted(listed, key=lambda each: each.claimed_at or each.approved_at))


def life_line(entries: Sequence[JournalEntry], names: Mapping[str, str]) -> tuple[Step, ...]:
    """The journal of one command as steps, oldest first; persons by name."""
    return tuple(_step(entry, names) for entry in entries)


def step_text(step: Step) -> str:
    """One line for a screen reader or a plain list."""
    return " · ".join(part for part in (clock_time(step.at), step.word, step.by, step.detail) if part)


def _step(entry: JournalEntry, names: Mapping[str, str]) -> Step:
    draft = entry.draft
    fields = dict(draft.fields)
    state = str(fields.get("to", ""))
    known = {each.value for each in CommandState}
    word = state_word(CommandState(state)) if state in known else _kind_word(draft.kind)
    detail = str(fields.get("reason") or fields.get("note") or fields.get("detail") or fields.get("words") or "")
    return Step(word=word, at=draft.at, by=names.get(draft.person, draft.person), detail=reason_text(detail))


def _kind_word(kind: str) -> str:
    words = {"note": _("note"), "note.question": _("question"), "command.refused": _("refused")}
    return words.get(kind, kind.removeprefix("command."))


def _value(command: Command, point: Point) -> str:
    return f"{command.content.value:.{point.precision}f}"
