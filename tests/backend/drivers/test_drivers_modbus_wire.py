"""Wrong answers on the wire (safety.md F25, F26): the value turns bad with its cause, never into another register's."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from backend.drivers.modbus import SPEC
from backend.links.loop import FieldLoop
from backend.links.ports import Link, LinkContext, LinkPlan
from backend.model.event import LinkState, Quarantined
from backend.model.quality import GOOD, Cause, Status, quality
from tests.support.clock import ManualClock
from tests.support.modbus_plan import bound, holding, link_plan
from tests.support.sink import ListSink
from tests.support.wire import Wire

COMMS = quality(Status.BAD, Cause.COMMS)
DEVICE = quality(Status.BAD, Cause.DEVICE)
NEAR, FAR = 0, 1
ASK_NEAR = "tt tt 00 00 00 06 01 03 00 00 00 02"
ASK_FAR = "tt tt 00 00 00 06 01 03 00 64 00 01"
NEAR_7 = "tt tt 00 00 00 07 01 03 04 00 07 00 08"
NEAR_9 = "tt tt 00 00 00 07 01 03 04 00 09 00 0a"
FAR_5 = "tt tt 00 00 00 05 01 03 02 00 05"

Row = tuple[int, float, int]


class Station:
    """A link to a wire, and what came out of it."""

    def __init__(self, loop: FieldLoop) -> None:
        self.wire = Wire()
        self.sink = ListSink()
        self.loop = loop
        self.link: Link | None = None

    def play(self, *, timeout_s: str = "5", period_s: float = 0.03) -> None:
        """Start both sides and wait for the end of the script."""
        self.wire.start()
        plan = self.plan(timeout_s, period_s)
        context = LinkContext(sink=self.sink, clock=ManualClock(), loop=self.loop)
        self.link = SPEC.build(plan, context)
        self.link.start()
        self.wire.played()

    def plan(self, timeout_s: str, period_s: float) -> LinkPlan:
        """Two registers read together, point 0 the first of them; another far away, point 1."""
        return link_plan(
            self.wire.port,
            bound(NEAR, holding(0), period_s=period_s),
            bound(2, holding(1), period_s=period_s),
            bound(FAR, holding(100), period_s=period_s),
            timeout_s=timeout_s,
        )

    def rows(self, point: int, count: int) -> list[tuple[float, int]]:
        """The first `count` values of a point, NaN as -1."""
        self.sink.wait(lambda _: len(self._rows(point)) >= count)
        return self._rows(point)[:count]

    def _rows(self, point: int) -> list[tuple[float, int]]:
        return [
            (-1.0 if math.isnan(value) else value, code)
            for batch in self.sink.batches
            for number, value, code in zip(
                batch.point.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True
            )
            if number == point
        ]


@pytest.fixture
def station() -> Iterator[Station]:
    loop = FieldLoop()
    loop.start()
    station = Station(loop)
    yield station
    [link.stop() for link in (station.link,) if link is not None]
    loop.stop()
    station.wire.stop()


GARBAGE = {
    "wrong transaction id": "00 01 00 00 00 07 01 03 04 00 63 00 63",
    "transaction id 0": "00 00 00 00 00 07 01 03 04 00 63 00 63",
    "wrong protocol id": "tt tt 00 01 00 07 01 03 04 00 63 00 63",
    "wrong unit": "tt tt 00 00 00 07 02 03 04 00 63 00 63",
    "unit 0": "tt tt 00 00 00 07 00 03 04 00 63 00 63",
    "wrong function": "tt tt 00 00 00 07 01 04 04 00 63 00 63",
    "exception of another function": "tt tt 00 00 00 03 01 84 02",
    "wrong byte count, right length": "tt tt 00 00 00 07 01 03 02 00 63 00 63",
    "byte count beyond the frame": "tt tt 00 00 00 07 01 03 fa 00 63 00 63",
    "short: one register where two were asked for": "tt tt 00 00 00 05 01 03 02 00 63",
    "long: three registers where two were asked for": "tt tt 00 00 00 09 01 03 06 00 63 00 63 00 63",
    "length far too long": "tt tt 00 00 ff ff 01 03 04 00 63 00 63",
    "length 0": "tt tt 00 00 00 00 01 03 04 00 63 00 63",
    "a stale answer and then the right one": "00 01 00 00 00 07 01 03 04 00 63 00 63 " + NEAR_7,
    "another protocol": "48 54 54 50 2f 31 2e 31 20 34 30 30 0d 0a",
    "a very long answer": " ".join(["63"] * 2000),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_a_wrong_answer_makes_only_its_own_points_bad_and_ends_the_connection(station: Station, garbage: str) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).says(garbage).is_hung_up_on()
    wire.hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play()
    assert station.rows(NEAR, 3) == [(7, GOOD), (-1, COMMS), (9, GOOD)]
    assert station.rows(FAR, 3) == [(5, GOOD)] * 3
    assert [health.state for health in station.sink.healths] == [LinkState.CONNECTING, LinkState.UP]
    aside = [item for item in station.sink.items if isinstance(item, Quarantined)]
    assert [(item.stage, len(item.raw) > 0, item.reason != "") for item in aside] == [("frame", True, True)]
    assert station.wire.connections == 2


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 8, 10, 11])
def test_each_exception_makes_only_its_own_points_bad_and_keeps_the_connection(station: Station, code: int) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).says(f"tt tt 00 00 00 03 01 83 {code:02x}").hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play()
    assert station.rows(NEAR, 3) == [(7, GOOD), (-1, DEVICE), (9, GOOD)]
    assert station.rows(FAR, 3) == [(5, GOOD)] * 3
    assert station.wire.connections == 1


def test_a_bad_value_is_told_once_until_its_cause_changes(station: Station) -> None:
    wire = station.wire
    for answer in (NEAR_7, "tt tt 00 00 00 03 01 83 02", "tt tt 00 00 00 03 01 83 06", "tt tt 00 00 00 03 01 83 02"):
        wire.hears(ASK_NEAR).says(answer).hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).says("00 00").is_hung_up_on().hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play()
    assert station.rows(NEAR, 4) == [(7, GOOD), (-1, DEVICE), (-1, COMMS), (9, GOOD)]
    assert station.rows(FAR, 6) == [(5, GOOD)] * 6


def test_an_answer_in_thirteen_segments_is_one_answer(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).drips(NEAR_7, 0.001).hears(ASK_FAR).says(FAR_5)
    station.play()
    assert station.rows(NEAR, 1) == [(7, GOOD)]
    assert station.wire.connections == 1


def test_a_frame_of_two_hundred_and_fifty_nine_bytes_in_twenty_segments(station: Station) -> None:
    wire = station.wire
    data = [f"{byte:02x}" for byte in range(250)]
    frame = ["tt", "tt", "00", "00", "00", "fd", "01", "03", "fa", *data]
    wire.hears("tt tt 00 00 00 06 01 03 00 00 00 7d")
    for start in range(0, len(frame), 13):
        wire.pauses(0.001).says(" ".join(frame[start : start + 13]))
    wire.start()
    plan = link_plan(wire.port, *[bound(number, holding(number), period_s=5.0) for number in range(125)])
    station.link = SPEC.build(plan, LinkContext(sink=station.sink, clock=ManualClock(), loop=station.loop))
    station.link.start()
    batch = station.sink.wait_batches(1)[0]
    assert dict(zip(batch.point.tolist(), batch.value.tolist(), strict=True)) == {
        number: 256.0 * data_high + data_low
        for number, (data_high, data_low) in enumerate(zip(range(0, 250, 2), range(1, 250, 2), strict=True))
    }


def test_two_frames_in_one_segment_the_first_counts_and_the_connection_ends(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(f"{NEAR_7} 00 01 00 00 00 07 01 03 04 00 63 00 63").is_hung_up_on()
    wire.hears(ASK_FAR).says(FAR_5)
    station.play()
    assert station.rows(NEAR, 1) == [(7, GOOD)]
    assert station.rows(FAR, 1) == [(5, GOOD)]
    assert [item.reason for item in station.sink.items if isinstance(item, Quarantined)] == [
        "more bytes came than were asked for"
    ]


def test_bytes_nobody_asked_for_end_the_connection_before_the_next_request(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5)
    wire.pauses(0.02).says("00 02 00 00 00 05 01 03 02 00 63").is_hung_up_on()
    wire.hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play(period_s=0.4)
    assert station.rows(NEAR, 2) == [(7, GOOD), (9, GOOD)]
    assert station.rows(FAR, 2) == [(5, GOOD), (5, GOOD)]


@pytest.mark.parametrize("ending", ["hangs_up", "resets"])
def test_a_connection_broken_in_the_middle_of_a_frame(station: Station, ending: str) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).says("tt tt 00 00 00 07 01 03 04 00")
    getattr(wire, ending)()
    wire.hears(ASK_FAR).says(FAR_5).hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play()
    assert station.rows(NEAR, 3) == [(7, GOOD), (-1, COMMS), (9, GOOD)]
    assert station.rows(FAR, 3) == [(5, GOOD)] * 3


@pytest.mark.expects_warnings
def test_silence_costs_one_read_then_the_link(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).is_hung_up_on().hears(ASK_FAR).is_hung_up_on()
    # While lost, one read is enough to know; and what is bad already is not told again.
    wire.hears(ASK_NEAR).is_hung_up_on()
    wire.hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says("00 00").is_hung_up_on()
    wire.hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play(timeout_s="0.3")
    station.sink.wait_state(LinkState.UP, times=2)
    assert station.rows(NEAR, 3) == [(7, GOOD), (-1, COMMS), (9, GOOD)]
    assert station.rows(FAR, 3) == [(5, GOOD), (-1, COMMS), (5, GOOD)]
    states = [health.state for health in station.sink.healths]
    assert states == [LinkState.CONNECTING, LinkState.UP, LinkState.LOST, LinkState.UP]
    assert station.sink.healths[2].reason == "no answer in time"


@pytest.mark.expects_warnings
def test_a_station_that_never_answered_is_lost_after_one_read(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).is_hung_up_on().hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5)
    station.play(timeout_s="0.3")
    assert station.rows(NEAR, 2) == [(-1, COMMS), (7, GOOD)]
    states = [health.state for health in station.sink.healths]
    assert states == [LinkState.CONNECTING, LinkState.LOST, LinkState.UP]


@pytest.mark.expects_warnings
def test_one_byte_now_and_then_does_not_hold_the_link_up(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5)
    wire.hears(ASK_NEAR).drips(NEAR_9, 0.1)
    wire.hears(ASK_FAR).says(FAR_5).hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play(timeout_s="0.4")
    assert station.rows(NEAR, 3) == [(7, GOOD), (-1, COMMS), (9, GOOD)]
    assert station.rows(FAR, 3) == [(5, GOOD)] * 3


def test_an_idle_connection_that_is_closed_is_opened_again_without_a_loss(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK_NEAR).says(NEAR_7).hears(ASK_FAR).says(FAR_5).hangs_up()
    wire.hangs_up()
    wire.hears(ASK_NEAR).says(NEAR_9).hears(ASK_FAR).says(FAR_5)
    station.play(period_s=0.2)
    assert station.rows(NEAR, 2) == [(7, GOOD), (9, GOOD)]
    assert [health.state for health in station.sink.healths] == [LinkState.CONNECTING, LinkState.UP]
    assert station.wire.connections == 3
