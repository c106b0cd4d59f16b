"""Work that every window wants at once, one piece in a turn of the event loop: keys and pointer come in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

SPACING_MS: Final = 5
"""From one piece to the next. A dozen windows have had their turn well before the next beat asks again."""


class Turns(QObject):
    """Pieces wait in the order they were asked for. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[QObject, Callable[[], None]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(SPACING_MS)
        self._timer.timeout.connect(self.turn)

    def ask(self, whose: QObject, work: Callable[[], None]) -> None:
        """Have this done soon, if it still lives then. Asked for again before its turn it keeps its place and is done
        once, as asked last: a machine that falls behind shows things less often and does not pile them up."""
        self._waiting[whose] = work
        if not self._timer.isActive():
            self._timer.start()

    def idle(self) -> bool:
        """Whether everything that was asked for is done."""
        return not self._waiting

    def clear(self) -> None:
        """Nothing is to be done any more."""
        self._waiting = {}

    def turn(self) -> None:
        """Do what has waited longest."""
        if not self._waiting:
            self._timer.stop()
            return
        whose = next(iter(self._waiting))
        work = self._waiting.pop(whose)
        if isValid(whose):
            work()
