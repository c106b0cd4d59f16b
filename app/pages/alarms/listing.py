"""The list itself: rows that never jump, the pill of what waits, folding, and what an empty list says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.pages.alarms.columns import NARROW_LEAVES_OUT, columns
from app.pages.alarms.grouping import GROUP, MORE, Group, spliced
from app.pages.alarms.rows import RowMaker
from app.pages.alarms.situation import Situation
from app.texts import _
from app.tones import glyph_of
from widgets.notices import AlarmGlyph, GlyphState, HoldPill
from widgets.readouts import Text
from widgets.surfaces import Card, EmptyState
from widgets.tables import KeyHold, LazyRows, Table
from widgets.theme import Role, Tone, px, space
from widgets.theme import metrics as m

NARROW: Final = 960
"""Below this width the list leaves some columns out."""
_LEGEND_GLYPH: Final = 18
_LEGEND_ROOM: Final = 1060


class AlarmTable(Table):
    """The table of alarms: arrows fold and unfold.

    Signals: turned(str key, bool unfold).
    """

    turned = Signal(str, bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.current_key():
            self.turned.emit(self.current_key(), event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)


class AlarmList(Card):
    """The alarms of a situation.

    Signals: selected(str row key); opened(str alarm key); widened() when the filter is to be taken away;
    emptied() when the list had the focus and has no rows any more.
    """

    selected = Signal(str)
    opened = Signal(str)
    widened = Signal()
    emptied = Signal()

    def __init__(self, situation: Situation, maker: RowMaker) -> None:
        super().__init__()
        self._situation = situation
        self._maker = maker
        self.rows = LazyRows(columns(), maker.make)
        self.rows.setParent(self)
        self.table = AlarmTable(self.rows, name="")
        self.hold = KeyHold(self.table, self.rows)
        self._known: Collection[str] = ()
        """Every alarm on the board when the rows were last let go."""
        self._empty = EmptyState("")
        self._legend = _Legend()
        self._pill = HoldPill(self)
        row = QHBoxLayout()
        space(row)
        row.addWidget(self.table, 1)
        row.addWidget(self._empty, 1)
        self.body.addLayout(row, 1)
        self.body.addWidget(self._legend)
        self._connect()
        self.retranslate()

    # -- showing ------------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Titles, legend and rows in the language of the desk."""
        self.rows.set_columns(columns())
        self.table.setAccessibleName(_("Alarms"))
        self._legend.retranslate()

    def show_order(self) -> None:
        """Show the situation as it is now, or let it wait while the rows are held."""
        self.hold.offer_keys(self._situation.lines())
        if not self.hold.holding():
            self._known = set(self._situation.board.alarms())
        self._show_pill()
        self._show_any()

    def spoil(self, keys: Collection[str]) -> None:
        """These alarms have changed; so have the headers of their groups."""
        found = (self._situation.board.group_of(key) for key in keys)
        groups = {group.key: group.more for group in found if group is not None}
        self.rows.spoil([*keys, *groups, *groups.values()])

    def refresh(self) -> None:
        """Values and ages of the rows in sight."""
        self.rows.renew(self.table.visible_keys())

    def whole_alarms(self) -> tuple[str, ...]:
        """Alarms whose row can be seen whole; what is folded has no row."""
        return tuple(key for key in self.table.whole_keys() if not key.startswith((GROUP, MORE)))

    def set_empty(self, words: str, action: str) -> None:
        """What is said when there is nothing to show."""
        self._empty.set_words(words, action)

    def turn(self, key: str, unfold: bool) -> None:
        """Fold or unfold the group that a row belongs to. In a held list nothing else moves."""
        group = self._group_at(key)
        if group is None or self._situation.is_open(group.key) == unfold:
            return
        self._situation.turn(group.key, unfold)
        keys = list(self.rows.keys())
        if self.hold.holding() and group.key in keys:
            self.hold.alter(spliced(keys, group, unfold))
            self.hold.offer_keys(self._situation.lines())
        else:
            self.show_order()
        self.rows.spoil([group.key])
        if self.rows.place_of(key) < 0:
            self.table.select(group.key)

    def reveal(self, key: str) -> bool:
        """Make an alarm's row the current one, unfolding its group for it; whether it is in the list."""
        if key not in self._situation.board:
            return False
        self.hold.release()
        group = self._situation.board.group_of(key)
        if group is not None and self.rows.place_of(key) < 0:
            self.turn(group.key, True)
        self.show_order()
        self.table.select(key)
        return True

    def first_choice(self) -> str:
        """The row whose alarm is to be read first: the top one not acknowledged, without such the top one; "" while
        what is not acknowledged is folded away."""
        alarms = [key for key in list(self.rows.keys()) if not key.startswith((GROUP, MORE))]
        new = {key for key in self._situation.board.alarms() if not self._situation.records[key].facts.ack}
        return next((key for key in alarms if key in new), "" if new else next(iter(alarms), ""))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(NARROW)
        for place, column in enumerate(self.rows.columns):
            self.table.setColumnHidden(place, narrow and column.key in NARROW_LEAVES_OUT)
        self._show_any()
        if narrow != self._maker.narrow:
            self._maker.narrow = narrow
            self.rows.spoil(list(self.rows.keys()))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.table.selected.connect(self.selected)
        self.table.opened.connect(self._open)
        self.table.turned.connect(self.turn)
        self.table.clicked.connect(self._on_click)
        self.hold.held.connect(self._on_held)
        self._pill.released.connect(self.hold.release)
        self._empty.acted.connect(self.widened)

    def _on_held(self, held: bool) -> None:
        if not held:
            self._known = set(self._situation.board.alarms())
            self._show_pill()
            self._show_any()

    def _show_any(self) -> None:
        any_rows = self.rows.rowCount() > 0
        had_focus = self.table.hasFocus()
        self._empty.setVisible(not any_rows)
        self.table.setVisible(any_rows)
        self._legend.setVisible(any_rows and self.width() >= px(_LEGEND_ROOM))
        if had_focus and not any_rows:
            # Else Qt gives the focus to the next button, and Space would press that.
            self.emptied.emit()

    def _show_pill(self) -> None:
        arrived = (
            [key for key in self._situation.board.alarms() if key not in self._known] if self.hold.holding() else []
        )
        if not arrived:
            self._pill.hide()
            return
        highest = self._situation.highest(arrived)
        self._pill.show_waiting(
            _("List held while you point"),
            (_("{count} new alarms waiting") if len(arrived) > 1 else _("{count} new alarm waiting")).format(
                count=len(arrived)
            ),
            _("Show now"),
            "End",
            None if highest is None else (int(highest.priority), glyph_of(highest)),
        )

    def _group_at(self, key: str) -> Group | None:
        if key.startswith((GROUP, MORE)):
            return self._situation.group(key.removeprefix(MORE))
        return self._situation.board.group_of(key)

    def _open(self, key: str) -> None:
        group = self._group_at(key) if key.startswith((GROUP, MORE)) else None
        if group is None:
            self.opened.emit(key)
        else:
            self.turn(key, not self._situation.is_open(group.key))

    def _on_click(self, index: QModelIndex) -> None:
        key = self.rows.keys()[index.row()]
        if key.startswith(MORE):
            self.turn(key, True)


_LEGEND: Final = (
    GlyphState.UNACKNOWLEDGED,
    GlyphState.ACKNOWLEDGED,
    GlyphState.RETURNED,
    GlyphState.LATCHED,
    GlyphState.SHELVED,
    GlyphState.SUPPRESSED,
    GlyphState.OUT_OF_SERVICE,
)


class _Legend(QWidget):
    """What the forms of the glyphs mean; the same for every priority, so without any hue."""

    def __init__(self) -> None:
        super().__init__()
        self._words = {state: Text("", Role.HINT, tone=Tone.MUTED) for state in _LEGEND}
        self._glyphs = {state: AlarmGlyph(2, state, name="", size=_LEGEND_GLYPH, calm=True) for state in _LEGEND}
        # It must not keep a window wide: where there is no room for it, it is not shown.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        space(row, gap=m.QUARTER)
        for state in _LEGEND:
            row.addWidget(self._glyphs[state])
            row.addWidget(self._words[state])
            row.addSpacing(px(m.HALF))
        row.addStretch(1)
        self._blinks = Text("", Role.HINT, tone=Tone.MUTED)
        row.addWidget(self._blinks)

    def retranslate(self) -> None:
        """In the language of the desk."""
        words = (
            _("new"),
            _("acknowledged"),
            _("returned, not acknowledged"),
            _("latched"),
            _("shelved"),
            _("suppressed by design"),
            _("out of service"),
        )
        for state, word in zip(_LEGEND, words, strict=True):
            self._words[state].setText(word)
            self._glyphs[state].set_alarm(2, state, word)
        self._blinks.setText(_("only the ring blinks, never the text"))
