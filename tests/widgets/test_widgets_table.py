"""The table view: fixed rows, its own few keys, a selection that never slips, rows that hold under the pointer."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from widgets.notices import GlyphState, shared_blink
from widgets.specimens.tables import alarm_rows, alarm_table, device_rows
from widgets.tables import GlyphCell, Row, RowHold, Table, cell_text
from widgets.theme import apply, current, font, load


@pytest.fixture
def table(qtbot) -> Table:
    made = alarm_table(60)
    made.head.set_sorted("", False)
    qtbot.addWidget(made)
    made.setGeometry(200, 200, 1300, 34 * 11)
    made.show()
    return made


def renamed(row: Row, words: str) -> Row:
    """The same row with another message."""
    return Row(key=row.key, cells=(*row.cells[:3], words, *row.cells[4:]), bold=row.bold)


def move(table: Table) -> None:
    """The pointer moves inside the list."""
    where = QPointF(QPoint(40, 40))
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, where, where, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(table.viewport(), event)


def test_rows_have_one_height_at_every_scale(table: Table, qapp: QApplication) -> None:
    assert {table.rowHeight(row) for row in range(60)} == {34}
    apply(qapp, load("light", 1.5))
    assert {table.rowHeight(row) for row in range(60)} == {51}
    assert table.columnWidth(1) == 159


def test_opening_by_enter_and_double_click(table: Table) -> None:
    spy = QSignalSpy(table.opened)
    table.select("a2")
    QTest.keyClick(table, Qt.Key.Key_Return)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 34 * 4 + 10))
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 34 * 4 + 10))
    assert [spy.at(place)[0] for place in range(spy.count())] == ["a2", "a4"]


def test_walking_selects(table: Table) -> None:
    spy = QSignalSpy(table.selected)
    table.select("a0")
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Up)
    assert [spy.at(place)[0] for place in range(spy.count())] == ["a0", "a1", "a2", "a1"]
    assert table.current_key() == "a1"
    table.select("nobody")
    assert table.current_key() == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_S, Qt.Key.Key_C, Qt.Key.Key_Escape, Qt.Key.Key_End])
def test_the_pages_keys_pass_through(table: Table, key: Qt.Key) -> None:
    table.select("a0")
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "s")
    event.accept()
    table.keyPressEvent(event)
    table.keyboardSearch("PT-1205")
    assert not event.isAccepted()
    assert table.current_key() == "a0"


def test_a_vanished_row_leaves_no_neighbour_selected(table: Table) -> None:
    table.select("a1")
    spy = QSignalSpy(table.selected)
    table.row_model().replace([row for row in alarm_rows(60) if row.key != "a1"])
    assert table.current_key() == ""
    assert table.selectionModel().selectedRows() == []
    assert spy.at(spy.count() - 1) == [""]


def test_a_selected_row_stays_selected_when_others_come_and_go(table: Table) -> None:
    table.select("a5")
    table.row_model().replace([*reversed(alarm_rows(70)[5:])])
    assert table.current_key() == "a5"
    assert table.row_model().row_at(table.currentIndex().row()).key == "a5"


def test_sorting_is_asked_only_where_it_is_offered(table: Table) -> None:
    spy = QSignalSpy(table.sort_asked)
    head = table.head
    for column in (1, 3):
        middle = QPoint(head.sectionViewportPosition(column) + 10, 10)
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert [spy.at(place)[0] for place in range(spy.count())] == ["time"]
    head.set_sorted("time", True)
    assert not head.grab().isNull()


def test_visible_keys_are_those_on_screen(table: Table) -> None:
    keys = table.visible_keys()
    assert keys[0] == "a0"
    assert 9 <= len(keys) <= 11
    table.scrollToBottom()
    assert table.visible_keys()[-1] == "a59"
    table.row_model().replace([])
    assert table.visible_keys() == ()


def test_selected_hovered_and_resting_rows_look_different(table: Table) -> None:
    table.select("a0")
    move(table)
    image = table.viewport().grab().toImage()
    seen = [image.pixelColor(700, 34 * row + 10) for row in (0, 1, 2)]
    assert seen[0] == current().you_bg
    assert seen[1] == current().bg3
    assert seen[2] not in (current().you_bg, current().bg3)
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))
    assert table.viewport().grab().toImage().pixelColor(700, 34 + 10) == seen[2]


def test_every_kind_of_cell_and_row_paints(qtbot, table: Table) -> None:
    from widgets.specimens.tables import make_devices

    sheet = make_devices()
    qtbot.addWidget(sheet)
    assert not sheet.grab().isNull()
    assert len(device_rows()) == 8


def test_only_glyph_cells_are_painted_anew_by_the_beat(table: Table, qtbot) -> None:
    qtbot.waitExposed(table)
    before = table.viewport().grab().toImage()
    shared_blink().beat()
    after = table.viewport().grab().toImage()
    differing = {
        x
        for x in range(before.width())
        for y in range(0, before.height(), 3)
        if before.pixel(x, y) != after.pixel(x, y)
    }
    assert differing
    assert max(differing) < table.columnWidth(0)


def test_a_hidden_table_needs_no_beat(table: Table) -> None:
    assert shared_blink().running()
    table.hide()
    assert not shared_blink().running()


def best_cpu_s(work: Callable[[], None]) -> float:
    """The least CPU time of this thread for a piece of work, of several tries."""
    spent = []
    for _ in range(12):
        start = time.thread_time()
        work()
        spent.append(time.thread_time() - start)
    return min(spent)


def test_thirty_rows_repaint_within_their_budget(qtbot) -> None:
    """6 ms for 30 rows (performance.md); said against plainly drawn texts, so that a busy machine does not lie."""
    table = alarm_table(2000)
    qtbot.addWidget(table)
    table.resize(1300, 34 * 31)
    table.show()
    canvas = QImage(1300, 34 * 31, QImage.Format.Format_ARGB32_Premultiplied)
    model = table.row_model()
    words = [[cell_text(cell) for cell in row.cells] for row in model.rows()[:30]]

    def by_hand() -> None:
        with QPainter(canvas) as painter:
            painter.setFont(font())
            for place, texts in enumerate(words):
                for column, said in enumerate(texts):
                    where = QRect(column * 140, place * 34, 140, 34)
                    painter.fillRect(where, current().bg2)
                    painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, said)

    assert len(table.visible_keys()) >= 29
    table.viewport().render(canvas)
    assert best_cpu_s(lambda: table.viewport().render(canvas)) <= 3 * best_cpu_s(by_hand)


def test_while_pointing_rows_change_but_do_not_move(table: Table) -> None:
    hold = RowHold(table)
    held, waiting = QSignalSpy(hold.held), QSignalSpy(hold.waiting)
    old = alarm_rows(60)
    hold.offer(old)
    move(table)
    fresh = alarm_rows(63)
    hold.offer([*fresh[60:], renamed(fresh[0], "back in band"), *fresh[2:60]])
    model = table.row_model()
    assert [row.key for row in model.rows()] == [row.key for row in old]
    assert model.row_at(0).cells[3] == "back in band"
    assert [row.key for row in waiting.at(0)[0]] == ["a60", "a61", "a62"]
    hold.release()
    assert [row.key for row in model.rows()][:4] == ["a60", "a61", "a62", "a0"]
    assert model.place_of("a1") == -1
    assert [held.at(place)[0] for place in range(held.count())] == [True, False]
    assert waiting.at(1) == [()]


def test_end_releases(table: Table) -> None:
    hold = RowHold(table)
    move(table)
    assert hold.holding()
    QTest.keyClick(table, Qt.Key.Key_End)
    assert not hold.holding()


def test_fifteen_seconds_without_movement_release(table: Table) -> None:
    hold = RowHold(table)
    move(table)
    assert hold._timer.interval() == 15_000
    assert hold._timer.isActive()
    hold._timer.timeout.emit()
    assert not hold.holding()


LEAVING: dict[str, Callable[[Table], object]] = {
    "pointer": lambda table: QApplication.sendEvent(table, QEvent(QEvent.Type.Leave)),
    "focus": lambda table: QApplication.sendEvent(table, QFocusEvent(QEvent.Type.FocusOut)),
    "hidden": lambda table: table.hide(),
}


@pytest.mark.parametrize("way", LEAVING)
def test_leaving_the_list_releases(table: Table, way: str) -> None:
    hold = RowHold(table)
    table.clearFocus()
    move(table)
    assert hold.holding()
    LEAVING[way](table)
    assert not hold.holding()


def test_walking_with_keys_holds(table: Table) -> None:
    hold = RowHold(table)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert hold.holding()


def test_entering_holds_but_an_empty_list_shows_what_comes(table: Table) -> None:
    hold = RowHold(table)
    table.row_model().replace([])
    where = QPointF(5, 5)
    QApplication.sendEvent(table, QEnterEvent(where, where, where))
    assert hold.holding()
    hold.offer(alarm_rows(3))
    assert table.row_model().rowCount() == 3
    first = table.row_model().cell(0, 0)
    assert isinstance(first, GlyphCell)
    assert first.state is GlyphState.UNACKNOWLEDGED
