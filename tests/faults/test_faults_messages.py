"""F24, F31-F36: what devices and strangers send, from the topic to the history, one step at a time.

Everything acknowledged is either stored once or put aside with its reason; what is wrong with one message costs its
neighbours nothing. The decoder's own tables are in tests/backend/protocols.
"""

from __future__ import annotations

import json
import math
import random
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backend.clock import US
from backend.drivers.mqtt.intake import MAX_PAYLOAD
from backend.model.quality import GOOD, Cause, Status, cause_of, is_good, status_of
from backend.model.sample import SampleBatch
from backend.pipeline import core
from backend.protocols.json_payload import Payloads
from tests.support.clock import START_US, ManualClock
from tests.support.fault_disk import FaultDisk
from tests.support.stepped import HIGH, PretendBroker, SteppedSite, message
from tests.support.units import ROUNDS, SEED, make_store

BURST = 20_000 if ROUNDS < 10 else 1_000_000
"""Messages of F34; the million in the long form."""
DAY_US = 86_400 * US


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def broker() -> PretendBroker:
    return PretendBroker()


@pytest.fixture
def site(tmp_path: Path, clock: ManualClock, broker: PretendBroker) -> Iterator[SteppedSite]:
    folder = tmp_path / "site"
    folder.mkdir()
    make_store(folder / "linepack.db", clock)
    with FaultDisk(folder, clock).mounted():
        site = SteppedSite(folder, clock, broker, cbor=["D2"]).open()
        yield site
        site.close()


def say(site: SteppedSite, name: str, at_us: int, **values: object) -> int:
    return site.broker.publish(site.topic(name), message(at_us, **values))


# -- F24 --------------------------------------------------------------------------------------------------------------


def test_each_message_one_to_five_times_in_any_order_also_after_a_restart_is_stored_once(site: SteppedSite) -> None:
    chance = random.Random(SEED)
    said = [
        (name, START_US + number * US, float(number), number / 8 - 40)
        for number in range(60)
        for name in site.names[:2]
    ]
    again = [each for each in said for _ in range(chance.randint(1, 5))]
    chance.shuffle(again)
    third = len(again) // 3
    for part in (again[:third], again[third : 2 * third], again[2 * third :]):
        for name, at, pressure, temperature in part:
            site.clock.tick(0.1)
            say(site, name, at, pressure=pressure, temperature=temperature)
        # Dead between the commit and the acknowledgement: the broker hands all of it over again.
        kept = dict(site.broker.kept)
        site.drain()
        site.broker.kept.update(kept)
        site.abandon()
        site.open()
    site.drain()
    wanted = sorted(
        (2 * site.names.index(name) + place, at, value)
        for name, at, *values in said
        for place, value in enumerate(values)
    )
    assert site.stored() == wanted
    assert site.broker.kept == {}
    assert site.core.counters.repeated > 0


# -- F31 --------------------------------------------------------------------------------------------------------------

NOT_A_MESSAGE = {
    "not UTF-8": b'{"values":{"pressure":1,"x":"\xff\xfe"}}',
    "surrogate in UTF-8": b'{"values":{"pressure":1},"n":"\xed\xa0\x80"}',
    "NUL behind": b'{"values":{"pressure":1}}\x00',
    "byte order mark": b'\xef\xbb\xbf{"values":{"pressure":1}}',
    "depth 100,000": b'{"values":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "open brackets": b"[" * 250_000,
    "full-width digits": '{"values":{"pressure":１２}}'.encode(),
    "two documents": b'{"values":{"pressure":1}}{"values":{"pressure":2}}',
    "nothing": b"",
    "CBOR": bytes.fromhex("a16676616c756573a168707265737375726501"),
    "CBOR of endless depth": b"\x9f" * 100_000,
    "doubled object": b'{"values":{"pressure":1},"values":{"pressure":2}}',
}
NOT_A_NUMBER = {
    "integer of 5,000 digits": b"7" * 5000,
    "true": b"true",
    "false": b"false",
    "text": b'"12"',
    "full-width text": '"１２"'.encode(),
    "lone surrogate": b'"\\ud800"',
    "NUL": b'"\\u0000"',
    "NaN": b"NaN",
    "infinite": b"-Infinity",
    "beyond float64": b"1e999",
    "2^63": str(2**63).encode(),
    "twice": b'1,"pressure":2',
}


@pytest.mark.parametrize("order", range(min(ROUNDS, 10)))
def test_malformed_messages_are_put_aside_and_their_neighbours_stored(site: SteppedSite, order: int) -> None:
    chance = random.Random(SEED + order)
    bad = [(each, b"") for each in NOT_A_MESSAGE.values()]
    bad += [(b'{"t":%d,"values":{"temperature":7,"pressure":%s}}', each) for each in NOT_A_NUMBER.values()]
    chance.shuffle(bad)
    wanted = []
    for number, (template, part) in enumerate(bad):
        at = START_US + number * 61 * US
        site.clock.tick(61)  # what is kept of a talkative source is rationed by the minute
        good = say(site, "D0", at, pressure=float(number), temperature=1.0)
        wanted += [(0, at, float(number)), (1, at, 1.0)]
        payload = template % (at // 1000 + 1, part) if part else template
        poison = site.broker.publish(site.topic("D0"), payload)
        site.hear()
        site.step()
        assert site.broker.acknowledged[-2:] == [good, poison]
        wanted += [(1, at + 1000, 7.0)] if part else []
    assert site.stored() == sorted(wanted)
    aside = site.store.quarantined(1000)
    assert len(aside) == len(bad)
    assert all(each.reason and each.stage == "decode" for each in aside)


def in_cbor(at_us: int, value: bytes) -> bytes:
    """{"t": ms, "values": {"temperature": 7.0, "pressure": value}} in CBOR, RFC 8949."""
    head = bytes.fromhex("a2 6174 1b") + (at_us // 1000).to_bytes(8, "big")
    values = bytes.fromhex("66") + b"values" + b"\xa2\x6btemperature\xf9\x47\x00\x68pressure"
    return head + values + value


GOOD_IN_CBOR = b"\xfb" + struct.pack(">d", 12.5)
NOT_CBOR = {
    "JSON": message(START_US, pressure=1.0),
    "endless depth": b"\x9f" * 100_000,
    "depth 100,000": b"\x81" * 100_000 + b"\x00",
    "four thousand million members": b"\xba\xff\xff\xff\xff",
    "text of 2^63 bytes": b"\x7b\x7f" + b"\xff" * 7,
    "cut off": in_cbor(START_US, b"\xfb\x00"),
    "something behind": in_cbor(START_US, GOOD_IN_CBOR) + b"\x00",
}
NO_NUMBER_IN_CBOR = {"true": b"\xf5", "text": b"\x6212", "NaN": b"\xf9\x7e\x00", "2^64 - 1": b"\x1b" + b"\xff" * 8}


def test_malformed_cbor_is_put_aside_and_its_neighbours_stored(site: SteppedSite) -> None:
    bad = [(each, []) for each in NOT_CBOR.values()]
    bad += [(in_cbor(START_US + number, each), [7.0]) for number, each in enumerate(NO_NUMBER_IN_CBOR.values())]
    wanted = []
    for number, (payload, left) in enumerate(bad, 1):
        site.clock.tick(61)
        at = START_US + number * 61 * US
        site.broker.publish(site.topic("D2"), in_cbor(at, GOOD_IN_CBOR))
        site.broker.publish(site.topic("D2"), payload)
        site.drain()
        wanted += [12.5, 7.0, *left]
    # The four neighbours within bad messages bear one time and one value: that is one sample.
    assert sorted(value for _, _, value in site.stored()) == sorted(wanted)[3:]
    assert len(site.store.quarantined(100)) == len(bad)
    assert site.broker.kept == {}


# -- F32 --------------------------------------------------------------------------------------------------------------


def test_numbers_that_are_none_are_bad_and_raise_one_alarm_and_no_limit(site: SteppedSite, clock: ManualClock) -> None:
    """As a driver of another protocol may give them: a float of two registers is any 32 bits."""
    say(site, "D0", START_US, pressure=300.0, temperature=5.0)
    site.drain()
    given = [
        math.nan,
        math.inf,
        -math.inf,
        float(2**63),
        -float(2**63),
        struct.unpack(">f", b"\x7f\x80\x00\x01")[0],
        1e308 * 10,
        65_535.0 * 65_536,
    ]
    for number, value in enumerate(given, 1):
        clock.tick(1)
        batch = SampleBatch.of([0], [START_US + number * US], [value], [GOOD], received_at=clock.wall_us(), source="m")
        site.inbox.put(batch)
        site.step()
    found = site.store.history.read([0], START_US + US, 2**62)
    assert len(found) == len(given)
    for code in found.quality.tolist():
        assert (status_of(code), cause_of(code)) == (Status.BAD, Cause.RANGE)
    assert site.alarm("D0.pressure") is None or not site.alarm("D0.pressure").cond  # type: ignore[union-attr]
    raised = [record.config.key for record in site.told]
    assert Counter(raised)["D0:bad-input"] == 1
    # -0.0 and the smallest denormal are numbers like others.
    for number, value in enumerate((-0.0, 5e-324), 1):
        clock.tick(1)
        at = START_US + 60 * US + number * US
        site.inbox.put(SampleBatch.of([0], [at], [value], [GOOD], received_at=clock.wall_us(), source="m"))
        site.step()
    tail = site.store.history.read([0], START_US + 60 * US, 2**62)
    assert [math.copysign(1.0, value) for value in tail.value.tolist()] == [-1.0, 1.0]
    assert tail.value.tolist() == [0.0, 5e-324]
    assert all(is_good(code) for code in tail.quality.tolist())
    # What is made of them is made of the good ones alone.
    site.store.roll_up()
    (thinned,) = site.store.history.thinned([0], START_US - US, START_US + 3600 * US, 2)
    assert np.nanmax(thinned.high) == 300.0


def test_a_reading_that_goes_back_is_kept_as_it_came(site: SteppedSite, clock: ManualClock) -> None:
    """A register that wraps, a meter that is changed: the raw readings are facts, none is made up between them."""
    readings = [998.0, 999.0, 999.9, 0.4, 1.2, 999.0, 3.0]
    for number, value in enumerate(readings):
        clock.tick(60)
        say(site, "D1", clock.wall_us() // 1000 * 1000, temperature=value)
        site.drain()
        assert site.table.one(3)[0] == value, number
    assert [value for point, _, value in site.stored() if point == 3] == readings


# -- F33 --------------------------------------------------------------------------------------------------------------


def test_a_back_fill_is_stored_in_place_and_its_alarm_is_shown_as_late(site: SteppedSite, clock: ManualClock) -> None:
    clock.tick(40 * 86_400)
    now = clock.wall_us() // 1000 * 1000
    say(site, "D0", now, pressure=310.0, temperature=5.0)
    site.drain()
    before = site.table.one(0)
    # A month of one reading an hour, newest first, with an excursion of three hours in the middle.
    past = [(now - (30 * 24 - hour) * 3600 * US, 450.0 if 300 <= hour < 303 else 320.0) for hour in range(30 * 24)]
    chance = random.Random(SEED)
    for start in range(0, len(past), 48):
        piece = past[start : start + 48]
        chance.shuffle(piece)
        for at, value in piece:
            say(site, "D0", at, pressure=value)
        site.drain()
    assert site.table.one(0) == before
    stored = [(at, value) for point, at, value in site.stored() if point == 0]
    assert stored == [*past, (now, 310.0)]
    late = [each for each in site.store.occurrences(limit=5000) if each.key == "D0.pressure:high"]
    # It has the time of its cause; that it was written down only now is beside it.
    high, low = ({at for at, value in past if (value > HIGH) is above} for above in (True, False))
    assert {each.at for each in late if each.event != "clear"} <= high
    assert {each.at for each in late if each.event == "clear"} <= low
    assert {(each.event, each.value) for each in late if each.event != "clear"} == {("late", 450.0)}
    assert min(each.recorded_at for each in late) >= now
    facts = site.alarm("D0.pressure")
    assert facts is not None
    assert (facts.cond, facts.ack, facts.late) == (False, False, True)


# -- F34 --------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(120 if ROUNDS < 10 else 1800)
def test_a_burst_loses_nothing_and_an_alarm_in_it_does_not_wait_for_its_end(site: SteppedSite) -> None:
    """The site takes its 4,096 messages at a time; what waits stays with the broker, not in our memory."""
    alarm_at = random.Random(SEED).randrange(BURST // 4)
    values = [300.0] * BURST
    values[alarm_at] = 450.0
    for number, value in enumerate(values):
        say(site, site.names[number % 2], START_US + number * 1000, pressure=value)
    heard, depths = [0], []
    told: list[int] = []
    """Messages heard when the alarm was told."""
    site.core.topics.alarms.subscribe(lambda record: told.extend([sum(heard)] * (record.config.condition == "high")))
    site.clock.tick(BURST / 1000)
    begun = site.clock.wall_us()
    while site.broker.waiting:
        site.clock.tick(1)
        heard.append(site.hear())
        depths.append(site.inbox.depth)
        site.step()
    site.drain()
    assert max(heard) == max(depths) == 4096
    assert site.broker.kept == {}
    assert site.store.history.count() == BURST
    # Durable and told with the group it came in, within two seconds of it on the site's clock.
    group = alarm_at // 4096 + 1
    assert told[0] == group * 4096
    (raised,) = [each for each in site.store.occurrences(limit=10) if each.event == "raise"]
    assert raised.at == START_US + alarm_at * 1000
    assert raised.recorded_at - (begun + group * US) <= 2 * US
    assert all(np.diff([at for point, at, _ in site.stored() if point == 0]) > 0)


# -- F35 --------------------------------------------------------------------------------------------------------------


def test_strangers_and_oversize_messages_are_counted_and_change_nothing(site: SteppedSite, clock: ManualClock) -> None:
    big = json.dumps({"t": START_US // 1000, "values": {"pressure": 1}, "pad": "x" * MAX_PAYLOAD}).encode()
    wrong = {
        "#": message(START_US, pressure=1.0),
        "lp/s1/+/up": message(START_US, pressure=1.0),
        "$SYS/broker/uptime": b"1",
        "lp/s1/D9/up": message(START_US, pressure=1.0),
        "lp/s2/D0/up": message(START_US, pressure=1.0),
        "lp/s1/D0/up/": message(START_US, pressure=1.0),
        "/".join(["lp"] * 30_000): b"{}",
        "lp/s1/\udcff/up": b"{}",
        site.topic("D1"): big,
    }
    for topic, payload in wrong.items():
        site.broker.publish(topic, payload)
    site.broker.publish(
        site.topic("D0"), json.dumps({"device": "D1", "t": START_US // 1000, "values": {"pressure": 1}}).encode()
    )
    for _ in range(500):
        site.broker.publish("lp/s1/D9/up", b"{}")
    good = say(site, "D0", START_US, pressure=2.0)
    site.drain()
    assert site.stored() == [(0, START_US, 2.0)]
    assert site.broker.kept == {}
    assert site.broker.acknowledged[-1] == good
    clock.tick(61)
    site.drain()
    aside = site.store.quarantined(1000)
    assert Counter(each.stage for each in aside)["size"] == 1
    assert Counter(each.stage for each in aside)["identity"] == 1
    # A talkative stranger fills no table: ten are kept, the rest is a number.
    of_stranger = [each for each in aside if each.source.endswith("lp/s1/D9/up")]
    assert len(of_stranger) == 11
    assert "491 more like the last ones" in of_stranger[0].reason
    assert all(len(each.source) <= 300 and len(each.raw) <= 4096 for each in aside)


# -- F36 --------------------------------------------------------------------------------------------------------------


@pytest.mark.expects_warnings
@pytest.mark.parametrize("error", [ZeroDivisionError, RecursionError, MemoryError, AssertionError])
def test_a_message_that_breaks_the_decoder_is_tried_once_and_the_stream_goes_on(
    site: SteppedSite, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    real = Payloads.decode
    tries = []

    def breaking(self: Payloads, raw: bytes, **more: object) -> object:
        found = real(self, raw, **more)  # type: ignore[arg-type]
        if b"poison" in raw:
            tries.append(raw)
            raise error
        return found

    monkeypatch.setattr(Payloads, "decode", breaking)
    for number in range(5):
        say(site, "D0", START_US + number * US, pressure=float(number), label=("", "poison")[number == 2])
    site.drain()
    site.abandon()
    site.open()
    site.drain()
    assert len(tries) == 1
    assert [value for _, _, value in site.stored()] == [0.0, 1.0, 3.0, 4.0]
    (aside,) = site.store.quarantined()
    assert aside.reason == f"the decoder failed: {error.__name__}"
    assert site.broker.kept == {}


@pytest.mark.expects_warnings
def test_a_batch_that_breaks_the_judge_is_put_aside_whole_and_the_stream_goes_on(
    site: SteppedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [core.judge, lambda _batch, _ranges: 1 / 0, core.judge]
    monkeypatch.setattr(core, "judge", lambda batch, ranges: calls.pop(0)(batch, ranges))
    for number in range(3):
        say(site, "D0", START_US + number * US, pressure=float(number))
        site.hear()
        site.step()
    assert [value for _, _, value in site.stored()] == [0.0, 2.0]
    (aside,) = site.store.quarantined()
    assert aside.stage == "pipeline"
    assert site.broker.kept == {}
