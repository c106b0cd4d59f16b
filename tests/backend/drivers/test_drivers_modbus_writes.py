"""Orders on the wire: written once, matched by transaction, unit, function and echo, or owned up to as unknown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from backend.drivers.modbus import SPEC, orders
from backend.drivers.modbus.exchange import Exchange
from backend.links.loop import FieldLoop
from backend.links.ports import Bound, Link, LinkContext
from backend.model.command import Order, Receipt, ReceiptKind
from backend.model.event import LinkState
from backend.model.form import DataType
from backend.protocols.modbus_tcp import write
from tests.support.clock import ManualClock
from tests.support.modbus_plan import bound, coil, holding, link_plan
from tests.support.receipts import Receipts, order
from tests.support.sink import ListSink
from tests.support.wire import Wire

SENT, ACKED, REFUSED = ReceiptKind.SENT, ReceiptKind.ACKED, ReceiptKind.REFUSED
UNKNOWN, NOT_SENT = ReceiptKind.UNKNOWN, ReceiptKind.NOT_SENT

ASK = "tt tt 00 00 00 06 01 03 00 00 00 01"
ANSWER = "tt tt 00 00 00 05 01 03 02 00 05"
WRITE = "tt tt 00 00 00 06 01 06 00 00 00 2a"
POINT = bound(0, holding(0), period_s=60.0, writable=True)


class Station:
    """A link to a wire whose one register is polled once a minute and may be written."""

    def __init__(self, loop: FieldLoop) -> None:
        self.wire = Wire()
        self.sink = ListSink()
        self.clock = ManualClock()
        self.receipts = Receipts()
        self.doors: Iterator[Callable[[], bool]] = repeat(lambda: True)
        """What happens, and whether it is allowed, each time the link wants to connect."""
        self.loop = loop
        self._link: Link | None = None

    def start(self, point: Bound = POINT, timeout_s: str = "5") -> None:
        """Start both sides."""
        self.wire.start()
        context = LinkContext(
            sink=self.sink, clock=self.clock, loop=self.loop, may_connect=lambda host, port: next(self.doors)()
        )
        self._link = SPEC.build(link_plan(self.wire.port, point, timeout_s=timeout_s), context)
        self._link.start()

    def up(self, point: Bound = POINT, timeout_s: str = "5") -> None:
        """Start both sides; the first read is answered."""
        self.start(point, timeout_s)
        self.sink.wait_batches(1)

    @property
    def link(self) -> Link:
        assert self._link is not None
        return self._link

    def write(self, value: float = 42.0, command: str = "c-1") -> list[ReceiptKind]:
        """Give an order and wait for its last receipt."""
        receipts = self.receipts = Receipts()
        self.link.write(order(0, value, command=command), receipts.told)
        return receipts.kinds()

    def stop(self) -> None:
        [link.stop() for link in (self._link,) if link is not None]
        self.loop.stop()
        self.wire.stop()


@pytest.fixture
def station() -> Iterator[Station]:
    loop = FieldLoop()
    loop.start()
    station = Station(loop)
    yield station
    station.stop()


@pytest.mark.parametrize(
    ("point", "value", "ask", "answer", "frame", "echo"),
    [
        (
            bound(0, coil(7), period_s=60.0, writable=True),
            1.0,
            "tt tt 00 00 00 06 01 01 00 07 00 01",
            "tt tt 00 00 00 04 01 01 01 00",
            "tt tt 00 00 00 06 01 05 00 07 ff 00",
            "tt tt 00 00 00 06 01 05 00 07 ff 00",
        ),
        (POINT, 42.0, ASK, ANSWER, WRITE, WRITE),
        (
            bound(0, holding(0, DataType.FLOAT32), period_s=60.0, writable=True),
            1.0,
            "tt tt 00 00 00 06 01 03 00 00 00 02",
            "tt tt 00 00 00 07 01 03 04 00 00 00 00",
            "tt tt 00 00 00 0b 01 10 00 00 00 02 04 3f 80 00 00",
            "tt tt 00 00 00 06 01 10 00 00 00 02",
        ),
    ],
)
def test_a_write_goes_out_as_its_form_says_and_is_read_back_at_once(
    station: Station, point: Bound, value: float, ask: str, answer: str, frame: str, echo: str
) -> None:
    station.wire.hears(ask).says(answer).hears(frame).says(echo).hears(ask).says(answer)
    station.up(point)
    assert station.write(value) == [SENT, ACKED]
    station.wire.played()
    # The next poll is a minute away: this batch is the read-back.
    station.sink.wait_batches(2)


@pytest.mark.parametrize(
    "echo",
    [
        "00 01 00 00 00 06 01 06 00 00 00 2a",
        "tt tt 00 00 00 06 02 06 00 00 00 2a",
        "tt tt 00 00 00 06 01 10 00 00 00 2a",
        "tt tt 00 00 00 06 01 06 00 01 00 2a",
        "tt tt 00 00 00 06 01 06 00 00 00 2b",
        "tt tt 00 00 00 05 01 06 00 00 00",
        "tt tt 00 00 00 03 01 90 02",
    ],
    ids=["transaction", "unit", "function", "address", "value", "short", "foreign exception"],
)
def test_an_answer_that_does_not_match_the_write_proves_nothing(station: Station, echo: str) -> None:
    station.wire.hears(ASK).says(ANSWER).hears(WRITE).says(echo).is_hung_up_on().hears(ASK).says(ANSWER)
    station.up()
    assert station.write() == [SENT, UNKNOWN]
    station.wire.played()


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [(1, REFUSED, "illegal function"), (2, REFUSED, "illegal data address"), (3, REFUSED, "illegal data value"),
     (4, REFUSED, "device failure"), (5, UNKNOWN, "still at work"), (6, REFUSED, "busy"), (8, REFUSED, "parity"),
     (10, REFUSED, "path"), (11, UNKNOWN, "did not respond")],
)  # fmt: skip
def test_each_exception_means_no_more_than_it_says(station: Station, code: int, kind: ReceiptKind, words: str) -> None:
    station.wire.hears(ASK).says(ANSWER).hears(WRITE).says(f"tt tt 00 00 00 03 01 86 {code:02x}")
    station.wire.hears(ASK).says(ANSWER)
    station.up()
    assert station.write() == [SENT, kind]
    assert words in station.receipts.all[-1].detail
    station.wire.played()
    assert station.wire.connections == 1


def test_silence_means_unknown_and_the_old_connection_is_gone(station: Station) -> None:
    station.wire.hears(ASK).says(ANSWER).hears(WRITE).is_hung_up_on().hears(ASK).says(ANSWER)
    station.up(timeout_s="0.3")
    assert station.write() == [SENT, UNKNOWN]
    assert station.receipts.all[-1].detail == "no answer in time"
    station.wire.played()


@pytest.mark.parametrize("ending", ["hangs_up", "resets"])
def test_a_connection_lost_after_the_write_means_unknown(station: Station, ending: str) -> None:
    station.wire.hears(ASK).says(ANSWER).hears(WRITE)
    getattr(station.wire, ending)().hears(ASK).says(ANSWER)
    station.up()
    assert station.write() == [SENT, UNKNOWN]
    assert "lost" in station.receipts.all[-1].detail
    station.wire.played()


def test_a_late_answer_is_not_taken_for_the_answer_of_the_next_order(station: Station) -> None:
    wire = station.wire
    wire.hears(ASK).says(ANSWER).hears(WRITE).is_hung_up_on().hears(ASK).says(ANSWER)
    # Some gateways carry on: the first order's echo, bytes equal but for its transaction, meets the second order.
    wire.hears(WRITE).says("00 01 00 00 00 06 01 06 00 00 00 2a").is_hung_up_on().hears(ASK).says(ANSWER)
    station.up(timeout_s="0.3")
    assert station.write(command="c-1") == [SENT, UNKNOWN]
    station.sink.wait_batches(2)
    assert station.write(command="c-2") == [SENT, UNKNOWN]
    wire.played()


def test_an_order_goes_before_the_next_read(station: Station) -> None:
    heard, go = threading.Event(), threading.Event()
    far_ask, far_answer = "tt tt 00 00 00 06 01 03 00 64 00 01", "tt tt 00 00 00 05 01 03 02 00 01"
    station.wire.hears(ASK).lets_know(heard).waits_for(go).says(ANSWER).hears(WRITE).says(WRITE).hears(far_ask).says(
        far_answer
    )
    station.wire.start()
    plan = link_plan(station.wire.port, POINT, bound(1, holding(100), period_s=60.0), timeout_s="5")
    context = LinkContext(sink=station.sink, clock=station.clock, loop=station.loop)
    link = SPEC.build(plan, context)
    link.start()
    assert heard.wait(5)
    link.write(order(0, 42.0), station.receipts.told)
    go.set()
    assert station.receipts.kinds() == [SENT, ACKED]
    station.wire.played()
    link.stop()


def test_an_order_that_runs_out_while_it_waits_is_not_sent(station: Station) -> None:
    heard, go = threading.Event(), threading.Event()
    station.wire.hears(ASK).says(ANSWER).hears(ASK).lets_know(heard).waits_for(go).says(ANSWER).hears(ASK).says(ANSWER)
    station.up()
    reading = station.link.read_now("R1")
    assert heard.wait(5)
    station.link.write(order(0, 42.0), station.receipts.told)
    station.clock.tick(61)
    go.set()
    assert station.receipts.kinds() == [NOT_SENT]
    assert "too late" in station.receipts.all[0].detail
    reading.result(5)
    station.link.read_now("R1").result(5)
    station.wire.played()


@pytest.mark.parametrize("clocks", ["wall", "mono"])
def test_either_clock_alone_is_enough_to_stop_an_order(station: Station, clocks: str) -> None:
    station.wire.hears(ASK).says(ANSWER)
    station.up()
    {"wall": lambda: station.clock.jump(61), "mono": lambda: (station.clock.tick(61), station.clock.jump(-61))}[
        clocks
    ]()
    assert station.write() == [NOT_SENT]


def test_a_frame_that_does_not_say_the_order_never_leaves(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(ordered: Order, register: orders.Register) -> object:
        return write(register.unit, register.form.space, register.form.address, [43])

    station.wire.hears(ASK).says(ANSWER).hears(ASK).says(ANSWER)
    station.up()
    monkeypatch.setattr(orders, "request", wrong)
    assert station.write() == [NOT_SENT]
    assert "does not say what was ordered" in station.receipts.all[0].detail
    station.link.read_now("R1").result(5)
    station.wire.played()


def test_a_value_the_register_cannot_say_is_not_sent(station: Station) -> None:
    station.wire.hears(ASK).says(ANSWER).hears(ASK).says(ANSWER)
    station.up()
    assert station.write(41.5) == [NOT_SENT]
    station.link.read_now("R1").result(5)
    station.wire.played()


def test_stopping_owns_up_to_the_order_in_flight_and_sends_none_that_waits(station: Station) -> None:
    station.wire.hears(ASK).says(ANSWER).hears(WRITE)
    station.up()
    waiting = Receipts()
    sent = threading.Event()

    def told(receipt: Receipt) -> None:
        station.receipts.told(receipt)
        sent.set()

    station.link.write(order(0, 42.0, command="c-1"), told)
    assert sent.wait(5)
    station.link.write(order(0, 42.0, command="c-2"), waiting.told)
    station.link.stop()
    assert station.receipts.kinds() == [SENT, UNKNOWN]
    assert waiting.kinds() == [NOT_SENT]


@pytest.mark.expects_warnings
def test_a_listener_that_fails_does_not_stop_the_link(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    def fail(receipt: Receipt) -> None:
        raise ZeroDivisionError

    station.wire.hears(ASK).says(ANSWER).hears(WRITE).says(WRITE).hears(ASK).says(ANSWER)
    station.up()
    station.link.write(order(0, 42.0), fail)
    station.sink.wait_batches(2)
    station.wire.played()
    assert station.link.health().state is LinkState.UP
    assert caplog.text.count("receipt not taken") == 2


def test_an_order_for_a_point_of_another_link_is_not_sent(station: Station) -> None:
    station.wire.hears(ASK).says(ANSWER).hears(ASK).says(ANSWER)
    station.up()
    station.link.write(order(99, 42.0), station.receipts.told)
    assert station.receipts.kinds() == [NOT_SENT]
    station.link.read_now("R1").result(5)
    station.wire.played()


def test_an_order_that_runs_out_while_the_connection_is_opened_is_not_sent(station: Station) -> None:
    def slowly() -> bool:
        station.clock.tick(61)
        return True

    # The other side closes what is idle, twice: the order itself has to connect, and that takes too long.
    station.wire.hears(ASK).says(ANSWER).hangs_up().hangs_up().hears(ASK).says(ANSWER)
    station.doors = chain(repeat(lambda: True, 2), repeat(slowly))
    station.up()
    station.wire.wait_hang_ups(2)
    assert station.write() == [NOT_SENT]
    assert "too late" in station.receipts.all[0].detail
    station.link.read_now("R1").result(5)
    station.wire.played()


@pytest.mark.expects_warnings
def test_an_order_that_finds_no_way_to_connect_is_not_sent_and_the_link_is_lost(station: Station) -> None:
    station.wire.hears(ASK).says(ANSWER).hangs_up().hangs_up()
    station.doors = chain(repeat(lambda: True, 2), repeat(lambda: False))
    station.up()
    station.wire.wait_hang_ups(2)
    assert station.write() == [NOT_SENT]
    assert "not allowed" in station.receipts.all[0].detail
    station.sink.wait_state(LinkState.LOST)


def test_an_order_that_does_not_leave_in_time_is_unknown_and_never_leaves_later(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(exchange: Exchange, timeout_s: float) -> None:
        raise TimeoutError("not sent in time")

    station.wire.hears(ASK).says(ANSWER).hears(WRITE).is_hung_up_on().hears(ASK).says(ANSWER)
    station.up()
    monkeypatch.setattr(Exchange, "drain", stuck)
    assert station.write() == [UNKNOWN]
    station.wire.played()
