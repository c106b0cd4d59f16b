"""Chains in the core with the real store and alarms: what is dropped, changed and computed is what is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.alarms import AlarmEngine, Changes
from backend.audit.chain import seal
from backend.clock import US, SystemClock
from backend.errors import StoreError
from backend.live import TagTable
from backend.model.plant import Device, Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD, Cause, Status, cause_of, quality
from backend.model.sample import SampleBatch
from backend.model.thing_model import ThingModel, parse
from backend.pipeline import Core, Inbox
from backend.pipeline.judge import Ranges
from backend.processing import Chains, compile_chains
from backend.store import Store
from tests.support.thing_documents import a_model, measured, modbus

SOON = 5.0
INLET, OUTLET, DROP = 0, 1, 2


def model(*steps: dict[str, object]) -> ThingModel:
    """A regulator that gives two pressures; the drop between them is computed."""
    document = a_model() | {"actions": {}, "events": {}}
    document["properties"] = {
        "inlet": measured("P1", modbus(0)) | {"lp:limits": {}},
        "outlet": measured("P2", modbus(2)) | {"lp:limits": {}},
        "drop": measured("DP") | {"lp:limits": {"h": 300}, "minimum": -600},
    }
    computed = {"step": "compute", "property": "drop", "expression": "inlet - outlet"}
    document["lp:processing"] = [*steps, computed]
    return parse(document, file="regulator.json")


def registry_of(thing: ThingModel) -> Registry:
    points = tuple(
        Point(
            id=number,
            tag=f"R.{entry.tag}",
            device="R",
            asset="R",
            property=name,
            title=entry.title,
            title_zh="",
            kind=QuantityKind.PRESSURE,
            unit=entry.unit,
            low=entry.minimum,
            high=entry.maximum,
            precision=0,
            period_s=entry.period_s,
            limits=Limits(h=entry.limits.h),
        )
        for number, (name, entry) in enumerate(thing.properties.items())
    )
    return Registry(devices=(Device(id="R", model=thing.id, asset="R", protocol="modbus"),), points=points)


class History:
    """What is stored, failing to say so as often as it is told to."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures_left = 0

    def contains(self, batch: SampleBatch) -> Any:
        if self.failures_left:
            self.failures_left -= 1
            raise StoreError("locked")
        return self._store.history.contains(batch)


class House:
    """A core with a chain and everything round it."""

    def __init__(self, folder: Path, thing: ThingModel) -> None:
        self.clock = SystemClock()
        self.registry = registry_of(thing)
        self.chains: Chains = compile_chains(self.registry, {thing.id: thing})
        self.store = Store.create(
            f"sqlite:///{folder / 'linepack.db'}", site="linjiang", mode="live", clock=self.clock, seal=seal
        )
        self.history = History(self.store)
        self.inbox = Inbox()
        self.alarms = AlarmEngine(registry=self.registry, links=[], clock=self.clock, stored=())
        low, high = self.chains.arriving(np.array([0.0, 0.0, -600.0]), np.full(3, 600.0))
        self.core: Core[Changes] = Core(
            inbox=self.inbox,
            clock=self.clock,
            ledger=self.store,
            stored=self.history,
            table=TagTable(np.full(3, 5.0)),
            alarms=self.alarms,
            ranges=Ranges(low=low, high=high),
            chains=self.chains,
        )
        self.raised: list[str] = []
        self.core.topics.alarms.subscribe(lambda record: self.raised.append(record.config.key))
        self.core.start()
        self.now = self.clock.wall_us()

    def put(self, *rows: tuple[int, float, float]) -> None:
        """(point, seconds, value); returns when they are acknowledged."""
        batch = SampleBatch.of(
            [row[0] for row in rows],
            [self.now + round(row[1] * US) for row in rows],
            [row[2] for row in rows],
            [GOOD] * len(rows),
            received_at=self.now,
            source="R",
        )
        done = threading.Event()
        self.inbox.put(batch, done.set)
        assert done.wait(SOON)

    def stored(self, point: int) -> list[tuple[float, float, int]]:
        read = self.store.history.read([point], 0, 2**62)
        seconds = ((read.at - self.now) / US).tolist()
        return list(zip(seconds, read.value.tolist(), read.quality.tolist(), strict=True))

    def close(self) -> None:
        self.core.stop()
        self.store.close()


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def build(*steps: dict[str, object]) -> House:
        made.append(House(tmp_path, model(*steps)))
        return made[-1]

    yield build
    for house in made:
        house.close()


def test_a_computed_point_is_stored_and_alarmed(build: Callable[..., House]) -> None:
    house = build()
    house.put((INLET, 0, 500.0), (OUTLET, 0, 100.0))
    assert house.stored(DROP) == [(0.0, 400.0, GOOD)]
    assert house.raised == ["R.DP:high"]
    assert house.core.counters.computed == 1


def test_repeats_are_dropped_and_counted(build: Callable[..., House]) -> None:
    house = build({"step": "filter", "property": "inlet", "deadBand": 5})
    house.put((INLET, 0, 500.0), (INLET, 1, 503.0), (INLET, 2, 510.0))
    house.put((INLET, 3, 511.0))
    assert house.stored(INLET) == [(0.0, 500.0, GOOD), (2.0, 510.0, GOOD)]
    assert (house.core.counters.filtered, house.core.counters.samples, house.core.counters.received) == (2, 2, 4)
    assert house.chains.dropped() == {("tester", 0): 2}


def test_a_group_that_is_all_dropped_is_acknowledged(build: Callable[..., House]) -> None:
    house = build({"step": "filter", "property": "inlet", "low": 10, "high": 20})
    house.put((INLET, 0, 500.0))
    assert house.stored(INLET) == []


def test_values_are_converted_before_their_range_is_judged(build: Callable[..., House]) -> None:
    house = build({"step": "convert", "property": "inlet", "unit": "Pa"})
    house.put((INLET, 0, 300_000.0), (INLET, 1, 700_000.0))
    out_of_range = quality(Status.BAD, Cause.RANGE)
    assert house.stored(INLET) == [(0.0, 300.0, GOOD), (1.0, 700.0, out_of_range)]


def test_a_spike_is_marked_and_what_is_computed_from_it_too(build: Callable[..., House]) -> None:
    house = build({"step": "clean", "property": "inlet", "spike": 50, "mark": "bad"})
    house.put((INLET, 0, 300.0), (OUTLET, 0, 100.0), (INLET, 1, 500.0))
    (_first, second) = house.stored(INLET)
    assert (second[1], cause_of(second[2])) == (500.0, Cause.SPIKE)
    assert [cause_of(code) for _at, _value, code in house.stored(DROP)] == [Cause.NONE, Cause.SPIKE]


@pytest.mark.expects_warnings
def test_a_group_taken_again_after_the_history_could_not_be_read_gives_the_same(build: Callable[..., House]) -> None:
    house = build({"step": "filter", "property": "inlet", "deadBand": 5})
    house.put((INLET, 10, 500.0), (OUTLET, 10, 100.0))
    house.history.failures_left = 1
    house.put((OUTLET, 9, 90.0), (INLET, 11, 501.0), (INLET, 12, 550.0))
    assert house.history.failures_left == 0
    assert [value for _at, value, _code in house.stored(INLET)] == [500.0, 550.0]
    assert [value for _at, value, _code in house.stored(DROP)] == [400.0, 450.0]
    assert (house.core.counters.filtered, house.core.counters.computed) == (1, 2)


def test_what_was_stored_is_not_stored_again_when_it_is_sent_again(build: Callable[..., House]) -> None:
    house = build({"step": "filter", "property": "inlet", "deadBand": 5})
    for _time in range(2):
        house.put((INLET, 0, 500.0), (OUTLET, 0, 100.0))
    assert len(house.stored(INLET)) == len(house.stored(DROP)) == 1
    assert house.core.counters.repeated == 2
