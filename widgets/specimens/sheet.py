"""A sheet of the gallery: captions and specimens under one another, in columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.readouts.text import Text
from widgets.surfaces.surface import Level, Surface
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of the gallery: a name for the file and a maker of its widgets."""

    name: str
    make: Callable[[], QWidget]


def page(title: str, *columns: QWidget) -> QWidget:
    """A page with columns side by side."""
    plane = Surface(Level.WELL, radius=0)
    plane.say(title)
    outer = QVBoxLayout(plane)
    space(outer, (m.PAGE_INSET, m.PAGE_INSET, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
    outer.addWidget(Text(title, Role.VALUE, Weight.SEMIBOLD))
    row = QHBoxLayout()
    space(row, gap=m.GAP)
    for column_widget in columns:
        row.addWidget(column_widget, 1)
    outer.addLayout(row, 1)
    return plane


def column(*entries: QWidget | tuple[str, QWidget]) -> QWidget:
    """A card with specimens under one another; a tuple gives one a caption."""
    card = Surface(Level.CARD)
    card.say("specimens")
    layout = QVBoxLayout(card)
    space(layout, (m.INSET, m.INSET, m.INSET, m.INSET), m.GAP)
    for entry in entries:
        caption, widget = entry if isinstance(entry, tuple) else ("", entry)
        if caption:
            layout.addWidget(Text(caption, Role.HINT, tone=Tone.MUTED))
        layout.addWidget(widget)
    layout.addStretch(1)
    return card


def row(*widgets: QWidget, stretch: bool = True) -> QWidget:
    """Specimens side by side."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    space(layout, gap=m.HALF)
    for widget in widgets:
        layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    if stretch:
        layout.addStretch(1)
    return holder
