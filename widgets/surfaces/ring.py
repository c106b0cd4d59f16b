"""A ring that runs empty: how long a request or a reservation still lives."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.readouts.ages import countdown
from widgets.theme import Painted, Role, Tone, Weight, current, font, px
from widgets.theme.strokes import CENTRE, text

_DIAMETER = 72
_STROKE = 6
_FULL = 360 * 16
_TOP = 90 * 16


class ExpiryRing(Painted):
    """A ring with the time left inside. It is told the time left; it owns no clock."""

    def __init__(
        self, *, name: str, tone: Tone = Tone.YOU, diameter: int = _DIAMETER, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._diameter = diameter
        self._share = 0.0
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(name)

    def show_left(self, left_s: float, total_s: float) -> None:
        """Show seconds left of the total; below 0 is 0."""
        left = max(0.0, left_s)
        self._show(left / total_s if total_s > 0 else 0.0, countdown(left))

    def show_share(self, share: float, words: str) -> None:
        """Show any share 0 to 1 with words inside, such as a score."""
        self._show(share, words)

    def sizeHint(self) -> QSize:
        return QSize(px(self._diameter), px(self._diameter))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        stroke = px(_STROKE)
        ring = QRectF(self.rect()).adjusted(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2)
        with self.painter() as painter:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.bg4, stroke))
            painter.drawEllipse(ring)
            painter.setPen(QPen(theme.mark(self._tone), stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            if self._share > 0:
                painter.drawArc(ring, _TOP, -round(self._share * _FULL))
            text(painter, self.frame(), self._words, theme.text1, font(Role.VALUE, Weight.SEMIBOLD), CENTRE)

    def _show(self, share: float, words: str) -> None:
        share = min(1.0, max(0.0, share))
        if (share, words) != (self._share, self._words):
            self._share, self._words = share, words
            self.setAccessibleDescription(words)
            self.update()
