"""Exchanges with meters as rows: how long, at which try, red at the limit (Q-02 to Q-04). Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.texts import _
from backend.model.exchange import LONGEST_LIMIT_S, MEAN_LIMIT_S, Exchange, ExchangeFigures, HeadEnd
from widgets.readouts import Span
from widgets.readouts.ages import NO_VALUE, THIN_SPACE, number_text
from widgets.tables import BarCell, Row
from widgets.theme import Tone

_US_PER_MS: Final = 1000


def exchange_rows(head_ends: Iterable[HeadEnd]) -> list[Row]:
    """One row a class: word, whole, mean, maximum, 95 of 100, first try, more tries, broken off, newest."""
    return [
        Row(
            key=f"{head_end.link} {figures.kind}",
            cells=(
                kind_word(figures.kind),
                number_text(figures.whole),
                seconds_text(figures.mean_s),
                _bar(figures.mean_s, MEAN_LIMIT_S),
                seconds_text(figures.max_s),
                _bar(figures.max_s, LONGEST_LIMIT_S),
                seconds_text(figures.p95_s),
                share_text(figures),
                number_text(figures.later),
                number_text(figures.broken),
                steps_text(figures.newest),
            ),
            bold=not figures.within_limits,
        )
        for head_end in head_ends
        for figures in head_end.kinds
    ]


def note_of(head_ends: Iterable[HeadEnd], held: int) -> str:
    """How many meters were heard, and what was kept out. held: readings not settled, their index went backwards."""
    words = [_("{count} readings held: index went backwards").format(count=number_text(held))] if held else []
    return " · ".join(
        [
            *words,
            *(
                _("{heard} of {registered} heard · {open} open · {turned} turned away · {late} too slow").format(
                    heard=number_text(each.heard),
                    registered=number_text(each.registered),
                    open=number_text(each.open_now),
                    turned=number_text(each.turned_away),
                    late=number_text(each.timed_out),
                )
                for each in head_ends
            ),
        ]
    )


def kind_word(kind: str) -> str:
    """The class of a meter."""
    return {"civil": _("Household"), "ci": _("Commercial")}.get(kind, kind)


def seconds_text(seconds: float | None) -> str:
    """A time in s, or in ms where it is short."""
    if seconds is None:
        return NO_VALUE
    if seconds < 1:
        return f"{number_text(seconds * 1000)}{THIN_SPACE}ms"
    return f"{number_text(seconds, 1)}{THIN_SPACE}s"


def share_text(figures: ExchangeFigures) -> str:
    """Part of the readings that came at the first try."""
    share = figures.first_share
    return NO_VALUE if share is None else f"{number_text(share * 100, 2)}{THIN_SPACE}%"


def steps_text(newest: Exchange | None) -> str:
    """The six moments of the newest exchange, in ms after it was connected."""
    if newest is None:
        return NO_VALUE
    moments = (
        newest.authenticated_at,
        newest.sent_at,
        newest.processed_at,
        newest.finished_at,
        newest.closed_at,
    )
    after = (number_text((moment - newest.connected_at) / _US_PER_MS) for moment in moments)
    return f"0 {' '.join(after)}{THIN_SPACE}ms"


def _bar(seconds: float | None, limit_s: float) -> BarCell:
    beyond = seconds is not None and seconds >= limit_s
    return BarCell(
        span=Span(low=0.0, high=limit_s),
        value=seconds,
        words=seconds_text(seconds),
        tone=Tone.P1 if beyond else Tone.NORMAL,
    )
