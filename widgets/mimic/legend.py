"""The line under a mimic that says what its signs mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.mimic.gas import PipeState
from widgets.mimic.pipes import paint_pipe
from widgets.mimic.valve import ValveState, paint_valve
from widgets.theme import Painted, Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, box, text, text_width

_SIGN = 30
_HEIGHT = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What is drawn: a valve, a pipe of a tier, or the box of your selection."""

    valve: ValveState | None = None
    pipe: PipeState | None = None
    tier: str = ""
    chosen: bool = False


Entry = tuple[Sign, str]


class Legend(Painted):
    """Signs and their words from the left, as many as fit; a reminder of the keys at the right where there is room."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._keys = ""
        self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.say(name)

    def set_entries(self, entries: Sequence[Entry], keys: str, name: str) -> None:
        """Say what is shown, the most needed first."""
        self._entries, self._keys = tuple(entries), keys
        self.say(name, ", ".join(words for _sign, words in entries))
        self.update()

    def set_note(self, note: str) -> None:
        """Something that matters more than the keys, and stands first; empty takes it away."""
        if note != self._note:
            self._note = note
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(400), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(200), px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = self.frame()
        face = font(Role.HINT)
        with self.painter() as painter:
            painter.fillRect(QRectF(0, 0, rect.width(), 1), theme.line1)
            x = 0.0
            if self._note:
                strong = font(Role.LABEL, Weight.SEMIBOLD)
                text(painter, rect, self._note, theme.text1, strong)
                x = text_width(self._note, strong) + px(m.PAGE_INSET)
            for sign, words in self._entries:
                width = px(_SIGN + m.HALF) + text_width(words, face)
                if x + width > rect.width():
                    return
                self._paint_sign(painter, QRectF(x, 0, px(_SIGN), rect.height()), sign)
                text(painter, rect.adjusted(x + px(_SIGN + m.HALF), 0, 0, 0), words, theme.text2, face, LEFT)
                x += width + px(m.PAGE_INSET)
            if x + text_width(self._keys, face) <= rect.width():
                text(painter, rect, self._keys, theme.text3, face, RIGHT)

    def _paint_sign(self, painter: QPainter, rect: QRectF, sign: Sign) -> None:
        theme = current()
        colour: QColor = theme.pipes[sign.tier or "shp"].colour
        if sign.valve is not None:
            # The bow lies in the lower part of its grid of 64 by 48.
            area = QRectF(rect.left() - px(1), rect.center().y() - px(20), px(32), px(32))
            paint_valve(painter, area, sign.valve, colour, piped=False)
        elif sign.pipe is not None:
            path = QPainterPath(QPointF(rect.left() + px(4), rect.center().y()))
            path.lineTo(rect.right() - px(4), rect.center().y())
            paint_pipe(painter, path, sign.pipe, colour)
        elif sign.chosen:
            side = px(18)
            area = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
            box(painter, area, line=theme.you, width=px(1.5))
