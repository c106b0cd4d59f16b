"""A bar that fills: how far a valve has travelled, how much of a file has come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Tone, current, px
from widgets.theme.strokes import box

_HEIGHT = 6
_WIDTH = 160


class ProgressBar(Painted):
    """A share from 0 to 1; None = nobody knows how far, which leaves the track empty."""

    def __init__(self, *, name: str, tone: Tone = Tone.YOU, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say(name)

    def show_share(self, share: float | None, tone: Tone = Tone.YOU) -> None:
        """Show how far it is."""
        share = None if share is None else min(1.0, max(0.0, share))
        if (share, tone) != (self._share, self._tone):
            self._share, self._tone = share, tone
            self.setAccessibleDescription("" if share is None else f"{share:.0%}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_WIDTH), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_WIDTH) // 4, px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = self.frame()
        with self.painter() as painter:
            box(painter, rect, fill=theme.bg4, radius=_HEIGHT / 2)
            if self._share:
                filled = QRectF(0, 0, rect.width() * self._share, rect.height())
                box(painter, filled, fill=theme.mark(self._tone), radius=_HEIGHT / 2)
