"""What the faceplate says of the selected element: bars, settings, last command, limits. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.formats import asset_name, bare_value, clock_time, point_title, quality_word, shown, unit_of, value_text
from app.pages.stations.binding import Bound, from_kpa
from app.pages.stations.moment import Moment
from app.pages.stations.picture import element_words, words_of
from app.pages.stations.spans import span_of
from app.texts import _
from backend.clock import US
from backend.model.command import Command, Commandable, CommandState
from backend.model.plant import Limits, Point
from widgets.mimic import Element, PointRole
from widgets.mimic.look import Glyph
from widgets.readouts import Mark, Span
from widgets.readouts.ages import number_text, short_age, with_unit

_MEASURED = (
    PointRole.PRESSURE,
    PointRole.FLOW,
    PointRole.LEVEL,
    PointRole.DIFFERENCE,
    PointRole.TEMPERATURE,
    PointRole.VALUE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateBar:
    """One standing bar: its caption, value and range."""

    caption: str
    value: float | None
    number: str
    unit: str
    span: Span
    mark: Mark
    alarm: Glyph | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """Everything the faceplate shows. ask: (point, action, value) whose permissives are to be shown; None = nothing may
    be commanded here."""

    tag: str
    about: str
    where: str
    chips: tuple[str, ...] = ()
    bars: tuple[PlateBar, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    ask: tuple[int, str, float | None] | None = None
    points: tuple[Point, ...] = ()


def plate_of(bound: Bound, id_: str, moment: Moment, targets: Mapping[int, Commandable]) -> Plate:
    """The faceplate of an element or box of a mimic."""
    element = bound.mimic.element(id_)
    points = bound.points_of(id_)
    if element is None:
        return point_plate(points[0], moment, targets) if points else Plate(tag="", about="", where="")
    command = bound.point(element, PointRole.COMMAND)
    target = targets.get(command.id) if command is not None else None
    about = " · ".join(
        part for part in (words_of(element.role), _("run {run}").format(run=element.run) if element.run else "") if part
    )
    section = _section(bound, element)
    return Plate(
        tag=shown(bound.labels[id_], 24) or words_of(element.role) or id_,
        about=about or element_words(bound, element, moment),
        where=" · ".join(part for part in (asset_name(bound.place.asset), section, *(_devices(points))) if part),
        chips=_chips(bound, element, moment),
        bars=_bars(bound, element, moment),
        facts=(*_settings(bound, element, target), *_states(points, moment), *_last(command, moment)),
        limits=_limits(_measured(bound, element)),
        ask=_ask(target, bound, element, moment),
        points=_pens(bound, element, points),
    )


def point_plate(point: Point, moment: Moment, targets: Mapping[int, Commandable]) -> Plate:
    """The faceplate of one point by itself."""
    target = targets.get(point.id)
    age = moment.age_s(point)
    mark = moment.mark(point)
    facts = [
        (_("Value"), value_text(point, moment.value(point))),
        (_("Quality"), quality_word(moment.quality(point))),
        (_("Age"), short_age(age) if age is not None else "—"),
    ]
    if not point.states:
        facts.append((_("Range"), _range(point, point.low, point.high)))
    bars = () if point.states else (_bar(_("PV"), point, moment, span_of(point)),)
    return Plate(
        tag=shown(point.tag, 40),
        about=point_title(point),
        where=shown(point.device, 40),
        bars=bars,
        facts=tuple(facts) + _last(point if target is not None else None, moment),
        limits=_limits(point),
        ask=(point.id, target.actions[0], None) if target is not None and "set" not in target.actions else None,
        points=(point,) if mark is not None else (),
    )


def _devices(points: Iterable[Point]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shown(point.device, 24) for point in points))


def _section(bound: Bound, element: Element) -> str:
    left = [each for each in bound.mimic.sections if each.x <= element.at[0] + 1]
    return words_of(left[-1].title) if left else ""


def _chips(bound: Bound, element: Element, moment: Moment) -> tuple[str, ...]:
    remote = bound.point(element, PointRole.REMOTE)
    fault = bound.point(element, PointRole.FAULT)
    chips = [bare_value(remote, moment.value(remote))] if remote is not None else []
    if fault is not None and moment.value(fault) > 0:
        chips.append(bare_value(fault, moment.value(fault)))
    return tuple(chips)


def _measured(bound: Bound, element: Element) -> Point | None:
    return next((bound.point(element, role) for role in _MEASURED if bound.point(element, role)), None)


def _bars(bound: Bound, element: Element, moment: Moment) -> tuple[PlateBar, ...]:
    """PV, SP and opening, as far as they are there; the set-point on the scale of what it sets."""
    measured = _measured(bound, element)
    setting = bound.point(element, PointRole.FEEDBACK) or bound.point(element, PointRole.SETPOINT)
    opening = bound.point(element, PointRole.OPENING)
    shared = span_of(measured) if measured is not None else None
    limits = measured.limits if measured is not None else None
    if setting is not None and shared is not None and (limits is None or limits == Limits()):
        shared = _around(bound, setting, moment)
    bars = []
    if measured is not None and shared is not None:
        bars.append(_bar(_("PV"), measured, moment, shared))
    if setting is not None:
        span = shared or span_of(setting)
        bars.append(_bar(_("SP"), setting, moment, Span(low=span.low, high=span.high, band=span.band)))
    if opening is not None:
        bars.append(_bar(_("Opening"), opening, moment, Span(low=opening.low, high=opening.high)))
    return tuple(bars)


def _around(bound: Bound, setting: Point, moment: Moment) -> Span:
    """A run's pressure has no limits of its own: the station's outlet has them."""
    outlet = bound.points.get("outlet_pressure")
    if outlet is not None and outlet.limits != Limits():
        return span_of(outlet)
    value = moment.value(setting)
    return Span(low=value * 0.8, high=value * 1.2) if math.isfinite(value) and value > 0 else span_of(setting)


def _bar(caption: str, point: Point, moment: Moment, span: Span) -> PlateBar:
    value = moment.value(point)
    return PlateBar(
        caption=caption,
        value=value if math.isfinite(value) else None,
        number=bare_value(point, value),
        unit=unit_of(point),
        span=span,
        mark=moment.mark(point),
        alarm=moment.glyph((point,)),
    )


def _settings(bound: Bound, element: Element, target: Commandable | None) -> tuple[tuple[str, str], ...]:
    facts = []
    setting = bound.point(element, PointRole.SETPOINT)
    if target is not None and setting is not None and "set" in target.actions:
        facts.append((_("Setpoint range"), _range(setting, target.low, target.high)))
    if element.run and element.setting:
        facts += _protection(bound, element, setting)
    return tuple(facts)


def _protection(bound: Bound, element: Element, setting: Point | None) -> list[tuple[str, str]]:
    """What acts when this one fails, and at which pressure: the next of the same run."""
    order = ("setpoint", "monitor", "slam_shut")
    words = {"monitor": _("Takes over if it fails"), "slam_shut": _("Trips at")}
    unit = setting or next((p for p in bound.points.values() if p.property.endswith("outlet_pressure")), None)
    found: list[tuple[float, str, str]] = []
    for each in bound.mimic.elements:
        later = each.setting in order and order.index(each.setting) >= max(1, order.index(element.setting))
        kpa = bound.setting_kpa(each)
        if each.run == element.run and later and kpa is not None and unit is not None:
            value = with_unit(number_text(from_kpa(unit, kpa), unit.precision), unit_of(unit))
            if each is not element or each.setting == "slam_shut":
                found.append(
                    (kpa, words[each.setting], f"{bound.labels[each.id]} {value}" if each is not element else value)
                )
    return [(word, value) for _kpa, word, value in sorted(found)]


def _range(point: Point, low: float, high: float) -> str:
    ends = f"{number_text(low, point.precision)}–{number_text(high, point.precision)}"
    return with_unit(ends, unit_of(point))


def _states(points: Iterable[Point], moment: Moment) -> tuple[tuple[str, str], ...]:
    """Every switch in words; set-points and commands read back nothing of their own."""
    return tuple(
        (point_title(point), bare_value(point, moment.value(point)))
        for point in points
        if point.states and not point.writable
    )


def _last(command_point: Point | None, moment: Moment) -> tuple[tuple[str, str], ...]:
    command = moment.commands.get(command_point.id) if command_point is not None else None
    if command is None or command_point is None:
        return ((_("Last command"), _("none since the console started")),) if command_point is not None else ()
    return (
        (_("Last command"), f"{_asked(command, command_point)} · {clock_time(command.content.requested_at)}"),
        (_("Verified"), _verification(command)),
    )


def _asked(command: Command, point: Point) -> str:
    content = command.content
    if content.action == "set":
        old = number_text(content.old_value, point.precision)
        return f"SP {old} → {number_text(content.value, point.precision)}"
    return {"open": _("open"), "close": _("close")}.get(content.action, content.action)


def _verification(command: Command) -> str:
    match command.state:
        case CommandState.VERIFIED if command.dispatched_at:
            seconds = (command.ended_at - command.dispatched_at) / US
            return _("within {seconds} s").format(seconds=number_text(max(0.0, seconds), 0))
        case CommandState.VERIFIED:
            return _("verified")
        case CommandState.FAILED:
            return _("failed")
        case CommandState.REJECTED:
            return _("rejected")
        case CommandState.EXPIRED:
            return _("expired, nothing was sent")
        case CommandState.CANCELLED:
            return _("cancelled, nothing was sent")
        case CommandState.INDETERMINATE:
            return _("may have happened: not known")
        case CommandState.AWAITING_APPROVAL:
            return _("waiting for approval")
    return _("not yet")


def _limits(point: Point | None) -> tuple[tuple[str, str], ...]:
    if point is None or point.limits == Limits() or point.states:
        return ()
    limits = point.limits

    def pair(first: float | None, second: float | None) -> str:
        both = f"{number_text(first, point.precision)} / {number_text(second, point.precision)}"
        return with_unit(both, unit_of(point))

    rows = (("HH / H", limits.hh, limits.h), ("L / LL", limits.l, limits.ll))
    return tuple((name, pair(first, second)) for name, first, second in rows if (first, second) != (None, None))


def _ask(
    target: Commandable | None, bound: Bound, element: Element, moment: Moment
) -> tuple[int, str, float | None] | None:
    """What to check the permissives of: for a valve the way it is not, for a set-point the one in force."""
    if target is None:
        return None
    if "set" in target.actions:
        setting = bound.point(element, PointRole.FEEDBACK) or bound.point(element, PointRole.SETPOINT)
        value = moment.value(setting) if setting is not None else math.nan
        return (target.point, "set", min(max(value, target.low), target.high)) if math.isfinite(value) else None
    position = bound.point(element, PointRole.POSITION)
    now = (
        position.states.get(int(moment.value(position)))
        if position is not None and math.isfinite(moment.value(position))
        else ""
    )
    action = "open" if now == "closed" else "close"
    return (target.point, action if action in target.actions else target.actions[0], None)


def _pens(bound: Bound, element: Element, points: Iterable[Point]) -> tuple[Point, ...]:
    """What is worth a trend: what is measured, then the setting and the opening."""
    roles = (*_MEASURED, PointRole.FEEDBACK, PointRole.OPENING)
    chosen = [bound.point(element, role) for role in roles]
    found = tuple({point.id: point for point in chosen if point is not None and not point.states}.values())
    return found or tuple(point for point in points if not point.writable)
