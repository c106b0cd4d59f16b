"""Say that what is on the screen is no longer true: a border round the window and words in the banner's place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, box, text, text_width

_BORDER = 4


class FrozenNotice(QWidget):
    """Lies over its parent while values do not arrive; lets clicks through and covers no alarm row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        self.hide()

    def show_words(self, words: str) -> None:
        """Show the notice, such as "Screen not updating 3 s"."""
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
        self.setGeometry(self._area.rect())
        self.raise_()
        self.show()
        self.update()

    def lift(self) -> None:
        """Values arrive again."""
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._area.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        width = px(_BORDER)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.emphasis, width))
            painter.drawRect(QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2))
            face = font(Role.VALUE, Weight.SEMIBOLD)
            wide = text_width(self._words, face) + 2 * px(m.PAGE_INSET)
            # Below banner and header: the alarm rows must stay readable, and what is pressed in the header in view.
            top = px(m.BANNER + m.HEADER + m.HALF)
            plate = QRectF((self.width() - wide) / 2, top, wide, px(m.BUTTON_PRIMARY))
            box(painter, plate, fill=theme.text1, radius=m.RADIUS_CONTROL)
            text(painter, plate, self._words, theme.bg0 if theme.dark else theme.bg4, face, CENTRE)
