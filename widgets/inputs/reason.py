"""Ask for a reason: one from a list, and words of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QVBoxLayout, QWidget

from widgets.theme import Role, current, font, paint_icon, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import box, focus_ring, text

_LINES = 2


class Choice(QComboBox):
    """A drop-down of (key, words). Signals: chosen(str key) when a person chose."""

    chosen = Signal(str)

    def __init__(
        self, entries: Sequence[tuple[str, str]] = (), *, name: str, hint: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.set_entries(entries)
        self._restyle()
        self.activated.connect(lambda _row: self.chosen.emit(self.key()))

    def set_entries(self, entries: Sequence[tuple[str, str]]) -> None:
        """Change the entries or their words; the choice stays if its key still exists."""
        key = self.key()
        self.clear()
        for entry_key, words in entries:
            self.addItem(words, entry_key)
        self.setCurrentIndex(self.findData(key))

    def key(self) -> str:
        """The key of the chosen entry, empty if none."""
        return str(self.currentData() or "")

    def set_key(self, key: str) -> None:
        """Choose without telling anybody."""
        self.setCurrentIndex(self.findData(key))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rect = QRectF(self.rect())
            box(painter, rect, fill=theme.bg1, line=theme.line2 if self.isEnabled() else theme.line1)
            words = self.currentText() or self.placeholderText()
            chosen = self.currentIndex() >= 0 and self.isEnabled()
            inner = rect.adjusted(px(m.HALF), 0, -px(m.TARGET), 0)
            ink = theme.text1 if chosen else theme.text3
            text(painter, inner, words, ink, font(Role.LABEL), elide=Qt.TextElideMode.ElideRight)
            size = px(m.ICON_ROW) - 2
            caret = QRectF(rect.right() - size - px(m.HALF), rect.center().y() - size / 2, size, size)
            paint_icon(painter, caret, "down", theme.text2)
            if self.hasFocus():
                focus_ring(painter, rect)

    def _restyle(self) -> None:
        self.setFont(font(Role.LABEL))
        self.setMinimumHeight(px(m.BUTTON))


class ReasonInput(QWidget):
    """A list of reasons above a plain text. Signals: changed() after every choice or key."""

    changed = Signal()

    def __init__(
        self,
        reasons: Sequence[tuple[str, str]],
        *,
        name: str,
        list_hint: str = "",
        text_hint: str = "",
        text_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._list = Choice(reasons, name=name, hint=list_hint)
        self._text = QPlainTextEdit()
        self._text.setPlaceholderText(text_hint)
        self._text.setAccessibleName(text_name or name)
        # Tab must walk the dialog; a reason needs no tab stops.
        self._text.setTabChangesFocus(True)
        self._text.setFont(font(Role.LABEL))
        self._text.setFixedHeight(px(Role.LABEL.line * _LINES + m.GAP + m.HALF))
        layout = QVBoxLayout(self)
        space(layout, gap=m.HALF)
        layout.addWidget(self._list)
        layout.addWidget(self._text)
        self.setFocusProxy(self._list)
        self._list.currentIndexChanged.connect(lambda _row: self.changed.emit())
        self._text.textChanged.connect(self.changed)

    def set_reasons(self, reasons: Sequence[tuple[str, str]]) -> None:
        """Change the list (another language)."""
        self._list.set_entries(reasons)

    def choose(self, key: str) -> None:
        """Choose a reason by its key."""
        self._list.set_key(key)

    def key(self) -> str:
        """The chosen reason's key, empty if none."""
        return self._list.key()

    def text(self) -> str:
        """The words typed, without blanks around them."""
        return self._text.toPlainText().strip()

    def reason(self) -> str:
        """List words and own words as one text, for the record."""
        return ": ".join(part for part in (self._list.currentText(), self.text()) if part)

    def clear(self) -> None:
        """Forget both."""
        self._list.setCurrentIndex(-1)
        self._text.clear()
