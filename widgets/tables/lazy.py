"""A long list of which only the rows in sight are made: the order is given as keys, a row when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QModelIndex, QObject

from widgets.tables.cells import Cell, Column, Row
from widgets.tables.model import RowModel, runs

_ROOT = QModelIndex()
_KEPT = 4096
_STRETCHES = 16
"""More than there is room for in a window: telling of each would cost more than painting what lies between."""


class LazyRows(RowModel):
    """Rows by key, made by `make` on first sight. `show` gives the order, `spoil` says which have changed.

    A key that `make` knows no more keeps the row it had: a held list goes on showing what was there.
    Whatever the number of rows, a new order is at most one removal, one insertion and two moves.
    Signals: those of QAbstractTableModel.
    """

    def __init__(
        self, columns: Sequence[Column], make: Callable[[str], Row | None], parent: QObject | None = None
    ) -> None:
        super().__init__(columns, parent)
        self._make = make
        self._keys: list[str] = []
        self._made: dict[str, Row] = {}
        self._spoilt: set[str] = set()

    def keys(self) -> Sequence[str]:
        """The keys in order."""
        return self._keys

    def show(self, keys: Sequence[str]) -> None:
        """Show these keys in this order."""
        if keys == self._keys:
            return
        wanted = dict.fromkeys(keys)
        if len(wanted) != len(keys):
            raise ValueError("two rows with one key")
        staying = [key for key in keys if key in self._place]
        gone = [key for key in self._keys if key not in wanted] if len(staying) < len(self._keys) else []
        if [*staying, *gone] != self._keys:
            self._permute([*staying, *gone])
        if gone:
            self.beginRemoveRows(_ROOT, len(staying), len(self._keys) - 1)
            self._take(staying)
            self.endRemoveRows()
        fresh = [key for key in keys if key not in self._place]
        if fresh:
            self.beginInsertRows(_ROOT, len(staying), len(keys) - 1)
            self._take([*staying, *fresh])
            self.endInsertRows()
        if self._keys != list(keys):
            self._permute(list(keys))
        if len(self._made) > _KEPT + len(wanted):
            self._made = {key: row for key, row in self._made.items() if key in wanted}

    def spoil(self, keys: Iterable[str]) -> None:
        """These rows have changed: they are made anew when they are looked at next."""
        places = []
        for key in keys:
            self._spoilt.add(key)
            place = self._place.get(key)
            if place is not None:
                places.append(place)
        self._tell(places)

    def renew(self, seen: Iterable[str]) -> None:
        """Time has passed, and any row may have changed. Those in sight are made anew now and told of where they do
        differ; the others when they are looked at."""
        changed = []
        self._spoilt.update(self._made)
        for key in seen:
            place = self._place.get(key)
            if place is not None:
                before = self._made.get(key)
                if self.row_at(place) != before:
                    changed.append(place)
        self._tell(changed)

    def set_columns(self, columns: Sequence[Column]) -> None:
        super().set_columns(columns)
        self.spoil(self._keys)

    def row_at(self, row: int) -> Row:
        key = self._keys[row]
        known = self._made.get(key)
        if known is None or key in self._spoilt:
            self._spoilt.discard(key)
            known = self._make(key) or known or Row(key=key, cells=(None,) * len(self.columns))
            self._made[key] = known
        return known

    def rows(self) -> tuple[Row, ...]:
        return tuple(self.row_at(place) for place in range(len(self._keys)))

    def replace(self, rows: Sequence[Row]) -> None:
        self._spoilt.clear()
        self._made = {row.key: row for row in rows}
        self.show([row.key for row in rows])
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))

    def update(self, rows: Iterable[Row]) -> None:
        fresh = [row for row in rows if row.key in self._place]
        self._made |= {row.key: row for row in fresh}
        self.spoil(row.key for row in fresh)
        self._spoilt.difference_update(row.key for row in fresh)

    def rowCount(self, parent: object = _ROOT) -> int:
        return 0 if isinstance(parent, QModelIndex) and parent.isValid() else len(self._keys)

    def cell(self, row: int, column: int) -> Cell:
        return self.row_at(row).cells[column]

    def _tell(self, places: Sequence[int]) -> None:
        """These places have changed; many small stretches are told of as one."""
        told = runs(sorted(set(places)))
        if len(told) > _STRETCHES:
            told = [(told[0][0], told[-1][1])]
        for first, last in told:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _take(self, keys: list[str]) -> None:
        self._keys = keys
        self._place = dict(zip(keys, range(len(keys)), strict=True))

    def _permute(self, keys: list[str]) -> None:
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        kept = [(self._keys[index.row()], index.column()) for index in old]
        self._take(keys)
        self.changePersistentIndexList(old, [self.index(self._place[key], column) for key, column in kept])
        self.layoutChanged.emit()
