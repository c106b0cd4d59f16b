"""Locks the screen after some minutes without a key or the mouse, if the desk wants that."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from app.looks import Looks
from app.session import Desk

_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class IdleLock(QObject):
    """Watches the windows' own event queues: they see input only, so that painting costs nothing here."""

    def __init__(
        self,
        desk: Desk,
        looks: Looks,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._looks = looks
        self._monotonic = monotonic
        self._last = monotonic()
        desk.changed.connect(self._moved)

    def watch(self, window: QWidget) -> None:
        """Hear the input of a window from now on; it must have been shown."""
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def look(self) -> None:
        """Lock if it is time; called once a second."""
        minutes = self._looks.taste.lock_min
        if minutes and self._desk.session is not None and self._monotonic() - self._last >= minutes * 60:
            self._desk.lock()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self._moved()
        return False

    def _moved(self) -> None:
        self._last = self._monotonic()
