"""One board with its page for a whole module: the web engine takes a second to come, and is not what is tested."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.maps import MapBoard
from widgets.maps.scene import Line, Overlay, Scene, Shape, Situation, Symbol
from widgets.theme import apply, load

HERE = (121.3, 30.9)
WITHIN_MS = 60_000


def symbol(id_: str, shape: Shape, east_m: float, **rest: Any) -> Symbol:
    return Symbol(id=id_, shape=shape, layer=shape.value, at=(HERE[0] + east_m / 95_500, HERE[1]), label=id_, **rest)


SCENE = Scene(
    lines=(
        Line(id="P-1", tier="mpa", path=(HERE, (HERE[0] + 0.02, HERE[1] + 0.01))),
        Line(id="P-2", tier="hp", path=(HERE, (HERE[0] - 0.02, HERE[1] + 0.01)), main=True),
    ),
    symbols=(
        symbol("R-12", Shape.STATION, 0, named=True),
        symbol("XV-0417", Shape.VALVE, 200, angle=30.0),
        symbol("VW-0418", Shape.WELL, 400, clusters=True),
    ),
)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    + "1f15c4890000000a49444154789c6360000002000154a24f5d"
    + "0000000049454e44ae426082"
)


def mbtiles(file: Path, *, tiles: bool = True, kind: str = "png", **metadata: str) -> Path:
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE metadata (name text, value text)")
        base.execute("CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)")
        base.executemany("INSERT INTO metadata VALUES (?, ?)", [("name", "city"), ("format", kind), *metadata.items()])
        # Row 4 from the south at zoom 3 is row 3 from the north; HERE lies in it.
        base.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(3, 6, 4, PIXEL)] * tiles)
    base.close()
    return file


class Web:
    """The page of a board, and somebody who looks into it."""

    def __init__(self, board: MapBoard, qtbot: QtBot) -> None:
        self.board = board
        self._qtbot = qtbot

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=WITHIN_MS)

    def ask(self, code: str) -> Any:
        """What an expression is in the page; asked over Qt, where no policy of the page applies."""
        answers: list[str] = []
        assert self.board.web is not None
        self.board.web.page.runJavaScript(f"JSON.stringify({code})", 0, answers.append)
        self.until(lambda: bool(answers))
        return json.loads(answers[0] or "null")

    def holds(self, code: str) -> None:
        """Wait until an expression is true in the page."""
        self.until(lambda: bool(self.ask(code)))

    def kill(self) -> None:
        """As when the page's process dies."""
        assert self.board.web is not None
        os.kill(self.board.web.page.renderProcessPid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def _board(qapp: QApplication) -> Iterator[MapBoard]:
    apply(qapp, load("dark"))
    board = MapBoard(name="Map")
    board.resize(900, 600)
    board.show_scene(SCENE)
    board.fit()
    board.show()
    board.start_web()
    yield board
    board.stop_web()
    board.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def web(_board: MapBoard, qtbot: QtBot) -> Web:
    """The page, shown."""
    made = Web(_board, qtbot)
    _board.show_scene(SCENE)
    _board.ask(Overlay())
    _board.stand(Situation())
    _board.select("")
    _board.fit()
    made.until(_board.on_web)
    assert _board.web is not None
    _board.web.page.complaints.clear()
    _board.web.server.missing.clear()
    _board.web.fence.blocked.clear()
    _board.web.fence.count = 0
    return made
