"""Choose one of a few views: a row of segments of which one is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, box, focus_ring, text, text_width

_INNER = 2


class Segmented(Painted):
    """Segments as (key, words); arrows move the choice.

    Signals: chosen(str key), only when a person chose.
    """

    chosen = Signal(str)

    def __init__(self, segments: Sequence[tuple[str, str]], *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments = tuple(segments)
        self._current = self._segments[0][0] if self._segments else ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._name = name
        self._announce()

    def set_segments(self, segments: Sequence[tuple[str, str]], name: str) -> None:
        """Change the words (another language); the choice stays if its key still exists."""
        self._segments = tuple(segments)
        self._name = name
        if self._current not in dict(self._segments):
            self._current = self._segments[0][0]
        self._announce()
        self.updateGeometry()
        self.update()

    def current(self) -> str:
        """The key of the chosen segment."""
        return self._current

    def set_current(self, key: str) -> None:
        """Choose without telling anybody."""
        if key != self._current and key in dict(self._segments):
            self._current = key
            self._announce()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths())) + 2 * px(_INNER), px(m.BUTTON))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for (key, _), rect in zip(self._segments, self._rects(), strict=True):
            if rect.contains(QPointF(event.position())):
                self._choose(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        keys = [key for key, _ in self._segments]
        self._choose(keys[max(0, min(len(keys) - 1, keys.index(self._current) + step))])

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with self.painter() as painter:
            box(painter, self.frame(), fill=theme.bg0 if theme.dark else theme.bg2)
            for (key, words), rect in zip(self._segments, self._rects(), strict=True):
                on = key == self._current
                if on:
                    box(painter, rect, fill=theme.bg4, radius=3)
                ink = theme.text1 if on else theme.text2
                text(painter, rect, words, ink, font(Role.LABEL, Weight.SEMIBOLD if on else Weight.REGULAR), CENTRE)
            if self.hasFocus():
                focus_ring(painter, self.frame())

    def _choose(self, key: str) -> None:
        if key != self._current:
            self.set_current(key)
            self.chosen.emit(key)

    def _announce(self) -> None:
        self.say(self._name, dict(self._segments).get(self._current, ""))

    def _widths(self) -> list[float]:
        face = font(Role.LABEL, Weight.SEMIBOLD)
        return [text_width(words, face) + 2 * px(m.GAP) for _, words in self._segments]

    def _rects(self) -> list[QRectF]:
        rects: list[QRectF] = []
        x = float(px(_INNER))
        for width in self._widths():
            rects.append(QRectF(x, px(_INNER), width, self.height() - 2 * px(_INNER)))
            x += width
        return rects
