"""Packed columns come back to the bit, few bytes for what varies little, and no other bytes are taken for columns."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.model.quality import GOOD
from backend.store.rolled.packing import decimals_of, pack, unpack

INT64 = st.integers(-(2**63), 2**63 - 1)
INTS = st.one_of(
    st.lists(INT64, max_size=20),
    st.tuples(INT64, st.sampled_from([1, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32])).map(
        lambda pair: [pair[0], min(pair[0] + pair[1], 2**63 - 1), pair[0]]
    ),
)
DECIMAL = st.tuples(st.integers(-(10**7), 10**7), st.integers(0, 5)).map(lambda pair: pair[0] / 10 ** pair[1])
FLOATS = st.lists(st.one_of(st.floats(), DECIMAL, st.sampled_from([-0.0, 5e-324, 1.7e308])), max_size=70)


@given(INTS)
def test_whole_numbers_come_back(numbers: list[int]) -> None:
    column = np.array(numbers, np.int64)
    (back,) = unpack(pack([column]), len(column), "i")
    np.testing.assert_array_equal(back, column)


@given(st.one_of(FLOATS, st.lists(DECIMAL, max_size=70)))
def test_values_come_back_to_the_bit(numbers: list[float]) -> None:
    column = np.array(numbers, np.float64)
    (back,) = unpack(pack([column]), len(column), "f")
    np.testing.assert_array_equal(back.view(np.int64), column.view(np.int64))


def test_a_nan_keeps_its_payload() -> None:
    column = np.array([1.5, struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_BEEF))[0]])
    (back,) = unpack(pack([column]), 2, "f")
    assert back.tobytes() == column.tobytes()


def test_columns_keep_their_order() -> None:
    at, value, quality = np.arange(5), np.linspace(0, 1, 5), np.full(5, GOOD, np.uint8)
    back = unpack(pack([at, value, quality]), 5, "ifi")
    assert [column.tolist() for column in back] == [at.tolist(), value.tolist(), quality.tolist()]


@pytest.mark.parametrize(
    ("values", "decimals"), [([1.0, 250.0], 0), ([0.1, 7.0], 1), ([1.2345], 4), ([1 / 3], None), ([-0.0], None)]
)
def test_how_many_decimals_are_enough(values: list[float], decimals: int | None) -> None:
    assert decimals_of(np.array(values)) == decimals


def test_a_minute_of_a_pressure_takes_few_bytes() -> None:
    """A day of a pressure in 0.1 kPa by the minute."""
    chance = np.random.default_rng(20260115)
    at = np.arange(1440) * 60_000_000
    value = np.round(400 + np.cumsum(chance.normal(0, 0.1, 1440)), 1)
    assert len(pack([at, value, np.full(1440, GOOD, np.uint8)])) < 0.6 * 1440


@pytest.mark.parametrize("kinds", ["i", "iff", "fi"])
def test_other_kinds_are_not_read(kinds: str) -> None:
    body = pack([np.arange(5), np.linspace(0, 1, 5)])
    with pytest.raises((ValueError, struct.error, IndexError)):
        unpack(body, 5, kinds)


def test_other_bytes_are_not_read() -> None:
    with pytest.raises(zlib.error):
        unpack(b"no columns", 5, "i")


def test_an_equal_column_is_only_named() -> None:
    chance = np.random.default_rng(20260115)
    value, other = chance.normal(400, 1, 500), chance.normal(400, 1, 500)
    one = pack([value, other])
    three = pack([value, other, value, value])
    assert len(three) < len(one) + 20
    back = unpack(three, 500, "ffff")
    assert [column.tobytes() for column in back] == [each.tobytes() for each in (value, other, value, value)]
