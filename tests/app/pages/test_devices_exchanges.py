"""Exchanges as rows: text beside a bar that turns red at the limit, and the six moments of the newest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pages.devices.exchanges import exchange_rows, note_of, seconds_text
from backend.model.exchange import Exchange, ExchangeFigures, HeadEnd
from widgets.tables import BarCell
from widgets.theme import Tone

NEWEST = Exchange(
    device="GM-1",
    kind="civil",
    connected_at=1_000_000,
    authenticated_at=1_002_000,
    sent_at=1_003_000,
    processed_at=1_031_000,
    finished_at=1_040_000,
    closed_at=1_041_000,
)
FIGURES = ExchangeFigures(
    kind="civil", whole=1234, first=99, later=1, broken=2, mean_s=0.031, max_s=12.0, p95_s=1.25, newest=NEWEST
)
HEAD_END = HeadEnd(
    link="meter/x",
    registered=180,
    heard=179,
    open_now=3,
    turned_away=4,
    put_aside=5,
    timed_out=6,
    kinds=(FIGURES,),
)


def row(**changed: float) -> tuple[object, ...]:
    (found,) = exchange_rows([replace(HEAD_END, kinds=(replace(FIGURES, **changed),))])
    return found.cells


def test_a_row_says_how_long_and_at_which_try() -> None:
    cells = row()
    assert [cell for cell in cells if isinstance(cell, str)] == [
        "Household",
        "1,234",
        "31\u2009ms",
        "12.0\u2009s",
        "1.2\u2009s",
        "99.00\u2009%",
        "1",
        "2",
        "0 2 3 31 40 41\u2009ms",
    ]


@pytest.mark.parametrize(
    ("mean_s", "max_s", "tones"),
    [
        (29.9, 59.9, [Tone.NORMAL, Tone.NORMAL]),
        (30.0, 59.9, [Tone.P1, Tone.NORMAL]),
        (29.9, 60.0, [Tone.NORMAL, Tone.P1]),
    ],
)
def test_it_turns_red_at_the_limit(mean_s: float, max_s: float, tones: list[Tone]) -> None:
    bars = [cell for cell in row(mean_s=mean_s, max_s=max_s) if isinstance(cell, BarCell)]
    assert [bar.tone for bar in bars] == tones


def test_before_the_first_there_are_dashes() -> None:
    none = ExchangeFigures(
        kind="ci", whole=0, first=0, later=0, broken=0, mean_s=None, max_s=None, p95_s=None, newest=None
    )
    (found,) = exchange_rows([replace(HEAD_END, kinds=(none,))])
    assert [cell for cell in found.cells if isinstance(cell, str)] == ["Commercial", "0", *"————", "0", "0", "—"]
    assert seconds_text(None) == "—"


def test_the_note_counts_who_was_kept_out() -> None:
    assert note_of([HEAD_END], 0) == "179 of 180 heard · 3 open · 4 turned away · 6 too slow"
    assert note_of([HEAD_END], 2).startswith("2 readings held: index went backwards · 179")
    assert note_of([], 0) == ""
