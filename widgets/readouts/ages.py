"""Put ages and remaining times into the few characters a column or a badge has."""

from __future__ import annotations

import math

THIN_SPACE = "\u2009"
MINUS = "\u2212"
NO_VALUE = "\u2014"

_MINUTE = 60
_HOUR = 3600
_DAY = 86400


def clock_age(seconds: float) -> str:
    """An age as 0:27, 1:48, 4:26:05, 2 d 04 h: digits only, so that it needs no language up to a day."""
    whole = max(0, int(seconds))
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02d}"
    if whole < _DAY:
        return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02d}:{whole % _MINUTE:02d}"
    return f"{whole // _DAY}{THIN_SPACE}d {whole % _DAY // _HOUR:02d}{THIN_SPACE}h"


def short_age(seconds: float) -> str:
    """An age in one unit: 2 s, 6 min, 4 h, 2 d; SI symbols, the same in both languages."""
    whole = max(0, int(seconds))
    steps = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s"))
    for size, symbol in steps:
        if whole >= size:
            return f"{whole // size}{THIN_SPACE}{symbol}"
    return f"0{THIN_SPACE}s"


def countdown(seconds: float) -> str:
    """Time left as m:ss, rounded up, so that 0:00 is shown only when nothing is left."""
    whole = max(0, -int(-seconds // 1))
    return f"{whole // _MINUTE}:{whole % _MINUTE:02d}"


def number_text(value: float | None, digits: int = 0, *, signed: bool = False) -> str:
    """A number with thousands commas and a true minus; None is an em dash."""
    if value is None or math.isnan(value):
        return NO_VALUE
    words = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    if float(words.replace(",", "")) == 0:
        words = words.lstrip("+-")
    return words.replace("-", MINUS)


def with_unit(number: str, unit: str) -> str:
    """A number and its unit with a thin space between; no unit, no space."""
    return f"{number}{THIN_SPACE}{unit}" if unit else number
