"""The alarms of the place at the foot, and what the most urgent of them, or the chosen one, asks of the operator."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.dialogs.interlocks import scrolled
from app.formats import clock_time, sentence, value_text
from app.models.alarms import Words, in_view
from app.page import PageContext
from app.pages.stations.presenter import Place
from app.texts import _, bilingual
from app.tones import glyph_of
from backend.model.alarm import AlarmRecord
from widgets.inputs import Button
from widgets.readouts import Text
from widgets.surfaces import Card
from widgets.tables import Align, Column, GlyphCell, Kind, Row, RowModel, Table
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

_STEPS = 8
"""As many as a response may have."""
_LOW = 220
"""Below this height alarms and response stand side by side; px at 100 %."""


class AlarmsCard(Card):
    """Alarms of one place, the most urgent first.

    Signals: opened(str alarm key) when a person wants it on the alarms page.
    """

    opened = Signal(str)

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._records: tuple[AlarmRecord, ...] = ()
        self._words = Words(context.backend.registry)
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="", row_height=m.ROW_TABLE)
        self._table.head.hide()
        self._table.installEventFilter(self)
        self._table.selected.connect(lambda _key: self._show_response())
        self._none = Text("", Role.BODY, tone=Tone.SECONDARY, wrap=True)
        self._heading = Text("", Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY, elide=Qt.TextElideMode.ElideRight)
        self._steps = [Text("", Role.LABEL, wrap=True) for _step in range(_STEPS)]
        self._open = Button(icon="alarms", key="↵", height=m.TARGET)
        self._open.clicked.connect(self._tell)
        self.add_tool(self._open)
        canvas = QWidget()
        steps = QVBoxLayout(canvas)
        space(steps, gap=m.QUARTER)
        steps.addWidget(self._heading)
        for step in self._steps:
            steps.addWidget(step)
        steps.addStretch(1)
        self._response = scrolled(canvas)
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        space(self._parts, gap=m.HALF)
        self._parts.addWidget(self._none)
        self._parts.addWidget(self._table, 1)
        self._parts.addWidget(self._response, 1)
        self.body.addLayout(self._parts, 1)
        self.retranslate()

    def show_place(self, place: Place, records: Iterable[AlarmRecord]) -> None:
        """Show the active alarms of the place: of its points, its devices and its links."""
        self._words = Words(self._context.backend.registry, self._context.backend.links.snapshot())
        here = {point.id for point in place.points}
        wanted = [
            each
            for each in records
            if each.config.point in here
            or self._words.asset(each) == place.asset.id
            or each.config.asset == place.asset.id
        ]
        self._records = in_view(wanted, "active")
        self._show()

    def records(self) -> tuple[AlarmRecord, ...]:
        """What is listed."""
        return self._records

    def chosen(self) -> AlarmRecord | None:
        """The chosen alarm, else the most urgent one."""
        key = self._table.current_key()
        first = self._records[0] if self._records else None
        return next((each for each in self._records if each.config.key == key), first)

    def retranslate(self) -> None:
        """Show every text anew."""
        self._model.set_columns(_columns())
        self._table.setAccessibleName(_("Alarms of the place"))
        self._none.setText(_("No active alarm here."))
        self._open.set_words(_("Open alarm"))
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = event.size().height() < px(_LOW)
        self._parts.setDirection(QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._tell()
                return True
            if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                event.ignore()
                self.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)

    def _tell(self) -> None:
        record = self.chosen()
        if record is not None:
            self.opened.emit(record.config.key)

    def _show(self) -> None:
        note = _("{count} active").format(count=len(self._records)) if self._records else ""
        self.set_title(_("Station alarms"), note)
        self._model.replace([self._row_of(each) for each in self._records])
        for widget in (self._table, self._response, self._open):
            widget.setVisible(bool(self._records))
        self._none.setVisible(not self._records)
        self._show_response()

    def _show_response(self) -> None:
        record = self.chosen()
        if record is None:
            return
        response = self._context.backend.alarms.response(record.config, record.facts.level)
        self._heading.setText(_("Response to {tag}").format(tag=self._words.tag(record)))
        steps = response.steps[:_STEPS] if response is not None else ()
        lines = [f"{number}  {bilingual(step.en, step.zh)}" for number, step in enumerate(steps, 1)]
        lines = lines or [_("No response is written for this alarm.")]
        for index, text in enumerate(self._steps):
            text.setText(sentence(lines[index]) if index < len(lines) else "")
            text.setVisible(index < len(lines))

    def _row_of(self, record: AlarmRecord) -> Row:
        point = self._words.point(record)
        value = record.facts.value
        shown_value = value_text(point, value) if point is not None and value is not None else ""
        cells = (
            GlyphCell(priority=int(record.priority), state=glyph_of(record), words=record.name),
            clock_time(record.facts.raised_at)[:5],
            self._words.message(record),
            shown_value,
        )
        return Row(key=record.config.key, cells=cells)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="alarm", title="", width=36, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="time", title=_("Time"), width=56, kind=Kind.MUTED),
        Column(key="message", title=_("Message"), width=0, elide=True),
        Column(key="value", title=_("Value"), width=90, align=Align.RIGHT),
    )
