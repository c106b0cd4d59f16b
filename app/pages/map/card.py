"""The card of the selected thing: its live values with quality and age, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.pages.map.subject import Subject, Value
from app.texts import _
from app.tones import glyph_of, mark_of
from widgets.inputs import Button, ButtonKind
from widgets.readouts.ages import short_age
from widgets.surfaces import Drawer, Fact, FactList
from widgets.tables import Align, Column, GlyphCell, Kind, Row, RowModel, Table, ValueCell
from widgets.theme import metrics as m
from widgets.theme import px, space

WIDTH = 380
_ROW = m.ROW_DENSE


class AssetCard(Drawer):
    """What is selected on the map.

    Signals: asked(str): "trend", "station", "command", "isolate" or "near"; alarm_opened(str alarm key).
    """

    asked = Signal(str)
    alarm_opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(close_name=_("Close"), width=WIDTH, parent=parent)
        self._facts = FactList(name="")
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="", row_height=_ROW)
        self._alarms: dict[str, str] = {}
        self._buttons = {
            "isolate": Button(icon="valve", key="I", kind=ButtonKind.PRIMARY),
            "trend": Button(icon="trends", key="T"),
            "station": Button(icon="stations", key="↵"),
            "command": Button(icon="commands", key="C"),
            "near": Button(icon="circle_search", key="W"),
        }
        self.body.addWidget(self._facts)
        self.body.addWidget(self._table)
        self.body.addStretch(1)
        buttons = QGridLayout()
        space(buttons, gap=m.HALF)
        for place, (name, button) in enumerate(self._buttons.items()):
            button.clicked.connect(lambda _checked=False, name=name: self.asked.emit(name))
            if name == "isolate":
                buttons.addWidget(button, 0, 0, 1, 2)
            else:
                buttons.addWidget(button, 1 + (place - 1) // 2, (place - 1) % 2)
        self.foot.addLayout(buttons)
        self._table.opened.connect(self._open)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.retranslate()

    def show_subject(self, subject: Subject, *, can: frozenset[str]) -> None:
        """What is selected, and which of the actions there are for it."""
        self.set_subject(subject.title, subject.words)
        self._facts.set_facts([Fact(label=label, value=value) for label, value in subject.facts])
        self._facts.setVisible(bool(subject.facts))
        for name, button in self._buttons.items():
            button.setEnabled(name in can)

    def show_values(self, values: Sequence[Value]) -> None:
        """Its values as they are now."""
        self._alarms = {str(one.point.id): one.alarm.config.key for one in values if one.alarm is not None}
        self._model.replace([_row(value) for value in values])
        self._table.setVisible(bool(values))
        self._table.setFixedHeight(px(_ROW) * (len(values) + 1) + px(m.HALF))

    def values_table(self) -> Table:
        """The table of values."""
        return self._table

    def retranslate(self) -> None:
        """Show every text anew."""
        self._model.set_columns(_columns())
        self._table.setAccessibleName(_("Values of the selected thing"))
        self._facts.say(_("Facts"))
        words = {
            "isolate": _("Isolating valves"),
            "trend": _("Trend"),
            "station": _("Station"),
            "command": _("Command"),
            "near": _("What is near"),
        }
        for name, button in self._buttons.items():
            button.set_words(words[name])

    def _open(self, point: str) -> None:
        if point in self._alarms:
            self.alarm_opened.emit(self._alarms[point])


def _row(value: Value) -> Row:
    alarm = value.alarm
    glyph = GlyphCell(priority=int(alarm.priority), state=glyph_of(alarm), words=alarm.name) if alarm else None
    mark = mark_of(value.quality)
    return Row(
        key=str(value.point.id),
        cells=(
            glyph,
            value.title,
            ValueCell(number=value.text, unit="", mark=mark, strong=alarm is not None),
            short_age(value.age_s) if value.age_s is not None else "",
        ),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="alarm", title="", width=26, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="title", title=_("Point"), width=0, elide=True),
        Column(key="value", title=_("Value"), width=112, kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="age", title=_("Age"), width=50, kind=Kind.AGE, align=Align.RIGHT),
    )
