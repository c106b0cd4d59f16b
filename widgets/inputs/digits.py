"""Boxes for typing a valve number from the screen, one digit each; typed by hand, never pasted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Painted, Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, box, text

_WIDTH = 34
_HEIGHT = 40
_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class DigitBoxes(Painted):
    """A row of boxes filled from the keyboard, left to right. letters: A to Z as well, as in "R12".

    Signals: changed(str) after every key; completed(str) when the last box is filled; submitted() on ↵.
    """

    changed = Signal(str)
    completed = Signal(str)
    submitted = Signal()

    def __init__(
        self, count: int, *, name: str, hidden: bool = False, letters: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._count = count
        self._taken = _DIGITS + _LETTERS * letters
        self._hidden = hidden
        self._digits = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.say(name)
        self._announce()

    def digits(self) -> str:
        """What has been typed so far."""
        return self._digits

    def complete(self) -> bool:
        """Whether every box is filled."""
        return len(self._digits) == self._count

    def clear(self) -> None:
        """Empty all boxes."""
        self._set("")

    def fill(self, digits: str) -> None:
        """Type these, one after the other, over what stands there."""
        self.clear()
        for digit in digits:
            self._type(digit)

    def set_count(self, count: int) -> None:
        """Change the number of boxes; empties them."""
        self._count = count
        self._set("")
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        step = px(_WIDTH) + px(m.HALF)
        return QSize(self._count * step - px(m.HALF), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if event.key() == Qt.Key.Key_Backspace:
            self._set(self._digits[:-1])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        elif len(typed) == 1 and typed.isascii() and typed.upper() in self._taken:
            self._type(typed.upper())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        width, height, step = px(_WIDTH), px(_HEIGHT), px(_WIDTH) + px(m.HALF)
        with self.painter() as painter:
            for place in range(self._count):
                rect = QRectF(place * step, 0, width, height)
                awaited = self.hasFocus() and place == min(len(self._digits), self._count - 1)
                line = theme.you if awaited else theme.line2
                box(painter, rect, fill=theme.bg1, line=line, width=px(m.FOCUS) if awaited else 1)
                if place < len(self._digits):
                    self._paint_digit(painter, rect, self._digits[place])

    def _paint_digit(self, painter: QPainter, rect: QRectF, digit: str) -> None:
        theme = current()
        if self._hidden:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.text1)
            painter.drawEllipse(QPointF(rect.center()), px(4), px(4))
            return
        ink = theme.text1 if self.isEnabled() else theme.line3
        text(painter, rect, digit, ink, font(Role.KEY, Weight.SEMIBOLD), CENTRE)

    def _type(self, digit: str) -> None:
        if not self.complete():
            self._set(self._digits + digit)
            if self.complete():
                self.completed.emit(self._digits)

    def _set(self, digits: str) -> None:
        if digits != self._digits:
            self._digits = digits
            self.changed.emit(digits)
            self._announce()
        self.update()

    def _announce(self) -> None:
        self.setAccessibleDescription(f"{len(self._digits)}/{self._count}")
