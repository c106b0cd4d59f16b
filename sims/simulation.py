"""The running field: plant, solver thread, Modbus servers, MQTT gateway and broker, started and stopped together."""

from __future__ import annotations

import asyncio
import importlib
import random
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from backend import logs
from backend.errors import ConfigError, LinkError, RefusedError
from backend.site import Site
from sims.broker import EmbeddedBroker, port_is_free
from sims.devices.modbus_station import ModbusStation
from sims.devices.mqtt_device import Gateway, MqttDevice
from sims.devices.terminal import Terminal
from sims.equipment import Equipment
from sims.plant import Plant
from sims.publishing import Load, Reporter

log = logs.get("sims.simulation")

STEP_S: Final = 1.0
LOAD_STEP_S: Final = 0.05
_JOIN_S: Final = 2.0
_CALL_S: Final = 5.0
_SOLVER_PARTS: Final = ("scipy.interpolate", "scipy.stats", "pandas", "networkx", "pandapower", "sims.gasnet.field")
"""Imported one after the other, so that a field that is to end does not first import a solver for ten seconds."""


class Simulation:
    """start, stop and step are for one thread; cut, restore and cut_after_write may be called from any."""

    def __init__(self, site: Site, equipment: Equipment, plant: Plant, *, seed: int, rate: float | None = None) -> None:
        """rate: values a second over MQTT instead of the devices' own periods."""
        self.plant = plant
        self._site = site
        self._seed = seed
        self._ending = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._threads: list[threading.Thread] = []
        self._broker: EmbeddedBroker | None = None
        self._stations = _stations(equipment, plant)
        boot = int(time.time())
        self._devices = {
            terminal.id: MqttDevice(terminal, boot=boot)
            for terminal in equipment.terminals.values()
            if terminal.protocol == "mqtt"
        }
        self._reporters = [Reporter(device, random.Random(f"{seed}/{id_}")) for id_, device in self._devices.items()]
        self._load = Load(self._devices, rate) if rate else None
        self._gateway = self._make_gateway()
        self._stepped_at = 0.0

    @property
    def step_s(self) -> float:
        """How often `step` wants to be called, in real seconds."""
        return LOAD_STEP_S if self._load is not None else STEP_S

    def start(self) -> None:
        """Listen everywhere, connect, publish first values, then begin to solve. Raises LinkError, leaving nothing."""
        try:
            self._start_broker()
            self._thread("field-servers", self._serve)
            for station in self._stations.values():
                self._start_station(station)
            if self._site.meters is not None:
                from sims.meters import call_in

                asyncio.run_coroutine_threadsafe(call_in(self._site, seed=self._seed), self._loop)
            if self._gateway is not None:
                self._gateway.start()
            self.step()
            self._thread("gas", self._solve)
        except BaseException:
            self.stop()
            raise

    def step(self) -> None:
        """One turn of the plant: machines, registers, reports."""
        now = time.monotonic()
        if now - self._stepped_at >= STEP_S * 0.9:
            self._stepped_at = now
            self.plant.tick()
            for station in self._stations.values():
                for unit in station.units:
                    station.show(unit)
            if self._gateway is not None and self._load is None:
                for reporter in self._reporters:
                    reporter.report(now, self._gateway)
        if self._gateway is not None and self._load is not None:
            self._load.report(now, self._gateway)

    def end(self) -> None:
        """Ask whoever runs the field to stop it. May be called from any thread and from a signal handler."""
        self._ending.set()

    def wait_for_end(self, seconds: float) -> bool:
        """Wait so long for `end`; whether it has been asked for."""
        return self._ending.wait(seconds)

    def stop(self) -> None:
        """Close every socket and end every thread, within five seconds."""
        self._ending.set()
        if self._gateway is not None:
            self._gateway.stop()
        if self._threads:
            for station in self._stations.values():
                self._call(station.cut())
            self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join(_JOIN_S)
        if self._broker is not None:
            self._broker.stop()
        if not self._loop.is_running():
            self._loop.close()

    def cut(self, device: str) -> None:
        """Take a device off the wire, with all that share its endpoint."""
        if device in self._devices:
            self._devices[device].silent = True
        else:
            self._call(self._station_of(device).cut())

    def restore(self, device: str) -> None:
        """Put it back."""
        if device in self._devices:
            self._devices[device].silent = False
        else:
            self._start_station(self._station_of(device))

    def cut_after_write(self, device: str) -> None:
        """Arm it: the next write is carried out, its answer never comes, and the link is gone."""
        if device in self._devices:
            self._devices[device].silent_after_write = True
        else:
            self._station_of(device).cut_after_write(device)

    def _station_of(self, device: str) -> ModbusStation:
        for station in self._stations.values():
            if any(terminal.id == device for terminal in station.units.values()):
                return station
        raise RefusedError("there is no device {device}", device=device)

    def _start_station(self, station: ModbusStation) -> None:
        try:
            self._call(station.start())
        except OSError as error:
            raise LinkError(
                "port {port} for {device} cannot be used: {reason}",
                port=station.port,
                device=next(iter(station.units.values())).id,
                reason=error.strerror or error,
            ) from error

    def _start_broker(self) -> None:
        """A site whose broker is on this machine and not running gets the embedded one."""
        broker = self._site.broker
        if broker is None or broker.tls or broker.version != "3.1.1":
            return
        if broker.host in ("127.0.0.1", "localhost") and port_is_free("127.0.0.1", broker.port):
            self._broker = EmbeddedBroker(broker.port, user=broker.user, password=broker.password())
            self._broker.start()

    def _make_gateway(self) -> Gateway | None:
        if not self._devices:
            return None
        if self._site.broker is None:
            raise ConfigError("{site} has MQTT devices but no broker in site.toml", site=self._site.folder)
        return Gateway(
            self._site.broker, self._devices, write=self.plant.write, now_ms=lambda: time.time_ns() // 1_000_000
        )

    def _thread(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name)
        thread.start()
        self._threads.append(thread)

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_S)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    def _solve(self) -> None:
        """Keep the gas up with the clock."""
        for module in _SOLVER_PARTS:
            if self._ending.is_set():
                return
            importlib.import_module(module)
        while not self._ending.is_set():
            try:
                self.plant.solve_once()
            except Exception as error:
                # The devices stay on the wire with the last state; the log says that the gas has stopped.
                log.exception("gas network stopped", error=repr(error))
                return
            self._ending.wait(STEP_S)


def _stations(equipment: Equipment, plant: Plant) -> dict[tuple[str, int], ModbusStation]:
    """One server per host and port, with its units."""
    units: dict[tuple[str, int], dict[int, Terminal]] = {}
    for terminal in equipment.terminals.values():
        if terminal.protocol == "modbus":
            place = (terminal.address["host"], int(terminal.address["port"]))
            units.setdefault(place, {})[int(terminal.address["unit"])] = terminal
    return {place: ModbusStation(*place, own, plant.write) for place, own in units.items()}
