"""What the overview shows, from values, balance and alarms: key figures, ring, abacus, zones, fabric. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.formats import asset_name, point_title, quality_word, shown, unit_of, value_text
from app.pages.overview.plant import Fleet, Place, Plant
from app.texts import _
from app.tones import glyph_of, mark_of
from backend.model.alarm import AlarmRecord
from backend.model.balance import CityBalance, TierPack, ZoneState
from backend.model.live import TagSnapshot
from backend.model.network import Tier as PressureTier
from backend.model.plant import Point
from backend.model.quality import Status, status_of
from widgets.city import OffNormal, Rod, Source, Station, Strand, Tier, share_of
from widgets.notices import GlyphState
from widgets.readouts import Mark, Span
from widgets.readouts.ages import NO_VALUE, number_text, short_age
from widgets.tables import BarCell, GlyphCell, Row, ValueCell

Alarm = tuple[int, GlyphState]
Alarms = Mapping[int, AlarmRecord]
"""The most urgent alarm of each point."""

DEVIATION_LIMIT_M3H: Final = 3_000.0
"""Balance deviation that is worth a look."""
_ZONE_SPAN: Final = Span(low=-0.3, high=0.3, band=(-0.1, 0.1), limits=((0.0, ""),))
_STEADY_M3H: Final = 0.005
"""Change of a tier's line pack, as a share of what is usable, that counts as none."""
PIPES: Final = {PressureTier.HP: "hp", PressureTier.SHP: "shp", PressureTier.MP: "mpa", PressureTier.LP: "lp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One key figure. value None = cannot be told; points: whose last hour is drawn, summed or the lowest."""

    key: str
    label: str
    value: float | None
    unit: str
    digits: int
    sentence: str
    span: Span | None = None
    signed: bool = False
    mark: Mark = Mark.GOOD
    alarm: Alarm | None = None
    points: tuple[int, ...] = ()


def alarms_by_point(records: Iterable[AlarmRecord]) -> dict[int, AlarmRecord]:
    """L1 shows P1 and P2 always, P3 while unacknowledged, P4 and returned ones never (hmi.md §1.6)."""
    found: dict[int, AlarmRecord] = {}
    for record in records:
        point, priority = record.config.point, int(record.priority)
        heard = record.facts.cond and not record.facts.suppressed
        shows = heard and (priority <= 2 or (priority == 3 and not record.facts.ack))
        if point is not None and shows and (point not in found or priority < int(found[point].priority)):
            found[point] = record
    return found


def worst(points: Iterable[Point | None], alarms: Alarms) -> Alarm | None:
    """The most urgent alarm of some points, as a glyph."""
    here = [alarms[point.id] for point in points if point is not None and point.id in alarms]
    record = min(here, key=lambda each: (int(each.priority), each.facts.ack), default=None)
    return (int(record.priority), glyph_of(record)) if record is not None else None


# -- key figures ------------------------------------------------------------------------------------------------------


def figures(plant: Plant, balance: CityBalance, snapshot: TagSnapshot, alarms: Alarms) -> tuple[Figure, ...]:
    """The seven tiles, in the order of the page."""
    flows = [place.flow for place in plant.sources if place.flow is not None]
    out = [place.flow for place in plant.stations if place.flow is not None]
    return (
        Figure(
            key="supply",
            label=_("Supply"),
            value=_number(balance.supply_m3h),
            unit="m³/h",
            digits=0,
            sentence=_("{count} of {all} sources read").format(count=_read(flows, snapshot), all=len(flows)),
            span=_sum_span(flows),
            points=tuple(point.id for point in flows),
            mark=_mark(flows, snapshot),
            alarm=worst(flows, alarms),
        ),
        Figure(
            key="outflow",
            label=_("Outflow, district stations"),
            value=_number(balance.outflow_m3h),
            unit="m³/h",
            digits=0,
            sentence=_("{count} of {all} stations read").format(count=_read(out, snapshot), all=len(out)),
            span=_sum_span(flows),
            points=tuple(point.id for point in out),
            mark=_mark(out, snapshot),
            alarm=worst(out, alarms),
        ),
        _linepack(balance),
        Figure(
            key="deviation",
            label=_("Balance deviation"),
            value=_number(balance.deviation_m3h),
            unit="m³/h",
            digits=0,
            signed=True,
            sentence=_deviation_words(balance),
            span=Span(
                low=-3 * DEVIATION_LIMIT_M3H,
                high=3 * DEVIATION_LIMIT_M3H,
                band=(-DEVIATION_LIMIT_M3H, DEVIATION_LIMIT_M3H),
                limits=((-DEVIATION_LIMIT_M3H, ""), (DEVIATION_LIMIT_M3H, "")),
            ),
        ),
        _lowest(plant, snapshot, alarms),
        _least("odorant", _("Odorant, lowest"), plant.odorants, snapshot, alarms),
        _least("wobbe", _("Wobbe index, lowest"), plant.wobbes, snapshot, alarms),
    )


def _linepack(balance: CityBalance) -> Figure:
    lowest = sum(tier.minimum_m3 for tier in balance.tiers)
    full = sum(tier.full_m3 for tier in balance.tiers)
    hours = min((_hours_left(tier, per_h) for tier, per_h in _tiers(balance)), default=math.inf)
    if math.isnan(balance.per_h):
        sentence = _("change not known yet")
    elif math.isinf(hours):
        sentence = _("steady, {change} m³ per h").format(change=number_text(balance.per_h, 0, signed=True))
    else:
        sentence = _("{hours} h to minimum · {change} m³ per h").format(
            hours=number_text(hours, 1), change=number_text(balance.per_h, 0, signed=True)
        )
    return Figure(
        key="linepack",
        label=_("Line pack"),
        value=_number(balance.stored_m3 / 1000 if balance.tiers else math.nan),
        unit=_("10³ m³"),
        digits=1,
        sentence=sentence if balance.tiers else _("no network drawn"),
        span=Span(
            low=lowest / 2000, high=full / 1000, band=(lowest / 1000, full / 1000), limits=((lowest / 1000, ""),)
        ),
    )


def _deviation_words(balance: CityBalance) -> str:
    if balance.unread:
        return _("{tag} and others are not read").format(tag=shown(balance.unread[0], 24))
    if math.isnan(balance.per_h):
        return _("line pack change not known yet")
    return _("limit ± {limit}").format(limit=number_text(DEVIATION_LIMIT_M3H, 0))


def _lowest(plant: Plant, snapshot: TagSnapshot, alarms: Alarms) -> Figure:
    read = [
        (float(snapshot.value[place.outlet.id]) / float(snapshot.value[place.setpoint.id]), place)
        for place in plant.stations
        if place.outlet is not None
        and place.setpoint is not None
        and _sound(place.outlet, snapshot)
        and _sound(place.setpoint, snapshot)
        and snapshot.value[place.setpoint.id] > 0
    ]
    label = _("Lowest outlet pressure")
    place = min(read, key=lambda each: each[0])[1] if read else None
    point = place.outlet if place is not None else None
    if place is None or point is None:
        return Figure(key="lowest", label=label, value=None, unit="kPa", digits=0, sentence=_("no station is read"))
    limit = point.limits.ll if point.limits.ll is not None else point.limits.l
    name = f"{shown(place.asset.id, 12)} {asset_name(place.asset)}"
    return Figure(
        key="lowest",
        label=label,
        value=float(snapshot.value[point.id]),
        unit=unit_of(point),
        digits=point.precision,
        sentence=_("{place} · limit {limit}").format(place=name, limit=number_text(limit, point.precision))
        if limit is not None
        else name,
        span=_limits_span(point),
        mark=mark_of(int(snapshot.quality[point.id])),
        alarm=worst([each.outlet for each in plant.stations], alarms),
        points=(point.id,),
    )


def _least(key: str, label: str, points: tuple[Point, ...], snapshot: TagSnapshot, alarms: Alarms) -> Figure:
    read = [point for point in points if _sound(point, snapshot)]
    if not read:
        words = _("no analyser") if not points else _("no analyser is read")
        return Figure(key=key, label=label, value=None, unit="", digits=0, sentence=words)
    point = min(read, key=lambda each: float(snapshot.value[each.id]))
    return Figure(
        key=key,
        label=label,
        value=float(snapshot.value[point.id]),
        unit=unit_of(point),
        digits=max(1, point.precision),
        sentence=_("{count} of {all} read · {tag}").format(count=len(read), all=len(points), tag=shown(point.tag, 24)),
        span=_limits_span(point),
        mark=mark_of(int(snapshot.quality[point.id])),
        alarm=worst(points, alarms),
        points=(point.id,),
    )


# -- supply -----------------------------------------------------------------------------------------------------------


def sources(plant: Plant, snapshot: TagSnapshot, alarms: Alarms) -> tuple[Source, ...]:
    """Where gas comes in."""
    return tuple(_source(place, snapshot, alarms) for place in plant.sources)


def _source(place: Place, snapshot: TagSnapshot, alarms: Alarms) -> Source:
    flow = place.flow
    high = flow.limits.h or flow.high if flow is not None else math.nan
    value = _value(flow, snapshot)
    return Source(
        key=place.asset.id,
        tag=shown(place.asset.id, 12),
        name=asset_name(place.asset),
        value=number_text(value, 0),
        unit=unit_of(flow) if flow is not None else "",
        share=value / high if value is not None and high > 0 else math.nan,
        foot=_("{inlet} → {outlet} kPa").format(
            inlet=number_text(_value(place.inlet, snapshot), 0), outlet=number_text(_value(place.outlet, snapshot), 0)
        ),
        pipe="hp",
        mark=_mark([flow], snapshot),
        alarm=worst([place.flow, place.inlet, place.outlet], alarms),
        words=_said(place, [place.flow, place.inlet, place.outlet], snapshot),
    )


def stations(plant: Plant, snapshot: TagSnapshot, alarms: Alarms) -> tuple[Station, ...]:
    """District stations on the ring with their flow in 10³ m³/h."""
    found = []
    for place in plant.stations:
        flow = _value(place.flow, snapshot)
        found.append(
            Station(
                key=place.asset.id,
                tag=shown(place.asset.id, 12),
                name=asset_name(place.asset),
                value=number_text(flow / 1000, 1) if flow is not None else NO_VALUE,
                mark=_mark([place.flow], snapshot),
                alarm=worst([place.flow, place.inlet, place.outlet], alarms),
                words=_said(place, [place.flow, place.inlet, place.outlet], snapshot),
            )
        )
    return tuple(found)


def tiers(balance: CityBalance) -> tuple[Tier, ...]:
    """Line pack by pressure tier."""
    return tuple(_tier(tier, per_h) for tier, per_h in _tiers(balance))


def _tier(tier: TierPack, per_h: float) -> Tier:
    names = {
        PressureTier.HP: _("HP trunk"),
        PressureTier.SHP: _("SHP ring"),
        PressureTier.MP: _("MP-A streets"),
        PressureTier.LP: _("LP"),
    }
    hours = _hours_left(tier, per_h)
    known = not math.isnan(tier.stored_m3)
    return Tier(
        name=names[tier.tier],
        pipe=PIPES[tier.tier],
        share=tier.stored_m3 / tier.full_m3 if known and tier.full_m3 else math.nan,
        minimum=tier.minimum_m3 / tier.full_m3 if tier.full_m3 else 0.0,
        stored=number_text(tier.stored_m3 / 1000, 1) if known else NO_VALUE,
        change=number_text(per_h / 1000, 1, signed=True) if not math.isnan(per_h) else NO_VALUE,
        left=_left_words(hours, per_h),
        strong=hours < 2,
    )


def _left_words(hours: float, per_h: float) -> str:
    if math.isnan(per_h):
        return NO_VALUE
    return _("steady") if math.isinf(hours) else _("{hours} h").format(hours=number_text(hours, 1))


def _tiers(balance: CityBalance) -> tuple[tuple[TierPack, float], ...]:
    return tuple(zip(balance.tiers, balance.tiers_per_h, strict=True))


def _hours_left(tier: TierPack, per_h: float) -> float:
    """Until the minimum at this change; infinite while it does not fall."""
    spare = tier.stored_m3 - tier.minimum_m3
    if math.isnan(spare) or math.isnan(per_h) or -per_h <= _STEADY_M3H * max(1.0, tier.full_m3 - tier.minimum_m3):
        return math.inf
    return max(0.0, spare / -per_h)


# -- abacus, zones, fabric --------------------------------------------------------------------------------------------


def rods(plant: Plant, snapshot: TagSnapshot, alarms: Alarms) -> tuple[Rod, ...]:
    """The outlet pressures of the district stations, each by its own set-point and limits."""
    found = []
    for place in plant.stations:
        point = place.outlet
        if point is None:
            continue
        value, wanted = _value(point, snapshot), _value(place.setpoint, snapshot)
        found.append(
            Rod(
                key=place.asset.id,
                label=shown(place.asset.id, 8).removeprefix("R-"),
                value=number_text(value, 0),
                share=_share(point, value, wanted),
                mark=_mark([point], snapshot),
                alarm=worst([point], alarms),
                words=_said(place, [point, place.setpoint], snapshot),
            )
        )
    return tuple(found)


def _share(point: Point, value: float | None, wanted: float | None) -> float:
    limits = point.limits
    if value is None or wanted is None:
        return math.nan
    high = limits.h if limits.h is not None else wanted * 1.1
    low = limits.l if limits.l is not None else wanted * 0.9
    hh = limits.hh if limits.hh is not None else high + (high - wanted)
    ll = limits.ll if limits.ll is not None else low - (wanted - low)
    return share_of(value, wanted, (ll, min(low, wanted), max(high, wanted), hh))


def zone_rows(plant: Plant, balance: CityBalance, alarms: Alarms) -> list[Row]:
    """Zones with deviation, flow, customers, hours of line pack, and the worst alarm of anything in them."""
    return [_zone_row(plant, zone, worst(plant.in_zone.get(zone.id, ()), alarms)) for zone in balance.zones]


def _zone_row(plant: Plant, zone: ZoneState, alarm: Alarm | None) -> Row:
    off = None if math.isnan(zone.deviation) else zone.deviation
    name = asset_name(plant.zones[zone.id]) if zone.id in plant.zones else shown(zone.id, 24)
    percent = f"{number_text(off * 100, 1, signed=True)} %" if off is not None else NO_VALUE
    flow = number_text(zone.flow_m3h / 1000, 1) if not math.isnan(zone.flow_m3h) else NO_VALUE
    return Row(
        key=zone.id,
        cells=(
            f"{shown(zone.id, 8).removeprefix('Z-')}  {name}",
            BarCell(span=_ZONE_SPAN, value=off, words=percent),
            ValueCell(number=percent, strong=off is not None and abs(off) > 0.1),
            flow,
            number_text(zone.customers, 0),
            _spare(zone.hours_left),
            GlyphCell(priority=alarm[0], state=alarm[1], words=zone.id) if alarm is not None else None,
        ),
        bold=alarm is not None,
    )


def _spare(hours: float) -> str:
    """How long the zone lasts without supply: minutes below two hours."""
    if math.isnan(hours):
        return NO_VALUE
    if hours < 2:
        return _("{minutes} min").format(minutes=number_text(hours * 60, 0))
    return _("{hours} h").format(hours=number_text(hours, 1))


def strands(plant: Plant, alarms: Alarms, lost: Iterable[str]) -> tuple[Strand, ...]:
    """Fleets with only their exceptions. lost: assets whose link is lost."""
    gone = frozenset(lost)
    return tuple(_strand(fleet, alarms, gone) for fleet in plant.fleets)


def _strand(fleet: Fleet, alarms: Alarms, lost: frozenset[str]) -> Strand:
    titles = {
        "detectors": _("Gas detectors"),
        "valves": _("Remote valves"),
        "cabinets": _("Regulator cabinets"),
        "loggers": _("Pressure loggers"),
        "vehicles": _("Vehicles"),
    }
    count = len(fleet.assets)
    at = {asset: (index + 0.5) / count for index, asset in enumerate(fleet.assets)}
    worst_of: dict[str, AlarmRecord] = {}
    for point in fleet.points:
        record = alarms.get(point.id)
        if record is not None and (
            point.asset not in worst_of or int(record.priority) < int(worst_of[point.asset].priority)
        ):
            worst_of[point.asset] = record
    silent = [asset for asset in fleet.assets if asset in lost]
    parts = [_("{count} in alarm").format(count=len(worst_of))] if worst_of else []
    parts += [_("{count} not heard").format(count=len(silent))] if silent else []
    return Strand(
        key=fleet.key,
        title=titles[fleet.key],
        count=count,
        note=" · ".join(parts) or _("all normal"),
        exceptions=tuple(
            OffNormal(share=at[asset], priority=int(record.priority), state=glyph_of(record))
            for asset, record in worst_of.items()
        ),
        dim=tuple(at[asset] for asset in silent),
    )


# -- small things -----------------------------------------------------------------------------------------------------


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _sound(point: Point, snapshot: TagSnapshot) -> bool:
    code = int(snapshot.quality[point.id])
    return status_of(code) is not Status.BAD and bool(np.isfinite(snapshot.value[point.id]))


def _value(point: Point | None, snapshot: TagSnapshot) -> float | None:
    """The last number, also while its quality is bad; the badge beside it says so."""
    if point is None or not snapshot.at[point.id]:
        return None
    return _number(float(snapshot.value[point.id]))


def _read(points: Iterable[Point], snapshot: TagSnapshot) -> int:
    return sum(_sound(point, snapshot) for point in points)


def _mark(points: Iterable[Point | None], snapshot: TagSnapshot) -> Mark:
    """The worst mark of some points."""
    codes = [int(snapshot.quality[point.id]) for point in points if point is not None]
    return mark_of(min(codes)) if codes else Mark.GOOD


def _sum_span(points: Iterable[Point]) -> Span | None:
    high = sum(point.limits.h or point.high for point in points)
    return Span(low=0.0, high=high, band=(0.3 * high, 0.85 * high)) if high > 0 else None


def _limits_span(point: Point) -> Span:
    limits = point.limits
    marks = tuple((limit, "") for limit in (limits.ll, limits.l, limits.h, limits.hh) if limit is not None)
    ends = [limit for limit, _name in marks] or [point.low, point.high]
    room = max(ends) - min(ends) or max(abs(ends[0]), 1.0)
    low = limits.l if limits.l is not None else min(ends) - room * 0.25
    high = limits.h if limits.h is not None else max(ends) + room * 0.25
    return Span(low=min(ends) - room * 0.35, high=max(ends) + room * 0.35, band=(low, high), limits=marks)


def _said(place: Place, points: Iterable[Point | None], snapshot: TagSnapshot) -> str:
    """A station in words: what each value is, its quality and age."""
    lines = [f"{shown(place.asset.id, 24)} {asset_name(place.asset)}"]
    for point in points:
        if point is None:
            continue
        code, at = int(snapshot.quality[point.id]), int(snapshot.at[point.id])
        age = short_age(max(0.0, (snapshot.taken_at - at) / 1e6)) if at else ""
        value = value_text(point, float(snapshot.value[point.id])) if at else NO_VALUE
        lines.append(" · ".join(part for part in (f"{point_title(point)} {value}", quality_word(code), age) if part))
    return "\n".join(lines)
