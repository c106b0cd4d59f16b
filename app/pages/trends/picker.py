"""Dialogs of the trends page: find a point for a pen; open, keep and remove pen groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.formats import asset_name, point_title, shown, unit_of
from app.pages.trends.groups import Group, found_points
from app.texts import _
from backend.model.plant import Registry
from widgets.inputs import Button, ButtonKind, FormField, LineField, SearchField
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.tables import Column, Kind, Row, RowModel, Table
from widgets.theme import Role, Tone, px, space
from widgets.theme import metrics as m

_WIDTH: Final = 820
_LIST_HEIGHT: Final = 420
_MOST: Final = 200


class _ListDialog(DialogFrame):
    """A search above a list; arrows walk the list while the search has the keyboard, ↵ takes the row."""

    def __init__(self, title: str, hint: str, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(title, icon="trends", parent=parent)
        self.setMinimumWidth(px(_WIDTH))
        self.search = SearchField(name=hint, hint=hint)
        self.model = RowModel(columns)
        self.table = Table(self.model, name=title)
        self.table.setMinimumHeight(px(_LIST_HEIGHT))
        self.note = Text("", Role.LABEL, tone=Tone.MUTED)
        self.body.addWidget(self.search)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.note)
        self.search.left.connect(self.escaped)
        self.search.searched.connect(lambda _text: self.fill())
        self.search.returnPressed.connect(self.take)
        self.table.opened.connect(lambda _key: self.take())
        self.search.installEventFilter(self)

    def focus_first(self) -> None:
        """Typing finds at once."""
        self.search.setFocus()

    def fill(self) -> None:
        """Show what fits the search."""

    def take(self) -> None:
        """The chosen row is wanted."""

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows with the first one chosen, unless another still is there."""
        chosen = self.table.current_key()
        self.model.replace(rows)
        if rows and self.model.place_of(chosen) < 0:
            self.table.select(rows[0].key)

    def walk(self, step: int) -> None:
        """Choose the next or previous row."""
        rows = self.model.rows()
        place = self.model.place_of(self.table.current_key())
        if rows:
            self.table.select(rows[min(max(place + step, 0), len(rows) - 1)].key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Up and down come here from the search field, which has no use for them.
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.walk(step)


class PenPicker(_ListDialog):
    """Finds a point by tag, title or place.

    Signals: picked(str tag); the dialog stays for the next one. escaped() (from DialogFrame).
    """

    picked = Signal(str)

    def __init__(self, registry: Registry, taken: Sequence[str], parent: QWidget | None = None) -> None:
        columns = (
            Column(key="tag", title=_("Tag"), width=190, kind=Kind.MONO),
            Column(key="title", title=_("Point"), width=0, elide=True),
            Column(key="place", title=_("Place"), width=200, kind=Kind.MUTED, elide=True),
            Column(key="unit", title=_("Unit"), width=80, kind=Kind.MUTED),
        )
        super().__init__(_("Add pen"), _("Find tag, point or place"), columns, parent)
        self._registry = registry
        self._taken = set(taken)
        self._places = {asset.id: asset_name(asset) for asset in registry.assets}
        done = Button(_("Done"), key="Esc", height=m.BUTTON_PRIMARY)
        self._add = Button(_("Add pen"), key="↵", kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        self.add_leading(done)
        self.add_commit(self._add)
        done.clicked.connect(self.escaped)
        self._add.clicked.connect(self.take)
        self.fill()

    def fill(self) -> None:
        points = [
            point for point in found_points(self._registry, self.search.text(), _MOST) if point.tag not in self._taken
        ]
        self.show_rows(
            [
                Row(
                    key=point.tag,
                    cells=(
                        shown(point.tag, 40),
                        point_title(point),
                        f"{shown(point.asset, 24)} {self._places.get(point.asset, '')}",
                        unit_of(point),
                    ),
                )
                for point in points
            ]
        )
        self._add.setEnabled(bool(points))
        self.note.setText(
            _("{count} points").format(count=f"{len(points)}+" if len(points) == _MOST else len(points))
            if points
            else _("No point matches “{text}”.").format(text=shown(self.search.text(), 40))
        )

    def take(self) -> None:
        tag = self.table.current_key()
        if tag:
            self._taken.add(tag)
            self.picked.emit(tag)
            self.fill()
            self.search.selectAll()


class GroupDialog(_ListDialog):
    """Opens a pen group, keeps the pens in view under a name, removes an own group.

    Signals: opened(str key); kept(str name); removed(str key); escaped() (from DialogFrame).
    """

    opened = Signal(str)
    kept = Signal(str)
    removed = Signal(str)

    def __init__(
        self, groups: Sequence[Group], current: Group, *, may_keep: bool, parent: QWidget | None = None
    ) -> None:
        columns = (
            Column(key="name", title=_("Group"), width=0, elide=True),
            Column(key="own", title="", width=90, kind=Kind.MUTED),
            Column(key="pens", title=_("Pens"), width=340, kind=Kind.MUTED, elide=True),
        )
        super().__init__(_("Pen groups"), _("Find group or tag"), columns, parent)
        self._groups = tuple(groups)
        self._name = LineField(current.name if current.own else "", name=_("Name"))
        self._keep = Button(_("Keep pens in view"), height=m.BUTTON)
        keep = QWidget()
        row = QHBoxLayout(keep)
        space(row, gap=m.HALF)
        row.addWidget(FormField(_("Keep the pens in view under this name"), self._name), 1)
        row.addWidget(self._keep, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addWidget(keep)
        keep.setVisible(may_keep)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self._remove = Button(_("Remove group"), height=m.BUTTON_PRIMARY)
        self._open = Button(_("Open group"), key="↵", kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        self.add_leading(back)
        self.add_leading(self._remove)
        self.add_commit(self._open)
        back.clicked.connect(self.escaped)
        self._keep.clicked.connect(self._keep_now)
        self._name.returnPressed.connect(self._keep_now)
        self._name.textChanged.connect(lambda text: self._keep.setEnabled(bool(text.strip())))
        self._keep.setEnabled(bool(self._name.text().strip()))
        self._remove.clicked.connect(lambda: self.removed.emit(self.table.current_key()))
        self._open.clicked.connect(self.take)
        self.table.selected.connect(self._show_buttons)
        self.fill()
        if self.model.place_of(current.key) >= 0:
            self.table.select(current.key)

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Another list: one was kept or removed."""
        self._groups = tuple(groups)
        self.fill()

    def fill(self) -> None:
        sought = self.search.text().casefold().strip()
        fitting = [
            group
            for group in self._groups
            if sought in group.name.casefold() or any(sought in tag.casefold() for tag in group.tags)
        ]
        self.show_rows(
            [
                Row(
                    key=group.key,
                    cells=(
                        shown(group.name, 60),
                        _("own") if group.own else "",
                        shown(", ".join(group.tags), 400),
                    ),
                )
                for group in fitting
            ]
        )
        self.note.setText(_("{count} groups").format(count=len(fitting)))
        self._show_buttons(self.table.current_key())

    def take(self) -> None:
        key = self.table.current_key()
        if key:
            self.opened.emit(key)

    def _show_buttons(self, key: str) -> None:
        chosen = next((group for group in self._groups if group.key == key), None)
        self._open.setEnabled(chosen is not None)
        self._remove.setEnabled(chosen is not None and chosen.own)

    def _keep_now(self) -> None:
        if self._name.text().strip():
            self.kept.emit(self._name.text())
