"""Exchanges with meters over a real socket: who is believed, what is durable when, what is ordered."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from backend.errors import LinkError
from backend.model.command import ReceiptKind
from backend.protocols.meter import words
from backend.protocols.meter.frame import Frame, encode
from backend.protocols.meter.keys import meter_key
from backend.protocols.meter.stream import wrap
from sims.devices.gas_meter import CLOSED, Fault, GasMeter, Outcome
from tests.support import meter_reader
from tests.support.meters import MASTER, HeadEndDesk
from tests.support.receipts import Receipts, late, order


@pytest.fixture
def desk() -> Iterator[HeadEndDesk]:
    desk = HeadEndDesk()
    yield desk
    desk.close()


def gone(stranger: socket.socket) -> bool:
    """Whether the other side has hung up."""
    stranger.settimeout(5)
    try:
        return stranger.recv(1) == b""
    except ConnectionResetError:
        return True


def test_an_exchange_goes_to_its_end(desk: HeadEndDesk) -> None:
    meter = desk.meter(1)
    meter.drift_s, meter.sets_clock = -7, False
    outcome = desk.call(meter)
    assert (outcome.stored, outcome.whole) == (True, True)
    (batch,) = desk.sink.batches
    told = dict(zip(batch.point.tolist(), batch.value.tolist(), strict=True))
    assert told[desk.points["M1.index"]] == pytest.approx(123.456)
    assert told[desk.points["M1.position"]] == 1
    assert told[desk.points["M1.signal"]] == -80
    assert set(batch.at.tolist()) == {desk.clock.wall_us() - 7_000_000}
    assert batch.received_at == desk.clock.wall_us()
    assert meter.balance == words.Balance(desk.clock.wall_us() // 1_000_000, 310, -310, 310)


def test_a_commercial_meter_is_asked(desk: HeadEndDesk) -> None:
    outcome = desk.call(desk.meter(9))
    assert (outcome.stored, outcome.whole) == (True, True)
    figures = {each.kind: each for each in desk.link.exchanges().kinds}
    assert (figures["ci"].whole, figures["civil"].whole) == (1, 0)


def test_six_moments_and_shares_are_counted(desk: HeadEndDesk) -> None:
    for attempt in (1, 1, 1, 2):
        desk.call(desk.meter(1), attempt=attempt)
    assert not desk.call(desk.meter(2), fault=Fault.CUT).stored
    told = desk.link.exchanges()
    civil = told.kinds[0]
    assert (civil.whole, civil.first, civil.later, civil.first_share) == (4, 3, 1, 0.75)
    assert civil.within_limits
    assert (told.registered, told.heard) == (3, 1)
    newest = civil.newest
    assert newest is not None
    moments = [
        newest.connected_at,
        newest.authenticated_at,
        newest.sent_at,
        newest.processed_at,
        newest.finished_at,
        newest.closed_at,
    ]
    assert moments == sorted(moments)
    assert all(moments)


def test_nothing_is_acknowledged_before_it_is_durable(desk: HeadEndDesk) -> None:
    desk.sink.hold()
    heard: list[bytes] = []
    pending = desk.loop.submit(desk.holding(desk.meter(2), tap=lambda _, data: heard.append(data)))
    desk.sink.wait_batches(1)
    assert [meter_reader.read(frame)["type"] for _, frame in meter_reader.unwrap(b"".join(heard))] == [0x10]
    desk.sink.release()
    assert pending.result(5).whole


def test_a_second_reader_follows_the_whole_exchange(desk: HeadEndDesk) -> None:
    spoken: list[tuple[bytes, bytes]] = []
    desk.call(desk.meter(1), tap=lambda said, heard: spoken.append((said, heard)))
    up = meter_reader.unwrap(b"".join(said for said, _ in spoken))
    down = meter_reader.unwrap(b"".join(heard for _, heard in spoken))
    assert {number for number, _ in up + down} == {1}
    assert [meter_reader.read(frame)["type"] for _, frame in up] == [0x10, 0x04, 0x11]
    assert [meter_reader.read(frame)["type"] for _, frame in down] == [0x10, 0x04, 0x11, 0x12]
    assert all(meter_reader.read(frame)["encrypted"] for _, frame in up + down)
    key = meter_key(MASTER, 1)
    nonce = meter_reader.open_data(up[0][1], key, b"\x00\x00\x00\x01")[:8]
    challenge = meter_reader.open_data(down[0][1], key, b"\x00\x00\x00\x01" + nonce)[:8]
    reading = meter_reader.open_data(up[1][1], key, b"\x00\x00\x00\x01" + challenge)
    assert int.from_bytes(reading[6:10], "big") == 123_456


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET, Fault.GARBLED, Fault.DEAF])
def test_a_try_that_fails_is_made_good_by_the_next(desk: HeadEndDesk, fault: Fault) -> None:
    meter = desk.meter(1)
    assert not desk.call(meter, fault=fault).whole
    assert desk.call(meter, attempt=2).whole


# -- who is not believed ---------------------------------------------------------------------------------------------


def test_another_meters_key_never_works(desk: HeadEndDesk) -> None:
    assert not desk.call(desk.meter(1, key_of=2)).stored
    (item,) = desk.aside(1)
    assert (item.stage, item.source) == ("identity", "127.0.0.1")
    assert "not authentic" in item.reason
    assert meter_reader.read(item.raw)["type"] == 0x10
    assert desk.sink.batches == []


def test_a_meter_cannot_speak_for_another_in_its_exchange(desk: HeadEndDesk) -> None:
    names = iter((1, 2))
    outcome = desk.call(desk.meter(1), twist=lambda out: out[:1] + next(names).to_bytes(4, "big") + out[5:])
    assert not outcome.stored
    assert "another meter" in desk.aside(1)[0].reason


def test_a_reading_that_cannot_be_opened_is_put_aside_before_it_is_parsed(desk: HeadEndDesk) -> None:
    forged = wrap(1, encode(Frame(2, 1, 4, bytes(40), encrypted=True)))
    said: list[bytes] = []
    desk.call(desk.meter(1), twist=lambda out: (said.append(out), forged if len(said) == 2 else out)[1])
    (item,) = desk.aside(1)
    assert item.stage == "decrypt"
    assert item.raw in forged
    health = desk.link.health()
    assert (health.heard, health.unknown_sender, health.undeciphered, health.unparsed) == (2, 0, 1, 0)


def test_a_recorded_exchange_is_worth_nothing(desk: HeadEndDesk) -> None:
    said: list[bytes] = []
    desk.call(desk.meter(1), tap=lambda out, _: said.append(out))
    with desk.stranger() as stranger:
        stranger.sendall(b"".join(said))
        assert "not authentic" in desk.aside(1)[0].reason
    assert len(desk.sink.batches) == 1


STRANGERS = [
    (b"GET / HTTP/1.1\r\n\r\n", "not a frame"),
    (wrap(1, encode(Frame(1, 1, 4, bytes(16)))), "no registration"),
    (wrap(1, encode(Frame(1, 1, 0x10, bytes(13)))), "not encrypted"),
    (wrap(1, encode(Frame(1, 1, 0x10, bytes(40), encrypted=True))), "not authentic"),
    (wrap(77, encode(Frame(1, 1, 0x10, bytes(40), encrypted=True))), "registered"),
    (wrap(1, encode(Frame(1, 7, 0x10, bytes(40), encrypted=True))), "registered"),
    (wrap(1, encode(Frame(1, 1, 0x10, bytes(40), down=True))), "direction"),
    (wrap(1, encode(Frame(1, 1, 0x10, bytes(40)))[:-1] + b"\x00"), "check word"),
]


def test_strangers_are_hung_up_on_counted_and_kept_raw(desk: HeadEndDesk) -> None:
    for octets, _ in STRANGERS:
        with desk.stranger() as stranger:
            stranger.sendall(octets)
            assert gone(stranger)
    items = desk.aside(len(STRANGERS))
    assert [item.reason for item in items if item.raw == b""] == []
    for item, (octets, reason) in zip(items, STRANGERS, strict=True):
        assert reason in item.reason
        assert item.raw in octets
    assert desk.link.exchanges().put_aside == len(STRANGERS)


def test_one_who_speaks_slowly_is_gone_in_time(desk: HeadEndDesk) -> None:
    with desk.stranger() as stranger:
        stranger.sendall(wrap(1, encode(Frame(1, 1, 0x10, bytes(40), encrypted=True)))[:9])
        desk.until_open(1)
        desk.clock.tick(11)
        assert gone(stranger)
    assert "in time" in desk.aside(1)[0].reason
    assert desk.link.exchanges().open_now == 0


def test_a_known_meter_that_falls_silent_is_gone_in_time(desk: HeadEndDesk) -> None:
    said: list[bytes] = []
    desk.call(desk.meter(1), fault=Fault.CUT, tap=lambda out, _: said.append(out))
    with desk.stranger() as stranger:
        stranger.sendall(said[0])
        assert stranger.recv(100)
        desk.clock.tick(21)
        assert gone(stranger)
    assert desk.link.exchanges().timed_out == 1


def test_strangers_beyond_the_limit_are_turned_away_at_once() -> None:
    desk = HeadEndDesk(most_unknown="2")
    try:
        with desk.stranger() as one, desk.stranger() as two, desk.stranger() as three:
            assert gone(three)
            one.sendall(b"\x00")
            assert gone(one)
            two.sendall(b"\x00")
            assert gone(two)
        assert desk.call(desk.meter(1)).whole
        assert desk.link.exchanges().turned_away == 1
    finally:
        desk.close()


def test_a_flood_of_bad_frames_is_kept_only_in_part(desk: HeadEndDesk) -> None:
    for _ in range(15):
        with desk.stranger() as stranger:
            stranger.sendall(b"\x00")
            assert gone(stranger)
    assert desk.link.exchanges().put_aside == 15
    desk.clock.tick(61)
    assert "5 more" in desk.aside(11)[-1].reason


# -- orders ----------------------------------------------------------------------------------------------------------


def reporting(desk: HeadEndDesk, meter: GasMeter, fault: Fault = Fault.NONE) -> Future[Outcome]:
    """The meter has reported and is kept for an order that is on its way."""
    desk.waits.add("M1")
    pending = desk.loop.submit(desk.holding(meter, fault=fault))
    desk.sink.wait_batches(1)
    return pending


def ordered(desk: HeadEndDesk) -> Receipts:
    """Close the valve; nothing more is on its way."""
    receipts = Receipts()
    desk.link.write(order(desk.points["M1.command"], 2.0, device="M1", clock=desk.clock), receipts.told)
    desk.waits.clear()  # only now: else the meter might be let go before the order comes
    return receipts


def test_an_order_goes_to_the_meter_that_has_just_reported(desk: HeadEndDesk) -> None:
    meter = desk.meter(1)
    pending = reporting(desk, meter)
    assert ordered(desk).kinds() == [ReceiptKind.SENT, ReceiptKind.ACKED]
    outcome = pending.result(5)
    assert (outcome.whole, outcome.orders, meter.valve) == (True, 1, CLOSED)
    after = desk.sink.wait_batches(2)[1]
    told = dict(zip(after.point.tolist(), after.value.tolist(), strict=True))
    assert (told[desk.points["M1.position"]], told[desk.points["M1.command"]]) == (2, 2)


def test_a_meter_that_will_not_says_why(desk: HeadEndDesk) -> None:
    meter = desk.meter(1)
    meter.fault = True
    pending = reporting(desk, meter)
    receipts = ordered(desk)
    assert receipts.kinds() == [ReceiptKind.SENT, ReceiptKind.REFUSED]
    assert "valve does not move" in receipts.all[-1].detail
    assert pending.result(5).whole


def test_an_order_that_was_not_answered_is_in_doubt(desk: HeadEndDesk) -> None:
    pending = reporting(desk, desk.meter(1), Fault.MUTE)
    assert ordered(desk).kinds()[-1] is ReceiptKind.UNKNOWN
    assert not pending.result(5).whole


def test_a_meter_for_which_no_order_comes_is_let_go() -> None:
    desk = HeadEndDesk(order_wait_s="0")
    try:
        outcome = reporting(desk, desk.meter(1)).result(5)
        assert (outcome.whole, outcome.orders) == (True, 0)
    finally:
        desk.close()


def test_an_order_for_a_meter_that_is_not_there_is_not_sent(desk: HeadEndDesk) -> None:
    receipts = ordered(desk)
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]
    assert "not connected" in receipts.all[0].detail


def test_an_order_never_goes_out_late_or_twice(desk: HeadEndDesk) -> None:
    pending = reporting(desk, desk.meter(1))
    receipts = Receipts()
    given = late(order(desk.points["M1.command"], 2.0, device="M1", clock=desk.clock))
    desk.link.write(given, receipts.told)
    desk.waits.clear()
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]
    assert pending.result(5).orders == 0
    with pytest.raises(LinkError, match="already"):
        desk.link.write(given, receipts.told)


def test_one_that_waits_when_the_link_stops_is_not_sent(desk: HeadEndDesk) -> None:
    desk.sink.hold()
    reporting(desk, desk.meter(1)).add_done_callback(lambda _: None)
    receipts = ordered(desk)
    desk.link.stop()
    assert receipts.kinds() == [ReceiptKind.NOT_SENT]
    desk.sink.release()


def test_it_calls_in_and_is_not_called(desk: HeadEndDesk) -> None:
    with pytest.raises(LinkError, match="by itself"):
        desk.link.read_now("M1").result(1)
