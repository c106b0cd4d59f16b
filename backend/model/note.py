"""What people write to the log about an alarm or a command, and what they ask each other about it."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_NOTE = 500
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note, as the journal has it. subject: alarm key or command id; at: µs UTC; asks: it waits for an answer."""

    subject: str
    at: int
    person: str
    workstation: str
    words: str
    asks: bool = False
