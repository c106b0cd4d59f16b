"""A lazy list shows any order after any other, makes only what is looked at, and keeps the choice with its row."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from widgets.tables import Column, Kind, LazyRows, Row

COLUMNS = (Column(key="tag", title="Tag", width=100, kind=Kind.MONO),)
orders = st.lists(st.integers(0, 12).map(str), unique=True, max_size=12)


def made(key: str) -> Row | None:
    return Row(key=key, cells=(key,))


def texts(model: LazyRows) -> list[object]:
    return [model.data(model.index(place, 0)) for place in range(model.rowCount())]


@given(st.lists(orders, min_size=2, max_size=4))
@settings(deadline=None)
def test_any_order_after_any_other(lists: list[list[str]]) -> None:
    model = LazyRows(COLUMNS, made)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for keys in lists:
        model.show(keys)
        assert texts(model) == keys
        assert [model.place_of(key) for key in keys] == list(range(len(keys)))
    del tester


@given(orders, orders)
@settings(deadline=None)
def test_a_kept_place_goes_with_its_row(before: list[str], after: list[str]) -> None:
    model = LazyRows(COLUMNS, made)
    model.show(before)
    places = {key: QPersistentModelIndex(model.index(at, 0)) for at, key in enumerate(before)}
    model.show(after)
    assert {key: place.row() for key, place in places.items() if place.isValid()} == {
        key: after.index(key) for key in before if key in after
    }


def test_only_rows_that_are_looked_at_are_made(qapp) -> None:
    asked: list[str] = []

    def make(key: str) -> Row:
        asked.append(key)
        return Row(key=key, cells=(key,))

    model = LazyRows(COLUMNS, make)
    model.show([str(n) for n in range(10_000)])
    model.row_at(4)
    model.row_at(4)
    assert asked == ["4"]
    model.spoil(["4", "9"])
    model.row_at(4)
    assert asked == ["4", "4"]


def test_whatever_changes_a_new_order_is_few_signals(qapp) -> None:
    model = LazyRows(COLUMNS, made)
    model.show([str(n) for n in range(0, 1000, 2)])
    spies = [QSignalSpy(each) for each in (model.rowsInserted, model.rowsRemoved, model.layoutChanged)]
    model.show([str(n) for n in range(0, 1000, 3)])
    assert [spy.count() for spy in spies] == [1, 1, 2]


def test_a_row_that_is_known_no_more_stays_as_it_was(qapp) -> None:
    known = {"a": Row(key="a", cells=("first",))}
    model = LazyRows(COLUMNS, known.get)
    model.show(["a"])
    model.row_at(0)
    del known["a"]
    model.spoil(["a"])
    assert texts(model) == ["first"]


def told_of(model: LazyRows) -> list[tuple[int, int]]:
    """The stretches of rows that change from now on."""
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, _roles: told.append((first.row(), last.row())))
    return told


def test_when_time_has_passed_only_rows_in_sight_that_differ_are_painted(qapp) -> None:
    ages = {str(n): "0 s" for n in range(1000)}
    asked: list[str] = []

    def make(key: str) -> Row:
        asked.append(key)
        return Row(key=key, cells=(ages[key],))

    model = LazyRows(COLUMNS, make)
    model.show(list(ages))
    for place in range(100):
        model.row_at(place)
    told = told_of(model)
    asked.clear()
    ages |= {"3": "1 s", "4": "1 s", "7": "1 s", "50": "1 s"}
    model.renew([str(n) for n in range(10)])
    assert told == [(3, 4), (7, 7)]
    assert len(asked) == 10
    assert model.row_at(50).cells == ("1 s",)


def test_rows_far_apart_are_not_told_of_with_all_between(qapp) -> None:
    model = LazyRows(COLUMNS, made)
    model.show([str(n) for n in range(1000)])
    told = told_of(model)
    model.spoil(["900", "5", "6", "5"])
    assert told == [(5, 6), (900, 900)]
    told.clear()
    model.spoil([str(n) for n in range(0, 1000, 2)])
    assert told == [(0, 998)]
