"""What can happen to a command, as frozen facts: people's intents, receipts, feedback, clock, restart."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backend.errors import RefusedError
from backend.model.command import CommandContent, CommandState, Interlock, Receipt
from backend.model.person import Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: taken from the session, never from what the caller says. Rights are those of this moment."""

    person: str
    session: str
    workstation: str
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What must be known of the outside before something is allowed."""

    mode: str
    """The workspace's mode now: "live", "simulator", or "" while it takes no commands."""
    interlocks: tuple[Interlock, ...]
    requester_may: bool = False
    """The requester is still active and may still request."""
    approver_may: bool = False
    other_open: str = ""
    """Another open command on the same actuator and whose it is (S12); empty = none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now, on both clocks, seen from one command.

    at: wall clock, µs UTC. mono: monotonic seconds. ends_mono: the current state's end on the monotonic clock.
    jump_s: how far the wall clock has moved against the monotonic one since the command was requested.
    """

    at: int
    mono: float
    ends_mono: float = math.inf
    jump_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The independent feedback point as it stands. at: device time; received_at: arrival (both µs UTC)."""

    value: float
    at: int
    received_at: int
    good: bool
    current: bool
    """Young enough to contradict; an older one can only agree."""
    moving: bool = False
    """It says that the valve is travelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something is not done: one sentence as a template with its values, and how the command ends if it must."""

    template: str
    values: tuple[tuple[str, object], ...] = ()
    end: CommandState = CommandState.CANCELLED

    @property
    def text(self) -> str:
        """The English sentence."""
        return str(self.error())

    def error(self) -> RefusedError:
        """The same as an exception for the person who asked."""
        return RefusedError(self.template, **dict(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """C1. `limited`: why the rate limit refuses; None = it does not. low/high: the point's range."""

    content: CommandContent
    actor: Actor
    world: World
    short_code: str
    low: float
    high: float
    limited: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """C2. `typed`: what the person typed; `short_code`: what stands on the device's plate."""

    actor: Actor
    world: World
    typed: str
    short_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """C3/C4: the system decides who must approve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """C5."""

    actor: Actor
    world: World
    signed_hash: str
    reauthenticated: bool
    second_factor: bool
    person_on_site: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """C6."""

    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """C7 by a person; also the authorised cancel of a waiting order."""

    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """C7 by the system: content edited, mode changed."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """C7 by the system: a person's account was disabled, re-roled or given a new password."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """C8, C14: the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """C9: the executor wakes up. It may wake up as often as it likes."""

    world: World


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """C10: the claim was committed, but the last look before the write said no; zero bytes left."""

    why: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """C10–C14, C19: a driver's receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """C15–C18: the independent feedback now; None = the point has no value."""

    feedback: Feedback | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """C18 by a third person."""

    actor: Actor
    verified: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """C14, S14: the process came up and found the command open."""


Event = (
    Request
    | Confirm
    | Route
    | Approve
    | Reject
    | Cancel
    | Voided
    | Revoked
    | Tick
    | Claim
    | Withheld
    | Told
    | Seen
    | Resolve
    | Restarted
)
