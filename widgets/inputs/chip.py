"""A filter that is on or off, as a chip; an active one shows how to take it off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.theme import Role, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, box, focus_ring, text, text_width

_CROSS = 12


class Chip(QAbstractButton):
    """A checkable chip. Signals: toggled(bool) (from QAbstractButton)."""

    def __init__(self, words: str, *, on: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(on)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.updateGeometry)
        self.set_words(words)

    def set_words(self, words: str) -> None:
        """Change the words, also for screen readers."""
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = text_width(self.text(), font(Role.LABEL)) + 2 * px(m.HALF)
        if self.isChecked():
            width += px(_CROSS) + px(m.HALF)
        return QSize(round(width), px(m.TARGET))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            on = self.isChecked()
            box(painter, rect, fill=theme.you_bg if on else theme.bg3)
            ink = theme.on_you_bg if on else theme.text2
            text(painter, rect.adjusted(px(m.HALF), 0, 0, 0), self.text(), ink, font(Role.LABEL), LEFT)
            if on:
                size = px(_CROSS)
                cross = QRectF(rect.right() - px(m.HALF) - size, rect.center().y() - size / 2, size, size)
                paint_icon(painter, cross, "close", ink)
            if self.hasFocus():
                focus_ring(painter, rect)
