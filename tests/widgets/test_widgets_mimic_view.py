"""The mimic widget: only what changed is painted, arrows and pointer select, nothing overlaps when it is squeezed."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.stations.descriptions import shipped
from widgets.mimic import BoxLook, Look, Mimic, MimicView, PipeState, ValveState
from widgets.mimic.board import Board
from widgets.mimic.description import loop_number
from widgets.notices.blink import shared_blink
from widgets.notices.glyph import GlyphState
from widgets.readouts import Mark, Span
from widgets.theme import apply, load

MIMICS = shipped().mimics
GATE = next(each for each in MIMICS if "gate" in each.serves.kinds)


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> MimicView:
    apply(qapp, load("dark"))
    made = MimicView(name="Process")
    qtbot.addWidget(made)
    made.resize(1420, 480)
    made.set_mimic(GATE, chinese=False)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_arrows_and_pointer_select_and_say_so(view: MimicView, qtbot: QtBot) -> None:
    view.choose("inlet-valve")
    with qtbot.waitSignal(view.selected) as heard:
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert heard.args == ["filter-a"]
    place = view.mapFromScene(view.board().place(GATE.element("heater").at))  # type: ignore[union-attr]
    with qtbot.waitSignal(view.selected) as heard:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert heard.args == ["heater"]
    assert view.chosen() == "heater"
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, view.height() // 2))
    assert view.chosen() == "heater"


def test_a_look_that_says_the_same_is_not_painted_again(view: MimicView, qtbot: QtBot) -> None:
    painted: list[str] = []
    for item in view._elements.values():
        paint = item.paint
        item.paint = lambda *args, paint=paint, item=item: (painted.append(item.id), paint(*args))  # type: ignore[method-assign, misc]
    look = Look(label="XV-101", words="open", tip="open · 1 s", state=ValveState.OPEN)
    view.show_looks({"inlet-valve": look}, {})
    qtbot.waitUntil(lambda: "inlet-valve" in painted)
    QApplication.processEvents()
    painted.clear()
    view.show_looks({"inlet-valve": Look(label="XV-101", words="open", tip="open · 2 s", state=ValveState.OPEN)}, {})
    view.show_looks({"heater": Look(words="heater on", running=True)}, {})
    qtbot.waitUntil(lambda: "heater" in painted)
    assert "inlet-valve" not in painted
    assert "outlet" not in painted
    shown = view.look_of("inlet-valve")
    assert isinstance(shown, Look)
    assert shown.tip == "open · 2 s"


def test_an_alarm_blinks_beside_the_symbol_only_while_it_is_there(view: MimicView) -> None:
    box = BoxLook(label="PDT-103A", number="28", unit="kPa", alarm=(3, GlyphState.UNACKNOWLEDGED))
    view.show_looks({}, {"filter_a_dp": box})
    assert shared_blink().running()
    view.show_looks({}, {"filter_a_dp": BoxLook(label="PDT-103A", number="28", unit="kPa")})
    assert not shared_blink().running()


def test_pipes_keep_their_states_when_the_room_changes(view: MimicView) -> None:
    states = tuple(PipeState.GAS for _pipe in GATE.pipes)
    view.show_pipes(states, tuple("hp" for _pipe in GATE.pipes))
    view.resize(1300, 420)
    QApplication.processEvents()
    assert view.pipe_states() == states


def test_every_quality_can_be_painted(view: MimicView) -> None:
    for mark in Mark:
        view.show_looks({"active-a": Look(label="PCV", mark=mark, share=0.4)}, {"flow": _box(mark)})
        assert not view.grab().isNull()


def _box(mark: Mark) -> BoxLook:
    return BoxLook(label="FT", number="1", unit="m³/h", value=1, span=Span(low=0, high=2), mark=mark, age="3 s")


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.5])
@pytest.mark.parametrize("mimic", MIMICS, ids=lambda each: each.title.en)
def test_squeezed_to_the_narrowest_nothing_overlaps(
    mimic: Mimic, scale: float, qapp: QApplication, qtbot: QtBot
) -> None:
    apply(qapp, load("dark", scale))
    view = MimicView(name="x")
    qtbot.addWidget(view)
    view.set_mimic(mimic, chinese=False)
    board = Board.of(mimic, QSize(10, 10), scale)
    boxes = list(board.boxes.values())
    assert not [pair for pair in combinations(boxes, 2) if pair[0].intersects(pair[1])]
    assert all(each.left() >= 0 and each.right() <= board.width + 1 for each in boxes)
    view.resize(round(mimic.narrowest * scale), round(board.height))
    items = [item.symbol_rect().translated(item.pos()) for item in view._elements.values() if item.element.points]
    clear = [each.adjusted(2, 2, -2, -2) for each in items]
    overlaps = [pair for pair in combinations(clear, 2) if pair[0].intersects(pair[1])]
    assert len(overlaps) <= (mimic.serves.kinds == ("valve-well",))
    apply(qapp, load("dark"))


@pytest.mark.parametrize(
    ("tag", "number"),
    [("ZT-1205A", "1205A"), ("R-11.XV-IN-ZS", "IN"), ("XV-0422.ZS", "0422"), ("PL-01.PT", "01"), ("", "")],
)
def test_a_loop_number_is_read_from_a_tag(tag: str, number: str) -> None:
    assert loop_number(tag) == number
