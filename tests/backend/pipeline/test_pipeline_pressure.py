"""A disk that takes nothing for a while: the field slows down, people are told, nothing is lost, alarms are judged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.drivers import modbus, mqtt
from backend.links.loop import FieldLoop
from backend.links.ports import Link, LinkContext
from backend.model.plant import Limits
from backend.pipeline import core
from backend.store import Store
from tests.support import modbus_plan, mqtt_plan
from tests.support.bench_house import BenchHouse
from tests.support.modbus_station import Station
from tests.support.mqtt_far import Far

UP = "lp/s1/R1/up"
MESSAGES = 3000
BEYOND = 1234
"""Which message crosses the limit; the next one is in order again."""
STORE = "system/store:unavailable"


class Gate:
    """The store; while it is shut, units of work lie where they are and nothing fails."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open = threading.Event()
        self._open.set()
        self._lying: list[tuple[Callable[[Any], Any], Future[Any]]] = []

    def run(self, work: Callable[[Any], Any]) -> Future[Any]:
        if self._open.is_set():
            return self._store.run(work)
        self._lying.append((work, Future()))
        return self._lying[-1][1]

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()
        for work, future in self._lying:
            future.set_result(self._store.run(work).result(10))


class Field:
    """A meter that sends over MQTT and a station that is polled, their links, and everything behind."""

    def __init__(self, folder: Path) -> None:
        self.far, self.station, self.loop = Far().start(), Station(), FieldLoop()
        self.station.start()
        self.loop.start()
        sent = mqtt_plan.bound(0, "p")
        sent = replace(sent, point=replace(sent.point, high=1e6, limits=Limits(h=10_000.0)))
        polled = modbus_plan.bound(1, modbus_plan.holding(0), device="R2", period_s=0.01)
        devices = mqtt_plan.device("R1"), modbus_plan.device("R2")
        self.gates: list[Gate] = []
        self.house = BenchHouse(folder, [sent.point, polled.point], devices, wanted=MESSAGES, ledger=self._gated)
        self.told: list[str] = []
        self.said = threading.Condition()
        self.house.core.topics.alarms.subscribe(self._hear)
        context = LinkContext(sink=self.house.inbox, clock=self.house.clock, loop=self.loop)
        self.links: tuple[Link, ...] = (
            mqtt.SPEC.build(mqtt_plan.link_plan(self.far.port, sent, devices=devices[:1]), context),
            modbus.SPEC.build(modbus_plan.link_plan(self.station.port, polled, devices=devices[1:]), context),
        )
        for link in self.links:
            link.start()

    @property
    def gate(self) -> Gate:
        return self.gates[0]

    def until_told(self, *events: str) -> None:
        """Wait for alarms, "key event"."""
        with self.said:
            assert self.said.wait_for(lambda: set(events) <= set(self.told), 20), self.told

    def close(self) -> None:
        for link in self.links:
            link.stop()
        self.loop.stop()
        self.house.close()
        self.far.stop()
        self.station.stop()

    def _gated(self, store: Store) -> Gate:
        self.gates.append(Gate(store))
        return self.gates[0]

    def _hear(self, record: Any) -> None:
        with self.said:
            self.told.append(f"{record.config.key} {'on' if record.facts.cond else 'off'}")
            self.said.notify_all()


@pytest.fixture
def field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    monkeypatch.setattr(core, "SLOW_S", 0.5)
    monkeypatch.setattr(core, "RETRY_S", 0.05)
    field = Field(tmp_path)
    yield field
    field.close()


@pytest.mark.expects_warnings
def test_a_slow_disk_slows_the_field_down_and_loses_nothing(field: Field) -> None:
    field.far.publish(UP, {"values": {"p": 1.0}})
    field.far.until(lambda: field.far.acked == [1])
    field.gate.shut()
    values = [float(number) for number in range(MESSAGES)]
    values[BEYOND] = 20_000.0
    field.far.publish_all(UP, [b'{"values": {"p": %f}}' % value for value in values])

    field.until_told(f"{STORE} on")
    acked, asked = len(field.far.acked), field.station.requests
    assert field.house.core.call(lambda: "answered").result(5) == "answered"
    assert len(field.far.acked) == acked < MESSAGES
    assert field.station.requests == asked, "the next poll waits for the commit of the last"
    assert field.house.inbox.depth <= MESSAGES

    field.gate.open()
    field.far.until(lambda: len(field.far.acked) == MESSAGES + 1, within_s=20)
    field.until_told(f"{STORE} off", "R1.p:high off")
    stored = field.house.store.history.read([0], 0, 2**62)
    assert stored.value.tolist() == [1.0, *values]
    crossed = [each for each in field.house.store.occurrences() if each.key == "R1.p:high"]
    assert [(each.event, each.value) for each in reversed(crossed)] == [("raise", 20_000.0), ("clear", BEYOND + 1.0)]
