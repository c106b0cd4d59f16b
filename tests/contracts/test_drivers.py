"""Every driver keeps the same promises, whatever its protocol (style.md: adding a protocol)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest

from backend.errors import LinkError
from backend.links.loop import FieldLoop
from backend.links.ports import Link, LinkContext, LinkPlan
from backend.model.command import ReceiptKind
from backend.model.event import LinkState, Quarantined
from backend.model.quality import Cause, Status, is_good, quality
from backend.model.sample import SampleBatch
from tests.support.clock import ManualClock
from tests.support.harness import Harness
from tests.support.modbus_harness import ModbusHarness
from tests.support.mqtt_harness import MqttHarness
from tests.support.receipts import Receipts, late, order
from tests.support.sink import ListSink

HARNESSES: tuple[Callable[[], Harness], ...] = (ModbusHarness, MqttHarness)

COMMS = quality(Status.BAD, Cause.COMMS)


class Bench:
    """A link under test: its far side, its loop, its sink, and when it asked to connect."""

    def __init__(self, far: Harness) -> None:
        self.far = far
        self.sink = ListSink()
        self.clock = ManualClock()
        self.loop = FieldLoop()
        self.allowed = True
        self.attempts: list[float] = []
        self.links: list[Link] = []
        self.loop.start()

    def link(self, plan: LinkPlan | None = None) -> Link:
        context = LinkContext(sink=self.sink, clock=self.clock, loop=self.loop, may_connect=self._may_connect)
        link = self.far.spec.build(plan or self.far.plan(), context)
        self.links.append(link)
        return link

    def up(self, plan: LinkPlan | None = None) -> Link:
        """A link that has connected and delivered a good value of every point."""
        link = self.link(plan)
        link.start()
        self.sink.wait_state(LinkState.UP)
        everything = {each.point.id for each in (plan or self.far.plan()).bound}
        self.sink.wait(lambda _: self.good() >= everything)
        return link

    def good(self, after: int = 0) -> set[int]:
        """Points that have had a good value in the batches from number `after` on."""
        return {
            point
            for batch in self.sink.batches[after:]
            for point, code in zip(batch.point.tolist(), batch.quality.tolist(), strict=True)
            if is_good(code)
        }

    def bad(self) -> list[SampleBatch]:
        """Batches with a value that was made bad by the link."""
        return [batch for batch in self.sink.batches if (batch.quality == COMMS).any()]

    def close(self) -> None:
        for link in self.links:
            link.stop()
        self.loop.stop()
        self.far.end()

    def _may_connect(self, host: str, port: int) -> bool:
        self.attempts.append(time.monotonic())
        return self.allowed


@pytest.fixture(params=HARNESSES, ids=lambda harness: harness.spec.protocol)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    far: Harness = request.param()
    far.begin()
    bench = Bench(far)
    yield bench
    bench.close()


def _said(caplog: pytest.LogCaptureFixture, word: str) -> int:
    return sum(record.getMessage().startswith(f"event={word!r}") for record in caplog.records)


def test_connects_and_delivers_good_values_of_every_point(bench: Bench) -> None:
    link = bench.up()
    assert link.health().state is LinkState.UP
    assert link.health().read_ok >= 1
    assert [health.state for health in bench.sink.healths] == [LinkState.CONNECTING, LinkState.UP]


@pytest.mark.expects_warnings
def test_survives_garbage_uses_none_of_it_and_puts_it_aside(bench: Bench) -> None:
    bench.up()
    truth = {value for batch in bench.sink.batches for value in batch.value.tolist()}
    bench.far.say_garbage()
    bench.sink.wait(lambda items: any(isinstance(item, Quarantined) for item in items))
    seen = len(bench.sink.batches)
    everything = {each.point.id for each in bench.far.plan().bound}
    bench.sink.wait(lambda _: bench.good(seen) >= everything)
    values = np.concatenate([batch.value[batch.quality != COMMS] for batch in bench.sink.batches])
    assert set(values.tolist()) <= truth


@pytest.mark.expects_warnings
def test_a_lost_link_turns_every_value_bad_once_and_says_so_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    link = bench.up()
    bench.far.vanish()
    bench.sink.wait_state(LinkState.LOST)
    tried = len(bench.attempts)
    bench.sink.wait(lambda _: bench.bad() != [])
    _wait(lambda: len(bench.attempts) >= tried + 3)
    whole = [batch for batch in bench.bad() if len(batch) == len(bench.far.plan().bound)]
    assert len(whole) == 1
    assert np.isnan(whole[0].value).all()
    assert (whole[0].quality == COMMS).all()
    assert bench.sink.batches[-1] is whole[0]
    assert (link.health().state, link.health().lost_count) == (LinkState.LOST, 1)
    assert link.health().reason
    assert _said(caplog, "lost") == 1


@pytest.mark.expects_warnings
def test_a_link_that_comes_back_delivers_again_and_says_so_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        link = bench.up()
        bench.far.vanish()
        bench.sink.wait_state(LinkState.LOST)
        seen = len(bench.sink.batches)
        bench.far.come_back()
        bench.sink.wait_state(LinkState.UP, times=2)
        everything = {each.point.id for each in bench.far.plan().bound}
        bench.sink.wait(lambda _: bench.good(seen) >= everything)
    assert (link.health().state, link.health().reason) == (LinkState.UP, "")
    assert (_said(caplog, "lost"), _said(caplog, "recovered")) == (1, 1)


@pytest.mark.expects_warnings
def test_attempts_back_off(bench: Bench) -> None:
    bench.up()
    bench.far.vanish()
    bench.sink.wait_state(LinkState.LOST)
    lost = len(bench.attempts)
    _wait(lambda: len(bench.attempts) >= lost + 5)
    gaps = [later - earlier for earlier, later in pairwise(bench.attempts[lost:])]
    assert all(gap >= bench.far.first_wait_s * 2 ** (k + 1) / 2 for k, gap in enumerate(gaps[:4]))


def test_a_read_only_device_is_not_written(bench: Bench) -> None:
    link = bench.up(bench.far.plan(remote_enabled=False))
    receipts = Receipts()
    link.write(order(bench.far.writable, bench.far.order_value), receipts.told)
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]
    assert "remote control" in receipts.all[0].detail
    assert bench.far.written() == []


def test_a_late_order_is_not_sent(bench: Bench) -> None:
    link = bench.up()
    receipts = Receipts()
    link.write(late(order(bench.far.writable, bench.far.order_value)), receipts.told)
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]
    assert bench.far.written() == []


def test_an_order_for_a_point_that_is_not_writable_is_not_sent(bench: Bench) -> None:
    link = bench.up()
    readable = next(each.point.id for each in bench.far.plan().bound if not each.point.writable)
    receipts = Receipts()
    link.write(order(readable, bench.far.order_value), receipts.told)
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]
    assert bench.far.written() == []


def test_a_write_is_confirmed_by_the_far_side_and_never_repeated(bench: Bench) -> None:
    link = bench.up()
    receipts = Receipts()
    one = order(bench.far.writable, bench.far.order_value)
    link.write(one, receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.ACKED]
    with pytest.raises(LinkError, match="already given"):
        link.write(one, receipts.told)
    assert bench.far.written() == [bench.far.order_value]
    assert {(receipt.command, receipt.attempt) for receipt in receipts.all} == {("c-1", 1)}


def test_a_write_that_the_far_side_refuses_is_refused(bench: Bench) -> None:
    link = bench.up()
    bench.far.refuse_writes()
    receipts = Receipts()
    link.write(order(bench.far.writable, bench.far.order_value), receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.REFUSED]
    assert receipts.all[-1].detail


@pytest.mark.expects_warnings
def test_a_write_without_an_answer_is_unknown_and_never_repeated(bench: Bench) -> None:
    link = bench.up()
    bench.far.ignore_writes()
    receipts = Receipts()
    link.write(order(bench.far.writable, bench.far.order_value), receipts.told)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.UNKNOWN]
    seen = len(bench.sink.batches)
    bench.sink.wait(lambda _: len(bench.good(seen)) > 0)
    assert bench.far.written() == [bench.far.order_value]
    assert len(receipts.all) == 2


@pytest.mark.expects_warnings
def test_nothing_is_written_while_the_link_is_lost(bench: Bench) -> None:
    link = bench.up()
    bench.far.vanish()
    bench.sink.wait_state(LinkState.LOST)
    receipts = Receipts()
    link.write(order(bench.far.writable, bench.far.order_value), receipts.told)
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]
    bench.far.come_back()
    bench.sink.wait_state(LinkState.UP, times=2)
    assert bench.far.written() == []


@pytest.mark.expects_warnings
def test_the_guard_keeps_a_link_from_connecting(bench: Bench) -> None:
    bench.allowed = False
    link = bench.link()
    link.start()
    bench.sink.wait_state(LinkState.LOST)
    assert "not allowed" in link.health().reason
    assert LinkState.UP not in {health.state for health in bench.sink.healths}
    assert bench.good() == set()


def test_stops_in_two_seconds_leaving_no_thread(bench: Bench) -> None:
    before = {thread.name for thread in threading.enumerate()}
    link = bench.up()
    start = time.monotonic()
    link.stop()
    assert time.monotonic() - start < 2
    assert {thread.name for thread in threading.enumerate()} <= before
    assert bench.sink.healths[-1].state is LinkState.STOPPED
    assert link.health().state is LinkState.STOPPED
    receipts = Receipts()
    link.write(order(bench.far.writable, bench.far.order_value), receipts.told)
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]


def test_stops_in_two_seconds_while_nothing_is_committed(bench: Bench) -> None:
    link = bench.up()
    bench.sink.hold()
    seen = len(bench.sink.batches)
    bench.sink.wait_batches(seen + 1)
    start = time.monotonic()
    link.stop()
    assert time.monotonic() - start < 2
    bench.sink.release()


def _wait(fits: Callable[[], bool], within_s: float = 10.0) -> None:
    """Poll a plain fact of the far side or the bench, without sleeping in between longer than an event wait."""
    end = time.monotonic() + within_s
    pause = threading.Event()
    while not fits():
        assert time.monotonic() < end, "not in time"
        pause.wait(0.002)
