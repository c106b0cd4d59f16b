"""The core thread with a real store and the real alarms: durable before acknowledged, nothing lost, nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.alarms import AlarmEngine, Changes
from backend.audit.chain import seal
from backend.clock import US, SystemClock
from backend.errors import RefusedError, StoreError
from backend.live import TagTable
from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.event import LinkHealth, LinkState, Quarantined
from backend.model.plant import Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD, Cause, Status, cause_of, status_of
from backend.model.sample import SampleBatch
from backend.pipeline import Core, Inbox
from backend.pipeline.judge import Ranges
from backend.store import Store

SOON = 30.0


def point(number: int) -> Point:
    return Point(
        id=number,
        tag=f"R-12.PT-{number}",
        device="R-12",
        asset="R-12",
        property="outlet_pressure",
        title="Outlet pressure",
        title_zh="出口压力",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0.0,
        high=1000.0,
        precision=0,
        period_s=60.0,
        limits=Limits(hh=500.0, h=400.0, deadband=5.0),
    )


class Stumbling:
    """The store, failing as often as it is told to before it works again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures_left = 0
        self.works: list[Callable[[Any], Any]] = []
        self.failed = threading.Event()

    def run(self, work: Callable[[Any], Any]) -> Future[Any]:
        self.works.append(work)
        if self.failures_left:
            self.failures_left -= 1
            self.failed.set()
            future: Future[Any] = Future()
            future.set_exception(StoreError("disk full"))
            return future
        return self._store.run(work)


class House:
    """A core with everything round it."""

    def __init__(self, folder: Path) -> None:
        self.clock = SystemClock()
        self.registry = Registry(points=(point(0), point(1)))
        url = f"sqlite:///{folder / 'linepack.db'}"
        self.store = Store.create(url, site="linjiang", mode="live", clock=self.clock, seal=seal)
        self.ledger = Stumbling(self.store)
        self.inbox = Inbox()
        self.table = TagTable(np.array([60.0, 60.0]))
        self.alarms = AlarmEngine(registry=self.registry, links=["modbus/x"], clock=self.clock, stored=())
        self.core: Core[Changes] = Core(
            inbox=self.inbox,
            clock=self.clock,
            ledger=self.ledger,
            stored=self.store.history,
            table=self.table,
            alarms=self.alarms,
            ranges=Ranges(low=np.zeros(2), high=np.full(2, 1000.0)),
        )
        self.told: list[AlarmRecord] = []
        self.core.topics.alarms.subscribe(self.told.append)
        self.core.start()

    def batch(self, *rows: tuple[int, float], at: int | None = None) -> SampleBatch:
        now = self.clock.wall_us() if at is None else at
        points, values = zip(*rows, strict=True)
        times = [now + place for place in range(len(rows))]
        return SampleBatch.of(points, times, values, [GOOD] * len(rows), received_at=now, source="R-12")

    def put(self, item: SampleBatch | LinkHealth | Quarantined) -> None:
        """Put an item and wait until it is acknowledged."""
        done = threading.Event()
        self.inbox.put(item, done.set)
        assert done.wait(SOON)

    def stored(self) -> list[tuple[int, float]]:
        read = self.store.history.read([0, 1], 0, 2**62)
        return list(zip(read.point.tolist(), read.value.tolist(), strict=True))

    def close(self) -> None:
        self.core.stop()
        self.store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def test_what_is_acknowledged_is_stored_and_shown(house: House) -> None:
    house.put(house.batch((0, 310.0), (1, 320.0)))
    assert house.stored() == [(0, 310.0), (1, 320.0)]
    assert house.table.one(1)[0] == 320.0


def test_a_crossed_limit_is_in_the_journal_of_alarms_before_it_is_told(house: House) -> None:
    house.put(house.batch((0, 450.0)))
    (record,) = house.told
    assert (record.config.key, record.name, record.facts.level) == ("R-12.PT-0:high", AlarmName.UNACK, "H")
    (occurrence,) = house.store.occurrences()
    assert (occurrence.event, occurrence.value, occurrence.occurrence) == ("raise", 450.0, 1)


def test_the_same_sample_again_is_acknowledged_and_stored_once(house: House) -> None:
    at = house.clock.wall_us()
    for _ in range(3):
        house.put(house.batch((0, 310.0), (1, 320.0), at=at))
    house.put(house.batch((0, 310.0), (0, 310.0), at=at - 5 * US))
    assert house.stored() == [(0, 310.0), (0, 310.0), (0, 310.0), (1, 320.0)]
    assert house.core.counters.repeated == 4


def test_unknown_points_are_put_aside_and_their_neighbours_kept(house: House) -> None:
    house.put(house.batch((0, 310.0), (7, 1.0), (-3, 2.0)))
    assert house.stored() == [(0, 310.0)]
    (aside,) = house.store.quarantined()
    assert (aside.stage, aside.reason) == ("pipeline", "unknown point")


def test_a_value_no_instrument_can_give_is_bad_and_crosses_no_limit(house: House) -> None:
    house.put(house.batch((0, 5000.0)))
    quality = house.table.one(0)[3]
    assert (status_of(quality), cause_of(quality)) == (Status.BAD, Cause.RANGE)
    assert "high" not in [record.config.condition for record in house.told]


@pytest.mark.expects_warnings
def test_nothing_is_acknowledged_while_the_database_fails_and_everything_after(house: House) -> None:
    house.ledger.failures_left = 3
    done, recovered = threading.Event(), threading.Event()
    house.core.topics.store.subscribe(lambda works: works and recovered.set())
    house.inbox.put(house.batch((0, 310.0)), done.set)
    assert house.ledger.failed.wait(SOON)
    assert not done.is_set()
    assert done.wait(SOON)
    assert house.stored() == [(0, 310.0)]
    assert recovered.wait(SOON)
    assert [record.name for record in house.told if record.config.key == "system/store:unavailable"] == [
        AlarmName.UNACK,
        AlarmName.UNACK,
        AlarmName.RTNUN,
    ]


@pytest.mark.expects_warnings
def test_a_persons_action_that_cannot_be_saved_is_refused_and_changes_nothing(house: House) -> None:
    house.put(house.batch((0, 450.0)))

    def acknowledge() -> Changes:
        house.ledger.failures_left = 1
        changes = house.alarms.acknowledge("R-12.PT-0:high", 1, "p-1", "desk", house.clock.wall_us())
        return house.core.settle(changes)

    with pytest.raises(RefusedError, match="not saved"):
        house.core.call(acknowledge).result(SOON)
    assert [record.facts.ack for record in house.alarms.records()] == [False]


def test_calls_are_answered_in_order_on_the_core_thread(house: House) -> None:
    seen: list[tuple[int, str]] = []
    futures = [house.core.call(lambda n=n: seen.append((n, threading.current_thread().name))) for n in range(5)]
    for future in futures:
        future.result(SOON)
    assert seen == [(n, "core") for n in range(5)]


def test_a_lost_link_raises_one_alarm_and_its_return_clears_it(house: House) -> None:
    def health(state: LinkState) -> LinkHealth:
        return LinkHealth(
            link="modbus/x", protocol="modbus", state=state, since=house.clock.wall_us(), devices=("R-12",)
        )

    house.put(health(LinkState.LOST))
    house.put(health(LinkState.LOST))
    house.put(health(LinkState.UP))
    names = [record.name for record in house.told if record.config.key == "link/modbus/x:lost"]
    assert names == [AlarmName.UNACK, AlarmName.RTNUN]


@pytest.mark.expects_warnings
def test_what_was_not_stored_is_tried_again_as_the_very_same_work(house: House) -> None:
    """By it the store knows a unit again whose COMMIT was not answered; what comes later goes after it."""
    house.ledger.failures_left = 1
    house.put(house.batch((0, 450.0)))
    first, again, *after = house.ledger.works
    assert again is first
    assert first not in after
    assert house.stored() == [(0, 450.0)]
    house.core.call(lambda: None).result(SOON)
    names = [each.name for each in house.store.occurrences() if "store" in each.key]
    assert sorted(names) == sorted([AlarmName.UNACK, AlarmName.RTNUN])


def test_what_is_queued_when_the_core_stops_is_still_committed(tmp_path: Path) -> None:
    house = House(tmp_path)
    acknowledged: list[int] = []
    for number in range(200):
        house.inbox.put(house.batch((0, float(number))), lambda number=number: acknowledged.append(number))
    house.core.stop()
    assert acknowledged == list(range(200))
    assert len(house.stored()) == 200
    house.store.close()


def test_a_full_inbox_slows_the_source_down_and_drops_nothing() -> None:
    inbox = Inbox(capacity=10)
    clock = SystemClock()
    one = SampleBatch.of([0] * 10, [clock.wall_us()] * 10, [1.0] * 10, [GOOD] * 10, received_at=0, source="x")
    inbox.put(one)
    went_in = threading.Event()
    source = threading.Thread(target=lambda: (inbox.put(one), went_in.set()))  # noqa: TID251 - a source to be slowed
    source.start()
    assert not went_in.wait(0.05)
    assert len(inbox.take_group()) == 1
    assert went_in.wait(SOON)
    source.join()
    assert inbox.depth == 10


@pytest.mark.expects_warnings
@pytest.mark.parametrize("end", [MemoryError, SystemExit])
def test_a_round_that_would_end_the_thread_does_not(house: House, end: type[BaseException]) -> None:
    ended = threading.Event()
    left = [end("of the test")]

    def ends(_now: int) -> None:
        for error in [left.pop()] if left else []:
            ended.set()
            raise error

    house.core.topics.ticked.subscribe(ends)
    assert ended.wait(SOON)
    house.put(house.batch((0, 310.0)))
    assert house.stored() == [(0, 310.0)]
