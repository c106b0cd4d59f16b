"""Command vocabulary of safety.md §2: states, content that people sign, receipts from the field."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class CommandState(StrEnum):
    """Thirteen states; the last five are terminal and absorbing."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    AWAITING_APPROVAL = "awaiting-approval"
    APPROVED = "approved"
    DISPATCHING = "dispatching"
    DISPATCHED = "dispatched"
    ACKED = "acked"
    INDETERMINATE = "indeterminate"
    VERIFIED = "verified"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


TERMINAL = frozenset(
    {
        CommandState.VERIFIED,
        CommandState.REJECTED,
        CommandState.EXPIRED,
        CommandState.CANCELLED,
        CommandState.FAILED,
    }
)


class RiskClass(IntEnum):
    """0: read-back, clock set. 1: valve, set-point, tariff, limit, key, firmware. 2: group."""

    READ_BACK = 0
    SINGLE = 1
    GROUP = 2


class CommandKind(StrEnum):
    """What is asked of the device."""

    VALVE = "valve"
    SETPOINT = "setpoint"
    READ_BACK = "read-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContent:
    """What people read, sign and the bytes encode. Immutable: an edit is a new command. times: µs UTC."""

    id: str
    kind: CommandKind
    device: str
    point: int
    """The commanded point (valve command register, set-point)."""
    tag: str
    asset: str
    action: str
    """"open", "close" or "set"."""
    value: float
    """What is written, in the point's unit (for a valve: its open or close code)."""
    unit: str
    old_value: float | None
    old_at: int | None
    old_quality: int
    reason: str
    risk: RiskClass
    origin: str
    """"operator", "rule", "api", "application", "ai"."""
    requested_at: int
    feedback_point: int | None
    """Independent point that must agree (C15)."""
    feedback_value: float | None
    feedback_tolerance: float
    verify_within_s: float
    not_after: int = 0
    """The signed end, µs UTC: whatever state it is in, nothing is sent from this moment on (S3)."""
    person_on_site: bool = False
    """The requester says that a person stands at the valve (gas rule for a remote open)."""
    waits_for_receipt: bool = False
    """Applying it late is what is wanted (G-05: a closure for a sleeping meter): sent, it waits without end."""
    waits_until_awake: bool = False
    """The device runs on a battery and sleeps: approved, it waits unsent until the device has just reported (B-19)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command's whole stored truth. Person fields are person ids (natural persons), sessions are session ids."""

    content: CommandContent
    state: CommandState
    not_after: int
    """µs UTC: end of the current waiting state; nothing leaves after it."""
    requester: str
    requester_session: str
    workstation: str
    confirmer: str = ""
    approver: str = ""
    approver_session: str = ""
    signed_hash: str = ""
    """sha256 of the content + not-after + old value that the approver signed, hex."""
    confirmed_at: int = 0
    approved_at: int = 0
    claimed_at: int = 0
    dispatched_at: int = 0
    acked_at: int = 0
    ended_at: int = 0
    attempt: int = 0
    note: str = ""
    """Why it ended as it did: the rejection's reason, the device's answer, the contradicting feedback."""
    resolved_by: str = ""
    feedback_seen: float | None = None
    approver_on_site: bool = False
    """The approver says so too."""


class ReceiptKind(StrEnum):
    """What a driver can say of an order."""

    NOT_SENT = "not-sent"
    """Provably zero bytes left the process (C10)."""
    SENT = "sent"
    """The transport accepted the bytes (C11)."""
    ACKED = "acked"
    """Positive answer matched by correlation (C12)."""
    REFUSED = "refused"
    """Explicit negative answer (C13)."""
    UNKNOWN = "unknown"
    """Time-out or partial write: it may have happened (C14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An approved, claimed command on its way to a device. Built only from a committed DISPATCHING row."""

    command: str
    attempt: int
    device: str
    point: int
    value: float
    not_after: int
    deadline_mono: float
    """The same end on the monotonic clock; the driver checks both directly before the write."""
    signed_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A driver's word on one order. `late`: it came after the order had been given up."""

    command: str
    attempt: int
    kind: ReceiptKind
    at: int
    detail: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlock:
    """One condition for a command, judged on a live value. value_text: what the value is, in words."""

    name: str
    met: bool
    value_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """What is in the way of a request, as a template with its values, so that each desk says it in its language."""

    template: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandCheck:
    """What a person sees before asking: interlocks, the value now, what blocks."""

    interlocks: tuple[Interlock, ...]
    old_value: float | None
    old_at: int | None
    """µs UTC, device time."""
    old_quality: int
    blocked_reason: str
    """One sentence in English; empty = may be requested."""
    blocked: Blocked | None = None
    """The same for the language of a desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commandable:
    """A point that people may command. actions: "open", "close", "set"; low/high in `unit`."""

    point: int
    device: str
    asset: str
    actions: tuple[str, ...]
    feedback_point: int | None
    short_code: str
    low: float
    high: float
    unit: str
