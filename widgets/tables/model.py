"""The rows of a table as a Qt model that tells exactly what changed, in ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from widgets.tables.cells import Cell, Column, Row, cell_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class RowModel(QAbstractTableModel):
    """Rows by key. `replace` brings a new list, `update` changes known rows in place.

    Signals: those of QAbstractTableModel; rows are inserted, removed and changed in contiguous ranges, never reset.
    """

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: list[Row] = []
        self._place: dict[str, int] = {}

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        return self._columns

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Change titles (another language); number and kinds stay."""
        self._columns = tuple(columns)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def row_at(self, row: int) -> Row:
        """The row at a place."""
        return self._rows[row]

    def place_of(self, key: str) -> int:
        """The place of a key, -1 if it is not there."""
        return self._place.get(key, -1)

    def rows(self) -> tuple[Row, ...]:
        """All rows in order."""
        return tuple(self._rows)

    def replace(self, rows: Sequence[Row]) -> None:
        """Show this list instead: vanished rows go, new ones come, changed ones change, each in ranges."""
        fresh = {row.key: row for row in rows}
        if len(fresh) != len(rows):
            raise ValueError("two rows with one key")
        self._remove_all_but(fresh)
        staying = [row.key for row in rows if row.key in self._place]
        if staying != [row.key for row in self._rows]:
            self._reorder(staying)
        self.update(fresh[key] for key in staying)
        self._insert_missing(rows)

    def update(self, rows: Iterable[Row]) -> None:
        """Change rows whose key is known; others are ignored. One dataChanged for each run of neighbours."""
        changed: list[int] = []
        for row in rows:
            place = self._place.get(row.key, -1)
            if place >= 0 and self._rows[place] != row:
                self._rows[place] = row
                changed.append(place)
        last = len(self._columns) - 1
        for start, end in runs(sorted(changed)):
            self.dataChanged.emit(self.index(start, 0), self.index(end, last))

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        # The delegate paints from row_at; this is for screen readers, copies and tests.
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell_text(self.cell(index.row(), index.column()))
        return None

    def cell(self, row: int, column: int) -> Cell:
        """One cell."""
        return self._rows[row].cells[column]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        return None

    def _remove_all_but(self, keep: dict[str, Row]) -> None:
        gone = [place for place, row in enumerate(self._rows) if row.key not in keep]
        for start, end in reversed(runs(gone)):
            self.beginRemoveRows(_ROOT, start, end)
            del self._rows[start : end + 1]
            self._renumber()
            self.endRemoveRows()

    def _insert_missing(self, rows: Sequence[Row]) -> None:
        missing = [place for place, row in enumerate(rows) if row.key not in self._place]
        for start, end in runs(missing):
            self.beginInsertRows(_ROOT, start, end)
            self._rows[start:start] = rows[start : end + 1]
            self._renumber()
            self.endInsertRows()

    def _reorder(self, keys: Sequence[str]) -> None:
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        old_keys = [self._rows[index.row()].key for index in old]
        by_key = {row.key: row for row in self._rows}
        self._rows = [by_key[key] for key in keys]
        self._renumber()
        moved = [self.index(self._place[key], index.column()) for key, index in zip(old_keys, old, strict=True)]
        self.changePersistentIndexList(old, moved)
        self.layoutChanged.emit()

    def _renumber(self) -> None:
        self._place = {row.key: place for place, row in enumerate(self._rows)}


def runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers of a sorted list as (first, last)."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
