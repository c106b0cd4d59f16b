"""The right column: the chosen alarm with value, trend, time left, advice and facts, and the keys that act on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.pages.alarms.telling import Told
from app.texts import _
from widgets.charts import LimitLine, LimitTrend
from widgets.inputs import Button, ButtonKind
from widgets.notices import AlarmGlyph, GlyphState
from widgets.readouts import Text
from widgets.readouts.ages import countdown
from widgets.surfaces import Card, FactList, Level, Surface
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

WIDTH: Final = 340
_SECTIONS: Final = 4
"""Consequence, cause, steps, notes; a group uses two."""


class Detail(Card):
    """What is chosen.

    Signals: asked(str action): "ack", "goto", "trend", "isolate", "command", "shelve", "reset", "mimic", "note".
    """

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(px(WIDTH))
        self._glyph = AlarmGlyph(1, GlyphState.NONE, name="")
        self._tag = Text("", Role.VALUE, Weight.SEMIBOLD, mono=True, elide=Qt.TextElideMode.ElideMiddle)
        self._message = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._number = Text("", Role.ALARM, Weight.SEMIBOLD)
        self._unit = Text("", Role.LABEL, tone=Tone.SECONDARY)
        self.trend = LimitTrend(name="")
        self._left = _TimeLeft()
        self._advice = tuple(_Advice() for _each in range(_SECTIONS))
        self._facts = FactList(name="")
        self._keys = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._note = Text("", Role.HINT, tone=Tone.MUTED, wrap=True)
        self.buttons = {
            "ack": Button(key="Space", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY),
            "goto": Button(key="↵", kind=ButtonKind.RAISED, height=m.BUTTON_PRIMARY),
            "trend": Button(key="T"),
            "mimic": Button(key="M"),
            "isolate": Button(key="I"),
            "command": Button(key="C"),
            "shelve": Button(key="S"),
            "reset": Button(key="R"),
            "note": Button(key="K"),
        }
        self._lay_out()
        for action, button in self.buttons.items():
            button.clicked.connect(lambda _checked=False, action=action: self.asked.emit(action))
        self.retranslate()

    def retranslate(self) -> None:
        """Words of buttons and captions in the language of the desk."""
        words = {
            "ack": _("Acknowledge"),
            "goto": _("Go to"),
            "trend": _("Trend"),
            "mimic": _("Mimic"),
            "isolate": _("Isolate"),
            "command": _("Command"),
            "shelve": _("Shelve"),
            "reset": _("Reset"),
            "note": _("Note"),
        }
        for action, button in self.buttons.items():
            button.set_words(words[action])
        self.buttons["ack"].set_key(_("Space"))
        self.trend.setAccessibleName(_("Last 10 min"))
        self._keys.setText(_("Alarm to valve: ↵ map, I isolating valves, C command"))

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._glyph.hide()
        self._show(Told(tag="", message=_("Choose an alarm to see it here.")))
        self.trend.hide()
        self._left.hide()
        self._keys.hide()
        self.allow(())

    def show_told(self, told: Told, glyph: tuple[int, GlyphState, str] | None) -> None:
        """Show what is said of an alarm or a group."""
        self._glyph.setVisible(glyph is not None)
        if glyph is not None:
            self._glyph.set_alarm(*glyph)
        self._show(told)
        self._keys.setVisible(glyph is not None)

    def show_trend(
        self, values: NDArray[np.float64] | None, limits: Sequence[LimitLine], *, start: str, end: str, tone: Tone
    ) -> None:
        """The last ten minutes; None: the alarm has no value."""
        self.trend.setVisible(values is not None)
        if values is not None:
            self.trend.show_values(values, limits, start=start, end=end, tone=tone, empty=_("no value in 10 min"))

    def show_left(self, left: tuple[float, float] | None) -> None:
        """(s left to respond, s there were); None when nothing waits."""
        self._left.show_left(left)

    def allow(self, actions: Sequence[str], *, unshelve: bool = False) -> None:
        """Which buttons may be pressed; `unshelve`: the shelf button takes it back."""
        for action, button in self.buttons.items():
            button.setEnabled(action in actions)
        self.buttons["shelve"].set_words(_("Unshelve") if unshelve else _("Shelve"))

    def _show(self, told: Told) -> None:
        self._tag.setText(told.tag)
        self._tag.setVisible(bool(told.tag))
        self._message.setText(told.message)
        self._number.setText(told.number)
        self._number.setVisible(bool(told.number))
        self._unit.setText(" · ".join(part for part in (told.unit, told.limit) if part))
        for place, section in enumerate(self._advice):
            section.show_lines(*(told.advice[place] if place < len(told.advice) else ("", ())))
        self._facts.setVisible(bool(told.facts))
        self._facts.set_facts(told.facts, _("Facts of the alarm"))
        self._note.setText(told.note)
        self._note.setVisible(bool(told.note))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        space(head, gap=m.HALF)
        head.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        space(names)
        names.addWidget(self._tag)
        names.addWidget(self._message)
        head.addLayout(names, 1)
        value = QHBoxLayout()
        space(value, gap=m.HALF)
        value.addWidget(self._number)
        value.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBottom)
        value.addStretch(1)
        canvas = QWidget()
        canvas.setObjectName("canvas")
        column = QVBoxLayout(canvas)
        space(column, gap=m.GAP)
        column.addLayout(head)
        column.addLayout(value)
        for widget in (self.trend, self._left, *self._advice, self._keys, self._facts):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(canvas)
        scroll.viewport().setAutoFillBackground(False)
        canvas.setAutoFillBackground(False)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(scroll, 1)
        for row in (("ack", "goto"), ("trend", "mimic", "note"), ("isolate", "command"), ("shelve", "reset")):
            line = QHBoxLayout()
            space(line, gap=m.HALF)
            for action in row:
                line.addWidget(self.buttons[action], 1)
            self.body.addLayout(line)
        self.body.addWidget(self._note)


class _TimeLeft(Surface):
    """ "Time left to respond 2:27 of 4:00"; when it is over, since when."""

    def __init__(self) -> None:
        super().__init__(Level.RAISED, radius=m.RADIUS_CONTROL)
        self._words = Text("", Role.LABEL, tone=Tone.SECONDARY)
        self._left = Text("", Role.KEY, Weight.SEMIBOLD)
        self._of = Text("", Role.HINT, tone=Tone.MUTED)
        row = QHBoxLayout(self)
        space(row, (m.GAP, m.HALF, m.GAP, m.HALF), m.HALF)
        row.addWidget(self._words)
        row.addStretch(1)
        row.addWidget(self._left)
        row.addWidget(self._of)

    def show_left(self, left: tuple[float, float] | None) -> None:
        """(s left, s there were); None hides it."""
        self.setVisible(left is not None)
        if left is None:
            return
        over = left[0] < 0
        self._words.setText(_("Time to respond is over by") if over else _("Time left to respond"))
        self._left.setText(_short(abs(left[0])))
        self._of.setText("" if over else _("of {time}").format(time=_short(left[1])))
        self.say(self._words.text(), self._left.text())


class _Advice(QWidget):
    """A title and its sentences."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY)
        self._lines = Text("", Role.LABEL, wrap=True)
        column = QVBoxLayout(self)
        space(column, gap=m.QUARTER)
        column.addWidget(self._title)
        column.addWidget(self._lines)

    def show_lines(self, title: str, lines: Sequence[str]) -> None:
        """Show these sentences, one under the other; without any it is not there."""
        self.setVisible(bool(lines))
        self._title.setText(title)
        self._lines.setText("\n".join(lines))


def _short(seconds: float) -> str:
    """2:27 below an hour, else in hours or days."""
    if seconds < 3600:
        return countdown(seconds)
    hours = seconds / 3600
    return _("{count} h").format(count=round(hours)) if hours < 48 else _("{count} d").format(count=round(hours / 24))
