"""Count the alarms of one priority: how many are active, how many are new."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.notices.blink import shared_blink
from widgets.notices.glyph import GlyphState, paint_glyph
from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import box, focus_ring, text, text_width

_WIDTH = 78
_HEIGHT = 46
_GLYPH = 24
_WORDS_LEFT = 38
_SMALL = 28
_SMALL_GLYPH = 18
_SMALL_LEFT = 27


class PriorityCounter(QAbstractButton):
    """Glyph, active count and new count of one priority in the banner. Signals: clicked (from QAbstractButton)."""

    def __init__(self, priority: int, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._priority = priority
        self._active = 0
        self._new = 0
        self._words = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        shared_blink().changed.connect(self._beat)

    def show_counts(self, active: int, new: int, words: str) -> None:
        """Show counts; `words` is the second line, such as "14 new"."""
        if (active, new, words) == (self._active, self._new, self._words):
            return
        self._active, self._new, self._words = active, new, words
        self.setAccessibleDescription(f"{active}, {words}")
        shared_blink().need(self, new > 0)
        self.updateGeometry()
        self.update()

    def state(self) -> GlyphState:
        """Which glyph the counter shows."""
        if self._new:
            return GlyphState.UNACKNOWLEDGED
        return GlyphState.ACKNOWLEDGED if self._active else GlyphState.NONE

    def sizeHint(self) -> QSize:
        needed = px(_WORDS_LEFT + m.HALF) + text_width(self._words, font(Role.HINT))
        return QSize(max(px(_WIDTH), round(needed)), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._active or self._new:
                box(painter, rect, fill=theme.bg2)
            size = px(_GLYPH)
            glyph = QRectF(px(m.HALF), rect.center().y() - size / 2, size, size)
            paint_glyph(painter, glyph, self._priority, self.state())
            left, width = px(_WORDS_LEFT), rect.width() - px(_WORDS_LEFT)
            quiet = not (self._active or self._new)
            count = QRectF(left, px(m.QUARTER) - 1, width, px(Role.VALUE.line))
            ink = theme.text3 if quiet else theme.text1
            text(painter, count, str(self._active), ink, font(Role.VALUE, Weight.SEMIBOLD))
            words = QRectF(left, count.bottom() - 1, width, px(Role.HINT.line))
            text(painter, words, self._words, theme.text1 if self._new else theme.text3, font(Role.HINT))
            if self.hasFocus():
                focus_ring(painter, rect)

    def _beat(self) -> None:
        if self._new:
            self.update()


class SmallCounter(PriorityCounter):
    """The same in one line for a strip: glyph, active count, new count in brackets while there are new ones."""

    def sizeHint(self) -> QSize:
        needed = px(_SMALL_LEFT + m.HALF) + text_width(self._line(), font(Role.LABEL, Weight.SEMIBOLD))
        return QSize(round(needed), px(_SMALL))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            size = px(_SMALL_GLYPH)
            glyph = QRectF(px(m.QUARTER), rect.center().y() - size / 2, size, size)
            paint_glyph(painter, glyph, self._priority, self.state())
            ink = theme.text1 if self._active or self._new else theme.text3
            face = font(Role.LABEL, Weight.SEMIBOLD)
            text(painter, rect.adjusted(px(_SMALL_LEFT), 0, 0, 0), self._line(), ink, face)
            if self.hasFocus():
                focus_ring(painter, rect)

    def _line(self) -> str:
        return f"{self._active} ({self._new})" if self._new else str(self._active)
