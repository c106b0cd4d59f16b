"""The rounded planes everything lies on: page, well, card, raised; elevation by step, never by shadow."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.readouts.text import Text
from widgets.theme import Painted, Role, Tone, Weight, current, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import box


class Level(StrEnum):
    """A step of elevation."""

    FRAME = "bg0"
    WELL = "bg1"
    CARD = "bg2"
    RAISED = "bg3"
    CONTROL = "bg4"


class Surface(Painted):
    """A rounded plane that holds other widgets. `line` draws a border with that tone."""

    def __init__(
        self,
        level: Level = Level.CARD,
        *,
        line: Tone | None = None,
        radius: int = m.RADIUS_CARD,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._level = level
        self._line = line
        self._radius = radius

    def set_line(self, line: Tone | None) -> None:
        """Change what the border means; None takes it away."""
        if line is not self._line:
            self._line = line
            self.update()

    def set_level(self, level: Level) -> None:
        """Change the elevation."""
        self._level = level
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        fill: QColor = getattr(theme, self._level.value)
        line = None if self._line is None else theme.mark(self._line)
        with self.painter() as painter:
            box(painter, QRectF(self.rect()), fill=fill, line=line, width=px(1.5), radius=self._radius)


class Card(Surface):
    """A card: title at the left, a note and tools at the right, content in `body`."""

    def __init__(
        self,
        title: str = "",
        note: str = "",
        *,
        level: Level = Level.CARD,
        line: Tone | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(level, line=line, parent=parent)
        self._title = Text(title, Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY)
        self._note = Text(note, Role.HINT, tone=Tone.MUTED)
        self._head = QWidget()
        self._row = QHBoxLayout(self._head)
        space(self._row, gap=m.HALF)
        self._row.addWidget(self._title)
        self._row.addStretch(1)
        self._row.addWidget(self._note)
        self.body = QVBoxLayout()
        space(self.body, gap=m.HALF)
        layout = QVBoxLayout(self)
        space(layout, (m.INSET, m.GAP, m.INSET, m.INSET), m.HALF)
        layout.addWidget(self._head)
        layout.addLayout(self.body, 1)
        self.set_title(title, note)

    def set_title(self, title: str, note: str = "") -> None:
        """Change title and note; a card without both has no header."""
        self._title.setText(title)
        self._note.setText(note)
        self._head.setVisible(bool(title or note) or self._row.count() > 3)
        self.say(title)

    def set_note(self, note: str, *, bold: bool = False) -> None:
        """Change only the note, such as "last data 18:31:02"."""
        self._note.setText(note)
        self._note.set_weight(Weight.SEMIBOLD if bold else Weight.REGULAR)

    def add_tool(self, tool: QWidget) -> None:
        """Put a small control at the right end of the header."""
        self._row.addWidget(tool)
        self._head.setVisible(True)
