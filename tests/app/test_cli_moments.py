"""Moments given and shown: always with a zone, to the microsecond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.moments import parse_moment, utc_text
from backend.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-15T10:30:00Z", 1_768_473_000_000_000),
        ("2026-01-15T18:30:00+08:00", 1_768_473_000_000_000),
        ("2026-01-15T18:30:00.250001+08:00", 1_768_473_000_250_001),
        ("2024-02-29T00:00:00+00:00", 1_709_164_800_000_000),
        ("1969-12-31T23:59:59.999999Z", -1),
    ],
)
def test_reads_iso_8601_with_a_zone(text: str, at: int) -> None:
    assert parse_moment(text) == at


@pytest.mark.parametrize("text", ["2026-01-15T10:30:00", "2026-01-15", "20260115T103000"])
def test_refuses_a_moment_without_a_zone(text: str) -> None:
    with pytest.raises(ConfigError, match="does not say in which zone"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-29T00:00:00Z", "1768473000", "", "2026-01-15T25:00:00Z"])
def test_refuses_what_is_no_moment(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a moment"):
        parse_moment(text)


@given(st.integers(-(10**15), 2 * 10**17).filter(bool))
def test_what_is_shown_can_be_given(at: int) -> None:
    assert parse_moment(utc_text(at)) == at


def test_never_and_beyond_all_calendars() -> None:
    assert utc_text(0) == ""
    assert utc_text(2**62) == f"{2**62} us"
