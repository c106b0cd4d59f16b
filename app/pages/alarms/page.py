"""The alarm page: views and filters at the left, the list that never jumps, the chosen alarm at the right."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.formats import clock_time
from app.models.alarms import READING_S, VIEWS, Words, state_word
from app.page import Page, PageContext, PageKey, PageSpec
from app.pages.alarms.board import Order
from app.pages.alarms.detail import WIDTH, Detail
from app.pages.alarms.filters import Filter, meaning, view_word
from app.pages.alarms.grouping import GROUP, MORE
from app.pages.alarms.handling import Handling
from app.pages.alarms.head import HeadStrip
from app.pages.alarms.history import ROWS, HistoryList
from app.pages.alarms.listing import AlarmList
from app.pages.alarms.rates import SHIFT_US, Rates
from app.pages.alarms.rows import RowMaker
from app.pages.alarms.situation import Situation
from app.pages.alarms.statistics import DAY_US, Statistics
from app.pages.alarms.telling import tell_alarm, tell_group, tell_notes, time_left
from app.pages.alarms.trace import Trace
from app.pages.alarms.views import ANY, Held, ViewsColumn, up_to, zone_of
from app.texts import _
from app.tones import glyph_of
from backend.errors import mark
from backend.model.alarm import AlarmName, AlarmRecord, Priority, Suppression
from backend.model.alarm_figures import BUCKET_US, AlarmFigures
from backend.model.note import Note
from backend.model.plant import AssetKind
from widgets.inputs import Button, ButtonKind, Segmented
from widgets.theme import metrics as m
from widgets.theme import px, space

_VIEWS_WIDTH: Final = 276
_NARROW: Final = 1560
_NARROW_VIEWS: Final = 236
_NARROW_DETAIL: Final = 314
"""In a narrow window the side columns give up some of their width."""
HISTORY: Final = "history"
STATISTICS: Final = "statistics"
_LISTS: Final = tuple(order.value for order in Order)
_SLOW_BEATS: Final = 40
"""Ten seconds: what only time changes."""
_LOOK_BEATS: Final = 4
"""The journal is read once a second at most."""


class AlarmsPage(Page):
    """Active, held back and past alarms."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        backend = context.backend
        self._context = context
        self._words = Words(backend.registry, backend.links.snapshot())
        self._situation = Situation(self._words, backend.now)
        self._maker = RowMaker(
            self._words,
            self._situation,
            live=context.bridge.snapshot,
            recent=context.recent,
            now=backend.now,
        )
        self._rates = Rates()
        self._names: Mapping[str, str] = {}
        self._notes: dict[str, Sequence[Note]] = {}
        """By alarm, so far as they were asked for since the page was entered."""
        self._selected = ""
        self._may_choose = True
        """Nobody has chosen yet in what is shown: the page itself may, once."""
        self._chose_at = -READING_S
        self._beats = 0
        self._counts_are_old = self._journal_is_old = False
        self._views = ViewsColumn()
        self._segments = Segmented([(each, each) for each in (*_LISTS, HISTORY, STATISTICS)], name="", parent=self)
        self._ack_visible = Button(key="Ctrl Space", kind=ButtonKind.RAISED, parent=self)
        self._head = HeadStrip()
        self._list = AlarmList(self._situation, self._maker)
        self._history = HistoryList(self._words)
        self._statistics = Statistics(self._called)
        self._stack = QStackedWidget()
        self._detail = Detail()
        self._trace = Trace(context, self._words, self._detail)
        self._handling = Handling(
            context, self._words, self, seen=self._maker.seen, hold=self._list.hold.hold, back=self.focus_first
        )
        self._lay_out()
        # Narrow until it is known how wide it is: a window that has once grown for its page does not shrink again.
        self._set_narrow(True)
        self._connect()
        self.retranslate()

    # -- Page ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        backend = self._context.backend
        self._names = {each.person: each.name for each in backend.people.accounts()}
        self._words.renew(backend.registry, backend.links.snapshot())
        self._context.bridge.alarms.connect(self._on_alarms)
        self._context.bridge.beat.connect(self._on_beat)
        self._context.bridge.notes.connect(self._on_notes)
        self._notes.clear()
        self._situation.load(backend.alarms.snapshot())
        self._may_choose = self._chosen() is None
        now = backend.now()
        self._ask(backend.alarms.figures(now - SHIFT_US, now + 1), self._on_shift)
        self._ask(backend.alarms.past(start=now - BUCKET_US, limit=20_000), self._on_changes)
        self._show()

    def leave(self) -> None:
        self._context.bridge.alarms.disconnect(self._on_alarms)
        self._context.bridge.beat.disconnect(self._on_beat)
        self._context.bridge.notes.disconnect(self._on_notes)

    def focus_first(self) -> None:
        dialog = self._handling.dialog()
        table = self._history.table if self._segment() == HISTORY else self._list.table
        target = dialog or (table if table.isVisible() else self)
        target.setFocus()

    def put_away(self) -> None:
        self._handling.close_dialog()

    def select(self, what: str) -> None:
        if what in dict(VIEWS):
            self._to_list()
            self._narrow(Filter(view=what))
        elif what in (HISTORY, STATISTICS):
            self._open_segment(what)
        elif what.startswith("priority:"):
            self._to_list()
            self._narrow(Filter(priorities=frozenset({Priority(int(what.removeprefix("priority:")))})))
        else:
            self._select_alarm(what)

    def tools(self) -> Sequence[QWidget]:
        return (self._segments, self._ack_visible)

    def place(self) -> str:
        if self._segment() not in _LISTS:
            return self._segment()
        chosen = self._situation.filter
        (first, *others) = sorted(chosen.priorities)
        only = chosen == Filter(priorities=frozenset({first})) and not others
        return f"priority:{int(first)}" if only else chosen.view

    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(key="Space", words=_("acknowledge the chosen alarm")),
            PageKey(key="Ctrl Space", words=_("acknowledge what can be seen")),
            PageKey(key="→ ←", words=_("unfold and fold a group")),
            PageKey(key="End", words=_("let held rows go")),
            PageKey(key="↵", words=_("go to its place on the map")),
            PageKey(key="I", words=_("valves that isolate it")),
            PageKey(key="C", words=_("command of its valve")),
            PageKey(key="T", words=_("its trend")),
            PageKey(key="M", words=_("its station")),
            PageKey(key="S", words=_("shelve, or bring back")),
            PageKey(key="R", words=_("reset a latched alarm")),
            PageKey(key="K", words=_("note to the log")),
        )

    def retranslate(self) -> None:
        self._segments.set_segments(
            [
                (Order.GROUPED.value, _("Grouped")),
                (Order.TIME.value, _("By time")),
                (Order.PLACE.value, _("By place")),
                (HISTORY, _("History")),
                (STATISTICS, _("Statistics")),
            ],
            _("How the alarms are shown"),
        )
        self._ack_visible.set_words(_("Ack visible"))
        for part in (self._views, self._head, self._list, self._history, self._statistics, self._detail):
            part.retranslate()
        if self._situation.board.order is Order.PLACE:
            # Places are sorted by their names, and those have changed.
            self._situation.lay_out(Order.PLACE)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_narrow(self.width() < px(_NARROW))

    def _set_narrow(self, narrow: bool) -> None:
        self._views.setFixedWidth(px(_NARROW_VIEWS if narrow else _VIEWS_WIDTH))
        self._detail.setFixedWidth(px(_NARROW_DETAIL if narrow else WIDTH))
        self._head.set_narrow(narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Space and control:
            self.acknowledge_visible()
        elif event.key() == Qt.Key.Key_End:
            self._list.hold.release()
        elif event.key() == Qt.Key.Key_Space and time.monotonic() - self._chose_at < READING_S:
            self._context.actions.done.emit(_("This alarm has only just come. Read it, then press again."))
        elif event.key() in _KEYS and not control and self._chosen() is not None:
            self._act(_KEYS[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Space and self._selected.startswith((GROUP, MORE)):
            # Else the banner would take it and acknowledge an alarm that is not meant.
            self._context.actions.refused.emit(_("Choose an alarm; a group is not acknowledged as a whole."))
        else:
            super().keyPressEvent(event)

    # -- what people do -----------------------------------------------------------------------------------------------

    def acknowledge_visible(self) -> None:
        """Acknowledge every alarm whose row can be seen whole, each by itself; what is folded is not among them."""
        if self._segment() in _LISTS:
            records = self._situation.records
            self._handling.acknowledge(records[key] for key in self._list.whole_alarms() if key in records)

    def _act(self, action: str) -> None:
        record = self._chosen()
        if record is None:
            return
        actions: dict[str, Callable[[AlarmRecord], None]] = {
            "ack": lambda each: self._handling.acknowledge((each,)),
            "goto": self._handling.go_to_place,
            "trend": self._handling.trend,
            "mimic": self._handling.go_to_mimic,
            "isolate": self._handling.isolate,
            "command": self._handling.command,
            "shelve": self._handling.shelve,
            "reset": self._handling.reset,
            "note": self._handling.note,
        }
        actions[action](record)

    def _chosen(self) -> AlarmRecord | None:
        """The alarm that is chosen in the list of now."""
        return self._situation.records.get(self._selected) if self._segment() in _LISTS else None

    def _choose(self, key: str) -> None:
        self._selected = key
        self._may_choose = False
        self._chose_at = -READING_S
        self._show_detail()

    def _choose_first(self) -> None:
        """While nobody has chosen: the alarm to be read first, so that what to do about it stands beside the list at
        once. What comes later moves nothing."""
        if self._may_choose and self._segment() in _LISTS and self._list.rows.rowCount():
            self._may_choose = False
            self._list.table.select(self._list.first_choice())
            self._chose_at = time.monotonic()

    def _narrow(self, chosen: Filter) -> None:
        self._to_list()
        self._list.hold.release()
        self._situation.narrow(chosen)
        if self._selected not in self._situation.board and self._situation.group(self._selected) is None:
            self._selected, self._may_choose = "", True
        self._show()

    def _select_alarm(self, key: str) -> None:
        self._to_list()
        self._selected, self._may_choose, self._chose_at = key, False, -READING_S
        if not self._list.reveal(key):
            record = self._situation.records.get(key)
            views = (view for view, names in VIEWS if record is not None and record.name in names)
            self._narrow(Filter(view=next(views, "active")))
            self._selected, self._may_choose, self._chose_at = key, False, -READING_S
            self._list.reveal(key)
        self._show_detail()
        self._list.table.setFocus()

    def _open_past(self, key: str) -> None:
        """From a line of the past to the alarm as it stands now."""
        if key in self._situation.records:
            self._select_alarm(key)
        else:
            self._context.actions.done.emit(_("This alarm is normal now."))

    def _segment(self) -> str:
        return self._segments.current()

    def _to_list(self) -> None:
        if self._segment() not in _LISTS:
            self._open_segment(Order.GROUPED.value)

    def _open_segment(self, segment: str) -> None:
        self._segments.set_current(segment)
        if segment in _LISTS and self._situation.board.order != segment:
            self._list.hold.release()
            self._situation.lay_out(Order(segment))
        self._show()

    # -- showing ------------------------------------------------------------------------------------------------------

    def _on_alarms(self, changed: Iterable[AlarmRecord]) -> None:
        keys = []
        for record in changed:
            key = record.config.key
            keys.append(key)
            self._rates.note(self._situation.records.get(key), record)
            self._situation.take((record,))
        self._list.spoil(keys)
        self._list.show_order()
        self._choose_first()
        self._situation.forget(lambda key: self._list.rows.place_of(key) >= 0)
        self._counts_are_old = self._journal_is_old = True
        if self._selected in keys:
            self._show_detail()

    def _on_beat(self) -> None:
        self._beats += 1
        if self._beats % _SLOW_BEATS == 0:
            self._situation.settle()
            self._list.show_order()
            self._trace.refresh()
            self._counts_are_old = True
        if self._beats % _LOOK_BEATS == 0:
            self._look_again()
        if self._segment() in _LISTS:
            self._list.refresh()
        if self._counts_are_old:
            self._show_counts()
        self._show_left()

    def _look_again(self) -> None:
        """What is read from the journal, while it is shown and has changed."""
        if self._journal_is_old and self._segment() == HISTORY:
            self._show_history()
        elif self._beats % _SLOW_BEATS == 0 and self._segment() == STATISTICS:
            self._show_statistics()
        if self._segment() in _LISTS and self._beats % (_LOOK_BEATS * 2) == 0:
            self._head.show_bars(self._rates.times, self._context.backend.now())

    def _show(self) -> None:
        segment = self._segment()
        shown: dict[str, QWidget] = {HISTORY: self._history, STATISTICS: self._statistics}
        self._stack.setCurrentWidget(shown.get(segment, self._list))
        self._head.setVisible(segment in _LISTS)
        self._detail.setVisible(segment in _LISTS)
        self._ack_visible.setVisible(segment in _LISTS)
        if segment == HISTORY:
            self._show_history()
        elif segment == STATISTICS:
            self._show_statistics()
        else:
            self._list.show_order()
            self._choose_first()
            self._head.show_bars(self._rates.times, self._context.backend.now())
        self._show_counts()
        self._show_detail()

    def _show_history(self) -> None:
        self._journal_is_old = False
        self._ask(
            self._context.backend.alarms.past(limit=ROWS),
            lambda lines: self._history.show_lines(lines, self._names, self._context.backend.now()),
        )

    def _show_statistics(self) -> None:
        now = self._context.backend.now()
        self._ask(
            self._context.backend.alarms.figures(now - DAY_US, now + 1),
            lambda figures: self._statistics.show_figures(figures, self._situation.records.values()),
        )

    def _on_shift(self, figures: AlarmFigures) -> None:
        self._rates.follow(figures)
        self._show()

    def _on_changes(self, lines: Iterable[object]) -> None:
        self._situation.remember(lines)  # type: ignore[arg-type]
        self._list.show_order()

    def _show_counts(self) -> None:
        self._counts_are_old = False
        now = self._context.backend.now()
        chosen, tally = self._situation.filter, self._situation.tally
        registry = self._context.backend.registry
        zones = [each.id for each in registry.assets if each.kind is AssetKind.AREA]
        self._views.show_counts(tally, chosen, self._held(now), [(each, self._words.area_name(each)) for each in zones])
        rate = self._rates.rate(now)
        self._head.show_rate(rate, self._rates.flood_since(now), self._rates.usual(now))
        self._head.show_layout(self._layout_words())
        hidden = tally.hidden(chosen)
        said = meaning(chosen, tally.shown(chosen), hidden, self._words.area_name(chosen.where or ""))
        self._head.show_filter(said if chosen.narrows else "")
        empty = _("No alarms in this view. {rate} raised in the last 10 min.").format(rate=rate)
        self._list.set_empty(said if chosen.narrows else empty, _("Show all") if chosen.narrows else "")

    def _layout_words(self) -> str:
        groups, singles = self._situation.grouped()
        if self._situation.board.order is not Order.GROUPED:
            return _("{view}: {count} alarms, each on its own row.").format(
                view=view_word(self._situation.filter.view), count=len(self._situation.board)
            )
        words = _("{view}: {groups} and {singles}. Priority 1 and 2 are never folded away.")
        return words.format(
            view=view_word(self._situation.filter.view),
            groups=_("1 group") if groups == 1 else _("{count} groups").format(count=groups),
            singles=_("1 single alarm") if singles == 1 else _("{count} single alarms").format(count=singles),
        )

    def _held(self, now: int) -> Held:
        """Why alarms are held back, one line each."""
        held = [each for record in self._situation.held() for each in record.facts.suppressed]
        ends = [each.until for each in held if each.kind is Suppression.SHELVED and each.until]
        rules = {each.by for each in held if each.kind is Suppression.BY_DESIGN}
        services = [each for each in held if each.kind is Suppression.OUT_OF_SERVICE]
        late = sum(each.until is not None and each.until < now for each in services)
        return Held(
            shelved=_("next back {time}").format(time=clock_time(min(ends))[:5]) if ends else "",
            suppressed=_("{count} rules active").format(count=len(rules)) if rules else "",
            out_of_service=_("{count} past review date").format(count=late) if services else "",
        )

    def _show_detail(self) -> None:
        record, group = self._chosen(), self._situation.group(self._selected.removeprefix(MORE))
        if record is not None:
            response = self._context.backend.alarms.response(record.config, record.facts.level)
            told = tell_alarm(record, self._words, response, self._names, self._context.bridge.snapshot())
            told = replace(told, advice=(*told.advice, tell_notes(self._notes_of(record.config.key), self._names)))
            glyph = (int(record.priority), glyph_of(record), state_word(record))
            self._detail.show_told(told, glyph)
            self._detail.allow(self._handling.allowed(record), unshelve=record.name is AlarmName.SHLVD)
            self._trace.follow(record)
        elif group is not None:
            self._detail.show_told(tell_group(group, self._situation, self._maker, self._words), None)
            self._detail.allow(())
            self._trace.follow(None)
        else:
            self._detail.show_nothing()
            self._trace.follow(None)
        self._show_left()

    def _notes_of(self, key: str) -> Sequence[Note]:
        """What is known to be written about an alarm; asked for once."""
        if key not in self._notes:
            self._notes[key] = ()
            self._ask(self._context.backend.notes.of(key), lambda notes: self._hear_notes(key, notes))
        return self._notes[key]

    def _hear_notes(self, key: str, notes: Sequence[Note]) -> None:
        self._notes[key] = notes
        if notes and key == self._selected:
            self._show_detail()

    def _on_notes(self, written: Iterable[Note]) -> None:
        for note in written:
            if note.subject in self._notes:
                self._hear_notes(note.subject, (*self._notes[note.subject], note))

    def _show_left(self) -> None:
        record = self._chosen()
        response = None
        if record is not None:
            response = self._context.backend.alarms.response(record.config, record.facts.level)
        now = self._context.backend.now()
        self._detail.show_left(None if record is None else time_left(record, response, now))

    def _called(self, key: str) -> str:
        """What an alarm of the journal is called."""
        record = self._situation.records.get(key)
        return key if record is None else f"{self._words.tag(record)}  {self._words.message(record)}"

    def _ask(self, future: object, then: Callable[..., None]) -> None:
        self._context.actions.ask(future, then, owner=self, failed=self._context.actions.refused.emit)  # type: ignore[arg-type]

    # -- built once ---------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for each in (self._list, self._history, self._statistics):
            self._stack.addWidget(each)
        middle = QVBoxLayout()
        space(middle, gap=m.GAP)
        middle.addWidget(self._head)
        middle.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addWidget(self._views)
        row.addLayout(middle, 1)
        row.addWidget(self._detail)

    def _connect(self) -> None:
        self._views.view_chosen.connect(lambda view: self._narrow(replace(self._situation.filter, view=view)))
        self._views.where_chosen.connect(
            lambda zone: self._narrow(replace(self._situation.filter, where=zone_of(zone)))
        )
        self._views.kind_chosen.connect(
            lambda kind: self._narrow(replace(self._situation.filter, kind=None if kind == ANY else kind))
        )
        self._views.priority_chosen.connect(
            lambda most: self._narrow(replace(self._situation.filter, priorities=up_to(most)))
        )
        self._segments.chosen.connect(self._open_segment)
        self._ack_visible.clicked.connect(self.acknowledge_visible)
        self._head.widened.connect(self._widen)
        self._list.widened.connect(self._widen)
        self._list.selected.connect(self._choose)
        self._history.opened.connect(self._open_past)
        self._list.emptied.connect(self.setFocus)
        self._list.opened.connect(lambda _key: self._act("goto"))
        self._detail.asked.connect(self._act)

    def _widen(self) -> None:
        self._narrow(Filter(view=self._situation.filter.view))


_KEYS: Final[Mapping[int, str]] = {
    Qt.Key.Key_Space: "ack",
    Qt.Key.Key_Return: "goto",
    Qt.Key.Key_Enter: "goto",
    Qt.Key.Key_T: "trend",
    Qt.Key.Key_M: "mimic",
    Qt.Key.Key_I: "isolate",
    Qt.Key.Key_C: "command",
    Qt.Key.Key_S: "shelve",
    Qt.Key.Key_R: "reset",
    Qt.Key.Key_K: "note",
}


SPEC = PageSpec(key="alarms", shortcut="F4", icon="alarms", title=mark("Alarms"), level="L2", build=AlarmsPage)
