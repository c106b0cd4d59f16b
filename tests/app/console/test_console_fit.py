"""Nothing is clipped or overlaps: every page and dialog, small and large window, both languages, 100 and 115 %."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.approve import ApproveDialog
from app.dialogs.request import RequestDialog
from app.dialogs.shelve import ShelveDialog
from app.texts import set_language
from backend.model.command import CommandState
from backend.system import System
from tests.support.city import OPERATOR, PASSWORD, City
from tests.support.commands import command
from tests.support.desk import WindowedDesk
from widgets.inputs import HoldButton
from widgets.readouts import Text
from widgets.theme import Painted, apply, load

SIZES = [(1366, 768, 1.0), (1920, 1080, 1.0), (1920, 1080, 1.15)]
IDS = ["1366x768", "1920x1080", "1920x1080 at 115 %"]
LANGUAGES = ["en", "zh_CN"]


def clipped(root: QWidget) -> list[tuple[str, str, str]]:
    ours = [
        each for each in root.findChildren(QWidget) if isinstance(each, Text | Painted | QAbstractButton | QLineEdit)
    ]
    seen = [each for each in ours if each.isVisible() and not (isinstance(each, Text) and not each.text())]
    assert len(seen) > 5
    return [(type(each).__name__, each.accessibleName(), str(each.size())) for each in seen if is_clipped(each)]


def is_clipped(widget: QWidget) -> bool:
    needed = widget.minimumSizeHint()
    short = isinstance(widget, Text) and widget.height() < widget.heightForWidth(widget.width())
    return short or widget.width() < needed.width() or widget.height() < needed.height()


def overlapping(root: QWidget) -> list[tuple[str, str]]:
    """Texts and controls that lie over one another."""
    leaves = [
        each
        for each in root.findChildren(QWidget)
        if isinstance(each, Text | QAbstractButton | QLineEdit) and each.isVisible() and each.width() and each.height()
    ]
    places = [(each, shown_part(each, root)) for each in leaves]
    return [
        (one.accessibleName() or str(one.property("text")), other.accessibleName() or str(other.property("text")))
        for (one, here), (other, there) in combinations(places, 2)
        if here.intersects(there) and not one.isAncestorOf(other) and not other.isAncestorOf(one)
    ]


def shown_part(widget: QWidget, root: QWidget) -> QRect:
    """Where it can be seen: what a scrolled area cuts off lies over nothing."""
    part = QRect(widget.mapTo(root, widget.rect().topLeft()), widget.size())
    holder = widget.parentWidget()
    while holder is not None and holder is not root:
        part = part.intersected(QRect(holder.mapTo(root, holder.rect().topLeft()), holder.size()))
        holder = holder.parentWidget()
    return part


@pytest.fixture
def scaled(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[tuple[int, int]]:
    width, height, scale = request.param
    apply(qapp, load("dark", scale))
    yield width, height
    apply(qapp, load("dark"))


@pytest.fixture
def window(scaled: tuple[int, int], language: str, silent: System, qtbot: QtBot) -> Iterator[WindowedDesk]:
    set_language(language)
    made = WindowedDesk(silent.backend, qtbot, size=scaled)
    yield made
    made.close()


@pytest.mark.expects_warnings
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scaled", SIZES, ids=IDS, indirect=True)
def test_pages_fit(scaled: tuple[int, int], window: WindowedDesk) -> None:
    assert clipped(window.dialogs()[0]) == []
    window.sign_in(OPERATOR, PASSWORD)
    window.until(lambda: len(window.shell.banner.rows_spoken()) == 2)
    for key in window.shell.page_keys():
        page = window.page(key)
        # A value that has just grown is laid out in the next turn of the loop.
        window.until(lambda: clipped(window.shell) == [])
        assert overlapping(page) == [], key
    window.page("alarms")
    lost = next(each for each in window.alarms() if each.config.condition == "lost")
    window.shell.go("alarms", lost.config.key)
    window.until(lambda: clipped(window.shell) == [])
    window.press(Qt.Key.Key_S)
    QApplication.processEvents()
    assert clipped(window.one(ShelveDialog)) == []
    assert (window.shell.width(), window.shell.height()) == scaled


@pytest.mark.expects_warnings
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scaled", SIZES, ids=IDS, indirect=True)
def test_commands_in_every_state_fit(scaled: tuple[int, int], window: WindowedDesk) -> None:
    window.sign_in(OPERATOR, PASSWORD)
    page = window.page("commands")
    point = next(each for each in window.backend.commands.commandable() if each.device == "XV-0417").point
    now = window.backend.now()
    made = [
        command(
            state,
            id_=f"SIM-20260115-{number:06d}",
            point=point,
            reason="Isolate a leak or line break: gas in the well, seen by the patrol",
            note="the device did not answer in time",
            claimed_at=now - 40_000_000,
            ended_at=now,
        )
        for number, state in enumerate(CommandState)
    ]
    window.hear(*made)
    for each in made:
        window.shell.go("commands", each.content.id)
        window.until(lambda: clipped(page) == [])
        assert overlapping(page) == [], each.state
    assert (window.shell.width(), window.shell.height()) == scaled


@pytest.mark.expects_warnings
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scaled", SIZES[:1], ids=IDS[:1], indirect=True)
def test_every_layout_of_the_alarm_page_fits(scaled: tuple[int, int], window: WindowedDesk) -> None:
    window.sign_in(OPERATOR, PASSWORD)
    window.until(lambda: len(window.shell.banner.rows_spoken()) == 2)
    page = window.page("alarms")
    for what in ("history", "statistics", "priority:1", "priority:3", "active"):
        window.shell.go("alarms", what)
        window.until(lambda: clipped(page) == [])
        assert overlapping(page) == [], what
    assert (window.shell.width(), window.shell.height()) == scaled


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scaled", SIZES, ids=IDS, indirect=True)
def test_command_dialogs_fit(
    scaled: tuple[int, int], far: City, live: WindowedDesk, qtbot: QtBot, language: str
) -> None:
    live.shell.resize(*scaled)
    live.sign_in(OPERATOR, PASSWORD)
    set_language(language)
    live.shell.retranslate()
    target = next(each for each in live.backend.commands.commandable() if each.device == "XV-0422")
    live.page("commands")
    live.shell.go("commands", f"prepare:{target.point}")
    request = live.one(RequestDialog)
    request.choose("close", "isolate")
    live.until(request.may_reserve, 20_000)
    live.until(lambda: clipped(request) == [])
    assert overlapping(request) == []
    request.reserve()
    live.until(request.may_confirm)
    request.type_code(target.short_code)
    live.until(lambda: clipped(request) == [])
    assert overlapping(request) == []
    holder = request.findChildren(HoldButton)[0]
    holder.setFocus()
    qtbot.keyPress(holder, Qt.Key.Key_Return)
    live.until(lambda: live.backend.commands.snapshot()[0].state is CommandState.AWAITING_APPROVAL)
    live.until(lambda: live.dialogs() == [])
    live.until(lambda: clipped(live.shell) == [])
    live.shell.desk.close()
    set_language("en")
    login, _code = far.phones.next_code(live.backend.now())
    live.sign_in(login, PASSWORD)
    set_language(language)
    live.shell.retranslate()
    live.shell.go("commands", f"approve:{live.backend.commands.snapshot()[0].content.id}")
    approval = live.one(ApproveDialog)
    live.until(approval.may_sign)
    approval.fill(target.short_code, "wrong", "123456")
    live.until(lambda: approval.checked() and clipped(approval) == [])
    assert overlapping(approval) == []
    assert approval.height() <= live.shell.height()
    assert (live.shell.width(), live.shell.height()) == scaled
