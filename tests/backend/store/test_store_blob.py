"""A group of samples as bytes: the layout, the digest, and not one changed bit believed."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.model.sample import SampleBatch
from backend.store import blob
from backend.store.latest import Latest
from backend.store.schema import storable

BATCH = SampleBatch.of([3, 1], [1_000, -5], [1.5, float("-inf")], [0xC0, 0x07], received_at=2_000, source="R-12")
BODY = bytes.fromhex(
    "4c505342 0100 0000 02000000 00000000"
    "e803000000000000 fbffffffffffffff"
    "000000000000f83f 000000000000f0ff"
    "03000000 01000000"
    "c0 07"
)


def unpacked(**changed: object) -> SampleBatch:
    """The group of BATCH, or of one changed."""
    row = asdict(blob.pack(BATCH)) | changed
    return blob.unpack(
        **{name: row[name] for name in ("body", "digest", "first_at", "last_at", "n", "received_at", "source")}
    )


def same(one: SampleBatch, other: SampleBatch) -> bool:
    """Equal to the bit, NaN included."""
    return (
        blob.encode(one) == blob.encode(other) and one.received_at == other.received_at and one.source == other.source
    )


def test_the_layout_is_as_written_down() -> None:
    group = blob.pack(BATCH)
    assert group.body == BODY
    assert (group.first_at, group.last_at, group.low_point, group.high_point, group.n) == (-5, 1_000, 1, 3, 2)
    assert group.digest == hashlib.sha256(struct.pack("<qqqI", -5, 1_000, 2_000, 2) + b"R-12" + BODY).digest()
    assert same(unpacked(), BATCH)


@pytest.mark.parametrize("at", range(len(BODY)))
def test_a_changed_byte_is_never_believed(at: int) -> None:
    for bit in range(8):
        body = bytearray(BODY)
        body[at] ^= 1 << bit
        with pytest.raises(blob.DamagedError, match="its digest does not match"):
            unpacked(body=bytes(body))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("first_at", -4), ("last_at", 1_001), ("n", 1), ("n", 3), ("received_at", 2_001), ("source", "R-13")),
        *(("digest", bytes(32)), ("digest", b""), ("digest", None), ("body", b""), ("body", BODY[:-1])),
        *(("body", None), ("body", "text"), ("source", b"R-12"), ("n", "2"), ("first_at", None), ("source", None)),
    ],
)
def test_a_changed_fact_of_its_row_is_never_believed(name: str, value: object) -> None:
    with pytest.raises(blob.DamagedError):
        unpacked(**{name: value})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"LPSX" + BODY[4:], "format"),
        (BODY[:4] + b"\x02\x00" + BODY[6:], "its format 2 is unknown"),
        (BODY + b"\x00", "its length does not fit"),
        (BODY[:8] + b"\x03" + BODY[9:], "its length does not fit"),
    ],
)
def test_a_digest_alone_is_not_enough(body: bytes, reason: str) -> None:
    digest = blob.digest_of(body, -5, 1_000, 2_000, 2, "R-12")
    with pytest.raises(blob.DamagedError, match=reason):
        unpacked(body=body, digest=digest)


@pytest.mark.parametrize(
    ("seconds", "span"),
    [
        (0, 0),
        (1, 0),
        (1.1, 1),
        (60, 1),
        (61, 2),
        (3600, 2),
        (3601, 3),
        (86400, 3),
        (86401, 4),
        (2592000, 4),
        (2592001, 5),
    ],
)
def test_the_class_of_a_span(seconds: float, span: int) -> None:
    assert blob.span_of(7, 7 + round(seconds * 1_000_000)) == span


int64 = st.integers(-(2**63), 2**63 - 1)
samples = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(-(2**61), 2**61), st.floats(), st.integers(0, 255)), min_size=1
)


@given(samples, int64, st.text())
def test_what_is_packed_comes_back_to_the_bit(
    rows: list[tuple[int, int, float, int]], received_at: int, source: str
) -> None:
    columns = list(zip(*rows, strict=True))
    batch = SampleBatch.of(*columns, received_at=received_at, source=source)
    group = asdict(blob.pack(batch))
    for name in ("span", "low_point", "high_point"):
        del group[name]
    assert same(blob.unpack(**group), replace(batch, source=storable(source)))


few = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.floats(0, 9), st.integers(0, 255)), max_size=12)


@given(st.lists(few, max_size=6))
def test_the_newest_of_each_point_is_what_a_plain_loop_finds(batches: list[list[tuple[int, int, float, int]]]) -> None:
    latest = Latest()
    expected: dict[int, tuple[int, float, int]] = {}
    for rows in batches:
        columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
        latest.fold(SampleBatch.of(*columns, received_at=0, source=""))
        for point, at, value, quality in rows:
            older = expected.get(point)
            expected[point] = (at, value, quality) if older is None or at >= older[0] else older
    found = latest.batch()
    assert found.point.tolist() == sorted(expected)
    assert list(zip(found.at.tolist(), found.value.tolist(), found.quality.tolist(), strict=True)) == [
        expected[point] for point in sorted(expected)
    ]


def test_the_newest_of_points_far_apart() -> None:
    latest = Latest()
    for point in (0, 1023, 1024, 100_000):
        latest.fold(SampleBatch.of([point], [point], [0.5], [1], received_at=point, source=""))
    found = latest.batch()
    assert found.point.tolist() == [0, 1023, 1024, 100_000]
    assert found.received_at == 100_000
    assert found.at.dtype == np.int64
