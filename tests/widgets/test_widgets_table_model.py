"""The row model tells exactly what changed, in ranges, whatever list replaces whatever list."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from widgets.notices import GlyphState
from widgets.readouts import Mark
from widgets.tables import Align, Column, GlyphCell, Kind, MarkCell, Row, RowModel, SparkCell, ValueCell, cell_text

COLUMNS = (
    Column(key="tag", title="Tag", width=100, kind=Kind.MONO),
    Column(key="value", title="Value", width=80, kind=Kind.VALUE, align=Align.RIGHT),
)


def row(key: str, value: int = 0) -> Row:
    return Row(key=key, cells=(key, ValueCell(number=str(value), unit="kPa")))


def rows(*keys: str) -> list[Row]:
    return [row(key) for key in keys]


class Listener:
    """Notes every signal of a model as words."""

    def __init__(self, model: RowModel) -> None:
        self.heard: list[str] = []
        model.dataChanged.connect(
            lambda a, b, *_: self.heard.append(f"changed {a.row()}-{b.row()} {a.column()}-{b.column()}")
        )
        model.rowsInserted.connect(lambda _p, a, b: self.heard.append(f"inserted {a}-{b}"))
        model.rowsRemoved.connect(lambda _p, a, b: self.heard.append(f"removed {a}-{b}"))
        model.layoutChanged.connect(lambda *_: self.heard.append("reordered"))
        model.modelReset.connect(lambda: self.heard.append("reset"))


@pytest.fixture
def model(qapp) -> RowModel:
    made = RowModel(COLUMNS)
    made.replace(rows("a", "b", "c", "d"))
    return made


def test_the_same_list_changes_nothing(model: RowModel) -> None:
    listener = Listener(model)
    model.replace(rows("a", "b", "c", "d"))
    assert listener.heard == []


def test_changed_neighbours_are_one_range(model: RowModel) -> None:
    listener = Listener(model)
    model.replace([row("a"), row("b", 1), row("c", 1), row("d")])
    assert listener.heard == ["changed 1-2 0-1"]


def test_changed_strangers_are_ranges_of_their_own(model: RowModel) -> None:
    listener = Listener(model)
    model.update([row("d", 1), row("a", 1), row("unknown", 1)])
    assert listener.heard == ["changed 0-0 0-1", "changed 3-3 0-1"]


def test_new_rows_come_in_ranges(model: RowModel) -> None:
    listener = Listener(model)
    model.replace(rows("x", "y", "a", "b", "c", "z", "d"))
    assert listener.heard == ["inserted 0-1", "inserted 5-5"]


def test_old_rows_leave_in_ranges(model: RowModel) -> None:
    listener = Listener(model)
    model.replace(rows("b"))
    assert listener.heard == ["removed 2-3", "removed 0-0"]


def test_a_new_order_keeps_persistent_indexes_on_their_rows(model: RowModel) -> None:
    kept = QPersistentModelIndex(model.index(0, 1))
    listener = Listener(model)
    model.replace(rows("d", "c", "b", "a"))
    assert listener.heard == ["reordered"]
    assert kept.row() == 3
    assert model.row_at(kept.row()).key == "a"


def test_two_rows_with_one_key_are_refused(model: RowModel) -> None:
    with pytest.raises(ValueError, match="one key"):
        model.replace(rows("a", "a"))
    assert [row.key for row in model.rows()] == ["a", "b", "c", "d"]


KEYS = st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=10)


@given(lists=st.lists(st.tuples(KEYS, st.integers(0, 2)), min_size=2, max_size=5))
@settings(max_examples=150, deadline=None)
def test_any_list_may_replace_any_other(lists: list[tuple[list[str], int]]) -> None:
    model = RowModel(COLUMNS)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    resets = QSignalSpy(model.modelReset)
    for keys, value in lists:
        wanted = tuple(row(key, value) for key in keys)
        model.replace(wanted)
        assert model.rows() == wanted
        assert [model.place_of(key) for key in keys] == list(range(len(keys)))
    assert resets.count() == 0
    del tester


def test_cells_speak_for_screen_readers(model: RowModel) -> None:
    assert model.data(model.index(0, 0)) == "a"
    assert model.data(model.index(0, 1), Qt.ItemDataRole.AccessibleTextRole) == "0\u2009kPa"
    assert model.data(model.index(0, 1), Qt.ItemDataRole.FontRole) is None
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Value"
    assert (model.rowCount(model.index(0, 0)), model.columnCount(model.index(0, 0))) == (0, 0)
    model.set_columns((COLUMNS[0], Column(key="value", title="数值", width=80, kind=Kind.VALUE)))
    assert model.headerData(1, Qt.Orientation.Horizontal) == "数值"


def test_every_cell_has_words() -> None:
    assert cell_text(GlyphCell(priority=1, state=GlyphState.ACKNOWLEDGED, words="P1")) == "P1"
    assert cell_text(MarkCell(mark=Mark.STALE, words="stale")) == "stale"
    assert (cell_text(True), cell_text(False), cell_text(None)) == ("\u2713", "\u2717", "")
    import numpy as np

    assert cell_text(SparkCell(values=np.zeros(3))) == ""
