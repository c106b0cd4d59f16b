"""Console windows: on a backend whose field does not answer, and on one with the pretend field behind it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.people_cli import create_account
from app.shell.page_window import PageWindow
from app.shell.window import Shell
from backend.model.event import LinkState
from backend.system import System
from tests.support.city import OPERATOR, PASSWORD, City
from tests.support.desk import WindowedDesk
from widgets.theme import apply, load

SILENT_LINKS = 6


@pytest.fixture(autouse=True)
def dark(qapp: QApplication) -> None:
    apply(qapp, load("dark"))


@pytest.fixture(scope="session")
def staffed(made_sites: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small city without a field, with an operator; not to be changed."""
    folder = tmp_path_factory.mktemp("staffed") / "site"
    shutil.copytree(made_sites / "city", folder)
    create_account(folder, OPERATOR, name="Chen Wei", role="operator", password=PASSWORD)
    return folder


@pytest.fixture
def silent(staffed: Path, tmp_path: Path) -> Iterator[System]:
    """A running backend whose devices do not answer: every link is alarmed as lost."""
    system = System(Path(shutil.copytree(staffed, tmp_path / "site")))
    system.start()
    yield system
    system.stop()


@pytest.fixture
def desk(silent: System, qtbot: QtBot) -> Iterator[WindowedDesk]:
    """Nobody signed in, every link lost and alarmed."""
    window = WindowedDesk(silent.backend, qtbot)
    window.until(lambda: sum(each.config.condition == "lost" for each in window.alarms()) == SILENT_LINKS)
    yield window
    window.close()


@pytest.fixture
def operator(desk: WindowedDesk) -> WindowedDesk:
    """The operator is signed in at the silent city."""
    desk.sign_in(OPERATOR, PASSWORD)
    return desk


@pytest.fixture(scope="session")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The pretend field of the small city as a process of its own."""
    city = City(tmp_path_factory.mktemp("far"))
    yield city
    city.stop()


@pytest.fixture
def live(far: City, tmp_path: Path, qtbot: QtBot) -> Iterator[WindowedDesk]:
    """A console on the pretend field, every link up, nobody signed in."""
    system = System(far.copied_to(tmp_path / "site"))
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    window.until(lambda: {each.state for each in system.backend.links.snapshot()} == {LinkState.UP}, 20_000)
    yield window
    window.close()
    system.stop()


class _Windows(QObject):
    """Notes every window that is shown beside the console's one."""

    def __init__(self) -> None:
        super().__init__()
        self.strangers: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        stray = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        self.strangers += [type(watched).__name__] * (stray and not isinstance(watched, Shell | PageWindow))
        return False


@pytest.fixture(autouse=True)
def one_window(qapp: QApplication) -> Iterator[None]:
    """No widget flashes up as a window of its own, which would take the keyboard away."""
    watch = _Windows()
    qapp.installEventFilter(watch)
    yield
    qapp.removeEventFilter(watch)
    assert watch.strangers == []
