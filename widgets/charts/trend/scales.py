"""Round value axes to 1-2-5 and put ticks on values and on local time. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_STEPS: Final = (
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
)
_DAYS: Final = (1, 2, 7, 14)
_MONTHS: Final = (1, 3, 6, 12, 24, 60, 120)
_MONTH_US: Final = 30.4 * _DAY
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A tick of the time axis; `strong` where the date turns."""

    at: int
    words: str
    strong: bool = False


def step_125(span: float, most: int) -> float:
    """The smallest step of 1, 2 or 5 times a power of ten that cuts `span` into at most `most` pieces."""
    rough = span / max(1, most)
    if not math.isfinite(rough) or rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0, 20.0) if factor * power >= rough * (1 - 1e-9))


def nice_range(low: float, high: float, least: float, most: int = 5) -> tuple[float, float]:
    """A range that holds both and ends on steps of 1-2-5; never narrower than `least`."""
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    step = step_125(high - low, most)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def value_ticks(low: float, high: float, most: int) -> tuple[tuple[float, ...], int]:
    """Ticks on 1-2-5 steps inside the range, and the decimals they need."""
    step = step_125(high - low, most)
    first = math.ceil(low / step - 1e-6)
    count = max(0, math.floor(high / step + 1e-6) - first + 1)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple((first + place) * step for place in range(min(count, 100))), digits


def time_ticks(start: int, end: int, most: int, zone: tzinfo | None = None) -> tuple[Tick, ...]:
    """Ticks of local time (zone: None = of this machine) on round moments, at most about `most`."""
    rough = (end - start) / max(1, most)
    step = next((each for each in _STEPS if each >= rough), 0)
    if step:
        return tuple(_clock_ticks(start, end, step, zone))
    days = next((each for each in _DAYS if each * _DAY >= rough), 0)
    if days:
        return tuple(_day_ticks(start, end, days, zone))
    months = next((each for each in _MONTHS if each * _MONTH_US >= rough), _MONTHS[-1])
    return tuple(_month_ticks(start, end, months, zone))


def local(at: int, zone: tzinfo | None = None) -> datetime:
    """Local time of µs UTC."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _clock_ticks(start: int, end: int, step: int, zone: tzinfo | None) -> Iterator[Tick]:
    offset = local(start, zone).utcoffset() or timedelta()
    shift = offset // timedelta(microseconds=1)
    at = -(-(start + shift) // step) * step - shift
    while at <= end:
        here = local(at, zone)
        midnight = not (here.hour or here.minute or here.second)
        pattern = "%m-%d" if midnight else "%H:%M:%S" if step < _MINUTE else "%H:%M"
        yield Tick(at=at, words=here.strftime(pattern), strong=midnight)
        at += step


def _day_ticks(start: int, end: int, days: int, zone: tzinfo | None) -> Iterator[Tick]:
    day = local(start, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    # Counted from a Monday, so that the ticks stay where they are while the axis moves.
    day -= timedelta(days=(day - datetime(2001, 1, 1)).days % days)
    while (at := _us(_in_zone(day, zone))) <= end:
        if at >= start:
            yield Tick(at=at, words=day.strftime("%m-%d"), strong=day.day == 1)
        day += timedelta(days=days)


def _month_ticks(start: int, end: int, months: int, zone: tzinfo | None) -> Iterator[Tick]:
    first = local(start, zone)
    number = (first.year * 12 + first.month - 1) // months * months
    while number // 12 < 9999:
        day = datetime(number // 12, number % 12 + 1, 1)
        at = _us(_in_zone(day, zone))
        if at > end:
            return
        if at >= start:
            yield Tick(at=at, words=day.strftime("%Y" if months % 12 == 0 else "%Y-%m"), strong=day.month == 1)
        number += months


def _in_zone(day: datetime, zone: tzinfo | None) -> datetime:
    return day.replace(tzinfo=zone) if zone is not None else day.astimezone()
