"""What the table of pens says: values at the cursor, another day, extremes in view, now. Plain Python."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from app.formats import bare_value, point_title, shown, unit_of
from app.pages.trends.panes import Pen
from app.pages.trends.series import Series
from app.pages.trends.spans import length_text, patience
from app.pages.trends.window import DAY, Window
from app.texts import _
from app.tones import mark_of
from backend.clock import US
from backend.model.quality import GOOD
from widgets.charts.trend import CURSOR, PEN, local
from widgets.readouts import Mark
from widgets.readouts.ages import MINUS, NO_VALUE, THIN_SPACE, number_text
from widgets.tables import Align, Column, Kind, Row, ValueCell

_WIDE: Final = (140, 150, 130, 92, 112, 84)
_NARROW: Final = (124, 110, 96, 72, 92, 60)
"""px of tag, cursor, other day, difference, extremes and now, unit."""
_MINUTE_US: Final = 60 * US


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The value of a pen at a moment: NaN where there is none, with its quality."""

    value: float
    quality: int = GOOD

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return math.isfinite(self.value)


NONE: Final = Reading(value=math.nan)


def reading(series: Series, at: int, patience_us: int) -> Reading:
    """The last row at or before a moment, as long as its value holds."""
    place = series.before(at)
    if place < 0:
        return NONE
    value, code = float(series.mid[place]), int(series.worst[place])
    held = place < len(series) - 1 and int(series.at[place + 1]) - int(series.last_at[place]) <= patience_us
    if not held and at - int(series.last_at[place]) > patience_us:
        return NONE
    if not math.isfinite(value):
        return Reading(value=math.nan, quality=code)
    return Reading(value=value, quality=code)


def snapped(series: Series, at: int) -> int:
    """The time of the sample nearest to a moment; the moment itself where there are none."""
    if not len(series):
        return at
    place = int(np.searchsorted(series.at, at))
    near = [int(series.at[each]) for each in (place - 1, place) if 0 <= each < len(series)]
    return min(near, key=lambda each: abs(each - at))


def next_sample(series: Series, at: int, step: int) -> int:
    """The time of the next (1) or previous (-1) sample; the moment itself at the end."""
    place = int(np.searchsorted(series.at, at, "right") if step > 0 else np.searchsorted(series.at, at, "left") - 1)
    return int(series.at[place]) if 0 <= place < len(series) else at


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the table is about: the window, the cursors, and how far back the other day is (0: none)."""

    window: Window
    cursor: int | None = None
    second: int | None = None
    shift: int = 0


def row_of(pen: Pen, series: Series, other: Series, look: Look, value: float, quality: int, *, front: bool) -> Row:
    """One row of the table."""
    point, wait = pen.point, patience(pen.point)
    at = reading(series, look.cursor, wait) if look.cursor is not None else NONE
    if look.second is not None:
        then = reading(series, look.second, wait)
    else:
        then = reading(other, look.cursor, wait) if look.cursor is not None and look.shift else NONE
    seen = series.between(look.window.start, look.window.end + 1)
    numbers = np.isfinite(seen.low)
    least = float(seen.low[numbers].min()) if numbers.any() else math.nan
    most = float(seen.high[numbers].max()) if numbers.any() else math.nan
    switch = pen.is_switch
    difference = at.value - then.value if not switch else math.nan
    if look.second is not None:
        difference = -difference
    extremes = ("", "") if switch else (bare_value(point, least), bare_value(point, most))
    if look.second is not None:
        extremes = (_slope(difference, look, point.precision), extremes[1])
    return Row(
        key=pen.key,
        cells=(
            str(pen.number),
            shown(point.tag),
            point_title(point),
            _value(pen, at, strong=True) if look.cursor is not None else None,
            _value(pen, then, strong=False),
            "" if switch or not math.isfinite(difference) else _signed(difference, point.precision),
            *extremes,
            ValueCell(number=bare_value(point, value), mark=mark_of(quality), strong=False),
            unit_of(point),
        ),
        bold=front,
    )


def _value(pen: Pen, given: Reading, *, strong: bool) -> ValueCell:
    mark = mark_of(given.quality) if given.known or given.quality != GOOD else Mark.GOOD
    return ValueCell(number=bare_value(pen.point, given.value), mark=mark, strong=strong)


def _signed(value: float, digits: int) -> str:
    return number_text(value, digits, signed=True)


def _slope(difference: float, look: Look, digits: int) -> str:
    if look.cursor is None or look.second is None or look.cursor == look.second or not math.isfinite(difference):
        return NO_VALUE
    return _signed(difference / ((look.second - look.cursor) / _MINUTE_US), digits + 1)


def columns(look: Look, *, narrow: bool = False) -> tuple[Column, ...]:
    """The columns; their titles follow the cursors. Every one of them is in view in a narrow window too."""
    wide = _NARROW if narrow else _WIDE
    cursor = moment_text(look.cursor, look.window) if look.cursor is not None else _("Cursor")
    then = shift_word(look.shift) if look.shift else _("Yesterday")
    least = _("Min in view")
    if look.second is not None:
        then, least = moment_text(look.second, look.window), _("Slope per min")
    return (
        Column(key=PEN, title=_("Pen"), width=76),
        Column(key="tag", title=_("Tag"), width=wide[0], kind=Kind.MONO),
        Column(key="title", title=_("Description"), width=0, elide=True),
        Column(key=CURSOR, title=cursor, width=wide[1], kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="then", title=then, width=wide[2], kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="difference", title="Δ", width=wide[3], kind=Kind.MUTED, align=Align.RIGHT),
        Column(key="least", title=least, width=wide[4], align=Align.RIGHT),
        Column(key="most", title=_("Max in view"), width=wide[4], align=Align.RIGHT),
        Column(key="now", title=_("Now"), width=wide[4], kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="unit", title="", width=wide[5], kind=Kind.MUTED),
    )


def shift_word(shift: int) -> str:
    """What another day is called."""
    return _("Yesterday") if shift == DAY else _("Last week")


def moment_text(at: int, window: Window) -> str:
    """A moment as the flag of a cursor says it: with the date where the window is longer than a day."""
    here: datetime = local(at)
    if window.span >= 60 * DAY:
        return here.strftime("%Y-%m-%d %H:%M")
    if window.span > DAY:
        return here.strftime("%m-%d %H:%M:%S")
    if window.span <= _MINUTE_US:
        return f"{here.strftime('%H:%M:%S')}.{here.microsecond // 100_000}"
    return here.strftime("%H:%M:%S")


def between_text(first: int, second: int) -> str:
    """The time from one cursor to the other, with its sign."""
    seconds = (second - first) / US
    sign = MINUS if seconds < 0 else "+"
    whole = abs(seconds)
    if whole < 60:
        return f"{sign}{whole:.1f}{THIN_SPACE}s"
    return f"{sign}{length_text(whole)}"
