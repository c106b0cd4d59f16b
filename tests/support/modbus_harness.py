"""The far side of a Modbus link for the shared driver suite: a raw register server."""

from __future__ import annotations

import struct

from backend.drivers.modbus import SPEC
from backend.links.ports import LinkPlan
from tests.support.modbus_plan import bound, device, holding, link_plan
from tests.support.modbus_station import Station


class ModbusHarness:
    """One station, three registers; the third is written with function 6."""

    spec = SPEC
    writable = 2
    order_value = 412.0
    first_wait_s = 0.02

    def __init__(self) -> None:
        self._station = Station()

    def begin(self) -> None:
        self._station.registers.update({0: 100, 1: 200, 2: 300})
        self._station.start()

    def end(self) -> None:
        self._station.stop()

    def plan(self, *, remote_enabled: bool = True) -> LinkPlan:
        return link_plan(
            self._station.port,
            bound(0, holding(0)),
            bound(1, holding(1)),
            bound(2, holding(2), writable=True),
            devices=(device(remote_enabled=remote_enabled),),
        )

    def vanish(self) -> None:
        self._station.close()

    def come_back(self) -> None:
        self._station.open()

    def say_garbage(self) -> None:
        self._station.spoil_next = lambda frame: b"\xff" * len(frame)

    def ignore_writes(self) -> None:
        self._station.silent_writes = True

    def refuse_writes(self) -> None:
        self._station.exceptions[6] = 3

    def written(self) -> list[float]:
        return [float(struct.unpack(">BHH", pdu)[2]) for pdu in self._station.writes]
