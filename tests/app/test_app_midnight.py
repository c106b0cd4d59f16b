"""The beginning of a local day, in other zones than this machine's and on both sides of a clock change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from app.formats import midnight
from backend.clock import US

# As POSIX writes zones, so that no table of zones is needed; "-8" is eight hours east.
SHANGHAI = "CST-8"
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts this process into a zone until the test is over."""

    def put(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    with monkeypatch.context() as monkeypatch:
        yield put
    time.tzset()


@pytest.mark.parametrize(
    ("name", "now", "begun"),
    [
        (SHANGHAI, 1_800_000_000, 1_799_942_400),  # 2027-01-15 16:00 there
        (SHANGHAI, 1_799_942_400, 1_799_942_400),
        (SHANGHAI, 1_799_942_399, 1_799_856_000),
        (BERLIN, 1_800_000_000, 1_799_967_600),  # 2027-01-15 09:00 there
        (BERLIN, 1_774_778_400, 1_774_738_800),  # 2026-03-29 12:00 in summer time; the day began in winter time
        (BERLIN, 1_774_742_400, 1_774_738_800),  # 01:00, an hour before the change
        (BERLIN, 1_792_926_000, 1_792_879_200),  # 2026-10-25 12:00 in winter time; the day began in summer time
    ],
)
def test_a_day_begins_at_local_midnight(zone: Callable[[str], None], name: str, now: int, begun: int) -> None:
    zone(name)
    assert midnight(now * US) == begun * US
    assert midnight(now * US + 999_999) == begun * US
