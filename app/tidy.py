"""Look for garbage on the GUI thread only: a widget found in another thread is taken apart there, and Qt breaks."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 200
_YOUNG: Final = 700
_GENERATIONS: Final = 10
"""As Python itself: so many objects more make it look at the young ones, so many looks at the next generation."""
_WHOLE: Final = 200
"""Looks at the middle generation before everything that came since the start is looked through: some minutes apart, as
it may hold up the window for a tenth of a second."""


class Tidy(QObject):
    """Takes over from Python's own collector until `stop`. Made on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Look at as many generations as are due."""
        young, looks, wide_looks = gc.get_count()
        if young >= _YOUNG:
            gc.collect(0 if looks < _GENERATIONS else 1 if wide_looks < _WHOLE else 2)

    def stop(self) -> None:
        """The windows are gone: what is left of them is found here, and Python looks for itself again."""
        self._timer.stop()
        gc.collect()
        gc.enable()
