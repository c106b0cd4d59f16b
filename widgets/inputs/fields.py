"""Fields for typing: search, password and a labelled form field with a hint or an error under it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from widgets.readouts.text import Text
from widgets.theme import Role, Tone, Weight, current, font, paint_icon, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import key_width, paint_key


class LineField(QLineEdit):
    """A one-line field. Signals: those of QLineEdit (textEdited, returnPressed)."""

    def __init__(self, words: str = "", *, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.restyle()

    def restyle(self) -> None:
        """Take font and height from the theme."""
        self.setFont(font(Role.LABEL))
        self.setMinimumHeight(px(m.BUTTON))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.restyle()


class SearchField(LineField):
    """A field with a magnifier and the key that leads to it.

    Signals: searched(str) while typing; left() on Esc, after the field was emptied.
    """

    searched = Signal(str)
    left = Signal()

    def __init__(self, *, name: str, hint: str = "", key: str = "", parent: QWidget | None = None) -> None:
        self._key = key
        super().__init__(name=name, hint=hint, parent=parent)
        self.textChanged.connect(self.searched)

    def restyle(self) -> None:
        super().restyle()
        right = round(key_width(self._key)) + px(m.HALF) if self._key else 0
        self.setTextMargins(px(m.ICON_ROW) + px(m.HALF), 0, right, 0)

    def sizeHint(self) -> QSize:
        return QSize(px(m.BUTTON) * 10, px(m.BUTTON))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            size = px(m.ICON_ROW)
            middle = self.height() / 2
            paint_icon(painter, QRectF(px(m.HALF) + 1, middle - size / 2, size, size), "find", theme.text2)
            if self._key:
                left = self.width() - px(m.HALF) - key_width(self._key)
                paint_key(painter, left, middle, self._key, theme.text2, theme.line2)


class PasswordField(LineField):
    """A field that shows dots and gives nothing to the clipboard. Signals: returnPressed (from QLineEdit)."""

    def __init__(self, *, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name=name, hint=hint, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)

    def take(self) -> str:
        """Give the password and forget it."""
        words = self.text()
        self.clear()
        return words

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()


class FormField(QWidget):
    """A label above an editor, and below it a hint or, in its place, what is wrong."""

    def __init__(self, label: str, editor: QWidget, *, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self._hint = hint
        self._label = Text(label, Role.LABEL, tone=Tone.SECONDARY)
        self._label.setBuddy(editor)
        self._foot = Text(hint, Role.HINT, tone=Tone.MUTED, wrap=True)
        layout = QVBoxLayout(self)
        space(layout, gap=m.QUARTER)
        layout.addWidget(self._label)
        layout.addWidget(editor)
        layout.addWidget(self._foot)
        if not editor.accessibleName():
            editor.setAccessibleName(label)
        self._foot.setVisible(bool(hint))

    def set_label(self, label: str, hint: str = "") -> None:
        """Change the words (another language)."""
        self._label.setText(label)
        self.editor.setAccessibleName(label)
        self._hint = hint
        self.set_error("")

    def set_error(self, words: str) -> None:
        """Say what is wrong; empty brings the hint back. No colour: bold words."""
        self._foot.setText(words or self._hint)
        self._foot.set_weight(Weight.SEMIBOLD if words else Weight.REGULAR)
        self._foot.set_tone(Tone.NORMAL if words else Tone.MUTED)
        self._foot.setVisible(bool(words or self._hint))
        self.editor.setAccessibleDescription(words or self._hint)
