"""Judge a command's interlocks on live values: stale, bad or not a number always blocks (S11). Pure."""

from __future__ import annotations

import math
from collections.abc import Callable

from backend.commands.events import Feedback
from backend.commands.policy import Policy
from backend.commands.ports import Reading
from backend.commands.targets import CONTRADICTORY, TRAVELLING, Need, Target
from backend.errors import mark
from backend.model.command import Interlock
from backend.model.plant import Point
from backend.model.quality import GOOD, Cause, cause_of

US = 1_000_000
_AHEAD_S = 5.0
"""A value received later than now by more than this was received before the clock was set back."""

_ENDS = {"open": (90.0, 100.0), "closed": (0.0, 10.0)}
"""Opening in % that fits each end position; limit switches make a little before the mechanical end."""

_CONTRADICT_PERIODS = 2.0
_CONTRADICT_MIN_S = 5.0

Read = Callable[[int], Reading]


def interlocks(
    target: Target, read: Read, *, now: int, link_up: bool, other_open: str, policy: Policy
) -> tuple[Interlock, ...]:
    """Every condition for this command with its live value, in the order people read them. now: µs UTC."""
    enabled = target.device.remote_enabled
    other_name = mark("No other command on this actuator")
    return (
        Interlock(name=mark("Remote control enabled"), met=enabled, value_text="yes" if enabled else "no"),
        Interlock(name=mark("Link up"), met=link_up, value_text="up" if link_up else "lost"),
        *(_judge(need, read, now, policy) for need in target.needs),
        _feedback(target, read, now, policy),
        Interlock(name=other_name, met=not other_open, value_text=other_open or "none"),
    )


def feedback_of(target: Target, read: Read, *, now: int) -> Feedback:
    """The independent feedback as it stands. now: µs UTC."""
    point, reading = target.feedback, read(target.feedback.id)
    youngest_s = max(_CONTRADICT_MIN_S, _CONTRADICT_PERIODS * point.period_s)
    return Feedback(
        value=reading.value,
        at=reading.at,
        received_at=reading.received_at,
        good=_proves(reading),
        current=_is_fresh(reading, now, youngest_s),
        moving=_word(point, reading.value) == TRAVELLING,
    )


def trouble(point: Point, reading: Reading, now: int, policy: Policy) -> str:
    """Why the value may not be used, in words; empty = good and fresh."""
    if reading.received_at == 0:
        return "never read"
    if not _proves(reading):
        cause = cause_of(reading.quality)
        return "not good" if cause is Cause.NONE else f"not good: {cause.name.lower().replace('_', ' ')}"
    if not math.isfinite(reading.value):
        return "not a number"
    if reading.received_at - now > _AHEAD_S * US:
        return "read before the clock was set back"
    if not _is_fresh(reading, now, max(policy.data_age_s, point.period_s)):
        return f"read {max(0, now - min(reading.at, reading.received_at)) // US} s ago"
    return ""


def _judge(need: Need, read: Read, now: int, policy: Policy) -> Interlock:
    if need.point is None:
        return Interlock(name=need.name, met=False, value_text="the device has no such point")
    reading = read(need.point.id)
    why_not = trouble(need.point, reading, now, policy)
    if why_not:
        return Interlock(name=need.name, met=False, value_text=why_not)
    met = need.equals is None or reading.value == need.equals
    return Interlock(name=need.name, met=met, value_text=_text(need.point, reading.value))


def _feedback(target: Target, read: Read, now: int, policy: Policy) -> Interlock:
    """The proof must be there before anything is asked, and must not contradict itself."""
    point = target.feedback
    reading = read(point.id)
    why_not = trouble(point, reading, now, policy)
    if why_not:
        return Interlock(name=target.feedback_name, met=False, value_text=why_not)
    word = _word(point, reading.value)
    text = _text(point, reading.value)
    if point.states and word in ("", CONTRADICTORY):
        return Interlock(name=target.feedback_name, met=False, value_text=text)
    if target.opening is None:
        # Without an opening nothing says where a travelling valve is.
        return Interlock(name=target.feedback_name, met=word != TRAVELLING, value_text=text)
    opening = read(target.opening.id)
    why_not = trouble(target.opening, opening, now, policy)
    if why_not:
        return Interlock(name=target.feedback_name, met=False, value_text=f"{text}, opening {why_not}")
    low, high = _ENDS.get(word, (0.0, 100.0))
    met = low <= opening.value <= high
    return Interlock(name=target.feedback_name, met=met, value_text=f"{text}, {_text(target.opening, opening.value)}")


def _proves(reading: Reading) -> bool:
    """Good without any reservation: a value that is manual, simulated or not authenticated proves nothing."""
    return reading.quality == GOOD


def _is_fresh(reading: Reading, now: int, oldest_s: float) -> bool:
    age_us = now - min(reading.at, reading.received_at)
    return reading.received_at - now <= _AHEAD_S * US and age_us <= oldest_s * US


def _word(point: Point, value: float) -> str:
    return point.states.get(int(value), "") if math.isfinite(value) and value == int(value) else ""


def _text(point: Point, value: float) -> str:
    return _word(point, value) or f"{value:.{point.precision}f} {point.unit}".rstrip()
