"""Say what live values mean for the gas in a mimic's pipes: what passes, what flows, where there is pressure."""

from __future__ import annotations

import math
from collections.abc import Callable

from app.pages.stations.binding import Bound, gauge_kpa
from app.tones import valve_state
from backend.model.live import TagSnapshot
from backend.model.plant import Point
from backend.model.quality import is_good
from widgets.mimic import (
    TERMINALS,
    Element,
    ElementKind,
    Part,
    Passage,
    PipeState,
    PointRole,
    Stretch,
    ValveState,
    solve,
)

OPEN_PERCENT = 1.0
"""A regulator opened further than this lets gas through."""
_FLOW_SHARE = 0.001
_EMPTY_KPA = 0.5
_EMPTY_SHARE = 0.002
"""Of the instrument's range: what may still be its zero error."""

_BY_VALVE = {
    ValveState.OPEN: Passage.OPEN,
    ValveState.TRAVELLING: Passage.OPEN,
    ValveState.CLOSED: Passage.CLOSED,
    ValveState.UNKNOWN: Passage.UNKNOWN,
    ValveState.DISAGREES: Passage.UNKNOWN,
    ValveState.UNMEASURED: Passage.OPEN,
}
Inputs = tuple[tuple[Stretch, ...], tuple[tuple[str, Part], ...], bool]


def good_value(snapshot: TagSnapshot, point: Point | None) -> float | None:
    """The value of a point where it may be believed."""
    if point is None or not is_good(int(snapshot.quality[point.id])):
        return None
    value = float(snapshot.value[point.id])
    return value if math.isfinite(value) else None


def state_of(bound: Bound, element: Element, snapshot: TagSnapshot) -> ValveState:
    """How a valve or regulator stands."""
    position = bound.point(element, PointRole.POSITION)
    if position is not None:
        return valve_state(position, float(snapshot.value[position.id]), int(snapshot.quality[position.id]))
    opening = bound.point(element, PointRole.OPENING)
    if opening is not None:
        return _open_or_closed(good_value(snapshot, opening), lambda value: value > OPEN_PERCENT)
    tripped = bound.point(element, PointRole.TRIPPED)
    if tripped is not None:
        return _open_or_closed(good_value(snapshot, tripped), lambda value: value == 0)
    return ValveState.UNMEASURED


def _open_or_closed(value: float | None, is_open: Callable[[float], bool]) -> ValveState:
    if value is None:
        return ValveState.UNKNOWN
    return ValveState.OPEN if is_open(value) else ValveState.CLOSED


def inputs(bound: Bound, snapshot: TagSnapshot) -> Inputs:
    """Everything the state of the pipes depends on: as long as it is the same, so are they."""
    stretches = tuple(
        Stretch(start=pipe.start, end=pipe.end, gas=_pressed(bound.points.get(pipe.pressure or ""), snapshot))
        for pipe in bound.mimic.pipes
    )
    parts = tuple((element.id, _part(bound, element, snapshot)) for element in bound.mimic.elements)
    meters = [bound.point(each, PointRole.FLOW) for each in bound.mimic.elements if each.kind not in TERMINALS]
    backwards = any(_flow(meter, snapshot) < 0 for meter in meters)
    return stretches, parts, backwards


def pipe_states(given: Inputs) -> tuple[PipeState, ...]:
    """The state of every pipe, in the order of the description."""
    stretches, parts, backwards = given
    return solve(stretches, dict(parts), backwards=backwards)


def _part(bound: Bound, element: Element, snapshot: TagSnapshot) -> Part:
    kind = element.kind
    flow = _flowing(bound.point(element, PointRole.FLOW), snapshot)
    match kind:
        case ElementKind.VALVE | ElementKind.REGULATOR:
            return Part(passage=_BY_VALVE[state_of(bound, element, snapshot)], flow=flow)
        case ElementKind.CHECK:
            return Part(one_way=True)
        case ElementKind.FILTER:
            return Part(flow=_by_difference(bound, element, snapshot), hint=True)
        case ElementKind.COMPRESSOR | ElementKind.PUMP | ElementKind.VAPORISER if flow is None:
            return Part(flow=_by_running(bound.point(element, PointRole.RUNNING), snapshot))
        case _:
            return Part(flow=flow, terminal=kind in TERMINALS)


def _flow(point: Point | None, snapshot: TagSnapshot) -> int:
    """1 forwards, -1 backwards, 0 nothing or not known."""
    value = good_value(snapshot, point)
    if value is None or point is None or abs(value) <= _FLOW_SHARE * (point.high - point.low):
        return 0
    return 1 if value > 0 else -1


def _flowing(point: Point | None, snapshot: TagSnapshot) -> Passage | None:
    if point is None:
        return None
    if good_value(snapshot, point) is None:
        return Passage.UNKNOWN
    return Passage.OPEN if _flow(point, snapshot) else Passage.CLOSED


def _by_difference(bound: Bound, element: Element, snapshot: TagSnapshot) -> Passage | None:
    """A pressure drop says that something flows; where it cannot be read, nothing is said."""
    drop = good_value(snapshot, bound.point(element, PointRole.DIFFERENCE))
    if drop is None or element.idle_below is None:
        return None
    return Passage.OPEN if drop >= element.idle_below else Passage.CLOSED


def _by_running(point: Point | None, snapshot: TagSnapshot) -> Passage | None:
    if point is None:
        return None
    value = good_value(snapshot, point)
    if value is None:
        return Passage.UNKNOWN
    # A machine that stands keeps its gas; that it runs does not prove that any is moved.
    return None if value else Passage.CLOSED


def _pressed(point: Point | None, snapshot: TagSnapshot) -> bool | None:
    value = good_value(snapshot, point)
    if value is None or point is None:
        return None
    zero = max(_EMPTY_KPA, _EMPTY_SHARE * gauge_kpa(point, point.high))
    return gauge_kpa(point, value) > zero
