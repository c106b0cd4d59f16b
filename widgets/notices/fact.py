"""One fact of the status bar: icon, label, value; a failing fact becomes bold and gets a badge."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.readouts.mark import Mark, paint_mark
from widgets.theme import Painted, Role, Weight, current, font, paint_icon, px
from widgets.theme import metrics as m
from widgets.theme.strokes import text, text_width

_ICON = 14


class StatusFact(Painted):
    """States a fact in words, not as a lamp: `Field links 1,182 / 1,186`."""

    def __init__(self, label: str, *, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._icon = icon
        self._value = ""
        self._failing = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(label)

    def set_label(self, label: str) -> None:
        """Change the label (another language)."""
        self._label = label
        self.say(label)
        self.updateGeometry()
        self.update()

    def show_value(self, value: str, *, failing: bool = False) -> None:
        """Show the value; `failing` makes label and value bold and adds a badge."""
        if (value, failing) != (self._value, self._failing):
            self._value, self._failing = value, failing
            self.setAccessibleDescription(value)
            self.updateGeometry()
            self.update()

    def failing(self) -> bool:
        """Whether the fact is shown as failing."""
        return self._failing

    def sizeHint(self) -> QSize:
        parts = [px(_ICON) if self._icon else 0, px(m.BADGE) if self._failing else 0, *self._widths()]
        shown = [part for part in parts if part]
        return QSize(round(sum(shown) + px(m.HALF - 2) * max(0, len(shown) - 1) + 0.5), px(m.STATUS))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        x, gap, middle = 0.0, px(m.HALF - 2), self.height() / 2
        label_width, value_width = self._widths()
        with self.painter() as painter:
            if self._icon:
                size = px(_ICON)
                paint_icon(painter, QRectF(x, middle - size / 2, size, size), self._icon, theme.text2)
                x += size + gap
            if self._failing:
                size = px(m.BADGE)
                paint_mark(painter, QRectF(x, middle - size / 2, size, size), Mark.BAD)
                x += size + gap
            ink = theme.text1 if self._failing else theme.text2
            text(painter, QRectF(x, 0, label_width, self.height()), self._label, ink, self._label_font())
            x += label_width + gap
            bold = font(Role.HINT, Weight.SEMIBOLD)
            text(painter, QRectF(x, 0, value_width, self.height()), self._value, theme.text1, bold)

    def _label_font(self) -> QFont:
        return font(Role.HINT, Weight.SEMIBOLD if self._failing else Weight.REGULAR)

    def _widths(self) -> tuple[float, float]:
        return (
            text_width(self._label, self._label_font()),
            text_width(self._value, font(Role.HINT, Weight.SEMIBOLD)),
        )
