"""Windows stand where they stood: for the person, for the desk, on the same monitor; without it they come home."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.shell.layout import Area, Spot, from_json
from app.shell.page_window import PageWindow
from app.shell.places_kept import PlacesKept
from backend.system import System
from tests.support.city import OPERATOR, PASSWORD
from tests.support.desk import WindowedDesk

pytestmark = pytest.mark.expects_warnings
LEFT = ("left", Area(x=0, y=0, width=1920, height=1080))
RIGHT = ("right", Area(x=1920, y=0, width=1920, height=1080))


def kept(desk: WindowedDesk, owner: str) -> tuple[Spot, ...]:
    """What is stored."""
    return from_json(desk.backend.preferences.read(owner, "layout").result(5))


def pages(desk: WindowedDesk) -> list[str]:
    """What the other windows show."""
    return [window.host.current() for window in desk.shell.windows.others()]


def test_a_layout_is_kept_for_person_and_desk_and_found_again(
    operator: WindowedDesk, silent: System, qtbot: QtBot
) -> None:
    operator.page("alarms")
    operator.shell.windows.detach()
    (window,) = operator.shell.windows.others()
    window.setGeometry(40, 30, 900, 620)
    session = operator.shell.desk.session
    assert session is not None
    owners = (f"person:{session.person}", "desk:desk-a")
    for owner in owners:
        operator.until(
            lambda owner=owner: (
                [spot.area for spot in kept(operator, owner) if spot.page == "alarms"]
                == [Area(x=40, y=30, width=900, height=620)]
            )
        )
    operator.shell.close()
    again = WindowedDesk(silent.backend, qtbot)
    again.sign_in(OPERATOR, PASSWORD)
    again.until(lambda: pages(again) == ["alarms"])
    (found,) = again.shell.windows.others()
    assert (found.geometry().width(), found.geometry().height()) == (900, 620)
    found.close()
    assert again.shell.host.has("alarms")
    again.close()


def test_a_monitor_that_goes_sends_its_windows_home_and_gets_them_back(operator: WindowedDesk) -> None:
    now = [LEFT, RIGHT]
    places = PlacesKept(operator.shell.console, operator.shell, operator.shell.windows, screens=lambda: tuple(now))
    places._person = operator.shell.desk.session.person if operator.shell.desk.session else ""
    operator.page("alarms")
    operator.shell.windows.detach()
    (window,) = operator.shell.windows.others()
    window.setGeometry(2000, 100, 1000, 700)
    places.look()
    now.remove(RIGHT)
    places.rearrange()
    assert right_edge(window) <= 1920
    places.look()
    now.append(RIGHT)
    places.rearrange()
    assert (window.geometry().x(), window.geometry().y()) == (2000, 100)
    places.deleteLater()


def right_edge(window: PageWindow) -> int:
    """Where a window ends."""
    return window.geometry().x() + window.geometry().width()
