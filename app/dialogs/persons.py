"""The two persons of a command: who asked, and who signs now."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.readouts import Text
from widgets.surfaces import Level, Surface
from widgets.theme import Painted, Role, Tone, Weight, current, paint_icon, px, space
from widgets.theme import metrics as m


class PersonCard(Surface):
    """A person with a line below the name; `body` is for what this person has to type. done: a tick at the right."""

    def __init__(
        self, name: str, note: str, *, here: bool = False, done: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(Level.WELL, line=Tone.YOU if here else None, parent=parent)
        self.say(name, note)
        self.body = QVBoxLayout()
        space(self.body, gap=m.HALF)
        head = QHBoxLayout()
        space(head, gap=m.GAP)
        head.addWidget(_Sign("person", here=here))
        words = QVBoxLayout()
        space(words)
        words.addWidget(Text(name, Role.LABEL, Weight.SEMIBOLD, elide=Qt.TextElideMode.ElideMiddle))
        words.addWidget(Text(note, Role.HINT, tone=Tone.SECONDARY, elide=Qt.TextElideMode.ElideMiddle))
        head.addLayout(words, 1)
        if done:
            head.addWidget(_Sign("check"))
        column = QVBoxLayout(self)
        space(column, (m.INSET, m.HALF, m.INSET, m.HALF), m.HALF)
        column.addLayout(head)
        column.addLayout(self.body)


class _Sign(Painted):
    """A small icon."""

    def __init__(self, icon: str, *, here: bool = False) -> None:
        super().__init__()
        self._icon = icon
        self._here = here
        self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(m.ICON_RAIL), px(m.ICON_RAIL))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        size = px(m.ICON_RAIL)
        with self.painter() as painter:
            ink = theme.you if self._here else theme.text2
            paint_icon(painter, QRectF(0, 0, size, size), self._icon, ink)
