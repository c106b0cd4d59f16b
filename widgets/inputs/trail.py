"""Show which keys lead from here to the remedy: [↵] map › [I] valves › [C] command."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import key_width, paint_key, text, text_width

_CHEVRON = 12


class KeyTrail(Painted):
    """Steps as (key, words) in a row; only a reminder, not a control."""

    def __init__(self, steps: Sequence[tuple[str, str]], *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_steps(steps, name)

    def set_steps(self, steps: Sequence[tuple[str, str]], name: str) -> None:
        """Change the steps (another language)."""
        self._steps = tuple(steps)
        self.say(name, ", ".join(f"{key} {words}" for key, words in self._steps))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        gaps = px(_CHEVRON + 2 * m.HALF) * max(0, len(self._steps) - 1)
        return QSize(round(sum(self._width(*step) for step in self._steps)) + gaps, px(m.TARGET))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        x, middle, size = 0.0, self.height() / 2, px(_CHEVRON)
        with self.painter() as painter:
            for place, (key, words) in enumerate(self._steps):
                if place:
                    sign = QRectF(x + px(m.HALF), middle - size / 2, size, size)
                    paint_icon(painter, sign, "right", theme.line3)
                    x += size + 2 * px(m.HALF)
                paint_key(painter, x, middle, key, theme.text2, theme.line2)
                left = x + key_width(key) + px(m.HALF)
                text(painter, QRectF(left, 0, self.width(), self.height()), words, theme.text1, font(Role.LABEL))
                x += self._width(key, words)

    def _width(self, key: str, words: str) -> float:
        return key_width(key) + px(m.HALF) + text_width(words, font(Role.LABEL))
