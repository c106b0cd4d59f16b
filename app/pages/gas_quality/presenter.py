"""What the gas-quality page shows, from values and alarms: key figures, rows of sources, one source in full."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.formats import asset_name, clock_time, date_text, point_title, quality_word, shown, unit_of, value_text
from app.pages.gas_quality.sources import COMPONENTS, FIGURES, Source
from app.texts import _
from app.tones import glyph_of, mark_of
from backend.clock import US
from backend.model.alarm import AlarmRecord
from backend.model.live import TagSnapshot
from backend.model.plant import Limits, Medium, Point, QuantityKind, StationKind
from backend.model.quality import Status, is_good, status_of
from backend.model.trend import Thinned
from widgets.notices import GlyphState
from widgets.readouts import Mark, Part, Span
from widgets.readouts.ages import NO_VALUE, number_text, short_age
from widgets.tables import GlyphCell, Row, ValueCell
from widgets.theme import Tone, alarm_tone

Alarms = Mapping[int, AlarmRecord]
"""The most urgent alarm of each point."""
Alarm = tuple[int, GlyphState]

SPANS_S: Final = {"hour": 3600, "day": 86_400, "week": 7 * 86_400}
"""How long the trend of a value can be."""
_EMPTY_BUCKETS: Final = 6
"""So many at the left end without a value are no chance."""
_ORDER: Final = ("HH", "H", "L", "LL")
_ROOM: Final = 0.15
"""Of the stretch between the outer limits, left free beyond them."""
_PRIORITIES: Final = {"HH": "priority_hh", "H": "priority_h", "L": "priority_l", "LL": "priority_ll"}


def span_for(first: int | None, now: int) -> str:
    """The trend that is shown first: the shortest that holds what is stored since `first` (µs UTC), a day at most."""
    stored_s = 0.0 if first is None else (now - first) / US
    return "hour" if stored_s <= SPANS_S["hour"] else "day"


def begun_text(found: Thinned, start: int, end: int, buckets: int) -> str:
    """Since when there is something to see, where the trend is empty at its left end; "" while it is not. µs UTC."""
    if not len(found.at) or int(found.at[0]) - start <= _EMPTY_BUCKETS * (end - start) / buckets:
        return ""
    first = int(found.at[0])
    day = "" if date_text(first) == date_text(end) else f"{date_text(first)} "
    return _("values since {time}").format(time=f"{day}{clock_time(first)[:5]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A tile over the rows. points: whose last hour is drawn (the first one)."""

    label: str
    value: float | None
    unit: str
    digits: int
    sentence: str
    span: Span | None = None
    mark: Mark = Mark.GOOD
    alarm: Alarm | None = None
    point: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value in a row of a source."""

    point: int
    label: str
    value: float | None
    unit: str
    digits: int
    span: Span
    mark: Mark
    words: str
    tone: Tone
    age: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One source as its row shows it."""

    key: str
    tag: str
    name: str
    medium: str
    note: str
    parts: tuple[Part, ...]
    parts_mark: Mark
    cells: tuple[Cell, ...]
    alarm: Alarm | None


def alarms_by_point(records: Iterable[AlarmRecord]) -> dict[int, AlarmRecord]:
    """Level 2 shows all that is not normal; what somebody put aside on purpose comes last."""
    found: dict[int, AlarmRecord] = {}
    for record in records:
        point = record.config.point
        if point is None or glyph_of(record) is GlyphState.NONE:
            continue
        if point not in found or _urgency(record) < _urgency(found[point]):
            found[point] = record
    return found


def _urgency(record: AlarmRecord) -> tuple[bool, int, bool]:
    return bool(record.facts.suppressed), int(record.priority), record.facts.ack


def worst(points: Iterable[Point], alarms: Alarms) -> Alarm | None:
    """The most urgent alarm of some points, as a glyph."""
    here = [alarms[point.id] for point in points if point.id in alarms]
    record = min(here, key=_urgency, default=None)
    return (int(record.priority), glyph_of(record)) if record is not None else None


# -- key figures ------------------------------------------------------------------------------------------------------


def figures(sources: Sequence[Source], snapshot: TagSnapshot, alarms: Alarms) -> tuple[Figure, ...]:
    """Six tiles about the piped gas of the city as a whole."""
    piped = [source for source in sources if source.medium is Medium.PIPED_GAS]
    return (
        _mixed("wobbe_index", _("Wobbe index, mixed gas"), piped, snapshot, alarms),
        _mixed("gross_calorific_value", _("Calorific value, mixed gas"), piped, snapshot, alarms),
        _extreme("odorant", _("Odorant, lowest"), piped, snapshot, alarms, lowest=True),
        _extreme("carbon_dioxide", _("Carbon dioxide, highest"), piped, snapshot, alarms),
        _extreme("hydrogen_sulphide", _("Hydrogen sulphide, highest"), piped, snapshot, alarms),
        _extreme("water_dewpoint", _("Water dew point, highest"), piped, snapshot, alarms),
    )


def _mixed(key: str, label: str, sources: Sequence[Source], snapshot: TagSnapshot, alarms: Alarms) -> Figure:
    """The mean of the sources weighted by what flows there; None while a flow or a value is missing."""
    read = [(source.points[key], source.flow) for source in sources if key in source.points and source.flow is not None]
    values = [_good(snapshot, point) for point, _flow in read]
    mean = _weighted(values, [_good(snapshot, flow) for _point, flow in read])
    known = [value for value in values if value is not None]
    sentence = (
        _("{low} to {high} over {count} sources").format(
            low=number_text(min(known), 2), high=number_text(max(known), 2), count=len(known)
        )
        if known
        else _("no analyser read")
    )
    points = [point for point, _flow in read]
    return Figure(
        label=label,
        value=mean,
        unit=unit_of(points[0]) if points else "",
        digits=2,
        sentence=sentence,
        span=span_of(points[0]) if points else None,
        alarm=worst(points, alarms),
        point=points[0].id if points else None,
    )


def _weighted(values: Sequence[float | None], flows: Sequence[float | None]) -> float | None:
    """The mean by flow; None while a value or a flow is missing, or nothing flows."""
    pairs = [(value, flow) for value, flow in zip(values, flows, strict=True) if value is not None and flow is not None]
    whole = sum(flow for _value, flow in pairs)
    if len(pairs) < len(values) or whole <= 0:
        return None
    return sum(value * flow for value, flow in pairs) / whole


def _extreme(
    key: str, label: str, sources: Sequence[Source], snapshot: TagSnapshot, alarms: Alarms, *, lowest: bool = False
) -> Figure:
    """The highest (or lowest) of the sources, and where."""
    read = [
        (value, source, source.points[key])
        for source in sources
        if key in source.points and (value := _good(snapshot, source.points[key])) is not None
    ]
    points = [source.points[key] for source in sources if key in source.points]
    if not read:
        unit = unit_of(points[0]) if points else ""
        return Figure(label=label, value=None, unit=unit, digits=1, sentence=_("no analyser read"))
    value, source, point = (min if lowest else max)(read, key=lambda each: each[0])
    return Figure(
        label=label,
        value=value,
        unit=unit_of(point),
        digits=min(point.precision, 2),
        sentence=f"{shown(source.asset.id)} {asset_name(source.asset)}",
        span=span_of(point),
        mark=mark_of(int(snapshot.quality[point.id])),
        alarm=worst(points, alarms),
        point=point.id,
    )


# -- rows -------------------------------------------------------------------------------------------------------------


def line(source: Source, snapshot: TagSnapshot, alarms: Alarms, now: int) -> Line:
    """One source."""
    parts = [source.points[name] for name in COMPONENTS if name in source.points]
    medium = {
        Medium.PIPED_GAS: _("Piped gas"),
        Medium.CYLINDER_CNG: _("Cylinder CNG"),
        Medium.BOTTLED_LPG: _("Bottled LPG"),
        None: "",
    }[source.medium]
    last = max((int(snapshot.at[point.id]) for point in parts), default=0)
    age = short_age((now - last) / US) if last else NO_VALUE
    return Line(
        key=source.device,
        tag=shown(source.asset.id),
        name=asset_name(source.asset),
        medium=" · ".join(part for part in (medium, station_words(source.station)) if part),
        note=_("read {age} ago").format(age=age) if last else _("not read yet"),
        parts=tuple(_part(point, snapshot, alarms) for point in parts),
        parts_mark=_worst_mark(parts, snapshot),
        cells=tuple(_cell(source.points[name], snapshot, alarms, now) for name in FIGURES if name in source.points),
        alarm=worst(source.points.values(), alarms),
    )


def station_words(station: StationKind | None) -> str:
    """The kind of station in words."""
    words = {
        StationKind.GATE: _("gate station"),
        StationKind.REGULATING: _("regulating station"),
        StationKind.GASIFICATION: _("gasification station"),
        StationKind.FILLING: _("filling station"),
        StationKind.STORAGE_DISTRIBUTION: _("storage-distribution station"),
        StationKind.LPG_STORAGE: _("LPG storage-distribution station"),
        StationKind.LPG_FILLING: _("LPG filling plant"),
        None: "",
    }
    return words[station]


def component_name(name: str, title: str) -> str:
    """A component by its formula where it has one; as in every chromatogram."""
    formulas = {
        "methane": "CH₄",
        "ethane": "C₂H₆",
        "propane": "C₃H₈",
        "butanes": "C₄₊",
        "carbon_dioxide": "CO₂",
        "nitrogen": "N₂",
    }
    return formulas.get(name, title)


def _part(point: Point, snapshot: TagSnapshot, alarms: Alarms) -> Part:
    value = _usable(snapshot, point)
    return Part(
        name=component_name(point.property, point_title(point)),
        share=value / 100 if value is not None else math.nan,
        number=number_text(value, 2),
        strong=point.id in alarms,
    )


def _cell(point: Point, snapshot: TagSnapshot, alarms: Alarms, now: int) -> Cell:
    code = int(snapshot.quality[point.id])
    mark = mark_of(code)
    alarm = worst([point], alarms)
    at = int(snapshot.at[point.id])
    short = {
        "wobbe_index": _("Wobbe index"),
        "gross_calorific_value": _("Calorific value"),
        "relative_density": _("Rel. density"),
        "odorant": _("Odorant"),
    }
    return Cell(
        point=point.id,
        label=short.get(point.property, point_title(point)),
        value=_usable(snapshot, point),
        unit=unit_of(point),
        digits=point.precision,
        span=span_of(point),
        mark=mark,
        words=quality_word(code),
        tone=alarm_tone(alarm[0]) if alarm is not None else Tone.NORMAL,
        age=short_age((now - at) / US) if mark is Mark.STALE and at else "",
    )


# -- one source in full -----------------------------------------------------------------------------------------------


def rows(source: Source, snapshot: TagSnapshot, alarms: Alarms, now: int) -> tuple[Row, ...]:
    """Every point of the analyser: alarm, what it is, value with quality, limits, age."""
    return tuple(_row(point, snapshot, alarms, now) for point in source.points.values())


def _row(point: Point, snapshot: TagSnapshot, alarms: Alarms, now: int) -> Row:
    record = alarms.get(point.id)
    glyph = None
    if record is not None:
        words = _("alarm, priority {priority}").format(priority=int(record.priority))
        glyph = GlyphCell(priority=int(record.priority), state=glyph_of(record), words=words)
    value = _usable(snapshot, point)
    switch = point.kind is QuantityKind.SWITCH
    known = math.nan if value is None else value
    number = value_text(point, known) if switch else number_text(value, point.precision)
    at = int(snapshot.at[point.id])
    return Row(
        key=point.tag,
        cells=(
            glyph,
            point_title(point),
            ValueCell(
                number=number,
                unit="" if switch else unit_of(point),
                mark=mark_of(int(snapshot.quality[point.id])),
                strong=record is not None,
            ),
            limits_words(point),
            short_age((now - at) / US) if at else NO_VALUE,
        ),
        bold=record is not None,
    )


def limits_words(point: Point) -> str:
    """The band between the inner limits, or the one limit there is: "46.00 – 53.00", "≤ 3.000"."""
    low = point.limits.l if point.limits.l is not None else point.limits.ll
    high = point.limits.h if point.limits.h is not None else point.limits.hh
    digits = min(point.precision, 2)
    match low, high:
        case None, None:
            return ""
        case None, _high:
            return f"≤ {number_text(high, digits)}"
        case _low, None:
            return f"≥ {number_text(low, digits)}"
        case _:
            return f"{number_text(low, digits)} – {number_text(high, digits)}"


def limit_lines(point: Point) -> list[tuple[float, str, Tone]]:
    """Limits for a trend: value, words, tone by the priority of crossing it."""
    limits = _limits(point.limits)
    return [
        (value, f"{name} {number_text(value, min(point.precision, 2))}", alarm_tone(_priority(point.limits, name)))
        for name, value in limits
    ]


def span_of(point: Point) -> Span:
    """The bar of a value: a little wider than its limits, the band between the inner ones; else the range."""
    limits = _limits(point.limits)
    if not limits:
        return Span(low=point.low, high=point.high)
    values, names = [value for _name, value in limits], {name for name, _value in limits}
    lowest, highest = min(values), max(values)
    # Where only too much is wrong, nothing at all is the other end; where only too little is, the range is.
    if not names & {"L", "LL"}:
        lowest = point.low if point.kind is QuantityKind.TEMPERATURE else max(point.low, 0.0)
    if not names & {"H", "HH"}:
        highest = point.high
    room = _ROOM * (highest - lowest)
    low = lowest - room if names & {"L", "LL"} else lowest
    high = highest + room if names & {"H", "HH"} else highest
    band = (_inner(point.limits.l, point.limits.ll, low), _inner(point.limits.h, point.limits.hh, high))
    return Span(low=low, high=high, band=band, limits=tuple((value, name) for name, value in limits))


def _inner(inner: float | None, outer: float | None, end: float) -> float:
    return inner if inner is not None else outer if outer is not None else end


def _limits(limits: Limits) -> list[tuple[str, float]]:
    values = {"HH": limits.hh, "H": limits.h, "L": limits.l, "LL": limits.ll}
    return [(name, value) for name in _ORDER if (value := values[name]) is not None]


def _priority(limits: Limits, name: str) -> int:
    return int(getattr(limits, _PRIORITIES[name]))


# -- values -----------------------------------------------------------------------------------------------------------


def _usable(snapshot: TagSnapshot, point: Point) -> float | None:
    """The last value there was, whatever its quality: the mark beside it says how far to trust it."""
    value = float(snapshot.value[point.id])
    return value if math.isfinite(value) else None


def _good(snapshot: TagSnapshot, point: Point) -> float | None:
    value = _usable(snapshot, point)
    return value if is_good(int(snapshot.quality[point.id])) else None


def _worst_mark(points: Sequence[Point], snapshot: TagSnapshot) -> Mark:
    codes = [int(snapshot.quality[point.id]) for point in points]
    return mark_of(min(codes, key=status_of, default=int(Status.GOOD)))
