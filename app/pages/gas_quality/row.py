"""One source point as a row: who it is, what its gas is made of, how it burns, smells and stands."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.pages.gas_quality.presenter import Cell, Line
from app.texts import _
from widgets.charts import Sparkline
from widgets.notices import AlarmGlyph
from widgets.readouts import CompositionBar, Text, ValueReadout
from widgets.surfaces import Level, Surface
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

_NAME_WIDTH = 176
_CELL_WIDTH = 112
_SPARK_HEIGHT = 30
_GLYPH = 22


class SourceRow(Surface):
    """A source that can be chosen with the pointer and walked to with the keyboard.

    Signals: chosen(str key) when it becomes the one looked at; opened(str key) on ↵ or double click;
    stepped(int) ±1 when the arrow keys ask for the row below or above.
    """

    chosen = Signal(str)
    opened = Signal(str)
    stepped = Signal(int)

    def __init__(self, key: str, cells: int, parent: QWidget | None = None) -> None:
        super().__init__(Level.CARD, parent=parent)
        self._key = key
        self._tag = Text("", Role.LABEL, tone=Tone.SECONDARY, mono=True)
        self._name = Text("", Role.VALUE, Weight.SEMIBOLD, elide=Qt.TextElideMode.ElideMiddle)
        self._medium = Text("", Role.HINT, tone=Tone.SECONDARY, wrap=True)
        self._note = Text("", Role.HINT, tone=Tone.MUTED)
        self._glyph = AlarmGlyph(name="", size=_GLYPH)
        self._mixture = CompositionBar(name="")
        self._values = [ValueReadout("", role=Role.VALUE) for _cell in range(cells)]
        self._lines = [Sparkline(name="") for _cell in range(cells)]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()

    def key(self) -> str:
        """Which source it shows."""
        return self._key

    def show_line(self, line: Line) -> None:
        """Show the values of now."""
        self.say(f"{line.tag} {line.name}", line.medium)
        self._tag.setText(line.tag)
        self._name.setText(line.name)
        self._medium.setText(line.medium)
        self._note.setText(line.note)
        if line.alarm is None:
            self._glyph.hide()
        else:
            self._glyph.set_alarm(*line.alarm, _("alarm, priority {priority}").format(priority=line.alarm[0]))
            self._glyph.show()
        self._mixture.say(_("Composition of {source}").format(source=line.tag))
        self._mixture.show_parts(line.parts, unit="mol%", mark=line.parts_mark)
        for cell, value, spark in zip(line.cells, self._values, self._lines, strict=False):
            self._show_cell(cell, value, spark)

    def show_trends(self, hour: Mapping[int, NDArray[np.float64]], line: Line) -> None:
        """Show the last hour of each value, by point id."""
        for cell, spark in zip(line.cells, self._lines, strict=False):
            spark.show_values(hour[cell.point], cell.tone)

    def set_chosen(self, chosen: bool) -> None:
        """Whether it is the one looked at."""
        self.set_line(Tone.YOU if chosen else None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit(self._key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit(self._key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit(self._key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self._key)
        else:
            super().keyPressEvent(event)

    def _show_cell(self, cell: Cell, value: ValueReadout, spark: Sparkline) -> None:
        value.set_label(cell.label)
        value.set_span(cell.span)
        value.show_value(
            cell.value,
            unit=cell.unit,
            digits=cell.digits,
            mark=cell.mark,
            tone=cell.tone,
            age=cell.age,
            mark_word=cell.words,
        )
        spark.say(_("{value}, last hour").format(value=cell.label))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        space(head, gap=m.HALF)
        head.addWidget(self._tag)
        head.addStretch(1)
        head.addWidget(self._glyph)
        who = QWidget()
        who.setFixedWidth(px(_NAME_WIDTH))
        column = QVBoxLayout(who)
        space(column, gap=m.QUARTER)
        column.addLayout(head)
        column.addWidget(self._name)
        column.addWidget(self._medium)
        column.addStretch(1)
        column.addWidget(self._note)
        middle = QVBoxLayout()
        space(middle)
        middle.addStretch(1)
        middle.addWidget(self._mixture)
        middle.addStretch(1)
        row = QHBoxLayout(self)
        space(row, (m.INSET, m.GAP, m.INSET, m.GAP), m.PAGE_INSET)
        row.addWidget(who)
        row.addLayout(middle, 7)
        for value, spark in zip(self._values, self._lines, strict=True):
            cell = QVBoxLayout()
            space(cell, gap=m.QUARTER)
            cell.addStretch(1)
            cell.addWidget(value)
            cell.addWidget(spark)
            cell.addStretch(1)
            value.setMinimumWidth(px(_CELL_WIDTH))
            spark.setMinimumHeight(px(_SPARK_HEIGHT))
            row.addLayout(cell, 2)
