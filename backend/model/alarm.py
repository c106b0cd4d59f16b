"""Alarm vocabulary of ISA-18.2 / IEC 62682: facts are stored, the name of the state is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from backend.errors import mark

LEVEL_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"HH": mark("HIGH-HIGH"), "H": mark("HIGH"), "L": mark("LOW"), "LL": mark("LOW-LOW"), "": ""}
)
"""What a level is called in a message; catalogue keys."""


class Priority(IntEnum):
    """1 is the most urgent (hmi.md 3.4)."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


class AlarmName(StrEnum):
    """The nine derived names of ISA-18.2."""

    NORM = "NORM"
    UNACK = "UNACK"
    ACKED = "ACKED"
    RTNUN = "RTNUN"
    LTUNK = "LTUNK"
    LTACK = "LTACK"
    SHLVD = "SHLVD"
    DSUPR = "DSUPR"
    OOSRV = "OOSRV"


class AlarmClass(StrEnum):
    """Alarm classes that carry their own rules."""

    PROCESS = "process"
    GAS_LEAK = "gas-leak"
    DIAGNOSTIC = "diagnostic"
    COMMAND = "command"
    SYSTEM = "system"


class Suppression(StrEnum):
    """The three ways an alarm is held back; never 'disabled' (T22)."""

    SHELVED = "shelved"
    BY_DESIGN = "by-design"
    OUT_OF_SERVICE = "out-of-service"


class InputQuality(StrEnum):
    """What the alarm's input is worth. UNKNOWN after a restart, until the first good sample."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """One suppression in force: who (person id or rule id), why, since and until (µs UTC; by-design has no end)."""

    kind: Suppression
    by: str
    reason: str
    since: int
    until: int | None
    second: str = ""
    """Second person, for out of service."""
    measure: str = ""
    """Compensating measure, for out of service."""
    one_shot: bool = False
    """A shelf that also ends when the alarm clears (T11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmConfig:
    """One alarm as configured. `key` = source + ":" + condition, e.g. "R12.PT-1202:low" or "link/R-12:lost".

    A level alarm has several levels (H, HH) with a priority each: crossing the next one escalates (T6).
    """

    key: str
    source: str
    """Point tag, link id or command id."""
    condition: str
    """high, low, rate, state, lost, bad-input, discrepancy, late-action, …"""
    message: str
    """English catalogue key with named places for {title} (of the point), {level} (from LEVEL_WORDS) and {source}, each
    put in by whoever shows it, in the reader's language: "{title} {level}" becomes "Outlet pressure LOW-LOW". The value
    and the place are shown beside it."""
    alarm_class: AlarmClass
    priorities: tuple[tuple[str, Priority], ...]
    """(level, priority) from the least to the most urgent."""
    point: int | None = None
    asset: str = ""
    device: str = ""
    area: str = ""
    latching: bool = False
    auto_ack: bool = False
    shelvable: bool = True
    max_shelf_s: int = 12 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFacts:
    """What is stored of one alarm instance. The displayed name is `backend.alarms.logic.name_of(facts)`."""

    cond: bool = False
    input: InputQuality = InputQuality.UNKNOWN
    ack: bool = True
    latched: bool = False
    suppressed: tuple[Suppressed, ...] = ()
    """At most one of each kind, ordered by kind."""
    occurrence: int = 0
    level: str = ""
    """Level of the current or last occurrence, e.g. "HH"."""
    peak: Priority | None = None
    """Peak priority since the last NORM; None while NORM."""
    raised_at: int = 0
    cleared_at: int = 0
    acked_at: int = 0
    acked_by: str = ""
    late: bool = False
    value: float | None = None
    """Value that raised the current occurrence."""
    limit: float | None = None
    hidden_count: int = 0
    """Process events while suppressed (T15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRecord:
    """An alarm as others see it: its configuration, facts, derived name and whether it is annunciated."""

    config: AlarmConfig
    facts: AlarmFacts
    name: AlarmName
    priority: Priority
    """Peak priority while not NORM, else the highest configured."""
    horn: bool
    """Wants the horn now (unacknowledged, unsuppressed, not silenced)."""
    changed_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One line of the alarm journal: what happened to an alarm, durable before it is shown as handled."""

    key: str
    occurrence: int
    event: str
    """raise, clear, ack, reset, escalate, shelve, unshelve, … (the T-rows of safety.md §1)."""
    at: int
    """µs UTC of the fact (device time for process events)."""
    recorded_at: int
    name: AlarmName
    priority: Priority
    level: str = ""
    value: float | None = None
    limit: float | None = None
    by: str = ""
    workstation: str = ""
    reason: str = ""
    late: bool = False
