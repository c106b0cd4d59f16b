"""Live values by place: places at the left, the chosen place's readouts and points at the right."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.formats import asset_name, point_title, quality_word, shown, unit_of
from app.page import Page, PageContext, PageSpec
from app.pages.stations.presenter import (
    KINDS,
    Place,
    PointRow,
    alarms_by_point,
    found,
    key_points,
    kind_of,
    limits_text,
    of_kind,
    places,
    rows,
    worst,
)
from app.texts import _
from app.tones import glyph_of, mark_of
from backend.errors import mark
from backend.model.alarm import AlarmRecord
from backend.model.event import LinkHealth, LinkState
from backend.model.live import TagSnapshot
from backend.model.plant import Point
from widgets.inputs import Button, ButtonKind, SearchField, Segmented
from widgets.readouts import Mark, Span, Text, ValueReadout
from widgets.readouts.ages import short_age
from widgets.surfaces import Card, EmptyState
from widgets.tables import Align, Cell, Column, GlyphCell, Kind, Row, RowLook, RowModel, Table, ValueCell
from widgets.theme import Role, Tone, Weight, alarm_tone, px, space
from widgets.theme import metrics as m

_LIST_WIDTH = 352
_READOUTS = 8
_READOUT_COLUMNS = 4
_LONGEST_LABEL = 28


class StationsPage(Page):
    """What every station, regulator, valve and well says now."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._places = places(context.backend.registry)
        self._by_id = {place.asset.id: place for place in self._places}
        self._links: dict[str, LinkHealth] = {}
        self._alarms: dict[int, AlarmRecord] = {}
        self._place: Place | None = self._places[0] if self._places else None
        self._kind = Segmented([(kind, kind) for kind, _members in KINDS], name="")
        self._search = SearchField(name="", hint="")
        self._list_model = RowModel(self._list_columns())
        self._list = Table(self._list_model, name="", row_height=m.ROW_LIST)
        self._model = RowModel(self._columns())
        self._table = Table(self._model, name="")
        self._head = Card()
        self._command = Button(icon="commands", key="C", kind=ButtonKind.PRIMARY)
        self._title = Text("", Role.KEY, Weight.SEMIBOLD, elide=Qt.TextElideMode.ElideMiddle)
        self._link = Text("", Role.LABEL, tone=Tone.MUTED, elide=Qt.TextElideMode.ElideRight)
        self._readouts = [ValueReadout("") for _place in range(_READOUTS)]
        self._shown_points: tuple[Point, ...] = ()
        self._empty = EmptyState("")
        self._nothing = EmptyState("")
        self._lay_out()
        self._kind.chosen.connect(lambda _kind: self._choose_kind())
        self._search.returnPressed.connect(self._list.setFocus)
        self._search.left.connect(self._list.setFocus)
        self._nothing.acted.connect(self._search.clear)
        for table in (self._list, self._table):
            table.installEventFilter(self)
        self._search.textChanged.connect(lambda _text: self._show_list())
        self._list.selected.connect(self._choose)
        self._command.clicked.connect(self._prepare)
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._take_registry()
        bridge = self._context.bridge
        bridge.alarms.connect(self._on_alarms)
        bridge.links.connect(self._on_links)
        bridge.beat.connect(self._on_beat)
        self._links = {device: health for health in self._context.backend.links.snapshot() for device in health.devices}
        self._alarms = alarms_by_point(self._context.backend.alarms.snapshot())
        self._show_list()
        self._show_place()

    def focus_first(self) -> None:
        self._list.setFocus()

    def leave(self) -> None:
        bridge = self._context.bridge
        bridge.alarms.disconnect(self._on_alarms)
        bridge.links.disconnect(self._on_links)
        bridge.beat.disconnect(self._on_beat)

    def select(self, what: str) -> None:
        point = next((each for each in self._context.backend.registry.points if each.tag == what), None)
        place = self._by_id.get(point.asset if point is not None else what)
        if place is None:
            return
        self._search.clear()
        self._kind.set_current(kind_of(place))
        self._place = place
        self._show_list()
        self._list.select(place.asset.id)
        self._show_place()
        if point is not None:
            self._table.select(str(point.id))

    def retranslate(self) -> None:
        self._kind.set_segments([(kind, _kind_word(kind)) for kind, _members in KINDS], _("Kind of place"))
        self._search.setPlaceholderText(_("Find place or tag"))
        self._search.setAccessibleName(_("Find place or tag"))
        self._list.setAccessibleName(_("Places"))
        self._table.setAccessibleName(_("Points of the place"))
        self._list_model.set_columns(self._list_columns())
        self._model.set_columns(self._columns())
        self._command.set_words(_("Prepare command"))
        self._empty.set_words(_("No stations configured. Import devices with `linepack import`."))
        self._show_list()
        self._show_place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_C:
                self._prepare()
            case Qt.Key.Key_PageDown:
                self._step(1)
            case Qt.Key.Key_PageUp:
                self._step(-1)
            case _:
                super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        match event.key():
            case Qt.Key.Key_PageDown:
                self._step(1)
            case Qt.Key.Key_PageUp:
                self._step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                # Without an alarm here the key goes on to the banner.
                event.setAccepted(self._open_alarm(watched))
            case _:
                return super().eventFilter(watched, event)
        return True

    def _open_alarm(self, of: QObject) -> bool:
        """Go to the alarm of the chosen point or place, if it has one."""
        if self._place is None:
            return False
        chosen = self._table.current_key()
        alarm = self._alarms.get(int(chosen)) if of is self._table and chosen else worst(self._place, self._alarms)
        if alarm is not None:
            self._context.go("alarms", alarm.config.key)
        return alarm is not None

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_alarms(self, _records: object) -> None:
        self._alarms = alarms_by_point(self._context.backend.alarms.snapshot())
        self._show_list()

    def _on_links(self, changed: Iterable[LinkHealth]) -> None:
        self._links |= {device: health for health in changed for device in health.devices}
        self._show_list()
        self._show_head()

    def _on_beat(self) -> None:
        # Ages grow even when nothing arrives: that is how a silent link shows.
        self._show_values(self._context.bridge.snapshot())

    # -- showing --------------------------------------------------------------------------------------------------

    def _take_registry(self) -> None:
        """The configuration may have changed since the page was last seen: limits, periods, remote control."""
        self._places = places(self._context.backend.registry)
        self._by_id = {place.asset.id: place for place in self._places}
        if self._place is not None:
            self._place = self._by_id.get(self._place.asset.id)

    def _show_list(self) -> None:
        listed = found(of_kind(self._places, self._kind.current()), self._search.text())
        self._list_model.replace([self._list_row(place) for place in listed])
        self._nothing.setVisible(not listed and bool(self._search.text()))
        self._nothing.set_words(
            _("No place of this kind matches “{text}”.").format(text=shown(self._search.text(), 40)), _("Clear")
        )
        self._list.setVisible(bool(listed))
        if self._place is not None:
            self._list.select(self._place.asset.id)

    def _list_row(self, place: Place) -> Row:
        alarm = worst(place, self._alarms)
        glyph = GlyphCell(priority=int(alarm.priority), state=glyph_of(alarm), words=alarm.name) if alarm else None
        lost = any(self._lost(device) for device in place.devices)
        return Row(
            key=place.asset.id,
            cells=(glyph, shown(place.asset.id, 24), asset_name(place.asset), _("link lost") if lost else ""),
            look=RowLook.DIM if lost else RowLook.PLAIN,
        )

    def _choose(self, asset: str) -> None:
        place = self._by_id.get(asset)
        if place is not None and place is not self._place:
            self._place = place
            self._show_place()

    def _show_place(self) -> None:
        self._empty.setVisible(self._place is None)
        self._head.setVisible(self._place is not None)
        self._table.setVisible(self._place is not None)
        if self._place is None:
            return
        self._shown_points = key_points(self._place, _READOUTS)
        for index, readout in enumerate(self._readouts):
            readout.setVisible(index < len(self._shown_points))
        for readout, point in zip(self._readouts, self._shown_points, strict=False):
            readout.set_label(shown(f"{point.tag.rsplit('.', 1)[-1]}  {point_title(point)}", _LONGEST_LABEL))
            readout.set_span(_span(point))
        self._show_head()
        self._show_values(self._context.bridge.snapshot())

    def _show_head(self) -> None:
        place = self._place
        if place is None:
            return
        name, number = asset_name(place.asset), shown(place.asset.id, 40)
        self._title.setText(number if name == number else f"{number}  {name}")
        lost = [device for device in place.devices if self._lost(device)]
        self._link.setText(
            _("Link of {devices} lost, last values").format(devices=shown(", ".join(lost)))
            if lost
            else shown(" · ".join(device for device in place.devices if device != place.asset.id))
        )
        self._link.set_weight(Weight.SEMIBOLD if lost else Weight.REGULAR)
        self._link.set_tone(Tone.NORMAL if lost else Tone.MUTED)
        self._command.setEnabled(any(point.writable for point in place.points))

    def _show_values(self, snapshot: TagSnapshot) -> None:
        if self._place is None:
            return
        points = rows(self._place, snapshot, self._alarms)
        self._model.replace([self._row(row) for row in points])
        by_id = {row.point.id: row for row in points}
        for readout, point in zip(self._readouts, self._shown_points, strict=False):
            row = by_id[point.id]
            mark = mark_of(row.quality)
            readout.show_value(
                row.value,
                unit=unit_of(point),
                digits=point.precision,
                mark=mark,
                tone=alarm_tone(int(row.alarm.priority)) if row.alarm and row.alarm.facts.cond else Tone.NORMAL,
                age=short_age(row.age_s) if row.age_s is not None and mark is not Mark.GOOD else "",
                mark_word=quality_word(row.quality),
            )

    def _row(self, row: PointRow) -> Row:
        alarm = row.alarm
        glyph = GlyphCell(priority=int(alarm.priority), state=glyph_of(alarm), words=alarm.name) if alarm else None
        mark = mark_of(row.quality)
        cells: tuple[Cell, ...] = (
            glyph,
            shown(row.point.tag),
            row.title,
            ValueCell(
                number=row.value_text,
                unit="" if row.point.states else unit_of(row.point),
                mark=mark,
                strong=alarm is not None,
            ),
            limits_text(row.point),
            "",
            "" if mark is Mark.GOOD else quality_word(row.quality),
            short_age(row.age_s) if row.age_s is not None else "",
        )
        return Row(key=str(row.point.id), cells=cells)

    def _lost(self, device: str) -> bool:
        health = self._links.get(device)
        return health is not None and health.state is not LinkState.UP

    def _step(self, by: int) -> None:
        listed = self._list_model.rows()
        if listed and self._place is not None:
            place = self._list_model.place_of(self._place.asset.id)
            self._list.select(listed[(place + by) % len(listed)].key)

    def _choose_kind(self) -> None:
        self._search.clear()
        self._show_list()
        listed = self._list_model.rows()
        if listed and self._list_model.place_of(self._list.current_key()) < 0:
            self._list.select(listed[0].key)
        self._list.setFocus()

    def _prepare(self) -> None:
        if self._place is None:
            return
        chosen = self._table.current_key()
        wanted = [point for point in self._place.points if point.writable]
        point = next((each for each in wanted if str(each.id) == chosen), wanted[0] if wanted else None)
        if point is not None:
            self._context.go("commands", f"prepare:{point.id}")

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        space(left, gap=m.HALF)
        left.addWidget(self._search)
        left.addWidget(self._kind, 0, Qt.AlignmentFlag.AlignLeft)
        places_card = Card()
        places_card.body.addWidget(self._list, 1)
        places_card.body.addWidget(self._nothing, 1)
        left.addWidget(places_card, 1)
        left_side = QWidget()
        left_side.setLayout(left)
        left_side.setFixedWidth(px(_LIST_WIDTH))
        head = QHBoxLayout()
        space(head, gap=m.GAP)
        head.addWidget(self._title)
        head.addWidget(self._link)
        head.addStretch(1)
        head.addWidget(self._command)
        grid = QGridLayout()
        space(grid, gap=m.GAP)
        for index, readout in enumerate(self._readouts):
            grid.addWidget(readout, index // _READOUT_COLUMNS, index % _READOUT_COLUMNS)
        self._head.body.addLayout(head)
        self._head.body.addLayout(grid)
        table = Card()
        table.body.addWidget(self._table)
        right = QVBoxLayout()
        space(right, gap=m.GAP)
        right.addWidget(self._head)
        right.addWidget(table, 1)
        right.addWidget(self._empty)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addWidget(left_side)
        row.addLayout(right, 1)

    def _list_columns(self) -> tuple[Column, ...]:
        return (
            Column(key="alarm", title="", width=36, kind=Kind.GLYPH, align=Align.CENTRE),
            Column(key="id", title=_("Place"), width=96, kind=Kind.MONO),
            Column(key="name", title=_("Name"), width=0, elide=True),
            Column(key="link", title="", width=76, kind=Kind.MUTED),
        )

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column(key="alarm", title="", width=40, kind=Kind.GLYPH, align=Align.CENTRE),
            Column(key="tag", title=_("Tag"), width=220, kind=Kind.MONO),
            Column(key="title", title=_("Point"), width=0, elide=True),
            Column(key="value", title=_("Value"), width=160, kind=Kind.VALUE, align=Align.RIGHT),
            Column(key="limits", title=_("Limits"), width=150, kind=Kind.MUTED, align=Align.RIGHT),
            Column(key="gap", title="", width=m.GAP * 2),
            Column(key="quality", title=_("Quality"), width=190, elide=True),
            Column(key="age", title=_("Age"), width=76, kind=Kind.AGE, align=Align.RIGHT),
        )


def _span(point: Point) -> Span:
    limits = point.limits
    named = ((limits.hh, "HH"), (limits.h, "H"), (limits.l, "L"), (limits.ll, "LL"))
    low = limits.l if limits.l is not None else limits.ll
    high = limits.h if limits.h is not None else limits.hh
    band = (low if low is not None else point.low, high if high is not None else point.high)
    return Span(
        low=point.low,
        high=point.high,
        band=band if (low, high) != (None, None) else None,
        limits=tuple((value, name) for value, name in named if value is not None),
    )


def _kind_word(kind: str) -> str:
    return {
        "stations": _("Stations"),
        "regulators": _("Cabinets"),
        "valves": _("Valves"),
        "wells": _("Wells"),
        "other": _("Other"),
    }[kind]


SPEC = PageSpec(key="stations", shortcut="F2", icon="stations", title=mark("Stations"), level="L2", build=StationsPage)
