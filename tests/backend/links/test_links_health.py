"""A lost link says so once, makes every value bad once, and counts what it did."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
import pytest

from backend.links.health import HealthKeeper, comms_lost, tell, tell_async
from backend.links.ports import Inbound
from backend.model.event import LinkHealth, LinkState
from backend.model.quality import Cause, Status, cause_of, status_of
from backend.model.sample import SampleBatch
from tests.support.clock import START_US, ManualClock
from tests.support.sink import ListSink


def _keeper(clock: ManualClock, points: tuple[int, ...] = (7, 3)) -> HealthKeeper:
    return HealthKeeper(link="modbus/a:502", protocol="modbus", devices=("R1", "R2"), points=points, clock=clock)


def _states(items: tuple[Inbound, ...]) -> list[LinkState]:
    return [item.state for item in items if isinstance(item, LinkHealth)]


def test_messages_are_counted_by_the_stage_that_refused_them() -> None:
    keeper = _keeper(ManualClock())
    keeper.answered(1.0, messages=1)
    keeper.heard(6, {"identity": 1, "decrypt": 1, "frame": 1})
    keeper.heard(2, {"topic": 1, "decode": 1})
    health = keeper.now()
    assert (health.heard, health.unknown_sender, health.undeciphered, health.unparsed) == (9, 2, 1, 2)


@pytest.mark.expects_warnings
def test_losing_the_link_tells_health_and_then_one_bad_batch() -> None:
    clock = ManualClock()
    keeper = _keeper(clock)
    keeper.up()
    clock.tick(5)
    health, batch = keeper.lost("connection refused")
    assert isinstance(health, LinkHealth)
    assert (health.state, health.reason, health.since) == (LinkState.LOST, "connection refused", START_US + 5_000_000)
    assert health.devices == ("R1", "R2")
    assert isinstance(batch, SampleBatch)
    assert batch.point.tolist() == [3, 7]
    assert np.isnan(batch.value).all()
    assert {(status_of(code), cause_of(code)) for code in batch.quality.tolist()} == {(Status.BAD, Cause.COMMS)}
    assert batch.at.tolist() == [START_US + 5_000_000] * 2
    assert (batch.received_at, batch.source) == (START_US + 5_000_000, "modbus/a:502")


@pytest.mark.expects_warnings
def test_a_link_that_stays_lost_tells_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    keeper = _keeper(ManualClock())
    with caplog.at_level(logging.INFO, "backend.links.health"):
        keeper.lost("time-out")
        assert keeper.lost("time-out") == ()
        changed = keeper.lost("connection refused")
        keeper.up()
        assert keeper.up() == ()
    assert [type(item) for item in changed] == [LinkHealth]
    assert [record.getMessage().split()[0] for record in caplog.records] == ["event='lost'", "event='recovered'"]
    assert keeper.now().lost_count == 1


def test_the_first_up_is_no_recovery(caplog: pytest.LogCaptureFixture) -> None:
    keeper = _keeper(ManualClock())
    with caplog.at_level(logging.INFO, "backend.links.health"):
        assert _states(keeper.connecting()) == [LinkState.CONNECTING]
        assert _states(keeper.up()) == [LinkState.UP]
    assert caplog.records == []


def test_counters_and_latency_do_not_change_the_state() -> None:
    keeper = _keeper(ManualClock())
    keeper.answered(12.5)
    keeper.answered(3.5)
    keeper.failed()
    keeper.late(4)
    health = keeper.now()
    assert (health.read_ok, health.read_failed, health.latency_ms, health.late_polls) == (2, 1, 3.5, 4)
    assert health.state is LinkState.CONNECTING


def test_stopping_is_told_once_and_spoils_no_value() -> None:
    keeper = _keeper(ManualClock())
    keeper.up()
    assert _states(keeper.stopped()) == [LinkState.STOPPED]
    assert keeper.stopped() == ()


@pytest.mark.expects_warnings
def test_a_link_without_points_loses_no_samples() -> None:
    assert [type(item) for item in _keeper(ManualClock(), points=()).lost("gone")] == [LinkHealth]


@pytest.mark.expects_warnings
def test_items_reach_the_sink_in_order_from_a_thread_and_from_the_loop() -> None:
    keeper, sink = _keeper(ManualClock()), ListSink()
    tell(sink, keeper.connecting())
    asyncio.run(tell_async(sink, keeper.lost("gone")))
    assert [type(item) for item in sink.items] == [LinkHealth, LinkHealth, SampleBatch]


def test_comms_lost_takes_any_points() -> None:
    assert comms_lost([1, 2, 3], now=5, source="x").point.dtype == np.int32
