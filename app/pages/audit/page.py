"""The journal: a query in words at the top, what it finds below, one entry at the right; read and export only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.formats import shown
from app.page import Page, PageContext, PageSpec
from app.pages.audit import presenter
from app.pages.audit.export import ExportDialog
from app.texts import _
from backend.api import Verdict
from backend.errors import mark
from backend.model.journal import JournalEntry, JournalQuery
from backend.model.person import Right
from widgets.inputs import Button, ButtonKind, SearchField, Segmented
from widgets.readouts import Text
from widgets.surfaces import Card, Drawer, EmptyState, FactList, Veil
from widgets.tables import Align, Column, Kind, RowModel, Table
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m

_DRAWER_WIDTH = 460


class AuditPage(Page):
    """Who did what, when, where; and whether anybody has touched the record since."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._names: dict[str, str] = {}
        self._entries: list[JournalEntry] = []
        self._query = JournalQuery()
        self._asked = 0
        self._wish = presenter.Wish()
        self._person = ""
        self._found = 0
        self._verdict: Verdict | None = None
        self._checked_at = 0
        self._veil: Veil | None = None
        self._kind = Segmented([(key, key) for key in presenter.KINDS], name="")
        self._period = Segmented([(key, key) for key in presenter.PERIODS], name="")
        self._period.set_current(self._wish.period)
        self._search = SearchField(name="", hint="", key="/")
        self._words = Text("", Role.VALUE, Weight.SEMIBOLD, elide=Qt.TextElideMode.ElideRight)
        self._chain = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._verify = Button(icon="check", key="V")
        self._export = Button(icon="export", key="Ctrl E", kind=ButtonKind.PRIMARY)
        self._own = Button()
        self._older = Button()
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="")
        self._head, self._list = Card(), Card()
        self._nothing = EmptyState("")
        self._hidden = EmptyState("")
        self._drawer = Drawer(width=_DRAWER_WIDTH)
        self._facts = FactList(name="")
        self._details = Text("", Role.LABEL, wrap=True, mono=True)
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._context.desk.changed.connect(self._on_desk)
        self._on_desk()
        self._check()

    def leave(self) -> None:
        self._context.desk.changed.disconnect(self._on_desk)
        self.put_away()

    def focus_first(self) -> None:
        dialog = self._veil.dialog() if self._veil is not None else None
        if isinstance(dialog, ExportDialog):
            dialog.focus_first()
        else:
            self._table.setFocus()

    def put_away(self) -> None:
        if self._veil is not None:
            self._veil.lift()
            self._veil = None

    def select(self, what: str) -> None:
        """Show every entry about `what`."""
        self._person = ""
        self._kind.set_current(presenter.ALL)
        self._period.set_current(presenter.ALL)
        self._search.setText(what)
        self._look()

    def retranslate(self) -> None:
        self._kind.set_segments(list(presenter.kind_words().items()), _("Kind of entry"))
        self._period.set_segments(list(presenter.period_words().items()), _("How far back"))
        self._search.setPlaceholderText(_("Find object, workstation or detail"))
        self._search.setAccessibleName(_("Find object, workstation or detail"))
        self._verify.set_words(_("Check the chain"))
        self._export.set_words(_("Export"))
        self._older.set_words(_("Show older entries"))
        self._nothing.set_words(_("No entry fits this query."), _("Show everything"))
        self._hidden.set_words(_(presenter.NOT_ALLOWED))
        self._table.setAccessibleName(_("Journal entries"))
        self._details.setAccessibleName(_("Details"))
        self._model.set_columns(_columns())
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Slash:
                self._search.setFocus()
            case Qt.Key.Key_V if not event.modifiers():
                self._check()
            case Qt.Key.Key_E if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self._ask_export()
            case _:
                super().keyPressEvent(event)

    # -- asking ---------------------------------------------------------------------------------------------------

    def _on_desk(self) -> None:
        self._names = presenter.names_of(self._context.backend.people.accounts())
        self._entries, self._found = [], 0
        self._show()
        self._look()

    def _look(self) -> None:
        """Ask anew for the newest entries of what is chosen."""
        self._wish = presenter.Wish(
            kind=self._kind.current(), period=self._period.current(), person=self._person, text=self._search.text()
        )
        self._query = self._wish.query(self._context.backend.now())
        self._asked += 1
        session = self._context.desk.session
        if session is not None and self._context.desk.may(Right.JOURNAL_READ):
            journal, asked = self._context.backend.journal, self._asked
            actions = self._context.actions
            actions.ask(
                journal.count(session, self._query),
                lambda count: self._take_count(asked, count),
                owner=self,
                failed=self._context.actions.refused.emit,
            )
            actions.ask(
                journal.search(session, self._query),
                lambda found: self._take(asked, found),
                owner=self,
                failed=self._context.actions.refused.emit,
            )

    def _ask_older(self) -> None:
        session = self._context.desk.session
        if session is None or not self._entries:
            return
        asked = self._asked
        older = self._context.backend.journal.search(session, self._query, before=self._entries[-1].seq)
        self._context.actions.ask(
            older,
            lambda found: self._take(asked, found, after=self._entries),
            owner=self,
            failed=self._context.actions.refused.emit,
        )

    def _take(self, asked: int, found: Sequence[JournalEntry], *, after: Sequence[JournalEntry] = ()) -> None:
        # An answer to a question that is not the last one any more is not shown; until it comes, the old one stands.
        if asked == self._asked:
            self._entries = [*after, *found]
            self._show()

    def _take_count(self, asked: int, count: int) -> None:
        if asked == self._asked:
            self._found = count
            self._show_head()

    def _check(self) -> None:
        self._verdict = None
        self._show_chain()
        self._context.actions.ask(self._context.backend.journal.verify(), self._take_verdict, owner=self, failed=None)

    def _take_verdict(self, verdict: Verdict) -> None:
        self._verdict, self._checked_at = verdict, self._context.backend.now()
        self._show_chain()

    def _only_person(self) -> None:
        """Only what the person of the chosen entry did, or again what anybody did."""
        entry = self._entry()
        self._person = "" if self._person or entry is None else entry.draft.person
        self._look()

    def _show_everything(self) -> None:
        self._person = ""
        self._kind.set_current(presenter.ALL)
        self._period.set_current(presenter.ALL)
        self._search.clear()
        self._look()

    def _ask_export(self) -> None:
        session = self._context.desk.session
        if session is None or not self._export.isEnabled() or self._veil is not None:
            return
        words = presenter.in_words(self._wish, self._names, self._found)
        stamp = "SIMULATION " if self._context.backend.site.mode == "simulator" else ""
        dialog = ExportDialog(words, folder=Path.home(), name=f"{stamp}journal")
        dialog.chosen.connect(lambda file, whole: self._write(Path(file), whole=whole))
        dialog.escaped.connect(self._close)
        self._veil = Veil(dialog, self)
        dialog.focus_first()

    def _write(self, file: Path, *, whole: bool) -> None:
        session = self._context.desk.session
        self._close()
        if session is None:
            return
        query = JournalQuery() if whole else self._query
        self._context.actions.follow(
            self._context.backend.journal.export(session, query, file),
            lambda _rows: self._look(),
            saying=_("Written to {file}; the export itself is in the journal.").format(file=shown(str(file))),
        )

    def _close(self) -> None:
        self.put_away()
        self.focus_first()

    # -- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        may = self._context.desk.may(Right.JOURNAL_READ)
        for widget in (self._head, self._list, self._drawer):
            widget.setVisible(may)
        self._hidden.setVisible(not may)
        self._export.setEnabled(self._context.desk.may(Right.JOURNAL_EXPORT))
        if not may:
            self._model.replace([])
            return
        chosen = self._table.current_key()
        self._model.replace(presenter.rows(self._entries, self._names))
        self._nothing.setVisible(not self._entries)
        self._table.setVisible(bool(self._entries))
        known = {str(entry.seq) for entry in self._entries}
        if self._entries:
            self._table.select(chosen if chosen in known else str(self._entries[0].seq))
        self._show_head()
        self._show_entry()
        self._show_chain()

    def _show_head(self) -> None:
        self._words.setText(presenter.in_words(self._wish, self._names, self._found))
        self._older.setVisible(len(self._entries) < self._found)

    def _show_chain(self) -> None:
        broken = self._verdict is not None and not self._verdict.ok
        self._chain.setText(presenter.chain_words(self._verdict, self._checked_at))
        self._chain.set_tone(Tone.NORMAL if broken else Tone.SECONDARY)
        self._chain.set_weight(Weight.SEMIBOLD if broken else Weight.REGULAR)

    def _entry(self) -> JournalEntry | None:
        chosen = self._table.current_key()
        return next((entry for entry in self._entries if str(entry.seq) == chosen), None)

    def _show_entry(self) -> None:
        entry = self._entry()
        self._own.setVisible(bool(self._person) or (entry is not None and bool(entry.draft.person)))
        self._own.set_words(_("Show anybody") if self._person else _("Only this person"))
        if entry is None:
            self._drawer.set_subject("", "")
            self._facts.set_facts(())
            self._details.setText("")
            return
        self._drawer.set_subject(shown(entry.draft.kind, 48), shown(entry.draft.subject, 80))
        self._facts.set_facts(presenter.facts(entry, self._names), _("The entry"))
        self._details.setText(presenter.details(entry))

    # -- built once -----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._kind.chosen.connect(lambda _kind: self._look())
        self._period.chosen.connect(lambda _period: self._look())
        self._search.returnPressed.connect(self._look)
        self._search.left.connect(self._look)
        self._table.selected.connect(lambda _key: self._show_entry())
        self._verify.clicked.connect(self._check)
        self._export.clicked.connect(self._ask_export)
        self._own.clicked.connect(self._only_person)
        self._older.clicked.connect(self._ask_older)
        self._nothing.acted.connect(self._show_everything)

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        space(choices, gap=m.GAP)
        choices.addWidget(self._kind)
        choices.addWidget(self._period)
        choices.addWidget(self._search, 1)
        choices.addWidget(self._export)
        said = QHBoxLayout()
        space(said, gap=m.GAP)
        said.addWidget(self._words, 1)
        said.addWidget(self._chain)
        said.addWidget(self._verify)
        self._head.body.addLayout(choices)
        self._head.body.addLayout(said)
        self._list.body.addWidget(self._table, 1)
        self._list.body.addWidget(self._nothing, 1)
        self._list.body.addWidget(self._older, 0, Qt.AlignmentFlag.AlignLeft)
        self._drawer.body.addWidget(self._facts)
        self._drawer.body.addWidget(self._details)
        self._drawer.body.addStretch(1)
        self._drawer.foot.addWidget(self._own, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        space(row, gap=m.GAP)
        row.addWidget(self._list, 1)
        row.addWidget(self._drawer)
        column = QVBoxLayout(self)
        space(column, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        column.addWidget(self._head)
        column.addLayout(row, 1)
        column.addWidget(self._hidden, 1)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="seq", title=_("Entry"), width=76, align=Align.RIGHT),
        Column(key="time", title=_("Time"), width=164, kind=Kind.TIME),
        Column(key="kind", title=_("Kind"), width=216, kind=Kind.MONO, elide=True),
        Column(key="subject", title=_("Object"), width=208, kind=Kind.MONO, elide=True),
        Column(key="person", title=_("Person"), width=120, elide=True),
        Column(key="workstation", title=_("Workstation"), width=110, kind=Kind.MUTED, elide=True),
        Column(key="details", title=_("Details"), width=0, kind=Kind.MUTED, elide=True),
    )


SPEC = PageSpec(key="audit", shortcut="F11", icon="audit", title=mark("Audit"), level="L4", build=AuditPage)
