"""A command on its way is seen from every page; where the window is too low, the page keeps its height."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.commands.on_its_way import OnItsWay
from backend.model.command import Command, CommandState
from tests.support.commands import command
from tests.support.desk import WindowedDesk

# Every link is lost here, and a machine without a sound card logs so once.
pytestmark = pytest.mark.expects_warnings
VALVE = "XV-0417"


def moving(
    desk: WindowedDesk, state: CommandState = CommandState.ACKED, number: int = 1, ended_ago_s: float = 0
) -> Command:
    """A command on that valve, claimed 13 s ago."""
    target = next(each for each in desk.backend.commands.commandable() if each.device == VALVE)
    now = desk.backend.now()
    return command(
        state,
        id_=f"SIM-{number}",
        point=target.point,
        claimed_at=now - 13_000_000,
        ended_at=now - round(ended_ago_s * 1e6),
    )


def strip(desk: WindowedDesk) -> OnItsWay:
    """The one that can be seen, else the shell's."""
    found = [each for each in desk.shell.findChildren(OnItsWay) if each.isVisible()]
    assert len(found) <= 1
    return found[0] if found else desk.shell.on_its_way


def test_it_shows_on_every_page_once_and_leads_to_its_command(operator: WindowedDesk, qtbot: QtBot) -> None:
    operator.page("commands")
    operator.page("stations")
    assert not strip(operator).isVisible()
    operator.hear(moving(operator))
    for page in ("stations", "alarms", "commands"):
        operator.page(page)
        operator.until(lambda: strip(operator).isVisible())
        (shown,) = strip(operator).shown()
        assert shown.words == f"Close {VALVE}"
        assert shown.time.startswith("0:1")
    operator.page("stations")
    row = next(each for each in strip(operator).children() if hasattr(each, "travel") and each.isVisible())
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert operator.shell.current() == "commands"


def test_a_verified_one_keeps_its_tick_for_ten_seconds(operator: WindowedDesk) -> None:
    operator.page("stations")
    operator.hear(moving(operator, CommandState.VERIFIED, ended_ago_s=3))
    (shown,) = strip(operator).shown()
    assert (shown.verified, shown.outcome) == (True, "Verified closed, 10 s")
    operator.hear(moving(operator, CommandState.VERIFIED, ended_ago_s=11))
    assert strip(operator).shown() == ()
    assert not strip(operator).isVisible()


def test_a_failed_one_says_so_in_words(operator: WindowedDesk) -> None:
    operator.page("stations")
    operator.hear(moving(operator, CommandState.FAILED))
    (shown,) = strip(operator).shown()
    assert shown.failed
    assert shown.outcome == "≠ Not verified"


def test_the_newest_three_are_shown(operator: WindowedDesk) -> None:
    operator.page("stations")
    operator.hear(*(moving(operator, number=number) for number in range(5)))
    assert len(strip(operator).shown()) == 3


def test_a_low_window_keeps_its_height_for_the_page(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.hear(moving(operator))
    operator.until(lambda: strip(operator).isVisible())
    operator.shell.resize(1366, 768)
    QApplication.processEvents()
    assert not operator.shell.on_its_way.isVisible()
    assert operator.shell.height() == 768


def test_no_page_squeezes_it(operator: WindowedDesk) -> None:
    operator.bridge.commands.emit([moving(operator)])
    for page in ("stations", "alarms", "trends", "overview"):
        operator.page(page)
        operator.shell.go(page, VALVE)
        operator.until(lambda: strip(operator).isVisible())
        QApplication.processEvents()
        row = next(each for each in strip(operator)._rows if each.isVisible())
        assert row.height() >= row.sizeHint().height(), page
    assert operator.shell.height() == 1080
