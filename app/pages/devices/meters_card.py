"""The card of the exchanges with meters; away at a site where none call in."""

from __future__ import annotations

from collections.abc import Sequence

from app.pages.devices.exchanges import exchange_rows, note_of
from app.texts import _
from backend.model.exchange import HeadEnd
from widgets.surfaces import Card
from widgets.tables import Align, Column, Kind, RowModel, Table
from widgets.theme import metrics as m
from widgets.theme import px

_HEIGHT = 150


class MetersCard(Card):
    """One row a class of meters."""

    def __init__(self) -> None:
        super().__init__()
        self._model = RowModel(_columns())
        self.table = Table(self._model, name="", row_height=m.ROW_DENSE)
        self.body.addWidget(self.table)
        self.setMaximumHeight(px(_HEIGHT))
        self.retranslate()

    def retranslate(self) -> None:
        """The words of the language in force."""
        self.set_title(_("Meters calling in, since start"))
        self.table.setAccessibleName(_("Meters calling in, since start"))
        self._model.set_columns(_columns())

    def show_head_ends(self, head_ends: Sequence[HeadEnd], held: int) -> None:
        """What came of their exchanges so far. held: readings that were not settled."""
        self.setVisible(bool(head_ends))
        self.set_note(note_of(head_ends, held))
        self._model.replace(exchange_rows(head_ends))


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="kind", title=_("Meters"), width=110),
        Column(key="whole", title=_("Exchanges"), width=90, align=Align.RIGHT),
        Column(key="mean", title=_("Mean (< 30 s)"), width=110, align=Align.RIGHT),
        Column(key="mean_bar", title="", width=60, kind=Kind.BAR),
        Column(key="max", title=_("Longest (< 60 s)"), width=124, align=Align.RIGHT),
        Column(key="max_bar", title="", width=60, kind=Kind.BAR),
        Column(key="p95", title=_("95 of 100"), width=84, align=Align.RIGHT),
        Column(key="first", title=_("First try"), width=84, align=Align.RIGHT),
        Column(key="later", title=_("More tries"), width=84, align=Align.RIGHT),
        Column(key="broken", title=_("Broken off"), width=84, align=Align.RIGHT),
        Column(key="steps", title=_("Newest, its six moments"), width=0, kind=Kind.MUTED),
    )
