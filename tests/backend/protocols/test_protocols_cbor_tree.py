"""CBOR against the examples of its own standard (RFC 8949, appendix A), and against what could be done with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import FrameError
from backend.model.quality import GOOD, Cause, Status, quality
from backend.protocols import cbor_tree
from backend.protocols.cbor_tree import read
from backend.protocols.columns import Columns
from backend.protocols.json_payload import Findings, Member, Payloads
from backend.protocols.json_tree import Unusable

UNUSABLE = object()
ARRIVED = 1_768_473_005_000_000

# The table of RFC 8949 appendix A, whole: (diagnostic notation as a Python value, encoded).
APPENDIX_A: list[tuple[object, str]] = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (18446744073709551616, "c249010000000000000000"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-18446744073709551617, "c349010000000000000000"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (0.0, "f90000"),
    (-0.0, "f98000"),
    (1.0, "f93c00"),
    (1.1, "fb3ff199999999999a"),
    (1.5, "f93e00"),
    (65504.0, "f97bff"),
    (100000.0, "fa47c35000"),
    (3.4028234663852886e38, "fa7f7fffff"),
    (1.0e300, "fb7e37e43c8800759c"),
    (5.960464477539063e-8, "f90001"),
    (0.00006103515625, "f90400"),
    (-4.0, "f9c400"),
    (-4.1, "fbc010666666666666"),
    (UNUSABLE, "f97c00"),
    (UNUSABLE, "f97e00"),
    (UNUSABLE, "f9fc00"),
    (UNUSABLE, "fa7f800000"),
    (UNUSABLE, "fa7fc00000"),
    (UNUSABLE, "faff800000"),
    (UNUSABLE, "fb7ff0000000000000"),
    (UNUSABLE, "fb7ff8000000000000"),
    (UNUSABLE, "fbfff0000000000000"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (UNUSABLE, "f7"),
    (UNUSABLE, "f0"),
    (UNUSABLE, "f8ff"),
    ("2013-03-21T20:04:00Z", "c074323031332d30332d32315432303a30343a30305a"),
    ("2013-03-21T20:04:00+00:00", "c11a514b67b0"),
    ("2013-03-21T20:04:00.500000+00:00", "c1fb41d452d9ec200000"),
    (UNUSABLE, "d74401020304"),
    (UNUSABLE, "d818456449455446"),
    (UNUSABLE, "d82076687474703a2f2f7777772e6578616d706c652e636f6d"),
    (UNUSABLE, "40"),
    (UNUSABLE, "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
    ({"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}, "a56161614161626142616361436164614461656145"),
    (UNUSABLE, "5f42010243030405ff"),
    ("streaming", "7f657374726561646d696e67ff"),
    ([], "9fff"),
    ([1, [2, 3], [4, 5]], "9f018202039f0405ffff"),
    ([1, [2, 3], [4, 5]], "9f01820203820405ff"),
    ([1, [2, 3], [4, 5]], "83018202039f0405ff"),
    ([1, [2, 3], [4, 5]], "83019f0203ff820405"),
    (list(range(1, 26)), "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff"),
    ({"a": 1, "b": [2, 3]}, "bf61610161629f0203ffff"),
    (["a", {"b": "c"}], "826161bf61626163ff"),
    ({"Fun": True, "Amt": -2}, "bf6346756ef563416d7421ff"),
]
_INTEGER_KEYS = "a201020304"


@pytest.mark.parametrize(("value", "encoded"), APPENDIX_A, ids=[encoded for _, encoded in APPENDIX_A])
def test_every_example_of_the_standard(value: object, encoded: str) -> None:
    tree = read(b"\xa2\x61v" + bytes.fromhex(encoded) + b"\x61w\x07")
    assert tree["w"] == 7, "a neighbour is never taken along"
    found = UNUSABLE if isinstance(tree["v"], Unusable) else tree["v"]
    assert (found, repr(found)) == (value, repr(value))


@pytest.mark.parametrize(
    "raw",
    [
        _INTEGER_KEYS,
        "",
        "01",
        "80",
        "a1",
        "a16176",
        "a1617601ff",
        "a2617601617602",
        "bf6176ff",
        "a16176f800",
        "a161761c",
        "9bffffffffffffffff",
        "bbffffffffffffffff",
        "7bffffffffffffffff",
        "a161767bffffffffffffffff",
        "a16176" + "81" * 1000 + "01",
        "a16176" + "d9d9f7" * 1000 + "01",
    ],
)
def test_what_is_not_one_whole_valid_map_is_refused(raw: str) -> None:
    with pytest.raises(FrameError):
        read(bytes.fromhex(raw))


@pytest.mark.parametrize(
    "raw",
    [
        "d81c81d81d00",  # a list that holds itself
        "d901008261616161",  # references between texts
        "d8236161",  # a regular expression
        "c48220c249ffffffffffffffffff",  # a decimal fraction
        "d81e820103",  # a rational
        "d9010282f600",  # a set
        "d9cafe00",  # nobody's
        "c27902" + "00" + "31" * 512,  # a large integer that is text
        "c001",  # a time that is a number
        "c11bffffffffffffffff",
        "c1fb7e37e43c8800759c",
        "c16161",
    ],
)
def test_what_stands_under_a_tag_is_not_followed(raw: str) -> None:
    tree = read(b"\xa2\x61v" + bytes.fromhex(raw) + b"\x61w\x07")
    assert isinstance(tree["v"], Unusable)
    assert tree["w"] == 7


def test_a_large_integer_is_not_computed_with() -> None:
    assert read(b"\xa1\x61v\xc2\x59\x10\x00" + b"\xff" * 4096)["v"] == 2**53 + 1


def decoded(raw: str) -> tuple[list[tuple[int, int, float, int]], Findings | None]:
    members = [
        Member(point=0, pointer=("values", "ch4")),
        Member(point=1, pointer=("values", "lid"), switch=True),
    ]
    columns = Columns()
    findings = Payloads({"W1": members}, read=cbor_tree.read).decode(
        bytes.fromhex(raw), received_at=ARRIVED, retained=False, into=columns
    )
    batch = columns.take(received_at=ARRIVED, source="test")
    rows = zip(batch.point.tolist(), batch.at.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True)
    return list(rows), findings


def test_a_device_that_speaks_cbor() -> None:
    # {"t": 1768473000000, "values": {"ch4": 0.5, "lid": true}}
    told = 1_768_473_000_000_000
    assert decoded("a2 6174 1b0000019bc1347840 6676616c756573 a2 63636834 f93800 636c6964 f5") == (
        [(0, told, 0.5, GOOD), (1, told, 1.0, GOOD)],
        None,
    )


def test_a_bad_value_does_not_take_its_neighbour_along() -> None:
    rows, findings = decoded("a2 6174 c11a6968c168 6676616c756573 a2 63636834 f97e00 636c6964 f5")
    assert rows == [(1, 1_768_472_936_000_000, 1.0, GOOD)]
    assert findings == Findings("W1", ("/values/ch4: nan is not a number",))


def test_null_says_that_there_is_no_value() -> None:
    (ch4, lid), findings = decoded("a1 6676616c756573 a2 63636834 f6 636c6964 f4")
    assert findings is None
    assert ch4[3] == quality(Status.BAD, Cause.DEVICE)
    assert lid == (1, ARRIVED, 0.0, GOOD)


@given(st.binary(max_size=60) | st.binary(max_size=30).map(lambda tail: b"\xa2\x61v" + tail))
def test_nothing_but_a_refusal_comes_of_any_bytes(raw: bytes) -> None:
    try:
        tree = read(raw)
    except FrameError:
        return
    assert type(tree) is dict
