"""Every point of a place as a table: tag, value, limits, quality, age."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from app.formats import quality_word, shown, unit_of
from app.pages.stations.presenter import Place, PointRow, limits_text, rows
from app.texts import _
from app.tones import glyph_of, mark_of
from backend.model.alarm import AlarmRecord
from backend.model.live import TagSnapshot
from widgets.readouts import Mark
from widgets.readouts.ages import short_age
from widgets.surfaces import Card
from widgets.tables import Align, Cell, Column, GlyphCell, Kind, Row, RowModel, Table, ValueCell


class EquipmentList(Card):
    """The points of one place.

    Signals: selected(int point id) when a person chose a row; opened(int point id) on ↵.
    """

    selected = Signal(int)
    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="")
        self._table.installEventFilter(self)
        self._table.selected.connect(lambda key: self.selected.emit(int(key)))
        self.body.addWidget(self._table)
        self.setFocusProxy(self._table)
        self.retranslate()

    def show_points(self, place: Place, snapshot: TagSnapshot, alarms: Mapping[int, AlarmRecord]) -> None:
        """Show every point as it is now."""
        self._model.replace([_row(row) for row in rows(place, snapshot, alarms)])

    def current(self) -> int | None:
        """The chosen point."""
        key = self._table.current_key()
        return int(key) if key else None

    def select(self, point: int) -> None:
        """Choose a row without telling anybody."""
        self._table.select(str(point))

    def retranslate(self) -> None:
        """Show every text anew."""
        self._table.setAccessibleName(_("Points of the place"))
        self._model.set_columns(_columns())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Keys of the page; the table would use them for itself.
            event.ignore()
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


def _row(row: PointRow) -> Row:
    alarm = row.alarm
    glyph = GlyphCell(priority=int(alarm.priority), state=glyph_of(alarm), words=alarm.name) if alarm else None
    mark = mark_of(row.quality)
    cells: tuple[Cell, ...] = (
        glyph,
        shown(row.point.tag),
        row.title,
        ValueCell(
            number=row.value_text,
            unit="" if row.point.states else unit_of(row.point),
            mark=mark,
            strong=alarm is not None,
        ),
        limits_text(row.point),
        "",
        "" if mark is Mark.GOOD else quality_word(row.quality),
        short_age(row.age_s) if row.age_s is not None else "",
    )
    return Row(key=str(row.point.id), cells=cells)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="alarm", title="", width=40, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="tag", title=_("Tag"), width=200, kind=Kind.MONO),
        Column(key="title", title=_("Point"), width=0, elide=True),
        Column(key="value", title=_("Value"), width=150, kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="limits", title=_("Limits"), width=140, kind=Kind.MUTED, align=Align.RIGHT),
        Column(key="gap", title="", width=24),
        Column(key="quality", title=_("Quality"), width=160, elide=True),
        Column(key="age", title=_("Age"), width=70, kind=Kind.AGE, align=Align.RIGHT),
    )
