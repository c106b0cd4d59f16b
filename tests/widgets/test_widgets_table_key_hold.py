"""Keys that wait: nothing moves while a person points or types, End lets go, and so do 15 s without movement."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.tables import Column, KeyHold, Kind, LazyRows, Row, RowLook, SpanCell, StackedCell, Table, cell_text
from widgets.tables.hold import RELEASE_MS

COLUMNS = (
    Column(key="glyph", title="", width=40, kind=Kind.TEXT),
    Column(key="words", title="Words", width=0),
    Column(key="age", title="Age", width=60, kind=Kind.AGE),
)


class Held:
    """A table of lazy rows and its hold."""

    def __init__(self, qtbot: QtBot) -> None:
        self.rows = LazyRows(COLUMNS, lambda key: Row(key=key, cells=(key, key, key)))
        self.table = Table(self.rows, name="rows")
        self.rows.setParent(self.table)
        self.hold = KeyHold(self.table, self.rows)
        qtbot.addWidget(self.table)
        self.table.resize(400, 300)
        self.table.show()
        self.hold.offer_keys(["a", "b"])

    def point(self) -> None:
        middle = QPointF(self.table.viewport().rect().center())
        QApplication.sendEvent(self.table.viewport(), QEnterEvent(middle, middle, middle))


@pytest.fixture
def held(qtbot: QtBot) -> Held:
    return Held(qtbot)


def test_while_a_person_points_an_order_waits(held: Held) -> None:
    held.table.clearFocus()
    held.point()
    held.hold.offer_keys(["new", "a", "b"])
    assert list(held.rows.keys()) == ["a", "b"]
    QApplication.sendEvent(held.table.viewport(), QEvent(QEvent.Type.Leave))
    assert list(held.rows.keys()) == ["new", "a", "b"]


def test_a_key_holds_and_end_lets_go(held: Held, qtbot: QtBot) -> None:
    qtbot.keyClick(held.table, Qt.Key.Key_Down)
    held.hold.offer_keys(["new", "a", "b"])
    assert list(held.rows.keys()) == ["a", "b"]
    qtbot.keyClick(held.table, Qt.Key.Key_End)
    assert list(held.rows.keys()) == ["new", "a", "b"]


def test_fifteen_seconds_without_movement_let_go(held: Held) -> None:
    held.point()
    held.hold.offer_keys(["b"])
    assert held.hold._timer.interval() == RELEASE_MS == 15_000
    held.hold._timer.timeout.emit()
    assert list(held.rows.keys()) == ["b"]


def test_what_a_person_folds_is_shown_at_once_and_the_rest_goes_on_waiting(held: Held) -> None:
    held.point()
    held.hold.offer_keys(["new", "a", "b"])
    held.hold.alter(["a", "folded", "b"])
    assert list(held.rows.keys()) == ["a", "folded", "b"]
    held.hold.release()
    assert list(held.rows.keys()) == ["new", "a", "b"]


def test_only_whole_rows_count_as_read(held: Held) -> None:
    held.rows.show([str(number) for number in range(50)])
    QApplication.processEvents()
    held.table.verticalScrollBar().setValue(held.table.rowHeight(0) // 2)
    QApplication.processEvents()
    seen, whole = held.table.visible_keys(), held.table.whole_keys()
    assert seen[0] == "0"
    assert whole[0] == "1"
    assert len(whole) < len(seen)


def test_a_spanning_cell_is_painted_over_the_empty_ones_after_it(held: Held) -> None:
    def row(words: str) -> Row:
        return Row(key="g", cells=(None, SpanCell(words=words, end="14 alarms"), None), look=RowLook.GROUP, bold=True)

    held.rows.replace([row("")])
    empty = held.table.grab().toImage()
    held.rows.replace([row("Z-07 Binjiang")])
    assert held.table.grab().toImage() != empty


def test_cells_of_two_parts_say_both() -> None:
    assert (
        cell_text(SpanCell(words="Z-07", note="first out PT-1202", end="3 alarms")) == "Z-07 first out PT-1202 3 alarms"
    )
    assert cell_text(StackedCell(words="Shelved", below="next back 19:05")) == "Shelved, next back 19:05"
    assert cell_text(StackedCell(words="Shelved")) == "Shelved"
