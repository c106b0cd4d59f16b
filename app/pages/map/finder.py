"""The search field over the map and the list of what it found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.pages.map.finding import Entry, search
from app.texts import _
from widgets.inputs import SearchField
from widgets.readouts import Text
from widgets.surfaces import Surface
from widgets.tables import Column, Kind, Row, RowModel, Table
from widgets.theme import Role, Tone, px, space
from widgets.theme import metrics as m

WIDTH = 340


class Finder(QWidget):
    """Type, walk with the arrows, ↵ goes there; Esc leaves.

    Signals: found(str key); left() when the keyboard should go back to the map.
    """

    found = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._field = SearchField(name="", key="/")
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="", row_height=m.ROW_DENSE)
        self._table.head.hide()
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._none = Text("", Role.LABEL, tone=Tone.SECONDARY)
        self._list = Surface()
        self._list.hide()
        inner = QVBoxLayout(self._list)
        space(inner, (m.HALF, m.HALF, m.HALF, m.HALF))
        inner.addWidget(self._none)
        inner.addWidget(self._table)
        column = QVBoxLayout(self)
        space(column, gap=m.QUARTER)
        column.addWidget(self._field)
        column.addWidget(self._list)
        self.restyle()
        self._field.searched.connect(self._search)
        self._field.left.connect(self.left)
        self._field.installEventFilter(self)
        self._table.clicked.connect(lambda _index: self._take())
        self.retranslate()

    def restyle(self) -> None:
        """Take the width from the theme."""
        self.setFixedWidth(px(WIDTH))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.restyle()

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        """What can be found."""
        self._entries = entries

    def focus_first(self) -> None:
        """Put the keyboard into the field."""
        self._field.setFocus()
        self._field.selectAll()

    def retranslate(self) -> None:
        """Show every text anew."""
        self._field.setPlaceholderText(_("Number, name, tag or street"))
        self._field.setAccessibleName(_("Find on the map"))
        self._table.setAccessibleName(_("Found on the map"))
        self._none.setText(_("Nothing on the map is called so."))
        self._list.say(_("Found on the map"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._list.isVisible():
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                # A line field hands ↵ on, and on the page it means something else.
                self._take()
                return True
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            rows = self._model.rows()
            if step is not None and rows:
                place = self._model.place_of(self._table.current_key())
                self._table.select(rows[(place + step) % len(rows)].key)
                return True
        return super().eventFilter(watched, event)

    def _search(self, text: str) -> None:
        hits = search(self._entries, text)
        self._model.replace([Row(key=hit.key, cells=(hit.words, hit.kind)) for hit in hits])
        if hits:
            self._table.select(hits[0].key)
        self._table.setVisible(bool(hits))
        self._table.setFixedHeight(px(m.ROW_DENSE) * max(1, len(hits)))
        self._none.setVisible(not hits)
        self._list.setVisible(bool(text.strip()))
        self.adjustSize()

    def _take(self) -> None:
        key = self._table.current_key()
        if self._list.isVisible() and key:
            self._field.clear()
            self.found.emit(key)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="words", title="", width=0, elide=True),
        Column(key="kind", title="", width=110, kind=Kind.MUTED),
    )
