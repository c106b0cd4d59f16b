"""Name the few meanings a colour may have on this console (design/hmi.md §1.2)."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """What a mark, a text or a border means; the theme says which colour that is."""

    NORMAL = "normal"
    SECONDARY = "secondary"
    MUTED = "muted"
    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"
    YOU = "you"
    NOT_FIELD = "not_field"
    OK = "ok"


ALARM_TONES = (Tone.P1, Tone.P2, Tone.P3, Tone.P4)
"""Tones by priority: ALARM_TONES[priority - 1]."""


def alarm_tone(priority: int) -> Tone:
    """The tone of alarm priority 1 to 4."""
    return ALARM_TONES[priority - 1]
