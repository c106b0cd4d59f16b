"""What is doubtful in a series: gaps with their reason and length, stale time, uncertain and manual stretches. Plain
Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from app.formats import quality_word
from app.pages.trends.series import Series
from app.texts import _
from app.tones import mark_of
from backend.clock import US
from backend.model.plant import Point
from backend.model.quality import CAUSE_MASK, STATUS_MASK, Cause, Status, cause_of, status_of
from widgets.charts.trend import Curve, Look, Span
from widgets.readouts import Mark
from widgets.readouts.ages import THIN_SPACE, clock_age

PERIODS: Final = 3.5
"""Without a sample for so many periods there is a hole; the tag table calls a value stale after three."""
_STALE: Final = (Cause.STALE, Cause.RESTART)
_STRIPS: Final = {Mark.UNCERTAIN: Look.UNCERTAIN, Mark.MANUAL: Look.NOT_FIELD, Mark.SIMULATED: Look.NOT_FIELD}


def patience(point: Point, finest: int = 0) -> int:
    """µs without a sample after which the line is broken; a hole no wider than `finest`, a pixel, cannot be seen."""
    return max(round(point.period_s * PERIODS * US), finest)


def curve_of(series: Series, patience_us: int) -> Curve:
    """The line of a series: broken where samples are missing or cannot be believed."""
    holes = np.flatnonzero(series.at[1:] - series.last_at[:-1] > patience_us) + 1
    nothing = np.full(len(holes), np.nan)
    return Curve(
        at=np.insert(series.at, holes, series.last_at[holes - 1] + 1),
        low=np.insert(series.low, holes, nothing),
        high=np.insert(series.high, holes, nothing),
        mid=np.insert(series.mid, holes, nothing),
        weight=np.insert(series.count, holes, 1),
    )


def spans_of(series: Series, wait: int, now: int, quality_now: int) -> tuple[Span, ...]:
    """Everything doubtful up to `now`, by time. wait: see `patience`. quality_now: of the point's current value."""
    return (*_gaps(series, wait, now, quality_now), *_strips(series))


def _gaps(series: Series, wait: int, now: int, quality_now: int) -> Iterator[Span]:
    """Between one believed row and the next: a hole, or rows that are bad."""
    good = np.flatnonzero(np.isfinite(series.mid))
    if not len(good):
        if len(series):
            yield _gap(series, -1, int(series.at[0]), now, int(series.worst[-1]))
        return
    if good[0] > 0:
        yield _gap(series, -1, int(series.at[0]), int(series.at[good[0]]), int(series.worst[good[0] - 1]))
    late = series.at[good[1:]] - series.last_at[good[:-1]] > wait
    for place in np.flatnonzero(late | (np.diff(good) > 1)):
        before, after = int(good[place]), int(good[place + 1])
        yield from _between(series, before, after, int(series.at[after]), wait)
    last = int(good[-1])
    silent = now - int(series.last_at[last]) > wait
    if last < len(series) - 1:
        yield from _between(series, last, len(series), now, wait)
    elif silent:
        bad = status_of(quality_now) is Status.BAD or cause_of(quality_now) in _STALE
        yield _gap(series, last, int(series.last_at[last]), now, quality_now if bad else int(Status.BAD))


def _between(series: Series, before: int, after: int, end: int, patience_us: int) -> Iterator[Span]:
    """From the believed row `before` to `end`, where row `after` is believed again."""
    if after == before + 1:
        yield _gap(series, before, int(series.last_at[before]), end, int(Status.BAD))
        return
    code = int(series.worst[before + 1])
    told = int(series.at[before + 1])
    since = int(series.last_at[before])
    # What is stale was so since its last sample; what came as bad was good until then, if one came in time.
    start = since if cause_of(code) in _STALE or told - since > patience_us else told
    yield _gap(series, before, start, end, code)


def _gap(series: Series, before: int, start: int, end: int, code: int) -> Span:
    """A hatched gap with reason and length, or stale time with its length."""
    level = float(series.last[before]) if before >= 0 else float("nan")
    seconds = max(0, end - start) / US
    if cause_of(code) in _STALE:
        words = _("stale {age}").format(age=clock_age(seconds))
        return Span(start=start, end=end, look=Look.STALE, words=words, level=level)
    reason = _("no data") if code == int(Status.BAD) else quality_word(code)
    return Span(start=start, end=end, look=Look.GAP, words=f"{reason}\n{length_text(seconds)}", level=level)


def _strips(series: Series) -> Iterator[Span]:
    """Runs of believed rows of one quality that is not good."""
    if not len(series):
        return
    code = np.where(np.isfinite(series.mid), series.worst, np.uint8(Status.GOOD))
    shown = ((code & STATUS_MASK) == Status.UNCERTAIN) | np.isin(code & CAUSE_MASK, (Cause.MANUAL, Cause.SIMULATED))
    if not shown.any():
        return
    edges = np.flatnonzero(np.diff(code.astype(np.int16), prepend=-1))
    for first, stop in zip(edges, [*edges[1:], len(code)], strict=True):
        mark = mark_of(int(code[first]))
        if shown[first] and mark in _STRIPS:
            words = f"? {quality_word(int(code[first]))}" if mark is Mark.UNCERTAIN else quality_word(int(code[first]))
            end = int(series.at[stop]) if stop < len(series) else int(series.last_at[stop - 1])
            yield Span(start=int(series.at[first]), end=end, look=_STRIPS[mark], words=words)


def length_text(seconds: float) -> str:
    """A length as 45 s, 3 min 30 s, 2 h 05 min, 3 d 04 h: SI symbols, the same in both languages."""
    whole = round(seconds)
    steps = ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))
    for size, symbol, part, small in steps:
        if whole >= size:
            rest = whole % size // part
            more = f" {rest:02d}{THIN_SPACE}{small}" if rest else ""
            return f"{whole // size}{THIN_SPACE}{symbol}{more}"
    return f"{whole}{THIN_SPACE}s"
