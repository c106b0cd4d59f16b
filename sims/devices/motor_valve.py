"""A motor valve as facts and steps: travel, limit switches, torque trip, local key; no I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final


class Position(IntEnum):
    """What the two limit switches say together."""

    TRAVELLING = 0
    OPEN = 1
    CLOSED = 2
    CONTRADICTORY = 3


class Order(IntEnum):
    """Codes of the command register. NONE stops the motor."""

    NONE = 0
    OPEN = 1
    CLOSE = 2


class Refused(IntEnum):
    """Why a command is not taken."""

    VALUE = 1
    """No such code."""
    LOCAL = 2
    """The key stands on local."""
    FAULT = 3
    """The torque trip has to be reset on site first."""


TRIP_AFTER_S: Final = 3.0
"""Time at full torque without movement until the motor is switched off."""
TRIP_TORQUE: Final = 120.0
_SEATING_TORQUE: Final = 65.0
_RUNNING_TORQUE: Final = 38.0
_PLAY: Final = 1e-9
"""A limit switch makes this near to the end of the travel; steps that add up to it never quite do."""
_TARGETS: Final = {Order.OPEN: 1.0, Order.CLOSE: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class MotorValve:
    """One actuator and its valve. opening: 0-1.

    stuck_at: opening that the valve cannot pass, in either direction; None = it moves freely. order: the command in
    the register; back to NONE when the travel has ended. crossed: both limit switches made at once (a wiring fault).
    """

    opening: float = 1.0
    order: Order = Order.NONE
    remote: bool = True
    fault: bool = False
    stuck_at: float | None = None
    crossed: bool = False
    straining_s: float = 0.0
    travel_s: float = 30.0

    @property
    def position(self) -> Position:
        """The limit switches' word on where the valve stands."""
        if self.crossed:
            return Position.CONTRADICTORY
        return {1.0: Position.OPEN, 0.0: Position.CLOSED}.get(self.opening, Position.TRAVELLING)

    @property
    def torque(self) -> float:
        """Percent of the rated torque: idle, running, seating, or straining against something stuck."""
        if self.order is Order.NONE:
            return 0.0
        if self.straining_s > 0:
            return TRIP_TORQUE
        return _SEATING_TORQUE if min(self.opening, 1 - self.opening) < 0.1 else _RUNNING_TORQUE


def command(valve: MotorValve, code: float) -> MotorValve | Refused:
    """The valve after a remote command, or why it takes none. A new command replaces the one under way."""
    if code not in tuple(Order):
        return Refused.VALUE
    if not valve.remote:
        return Refused.LOCAL
    if valve.fault:
        return Refused.FAULT
    order = Order(int(code))
    there = order is not Order.NONE and valve.opening == _TARGETS[order]
    return replace(valve, order=Order.NONE if there else order, straining_s=0.0)


def step(valve: MotorValve, dt_s: float) -> MotorValve:
    """The valve `dt_s` seconds later."""
    if valve.order is Order.NONE:
        return valve
    target = _TARGETS[valve.order]
    reach = dt_s / valve.travel_s
    wanted = max(valve.opening - reach, target) if target < valve.opening else min(valve.opening + reach, target)
    if abs(wanted - target) < _PLAY:
        wanted = target
    stop = valve.stuck_at
    # Stuck exactly at the end of the travel stops nobody on the way there.
    if stop is not None and stop != target and (wanted - stop) * (valve.opening - stop) <= 0:
        return _strain(valve, stop, dt_s)
    ended = wanted == target
    return replace(valve, opening=wanted, order=Order.NONE if ended else valve.order, straining_s=0.0)


def turn_key(valve: MotorValve, *, remote: bool) -> MotorValve:
    """The key on the actuator: local stops a remote travel where it is."""
    return replace(valve, remote=remote, order=valve.order if remote else Order.NONE, straining_s=0.0)


def stick(valve: MotorValve, at: float | None = None) -> MotorValve:
    """Let the valve stick at an opening of 0-1, or where it is."""
    return replace(valve, stuck_at=valve.opening if at is None else min(max(at, 0.0), 1.0))


def reset(valve: MotorValve) -> MotorValve:
    """A fitter on site clears the trip and frees the valve."""
    return replace(valve, fault=False, stuck_at=None, crossed=False, straining_s=0.0)


def _strain(valve: MotorValve, stop: float, dt_s: float) -> MotorValve:
    straining = valve.straining_s + dt_s
    tripped = straining >= TRIP_AFTER_S
    return replace(
        valve,
        opening=stop,
        order=Order.NONE if tripped else valve.order,
        fault=valve.fault or tripped,
        straining_s=0.0 if tripped else straining,
    )
