"""The far side of an MQTT link for the shared driver suite: a raw broker with one device behind it."""

from __future__ import annotations

import json

from backend.drivers.mqtt import SPEC
from backend.links.ports import LinkPlan
from tests.support.mqtt_far import Far
from tests.support.mqtt_plan import bound, device, link_plan

_SENSE = json.dumps({"values": {"inlet": 100, "outlet": 200, "setpoint": 300}}).encode()


class MqttHarness:
    """One cabinet, three points; the third is written."""

    spec = SPEC
    writable = 2
    order_value = 412.0
    first_wait_s = 0.02

    def __init__(self) -> None:
        self._far = Far()

    def begin(self) -> None:
        self._far.repeats = ("lp/s1/R1/up", _SENSE)
        self._far.start()

    def end(self) -> None:
        self._far.stop()

    def plan(self, *, remote_enabled: bool = True) -> LinkPlan:
        return link_plan(
            self._far.port,
            bound(0, "inlet"),
            bound(1, "outlet"),
            bound(2, "setpoint", writable=True),
            devices=(device(remote_enabled=remote_enabled),),
        )

    def vanish(self) -> None:
        self._far.close()

    def come_back(self) -> None:
        self._far.open()

    def say_garbage(self) -> None:
        self._far.publish("lp/s1/R1/up", b"\xff" * 40)

    def ignore_writes(self) -> None:
        self._far.answers = False

    def refuse_writes(self) -> None:
        self._far.verdict = False

    def written(self) -> list[float]:
        return [float(json.loads(order.payload)["value"]) for order in self._far.heard]
