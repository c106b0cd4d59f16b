"""The scale of the map: a bar of a round length, and the datum and zoom beside it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.readouts.ages import THIN_SPACE
from widgets.theme import Painted, Role, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, box, text, text_width

_WIDEST = 120
_HEIGHT = 34
_TICK = 4


def round_length(metres: float) -> float:
    """The greatest of 1, 2, 5 times a power of ten that is no longer than this."""
    power = 10.0 ** math.floor(math.log10(max(metres, 1e-9)))
    return max(step * power for step in (1, 2, 5) if step * power <= metres * (1 + 1e-9))


def length_text(metres: float) -> str:
    """200 m, 2 km, 1.5 km."""
    if metres >= 1000:
        return f"{metres / 1000:,.2f}".rstrip("0").rstrip(".") + f"{THIN_SPACE}km"
    return f"{metres:,.0f}{THIN_SPACE}m"


class ScaleBar(Painted):
    """A plate with the scale."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._metres = 100.0
        self._width = 60.0
        self._note = ""
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(name)

    def show_scale(self, metres_per_px: float, note: str, name: str = "") -> None:
        """So many metres a px; the note says datum and zoom."""
        self._name = name or self._name
        self._metres = round_length(metres_per_px * px(_WIDEST))
        self._width = self._metres / metres_per_px
        self._note = note
        self.say(self._name, f"{length_text(self._metres)} {note}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        face = font(Role.HINT)
        words = text_width(length_text(self._metres), font(Role.LABEL)) + text_width(self._note, face)
        return QSize(round(px(_WIDEST) + words + px(m.GAP) * 4.5), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with self.painter() as painter:
            frame = self.frame()
            box(painter, frame, fill=theme.bg1, radius=m.RADIUS_CARD)
            left, middle = float(px(m.GAP)), frame.center().y()
            painter.setPen(QPen(theme.text1, px(2)))
            painter.drawLine(QPointF(left, middle), QPointF(left + self._width, middle))
            for x in (left, left + self._width):
                painter.drawLine(QPointF(x, middle - px(_TICK)), QPointF(x, middle + px(_TICK)))
            words = length_text(self._metres)
            where = QRectF(left + self._width + px(m.GAP), 0, frame.width(), frame.height())
            text(painter, where, words, theme.text1, font(Role.LABEL), LEFT)
            note = frame.adjusted(0, 0, -px(m.GAP), 0)
            text(painter, note, self._note, theme.text3, font(Role.HINT), RIGHT)
