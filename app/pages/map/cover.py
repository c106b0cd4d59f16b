"""Where the parts over the map lie: layers left, search and a sentence on top, panels and scale at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from widgets.readouts import Text
from widgets.surfaces import Surface
from widgets.theme import Role, Weight, space
from widgets.theme import metrics as m


class Hint(Surface):
    """A sentence over the map: what a click does now, or which view this is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._words = Text("", Role.LABEL, Weight.SEMIBOLD, elide=Qt.TextElideMode.ElideMiddle)
        row = QHBoxLayout(self)
        space(row, (m.GAP, m.HALF, m.GAP, m.HALF))
        row.addWidget(self._words)
        self.hide()

    def show_words(self, words: str) -> None:
        """Say it; "" hides the plate."""
        self._words.setText(words)
        self.say(words)
        self.setVisible(bool(words))


def cover(
    page: QWidget,
    board: QWidget,
    *,
    layers: QWidget,
    finder: QWidget,
    hint: QWidget,
    scale: QWidget,
    empty: QWidget,
    panels: Sequence[QWidget],
) -> None:
    """Lay all of this out on a page; the board fills it, and what is beside the parts is the board's."""
    top = QHBoxLayout()
    space(top, gap=m.GAP)
    top.addWidget(finder, 0, Qt.AlignmentFlag.AlignTop)
    top.addWidget(hint, 0, Qt.AlignmentFlag.AlignTop)
    top.addStretch(1)
    foot = QHBoxLayout()
    space(foot)
    foot.addStretch(1)
    foot.addWidget(scale)
    middle = QVBoxLayout()
    space(middle)
    middle.addLayout(top)
    middle.addStretch(1)
    middle.addLayout(foot)
    over = QHBoxLayout()
    space(over, (m.GAP, m.GAP, m.GAP, m.GAP), m.GAP)
    over.addWidget(layers, 0, Qt.AlignmentFlag.AlignTop)
    over.addLayout(middle, 1)
    for panel in panels:
        over.addWidget(panel)
        panel.hide()
    pile = QGridLayout(page)
    space(pile, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET))
    pile.addWidget(board, 0, 0)
    pile.addWidget(empty, 0, 0, Qt.AlignmentFlag.AlignCenter)
    pile.addLayout(over, 0, 0)
    for part in (layers, finder, hint, scale, *panels):
        part.raise_()
