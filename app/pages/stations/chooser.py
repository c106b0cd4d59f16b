"""The list of places, over the page while it is open: search, kind, and every place with its worst alarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.formats import asset_name, shown
from app.pages.stations.presenter import KINDS, Place, found, kind_of, of_kind, worst
from app.texts import _
from app.tones import glyph_of
from backend.model.alarm import AlarmRecord
from widgets.inputs import Button, ButtonKind, SearchField, Segmented
from widgets.surfaces import Card, EmptyState
from widgets.surfaces.surface import Level
from widgets.tables import Align, Column, GlyphCell, Kind, Row, RowLook, RowModel, Table
from widgets.theme import Tone, px, space
from widgets.theme import metrics as m

_WIDTH = 380


class PlaceChooser(Card):
    """Which place to look at. ↑ ↓ look at once; ↵ and Esc close the list.

    Signals: chosen(str asset id); closed().
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(level=Level.RAISED, line=Tone.MUTED, parent=parent)
        self._places: tuple[Place, ...] = ()
        self._alarms: Mapping[int, AlarmRecord] = {}
        self._is_lost: Callable[[str], bool] = lambda _device: False
        self._current = ""
        self._kind = Segmented([(kind, kind) for kind, _members in KINDS], name="")
        self._search = SearchField(name="", hint="")
        self._close = Button(icon="close", kind=ButtonKind.QUIET)
        self._model = RowModel(_columns())
        self._list = Table(self._model, name="", row_height=m.ROW_LIST)
        self._nothing = EmptyState("")
        head = QHBoxLayout()
        space(head, gap=m.HALF)
        head.addWidget(self._search, 1)
        head.addWidget(self._close)
        self.body.addLayout(head)
        self.body.addWidget(self._kind, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self._list, 1)
        self.body.addWidget(self._nothing, 1)
        self._close.clicked.connect(self.closed)
        self._kind.chosen.connect(lambda _key: self._choose_kind())
        self._search.textChanged.connect(lambda _text: self._show())
        self._search.returnPressed.connect(self._list.setFocus)
        self._search.left.connect(self._list.setFocus)
        self._nothing.acted.connect(self._search.clear)
        self._list.selected.connect(self._choose)
        self._list.installEventFilter(self)
        self.retranslate()
        self.hide()

    def show_places(
        self,
        places: Sequence[Place],
        alarms: Mapping[int, AlarmRecord],
        is_lost: Callable[[str], bool],
    ) -> None:
        """Show these places; the list is made anew only while it is open."""
        self._places, self._alarms, self._is_lost = tuple(places), alarms, is_lost
        if self.isVisible():
            self._show()

    def set_current(self, place: Place) -> None:
        """Mark the place that is looked at, and list its kind."""
        self._current = place.asset.id
        if place not in of_kind(self._places, self._kind.current()):
            self._search.clear()
            self._kind.set_current(kind_of(place))
        if self.isVisible():
            self._show()

    def listed(self) -> tuple[Place, ...]:
        """The places of the chosen kind that match the search, in order: what PgUp and PgDn walk."""
        return found(of_kind(self._places, self._kind.current()), self._search.text())

    def open_on(self, area: QWidget, *, search: bool) -> None:
        """Lie over the left of an area with the keyboard in it."""
        self.cover(area)
        self.show()
        self.raise_()
        self._show()
        (self._search if search else self._list).setFocus()

    def cover(self, area: QWidget) -> None:
        """Take as much of the left of an area as it needs."""
        self.setGeometry(0, 0, min(px(_WIDTH), area.width()), area.height())

    def retranslate(self) -> None:
        """Show every text anew."""
        self._kind.set_segments([(kind, _kind_word(kind)) for kind, _members in KINDS], _("Kind of place"))
        self._search.setPlaceholderText(_("Find place or tag"))
        self._search.setAccessibleName(_("Find place or tag"))
        self._close.setAccessibleName(_("Close"))
        self._list.setAccessibleName(_("Places"))
        self._model.set_columns(_columns())
        self.say(_("Places"))
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
                self.closed.emit()
                return True
            if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                # The page's own keys, not the table's.
                event.ignore()
                return False
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _show(self) -> None:
        listed = self.listed()
        self._model.replace([self._row_of(place) for place in listed])
        self._nothing.setVisible(not listed and bool(self._search.text()))
        self._nothing.set_words(
            _("No place of this kind matches “{text}”.").format(text=shown(self._search.text(), 40)), _("Clear")
        )
        self._list.setVisible(bool(listed))
        if self._current:
            self._list.select(self._current)

    def _row_of(self, place: Place) -> Row:
        alarm = worst(place, self._alarms)
        glyph = GlyphCell(priority=int(alarm.priority), state=glyph_of(alarm), words=alarm.name) if alarm else None
        lost = any(self._is_lost(device) for device in place.devices)
        return Row(
            key=place.asset.id,
            cells=(glyph, shown(place.asset.id, 24), asset_name(place.asset), _("link lost") if lost else ""),
            look=RowLook.DIM if lost else RowLook.PLAIN,
        )

    def _choose_kind(self) -> None:
        self._search.clear()
        self._show()
        listed = self.listed()
        if listed and self._current not in {place.asset.id for place in listed}:
            self._list.select(listed[0].asset.id)
        self._list.setFocus()

    def _choose(self, asset: str) -> None:
        if asset and asset != self._current:
            self._current = asset
            self.chosen.emit(asset)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="alarm", title="", width=36, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="id", title=_("Place"), width=96, kind=Kind.MONO),
        Column(key="name", title=_("Name"), width=0, elide=True),
        Column(key="link", title="", width=76, kind=Kind.MUTED),
    )


def _kind_word(kind: str) -> str:
    return {
        "stations": _("Stations"),
        "regulators": _("Cabinets"),
        "valves": _("Valves"),
        "wells": _("Wells"),
        "other": _("Other"),
    }[kind]
