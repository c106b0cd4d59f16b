"""Compare one point's values with its limits, one sample at a time: dead band, delays, held values. Pure.

Each limit is a comparator of its own. A sample of uncertain quality can only move it towards the alarm; a bad one
moves nothing. Between two samples the last usable value counts as held, which lets an on-delay run out but never an
off-delay: an alarm only ends on a good sample (A4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

from backend.model.plant import Limits

US = 1_000_000
_NOWHERE = (math.inf, -math.inf)


class Kind(Enum):
    """What a comparator looks at."""

    HIGH = auto()
    LOW = auto()
    RATE = auto()
    STATE = auto()


class Pending(NamedTuple):
    """A comparator about to switch: since when (device time µs; our monotonic s) and on which value."""

    at: int
    mono: float
    value: float


class Cell(NamedTuple):
    """Where one comparator stands."""

    active: bool = False
    pending: Pending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparator:
    """One limit of one point. limit: reached = alarm; back: beyond it the way back counts (dead band)."""

    kind: Kind
    condition: str
    level: str
    limit: float
    back: float
    on_delay_us: int
    off_delay_us: int

    def wants(self, active: bool, value: float, rate: float | None) -> bool:
        """Whether the value asks for the alarm, given where the comparator stands."""
        if self.kind is Kind.HIGH:
            return value >= (self.back if active else self.limit)
        if self.kind is Kind.LOW:
            return value <= (self.back if active else self.limit)
        if self.kind is Kind.STATE:
            return value != self.limit
        return rate is not None and rate >= self.limit

    def calm(self, cell: Cell, value: float) -> tuple[float, float]:
        """Open interval in which a value changes nothing for this cell; `value` is where the point is now."""
        if self.kind is Kind.RATE:  # says nothing about a single value
            return (-math.inf, math.inf) if cell == Cell() else _NOWHERE
        if self.kind is Kind.STATE:
            return self._calm_state(cell, value)
        edge = self.back if cell.active else self.limit
        beyond = cell.active == (cell.pending is None)
        if self.kind is Kind.HIGH:
            return (math.nextafter(edge, -math.inf), math.inf) if beyond else (-math.inf, edge)
        return (-math.inf, math.nextafter(edge, math.inf)) if beyond else (edge, math.inf)

    def _calm_state(self, cell: Cell, value: float) -> tuple[float, float]:
        """A switch is calm at exactly one value: normal, or the abnormal one it has."""
        should_be_normal = cell.active == (cell.pending is not None)
        if not should_be_normal and (value == self.limit or math.isnan(value)):
            return _NOWHERE
        at = self.limit if should_be_normal else value
        return math.nextafter(at, -math.inf), math.nextafter(at, math.inf)


Cells = tuple[Cell, ...]
_QUIET: Final = tuple((Cell(),) * count for count in range(len(Limits.__dataclass_fields__)))


class Sample(NamedTuple):
    """One usable sample: finite, not bad. good: not merely uncertain. rate: change per s since the one before."""

    at: int
    value: float
    good: bool
    rate: float | None


def comparators_of(limits: Limits) -> tuple[Comparator, ...]:
    """The comparators that a point's limits ask for, the less urgent level of a side first."""
    band = limits.deadband
    asked = (
        (Kind.HIGH, "high", "H", limits.h, -band),
        (Kind.HIGH, "high", "HH", limits.hh, -band),
        (Kind.LOW, "low", "L", limits.l, band),
        (Kind.LOW, "low", "LL", limits.ll, band),
        (Kind.RATE, "rate", "", limits.rate, 0.0),
        (Kind.STATE, "state", "", limits.normal_state, 0.0),
    )
    return tuple(
        Comparator(
            kind=kind,
            condition=condition,
            level=level,
            limit=limit,
            back=limit + back,
            on_delay_us=round(limits.on_delay_s * US),
            off_delay_us=round(limits.off_delay_s * US),
        )
        for kind, condition, level, limit, back in asked
        if limit is not None
    )


def quiet(comparators: tuple[Comparator, ...]) -> Cells:
    """Cells of a point at which nothing is active or pending."""
    return _QUIET[len(comparators)]


def calm_of(comparators: tuple[Comparator, ...], cells: Cells, value: float) -> tuple[float, float]:
    """Open interval in which a sample of unchanged quality changes no cell, as long as no delay runs out.

    value: where the point is now, NaN where unknown (then a switch has no such interval).
    """
    low, high = -math.inf, math.inf
    for each, cell in zip(comparators, cells, strict=True):
        own_low, own_high = each.calm(cell, value)
        low = own_low if own_low > low else low
        high = own_high if own_high < high else high
    return low, high


def heard(comparators: tuple[Comparator, ...], cells: Cells, sample: Sample, mono: float) -> Cells:
    """The cells after a usable sample. mono: our monotonic clock, for delays that run on without samples."""
    return tuple([_heard(each, cell, sample, mono) for each, cell in zip(comparators, cells, strict=True)])


def unheard(cells: Cells) -> Cells:
    """The cells after a bad sample or a lost link: nothing runs towards clearing any more.

    What runs towards the alarm is kept: one bad sample in ten must not keep an alarm away for ever.
    """
    return tuple(cell._replace(pending=None) if cell.active else cell for cell in cells)


def is_waiting(cells: Cells) -> bool:
    """Whether any delay runs."""
    for cell in cells:  # noqa: SIM110 - any() costs twice as much on tuples this short
        if cell.pending is not None:
            return True
    return False


def next_look(comparators: tuple[Comparator, ...], cells: Cells) -> int | None:
    """Device time (µs UTC) from which a sample has to be looked at although its value says nothing new."""
    if not is_waiting(cells):
        return None
    return min(
        cell.pending.at + (each.off_delay_us if cell.active else each.on_delay_us)
        for each, cell in zip(comparators, cells, strict=True)
        if cell.pending is not None
    )


def on_delay_end(
    comparators: tuple[Comparator, ...], cells: Cells, *, at: int | None = None, mono: float | None = None
) -> int | None:
    """Device time (µs UTC) at which the first on-delay ran out on the held value; None when none has.

    Judged by device time `at`, or by our monotonic clock `mono` (s) where no sample tells the time.
    """
    return min(
        (
            cell.pending.at + each.on_delay_us
            for each, cell in zip(comparators, cells, strict=True)
            if cell.pending is not None
            and not cell.active
            and (at is None or cell.pending.at + each.on_delay_us <= at)
            and (mono is None or cell.pending.mono + each.on_delay_us / US <= mono)
        ),
        default=None,
    )


def ran_out(comparators: tuple[Comparator, ...], cells: Cells, end: int) -> Cells:
    """The cells with every on-delay over that ends by device time `end`."""
    return tuple(
        Cell(True)
        if cell.pending is not None and not cell.active and cell.pending.at + each.on_delay_us <= end
        else cell
        for each, cell in zip(comparators, cells, strict=True)
    )


def _heard(comparator: Comparator, cell: Cell, sample: Sample, mono: float) -> Cell:
    if comparator.kind is Kind.RATE and sample.rate is None:
        return cell
    wants = comparator.wants(cell.active, sample.value, sample.rate)
    if wants == cell.active:
        if cell.pending is None:
            return cell
        # Uncertain word that all is well does not stop an alarm that is on its way.
        keeps = not cell.active and not sample.good
        return cell if keeps else Cell(cell.active)
    if not wants and not sample.good:
        return Cell(True)
    pending = cell.pending or Pending(sample.at, mono, sample.value)
    delay = comparator.on_delay_us if wants else comparator.off_delay_us
    return Cell(wants) if sample.at - pending.at >= delay else Cell(cell.active, pending)
