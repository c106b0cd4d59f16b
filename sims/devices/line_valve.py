"""A motor valve in the line: the actuator, and the pressures and flow beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sims.devices import motor_valve
from sims.devices.moment import Moment, read_only
from sims.devices.motor_valve import MotorValve, Refused

_REASONS: Final = {
    Refused.VALUE: "no such command",
    Refused.LOCAL: "the key stands on local",
    Refused.FAULT: "torque trip, reset on site first",
}


class LineValve:
    """`drive` is the actuator; the plant reads its opening, faults are put into it from outside."""

    def __init__(self, id_: str, start: str = "", end: str = "") -> None:
        """start, end: nodes up- and downstream; without them it has no pressure transmitters."""
        self.id = id_
        self.drive = MotorValve()
        self._start = start
        self._end = end
        self._values: dict[str, float] = {}

    def feel(self, moment: Moment) -> None:
        """Travel on, then read the gas."""
        self.drive = motor_valve.step(self.drive, moment.dt_s)
        state = moment.state
        self._values = self.drive_values()
        if self._end:
            self._values |= {
                "upstream_pressure": state.pressure_kpa[self._start],
                "downstream_pressure": state.pressure_kpa[self._end],
                # The meter of an actuator knows no direction.
                "flow": abs(state.valve_m3h[self.id]),
            }

    def values(self) -> Mapping[str, float]:
        """Every property of the motor-valve model."""
        return self._values | self.drive_values()

    def drive_values(self) -> dict[str, float]:
        """The actuator's own."""
        drive = self.drive
        return {
            "position": float(drive.position),
            "opening_percent": drive.opening * 100,
            "local_remote": float(drive.remote),
            "fault": float(drive.fault),
            "torque": drive.torque,
            "command": float(drive.order),
        }

    def write(self, name: str, value: float) -> str:
        """The command register."""
        if name != "command":
            return read_only(name)
        outcome = motor_valve.command(self.drive, value)
        if isinstance(outcome, Refused):
            return _REASONS[outcome]
        self.drive = outcome
        return ""
