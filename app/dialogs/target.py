"""Choose what to command: every actuated point of the site, found by typing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.formats import asset_name, point_title, shown
from app.texts import _
from backend.api import Backend
from widgets.inputs import Button, ButtonKind, SearchField
from widgets.surfaces import DialogFrame
from widgets.tables import Column, Kind, Row, RowModel, Table
from widgets.theme import metrics as m
from widgets.theme import px

_HEIGHT = 620


class TargetDialog(DialogFrame):
    """A searchable list.

    Signals: chosen(int point id); escaped() (from DialogFrame).
    """

    chosen = Signal(int)

    def __init__(self, backend: Backend, parent: QWidget | None = None) -> None:
        super().__init__(_("What do you want to command?"), icon="commands", parent=parent)
        points = backend.registry.points
        assets = {asset.id: asset for asset in backend.registry.assets}
        self._rows = [
            Row(
                key=str(target.point),
                cells=(shown(target.device), asset_name(assets[target.asset]), point_title(points[target.point])),
            )
            for target in backend.commands.commandable()
        ]
        self._search = SearchField(name=_("Find device or place"), hint=_("Find device or place"))
        self._model = RowModel(
            (
                Column(key="device", title=_("Device"), width=180, kind=Kind.MONO),
                Column(key="place", title=_("Place"), width=0, elide=True),
                Column(key="point", title=_("Point"), width=280, kind=Kind.MUTED),
            )
        )
        self._table = Table(self._model, name=_("What can be commanded"))
        self._next = Button(_("Prepare"), key="↵", kind=ButtonKind.COMMIT, height=m.COMMAND_BUTTON)
        back = Button(_("Back"), key="Esc", height=m.COMMAND_BUTTON)
        self.body.addWidget(self._search)
        self.body.addWidget(self._table, 1)
        self.add_leading(back)
        self.add_commit(self._next)
        back.clicked.connect(self.escaped)
        self._search.textChanged.connect(self._find)
        self._search.left.connect(self.escaped)
        self._search.returnPressed.connect(lambda: self._choose(self._table.current_key()))
        self._table.opened.connect(self._choose)
        self._next.clicked.connect(lambda: self._choose(self._table.current_key()))
        self._find("")

    def sizeHint(self) -> QSize:
        return QSize(px(m.DIALOG_WIDTH - m.BANNER * 4), px(_HEIGHT))

    def focus_first(self) -> None:
        """Begin typing at once."""
        self._search.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The arrows walk the list while the cursor stays in the search.
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        rows = self._model.rows()
        place = self._model.place_of(self._table.current_key()) + step
        if 0 <= place < len(rows):
            self._table.select(rows[place].key)

    def _find(self, text: str) -> None:
        sought = text.casefold().strip()
        shown = [row for row in self._rows if any(sought in str(cell).casefold() for cell in row.cells)]
        self._model.replace(shown)
        if shown and self._model.place_of(self._table.current_key()) < 0:
            self._table.select(shown[0].key)

    def _choose(self, key: str) -> None:
        if key:
            self.chosen.emit(int(key))
