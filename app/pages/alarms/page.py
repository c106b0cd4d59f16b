"""The alarm list: views with counts at the left, the list that never jumps, the chosen alarm at the right."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.shelve import ShelveDialog
from app.formats import clock_time, date_time, shown
from app.models.alarms import VIEWS, Words, in_view, order, state_word, view_counts
from app.page import Page, PageContext, PageSpec
from app.texts import _
from app.tones import glyph_of
from backend.clock import US
from backend.errors import mark
from backend.model.alarm import LEVEL_WORDS, AlarmName, AlarmRecord, InputQuality, Occurrence
from backend.model.person import Right
from widgets.inputs import Button, ButtonKind
from widgets.notices import AlarmGlyph, GlyphState, HoldPill
from widgets.readouts import Text
from widgets.readouts.ages import clock_age, short_age
from widgets.surfaces import Card, EmptyState, Fact, FactList, Veil
from widgets.tables import Align, Column, GlyphCell, Kind, Row, RowHold, RowModel, Table, ValueCell
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

_VIEWS_WIDTH = 238
_DETAIL_WIDTH = 340
_HISTORY = "history"
_RAISES = ("raise", "escalate", "late")
_HISTORY_ROWS = 500
_BEATS_PER_LOOK = 4
"""The history is read from the database once a second at most."""


class AlarmsPage(Page):
    """Active, held back and past alarms."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._words = Words(context.backend.registry, context.backend.links.snapshot())
        self._records: dict[str, AlarmRecord] = {}
        self._view = "active"
        self._selected = ""
        self._veil: Veil | None = None
        self._beats = 0
        self._history_is_old = False
        self._names: dict[str, str] = {}
        self._views_model = RowModel(_view_columns())
        self._views = Table(self._views_model, name="", row_height=m.ROW_LIST)
        self._views.head.hide()
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="")
        self._hold = RowHold(self._table)
        self._pill = HoldPill(self)
        self._empty = EmptyState("")
        self._headline = Text("", Role.KEY, Weight.SEMIBOLD)
        self._subline = Text("", Role.LABEL, tone=Tone.SECONDARY)
        self._glyph = AlarmGlyph(1, GlyphState.NONE, name="")
        self._tag = Text("", Role.VALUE, Weight.SEMIBOLD, mono=True)
        self._message = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._value = Text("", Role.ALARM, Weight.SEMIBOLD)
        self._facts = FactList(name="")
        self._ack = Button(key="Space", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._ack_visible = Button(key="Ctrl Space", kind=ButtonKind.RAISED)
        self._goto = Button(key="↵", height=m.BUTTON_PRIMARY)
        self._shelve = Button(key="S")
        self._reset = Button(key="R")
        self._note = Text("", Role.HINT, tone=Tone.MUTED, wrap=True)
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._names = {each.person: each.name for each in self._context.backend.people.accounts()}
        self._context.bridge.alarms.connect(self._on_alarms)
        self._context.bridge.beat.connect(self._on_beat)
        self._records = {record.config.key: record for record in self._context.backend.alarms.snapshot()}
        self._show()

    def focus_first(self) -> None:
        if self._veil is not None:
            self._veil.dialog().setFocus()
        elif self._table.isHidden():
            self.setFocus()
        else:
            self._table.setFocus()

    def put_away(self) -> None:
        self._close_dialog()

    def leave(self) -> None:
        self._context.bridge.alarms.disconnect(self._on_alarms)
        self._context.bridge.beat.disconnect(self._on_beat)

    def select(self, what: str) -> None:
        if what in dict(VIEWS) or what == _HISTORY:
            self._choose_view(what)
            return
        self._selected = what
        self._show()
        self._table.select(what)
        self._table.setFocus()

    def retranslate(self) -> None:
        self._views_model.set_columns(_view_columns())
        self._model.set_columns(_columns())
        self._views.setAccessibleName(_("Views"))
        self._table.setAccessibleName(_("Alarms"))
        self._ack.set_words(_("Acknowledge"))
        self._ack_visible.set_words(_("Ack visible"))
        self._goto.set_words(_("Go to"))
        self._shelve.set_words(_("Shelve"))
        self._reset.set_words(_("Reset"))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Space if control:
                self.acknowledge_visible()
            case Qt.Key.Key_Space if self._chosen() is not None:
                # Space on a chosen alarm is about that one, even when it has been acknowledged already.
                self.acknowledge()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._chosen() is not None:
                self._open(self._selected)
            case Qt.Key.Key_End:
                self._hold.release()
            case Qt.Key.Key_S:
                self._ask_shelve()
            case Qt.Key.Key_R:
                self._ask_reset()
            case _:
                super().keyPressEvent(event)

    # -- what people do -------------------------------------------------------------------------------------------

    def _chosen(self) -> AlarmRecord | None:
        """The alarm that is chosen in the list of now."""
        return None if self._view == _HISTORY else self._records.get(self._selected)

    def acknowledge(self) -> None:
        """Acknowledge the chosen alarm's occurrence as it is shown."""
        record = self._chosen()
        if record is not None and not record.facts.ack:
            self._ack_one(record)

    def acknowledge_visible(self) -> None:
        """Acknowledge every unacknowledged alarm whose row can be seen, each by itself."""
        if self._view == _HISTORY:
            return
        for key in self._table.visible_keys():
            record = self._records.get(key)
            if record is not None and not record.facts.ack:
                self._ack_one(record)

    def _ack_one(self, record: AlarmRecord) -> None:
        session = self._context.desk.session
        if session is None:
            self._context.actions.refused.emit(_("Sign in first."))
            return
        alarms = self._context.backend.alarms
        self._hold.hold()
        self._context.actions.follow(alarms.acknowledge(session, record.config.key, record.facts.occurrence))

    def _ask_shelve(self) -> None:
        record = self._records.get(self._selected)
        session = self._context.desk.session
        if record is None or self._veil is not None:
            return
        if session is None:
            self._context.actions.refused.emit(_("Sign in first."))
            return
        if record.name is AlarmName.SHLVD:
            self._context.actions.follow(self._context.backend.alarms.unshelve(session, record.config.key))
            return
        if not record.config.shelvable or record.facts.suppressed:
            return
        dialog = ShelveDialog(f"{self._words.tag(record)}  {self._words.line(record)}", record.config.max_shelf_s)
        self._veil = Veil(dialog, self)
        dialog.escaped.connect(self._close_dialog)
        dialog.decided.connect(
            lambda seconds, reason: self._context.actions.follow(
                self._context.backend.alarms.shelve(session, record.config.key, seconds, reason),
                lambda _record: self._close_dialog(),
                failed=dialog.refused,
                owner=dialog,
            )
        )
        dialog.focus_first()

    def _ask_reset(self) -> None:
        record = self._records.get(self._selected)
        session = self._context.desk.session
        if record is not None and session is not None and record.name is AlarmName.LTACK:
            self._context.actions.follow(self._context.backend.alarms.reset(session, record.config.key))

    def _close_dialog(self) -> None:
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
            self.focus_first()

    def _open(self, key: str) -> None:
        record = self._records.get(key)
        if record is None:
            return
        point = self._words.point(record)
        asset = self._words.asset(record)
        if point is not None or asset:
            self._context.go("stations", point.tag if point is not None else asset)
        else:
            self._context.actions.done.emit(_("This alarm has no place on the network."))

    # -- showing --------------------------------------------------------------------------------------------------

    def _on_alarms(self, changed: Iterable[AlarmRecord]) -> None:
        self._records |= {record.config.key: record for record in changed}
        if self._view == _HISTORY:
            self._history_is_old = True
        else:
            self._show_list()
            # A held row goes on telling the truth, also when its alarm has left the view.
            now = self._now()
            self._model.update([self._row(record, now) for record in changed])
            self._forget_gone()
        self._show_views()
        self._show_headline()
        self._show_detail()

    def _forget_gone(self) -> None:
        """Alarms back to normal stay known only while a held row still shows them."""
        for key, record in tuple(self._records.items()):
            if record.name is AlarmName.NORM and self._model.place_of(key) < 0:
                del self._records[key]

    def _on_beat(self) -> None:
        self._beats += 1
        if self._view != _HISTORY:
            now = self._now()
            self._model.update([self._row(self._records[key], now) for key in self._shown_keys()])
        elif self._history_is_old and self._beats % _BEATS_PER_LOOK == 0:
            self._show_history()

    def _shown_keys(self) -> tuple[str, ...]:
        return tuple(key for key in self._table.visible_keys() if key in self._records)

    def _show_list(self) -> None:
        now = self._now()
        rows = [self._row(record, now) for record in in_view(self._records.values(), self._view)]
        self._hold.offer(rows)
        self._show_table(self._model.rowCount() > 0)

    def _show_table(self, any_rows: bool) -> None:
        had_focus = self._table.hasFocus()
        self._empty.setVisible(not any_rows)
        self._table.setVisible(any_rows)
        if had_focus and not any_rows:
            # Else Qt gives the focus to the next button, and Space would press that.
            self.setFocus()

    def _show(self) -> None:
        if self._view == _HISTORY:
            self._show_history()
        else:
            self._show_list()
        self._show_views()
        self._show_headline()
        self._show_detail()

    def _show_history(self) -> None:
        self._history_is_old = False
        past = self._context.backend.alarms.occurrences(limit=_HISTORY_ROWS)
        rows = {row.key: row for row in map(self._past_row, past)}
        self._model.replace(tuple(rows.values()))
        self._show_table(bool(rows))

    def _show_views(self) -> None:
        rows = [
            Row(key=view, cells=(_view_word(view), str(count)), bold=view == self._view)
            for view, count in view_counts(self._records.values()).items()
        ]
        rows.append(Row(key=_HISTORY, cells=(_view_word(_HISTORY), ""), bold=self._view == _HISTORY))
        self._views_model.replace(rows)
        self._views.select(self._view)

    def _show_headline(self) -> None:
        held = view_counts(self._records.values())
        active, unseen = held["active"], held["unacknowledged"]
        rate = self._context.backend.alarms.rate()
        self._headline.setText(_("{rate} alarms in 10 min").format(rate=rate))
        self._subline.setText(
            _("{active} active, {unseen} not acknowledged. Priority 1 and 2 are never folded away.").format(
                active=active, unseen=unseen
            )
        )
        self._empty.set_words(_("No alarms in this view. {rate} raised in the last 10 min.").format(rate=rate))

    def _show_detail(self) -> None:
        record = self._chosen()
        for widget in (self._ack, self._goto, self._shelve, self._reset):
            widget.setEnabled(record is not None)
        if record is None:
            self._glyph.set_alarm(4, GlyphState.NONE, "")
            self._tag.setText("")
            self._message.setText(_("Choose an alarm to see it here."))
            self._value.setText("")
            self._facts.set_facts(())
            self._note.setText("")
            return
        facts = record.facts
        may = self._context.desk.may
        self._glyph.set_alarm(int(record.priority), glyph_of(record), state_word(record))
        self._tag.setText(self._words.tag(record))
        self._message.setText(self._words.line(record))
        self._value.setText(self._words.value(record))
        self._ack.setEnabled(not facts.ack and may(Right.ALARM_ACK))
        free = record.config.shelvable and not facts.suppressed
        self._shelve.setEnabled(may(Right.ALARM_SHELVE) and (record.name is AlarmName.SHLVD or free))
        self._shelve.set_words(_("Unshelve") if record.name is AlarmName.SHLVD else _("Shelve"))
        self._reset.setEnabled(record.name is AlarmName.LTACK and may(Right.ALARM_RESET))
        self._note.setText("" if record.config.shelvable else _("This alarm cannot be shelved at the desk."))
        self._facts.set_facts(self._fact_rows(record), _("Facts of the alarm"))

    def _fact_rows(self, record: AlarmRecord) -> tuple[Fact, ...]:
        facts = record.facts
        rows = [
            Fact(label=_("State"), value=state_word(record)),
            Fact(label=_("Limit"), value=self._words.limit(record)),
            Fact(label=_("Raised"), value=clock_time(facts.raised_at, tenths=True)),
            Fact(label=_("Occurrence"), value=str(facts.occurrence)),
            Fact(label=_("Source"), value=shown(record.config.source)),
            Fact(label=_("Input"), value=_input_word(facts.input)),
        ]
        if facts.cleared_at and not facts.cond:
            rows.append(Fact(label=_("Back to normal"), value=clock_time(facts.cleared_at, tenths=True)))
        if facts.ack and facts.acked_at:
            rows.append(
                Fact(
                    label=_("Acknowledged"),
                    value=f"{clock_time(facts.acked_at)} {shown(self._names.get(facts.acked_by, facts.acked_by), 40)}",
                )
            )
        for held in facts.suppressed:
            until = date_time(held.until) if held.until else _("no end")
            rows.append(Fact(label=_("Held back until"), value=until))
            rows.append(Fact(label=_("Reason"), value=shown(held.reason, 60)))
        return tuple(rows)

    def _row(self, record: AlarmRecord, now: int) -> Row:
        facts = record.facts
        return Row(
            key=record.config.key,
            cells=(
                GlyphCell(priority=int(record.priority), state=glyph_of(record), words=state_word(record)),
                clock_time(facts.raised_at, tenths=True),
                self._words.tag(record),
                self._words.message(record) + self._returned(record),
                self._words.place(record),
                ValueCell(number=self._words.value(record)),
                self._words.limit(record),
                short_age((now - facts.raised_at) / US),
            ),
            bold=record.name is AlarmName.UNACK,
        )

    def _returned(self, record: AlarmRecord) -> str:
        if record.facts.cond or not record.facts.cleared_at:
            return ""
        return _(", back {time}").format(time=clock_time(record.facts.cleared_at))

    def _past_row(self, past: Occurrence) -> Row:
        source = past.key.rsplit(":", 1)[0]
        # What is past does not blink.
        state = GlyphState.ACKNOWLEDGED if past.event in _RAISES else GlyphState.NONE
        by = f" · {shown(self._names.get(past.by, past.by), 40)}" if past.by else ""
        value = "" if past.value is None else f"{past.value:g}"
        return Row(
            key=f"{past.key}:{past.occurrence}:{past.event}:{past.at}:{past.recorded_at}",
            cells=(
                GlyphCell(priority=int(past.priority), state=state, words=past.name),
                date_time(past.at),
                shown(source),
                shown(
                    " ".join(
                        part
                        for part in (_event_word(past.event), _(LEVEL_WORDS.get(past.level, "")), past.reason)
                        if part
                    )
                    + by
                ),
                self._words.place_of(source),
                ValueCell(number=value, strong=False),
                "" if past.limit is None else f"{past.limit:g}",
                clock_age((self._now() - past.at) / US),
            ),
        )

    def _choose_view(self, view: str) -> None:
        if view and view != self._view:
            self._view = view
            self._hold.release()
            self._show()

    def _choose(self, key: str) -> None:
        self._selected = key
        self._show_detail()

    def _on_waiting(self, waiting: tuple[Row, ...]) -> None:
        if not waiting:
            self._pill.hide()
            return
        highest = min((self._records[row.key] for row in waiting if row.key in self._records), key=order, default=None)
        self._pill.show_waiting(
            _("List held while you point"),
            _("{count} new alarms waiting").format(count=len(waiting)),
            _("Show now"),
            "End",
            (int(highest.priority), glyph_of(highest)) if highest is not None else None,
        )

    def _now(self) -> int:
        return self._context.backend.now()

    # -- built once -----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        views = Card()
        views.body.addWidget(self._views)
        views.setFixedWidth(px(_VIEWS_WIDTH))
        head = Card()
        line = QHBoxLayout()
        space(line, gap=m.GAP)
        line.addWidget(self._headline)
        line.addStretch(1)
        line.addWidget(self._ack_visible)
        head.body.addLayout(line)
        head.body.addWidget(self._subline)
        table = Card()
        table.body.addWidget(self._table, 1)
        table.body.addWidget(self._empty, 1)
        middle = QVBoxLayout()
        space(middle, gap=m.GAP)
        middle.addWidget(head)
        middle.addWidget(table, 1)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addWidget(views)
        row.addLayout(middle, 1)
        row.addWidget(self._detail())

    def _detail(self) -> QWidget:
        card = Card()
        card.setFixedWidth(px(_DETAIL_WIDTH))
        head = QHBoxLayout()
        space(head, gap=m.HALF)
        head.addWidget(self._glyph)
        head.addWidget(self._tag, 1)
        card.body.addLayout(head)
        card.body.addWidget(self._message)
        card.body.addWidget(self._value)
        card.body.addWidget(self._facts)
        card.body.addStretch(1)
        for pair in ((self._ack, self._goto), (self._shelve, self._reset)):
            buttons = QHBoxLayout()
            space(buttons, gap=m.HALF)
            for button in pair:
                buttons.addWidget(button, 1)
            card.body.addLayout(buttons)
        card.body.addWidget(self._note)
        return card

    def _connect(self) -> None:
        self._views.selected.connect(self._choose_view)
        self._table.selected.connect(self._choose)
        self._table.opened.connect(self._open)
        self._hold.waiting.connect(self._on_waiting)
        self._pill.released.connect(self._hold.release)
        self._pill.hide()
        self._ack.clicked.connect(self.acknowledge)
        self._ack_visible.clicked.connect(self.acknowledge_visible)
        self._goto.clicked.connect(lambda: self._open(self._selected))
        self._shelve.clicked.connect(self._ask_shelve)
        self._reset.clicked.connect(self._ask_reset)


def _event_word(event: str) -> str:
    return {
        "raise": _("raised"),
        "escalate": _("escalated"),
        "de-escalate": _("lowered"),
        "clear": _("back to normal"),
        "late": _("reported late"),
        "ack": _("acknowledged"),
        "reset": _("reset"),
        "shelve": _("shelved"),
        "unshelve": _("unshelved"),
        "out-of-service": _("taken out of service"),
        "return-to-service": _("returned to service"),
        "suppress": _("suppressed"),
        "unsuppress": _("released"),
    }.get(event, shown(event, 40))


def _input_word(worth: InputQuality) -> str:
    return {
        InputQuality.GOOD: _("good"),
        InputQuality.UNCERTAIN: _("uncertain"),
        InputQuality.UNKNOWN: _("unknown"),
    }[worth]


def _view_columns() -> tuple[Column, ...]:
    return (
        Column(key="view", title=_("View"), width=0),
        Column(key="count", title="", width=52, kind=Kind.MUTED, align=Align.RIGHT),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="glyph", title="", width=44, kind=Kind.GLYPH, align=Align.CENTRE),
        Column(key="time", title=_("Time"), width=148, kind=Kind.TIME),
        Column(key="tag", title=_("Tag"), width=190, kind=Kind.MONO),
        Column(key="message", title=_("Message"), width=0, elide=True),
        Column(key="place", title=_("Place"), width=190, kind=Kind.MUTED, elide=True),
        Column(key="value", title=_("Value"), width=110, kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="limit", title=_("Limit"), width=100, kind=Kind.MUTED, align=Align.RIGHT),
        Column(key="age", title=_("Age"), width=76, kind=Kind.AGE, align=Align.RIGHT),
    )


def _view_word(view: str) -> str:
    return {
        "active": _("Active"),
        "unacknowledged": _("Unacknowledged"),
        "returned": _("Returned, not acked"),
        "latched": _("Latched"),
        "shelved": _("Shelved"),
        "suppressed": _("Suppressed by design"),
        "out-of-service": _("Out of service"),
        _HISTORY: _("History"),
    }[view]


SPEC = PageSpec(key="alarms", shortcut="F4", icon="alarms", title=mark("Alarms"), level="L2", build=AlarmsPage)
