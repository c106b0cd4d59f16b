"""Messages of devices, good and hostile: what becomes a sample, what is refused and why."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ConfigError, FrameError
from backend.model.quality import GOOD, Cause, Status, is_good, quality
from backend.model.sample import SampleBatch
from backend.protocols.columns import Columns
from backend.protocols.json_payload import Findings, Member, Payloads

ARRIVED = 1_768_473_005_000_000
TOLD_MS = 1_768_473_000_000
TOLD = TOLD_MS * 1000
CLOCK = quality(Status.UNCERTAIN, Cause.CLOCK)
NO_VALUE = quality(Status.BAD, Cause.DEVICE)

CH4, LEVEL, LID = 0, 1, 2
WELL = Payloads(
    {
        "W1": (
            Member(point=CH4, pointer=("values", "ch4")),
            Member(point=LEVEL, pointer=("values", "level")),
            Member(point=LID, pointer=("values", "lid"), switch=True),
        )
    }
)


def read(
    raw: bytes | dict[str, object], payloads: Payloads = WELL, *, retained: bool = False
) -> tuple[SampleBatch | None, Findings | None]:
    columns = Columns()
    text = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    findings = payloads.decode(text, received_at=ARRIVED, retained=retained, into=columns)
    return (columns.take(received_at=ARRIVED, source="test") if len(columns) else None), findings


def rows(batch: SampleBatch | None) -> list[tuple[int, int, float, int]]:
    assert batch is not None
    return list(zip(batch.point.tolist(), batch.at.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True))


def test_values_become_samples_at_the_devices_time() -> None:
    batch, findings = read({"t": TOLD_MS, "values": {"ch4": 0.4, "level": 120, "lid": 1}})
    assert findings is None
    assert rows(batch) == [(CH4, TOLD, 0.4, GOOD), (LEVEL, TOLD, 120.0, GOOD), (LID, TOLD, 1.0, GOOD)]


def test_a_message_may_hold_only_some_values() -> None:
    batch, findings = read({"t": TOLD_MS, "values": {"level": 7}})
    assert findings is None
    assert rows(batch) == [(LEVEL, TOLD, 7.0, GOOD)]


@pytest.mark.parametrize(("said", "value"), [(True, 1.0), (False, 0.0)])
def test_a_switch_may_be_a_boolean(said: bool, value: float) -> None:
    batch, findings = read({"t": TOLD_MS, "values": {"lid": said}})
    assert findings is None
    assert rows(batch) == [(LID, TOLD, value, GOOD)]


def test_null_says_that_the_device_has_no_value() -> None:
    batch, findings = read({"t": TOLD_MS, "values": {"ch4": None, "level": 3}})
    assert findings is None
    assert batch is not None
    assert batch.quality.tolist() == [NO_VALUE, GOOD]
    assert math.isnan(batch.value[0])


def test_scale_and_offset_are_applied() -> None:
    scaled = Payloads({"D": (Member(point=4, pointer=("p",), scale=0.1, offset=-5.0), Member(point=5, pointer=("s",)))})
    batch, findings = read({"p": 4120, "s": 2}, scaled)
    assert findings is None
    assert rows(batch) == [(4, ARRIVED, pytest.approx(407.0), GOOD), (5, ARRIVED, 2.0, GOOD)]


def test_scaling_out_of_float64_is_refused() -> None:
    scaled = Payloads({"D": (Member(point=4, pointer=("p",), scale=1e300), Member(point=5, pointer=("s",)))})
    batch, findings = read({"p": 1e300, "s": 2}, scaled)
    assert rows(batch) == [(5, ARRIVED, 2.0, GOOD)]
    assert findings == Findings("D", ("/p: too large a number",))


# -- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_time", "at"),
    [
        (TOLD_MS, TOLD),
        (TOLD_MS + 0.25, TOLD + 250),
        ("2026-01-15T10:30:00Z", TOLD),
        ("2026-01-15T18:30:00.000001+08:00", TOLD + 1),
        ("2026-01-15t10:30:00z", TOLD),
        (946_684_800_000, 946_684_800_000_000),
        (ARRIVED // 1000 + 600_000, ARRIVED + 600_000_000),
        (None, ARRIVED),
    ],
)
def test_the_devices_time_is_taken(given_time: object, at: int) -> None:
    batch, findings = read({"t": given_time, "values": {"ch4": 1.5}})
    assert findings is None
    assert rows(batch) == [(CH4, at, 1.5, GOOD)]


def test_without_a_time_the_arrival_stands_in() -> None:
    batch, findings = read({"values": {"ch4": 1.5}})
    assert findings is None
    assert rows(batch) == [(CH4, ARRIVED, 1.5, GOOD)]


@pytest.mark.parametrize(
    "given_time",
    [
        0,
        946_684_799_999,
        -1,
        2**63,
        1e308,
        ARRIVED // 1000 + 600_001,
        "2026-01-15T10:30:00",
        "20260115T103000Z",
        "２０２６-01-15T10:30:00Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "",
        "yesterday",
        True,
        [],
        {},
    ],
)
def test_an_impossible_clock_gives_an_uncertain_sample_at_arrival(given_time: object) -> None:
    batch, findings = read({"t": given_time, "values": {"ch4": 1.5, "level": None}})
    assert findings is not None
    assert findings.clock
    assert not findings.refused
    assert batch is not None
    assert batch.at.tolist() == [ARRIVED, ARRIVED]
    assert batch.quality.tolist() == [CLOCK, NO_VALUE]


def test_a_retained_message_keeps_its_own_time() -> None:
    batch, findings = read({"t": TOLD_MS - 86_400_000, "values": {"ch4": 1.5}}, retained=True)
    assert findings is None
    assert rows(batch) == [(CH4, TOLD - 86_400_000_000, 1.5, GOOD)]


def test_a_retained_message_without_a_time_is_uncertain() -> None:
    batch, findings = read({"values": {"ch4": 1.5}}, retained=True)
    assert rows(batch) == [(CH4, ARRIVED, 1.5, CLOCK)]
    assert findings == Findings("W1", clock="a retained message without the device's time")


def test_members_may_have_times_of_their_own() -> None:
    logger = Payloads(
        {
            "L": (
                Member(point=0, pointer=("p", "v"), time_pointer=("p", "t")),
                Member(point=1, pointer=("q", "v"), time_pointer=("q", "t")),
                Member(point=2, pointer=("x",), time_pointer=()),
            )
        }
    )
    batch, findings = read({"p": {"v": 1.0, "t": TOLD_MS}, "q": {"v": 2.0, "t": TOLD_MS - 1000}, "x": 3.0}, logger)
    assert findings is None
    assert rows(batch) == [(1, TOLD - 1_000_000, 2.0, GOOD), (0, TOLD, 1.0, GOOD), (2, ARRIVED, 3.0, GOOD)]


# -- quality and identity -------------------------------------------------------------------------------------------


def test_the_device_may_judge_its_values() -> None:
    batch, findings = read(
        {"t": TOLD_MS, "values": {"ch4": 1.5, "level": 2, "lid": 0}, "q": {"ch4": "bad", "level": "uncertain"}}
    )
    assert findings is None
    assert batch is not None
    assert batch.quality.tolist() == [NO_VALUE, quality(Status.UNCERTAIN, Cause.DEVICE), GOOD]
    assert batch.value.tolist() == [1.5, 2.0, 0.0]


def test_one_word_judges_the_whole_message() -> None:
    batch, findings = read({"t": TOLD_MS, "values": {"ch4": 1.5, "level": 2}, "q": "bad"})
    assert findings is None
    assert batch is not None
    assert batch.quality.tolist() == [NO_VALUE, NO_VALUE]


@pytest.mark.parametrize("word", ["GOOD", "ok", 1, True, [], "ｇｏｏｄ"])
def test_an_unknown_quality_vouches_for_nothing(word: object) -> None:
    batch, findings = read({"t": TOLD_MS, "values": {"ch4": 1.5}, "q": word})
    assert batch is not None
    assert batch.quality.tolist() == [NO_VALUE]
    assert findings is not None
    assert "unknown" in findings.refused[0]


def test_a_value_named_q_is_a_value() -> None:
    flow = Payloads({"F": (Member(point=0, pointer=("q",)),)})
    batch, findings = read({"q": 12.5}, flow)
    assert findings is None
    assert rows(batch) == [(0, ARRIVED, 12.5, GOOD)]


def test_the_device_may_name_itself() -> None:
    batch, findings = read({"device": "W1", "t": TOLD_MS, "values": {"ch4": 1.5}})
    assert findings is None
    assert rows(batch) == [(CH4, TOLD, 1.5, GOOD)]


@pytest.mark.parametrize("name", ["W2", "", "w1", "W1 ", "W1\u0000", 1, None, True, ["W1"], {"W1": 1}])
def test_speaking_for_another_device_is_an_identity_clash(name: object) -> None:
    batch, findings = read({"device": name, "t": TOLD_MS, "values": {"ch4": 1.5}})
    assert batch is None
    assert findings is not None
    assert findings.clash
    assert findings.refused[0].startswith("identity clash: speaks for device ")
    assert findings.refused[0].isascii()


def test_a_shared_topic_needs_the_devices_name() -> None:
    shared = Payloads({"A": (Member(point=0, pointer=("v",)),), "B": (Member(point=1, pointer=("v",)),)})
    batch, findings = read({"device": "B", "v": 2.0}, shared)
    assert findings is None
    assert rows(batch) == [(1, ARRIVED, 2.0, GOOD)]
    with pytest.raises(FrameError, match="names none"):
        read({"v": 2.0}, shared)
    batch, findings = read({"device": "C", "v": 2.0}, shared)
    assert batch is None
    assert findings is not None
    assert findings.clash


def test_a_value_needs_a_pointer() -> None:
    with pytest.raises(ConfigError, match="pointer"):
        Payloads({"A": (Member(point=0, pointer=()),)})


# -- hostile messages ------------------------------------------------------------------------------------------------

BAD_MEMBERS = {
    "boolean for an analogue point": (b"true", "true or false where a number is expected"),
    "text for a number": (b'"1.5"', "text where a number is expected"),
    "full-width digits in text": ('"１２"'.encode(), "text where a number is expected"),
    "NaN": (b"NaN", "NaN is not a number"),
    "Infinity": (b"Infinity", "Infinity is not a number"),
    "minus Infinity": (b"-Infinity", "-Infinity is not a number"),
    "beyond float64": (b"1e400", "too large a number"),
    "integer beyond 2^53": (b"9007199254740993", "integer beyond 2^53"),
    "negative integer beyond 2^53": (b"-9007199254740993", "integer beyond 2^53"),
    "2^63": (b"9223372036854775808", "integer beyond 2^53"),
    "integer of 400 digits": (b"9" * 400, "integer beyond 2^53"),
    "integer of 5,000 digits": (b"9" * 5000, "integer beyond 2^53"),
    "a list": (b"[1]", "a list where a number is expected"),
    "an object": (b'{"v": 1}', "an object where a number is expected"),
    "named twice": (b'1.5, "ch4": 1.5', "stands twice"),
    "named twice, once by an escape": (b'1.5, "\\u0063h4": 1.5', "stands twice"),
    "a lone surrogate": (b'"\\ud800"', "text where a number is expected"),
    "NUL in text": (b'"\\u0000"', "text where a number is expected"),
}


@pytest.mark.parametrize("name", BAD_MEMBERS)
def test_a_bad_member_is_refused_and_its_neighbours_are_kept(name: str) -> None:
    text, reason = BAD_MEMBERS[name]
    batch, findings = read(b'{"t": %d, "values": {"level": 120, "ch4": %s, "lid": true}}' % (TOLD_MS, text))
    assert findings == Findings("W1", (f"/values/ch4: {reason}",))
    assert rows(batch) == [(LEVEL, TOLD, 120.0, GOOD), (LID, TOLD, 1.0, GOOD)]


BAD_MESSAGES = {
    "nothing": b"",
    "blank": b"  ",
    "NUL": b"\x00",
    "NUL after the object": b'{"values": {"ch4": 1.5}}\x00',
    "NUL inside text": b'{"values": {"ch4": 1.5}, "name": "\x00"}',
    "byte order mark": b'\xef\xbb\xbf{"values": {"ch4": 1.5}}',
    "UTF-16": '{"values": {"ch4": 1.5}}'.encode("utf-16"),
    "bad UTF-8": b'{"values": {"ch4": 1.5}, "name": "\xff"}',
    "surrogate in UTF-8": b'{"values": {"ch4": 1.5}, "name": "\xed\xa0\x80"}',
    "overlong UTF-8": b'{"values": {"ch4": 1.5}, "name": "\xc0\x80"}',
    "full-width digits": '{"values": {"ch4": １}}'.encode(),
    "leading zero": b'{"values": {"ch4": 01}}',
    "hexadecimal": b'{"values": {"ch4": 0x10}}',
    "single quotes": b"{'values': {'ch4': 1}}",
    "a comma too many": b'{"values": {"ch4": 1},}',
    "cut off": b'{"values": {"ch4": 1',
    "two objects": b'{"values": {"ch4": 1}}{"values": {"ch4": 1}}',
    "a list": b'[{"values": {"ch4": 1}}]',
    "a number": b"5",
    "a text": b'"ch4"',
    "null": b"null",
    "depth 100,000": b"[" * 100_000 + b"]" * 100_000,
    "depth 40,000 of objects": b'{"values":' * 40_000 + b"1" + b"}" * 40_000,
    "open brackets only": b"[" * 200_000,
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_what_is_no_json_object_is_refused_whole(name: str) -> None:
    columns = Columns()
    with pytest.raises(FrameError):
        WELL.decode(BAD_MESSAGES[name], received_at=ARRIVED, retained=False, into=columns)
    assert len(columns) == 0


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"t": 1768473000000}', "none of the device's values is in the message"),
        (b'{"t": 1768473000000, "values": {}}', "none of the device's values is in the message"),
        (b'{"t": 1768473000000, "values": [1, 2]}', "/values: a list where an object is expected"),
        (b'{"t": 1768473000000, "values": null}', "/values: null where an object is expected"),
        (b'{"values": {"ch4": 1}, "values": {"ch4": 2}}', "/values: stands twice"),
    ],
)
def test_a_message_without_a_usable_value_says_so(raw: bytes, reason: str) -> None:
    batch, findings = read(raw)
    assert batch is None
    assert findings == Findings("W1", (reason,))


def test_a_doubled_time_is_not_believed() -> None:
    batch, findings = read(b'{"t": 1768473000000, "t": 1768473000001, "values": {"ch4": 1.5}}')
    assert rows(batch) == [(CH4, ARRIVED, 1.5, CLOCK)]
    assert findings is not None
    assert findings.clock


def test_a_doubled_device_name_is_an_identity_clash() -> None:
    _, findings = read(b'{"device": "W2", "device": "W1", "values": {"ch4": 1.5}}')
    assert findings is not None
    assert findings.clash


def test_members_nobody_asked_for_do_no_harm() -> None:
    batch, findings = read(
        b'{"fw": "2.1", "fw": NaN, "x": [{"a": 1, "a": 2}], "t": 1768473000000, "values": {"ch4": 1.5, "y": 1e999}}'
    )
    assert findings is None
    assert rows(batch) == [(CH4, TOLD, 1.5, GOOD)]


# -- any message -----------------------------------------------------------------------------------------------------

_numbers = st.one_of(
    st.floats(), st.integers(), st.sampled_from([2**53, -(2**53), 2**53 + 1, 10**400, 5e-324, -0.0, 1.7e308])
)
_any = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(st.sampled_from(["t", "q", "device", "values", "ch4", "level", "lid"]), st.text()), inner
        ),
    ),
    max_leaves=20,
)
_shaped = st.fixed_dictionaries(
    {},
    optional={
        "t": st.one_of(_any, st.integers(TOLD_MS - 10**9, TOLD_MS + 10**9)),
        "values": st.fixed_dictionaries({}, optional={"ch4": _any, "level": _any, "lid": _any}),
        "q": _any,
        "device": st.one_of(st.just("W1"), _any),
    },
)


def holds(batch: SampleBatch | None) -> None:
    """A good value is a number, a time is possible, and the columns are of one length."""
    assert batch is not None
    assert len({len(batch.point), len(batch.at), len(batch.value), len(batch.quality)}) == 1
    good = np.asarray([is_good(code) for code in batch.quality.tolist()])
    assert np.isfinite(batch.value[good]).all()
    assert (batch.at >= 946_684_800_000_000).all()
    assert (batch.at <= ARRIVED + 600_000_000).all()
    assert (np.diff(batch.at) >= 0).all()


def try_read(raw: bytes) -> SampleBatch:
    """Decode; a refusal gives an empty batch. Anything but a FrameError fails the test."""
    columns = Columns()
    columns.add(np.asarray([9], np.int32), ARRIVED, [0.0], GOOD)
    try:
        WELL.decode(raw, received_at=ARRIVED, retained=False, into=columns)
    except FrameError:
        assert len(columns) == 1
    return columns.take(received_at=ARRIVED, source="test")


@given(st.one_of(_any, _shaped))
def test_any_json_never_raises_and_never_gives_a_good_nan(message: object) -> None:
    holds(try_read(json.dumps(message).encode()))


@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes_never_raise(raw: bytes) -> None:
    holds(try_read(raw))


@given(_shaped, st.data())
def test_a_damaged_message_never_raises(message: dict[str, object], data: st.DataObject) -> None:
    raw = bytearray(json.dumps(message).encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    holds(try_read(bytes(raw)))


@given(st.dictionaries(st.sampled_from(["ch4", "level"]), st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_good_numbers_come_through_unchanged(values: dict[str, float]) -> None:
    batch, findings = read({"t": TOLD_MS, "values": values})
    assert findings is None
    assert batch is not None
    names = {CH4: "ch4", LEVEL: "level"}
    assert {
        names[point]: value for point, value in zip(batch.point.tolist(), batch.value.tolist(), strict=True)
    } == values
