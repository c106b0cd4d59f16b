"""People, accounts, roles and rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Right(StrEnum):
    """What an account may do; checked below every entry path."""

    VIEW = "view"
    ALARM_ACK = "alarm.ack"
    ALARM_SHELVE = "alarm.shelve"
    ALARM_RESET = "alarm.reset"
    ALARM_OUT_OF_SERVICE = "alarm.oos"
    CMD_REQUEST = "cmd.request"
    CMD_APPROVE = "cmd.approve"
    CMD_RESOLVE = "cmd.resolve"
    CONFIG_EDIT = "config.edit"
    PEOPLE_EDIT = "people.edit"
    JOURNAL_READ = "journal.read"
    JOURNAL_EXPORT = "journal.export"
    SIMULATOR_RUN = "simulator.run"


class Role(StrEnum):
    """The four console roles, engineer and administrator (M-05)."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"
    AUDITOR = "auditor"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"


class AccountStatus(StrEnum):
    """Life of an account."""

    ACTIVE = "active"
    LOCKED = "locked"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One sign-in of one natural person. Secrets stay here and in the store; they are never logged or shown."""

    login: str
    person: str
    """Natural person id; two accounts of one person share it."""
    name: str
    role: Role
    status: AccountStatus
    password_hash: str = field(repr=False)
    """Argon2id, encoded."""
    totp_secret: str = field(default="", repr=False)
    """Base32; empty = no second factor enrolled."""
    totp_last_step: int = 0
    """Last accepted 30 s step; must strictly increase."""
    failures: int = 0
    locked_until: int = 0
    changed_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Someone signed in at a workstation. Frozen at sign-in; rights are looked up anew at each use."""

    id: str
    login: str
    person: str
    name: str
    role: Role
    workstation: str
    started_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account as others may see it: no secrets."""

    login: str
    person: str
    name: str
    role: Role
    status: AccountStatus
    """LOCKED also while a lock after wrong passwords runs."""
    second_factor: bool
    changed_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is signed in where, as others may see it: without the session's id, which is what proves a session."""

    login: str
    person: str
    name: str
    role: Role
    """Of this moment."""
    workstation: str
    started_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRights:
    """One line of the permission matrix: what a role may do, always may, and can never be given."""

    role: Role
    rights: frozenset[Right]
    always: frozenset[Right]
    never: frozenset[Right]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reauthenticated:
    """Someone signed in proved again who they are, for one purpose. Used once and only at once.

    purpose: what it is good for, e.g. "approve CMD-20260115-000001 <signed hash>". mono: monotonic seconds.
    """

    id: str
    session: str
    person: str
    purpose: str
    second_factor: bool
    """A fresh one-time code was used up for it."""
    mono: float
