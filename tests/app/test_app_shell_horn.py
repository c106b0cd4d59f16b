"""The silence button says whether anything sounds; the clock says the day as people do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.formats import day_text
from app.shell.horn_button import HornButton
from app.texts import set_language
from tests.support.clock import START_US


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    set_language("en")


@pytest.mark.parametrize(
    ("sounding", "waiting", "said"),
    [
        (True, True, "The horn sounds."),
        (False, True, "The horn is silenced."),
        (False, False, "Nothing sounds."),
    ],
)
def test_the_button_says_its_state(qtbot: QtBot, sounding: bool, waiting: bool, said: str) -> None:
    button = HornButton()
    qtbot.addWidget(button)
    button.show_state(sounding=not sounding, waiting=not waiting)
    button.show_state(sounding=sounding, waiting=waiting)
    assert button.accessibleName() == "Silence the horn"
    assert button.accessibleDescription() == said
    assert button.toolTip() == f"{said} Silence the horn (Pause)"


def test_the_day_in_both_languages() -> None:
    assert day_text(START_US) == "Thu 15 Jan 2026"
    set_language("zh_CN")
    assert day_text(START_US) == "1月15日 周四"
