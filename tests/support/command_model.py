"""A small world around the command machine, and an oracle that judges it without asking it.

Every interleaving of people, executor, driver, feedback, clocks, crash and restart is walked through. The world keeps
what the machine cannot know about itself: how many times bytes left, what was committed, who really approved what.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from backend.commands.content import signed_hash
from backend.commands.events import (
    Actor,
    Approve,
    Cancel,
    Claim,
    Confirm,
    Event,
    Feedback,
    Moment,
    Reject,
    Request,
    Resolve,
    Restarted,
    Revoked,
    Route,
    Seen,
    Tick,
    Told,
    Voided,
    Withheld,
    World,
)
from backend.commands.logic import Effect, Outcome, step, withheld
from backend.commands.policy import Policy
from backend.model.command import (
    TERMINAL,
    Command,
    CommandContent,
    CommandKind,
    CommandState,
    Interlock,
    Receipt,
    ReceiptKind,
    RiskClass,
)
from backend.model.person import Right

US = 1_000_000
START = 1_768_473_000 * US
POLICY = Policy()
S = CommandState
NO_BYTES = frozenset({S.EXPIRED, S.CANCELLED, S.REJECTED})

ASK = frozenset({Right.CMD_REQUEST})
SIGN = frozenset({Right.CMD_REQUEST, Right.CMD_APPROVE, Right.CMD_RESOLVE})
OPERATOR = Actor(person="A-2", session="s1", workstation="A", rights=SIGN)
"""Holds every right on purpose: only being the requester must stop him."""
SECOND_ACCOUNT = replace(OPERATOR, session="s2", workstation="B")
SUPERVISOR = Actor(person="S-1", session="s3", workstation="S", rights=SIGN)
THIRD = Actor(person="S-2", session="s4", workstation="S", rights=SIGN)


def content(**changes: object) -> CommandContent:
    """A valve close as the server would freeze it."""
    base = CommandContent(
        id="CMD-20260115-000001",
        kind=CommandKind.VALVE,
        device="XV-0417",
        point=7,
        tag="XV-0417.CMD",
        asset="VW-0417",
        action="close",
        value=2.0,
        unit="",
        old_value=1.0,
        old_at=START,
        old_quality=0xC0,
        reason="line break",
        risk=RiskClass.SINGLE,
        origin="operator",
        requested_at=START,
        feedback_point=8,
        feedback_value=2.0,
        feedback_tolerance=0.0,
        verify_within_s=45.0,
        not_after=START + 660 * US,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name fields of the dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """One state of the whole world."""

    memory: Command | None = None
    row: Command | None = None
    ends: float = float("inf")
    staged: Outcome | None = None
    """Decided, its transaction not yet durable."""
    restarting: bool = False
    to_write: bool = False
    """The claim is durable, the dispatcher not yet called."""
    wall: int = START
    mono: float = 0.0
    jumped: float = 0.0
    mode: str = "live"
    interlock: bool = True
    asks: bool = True
    """The requester still may."""
    signs: bool = True
    """The approver still may."""
    other: bool = False
    """Another command is open on the actuator."""
    codes: int = 1
    """Fresh one-time codes that people still have."""
    # what the oracle knows
    sent: int = 0
    unsent: bool = False
    """The driver really let nothing out."""
    claims: frozenset[int] = frozenset()
    approved_by: str = ""
    approved_code: bool = False
    approved: CommandContent | None = None
    end_wall: int = 0
    end_mono: float = 0.0
    grounds: frozenset[str] = frozenset()
    """Proofs that were there: "no", "elsewhere", "there", "third"."""
    steps: int = 0
    """How often time was let run."""
    troubles: int = 0
    """How many things went wrong from outside."""

    def __hash__(self) -> int:
        # Cheaper than hashing both commands whole; equality still compares everything.
        memory, row = self.memory, self.row
        states = (
            memory and (memory.state, memory.not_after, memory.dispatched_at, memory.note, memory.content.value),
            row and (row.state, row.not_after, row.note, row.resolved_by, row.approver),
        )
        flags = (self.restarting, self.to_write, self.mode, self.interlock, self.asks, self.signs, self.other)
        oracle = (self.sent, self.unsent, self.codes, self.approved_by, self.troubles, self.end_wall)
        return hash((states, flags, oracle, self.ends, self.wall, self.grounds, self.staged and self.staged.rule))


class BrokenError(AssertionError):
    """An invariant of safety.md does not hold."""


@dataclass(slots=True)
class Walk:
    """What an exploration saw."""

    nodes: int = 0
    edges: int = 0
    states: set[CommandState] | None = None
    rules: set[str] | None = None


def explore(first: CommandContent, *, time_steps: int, troubles: int) -> Walk:
    """Breadth first through every interleaving; raises BrokenError with the way there at the first broken invariant."""
    walk = Walk(states=set(), rules=set())
    start = Node()
    came_from: dict[Node, tuple[Node, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for name, action in _actions(node, first, time_steps, troubles):
            walk.edges += 1
            try:
                after = action(node, walk)
                _check_rows(node, after)
            except BrokenError as broken:
                raise BrokenError(f"{broken}: {' > '.join([*_way(came_from, node), name])}") from None
            if after not in came_from:
                came_from[after] = (node, name)
                queue.append(after)
    walk.nodes = len(came_from)
    return walk


def _way(came_from: dict[Node, tuple[Node, str] | None], node: Node) -> list[str]:
    names: list[str] = []
    before = came_from[node]
    while before is not None:
        names.append(before[1])
        before = came_from[before[0]]
    return names[::-1]


Action = Callable[[Node, Walk], Node]


def _actions(node: Node, first: CommandContent, time_steps: int, troubles: int) -> Iterator[tuple[str, Action]]:
    yield from _outside(node, time_steps, troubles)
    if node.memory is not None or node.staged is not None:
        yield "crash", _crash
    if node.staged is not None:
        yield "commit", _commit
        yield "commit fails", lambda n, w: replace(n, staged=None, grounds=frozenset())
        return
    if node.restarting:
        yield "restart", lambda n, w: _decide(n, w, Restarted())
        return
    if node.memory is None:
        yield "request", lambda n, w: _request(n, w, first)
        return
    if node.to_write:
        yield "write", _write
        yield "cannot connect", lambda n, w: replace(n, to_write=False, unsent=True)
    yield from _events(node)


def _outside(node: Node, time_steps: int, troubles: int) -> Iterator[tuple[str, Action]]:
    """What changes without asking the machine."""
    if node.row is None or node.row.state in TERMINAL:
        return
    if node.steps < time_steps:
        yield "deadline passes", _past_deadline
    if node.troubles >= troubles:
        return
    for name, trouble in _TROUBLES:
        after = trouble(node)
        if after != node:
            yield name, lambda n, w, after=after: replace(after, troubles=n.troubles + 1)  # type: ignore[misc]


def _swap(node: Node) -> Node:
    """Somebody changes what stands in memory and in the row, past the machine."""
    if node.memory is None:
        return node
    swapped = replace(node.memory, content=replace(node.memory.content, value=1.0))
    return replace(node, memory=swapped, row=swapped)


_TROUBLES: tuple[tuple[str, Callable[[Node], Node]], ...] = (
    ("mode leaves live", lambda n: replace(n, mode="simulator")),
    ("interlock trips", lambda n: replace(n, interlock=False)),
    ("requester revoked", lambda n: replace(n, asks=False)),
    ("approver revoked", lambda n: replace(n, signs=False)),
    ("another command opens", lambda n: replace(n, other=True)),
    ("wall clock jumps back", lambda n: replace(n, wall=START - 6 * US, jumped=-6.0)),
    ("content swapped", _swap),
)


def _events(node: Node) -> Iterator[tuple[str, Action]]:
    command = node.memory
    assert command is not None
    world = _world(node)
    fixed: tuple[tuple[str, Event], ...] = (
        ("confirm by other", Confirm(actor=THIRD, world=world, typed="0417", short_code="0417")),
        ("confirm wrong code", Confirm(actor=OPERATOR, world=world, typed="0418", short_code="0417")),
        ("confirm", Confirm(actor=OPERATOR, world=world, typed=" 0417", short_code="0417")),
        ("route", Route()),
        ("reject", Reject(actor=SUPERVISOR, reason="no")),
        ("reject own", Reject(actor=OPERATOR, reason="no")),
        ("cancel", Cancel(actor=OPERATOR, reason="not needed")),
        ("hears of revocation", Revoked(person=OPERATOR.person if node.signs else SUPERVISOR.person)),
        ("hears of edit", Voided(why="edited")),
        ("tick", Tick()),
        ("claim", Claim(world=world)),
        ("resolve by requester", Resolve(actor=OPERATOR, verified=True, note="saw it")),
    )
    for name, event in fixed:
        yield name, lambda n, w, event=event: _decide(n, w, event)  # type: ignore[misc]
    for person, actor in (("self", OPERATOR), ("second account", SECOND_ACCOUNT), ("supervisor", SUPERVISOR)):
        yield f"approve by {person}", lambda n, w, actor=actor: _approve(n, w, actor, code=True)  # type: ignore[misc]
    yield "approve without code", lambda n, w: _approve(n, w, SUPERVISOR, code=False)
    yield (
        "resolve by third",
        lambda n, w: _decide(_saw(n, "third"), w, Resolve(actor=THIRD, verified=False, note="crew looked")),
    )
    if node.sent or node.unsent:
        yield from _receipts(node)
    if command.claimed_at:
        yield from _feedback(node)


def _receipts(node: Node) -> Iterator[tuple[str, Action]]:
    kinds = {
        True: (ReceiptKind.SENT, ReceiptKind.ACKED, ReceiptKind.REFUSED, ReceiptKind.UNKNOWN),
        False: (ReceiptKind.NOT_SENT, ReceiptKind.UNKNOWN),
    }[node.sent > 0]
    for kind in kinds:
        grounds = {ReceiptKind.REFUSED: "no", ReceiptKind.NOT_SENT: "no"}.get(kind, "")
        event = Told(receipt=Receipt(command="c", attempt=1, kind=kind, at=node.wall, detail=kind.value))
        yield kind.value, lambda n, w, e=event, g=grounds: _decide(_saw(n, g), w, e)  # type: ignore[misc]


def _feedback(node: Node) -> Iterator[tuple[str, Action]]:
    old, fresh = START - US, node.wall + 60 * US
    future = node.wall + 90 * US
    cases: tuple[tuple[str, Feedback | None, str], ...] = (
        ("no feedback", None, ""),
        ("old agreement", _reads(2.0, old), ""),
        ("bad agreement", replace(_reads(2.0, fresh), good=False), ""),
        ("agreement from the future", _reads(2.0, future), ""),
        ("NaN", _reads(float("nan"), fresh), ""),
        ("agreement", _reads(2.0, fresh), "there"),
        ("travelling", replace(_reads(0.0, fresh), moving=True), ""),
        ("contradiction", _reads(1.0, fresh), "elsewhere"),
    )
    for name, feedback, grounds in cases:
        seen = Seen(feedback=feedback)
        yield name, lambda n, w, e=seen, g=grounds: _decide(_saw(n, g), w, e)  # type: ignore[misc]


def _reads(value: float, at: int) -> Feedback:
    return Feedback(value=value, at=at, received_at=at, good=True, current=True)


def _saw(node: Node, ground: str) -> Node:
    return replace(node, grounds=node.grounds | {ground}) if ground else node


def _world(node: Node) -> World:
    return World(
        mode=node.mode,
        interlocks=(Interlock(name="local key", met=node.interlock, value_text="remote"),),
        requester_may=node.asks,
        approver_may=node.signs,
        other_open="CMD-other" if node.other else "",
    )


def _moment(node: Node) -> Moment:
    return Moment(at=node.wall, mono=node.mono, ends_mono=node.ends, jump_s=node.jumped)


def _when(node: Node, event: Event) -> Moment:
    """Feedback comes a minute of wall time later than the rest, so that it can be older and younger than a dispatch."""
    return replace(_moment(node), at=node.wall + 61 * US) if isinstance(event, Seen) else _moment(node)


def _request(node: Node, walk: Walk, first: CommandContent) -> Node:
    event = Request(content=first, actor=OPERATOR, world=_world(node), short_code="0417", low=0.0, high=2.0)
    return _decide(node, walk, event)


def _approve(node: Node, walk: Walk, actor: Actor, *, code: bool) -> Node:
    assert node.memory is not None
    if not (actor.person == OPERATOR.person or node.signs):
        actor = replace(actor, rights=frozenset())
    event = Approve(
        actor=actor,
        world=_world(node),
        signed_hash=signed_hash(node.memory.content),
        reauthenticated=True,
        second_factor=code and node.codes > 0,
    )
    after = _decide(node, walk, event)
    if after.staged is None:
        return after
    return replace(
        after,
        codes=node.codes - int(code),
        approved_by=actor.person,
        approved_code=code and node.codes > 0,
        approved=node.memory.content,
        end_wall=min(node.wall + 30 * US, START + 660 * US),
        end_mono=node.mono + 30.0,
    )


def _decide(node: Node, walk: Walk, event: Event) -> Node:
    outcome = step(node.memory, event, POLICY, _when(node, event))
    assert walk.rules is not None
    if outcome.refused is None and outcome.rule:
        walk.rules.add(outcome.rule)
    if outcome.command == node.memory:
        late = Effect.ALARM_LATE_ACTION in outcome.effects
        if late and (node.memory is None or node.memory.state not in TERMINAL):
            raise BrokenError("late action on an open command")
        if isinstance(event, Restarted):
            return replace(node, restarting=False, ends=_ends(outcome))
        return replace(node, grounds=frozenset())
    if node.memory is not None and node.memory.state in TERMINAL:
        raise BrokenError(f"S8 {node.memory.state} moved")
    if isinstance(event, Restarted):
        _check_restart(node.memory, outcome.command)
    return replace(node, staged=outcome)


def _check_restart(before: Command | None, after: Command | None) -> None:
    allowed = {S.INDETERMINATE, S.EXPIRED, S.CANCELLED}
    if before is None or after is None or after.state not in allowed:
        raise BrokenError(f"S14 restart moved {before and before.state} to {after and after.state}")


def _ends(outcome: Outcome) -> float:
    return float("inf") if outcome.ends_mono is None else outcome.ends_mono


def _commit(node: Node, walk: Walk) -> Node:
    outcome = node.staged
    assert outcome is not None
    assert outcome.command is not None
    assert walk.states is not None
    walk.states.add(outcome.command.state)
    claims = node.claims
    if outcome.command.state is S.DISPATCHING:
        if outcome.command.attempt in claims:
            return replace(node, staged=None, grounds=frozenset())  # the unique index says no
        claims = claims | {outcome.command.attempt}
    return replace(
        node,
        memory=outcome.command,
        row=outcome.command,
        ends=_ends(outcome),
        staged=None,
        restarting=False,
        claims=claims,
        to_write=Effect.DISPATCH in outcome.effects,
        grounds=frozenset(),
    )


def _write(node: Node, walk: Walk) -> Node:
    """The last look, then the bytes."""
    assert node.memory is not None
    refusal = withheld(node.memory, _world(node), POLICY, _moment(node))
    node = replace(node, to_write=False)
    if refusal is not None:
        return _decide(node, walk, Withheld(why=refusal))
    _check_bytes(node)
    return replace(node, sent=node.sent + 1)


def _crash(node: Node, walk: Walk) -> Node:
    return replace(
        node,
        memory=node.row,
        ends=float("inf"),
        staged=None,
        to_write=False,
        restarting=node.row is not None,
        grounds=frozenset(),
    )


def _past_deadline(node: Node, walk: Walk) -> Node:
    assert node.row is not None
    ahead = 700.0 if node.ends == float("inf") else max(node.ends - node.mono, 0.0) + 1.0
    return replace(node, wall=node.wall + round(ahead * US), mono=node.mono + ahead, steps=node.steps + 1)


# -- the oracle ------------------------------------------------------------------------------------------------------


def _check_bytes(node: Node) -> None:
    """What must be true at the instant the bytes leave."""
    command, row = node.memory, node.row
    assert command is not None
    facts = (
        ("S1 bytes without a committed DISPATCHING row", row is not None and row.state is S.DISPATCHING),
        ("S2 sent twice", node.sent == 0),
        ("S3 sent after not-after", node.wall < node.end_wall and node.mono < node.end_mono),
        ("S3 sent after the clock jumped", abs(node.jumped) <= 5.0),
        ("S4 approved by the requester", node.approved_by not in ("", OPERATOR.person)),
        ("S4 approved without a fresh code", node.approved_code),
        ("S5 other bytes than signed", command.content == node.approved),
        ("S7 a live command left outside live", node.mode == "live"),
        ("S10 a revoked person's command left", node.asks and node.signs),
        ("S11 sent with an interlock not met", node.interlock),
        ("S12 two commands on one actuator", not node.other),
    )
    for name, holds in facts:
        if not holds:
            raise BrokenError(name)


def _check_rows(before: Node, after: Node) -> None:
    """What must be true of what is durable."""
    row, old = after.row, before.row
    if row is None:
        return
    if old is not None and old.state in TERMINAL and row.state is not old.state:
        raise BrokenError(f"S8 {old.state} became {row.state}")
    if row.state in NO_BYTES and after.sent:
        raise BrokenError(f"S9 {row.state} though bytes were sent")
    grounds = before.grounds
    if old is not None and row.state is not old.state:
        if row.state is S.FAILED and not grounds & {"no", "elsewhere", "third"}:
            raise BrokenError("FAILED without any proof that it did not happen")
        if row.state is S.VERIFIED and not grounds & {"there"}:
            raise BrokenError("VERIFIED without feedback sampled after dispatch")
