"""What a few letters find, in which order, and how fast among ten thousand."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from app.shell.find.index import Entry, Index

KINDS = ("place", "point")


def point(tag: str, words: str = "", also: str = "") -> Entry:
    return Entry(kind="point", key=tag, title=tag, words=words, page="stations", what=tag, also=also)


def place(name: str, words: str = "") -> Entry:
    return Entry(kind="place", key=name, title=name, words=words, page="stations", what=name)


def found(index: Index, query: str, each: int = 6) -> list[str]:
    return [entry.title for group in index.search(query, KINDS, each=each) for entry in group.found]


SOME = Index(
    [
        point("R12.PT-1202", "Outlet pressure", "出口压力"),
        point("R12.FT-1201", "Outlet flow", "出口流量"),
        point("R11.PT-1102", "Outlet pressure", "出口压力"),
        place("R-12", "Binjiang"),
        place("XV-0417", "Binjiang Avenue main, north isolating valve"),
    ]
)


def test_every_word_must_match_in_any_order() -> None:
    assert found(SOME, "pressure r12") == ["R12.PT-1202"]
    assert found(SOME, "outlet flow") == ["R12.FT-1201"]


def test_the_other_language_finds_too() -> None:
    assert found(SOME, "出口压力 r11") == ["R11.PT-1102"]


def test_kinds_come_in_their_order_and_the_beginning_counts_most() -> None:
    index = Index([point("AXV-1"), point("XV-2"), point("Z.XV-3"), place("MAIN XV")])
    assert found(index, "xv") == ["MAIN XV", "XV-2", "Z.XV-3", "AXV-1"]


def test_letters_in_order_find_with_gaps_after_whole_words() -> None:
    assert "R12.PT-1202" in found(SOME, "r12p02")
    assert "XV-0417" in found(SOME, "xv417")
    assert found(SOME, "zzz") == []


def test_nothing_is_found_by_nothing() -> None:
    assert SOME.search("  ", KINDS, each=6) == ()


def test_no_more_of_a_kind_than_asked_and_the_rest_is_counted() -> None:
    index = Index([point(f"PT-{number:04}") for number in range(50)])
    (group,) = index.search("pt", KINDS, each=6)
    assert (len(group.found), group.more) == (6, 44)


@given(st.text(max_size=12))
def test_any_query_is_answered(query: str) -> None:
    for group in SOME.search(query, KINDS, each=3):
        assert 1 <= len(group.found) <= 3


def test_ten_thousand_points_are_searched_while_one_types() -> None:
    index = Index(
        [
            point(f"S{number // 40:03}.PT-{number:05}", "Outlet pressure after the regulator", "出口压力")
            for number in range(10_000)
        ]
    )
    for query in ("p", "pt", "outlet pressure", "s1pt999", "zq", "s12 pressure", "出口"):
        best = min(_seconds(index, query) for _ in range(3))
        assert best < 0.05, query


def _seconds(index: Index, query: str) -> float:
    began = time.perf_counter()
    index.search(query, KINDS, each=6)
    return time.perf_counter() - began
