"""What a trend chart is told: lines, spans, limits, lanes and marks as plain frozen data; times are µs UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from widgets.theme import Tone

Times = NDArray[np.int64]
Values = NDArray[np.float64]

MOST_IN_PANE = 5
"""Pens of one pane (design/hmi.md §3.8)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """A line by time; arrays of shape (n,). A NaN in `mid` breaks the line: a gap stays a gap.

    mid is drawn; low and high are the smallest and largest value it stands for, equal to it where it is one sample.
    weight: how many samples each row stands for.
    """

    at: Times
    low: Values
    high: Values
    mid: Values
    weight: NDArray[np.int64]

    @classmethod
    def of(cls, at: Times, values: Values) -> Curve:
        """A curve of samples."""
        return cls(at=at, low=values, high=values, mid=values, weight=np.ones(len(at), np.int64))


class Look(StrEnum):
    """How a stretch of doubtful time is drawn (design/hmi.md §3.5)."""

    GAP = "gap"
    STALE = "stale"
    UNCERTAIN = "uncertain"
    NOT_FIELD = "not_field"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one pen that is not simply good, and why, in words. level: the last value before it."""

    start: int
    end: int
    look: Look
    words: str = ""
    level: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """An alarm limit: where, what it is called, whose hue."""

    value: float
    name: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class PenLook:
    """A pen as it is drawn. number: its place in the group, from 1; colour and dashes follow from it."""

    key: str
    number: int
    front: bool = False
    now: str = ""
    """The number at the right end of the line."""
    faded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """Pens of one unit over one value axis from `low` to `high`."""

    key: str
    title: str
    unit: str
    pens: tuple[PenLook, ...]
    low: float
    high: float
    digits: int = 1
    limits: tuple[LimitLine, ...] = ()
    band: tuple[float, float] | None = None
    """The normal band."""


class Fill(StrEnum):
    """How a state of a switch is drawn in its lane."""

    FULL = "full"
    HOLLOW = "hollow"
    TRAVEL = "travel"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRun:
    """A switch that stays in one state for a while."""

    start: int
    end: int
    fill: Fill
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A switch over time."""

    key: str
    label: str
    runs: tuple[LaneRun, ...]
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An alarm at its time on the foot of the axis."""

    key: str
    at: int
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A vertical line at a time, with what stands in its flag, and the value of each pen there."""

    at: int
    words: str
    values: tuple[tuple[str, float], ...] = ()
