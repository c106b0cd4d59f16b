"""The plant: one clock, the instruments, and what is set in the gas network; the solver runs beside it.

The machines move and the instruments read with every `tick`; the gas is stepped by `solve_once` on a thread of its
own, which may take its time: instruments show the last solved state (the design case before the first).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from backend.errors import RefusedError
from sims.devices import motor_valve
from sims.devices.gas_analyser import GasAnalyser
from sims.devices.line_valve import LineValve
from sims.devices.moment import Leak, Moment
from sims.devices.station_rtu import StationRtu
from sims.devices.terminal import Answer, Outcome
from sims.equipment import Equipment
from sims.gasnet.orders import Orders, apply
from sims.gasnet.state import State, design_state

if TYPE_CHECKING:
    from sims.gasnet.field import Field

ZONE_S: Final = 8 * 3600
"""Linjiang keeps China Standard Time."""
_MOST_STEPS: Final = 8
"""Solves to catch up at a time; further behind, the steps become longer."""


class Plant:
    """Thread-safe. Time is simulated seconds since the start; `speed` of them pass in a real one."""

    def __init__(
        self,
        equipment: Equipment,
        *,
        hour: float | None = None,
        speed: float = 1.0,
        mono: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """hour: of the local day at the start, None = what the clock on the wall says."""
        self.equipment = equipment
        self.state: State = design_state(equipment.network)
        self.solve_ms = 0.0
        """How long the last solve took."""
        self._lock = threading.RLock()
        self._mono = mono
        self._speed = speed
        self._since = mono()
        self._passed = 0.0
        self._hour = hour if hour is not None else (wall() + ZONE_S) / 3600 % 24
        self._felt_at = 0.0
        self._solved_at = 0.0
        self._leaks: dict[str, float] = {}
        self._failed: dict[str, float | None] = {}
        self._failed_monitors: dict[str, float | None] = {}
        self._resets: dict[str, int] = {}
        self._valves = _drives(equipment)
        self._nodes = {node.id: node for node in equipment.network.nodes}
        self._run_ids = {run.id for run in equipment.network.regulators}
        self._field: Field | None = None
        self._told = Orders()
        self.tick()

    def now(self) -> float:
        """Simulated seconds since the start."""
        with self._lock:
            return self._passed + (self._mono() - self._since) * self._speed

    def hour(self) -> float:
        """Of the local day, 0-24."""
        with self._lock:
            return (self._hour + self.now() / 3600) % 24

    def set_hour(self, hour: float) -> None:
        """Let the customers live at another hour of the day."""
        with self._lock:
            self._hour = (hour - self.now() / 3600) % 24

    def set_speed(self, speed: float) -> None:
        """From now on."""
        if not 0 < speed <= 100:
            raise RefusedError("a speed is above 0 and at most 100")
        with self._lock:
            self._passed, self._since, self._speed = self.now(), self._mono(), speed

    def tick(self) -> None:
        """Let machines and instruments live through the time since the last tick."""
        with self._lock:
            now = self.now()
            leaks = tuple(
                Leak(lon=self._nodes[node].lon, lat=self._nodes[node].lat, flow_m3h=flow)
                for node, flow in self.state.leak_m3h.items()
            )
            moment = Moment(state=self.state, leaks=leaks, hour=self.hour(), dt_s=now - self._felt_at)
            self._felt_at = now
            for terminal in self.equipment.terminals.values():
                terminal.feel(moment)

    def solve_once(self) -> None:
        """Bring the gas up to now. Only one thread may call it; the first call imports the solver."""
        from sims.gasnet.field import Field

        if self._field is None:
            self._field = Field(self.equipment.network)
            self._field.settle(self.hour())
            with self._lock:
                # The time that importing took does not count: nothing flowed before.
                self._solved_at = self.now()
        with self._lock:
            now, hour, orders = self.now(), self.hour(), self._orders()
        behind = now - self._solved_at
        if behind <= 0:
            return
        apply(orders, self._told, self._field)
        self._told, self._solved_at = orders, now
        steps = min(max(round(behind), 1), _MOST_STEPS)
        for _ in range(steps):
            before = self._mono()
            state = self._field.step(behind / steps, hour)
            self.solve_ms = (self._mono() - before) * 1000
        self.state = state

    def write(self, device: str, name: str, value: float) -> Answer:
        """A write off the wire."""
        with self._lock:
            terminal = self.equipment.terminals.get(device)
            if terminal is None:
                return Answer(outcome=Outcome.UNKNOWN, detail=f"there is no device {device}")
            return terminal.write(name, value)

    def stick(self, valve: str, at: float | None) -> None:
        """Let a valve stick where it is, or when it comes to an opening of 0-1."""
        with self._lock:
            drive = self._drive(valve)
            drive.drive = motor_valve.stick(drive.drive, at)

    def free(self, valve: str) -> None:
        """A fitter frees the valve and clears its trip."""
        with self._lock:
            drive = self._drive(valve)
            drive.drive = motor_valve.reset(drive.drive)

    def turn_key(self, valve: str, *, remote: bool) -> None:
        """The local key of a valve."""
        with self._lock:
            drive = self._drive(valve)
            drive.drive = motor_valve.turn_key(drive.drive, remote=remote)

    def leak(self, node: str, diameter_mm: float) -> None:
        """Open a hole at a node of the network; 0 closes it."""
        if node not in self._nodes:
            raise RefusedError("{node} is not a node of the network", node=node)
        if not 0 <= diameter_mm <= 500:
            raise RefusedError("a hole is 0 to 500 mm wide")
        with self._lock:
            self._leaks = self._leaks | {node: diameter_mm}

    def fail_regulator(self, run: str, opening: float | None, *, monitor: bool = False) -> None:
        """Hold a run's active regulator (or its monitor) at an opening of 0-1; None repairs it."""
        self._known_run(run)
        with self._lock:
            table = self._failed_monitors if monitor else self._failed
            table[run] = opening

    def reset_slam_shut(self, run: str) -> None:
        """A fitter puts the slam-shut valve of a run back."""
        self._known_run(run)
        with self._lock:
            self._resets[run] = self._resets.get(run, 0) + 1

    def deliver(self, device: str, shares: Mapping[str, float]) -> None:
        """Let other gas come to a source's analyser: mol % by component."""
        with self._lock:
            terminal = self.equipment.terminals.get(device)
            if terminal is None or not isinstance(terminal.instrument, GasAnalyser):
                raise RefusedError("{device} is not a gas analyser", device=device)
            terminal.instrument.deliver(shares)

    def freeze(self, device: str, point: str, value: float | None) -> None:
        """Hold a point of a device at a value; None lets it live again."""
        with self._lock:
            terminal = self.equipment.terminals.get(device)
            if terminal is None or point not in terminal.forms:
                raise RefusedError("{device} has no point {point}", device=device, point=point)
            if value is None:
                terminal.frozen.pop(point, None)
            else:
                terminal.frozen[point] = value

    def _orders(self) -> Orders:
        from sims.gasnet.orders import Orders

        stations = [
            one.instrument for one in self.equipment.terminals.values() if isinstance(one.instrument, StationRtu)
        ]
        return Orders(
            setpoints_kpa={
                f"{station.station}/{key.upper()}": value
                for station in stations
                for key, value in station.in_force.items()
            },
            valves={valve: drive.drive.opening for valve, drive in self._valves.items()},
            leaks_mm=self._leaks,
            failed=dict(self._failed),
            failed_monitors=dict(self._failed_monitors),
            resets=dict(self._resets),
        )

    def _drive(self, valve: str) -> LineValve:
        if valve not in self._valves:
            raise RefusedError("{valve} is not a motor valve", valve=valve)
        return self._valves[valve]

    def _known_run(self, run: str) -> None:
        if run not in self._run_ids:
            raise RefusedError("{run} is not a regulator run", run=run)


def _drives(equipment: Equipment) -> Mapping[str, LineValve]:
    """Every motor valve by its name in the network: those in the line, and the stations' inlet valves."""
    found: dict[str, LineValve] = {}
    for terminal in equipment.terminals.values():
        match terminal.instrument:
            case LineValve() as valve:
                found[valve.id] = valve
            case StationRtu(inlet_valve=valve):
                found[valve.id] = valve
    return found
