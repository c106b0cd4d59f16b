"""The left column: views with counts, what is held back and why, and the filters by zone, kind and priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.models.alarms import KINDS
from app.pages.alarms.filters import ALL, ELSEWHERE, Filter, Tally, kind_word, view_word
from app.texts import _
from backend.model.alarm import Priority
from widgets.notices import GlyphState
from widgets.readouts import Text
from widgets.surfaces import Card
from widgets.tables import Align, Cell, Column, GlyphCell, Kind, Row, RowModel, StackedCell, Table
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

ACTIVE_VIEWS: Final[Mapping[str, GlyphState]] = {
    "active": GlyphState.ACKNOWLEDGED,
    "unacknowledged": GlyphState.UNACKNOWLEDGED,
    "returned": GlyphState.RETURNED,
    "latched": GlyphState.LATCHED,
}
HELD_VIEWS: Final[Mapping[str, GlyphState]] = {
    "shelved": GlyphState.SHELVED,
    "suppressed": GlyphState.SUPPRESSED,
    "out-of-service": GlyphState.OUT_OF_SERVICE,
}
ANY: Final = "*"
"""Key of the row that takes a filter away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A line of why alarms are held back, by view: "next back 19:05"."""

    shelved: str = ""
    suppressed: str = ""
    out_of_service: str = ""

    def of(self, view: str) -> str:
        """The line of a view."""
        return {"shelved": self.shelved, "suppressed": self.suppressed}.get(view, self.out_of_service)


class ChoiceList(Table):
    """A short list of which one row is chosen; as high as its rows.

    Signals: chosen(str key), only when a person chose.
    """

    chosen = Signal(str)

    def __init__(self, *, row_height: int = m.ROW_DENSE, glyphs: bool = False) -> None:
        self._model = RowModel(_columns() if glyphs else _columns()[1:])
        super().__init__(self._model, name="", row_height=row_height)
        self._high = row_height
        self._telling = True
        self.head.hide()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selected.connect(self._on_selected)
        self.show_rows((), "")

    def show_rows(self, rows: Sequence[Row], current: str) -> None:
        """Show these rows, one of them chosen; "" chooses none."""
        self._telling = False
        self._model.replace(rows)
        self.select(current)
        self._telling = True
        self.setFixedHeight(px(self._high) * len(rows))

    def sizeHint(self) -> QSize:
        return QSize(px(m.RAIL), px(self._high) * self._model.rowCount())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _on_selected(self, key: str) -> None:
        if key and self._telling:
            self.chosen.emit(key)


class ViewsColumn(Card):
    """Views and filters under one another; scrolls where the window is low.

    Signals: view_chosen(str view); where_chosen(str zone or ANY); kind_chosen(str kind or ANY);
    priority_chosen(str "1" to "4" or ANY).
    """

    view_chosen = Signal(str)
    where_chosen = Signal(str)
    kind_chosen = Signal(str)
    priority_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._titles = {key: Text("", Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY) for key in _SECTIONS}
        self._views = ChoiceList(row_height=m.BUTTON, glyphs=True)
        self._held = ChoiceList(row_height=m.ROW_LIST, glyphs=True)
        self._where = ChoiceList()
        self._kinds = ChoiceList()
        self._priorities = ChoiceList()
        self._lists = dict(
            zip(_SECTIONS, (self._views, self._held, self._where, self._kinds, self._priorities), strict=True)
        )
        self._lay_out()
        self._views.chosen.connect(self.view_chosen)
        self._held.chosen.connect(self.view_chosen)
        self._where.chosen.connect(self.where_chosen)
        self._kinds.chosen.connect(self.kind_chosen)
        self._priorities.chosen.connect(self.priority_chosen)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the titles in the language of the desk."""
        words = {
            "views": _("Views"),
            "held": _("Held back from the list"),
            "where": _("Where"),
            "kind": _("Kind"),
            "priority": _("Priority"),
        }
        for key, title in self._titles.items():
            title.setText(words[key])
            self._lists[key].setAccessibleName(words[key])

    def show_counts(self, tally: Tally, chosen: Filter, held: Held, zones: Sequence[tuple[str, str]]) -> None:
        """Show how many there are of everything. zones: (id, name) in order."""
        counts = tally.views()
        self._views.show_rows(
            [_view_row(view, state, tally, counts[view], "") for view, state in ACTIVE_VIEWS.items()], chosen.view
        )
        self._held.show_rows(
            [_view_row(view, state, tally, counts[view], held.of(view)) for view, state in HELD_VIEWS.items()],
            chosen.view,
        )
        view = chosen.view
        where = tally.where(view)
        self._where.show_rows(
            [
                _row(ANY, _("All zones"), counts[view]),
                *(_row(zone, name, where.get(zone, 0)) for zone, name in zones if zone in where),
                *[_row(_NOWHERE, _("Elsewhere"), where.get(ELSEWHERE, 0))] * (ELSEWHERE in where),
            ],
            ANY if chosen.where is None else chosen.where or _NOWHERE,
        )
        kinds = tally.kinds(view)
        self._kinds.show_rows(
            [
                _row(ANY, kind_word(None), counts[view]),
                *(_row(kind, kind_word(kind), kinds[kind]) for kind in KINDS if kind in kinds),
            ],
            chosen.kind or ANY,
        )
        each = list(accumulate(tally.priorities(view).get(priority, 0) for priority in Priority))
        self._priorities.show_rows(
            [
                _row(ANY, _("All priorities"), counts[view]),
                *(_priority_row(priority, count) for priority, count in list(zip(Priority, each, strict=True))[:-1]),
            ],
            _row_of(chosen.priorities),
        )

    def _lay_out(self) -> None:
        canvas = QWidget()
        canvas.setObjectName("canvas")
        column = QVBoxLayout(canvas)
        space(column, gap=m.QUARTER)
        for key in _SECTIONS:
            column.addWidget(self._titles[key])
            column.addWidget(self._lists[key])
            column.addSpacing(px(m.QUARTER))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(canvas)
        scroll.viewport().setAutoFillBackground(False)
        canvas.setAutoFillBackground(False)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(scroll, 1)


_SECTIONS: Final = ("views", "held", "where", "kind", "priority")
_NOWHERE: Final = "-"


def up_to(most: str) -> frozenset[Priority]:
    """Priorities down to this one: "2" means 1 and 2; ANY means all."""
    return ALL if most == ANY else frozenset(each for each in Priority if int(each) <= int(most))


def _row_of(priorities: frozenset[Priority]) -> str:
    """The row that stands for these priorities; "" when none does."""
    if priorities == ALL:
        return ANY
    most = str(int(max(priorities)))
    return most if up_to(most) == priorities else ""


def zone_of(key: str) -> str | None:
    """The zone that a row of the list means; None for all."""
    return None if key == ANY else ELSEWHERE if key == _NOWHERE else key


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="glyph", title="", width=32, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="words", title="", width=0, elide=True),
        Column(key="count", title="", width=40, kind=Kind.MUTED, align=Align.RIGHT),
    )


def _view_row(view: str, state: GlyphState, tally: Tally, count: int, why: str) -> Row:
    urgent = tally.most_urgent(view)
    # A view without alarms shows no alarm hue.
    glyph = None if urgent is None else GlyphCell(priority=int(urgent), state=state, words=f"P{int(urgent)}")
    words: Cell = StackedCell(words=view_word(view), below=why) if view in HELD_VIEWS else view_word(view)
    return Row(key=view, cells=(glyph, words, f"{count:,}"))


def _row(key: str, words: str, count: int) -> Row:
    return Row(key=key, cells=(words, f"{count:,}"))


def _priority_row(priority: Priority, count: int) -> Row:
    words = _("Priority 1–{number}").format(number=int(priority)) if priority > 1 else _("Priority 1")
    return _row(str(int(priority)), words, count)
