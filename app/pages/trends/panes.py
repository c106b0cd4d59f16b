"""Pens sorted into panes by unit and into switch lanes, with their ranges and limits. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.formats import bare_value, shown, state_word, unit_of
from app.pages.trends.series import Series
from app.texts import _
from backend.model.plant import Point, QuantityKind, Registry
from backend.model.quality import is_good
from widgets.charts.trend import (
    MOST_IN_PANE,
    Curve,
    Fill,
    Lane,
    LaneRun,
    LimitLine,
    Pane,
    PenLook,
    Span,
    extent,
    nice_range,
)
from widgets.theme import alarm_tone

Scale = tuple[float, float]
_ROOM: Final = 0.06
"""Free room above and below the line, as a share of what it spans."""
_NEAR: Final = 0.6
"""A limit within this share of the span of the line is brought into view."""
_FEWEST_DIGITS: Final = 8
"""A pane spans at least so many of the last shown digit: noise below that is not magnified."""
_LEAST_SHARE: Final = 0.004
"""And at least this share of the instrument's range."""
_LIKE: Final = 3.0
"""Points whose usual values differ by more than this factor do not share an axis."""
_FILLS: Final = {
    "travelling": Fill.TRAVEL,
    "closed": Fill.HOLLOW,
    "open": Fill.FULL,
    "contradictory": Fill.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """A point with its place in the group, from 1."""

    point: Point
    number: int

    @property
    def key(self) -> str:
        """What the pen is called towards widgets."""
        return str(self.point.id)

    @property
    def is_switch(self) -> bool:
        """Whether it is drawn as a lane."""
        return bool(self.point.states)


def pens_of(registry: Registry, tags: Iterable[str]) -> tuple[Pen, ...]:
    """The pens of these tags; a tag that is not registered is left out."""
    by_tag = {point.tag: point for point in registry.points}
    known = [by_tag[tag] for tag in tags if tag in by_tag]
    return tuple(Pen(point=point, number=place) for place, point in enumerate(known, 1))


def sorted_by_unit(pens: Iterable[Pen]) -> tuple[tuple[Pen, ...], ...]:
    """The pens of each pane: one unit, instruments of like range, at most MOST_IN_PANE, in the order of the group.

    Switches are in none. An inlet of 4,000 kPa over an outlet of 360 would make a straight line of both.
    """
    panes: list[list[Pen]] = []
    for pen in pens:
        if pen.is_switch:
            continue
        fitting = next((held for held in panes if len(held) < MOST_IN_PANE and _alike(held[0].point, pen.point)), None)
        if fitting is None:
            panes.append([pen])
        else:
            fitting.append(pen)
    return tuple(map(tuple, panes))


def _alike(one: Point, other: Point) -> bool:
    """Whether two points go on one value axis."""
    if one.unit != other.unit or one.kind is not other.kind:
        return False
    wide, narrow = sorted((_usual(one), _usual(other)), reverse=True)
    return wide <= narrow * _LIKE


def _usual(point: Point) -> float:
    """How large the point's value usually is: the middle of its normal band, else of what it can be limited by."""
    limits = point.limits
    named = [each for each in (limits.h, limits.hh, limits.l, limits.ll) if each is not None]
    return abs(sum(named) / len(named)) if named else (point.high - point.low) / _LIKE


def pane_key(pens: Sequence[Pen]) -> str:
    """What a pane is called: its pens do not change while it lives."""
    return "+".join(pen.key for pen in pens)


def front_of(pens: Sequence[Pen], front: Mapping[str, int]) -> Pen:
    """The pen in front: the one that was brought there, else the first."""
    return max(pens, key=lambda pen: (front.get(pen.key, 0), -pen.number))


def scale_of(pens: Sequence[Pen], front: Pen, curves: Mapping[str, Curve], start: int, end: int) -> Scale:
    """A range of 1-2-5 that holds the lines in view, and the limits of the front pen that are close to them."""
    spans = [span for pen in pens if pen.key in curves if (span := extent(curves[pen.key], start, end)) is not None]
    if not spans:
        return _empty_scale(front.point)
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    least = max(least_span(pen.point) for pen in pens)
    reach = max(high - low, least) * _NEAR
    near = [value for value, _name in _limits(front.point) if low - reach <= value <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    room = max(high - low, least) * _ROOM
    return nice_range(low - room, high + room, least)


def least_span(point: Point) -> float:
    """The smallest span of a value axis that still means something for this point."""
    wide = point.high - point.low
    share = wide * _LEAST_SHARE if math.isfinite(wide) else 0.0
    return float(min(max(share, _FEWEST_DIGITS * 10.0**-point.precision), wide if wide > 0 else math.inf))


def _empty_scale(point: Point) -> Scale:
    named = [value for value, _name in _limits(point)]
    low, high = (min(named), max(named)) if len(named) > 1 else (point.low, point.high)
    return nice_range(low, high, 1e-9) if high > low else (low - 1.0, low + 1.0)


def _limits(point: Point) -> list[tuple[float, str]]:
    limits = point.limits
    named = ((limits.hh, "HH"), (limits.h, "H"), (limits.l, "L"), (limits.ll, "LL"))
    return [(value, name) for value, name in named if value is not None]


def pane_of(pens: Sequence[Pen], front: Pen, scale: Scale, looks: Mapping[str, PenLook]) -> Pane:
    """A pane as the chart wants it; the limits and the normal band are those of the pen in front."""
    point = front.point
    limits = point.limits
    priority = {
        "HH": limits.priority_hh,
        "H": limits.priority_h,
        "L": limits.priority_l,
        "LL": limits.priority_ll,
    }
    lines = tuple(LimitLine(value=value, name=name, tone=alarm_tone(priority[name])) for value, name in _limits(point))
    low = limits.l if limits.l is not None else limits.ll
    high = limits.h if limits.h is not None else limits.hh
    ends = (low if low is not None else scale[0], high if high is not None else scale[1])
    return Pane(
        key=pane_key(pens),
        title=kind_word(point.kind),
        unit=unit_of(point),
        pens=tuple(looks[pen.key] for pen in pens),
        low=scale[0],
        high=scale[1],
        digits=point.precision,
        limits=lines,
        band=ends if (low, high) != (None, None) and ends[0] < ends[1] else None,
    )


def look_of(pen: Pen, *, front: bool, value: float, quality: int) -> PenLook:
    """How a pen is drawn, with its value of now."""
    return PenLook(
        key=pen.key,
        number=pen.number,
        front=front,
        now=bare_value(pen.point, value),
        faded=not is_good(quality),
    )


def lane_of(pen: Pen, series: Series, spans: Iterable[Span], end: int, now_words: str) -> Lane:
    """A switch over time: a run for each state, hatched where nothing is known."""
    known = series.where(slice(None))
    good = np.isfinite(known.mid)
    state = np.where(good, known.last, np.nan)
    changed = np.flatnonzero(~((state[1:] == state[:-1]) | (np.isnan(state[1:]) & np.isnan(state[:-1])))) + 1
    starts = [0, *changed.tolist()] if len(known) else []
    stops = [*changed.tolist(), len(known)] if len(known) else []
    runs = [
        LaneRun(
            start=int(known.at[first]),
            end=int(known.at[stop]) if stop < len(known) else max(end, int(known.last_at[-1])),
            fill=_fill(pen.point, float(state[first])),
            words=state_word(pen.point, float(state[first])) if not math.isnan(state[first]) else "",
        )
        for first, stop in zip(starts, stops, strict=True)
    ]
    unknown = [LaneRun(start=span.start, end=span.end, fill=Fill.UNKNOWN, words="") for span in spans if _hides(span)]
    return Lane(
        key=pen.key,
        label=shown(pen.point.tag, 24),
        runs=tuple(piece for run in runs for piece in _outside(run, unknown)) + tuple(unknown),
        now=now_words,
    )


def _hides(span: Span) -> bool:
    return span.look.value in ("gap", "stale")


def _outside(run: LaneRun, unknown: Sequence[LaneRun]) -> list[LaneRun]:
    """The parts of a run that no unknown stretch covers."""
    parts = [run]
    for hole in unknown:
        parts = [
            LaneRun(start=start, end=end, fill=part.fill, words=part.words)
            for part in parts
            for start, end in ((part.start, min(part.end, hole.start)), (max(part.start, hole.end), part.end))
            if start < end
        ]
    return parts


def _fill(point: Point, value: float) -> Fill:
    if math.isnan(value):
        return Fill.UNKNOWN
    word = point.states.get(int(value), "")
    return _FILLS.get(word, Fill.HOLLOW if value == 0 else Fill.FULL)


def kind_word(kind: QuantityKind) -> str:
    """What is measured, in words."""
    return {
        QuantityKind.PRESSURE: _("Pressure"),
        QuantityKind.FLOW: _("Flow"),
        QuantityKind.TEMPERATURE: _("Temperature"),
        QuantityKind.LEVEL: _("Level"),
        QuantityKind.DISPLACEMENT: _("Displacement"),
        QuantityKind.STRESS: _("Stress"),
        QuantityKind.VIBRATION: _("Vibration"),
        QuantityKind.SWITCH: _("Switch"),
        QuantityKind.CONCENTRATION: _("Concentration"),
        QuantityKind.COMPOSITION: _("Composition"),
        QuantityKind.HUMIDITY: _("Humidity"),
        QuantityKind.CORROSION_RATE: _("Corrosion rate"),
        QuantityKind.VOLUME: _("Volume"),
        QuantityKind.VOLTAGE: _("Voltage"),
        QuantityKind.RATIO: _("Ratio"),
        QuantityKind.DURATION: _("Duration"),
        QuantityKind.SIGNAL: _("Signal"),
    }[kind]
