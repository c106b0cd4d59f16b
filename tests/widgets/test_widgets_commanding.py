"""What commands are shown with: a piece of network, a fold, a bar that fills, entries of four lines, codes in boxes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget

from widgets.inputs import Button, DigitBoxes
from widgets.mimic import LocatorLine, LocatorMap, LocatorMark, MarkKind, ValveState
from widgets.readouts import ProgressBar, Text
from widgets.surfaces import Disclosure
from widgets.tables import ENTRY_HEIGHT, Column, EntryCell, Kind, Row, RowLook, RowModel, Table, cell_text
from widgets.theme import current


def picture(widget: QWidget) -> QImage:
    QApplication.processEvents()
    return widget.grab().toImage()


def count(image: QImage, colour: QColor) -> int:
    return sum(image.pixelColor(x, y) == colour for x in range(image.width()) for y in range(image.height()))


def test_letters_are_taken_only_where_the_code_has_some(qtbot) -> None:
    digits, both = DigitBoxes(3, name="Number"), DigitBoxes(3, name="Number", letters=True)
    qtbot.addWidget(digits)
    qtbot.addWidget(both)
    QTest.keyClicks(digits, "r12")
    QTest.keyClicks(both, "r1")
    # QTest knows no key for such a letter and would end the process.
    QApplication.sendEvent(both, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, "\u00e4"))
    QTest.keyClicks(both, "2")
    assert digits.digits() == "12"
    assert both.digits() == "R12"


def test_filling_starts_anew_and_says_so(qtbot) -> None:
    boxes = DigitBoxes(4, name="Number")
    qtbot.addWidget(boxes)
    completed = QSignalSpy(boxes.completed)
    boxes.fill("0417")
    boxes.fill("0422")
    boxes.fill("04")
    assert completed.count() == 2
    assert boxes.digits() == "04"


def test_a_fold_hides_its_content_until_it_is_pressed(qtbot) -> None:
    content = Text("to the letter")
    fold = Disclosure("What you sign", content)
    qtbot.addWidget(fold)
    fold.show()
    assert not content.isVisible()
    head = fold.findChild(Button)
    assert head is not None
    with qtbot.waitSignal(fold.toggled):
        QTest.keyClick(head, Qt.Key.Key_Return)
    assert content.isVisible()
    head.click()
    assert not content.isVisible()
    fold.set_words("\u60a8\u7b7e\u7f72\u7684\u5185\u5bb9")
    assert head.words() == "\u60a8\u7b7e\u7f72\u7684\u5185\u5bb9"


@pytest.mark.parametrize(("share", "words"), [(0.4, "40%"), (7.0, "100%"), (-1.0, "0%"), (None, "")])
def test_a_bar_says_how_far_it_is(qtbot, share: float | None, words: str) -> None:
    bar = ProgressBar(name="Travel")
    qtbot.addWidget(bar)
    bar.show_share(0.1)
    bar.show_share(share)
    assert bar.accessibleDescription() == words


def test_an_unknown_share_leaves_the_track_empty(qtbot) -> None:
    bar = ProgressBar(name="Travel")
    qtbot.addWidget(bar)
    bar.resize(100, 6)
    bar.show_share(0.5)
    half = count(picture(bar), current().you)
    bar.show_share(None)
    assert half > 100
    assert count(picture(bar), current().you) == 0


def test_the_thing_is_ringed_and_its_pipes_are_lit(qtbot) -> None:
    locator = LocatorMap(name="Where XV-1 is")
    qtbot.addWidget(locator)
    line = LocatorLine(x1=-300, y1=0, x2=300, y2=0, pipe="mpa")
    locator.show_place([line], (), radius_m=200, state=ValveState.OPEN)
    plain = count(picture(locator), current().you)
    locator.show_place(
        [LocatorLine(x1=-300, y1=0, x2=300, y2=0, pipe="mpa", lit=True)], (), radius_m=200, state=ValveState.OPEN
    )
    assert plain > 50
    assert count(picture(locator), current().you) > 2 * plain


def test_a_partner_beyond_the_edge_is_not_drawn(qtbot) -> None:
    locator = LocatorMap(name="Where XV-1 is")
    qtbot.addWidget(locator)
    locator.show_place((), (), radius_m=200)
    alone = picture(locator)
    far = LocatorMark(x=5000, y=0, kind=MarkKind.VALVE, name="XV-2", partner=True)
    locator.show_place((), [far], radius_m=200)
    assert picture(locator) == alone
    near = LocatorMark(x=120, y=50, kind=MarkKind.VALVE, name="XV-2", partner=True)
    locator.show_place((), [near, LocatorMark(x=0, y=90, kind=MarkKind.WELL)], radius_m=200)
    assert picture(locator) != alone


ENTRY = EntryCell(
    lead="Close",
    tag="XV-0417",
    place="<b>Binjiang</b>",
    effect="3,317 customers lose gas",
    by="Chen",
    time="2:12",
    state="waiting for approval",
    done=3,
    steps=6,
    left=0.5,
    strong=True,
)


def entries(*cells: EntryCell, look: RowLook = RowLook.PLAIN) -> Table:
    model = RowModel((Column(key="entry", title="", width=0, kind=Kind.ENTRY),))
    model.replace([Row(key=str(number), cells=(cell,), look=look) for number, cell in enumerate(cells)])
    table = Table(model, name="Commands", row_height=ENTRY_HEIGHT)
    table.head.hide()
    model.setParent(table)
    table.resize(420, ENTRY_HEIGHT * 2)
    return table


def test_an_entry_says_everything_to_a_screen_reader(qtbot) -> None:
    said = "Close XV-0417 · <b>Binjiang</b> · 3,317 customers lose gas · Chen · waiting for approval · 2:12"
    table = entries(ENTRY)
    qtbot.addWidget(table)
    assert cell_text(ENTRY) == said
    assert table.row_model().data(table.row_model().index(0, 0)) == said


def test_only_an_open_entry_has_a_ring_and_a_step_of_now(qtbot) -> None:
    over = EntryCell(lead="Close", tag="XV-0417", state="verified", done=6, steps=6, time="18:37:20")
    waiting, ended = entries(ENTRY), entries(over, look=RowLook.DIM)
    qtbot.addWidget(waiting)
    qtbot.addWidget(ended)
    assert count(picture(waiting.viewport()), current().you) > 5
    assert count(picture(ended.viewport()), current().you) == 0


def test_a_failed_entry_carries_a_cross_not_a_colour(qtbot) -> None:
    failed = EntryCell(lead="Close", tag="XV-0417", state="not verified", done=5, steps=6, failed=True)
    table = entries(failed)
    qtbot.addWidget(table)
    assert count(picture(table.viewport()), current().you) == 0
