"""A count against its limit in one line of the status bar: label, bar with a tick, count, words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import box, text, text_width

_TRACK = 150
_THICK = 6


class RateBar(Painted):
    """Alarms per 10 min: the bar ends at twice the limit; above the limit the words are bold."""

    def __init__(self, label: str, *, limit: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._limit = limit
        self._count = 0
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_label(label)

    def set_label(self, label: str) -> None:
        """Change the words before the bar."""
        self._label = label
        self.say(label)
        self.updateGeometry()

    def show_count(self, count: int, words: str = "") -> None:
        """Show a count and words such as "flood > 10"."""
        self._count = count
        self._words = words
        self.setAccessibleDescription(f"{count} {words}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths())) + 3 * px(m.HALF), px(m.STATUS))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        label, track, count, words = self._widths()
        over = self._count > self._limit
        x, height = 0.0, self.height()
        with self.painter() as painter:
            text(painter, QRectF(x, 0, label, height), self._label, theme.text2, font(Role.HINT))
            x += label + px(m.HALF)
            bar = QRectF(x, (height - px(_THICK)) / 2, track, px(_THICK))
            box(painter, bar, fill=theme.bg4, radius=_THICK / 2)
            share = min(1.0, self._count / (2 * self._limit))
            box(painter, QRectF(x, bar.top(), track * share, bar.height()), fill=theme.text2, radius=_THICK / 2)
            painter.fillRect(QRectF(round(x + track / 2), bar.top() - 2, px(1.5), bar.height() + 4), theme.text1)
            x += track + px(m.HALF)
            bold = font(Role.HINT, Weight.SEMIBOLD)
            text(painter, QRectF(x, 0, count, height), str(self._count), theme.text1, bold)
            x += count + px(m.HALF)
            ink = theme.text1 if over else theme.text3
            text(painter, QRectF(x, 0, words, height), self._words, ink, bold if over else font(Role.HINT))

    def _widths(self) -> tuple[float, float, float, float]:
        bold = font(Role.HINT, Weight.SEMIBOLD)
        return (
            text_width(self._label, font(Role.HINT)),
            float(px(_TRACK)),
            text_width(str(self._count), bold),
            text_width(self._words, bold),
        )
