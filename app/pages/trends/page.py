"""The trends page: a group of pens over one time axis, live and from history, with cursor, events and table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formats import asset_name, date_time, shown
from app.page import Crumb, Page, PageContext, PageKey, PageSpec
from app.pages.trends import window as windows
from app.pages.trends.drawing import Drawing, View
from app.pages.trends.events import Event, marks
from app.pages.trends.export import TrendExport
from app.pages.trends.feed import Feed
from app.pages.trends.groups import MOST, Group, parsed, placed
from app.pages.trends.happenings import Happenings
from app.pages.trends.panes import pens_of
from app.pages.trends.picker import GroupDialog, PenPicker
from app.pages.trends.readout import Look as TableLook
from app.pages.trends.readout import between_text, columns, next_sample, snapped
from app.pages.trends.shelf import Shelf
from app.pages.trends.side import EventsCard, KeysCard
from app.pages.trends.span import SpanDialog
from app.pages.trends.tools import OTHER, Tools
from app.pages.trends.window import DAY, RANGES, Window
from app.pages.trends.writing import file_name, write
from app.texts import _
from backend.clock import US
from backend.errors import mark
from backend.model.live import TagSnapshot
from widgets.charts.trend import PenTable, TrendChart
from widgets.readouts.ages import THIN_SPACE, clock_age
from widgets.surfaces import Card, DialogFrame, EmptyState, Veil
from widgets.tables import RowModel
from widgets.theme import current, px, space
from widgets.theme import metrics as m

_SIDE: Final = 340
_TABLE_ROWS: Final = 7
_TABLE_SHARE: Final = 0.28
_BEATS: Final = 4
"""The picture moves once a second; the bridge beats four times."""
_SHIFTS: Final = (DAY, 7 * DAY, 0)
_NARROW: Final = 1500
"""px at 100 % below which side and header are narrower."""
_IN, _OUT = 0.5, 2.0
_STEP: Final = 0.1
_KEYS: Final = (
    ("P", mark("pause or go live")),
    ("← →", mark("move cursor one sample")),
    ("Shift ← →", mark("next alarm mark")),
    ("Ctrl ← →", mark("move by a tenth")),
    ("+ −", mark("zoom at cursor")),
    ("0", mark("fit")),
    ("Home End", mark("start or end of range")),
    ("Y", mark("compare with yesterday, last week")),
    ("B", mark("min / max band")),
    ("1 … 8", mark("bring pen to front")),
    ("A", mark("add pen by tag")),
    ("Del", mark("remove chosen pen")),
    ("G", mark("pen groups")),
    ("R", mark("range from … to …")),
    ("Ctrl E", mark("export")),
)


class TrendsPage(Page):
    """Pens over time."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._group = Group(key="", name="", tags=())
        self._view = View(shift=DAY)
        self._drawing = Drawing()
        self._window = windows.following(dict(RANGES)["1h"], context.backend.now(), 1000)
        self._fit = dict(RANGES)["1h"]
        self._beats = 0
        self._entered = False
        self._narrow = False
        self._veil: Veil | None = None
        self._fault = ""
        self._asked_for = False
        self._feed = Feed(context, self)
        self._shelf = Shelf(context, self)
        self._happenings = Happenings(context, self)
        self._tools = Tools(self)
        self._chart = TrendChart(name="")
        self._empty = EmptyState("", action="", key="A")
        self._model = RowModel(columns(TableLook(window=self._window)))
        self._table = PenTable(self._model, name="")
        self._events = EventsCard()
        self._keys = KeysCard()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._show)
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._entered = True
        bridge = self._context.bridge
        bridge.beat.connect(self._on_beat)
        self._feed.start()
        self._happenings.start()
        self._shelf.read()
        if not self._group.tags and not self._asked_for:
            self._open(self._shelf.first())
        self._set_pens(self._group)

    def leave(self) -> None:
        self._entered = False
        self._context.bridge.beat.disconnect(self._on_beat)
        self._feed.stop()
        self._happenings.stop()
        self._soon.stop()
        self.put_away()

    def focus_first(self) -> None:
        dialog = self._veil.dialog() if self._veil is not None else None
        if isinstance(dialog, PenPicker | GroupDialog | SpanDialog | TrendExport):
            dialog.focus_first()
        elif self._chart.isHidden():
            self.setFocus()
        else:
            self._chart.setFocus()

    def put_away(self) -> None:
        if self._veil is not None:
            self._veil.lift()
            self._veil = None

    def select(self, what: str) -> None:
        tags, at = parsed(what)
        if tags:
            self._open_named(tags)
        if at is not None:
            self._window = windows.showing(self._window, at, self._context.backend.now())
            self._set_cursor(at)

    def tools(self) -> Sequence[QWidget]:
        return self._tools.header()

    def title(self) -> str:
        name = self._group.name
        return _("Trend group: {name}").format(name=shown(name, 48)) if name else ""

    def crumbs(self) -> Sequence[Crumb]:
        places = {pen.point.asset for pen in self._view.pens}
        asset = next((each for each in self._context.backend.registry.assets if {each.id} == places), None)
        if asset is None or self.width() / current().scale < _NARROW:
            return ()
        return (
            Crumb(words=_("Overview"), page="overview"),
            Crumb(words=shown(asset_name(asset), 32), page="stations", what=asset.id),
        )

    def place(self) -> str:
        return placed(self._group.tags, self._view.cursor) if self._group.tags else ""

    def keys(self) -> Sequence[PageKey]:
        return tuple(PageKey(key=key, words=_(words)) for key, words in _KEYS)

    def retranslate(self) -> None:
        self._tools.retranslate()
        self._chart.setAccessibleName(_("Trend chart"))
        self._table.setAccessibleName(_("Pens"))
        self._empty.set_words(_("Add a pen, or drop a tag here."), _("Add pen"))
        self._events.retranslate()
        self._keys.show_keys(self.keys()[:10], _("Keys"))
        self._shelf.retranslate()
        if self._group.tags:
            self._group = self._shelf.group_of(self._group.tags)
        self._happenings.forget()
        self._show()
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        if step:
            self._walk(step, held)
        elif held == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_E:
            self._ask_export()
        elif held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier) and key in self._press:
            self._press[key]()
        elif held == Qt.KeyboardModifier.NoModifier and Qt.Key.Key_1 <= key <= Qt.Key.Key_8:
            self._bring(key - Qt.Key.Key_0)
        elif key == Qt.Key.Key_Escape and self._view.cursor is not None:
            self._clear_cursor()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() / current().scale
        if (wide < _NARROW) != self._narrow:
            self._narrow = wide < _NARROW
            self._show()
            self._table.restyle()
        self._tools.set_width(wide)
        self._keys.setVisible(self.height() / current().scale > 760)
        for card in (self._events, self._keys):
            card.setFixedWidth(px(_SIDE * 4 // 5 if self._narrow else _SIDE))
        rows = min(_TABLE_ROWS, max(2, int(self.height() * _TABLE_SHARE / px(m.ROW_TABLE)) - 1))
        self._table.setFixedHeight(px(m.ROW_TABLE) * (rows + 1) + px(m.HALF))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._add(event.mimeData().text().strip())

    # -- pens -----------------------------------------------------------------------------------------------------

    def _open(self, group: Group) -> None:
        """Show the pens of a group."""
        self._view.cursor = self._view.second = None
        self._view.front, self._view.by_hand = {}, {}
        self._set_pens(group)

    def _open_named(self, tags: Sequence[str]) -> None:
        """The pens of these tags, or the group of the place that is called so; what is not known is said."""
        known = tuple(pen.point.tag for pen in pens_of(self._context.backend.registry, tags))
        place = next((each for each in self._shelf.groups() if each.key == f"place:{tags[0]}"), None)
        if known:
            self._asked_for = True
            self._open(self._shelf.group_of(known))
        elif place is not None:
            self._asked_for = True
            self._open(place)
        else:
            self._context.actions.refused.emit(_("There is no point {tag}.").format(tag=shown(tags[0], 40)))

    def _set_pens(self, group: Group) -> None:
        self._group = group
        self._view.pens = pens_of(self._context.backend.registry, group.tags)
        self._table.set_lanes(frozenset(pen.key for pen in self._view.pens if pen.is_switch))
        self._shelf.remember(group)
        self._happenings.about(self._view.pens)
        self._want()
        self._show()
        self.moved.emit()

    def _add(self, tag: str) -> None:
        tags = self._group.tags
        known = bool(pens_of(self._context.backend.registry, (tag,)))
        if not known:
            self._context.actions.refused.emit(_("There is no point {tag}.").format(tag=shown(tag, 40)))
        elif len(tags) >= MOST:
            self._context.actions.refused.emit(_("A group holds {count} pens at most.").format(count=MOST))
        elif tag not in tags:
            self._set_pens(self._shelf.group_of((*tags, tag)))

    def _remove(self) -> None:
        """The pen of the chosen row."""
        chosen = self._table.current_key()
        tag = next((pen.point.tag for pen in self._view.pens if pen.key == chosen), "")
        if tag:
            left = tuple(each for each in self._group.tags if each != tag)
            self._set_pens(self._shelf.group_of(left))

    def _bring(self, number: int) -> None:
        """Pen `number` to the front of its pane."""
        pen = next((each for each in self._view.pens if each.number == number), None)
        if pen is not None:
            self._view.bring(pen.key)
            self._table.select(pen.key)
            self._show()

    def _on_row(self, key: str) -> None:
        if key and key not in self._view.fronts():
            self._view.bring(key)
            self._show()

    # -- time -----------------------------------------------------------------------------------------------------

    def _choose_range(self, key: str) -> None:
        span = dict(RANGES).get(key)
        if span is None:
            self._ask_span()
            return
        now = self._context.backend.now()
        self._fit = span
        self._view.by_hand = {}
        if self._window.live or self._window.end >= now:
            self._set_window(windows.following(span, now, self._chart.columns()), at_once=True)
        else:
            middle = self._view.cursor or (self._window.start + self._window.end) // 2
            self._set_window(windows.zoomed(self._window, middle - span // 2, middle + span // 2, now))

    def _set_window(self, window: Window, *, at_once: bool = False) -> None:
        """at_once: it was chosen, not turned or dragged to step by step."""
        self._window = window
        self._want(at_once=at_once)
        self._happenings.between(window.start, window.end)
        self._show()

    def _toggle_live(self) -> None:
        now = self._context.backend.now()
        if self._window.live:
            self._set_window(replace(self._window, live=False))
        else:
            self._set_window(windows.following(self._window.span, now, self._chart.columns()))

    def _zoom(self, factor: float) -> None:
        now = self._context.backend.now()
        at = self._view.cursor if self._view.cursor is not None else min(now, self._window.end)
        inside = min(max(at, self._window.start), self._window.end)
        self._set_window(windows.around(self._window, inside, factor, now))

    def _fit_all(self) -> None:
        """The chosen range up to now, every scale by itself."""
        self._view.by_hand = {}
        self._set_window(windows.following(self._fit, self._context.backend.now(), self._chart.columns()))

    def _on_zoomed(self, start: int, end: int) -> None:
        self._set_window(windows.zoomed(self._window, start, end, self._context.backend.now()))

    def _on_values_zoomed(self, pane: str, low: float, high: float) -> None:
        if high > low:
            self._view.by_hand[pane] = (low, high)
            self._show()

    def _next_shift(self) -> None:
        self._view.shift = _SHIFTS[(_SHIFTS.index(self._view.shift) + 1) % len(_SHIFTS)]
        self._want()
        self._show()

    def _toggle_band(self) -> None:
        self._view.band = not self._view.band
        self._show()

    # -- cursor ---------------------------------------------------------------------------------------------------

    def _on_cursor_asked(self, at: int, second: bool) -> None:
        at = snapped(self._drawing.walked(self._view), at)
        if second and self._view.cursor is not None:
            self._view.second = at
            self._show()
        else:
            self._set_cursor(at)

    def _set_cursor(self, at: int) -> None:
        self._view.cursor = at
        window = windows.showing(self._window, at, self._context.backend.now())
        if window is not self._window:
            self._set_window(window)
        self._show()

    def _clear_cursor(self) -> None:
        self._view.cursor = self._view.second = None
        self._show()

    def _walk(self, step: int, held: Qt.KeyboardModifier) -> None:
        if held == Qt.KeyboardModifier.ControlModifier:
            self._set_window(windows.panned(self._window, step * _STEP, self._context.backend.now()))
        elif held == Qt.KeyboardModifier.ShiftModifier:
            self._walk_marks(step)
        elif held == Qt.KeyboardModifier.NoModifier:
            series = self._drawing.walked(self._view)
            seen = series.between(self._window.start, self._window.end + 1)
            if self._view.cursor is not None:
                self._set_cursor(next_sample(series, self._view.cursor, step))
            elif len(seen):
                self._set_cursor(int(seen.at[-1] if step < 0 else seen.at[0]))

    def _walk_marks(self, step: int) -> None:
        here = self._view.cursor if self._view.cursor is not None else self._window.end
        ats = sorted(each.at for each in marks(self._happenings.events()))
        ahead = [at for at in ats if (at > here if step > 0 else at < here)]
        if ahead:
            self._set_cursor(ahead[0] if step > 0 else ahead[-1])

    def _to_end(self, place: int) -> None:
        """The cursor at the first or last sample in view."""
        seen = self._drawing.walked(self._view).between(self._window.start, self._window.end + 1)
        if len(seen):
            self._set_cursor(int(seen.at[place]))

    # -- showing --------------------------------------------------------------------------------------------------

    def _want(self, *, at_once: bool = False) -> None:
        if self._entered:
            points = [pen.point.id for pen in self._view.pens]
            self._feed.want(points, self._window, self._chart.columns(), self._view.shift, at_once=at_once)

    def _on_beat(self) -> None:
        self._beats += 1
        if self._beats % _BEATS:
            return
        now = self._context.backend.now()
        if self._window.live:
            self._window = windows.moved_on(self._window, now, self._chart.columns())
            self._happenings.between(self._window.start, self._window.end)
        self._want()
        self._show()

    def _show(self) -> None:
        """Everything, from what is known now."""
        snapshot = self._context.bridge.snapshot()
        now = self._context.backend.now()
        view, drawing, window = self._view, self._drawing, self._window
        self._chart.setVisible(bool(view.pens))
        self._empty.setVisible(not view.pens)
        drawing.take(
            view,
            {pen.key: self._feed.series(pen.point.id) for pen in view.pens},
            {pen.key: self._feed.other(pen.point.id) for pen in view.pens} if view.shift else {},
            now,
            snapshot,
            window.span // self._chart.columns(),
        )
        hold = self._chart.underMouse() and window.live
        self._chart.set_band(view.band)
        self._chart.show_window(window.start, window.end, now)
        self._chart.show_panes(drawing.panes(view, window, snapshot, hold=hold), drawing.lanes(view, now, snapshot))
        self._chart.show_curves(drawing.curves, drawing.compare if view.shift else {}, drawing.spans)
        self._show_cursor()
        self._show_events()
        self._show_tools(snapshot, now)
        look = TableLook(window=window, cursor=view.cursor, second=view.second, shift=view.shift)
        self._model.set_columns(columns(look, narrow=self._narrow))
        self._model.replace(drawing.rows(view, window, snapshot))

    def _show_cursor(self) -> None:
        view = self._view
        between = ""
        if view.cursor is not None and view.second is not None:
            between = f"Δ {between_text(view.cursor, view.second)}"
        self._chart.show_cursor(
            self._drawing.cursor(view, view.cursor, self._window),
            self._drawing.cursor(view, view.second, self._window, between),
        )

    def _show_events(self) -> None:
        told = self._happenings.events()
        self._events.show_events(told, self._window)
        self._chart.show_marks(marks(told), _("alarms"), _tier_word(self._feed.tier()))

    def _show_tools(self, snapshot: TagSnapshot, now: int) -> None:
        tools, window = self._tools, self._window
        tools.show_range(windows.range_of(window) or OTHER)
        tools.show_compare(self._view.shift)
        tools.show_band(self._view.band)
        ats = [int(snapshot.at[pen.point.id]) for pen in self._view.pens]
        if not window.live:
            behind = clock_age(max(0, now - window.end) / US)
            tools.show_live(_("Paused, {age} behind").format(age=behind), live=False)
        elif self._fault:
            tools.show_live(_("No history"), live=True)
        else:
            age = max(0.0, (now - max(ats, default=0)) / US)
            words = f"{age:.1f}{THIN_SPACE}s" if age < 60 else clock_age(age)
            tools.show_live(_("Live · {age}").format(age=words) if any(ats) else _("Live · no value"), live=True)

    # -- dialogs --------------------------------------------------------------------------------------------------

    def _show_dialog(self, dialog: DialogFrame) -> None:
        self.put_away()
        self._veil = Veil(dialog, self)
        dialog.escaped.connect(self._close)

    def _close(self) -> None:
        self.put_away()
        self._tools.show_range(windows.range_of(self._window))
        self.focus_first()

    def _ask_pen(self) -> None:
        dialog = PenPicker(self._context.backend.registry, self._group.tags)
        dialog.picked.connect(self._add)
        self._show_dialog(dialog)
        dialog.focus_first()

    def _ask_span(self) -> None:
        dialog = SpanDialog(self._window.start, self._window.end)
        dialog.chosen.connect(self._choose_span)
        self._show_dialog(dialog)
        dialog.focus_first()

    def _choose_span(self, start: int, end: int) -> None:
        self._close()
        past = replace(self._window, live=False)
        self._set_window(windows.zoomed(past, start, end, self._context.backend.now()), at_once=True)

    def _ask_group(self) -> None:
        dialog = GroupDialog(
            self._shelf.groups(), self._group, may_keep=self._shelf.may_keep() and bool(self._group.tags)
        )
        dialog.opened.connect(self._open_key)
        dialog.kept.connect(lambda name: self._keep(dialog, name))
        dialog.removed.connect(lambda key: self._forget(dialog, key))
        self._show_dialog(dialog)
        dialog.focus_first()

    def _open_key(self, key: str) -> None:
        group = next((each for each in self._shelf.groups() if each.key == key), None)
        self._close()
        if group is not None:
            self._open(group)

    def _keep(self, dialog: GroupDialog, name: str) -> None:
        self._group = self._shelf.keep(name, self._group.tags)
        dialog.show_groups(self._shelf.groups())
        self.moved.emit()

    def _forget(self, dialog: GroupDialog, key: str) -> None:
        self._shelf.forget(key)
        self._group = self._shelf.group_of(self._group.tags)
        dialog.show_groups(self._shelf.groups())
        self.moved.emit()

    def _ask_export(self) -> None:
        if not self._view.pens:
            return
        words = _("{count} pens, {start} to {end}").format(
            count=len(self._view.pens), start=date_time(self._window.start), end=date_time(self._window.end)
        )
        simulator = self._context.backend.site.mode != "live"
        dialog = TrendExport(
            words, folder=self._shelf.folder(), name=file_name(self._group.name, self._window, simulator)
        )
        dialog.chosen.connect(lambda file, what: self._write(dialog, file, what))
        self._show_dialog(dialog)
        dialog.focus_first()

    def _write(self, dialog: TrendExport, file: str, what: str) -> None:
        write(
            self._context,
            file,
            what,
            view=self._view,
            series=self._drawing.series,
            window=self._window,
            shot=lambda: self._left.grab().toImage(),
            title=self.title(),
            done=self._close,
            dialog=dialog,
        )

    def _on_event(self, event: Event) -> None:
        self._set_cursor(event.at)

    def _on_mark(self, key: str) -> None:
        event = next((each for each in self._happenings.events() if each.key == key), None)
        if event is not None:
            self._set_cursor(event.at)
            self._context.go("alarms", event.alarm)

    # -- building -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._press: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_P: self._toggle_live,
            Qt.Key.Key_Y: self._next_shift,
            Qt.Key.Key_B: self._toggle_band,
            Qt.Key.Key_A: self._ask_pen,
            Qt.Key.Key_G: self._ask_group,
            Qt.Key.Key_R: self._ask_span,
            Qt.Key.Key_Plus: lambda: self._zoom(_IN),
            Qt.Key.Key_Equal: lambda: self._zoom(_IN),
            Qt.Key.Key_Minus: lambda: self._zoom(_OUT),
            Qt.Key.Key_0: self._fit_all,
            Qt.Key.Key_Home: lambda: self._to_end(0),
            Qt.Key.Key_End: lambda: self._to_end(-1),
            Qt.Key.Key_Delete: self._remove,
            Qt.Key.Key_Backspace: self._remove,
        }
        self._tools.range_chosen.connect(self._choose_range)
        self._tools.compare_pressed.connect(self._next_shift)
        self._tools.band_pressed.connect(self._toggle_band)
        self._tools.pause_pressed.connect(self._toggle_live)
        self._tools.groups_pressed.connect(self._ask_group)
        self._tools.add_pressed.connect(self._ask_pen)
        self._chart.cursor_asked.connect(self._on_cursor_asked)
        self._chart.zoomed.connect(self._on_zoomed)
        self._chart.values_zoomed.connect(self._on_values_zoomed)
        self._chart.mark_pressed.connect(self._on_mark)
        self._chart.resized.connect(self._soon.start)
        self._empty.acted.connect(self._ask_pen)
        self._table.selected.connect(self._on_row)
        self._events.chosen.connect(self._on_event)
        self._events.export_pressed.connect(self._ask_export)
        self._feed.changed.connect(self._on_answer)
        self._feed.failed.connect(self._on_fault)
        self._happenings.changed.connect(self._show_events)
        self._shelf.changed.connect(self._on_groups)

    def _on_answer(self) -> None:
        self._fault = ""
        self._soon.start()

    def _on_fault(self, words: str) -> None:
        if words != self._fault:
            self._context.actions.refused.emit(words)
        self._fault = words

    def _on_groups(self) -> None:
        """The person's own groups are here."""
        if not self._entered:
            return
        if not self._asked_for and self._shelf.last():
            self._asked_for = True
            self._open(self._shelf.group_of(self._shelf.last()))
        elif self._group.tags:
            self._group = self._shelf.group_of(self._group.tags)
            if self._asked_for:
                self._shelf.remember(self._group)
            self.moved.emit()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        space(bar, gap=m.HALF)
        bar.addWidget(self._tools.groups)
        bar.addWidget(self._tools.add)
        bar.addStretch(1)
        bar.addWidget(self._tools.ranges)
        chart = Card()
        chart.body.addLayout(bar)
        chart.body.addWidget(self._chart, 1)
        chart.body.addWidget(self._empty, 1)
        table = Card()
        table.body.addWidget(self._table)
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        space(left, gap=m.GAP)
        left.addWidget(chart, 1)
        left.addWidget(table)
        right = QVBoxLayout()
        space(right, gap=m.GAP)
        right.addWidget(self._events, 1)
        right.addWidget(self._keys)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addWidget(self._left, 1)
        row.addLayout(right)


def _tier_word(tier: str) -> str:
    return {"raw": _("raw"), "1 min": _("1 min"), "15 min": _("15 min"), "1 h": _("1 h")}.get(tier, "")


SPEC = PageSpec(key="trends", shortcut="F3", icon="trends", title=mark("Trends"), level="L3", build=TrendsPage)
