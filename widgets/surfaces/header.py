"""Head of a page: display level, the way up, the title and the page's tools."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from widgets.inputs.button import Button, ButtonKind
from widgets.readouts.text import Text
from widgets.theme import Painted, Role, Weight, current, font, paint_icon, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, box, text, text_width

_LEVEL_WIDTH = 28
_LEVEL_HEIGHT = 20
_CHEVRON = 12


class LevelBadge(Painted):
    """The outlined badge with the display level, such as L2."""

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(words)

    def set_words(self, words: str) -> None:
        """Change the level."""
        self._words = words
        self.say(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = text_width(self._words, font(Role.HINT, Weight.SEMIBOLD)) + 2 * px(m.HALF) - 1
        return QSize(max(px(_LEVEL_WIDTH), round(width)), px(_LEVEL_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with self.painter() as painter:
            box(painter, self.frame(), line=theme.line2, radius=3)
            text(painter, self.frame(), self._words, theme.text2, font(Role.HINT, Weight.SEMIBOLD), CENTRE)


class Chevron(Painted):
    """The arrow between two steps of a way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(_CHEVRON), px(_CHEVRON))

    def paintEvent(self, event: QPaintEvent) -> None:
        with self.painter() as painter:
            paint_icon(painter, self.frame(), "right", current().line3)


class PageHeader(QWidget):
    """48 px: level badge, breadcrumb, title at the left; tools at the right.

    Signals: climbed(int place) when a step of the breadcrumb was pressed, counted from the top.
    """

    climbed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge = LevelBadge()
        self._crumbs: list[QWidget] = []
        self._title = Text("", Role.VALUE, Weight.SEMIBOLD)
        self._row = QHBoxLayout(self)
        space(self._row, (m.PAGE_INSET, 0, m.PAGE_INSET, 0), m.HALF + m.QUARTER)
        self._row.addWidget(self._badge)
        self._row.addWidget(self._title)
        self._row.addStretch(1)
        self._tools = QHBoxLayout()
        space(self._tools, gap=m.HALF)
        self._shown: QWidget | None = None
        self._row.addLayout(self._tools)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_place(self, level: str, way: Sequence[str], title: str) -> None:
        """Say where we are: level, the words of the way up from the top, and the page's title."""
        self._badge.set_words(level)
        self._title.setText(title)
        self.setAccessibleName(title)
        for crumb in self._crumbs:
            self._row.removeWidget(crumb)
            crumb.hide()
            crumb.deleteLater()
        self._crumbs = []
        for place, words in enumerate(way):
            step = Button(words, kind=ButtonKind.QUIET, height=m.TARGET)
            step.clicked.connect(lambda _checked=False, place=place: self.climbed.emit(place))
            self._crumbs += [step, Chevron()]
        for index, crumb in enumerate(self._crumbs):
            self._row.insertWidget(1 + index, crumb)

    def show_tools(self, tools: QWidget | None) -> None:
        """Put the tools of the page in view before the fixed ones, in place of those of the page before."""
        if self._shown is not None:
            self._tools.removeWidget(self._shown)
            self._shown.hide()
        self._shown = tools
        if tools is not None:
            self._tools.addWidget(tools, 0, Qt.AlignmentFlag.AlignVCenter)
            tools.show()

    def add_tool(self, tool: QWidget) -> None:
        """Put a tool at the right end."""
        self._row.addSpacing(px(m.QUARTER))
        self._row.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), px(m.HEADER))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), px(m.HEADER))
