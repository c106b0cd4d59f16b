"""Accounts: settled once, into the right year, to the fen, whatever order readings come in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ConfigError
from backend.metering import Books, Tariff, read_tariff
from backend.model.metering import Accounts
from backend.model.quality import GOOD
from backend.model.sample import SampleBatch

HOUR = 3_600_000_000
NOON = int(datetime(2026, 11, 27, 4, tzinfo=UTC).timestamp()) * 1_000_000
NONE = Accounts(
    point=np.zeros(0, np.int32),
    **dict.fromkeys(("index_l", "at", "period", "used_l", "balance_fen", "settled", "held"), np.zeros(0, np.int64)),
)
STEPS = read_tariff(
    json.dumps(
        {
            "steps": [
                {"up_to_m3": 10, "fen_per_m3": 300},
                {"up_to_m3": 20, "fen_per_m3": 360},
                {"fen_per_m3": 450},
            ],
            "opening_fen": 10_000,
        }
    )
)


def books(tariff: Tariff = STEPS) -> Books:
    return Books({"M3": 3, "M7": 7}, tariff, NONE)


def batch(*rows: tuple[int, int, float], quality: int = GOOD) -> SampleBatch:
    """(point, hours, m³)."""
    point, hours, value = zip(*rows, strict=True)
    at = [NOON + each * HOUR for each in hours]
    return SampleBatch.of(point, at, value, [quality] * len(rows), received_at=NOON, source="t")


def take(kept: Books, *rows: tuple[int, int, float]) -> None:
    accounts = kept.settle(batch(*rows))
    assert accounts is not None
    kept.commit(accounts)


def balance(kept: Books, point: int = 3) -> int:
    bill = kept.bill(f"M{point}")
    assert bill is not None
    return bill.balance_fen


def test_the_first_reading_opens_the_account_and_costs_nothing() -> None:
    kept = books()
    assert kept.bill("M3") is None
    take(kept, (3, 0, 1234.5))
    assert balance(kept) == 10_000


def test_what_it_grew_by_is_settled_step_by_step() -> None:
    kept = books()
    take(kept, (3, 0, 100.0), (7, 0, 5.0))
    take(kept, (3, 1, 115.0), (7, 1, 5.0))
    assert (balance(kept), balance(kept, 7)) == (10_000 - 10 * 300 - 5 * 360, 10_000)
    take(kept, (3, 2, 125.0))
    bill = kept.bill("M3")
    assert bill is not None
    assert (bill.amount_fen, bill.price_fen) == (5 * 360 + 5 * 450, 450)


def test_nothing_counts_before_it_is_durable() -> None:
    kept = books()
    take(kept, (3, 0, 100.0))
    assert kept.settle(batch((3, 1, 110.0))) is not None
    assert balance(kept) == 10_000


def test_a_late_reading_is_settled_already() -> None:
    kept = books()
    take(kept, (3, 0, 100.0))
    take(kept, (3, 2, 108.0))
    take(kept, (3, 1, 104.0))
    assert balance(kept) == 10_000 - 8 * 300


def test_several_of_one_meter_in_one_batch_in_any_order() -> None:
    kept = books()
    take(kept, (3, 2, 108.0), (3, 0, 100.0), (7, 0, 1.0), (3, 1, 104.0))
    assert balance(kept) == 10_000 - 8 * 300
    assert kept.totals() == (2, 2, 0)


def test_an_index_that_went_backwards_is_held() -> None:
    kept = books()
    take(kept, (3, 0, 100.0))
    take(kept, (3, 1, 90.0))
    assert (balance(kept), kept.totals()) == (10_000, (1, 0, 1))
    take(kept, (3, 2, 101.0))
    assert balance(kept) == 10_000 - 300


def test_steps_begin_anew_with_the_year_of_the_meters_own_time() -> None:
    kept = books()
    eve = 24 * 34 + 11  # 2026-12-31 23:00 in China
    take(kept, (3, 0, 0.0))
    take(kept, (3, eve, 20.0))
    take(kept, (3, eve + 1, 21.0))
    assert balance(kept) == 10_000 - 10 * 300 - 10 * 360 - 300


def test_bad_values_and_other_points_settle_nothing() -> None:
    kept = books()
    assert kept.settle(batch((4, 0, 1.0), (99, 0, 1.0))) is None
    assert kept.settle(batch((3, 0, 1.0), quality=3)) is None
    assert kept.bill("M4") is None


def test_accounts_go_on_after_a_restart() -> None:
    kept = books()
    take(kept, (3, 0, 100.0))
    settled = kept.settle(batch((3, 1, 112.0)))
    assert settled is not None
    again = Books({"M1": 1, "M3": 3, "M7": 7}, STEPS, settled)
    assert balance(again) == 10_000 - 10 * 300 - 2 * 360
    take(again, (3, 2, 113.0))
    assert balance(again) == 10_000 - 10 * 300 - 3 * 360


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"steps": []}',
        '{"steps": [{"up_to_m3": 5, "fen_per_m3": 1}]}',
        '{"steps": [{"up_to_m3": 5, "fen_per_m3": 1}, {"up_to_m3": 4, "fen_per_m3": 1}, {"fen_per_m3": 1}]}',
        '{"price": 3}',
    ],
)
def test_a_tariff_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="tariff"):
        read_tariff(text)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=30))
def test_no_fen_is_lost_however_often_it_is_settled(grown_l: list[int]) -> None:
    kept = books(Tariff())
    take(kept, (3, 0, 0.0))
    index = 0
    for hour, grown in enumerate(grown_l, 1):
        index += grown
        take(kept, (3, hour, index / 1000))
    assert abs(Fraction(-balance(kept)) - Fraction(index * 310, 1000)) <= Fraction(1, 2)
