"""Keep rows from jumping under the pointer: while a person points, new rows wait and known ones change in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

from widgets.tables.cells import Row
from widgets.tables.lazy import LazyRows
from widgets.tables.table import Table

RELEASE_MS = 15_000

_MOVES = frozenset({QEvent.Type.MouseMove, QEvent.Type.Wheel, QEvent.Type.Enter, QEvent.Type.MouseButtonPress})
_LEAVES = frozenset({QEvent.Type.Leave, QEvent.Type.FocusOut, QEvent.Type.Hide})


class RowHold(QObject):
    """Stands between the rows and a table. Give every new list to `offer`.

    Holding starts when the pointer moves in the list or a key is pressed in it; it ends when the pointer leaves while
    the list has no focus, on End, or after 15 s without movement. Values and states of shown rows go on changing.
    Signals: held(bool); waiting(tuple of the Rows not shown yet).
    """

    held = Signal(bool)
    waiting = Signal(tuple)

    def __init__(self, table: Table, parent: QObject | None = None) -> None:
        super().__init__(parent or table)
        self._table = table
        self._model = table.row_model()
        self._holding = False
        self._pending: tuple[Row, ...] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(RELEASE_MS)
        self._timer.timeout.connect(self.release)
        table.installEventFilter(self)
        table.viewport().installEventFilter(self)

    def holding(self) -> bool:
        """Whether rows are held now."""
        return self._holding

    def hold(self) -> None:
        """Hold from now on, as if a person had moved in the list: what is acted on must not jump away."""
        self._hold()

    def offer(self, rows: Sequence[Row]) -> None:
        """Show these rows, or, while holding, what can be shown of them without moving anything."""
        if not self._holding or self._model.rowCount() == 0:
            self._model.replace(rows)
            return
        self._pending = tuple(rows)
        self._model.update(rows)
        self.waiting.emit(tuple(row for row in rows if self._model.place_of(row.key) < 0))

    def release(self) -> None:
        """Let the rows go: everything that waited is shown."""
        if not self._holding:
            return
        self._holding = False
        self._timer.stop()
        self._let_go()
        self.waiting.emit(())
        self.held.emit(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _MOVES:
            self._hold()
        elif isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress and watched is self._table:
            if event.key() == Qt.Key.Key_End:
                self.release()
                return True
            self._hold()
        elif kind in _LEAVES and not self._attended(kind):
            self.release()
        return super().eventFilter(watched, event)

    def _let_go(self) -> None:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self._model.replace(pending)

    def _attended(self, leaving: QEvent.Type) -> bool:
        """Whether pointer or focus, whichever is not leaving, still is in the list."""
        pointed = self._table.underMouse() and leaving is not QEvent.Type.Leave
        focused = self._table.hasFocus() and leaving is not QEvent.Type.FocusOut
        return self._table.isVisible() and (pointed or focused)

    def _hold(self) -> None:
        self._timer.start()
        if not self._holding:
            self._holding = True
            self.held.emit(True)


class KeyHold(RowHold):
    """The same for rows that are made on sight: what waits is an order of keys.

    Signals: those of RowHold; `waiting` only says () on release, for the owner knows what is new.
    """

    def __init__(self, table: Table, rows: LazyRows, parent: QObject | None = None) -> None:
        super().__init__(table, parent)
        self._rows = rows
        self._order: Sequence[str] | None = None

    def offer_keys(self, keys: Sequence[str]) -> None:
        """Show this order, or keep it until the rows are let go."""
        if self._holding and self._rows.rowCount() > 0:
            self._order = keys
        else:
            self._order = None
            self._rows.show(keys)

    def alter(self, keys: Sequence[str]) -> None:
        """Show this order at once: a person has folded or unfolded something. What waits goes on waiting."""
        self._rows.show(keys)

    def _let_go(self) -> None:
        if self._order is not None:
            order, self._order = self._order, None
            self._rows.show(order)
