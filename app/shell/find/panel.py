"""The panel of find anything: one field, what was found below it in groups, everything by keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.shell.find.entries import KINDS, kind_word
from app.shell.find.index import Entry, Group, Index
from app.texts import _
from widgets.inputs import Button, SearchField
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.tables import Column, Kind, Row, RowModel, Table
from widgets.theme import Role, Tone, px
from widgets.theme import metrics as m

_WIDTH = 980
_HEIGHT = 640
_OF_A_KIND = 6
_ELSEWHERE = {Qt.Key.Key_T: "trends", Qt.Key.Key_M: "map"}
_DOWN = (Qt.Key.Key_Down, Qt.Key.Key_PageDown)


class FindPanel(DialogFrame):
    """Signals: chosen(str page, str what) when somebody chose where to go; those of DialogFrame."""

    chosen = Signal(str, str)

    def __init__(self, pages: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(_("Find"), icon="find", parent=parent)
        self._pages = frozenset(pages)
        self._index: Index | None = None
        self._found: dict[str, Entry] = {}
        self._field = SearchField(name=_("Find"), hint=_("Tag, place, alarm, command, device or page"))
        self._model = RowModel(_columns())
        self._table = Table(self._model, name=_("Found"), row_height=m.ROW_DENSE)
        self._state = Text("", Role.LABEL, tone=Tone.MUTED)
        self._go = Button(_("Go to"), key="↵", height=m.BUTTON_PRIMARY)
        self._trend = Button(_("Trend"), key="Ctrl T", height=m.BUTTON_PRIMARY)
        self._map = Button(_("Map"), key="Ctrl M", height=m.BUTTON_PRIMARY)
        self.setMinimumSize(px(_WIDTH), px(_HEIGHT))
        self.body.addWidget(self._field)
        self.body.addWidget(self._state)
        self.body.addWidget(self._table, 1)
        self.add_leading(self._trend)
        self.add_leading(self._map)
        self.add_commit(self._go)
        self._field.searched.connect(self._search)
        self._field.installEventFilter(self)
        self._table.installEventFilter(self)
        self._table.opened.connect(lambda _key: self._open())
        self._table.selected.connect(lambda _key: self._show_buttons())
        self._go.clicked.connect(self._open)
        self._trend.clicked.connect(lambda: self._open("trends"))
        self._map.clicked.connect(lambda: self._open("map"))
        self._search(self._field.text())

    def take(self, index: Index) -> None:
        """What can be found is known now."""
        self._index = index
        self._search(self._field.text())

    def focus_first(self) -> None:
        """Put the cursor into the field."""
        self._field.setFocus()

    def found(self) -> tuple[Entry, ...]:
        """What is listed now, in order."""
        return tuple(self._found.values())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape:
            self.escaped.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif key in _ELSEWHERE and self._is_asked(watched, event):
            self._open(_ELSEWHERE[key])
        elif watched is self._field and key in _DOWN:
            self._step_down()
        elif watched is self._table and key is Qt.Key.Key_Up and self._model.place_of(self._table.current_key()) == 0:
            self._field.setFocus()
        elif watched is self._table and event.text().isprintable() and event.text().strip():
            self._field.setFocus()
            self._field.insert(event.text())
        else:
            return super().eventFilter(watched, event)
        return True

    def _is_asked(self, watched: QObject, event: QKeyEvent) -> bool:
        """In the field letters are text, so Ctrl goes with them; in the list they stand alone."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return True
        return watched is self._table and not event.modifiers()

    def _step_down(self) -> None:
        if self._found:
            self._table.setFocus()
            rows = self._model.rows()
            place = self._model.place_of(self._table.current_key())
            self._table.select(rows[min(place + 1, len(rows) - 1)].key)

    def _search(self, query: str) -> None:
        groups = self._index.search(query, KINDS, each=_OF_A_KIND) if self._index is not None else ()
        self._found = {entry.key: entry for group in groups for entry in group.found}
        self._model.replace([row for group in groups for row in _rows(group)])
        if self._found:
            self._table.select(next(iter(self._found)))
        self._state.setText(self._sentence(query))
        self._show_buttons()

    def _sentence(self, query: str) -> str:
        if self._index is None:
            return _("Reading what there is …")
        if not query.strip():
            return _("{count} things can be found. A few letters are enough.").format(count=f"{len(self._index):,}")
        if not self._found:
            return _("Nothing matches.")
        return _("↓ into the list, then ↵, T or M")

    def _show_buttons(self) -> None:
        entry = self._found.get(self._table.current_key())
        self._go.setEnabled(entry is not None)
        self._trend.setEnabled(entry is not None and bool(entry.trend) and "trends" in self._pages)
        self._map.setEnabled(entry is not None and bool(entry.map) and "map" in self._pages)

    def _open(self, page: str = "") -> None:
        entry = self._found.get(self._table.current_key())
        if entry is None:
            return
        what = {"": entry.what, "trends": entry.trend, "map": entry.map}[page]
        if page and (not what or page not in self._pages):
            return
        self.chosen.emit(page or entry.page, what)


def _rows(group: Group) -> list[Row]:
    """The rows of a group; the kind stands at its first, how many more there are at its last."""
    last = len(group.found) - 1
    return [
        Row(
            key=entry.key,
            cells=(
                kind_word(group.kind) if place == 0 else "",
                entry.title,
                entry.words,
                _("{count} more").format(count=f"{group.more:,}") if place == last and group.more else "",
            ),
        )
        for place, entry in enumerate(group.found)
    ]


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="kind", title=_("Kind"), width=96, kind=Kind.MUTED),
        Column(key="title", title=_("Name"), width=300, kind=Kind.MONO, elide=True),
        Column(key="words", title=_("What it is"), width=0, elide=True),
        Column(key="more", title="", width=110, kind=Kind.MUTED),
    )
