"""A link among others: gateways, back-pressure, readings on demand, faults of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat

import numpy as np
import pytest

from backend.drivers.modbus import SPEC, plan
from backend.errors import ConfigError, LinkError, RefusedError
from backend.links.backoff import Backoff
from backend.links.loop import FieldLoop
from backend.links.ports import Bound, Link, LinkContext
from backend.model.event import LinkState
from backend.model.plant import Device
from backend.model.quality import GOOD, Cause, Status, quality
from tests.support.clock import ManualClock
from tests.support.modbus_plan import bound, device, holding, link_plan
from tests.support.modbus_station import Station
from tests.support.sink import ListSink
from tests.support.wire import Wire

COMMS = quality(Status.BAD, Cause.COMMS)


@dataclass(slots=True)
class Field:
    """One field loop with stations and links on it."""

    loop: FieldLoop = field(default_factory=FieldLoop)
    stations: list[Station] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def station(self) -> Station:
        station = Station()
        station.start()
        self.stations.append(station)
        return station

    def link(
        self, station: Station, sink: ListSink, *points: Bound, devices: tuple[Device, ...] = (), **options: str
    ) -> Link:
        context = LinkContext(sink=sink, clock=ManualClock(), loop=self.loop)
        link = SPEC.build(link_plan(station.port, *points, devices=devices, **options), context)
        self.links.append(link)
        link.start()
        return link

    def close(self) -> None:
        for link in self.links:
            link.stop()
        self.loop.stop()
        for station in self.stations:
            station.stop()


@pytest.fixture
def loops() -> Iterator[Field]:
    held = Field()
    held.loop.start()
    yield held
    held.close()


def _codes(sink: ListSink, point: int) -> list[int]:
    return [code for batch in sink.batches for code in batch.quality[batch.point == point].tolist()]


def test_a_silent_unit_behind_a_gateway_leaves_its_neighbour_alone(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    station.silent_units = {2}
    points = [
        bound(0, holding(0)),
        bound(1, holding(0), device="R2"),
        bound(2, holding(100), device="R2"),
        bound(3, holding(200), device="R2"),
    ]
    link = loops.link(station, sink, *points, devices=(device(), device("R2", 2)), timeout_s="0.2", id="modbus/gw")
    sink.wait(lambda _: _codes(sink, 0).count(GOOD) >= 4)
    assert link.health().state is LinkState.UP
    assert [_codes(sink, point) for point in (1, 2, 3)] == [[COMMS]] * 3
    # Two reads to find out, then one a cycle to see whether it is back.
    assert station.asked[2] <= station.asked[1] + 1
    station.silent_units = set()
    sink.wait(lambda _: all(GOOD in _codes(sink, point) for point in (1, 2, 3)))
    assert link.health().lost_count == 0


@pytest.mark.expects_warnings
def test_a_hung_station_delays_no_other(loops: Field) -> None:
    hung, quick = loops.station(), loops.station()
    hung.silent_units = {1}
    ours, theirs = ListSink(), ListSink()
    loops.link(hung, theirs, bound(0, holding(0)), timeout_s="1")
    loops.link(quick, ours, bound(0, holding(0)))
    ours.wait_batches(5)
    assert theirs.batches == []
    assert hung.requests <= 1


def test_nothing_is_polled_until_the_batch_before_is_committed(loops: Field) -> None:
    station, other = loops.station(), loops.station()
    sink, elsewhere = ListSink(), ListSink()
    sink.hold()
    link = loops.link(station, sink, bound(0, holding(0)))
    sink.wait(lambda items: len(items) == 1)  # "connecting" is not committed either
    loops.link(other, elsewhere, bound(0, holding(0)))
    elsewhere.wait_batches(3)
    assert station.requests == 0
    sink.release()
    sink.wait_batches(1)
    sink.hold()
    sink.wait_batches(len(sink.batches) + 1)
    asked = station.requests
    elsewhere.wait_batches(len(elsewhere.batches) + 5)
    assert station.requests == asked
    sink.release()
    sink.wait_batches(len(sink.batches) + 1)
    assert link.health().late_polls >= 2


def test_read_now_is_done_when_the_values_are_committed(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    station.registers.update({0: 7, 1: 8})
    points = [bound(0, holding(0), period_s=60), bound(1, holding(1), device="R2", period_s=60)]
    link = loops.link(station, sink, *points, devices=(device(), device("R2", 1)))
    sink.wait_batches(1)
    station.registers[1] = 9
    link.read_now("R2").result(5)
    last = sink.batches[-1]
    assert (last.point.tolist(), last.value.tolist(), last.quality.tolist()) == ([1], [9.0], [GOOD])


def test_read_now_of_a_device_of_another_link_is_refused(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    link = loops.link(station, sink, bound(0, holding(0)))
    sink.wait_batches(1)
    with pytest.raises(RefusedError, match="R9"):
        link.read_now("R9").result(5)


@pytest.mark.expects_warnings
def test_read_now_on_a_lost_or_stopped_link_fails(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    link = loops.link(station, sink, bound(0, holding(0)), retry_s="5")
    sink.wait_batches(1)
    station.close()
    sink.wait_state(LinkState.LOST)
    with pytest.raises(LinkError, match="not up"):
        link.read_now("R1").result(5)
    link.stop()
    with pytest.raises(LinkError, match="stopped"):
        link.read_now("R1").result(5)


@pytest.mark.expects_warnings
def test_a_device_without_points_has_a_link_that_is_up_while_connected(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    loops.link(station, sink, devices=(device(),))
    sink.wait_state(LinkState.UP)
    station.wait_connections(1)
    station.close()
    sink.wait_state(LinkState.LOST)
    station.open()
    sink.wait_state(LinkState.UP, times=2)
    assert station.requests == 0
    assert sink.batches == []


@pytest.mark.expects_warnings
def test_a_fault_of_our_own_loses_the_link_loudly_and_is_started_again(
    loops: Field, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    station, sink = loops.station(), ListSink()
    real = plan.Cycle.batch
    calls = chain([_broken], repeat(real))

    def first_broken(*given: object, **named: object) -> object:
        return next(calls)(*given, **named)

    monkeypatch.setattr(plan.Cycle, "batch", first_broken)
    loops.link(station, sink, bound(0, holding(0)))
    sink.wait_state(LinkState.LOST)
    sink.wait(lambda _: GOOD in _codes(sink, 0))
    assert [health.state for health in sink.healths][-2:] == [LinkState.LOST, LinkState.UP]
    assert "ZeroDivisionError" in next(h.reason for h in sink.healths if h.state is LinkState.LOST)
    assert "task crashed" in caplog.text


def _broken(*given: object, **named: object) -> object:
    raise ZeroDivisionError


def test_a_link_can_be_stopped_and_started_again(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    link = loops.link(station, sink, bound(0, holding(0)))
    sink.wait_batches(1)
    with pytest.raises(LinkError, match="already"):
        link.start()
    link.stop()
    link.stop()
    seen = len(sink.batches)
    link.start()
    sink.wait_batches(seen + 1)
    states = [health.state for health in sink.healths]
    assert states == [LinkState.CONNECTING, LinkState.UP, LinkState.STOPPED, LinkState.CONNECTING, LinkState.UP]


def test_a_link_whose_loop_was_stopped_first_stops_quietly(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    link = loops.link(station, sink, bound(0, holding(0)))
    sink.wait_batches(1)
    loops.loop.stop()
    link.stop()
    with pytest.raises(LinkError, match="stopped"):
        link.read_now("R1").result(5)


@pytest.mark.parametrize(
    ("point", "options", "devices", "word"),
    [
        (bound(0, holding(0)), {"host": ""}, (), "host"),
        (bound(0, holding(0), period_s=0.0), {}, (), "period"),
        (bound(0, holding(0)), {}, (device("R2"),), "R1"),
        (bound(0, holding(0)), {}, (device("R1", 0),), "unit 0"),
    ],
)
def test_a_link_that_cannot_work_is_not_built(
    loops: Field, point: Bound, options: dict[str, str], devices: tuple[Device, ...], word: str
) -> None:
    context = LinkContext(sink=ListSink(), clock=ManualClock(), loop=loops.loop)
    with pytest.raises(ConfigError, match=word):
        SPEC.build(link_plan(1, point, devices=devices, **options), context)


def test_hundreds_of_registers_arrive_at_their_points(loops: Field) -> None:
    station, sink = loops.station(), ListSink()
    station.registers.update({address: address * 3 for address in range(400)})
    loops.link(station, sink, *[bound(number, holding(number), period_s=60.0) for number in range(400)])
    batch = sink.wait_batches(1)[0]
    assert np.array_equal(batch.value, batch.point * 3.0)
    assert sorted(batch.point.tolist()) == list(range(400))
    assert station.requests == 4


@pytest.mark.expects_warnings
def test_the_first_answer_after_a_loss_makes_the_next_wait_short_again(
    loops: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    resets: list[int] = []
    real = Backoff.reset
    monkeypatch.setattr(Backoff, "reset", lambda backoff: (resets.append(backoff.attempts), real(backoff)))
    station, sink = loops.station(), ListSink()
    loops.link(station, sink, bound(0, holding(0)))
    sink.wait_batches(1)
    station.close()
    sink.wait_state(LinkState.LOST)
    station.open()
    sink.wait_state(LinkState.UP, times=2)
    assert resets[0] == 0
    assert resets[1] >= 1
    assert len(resets) == 2


def test_a_device_that_closes_what_is_idle_is_not_connected_to_over_and_over(loops: Field) -> None:
    wire, other = Wire(), loops.station()
    wire.hears("tt tt 00 00 00 06 01 03 00 00 00 01").says("tt tt 00 00 00 05 01 03 02 00 07").hangs_up().hangs_up()
    wire.start()
    sink, elsewhere = ListSink(), ListSink()
    context = LinkContext(sink=sink, clock=ManualClock(), loop=loops.loop)
    link = SPEC.build(link_plan(wire.port, bound(0, holding(0), period_s=60.0)), context)
    loops.links.append(link)
    link.start()
    wire.wait_hang_ups(2)
    loops.link(other, elsewhere, bound(0, holding(0)))
    elsewhere.wait_batches(5)
    assert wire.connections == 2
    assert link.health().state is LinkState.UP
    link.stop()
    wire.stop()
