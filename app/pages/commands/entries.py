"""Commands as rows, facts and strips: what the page shows of each, in the widgets' own frozen data."""

from __future__ import annotations

from collections.abc import Mapping

from app.dialogs.outlook import effect_text
from app.dialogs.words import reason_text
from app.formats import asset_name, clock_time, shown
from app.pages.commands import presenter as p
from app.pages.commands.strip import Travel
from app.texts import _
from app.tones import valve_state
from backend.model.command import TERMINAL, Command, CommandKind, CommandState
from backend.model.isolation import Consequence
from backend.model.live import TagSnapshot
from backend.model.plant import Point, Registry
from backend.model.quality import is_good
from widgets.mimic import ValveState
from widgets.readouts.ages import NO_VALUE, clock_age, countdown
from widgets.surfaces import Fact
from widgets.tables import EntryCell, Row, RowLook


def entry_row(
    command: Command,
    registry: Registry,
    snapshot: TagSnapshot,
    *,
    names: Mapping[str, str],
    effect: Consequence | None,
    now: int,
    mine: bool,
    question: str = "",
) -> Row:
    """One entry of a column. mine: it waits for the person here. question: what somebody asks. now: µs UTC."""
    content = command.content
    lead, tag = p.lead_and_tag(command, registry.points[content.point])
    over = command.state in TERMINAL
    cell = EntryCell(
        lead=lead,
        tag=tag,
        place=_place(command, registry),
        effect=_effect(command, effect),
        by=_who(command, names),
        time=_time(command, now),
        state=_("Question: {words}").format(words=shown(question, 80))
        if question and not over
        else p.outcome(command, names, travel=travel(command, registry, snapshot)),
        done=p.steps_done(command),
        steps=p.STEPS,
        left=p.left_share(command, now),
        strong=effect is not None and bool(effect.losses.customers),
        failed=p.stopped(command),
    )
    look = RowLook.DIM if over and command.state is not CommandState.FAILED else RowLook.PLAIN
    return Row(key=content.id, cells=(cell,), bold=mine, look=look)


def travel_of(
    command: Command, registry: Registry, snapshot: TagSnapshot, *, names: Mapping[str, str], now: int
) -> Travel:
    """The command as a strip at the foot."""
    content = command.content
    valve = content.kind is CommandKind.VALVE
    ran_s = p.running_s(command, now)
    ended_s = max(0.0, (command.ended_at - command.claimed_at) / 1e6)
    share = travel(command, registry, snapshot)
    return Travel(
        key=content.id,
        words=p.action_word(command, registry.points[content.point]),
        place=_place(command, registry),
        outcome=p.outcome(command, names, travel=share),
        time=clock_age(ended_s if ran_s is None else ran_s),
        state=_symbol(command, registry, snapshot) if valve else None,
        share=share,
        verified=command.state is CommandState.VERIFIED,
        failed=p.stopped(command),
    )


def travel(command: Command, registry: Registry, snapshot: TagSnapshot) -> float | None:
    """How far its valve is on the way, 0 to 1; None = not known."""
    point = p.opening_point(registry.points, registry.points[command.content.point])
    if point is None or not is_good(int(snapshot.quality[point.id])):
        return None
    return p.travel_share(command.content.action, float(snapshot.value[point.id]))


def facts_of(command: Command, registry: Registry, *, names: Mapping[str, str], effect: str) -> tuple[Fact, ...]:
    """The facts of the chosen command."""
    content = command.content
    rows = [
        Fact(label=_("Number"), value=shown(content.id)),
        Fact(label=_("Tag"), value=shown(content.tag)),
        Fact(label=_("Place"), value=shown(_place(command, registry), 48)),
        Fact(label=_("Reason"), value=reason_text(content.reason, 40)),
        Fact(label=_("Requested by"), value=_name(names, command.requester)),
        Fact(label=_("Approved by"), value=_name(names, command.approver) or NO_VALUE),
    ]
    if effect:
        rows.insert(3, Fact(label=_("Consequence"), value=effect))
    if command.note:
        rows.append(Fact(label=_("Outcome"), value=reason_text(command.note, 40)))
    return tuple(rows)


def _symbol(command: Command, registry: Registry, snapshot: TagSnapshot) -> ValveState:
    """As its feedback has it; on its way, while the feedback still shows where it came from."""
    number = command.content.feedback_point
    arrived = {"open": ValveState.OPEN, "close": ValveState.CLOSED}.get(command.content.action)
    if command.state is CommandState.VERIFIED and arrived is not None:
        # Its proof was read; the picture of all values may be a moment older.
        return arrived
    if number is None:
        return ValveState.UNKNOWN
    feedback: Point = registry.points[number]
    state = valve_state(feedback, float(snapshot.value[number]), int(snapshot.quality[number]))
    moving = command.state is CommandState.ACKED and state in (ValveState.OPEN, ValveState.CLOSED) and state != arrived
    return ValveState.TRAVELLING if moving else state


def _place(command: Command, registry: Registry) -> str:
    asset = next((each for each in registry.assets if each.id == command.content.asset), None)
    return asset_name(asset) if asset is not None else shown(command.content.asset)


def _effect(command: Command, effect: Consequence | None) -> str:
    if effect is None and command.state in TERMINAL:
        return ""
    return effect_text(effect)


def _who(command: Command, names: Mapping[str, str]) -> str:
    return f"{_name(names, command.requester, 20)} · {shown(command.workstation, 16)}"


def _time(command: Command, now: int) -> str:
    if command.state in TERMINAL:
        return clock_time(command.ended_at)
    ran_s = p.running_s(command, now)
    if ran_s is not None:
        return clock_age(ran_s)
    left = p.left_s(command, now)
    return countdown(left) if left is not None else clock_time(command.content.requested_at)


def _name(names: Mapping[str, str], person: str, longest: int = 32) -> str:
    return shown(names.get(person, person), longest)
