"""Work out what each element and box of a mimic looks like from values, alarms and commands. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from app.formats import bare_value, shown, state_word, unit_of
from app.pages.stations.binding import Bound, from_kpa
from app.pages.stations.gasflow import Inputs, inputs, pipe_states, state_of
from app.pages.stations.moment import WAITING, Moment
from app.pages.stations.spans import span_of
from app.texts import _, bilingual
from backend.clock import US
from backend.model.command import TERMINAL, Command, CommandState
from backend.model.plant import Point
from widgets.mimic import BoxLook, Element, ElementKind, Look, PipeState, PointRole, ValveState, Words
from widgets.readouts import Mark
from widgets.readouts.ages import NO_VALUE, number_text, short_age

_SHOWN_VERIFIED_S = 10
_TIER_WORDS = {"hp": "HP", "shp": "SHP", "mpa": "MP-A", "mpb": "MP-B", "lp": "LP"}
_PRIMARY = (
    PointRole.POSITION,
    PointRole.OPENING,
    PointRole.TRIPPED,
    PointRole.LEVEL,
    PointRole.RUNNING,
    PointRole.FLOW,
    PointRole.DIFFERENCE,
    PointRole.VALUE,
)
_FILLS = (PointRole.OPENING, PointRole.LEVEL, PointRole.PRESSURE, PointRole.VALUE)
"""What the bar of a regulator and the filling of a vessel show, the first that is there."""
_VALVE_LIKE = frozenset({ElementKind.VALVE, ElementKind.REGULATOR})


class Picture:
    """The looks of one bound mimic. What lies in the pipes is worked out again only when something it depends on
    changed."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.tiers = tuple(bound.tiers[pipe.zone] for pipe in bound.mimic.pipes)
        self._given: Inputs | None = None
        self._pipes: tuple[PipeState, ...] = ()
        self._in_boxes = {box.point for box in bound.mimic.boxes}

    def pipes(self, moment: Moment) -> tuple[PipeState, ...]:
        """What is in every pipe."""
        given = inputs(self.bound, moment.snapshot)
        if given != self._given:
            self._given, self._pipes = given, pipe_states(given)
        return self._pipes

    def elements(self, moment: Moment) -> Mapping[str, Look]:
        """Every symbol."""
        flowing = self._flowing(self.pipes(moment))
        return {
            each.id: self._look(each, moment, each.id in flowing)
            for each in self.bound.mimic.elements
            if each.kind is not ElementKind.JOINT
        }

    def boxes(self, moment: Moment) -> Mapping[str, BoxLook]:
        """Every value box."""
        return {
            box.point: _box(self.bound.points.get(box.point), words_of(box.title), moment)
            for box in self.bound.mimic.boxes
        }

    def _flowing(self, states: Sequence[PipeState]) -> set[str]:
        return {
            end
            for pipe, state in zip(self.bound.mimic.pipes, states, strict=True)
            if state is PipeState.FLOWING
            for end in (pipe.start, pipe.end)
        }

    def _look(self, element: Element, moment: Moment, flowing: bool) -> Look:
        bound = self.bound
        points = bound.points_of(element.id)
        primary = next((bound.point(element, role) for role in _PRIMARY if bound.point(element, role)), None)
        command = self.command_of(element, moment)
        moving = command is not None and command.state not in TERMINAL and command.state not in WAITING
        state = state_of(bound, element, moment.snapshot) if element.kind in _VALVE_LIKE else ValveState.UNMEASURED
        if state is ValveState.UNMEASURED and flowing:
            state = ValveState.OPEN
        unboxed = [each for each in points if each.property not in self._in_boxes]
        running = bound.point(element, PointRole.RUNNING)
        return Look(
            label=shown(bound.labels[element.id], 24),
            words=element_words(bound, element, moment),
            tip="\n".join([*map(moment.tip, points)]) or words_of(element.role) or bound.labels[element.id],
            tier=bound.tiers[element.zone],
            state=ValveState.TRAVELLING if moving and state in (ValveState.OPEN, ValveState.CLOSED) else state,
            flowing=flowing,
            share=_share(
                next((bound.point(element, each) for each in _FILLS if bound.point(element, each)), None), moment
            ),
            running=_truth(running, moment),
            mark=moment.mark(primary) if primary is not None else Mark.GOOD,
            alarm=moment.glyph(unboxed),
            off_normal=bool(element.normal) and state.value in ("open", "closed") and state.value != element.normal,
            yours=moving,
            reserved=command is not None and command.state in WAITING,
        )

    def command_of(self, element: Element, moment: Moment) -> Command | None:
        """The command that matters most on an element."""
        point = self.bound.point(element, PointRole.COMMAND)
        return moment.commands.get(point.id) if point is not None else None


def words_of(words: Words | None) -> str:
    """In the language of the desk."""
    return bilingual(words.en, words.zh) if words is not None else ""


def element_words(bound: Bound, element: Element, moment: Moment) -> str:
    """The line under a tag: what a command does to it, else its role and how it stands."""
    point = bound.point(element, PointRole.COMMAND)
    command = moment.commands.get(point.id) if point is not None else None
    told = _command_words(bound, element, command, moment) if command is not None and point is not None else ""
    return told or _standing(bound, element, moment)


def _standing(bound: Bound, element: Element, moment: Moment) -> str:
    role = words_of(element.role)
    match element.kind:
        case ElementKind.INLET | ElementKind.OUTLET:
            return role or _TIER_WORDS[bound.tiers[element.zone]]
        case ElementKind.REGULATOR:
            return f"{role} {_setting(bound, element, moment)}".strip()
    primary = next((bound.point(element, each) for each in _PRIMARY if bound.point(element, each)), None)
    if primary is None:
        return role
    value = bare_value(primary, moment.value(primary))
    if not primary.states:
        boxed = any(box.point == primary.property for box in bound.mimic.boxes)
        return role if boxed else f"{role} {value} {unit_of(primary)}".strip()
    setting = _setting(bound, element, moment) if element.setting else ""
    return " ".join(part for part in (role, value, setting) if part)


def _setting(bound: Bound, element: Element, moment: Moment) -> str:
    """The set-point in force, else what the run is set to; "" where nobody has said."""
    feedback = bound.point(element, PointRole.FEEDBACK) or bound.point(element, PointRole.SETPOINT)
    if feedback is not None:
        return bare_value(feedback, moment.value(feedback))
    kpa = bound.setting_kpa(element)
    pressure = next(iter(p for p in bound.points.values() if p.property.endswith("pressure")), None)
    return number_text(from_kpa(pressure, kpa), 0) if kpa is not None and pressure is not None else ""


def _command_words(bound: Bound, element: Element, command: Command, moment: Moment) -> str:
    content = command.content
    going = {"open": _("Opening …"), "close": _("Closing …")}.get(content.action, _("Setting …"))
    far = {"open": _("Opening, {percent} %"), "close": _("Closing, {percent} %")}
    match command.state:
        case CommandState.AWAITING_APPROVAL:
            return _("Waiting for approval")
        case CommandState.REQUESTED | CommandState.CONFIRMED | CommandState.APPROVED:
            return _("Reserved")
        case CommandState.INDETERMINATE:
            return _("May have happened")
        case CommandState.VERIFIED:
            fresh = moment.now - command.ended_at < _SHOWN_VERIFIED_S * US
            return _("Verified") if fresh else ""
        case state if state in TERMINAL:
            return ""
    opening = bound.point(element, PointRole.OPENING)
    if content.action in ("open", "close") and opening is not None and math.isfinite(moment.value(opening)):
        way = moment.value(opening) if content.action == "open" else 100 - moment.value(opening)
        return far[content.action].format(percent=number_text(way, 0))
    return going


def _share(point: Point | None, moment: Moment) -> float | None:
    if point is None or moment.mark(point) in (Mark.BAD, Mark.STALE) or not math.isfinite(moment.value(point)):
        return None
    return (moment.value(point) - point.low) / (point.high - point.low) if point.high > point.low else None


def _truth(point: Point | None, moment: Moment) -> bool | None:
    if point is None or moment.mark(point) is not Mark.GOOD:
        return None
    return moment.value(point) > 0


def _box(point: Point | None, title: str, moment: Moment) -> BoxLook:
    if point is None:
        return BoxLook(label=title, number=NO_VALUE, mark=Mark.STALE)
    value, mark, age = moment.value(point), moment.mark(point), moment.age_s(point)
    tag = shown(point.tag.rpartition(".")[2], 24)
    word = state_word(point, value) if math.isfinite(value) else ""
    return BoxLook(
        label=tag,
        title=title,
        number=bare_value(point, value),
        unit="" if word else unit_of(point),
        value=value if math.isfinite(value) else None,
        span=None if point.states else span_of(point),
        mark=mark,
        age=short_age(age) if age is not None and mark is not Mark.GOOD else "",
        alarm=moment.glyph((point,)),
        tip=moment.tip(point),
    )
