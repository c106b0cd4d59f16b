"""The faceplate at the right: what the selected element measures, is set to and allows, and how to command it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.interlocks import show_interlocks
from app.dialogs.words import blocked_text
from app.pages.stations.plate import Plate, PlateBar
from app.texts import _
from backend.model.command import CommandCheck
from widgets.inputs import Button, ButtonKind
from widgets.readouts import AnalogBar, Mark, Span, Text, ValueReadout
from widgets.surfaces import Drawer, Fact, FactList
from widgets.theme import Role, Tone, Weight, alarm_tone, px, space
from widgets.theme import metrics as m

WIDTH = 340
_BARS = 3
_BAR_HEIGHT = 150
_NO_SPAN = Span(low=0, high=1)


class _Column(QWidget):
    """A standing bar with its caption above and its value below."""

    def __init__(self) -> None:
        super().__init__()
        self._caption = Text("", Role.HINT, tone=Tone.SECONDARY)
        self._bar = AnalogBar(_NO_SPAN, name="", orientation=Qt.Orientation.Vertical)
        self._value = ValueReadout("", role=Role.BODY)
        self._span = _NO_SPAN
        column = QVBoxLayout(self)
        space(column, gap=m.QUARTER)
        for widget in (self._caption, self._bar, self._value):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_bar(self, bar: PlateBar) -> None:
        """Show this one."""
        self._caption.setText(bar.caption)
        self._bar.say(bar.caption)
        self._bar.setFixedHeight(px(_BAR_HEIGHT))
        if bar.span != self._span:
            self._span = bar.span
            self._bar.set_span(bar.span)
            self._bar.updateGeometry()
        tone = alarm_tone(bar.alarm[0]) if bar.alarm is not None else Tone.NORMAL
        self._bar.show_value(bar.value, tone=tone, mark=bar.mark)
        if bar.mark is Mark.GOOD:
            self._value.show_text(f"{bar.number} {bar.unit}".strip())
        else:
            self._value.show_text(bar.number, mark=bar.mark)


class Faceplate(Drawer):
    """Shows one plate at a time; its controls say what a person wants.

    Signals: prepare() and trend() when those buttons were pressed.
    """

    prepare = Signal()
    trend = Signal()

    def __init__(self) -> None:
        super().__init__(width=WIDTH)
        self._plate: Plate | None = None
        self._about = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._chips = Text("", Role.LABEL, Weight.SEMIBOLD)
        self._columns = [_Column() for _each in range(_BARS)]
        self._facts = FactList(name="")
        self._command = Button(icon="commands", key="C", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._trend = Button(icon="trends", key="T", kind=ButtonKind.RAISED, height=m.BUTTON_PRIMARY)
        self._permissive_title = Text("", Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY)
        self._permissive_note = Text("", Role.HINT, tone=Tone.MUTED)
        self._permissives = FactList(name="", ruled=False, row=m.ROW_DENSE - 2)
        self._blocked = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._limit_title = Text("", Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY)
        self._limits = FactList(name="")
        bars = QHBoxLayout()
        space(bars, gap=m.HALF)
        for column in self._columns:
            bars.addWidget(column, 1)
        buttons = QHBoxLayout()
        space(buttons, gap=m.HALF)
        buttons.addWidget(self._command, 1)
        buttons.addWidget(self._trend)
        self.body.addWidget(self._about)
        self.body.addWidget(self._chips)
        self.body.addLayout(bars)
        for widget in (self._facts, self._permissive_title, self._permissives, self._blocked):
            self.body.addWidget(widget)
        self.body.addWidget(self._permissive_note)
        self.body.addWidget(self._limit_title)
        self.body.addWidget(self._limits)
        self.body.addStretch(1)
        self.foot.addLayout(buttons)
        self._command.clicked.connect(self.prepare)
        self._trend.clicked.connect(self.trend)
        self.retranslate()

    def show_plate(self, plate: Plate) -> None:
        """Show these facts; what is the same is not painted again."""
        if plate == self._plate:
            return
        before, self._plate = self._plate, plate
        if before is None or (before.tag, before.where) != (plate.tag, plate.where):
            self.set_subject(plate.tag, plate.where)
            self.show_check(None)
        self._about.setText(plate.about)
        self._about.setVisible(bool(plate.about))
        self._chips.setText(" · ".join(plate.chips))
        self._chips.setVisible(bool(plate.chips))
        for index, column in enumerate(self._columns):
            column.setVisible(index < len(plate.bars))
            if index < len(plate.bars):
                column.show_bar(plate.bars[index])
        self._facts.set_facts([Fact(label=label, value=value) for label, value in plate.facts], _("State and settings"))
        self._facts.setVisible(bool(plate.facts))
        self._limits.set_facts([Fact(label=label, value=value) for label, value in plate.limits], _("Alarm limits"))
        self._limits.setVisible(bool(plate.limits))
        self._limit_title.setVisible(bool(plate.limits))
        self._command.setEnabled(plate.ask is not None)
        self._trend.setEnabled(bool(plate.points))

    def show_check(
        self, check: CommandCheck | None, why_not: str = "", states: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Show what a command needs; None hides it. why_not: it could not be found out. states: see
        `words.state_words`."""
        shown_ = check is not None or bool(why_not)
        for widget in (self._permissive_title, self._permissives, self._permissive_note):
            widget.setVisible(check is not None)
        self._permissive_title.setVisible(shown_)
        self._blocked.setText(blocked_text(check.blocked, states) if check is not None else why_not)
        self._blocked.setVisible(bool(self._blocked.text()))
        if check is not None:
            self._permissive_note.setText(show_interlocks(self._permissives, check.interlocks, states, brief=True))

    def retranslate(self) -> None:
        """Show every text anew."""
        self._command.set_words(_("Prepare command"))
        self._trend.setAccessibleName(_("Trend"))
        self._permissive_title.setText(_("Permissives"))
        self._limit_title.setText(_("Alarm limits"))
        self.setAccessibleName(_("Faceplate"))
        self._plate = None
