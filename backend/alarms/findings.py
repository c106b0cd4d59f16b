"""What the evaluation of limits finds: conditions that changed, inputs that became worth more or less."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np

from backend.alarms import events as e
from backend.model.alarm import InputQuality
from backend.model.quality import Status, status_of


class Input(IntEnum):
    """What a point's input is worth for its limits. From UNCERTAIN on a value can raise, only GOOD can clear."""

    UNKNOWN = 0
    LOST = 1
    UNCERTAIN = 2
    GOOD = 3


_INPUT_OF_STATUS: Final = {Status.BAD: Input.LOST, Status.UNCERTAIN: Input.UNCERTAIN, Status.GOOD: Input.GOOD}
INPUT_OF_QUALITY: Final = np.array([_INPUT_OF_STATUS[status_of(code)] for code in range(256)], np.uint8)
"""What a quality byte makes of the input, shape (256,)."""


class Change(StrEnum):
    """What became of one condition of a point."""

    RAISE = "raise"
    ESCALATE = "escalate"
    DEESCALATE = "de-escalate"
    CLEAR = "clear"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A condition of a point changed. at: device time, µs UTC. good: the input was not merely uncertain.

    level: the one reached; the one left where it cleared. limit: that level's.
    """

    point: int
    condition: str
    change: Change
    level: str
    at: int
    value: float
    limit: float
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The input of a point became worth more or less."""

    point: int
    at: int
    input: Input


Finding = Crossing | Marked


def event_of(finding: Finding) -> e.Event:
    """What a finding is to the alarm it concerns."""
    if isinstance(finding, Marked):
        return e.InputGood() if finding.input is Input.GOOD else e.InputLost()
    quality = InputQuality.GOOD if finding.good else InputQuality.UNCERTAIN
    at, value, limit = finding.at, finding.value, finding.limit
    match finding.change:
        case Change.RAISE:
            return e.Raise(level=finding.level, at=at, value=value, limit=limit, quality=quality)
        case Change.ESCALATE:
            return e.Escalate(level=finding.level, at=at, value=value, limit=limit, quality=quality)
        case Change.DEESCALATE:
            return e.Deescalate(level=finding.level, at=at, value=value, limit=limit, quality=quality)
        case Change.CLEAR:
            return e.Clear(at=at, value=value, limit=limit, quality=quality)
        case Change.LATE:
            return e.Late(level=finding.level, at=at, value=value, limit=limit)
