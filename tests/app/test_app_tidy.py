"""Garbage with a widget in it is found on the GUI thread, whichever thread is busy."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.tidy import EVERY_MS, Tidy
from backend.links.loop import start_thread


@pytest.fixture
def tidy(qapp):
    made = Tidy()
    yield made
    made.stop()


class Knot(QObject):
    """Refers to itself, so that only a look for garbage finds it; notes which thread did."""

    def __init__(self, found: list[str]) -> None:
        super().__init__()
        self.found, self.knot = found, self

    def __del__(self) -> None:
        self.found.append(threading.current_thread().name)


def test_another_thread_finds_nothing_and_the_gui_does(tidy: Tidy, qtbot: QtBot) -> None:
    found: list[str] = []
    Knot(found)
    kept: list[list[int]] = []
    busy = start_thread(lambda: kept.extend([number] for number in range(100_000)), "busy")
    busy.join()
    assert found == []
    qtbot.waitUntil(lambda: bool(found), timeout=20 * EVERY_MS)
    assert found == [threading.current_thread().name]


def test_python_looks_for_itself_again_afterwards(tidy: Tidy) -> None:
    assert not gc.isenabled()
    tidy.stop()
    assert gc.isenabled()
