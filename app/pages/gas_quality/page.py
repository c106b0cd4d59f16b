"""Gas quality: every source point with composition, heat, smell, pressure and temperature; one of them in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.formats import asset_name
from app.page import Page, PageContext, PageKey, PageSpec
from app.pages.gas_quality import presenter
from app.pages.gas_quality.detail import BUCKETS, SourceDetail, pens, title_of
from app.pages.gas_quality.row import SourceRow
from app.pages.gas_quality.sources import FIGURES, Source, sources_of
from app.texts import _
from backend.clock import US
from backend.errors import mark
from backend.model.plant import Point
from backend.model.trend import Thinned
from widgets.inputs import Segmented
from widgets.readouts import KpiTile
from widgets.surfaces import EmptyState
from widgets.theme import metrics as m
from widgets.theme import space

_TILES: Final = 6
_BEATS: Final = 4
"""Once a second."""
_HISTORY_BEATS: Final = 120
"""Twice a minute."""
_SPANS_S: Final = presenter.SPANS_S
_FIRST: Final = "wobbe_index"


class GasQualityPage(Page):
    """What gas comes in, is it as agreed, and how does it change?"""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._sources: tuple[Source, ...] = ()
        self._rows: list[SourceRow] = []
        self._chosen = ""
        self._tag = ""
        self._asked: Point | None = None
        """Whose trend was last asked for."""
        self._beats = 0
        self._span = Segmented([(key, key) for key in _SPANS_S], name="")
        self._span.set_current("day")
        self._span_is_mine = False
        """Somebody has chosen it; until then it is the shortest that holds what is stored, a day at most."""
        self._tiles = [KpiTile("") for _tile in range(_TILES)]
        self._detail = SourceDetail()
        self._empty = EmptyState("")
        self._list = QVBoxLayout()
        self._body = QWidget()
        self._lay_out()
        self._span.chosen.connect(self._choose_span)
        self._detail.table.selected.connect(self._choose_value)
        for key, button in self._detail.buttons.items():
            button.clicked.connect(lambda _checked=False, page=key: self._leave_for(page))
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._build_rows()
        bridge = self._context.bridge
        bridge.beat.connect(self._on_beat)
        bridge.alarms.connect(self._on_alarms)
        self._beats = 0
        self._show(trends=True)
        self._ask_history()

    def leave(self) -> None:
        self._context.bridge.beat.disconnect(self._on_beat)
        self._context.bridge.alarms.disconnect(self._on_alarms)

    def focus_first(self) -> None:
        row = next((row for row in self._rows if row.key() == self._chosen), None)
        (row or self).setFocus()

    def select(self, what: str) -> None:
        """Bring a source into view by its asset, its analyser or one of its tags."""
        for source in self._sources:
            tags = {point.tag for point in source.points.values()}
            if what in {source.asset.id, source.device, *tags}:
                self._choose(source.device)
                if what in tags:
                    self._detail.table.select(what)

    def place(self) -> str:
        return self._chosen

    def tools(self) -> Sequence[QWidget]:
        return (self._span,)

    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(key="↑ ↓", words=_("another source")),
            PageKey(key="↵", words=_("open its station")),
            PageKey(key="T", words=_("trends of the source")),
            PageKey(key="M", words=_("show on the map")),
        )

    def retranslate(self) -> None:
        words = {"hour": _("1 h"), "day": _("24 h"), "week": _("7 d")}
        self._span.set_segments([(key, words[key]) for key in _SPANS_S], _("Length of the trend"))
        self._empty.set_words(_("No gas analyser is registered. Import one with the model gas-analyser."))
        self._detail.retranslate()
        self._show(trends=True)
        if self._asked is not None:
            self._asked = None
            self._ask_history()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pages = {Qt.Key.Key_T: "trends", Qt.Key.Key_M: "map", Qt.Key.Key_Return: "stations"}
        page = pages.get(Qt.Key(event.key()))
        if page is not None and not event.modifiers() and self._source() is not None:
            self._leave_for(page)
        else:
            super().keyPressEvent(event)

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_beat(self) -> None:
        self._beats += 1
        if self._beats % _BEATS == 0:
            self._show(trends=self._beats % (10 * _BEATS) == 0)
        if self._beats % _HISTORY_BEATS == 0:
            self._ask_history()

    def _on_alarms(self, _records: object) -> None:
        self._show()

    # -- showing --------------------------------------------------------------------------------------------------

    def _build_rows(self) -> None:
        """A row for every source; built again only when the register has others."""
        found = sources_of(self._context.backend.registry)
        if found == self._sources:
            return
        self._sources = found
        for row in self._rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self._rows = [SourceRow(source.device, len(FIGURES)) for source in found]
        for number, row in enumerate(self._rows):
            self._list.insertWidget(number, row, 1)
            row.chosen.connect(self._choose)
            row.opened.connect(lambda _key: self._leave_for("stations"))
            row.stepped.connect(self._step)
        if self._chosen not in {source.device for source in found}:
            self._chosen = found[0].device if found else ""
        self._mark_chosen()

    def _show(self, *, trends: bool = False) -> None:
        some = bool(self._sources)
        self._empty.setVisible(not some)
        self._body.setVisible(some)
        if not some:
            return
        context, snapshot = self._context, self._context.bridge.snapshot()
        alarms = presenter.alarms_by_point(context.backend.alarms.snapshot())
        now = context.backend.now()
        for tile, figure in zip(self._tiles, presenter.figures(self._sources, snapshot, alarms), strict=True):
            tile.set_label(figure.label)
            tile.set_span(figure.span)
            tile.show_value(
                figure.value, unit=figure.unit, digits=figure.digits, mark=figure.mark, sentence=figure.sentence
            )
            tile.set_alarm(figure.alarm)
            if trends and figure.point is not None:
                tile.show_trend(self._hour(figure.point))
        for source, row in zip(self._sources, self._rows, strict=True):
            line = presenter.line(source, snapshot, alarms, now)
            row.show_line(line)
            if trends:
                row.show_trends({cell.point: self._hour(cell.point) for cell in line.cells}, line)
            if source.device == self._chosen:
                title = title_of(source, asset_name(source.asset))
                self._detail.show_source(title, line.note, presenter.rows(source, snapshot, alarms, now))

    def _hour(self, point: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.asarray(self._context.recent.series(point)[1], np.float64)

    # -- the chosen source and value ------------------------------------------------------------------------------

    def _source(self) -> Source | None:
        return next((source for source in self._sources if source.device == self._chosen), None)

    def _point(self) -> Point | None:
        """The value whose trend is shown: the chosen one, else the Wobbe index."""
        source = self._source()
        if source is None:
            return None
        by_tag = {point.tag: point for point in source.points.values()}
        return by_tag.get(self._tag, source.points[_FIRST])

    def _choose(self, key: str) -> None:
        if key == self._chosen:
            return
        before = self._point()
        self._chosen = key
        source = self._source()
        # The same value of the other source: that is what people compare.
        if source is not None and before is not None and before.property in source.points:
            self._tag = source.points[before.property].tag
        self._mark_chosen()
        self._show()
        self._detail.table.select(self._tag)
        self._ask_history()
        self.moved.emit()

    def _mark_chosen(self) -> None:
        for row in self._rows:
            row.set_chosen(row.key() == self._chosen)

    def _step(self, by: int) -> None:
        keys = [row.key() for row in self._rows]
        place = keys.index(self._chosen) + by
        if 0 <= place < len(keys):
            self._rows[place].setFocus()

    def _choose_value(self, tag: str) -> None:
        if tag and tag != self._tag:
            self._tag = tag
            self._ask_history()

    def _choose_span(self, _key: str) -> None:
        self._span_is_mine = True
        self._ask_history()

    def _ask_history(self) -> None:
        """The chosen value over the chosen time, and since when it is stored; off this thread."""
        point = self._point()
        if point is None:
            return
        if point != self._asked:
            self._asked = point
            self._detail.ask_for(point)
        begun = self._context.backend.history.first_at(point.id)
        self._context.actions.ask(begun, lambda first: self._ask_values(point, first), owner=self, failed=None)

    def _ask_values(self, point: Point, first: int | None) -> None:
        backend = self._context.backend
        end = backend.now()
        if not self._span_is_mine:
            self._span.set_current(presenter.span_for(first, end))
        start = end - _SPANS_S[self._span.current()] * US
        asked = backend.history.thinned((point.id,), start, end, BUCKETS)
        self._context.actions.ask(
            asked, lambda found: self._take_history(point, found, start, end), owner=self, failed=None
        )

    def _take_history(self, point: Point, found: tuple[Thinned, ...], start: int, end: int) -> None:
        if found and point == self._point():
            self._detail.show_history(point, found[0], start, end)
            self._detail.ask_for(point, presenter.begun_text(found[0], start, end, BUCKETS))

    # -- what people do -------------------------------------------------------------------------------------------

    def _leave_for(self, page: str) -> None:
        source = self._source()
        if source is not None:
            self._context.go(page, pens(source) if page == "trends" else source.asset.id)

    def _lay_out(self) -> None:
        tiles = QHBoxLayout()
        space(tiles, gap=m.GAP)
        for tile in self._tiles:
            tiles.addWidget(tile, 1)
        canvas = QWidget()
        canvas.setAutoFillBackground(False)
        space(self._list, gap=m.HALF)
        canvas.setLayout(self._list)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(canvas)
        scroll.viewport().setAutoFillBackground(False)
        halves = QHBoxLayout()
        space(halves, gap=m.GAP)
        halves.addWidget(scroll, 1)
        halves.addWidget(self._detail)
        inside = QVBoxLayout(self._body)
        space(inside, gap=m.GAP)
        inside.addLayout(tiles)
        inside.addLayout(halves, 1)
        column = QVBoxLayout(self)
        space(column, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        column.addWidget(self._body, 1)
        column.addWidget(self._empty)


SPEC = PageSpec(
    key="gas_quality", shortcut="", icon="gas_quality", title=mark("Gas quality"), level="L2", build=GasQualityPage
)
