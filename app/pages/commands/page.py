"""Commands: waiting for me, in flight, ended; the life of the chosen one, the dialogs, and what is on its way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.outlook import effect_text
from app.dialogs.words import TAKEN_BACK
from app.formats import clock_time, shown
from app.page import Page, PageContext, PageKey, PageSpec
from app.pages.commands import presenter as p
from app.pages.commands.detail import Detail
from app.pages.commands.effects import Effects
from app.pages.commands.entries import entry_row, facts_of
from app.pages.commands.on_its_way import OnItsWay
from app.pages.commands.opening import Opening
from app.texts import _
from backend.errors import mark
from backend.model.command import TERMINAL, Command, CommandState
from backend.model.journal import JournalEntry
from backend.model.note import Note
from backend.model.person import Right
from widgets.inputs import Button, ButtonKind
from widgets.surfaces import Card, EmptyState, LifeStep
from widgets.tables import ENTRY_HEIGHT, Column, Kind, Row, RowModel, Table
from widgets.theme import metrics as m
from widgets.theme import px, space

_GROUPS = ("waiting", "in_flight", "ended")
_NARROW = 1500
"""Below this width, in px at 100 %, what waits and what is in flight stand in one column."""
_LOOK_BEATS = 20
"""Consequences are asked for anew every so many beats, 5 s."""


class CommandsPage(Page):
    """What was asked of the field, where it stands, and who it waits for."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._commands: dict[str, Command] = {}
        self._names: dict[str, str] = {}
        self._selected = ""
        self._life: tuple[str, tuple[p.Step, ...]] = ("", ())
        """Of which command, and its life-line as last read."""
        self._questions: dict[str, Note] = {}
        """The last note of each open command, where it asks."""
        self._beats = 0
        self._narrow: bool | None = None
        self._models = {group: RowModel(_columns()) for group in _GROUPS}
        self._tables = {group: Table(self._models[group], name="", row_height=ENTRY_HEIGHT) for group in _GROUPS}
        self._cards = {group: Card() for group in _GROUPS}
        self._empties = {group: EmptyState("") for group in _GROUPS}
        self._new = Button(icon="add", key="C", kind=ButtonKind.PRIMARY)
        self._detail = Detail()
        self._strip = OnItsWay(context.backend, context.bridge)
        self._effects = Effects(context.backend, context.actions, self)
        self._opening = Opening(context, self)
        self._grid = QGridLayout()
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._context.bridge.commands.connect(self._on_commands)
        self._context.bridge.beat.connect(self._on_beat)
        accounts = self._context.backend.people.accounts()
        # Who has two accounts is called as in the first.
        self._names = {each.person: each.name for each in reversed(accounts)}
        self._commands = {each.content.id: each for each in self._context.backend.commands.snapshot()}
        self._context.bridge.notes.connect(self._on_notes)
        self._effects.look(self._commands.values())
        self._ask_notes()
        self._show()

    def focus_first(self) -> None:
        if not self._opening.focus():
            self.setFocus()

    def put_away(self) -> None:
        self._opening.put_away()

    def leave(self) -> None:
        self._context.bridge.commands.disconnect(self._on_commands)
        self._context.bridge.beat.disconnect(self._on_beat)
        self._context.bridge.notes.disconnect(self._on_notes)

    def select(self, what: str) -> None:
        verb, _colon, rest = what.partition(":")
        if verb == "prepare":
            numbers = [part for part in rest.split(",") if part.isascii() and part.isdigit()]
            self._opening.prepare(tuple(dict.fromkeys(int(part) for part in numbers)))
        elif verb == "approve":
            self._selected = rest
            self._show()
            self._open(rest)
        elif what:
            self._selected = what
            self._show()

    def tools(self) -> Sequence[QWidget]:
        return (self._new,)

    def place(self) -> str:
        return self._selected

    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(key="C", words=_("prepare a command")),
            PageKey(key="↵", words=_("open the chosen command")),
            PageKey(key="↑ ↓", words=_("walk the list")),
            PageKey(key="K", words=_("note to the log, or answer")),
            PageKey(key="Q", words=_("ask who asked for it")),
        )

    def retranslate(self) -> None:
        for group in _GROUPS:
            self._tables[group].setAccessibleName(_group_word(group))
            self._empties[group].set_words(_empty_word(group))
        self._new.set_words(_("Prepare command"))
        self._detail.retranslate()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_C:
                self._opening.choose()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._selected in self._commands:
                self._open(self._selected)
            case Qt.Key.Key_K if self._selected in self._commands:
                self._opening.note(self._commands[self._selected])
            case Qt.Key.Key_Q if self._selected in self._commands:
                self._ask()
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size())

    # -- what people do -------------------------------------------------------------------------------------------

    def _open(self, command_id: str) -> None:
        """↵: the approval, or the note for who must say what happened, or just its life."""
        command = self._commands.get(command_id)
        if command is None:
            return
        if command.state is CommandState.AWAITING_APPROVAL:
            self._opening.approve(command)
        elif command.state is CommandState.INDETERMINATE:
            self._detail.focus_note()

    def _ask(self) -> None:
        """Q: ask whoever asked for it, as long as it can still be answered in time."""
        command = self._commands[self._selected]
        session = self._context.desk.session
        if command.state in TERMINAL:
            self._context.actions.refused.emit(_("This command has ended; write a note with K."))
        elif session is not None and session.person == command.requester:
            self._context.actions.refused.emit(_("You asked for this command yourself."))
        else:
            self._opening.note(command, asked=self._names.get(command.requester, command.requester))

    def _take_back(self) -> None:
        session = self._context.desk.session
        if session is not None and self._selected in self._commands:
            reason = self._detail.note() or TAKEN_BACK
            self._context.actions.follow(self._context.backend.commands.cancel(session, self._selected, reason))
            self._detail.clear_note()

    def _resolve(self, happened: bool) -> None:
        session, note = self._context.desk.session, self._detail.note()
        if session is None or self._selected not in self._commands:
            return
        if not note:
            self._context.actions.refused.emit(_("Write how you know it, then say what happened."))
            return
        future = self._context.backend.commands.resolve(session, self._selected, verified=happened, note=note)
        self._context.actions.follow(future)
        self._detail.clear_note()

    def _went_out(self, command_id: str) -> None:
        self._selected = command_id
        self._show()

    def _closed(self) -> None:
        if self.isVisible():
            self.setFocus()

    # -- showing --------------------------------------------------------------------------------------------------

    def _on_commands(self, changed: Sequence[Command]) -> None:
        self._commands |= {each.content.id: each for each in changed}
        self._effects.look(self._commands.values())
        self._show()

    def _on_notes(self, written: Iterable[Note]) -> None:
        for note in written:
            self._hear_notes(note.subject, (note,))

    def _ask_notes(self) -> None:
        """About open commands only: of the others there is the life-line."""
        for command_id, command in self._commands.items():
            if command.state not in TERMINAL:
                self._ask_note(command_id)

    def _ask_note(self, command_id: str) -> None:
        asked = self._context.backend.notes.of(command_id, limit=1)
        self._context.actions.ask(asked, lambda notes: self._hear_notes(command_id, notes), owner=self, failed=None)

    def _hear_notes(self, command_id: str, notes: Sequence[Note]) -> None:
        """The newest note is the last of these: a question waits until something else is written."""
        if notes and command_id in self._commands:
            self._questions.pop(command_id, None)
            if notes[-1].asks:
                self._questions[command_id] = notes[-1]
            self._show()

    def _on_beat(self) -> None:
        self._beats += 1
        if self._beats % _LOOK_BEATS == 0:
            self._effects.look(self._commands.values())
        # What runs with the clock: times left, how far valves are.
        found = self._columns()
        for group, commands in (("waiting", found.waiting), ("in_flight", found.in_flight)):
            self._models[group].update([self._row(each) for each in commands])

    def _show(self) -> None:
        found = self._columns()
        for group, commands in zip(_GROUPS, (found.waiting, found.in_flight, found.ended), strict=True):
            self._models[group].replace([self._row(each) for each in commands])
            self._cards[group].set_title(_group_word(group), str(len(commands)))
            self._tables[group].setVisible(bool(commands))
            self._empties[group].setVisible(not commands)
            chosen = self._selected in {each.content.id for each in commands}
            self._tables[group].select(self._selected if chosen else "")
        self._show_detail()

    def _columns(self) -> p.Columns:
        return p.columns(self._commands.values(), self._now(), self._hands(), self._questions)

    def _hands(self) -> p.Hands:
        desk = self._context.desk
        if desk.session is None:
            return p.Hands()
        return p.Hands(
            person=desk.session.person,
            may_approve=desk.may(Right.CMD_APPROVE),
            may_resolve=desk.may(Right.CMD_RESOLVE),
        )

    def _row(self, command: Command) -> Row:
        hands = self._hands()
        return entry_row(
            command,
            self._context.backend.registry,
            self._context.bridge.snapshot(),
            names=self._names,
            effect=self._effects.of(command.content.id),
            now=self._now(),
            mine=p.waits_for_hands(command, hands) or p.waits_for_answer(command, hands, self._questions),
            question=self._question(command),
        )

    def _question(self, command: Command) -> str:
        note = self._questions.get(command.content.id)
        return "" if note is None else note.words

    def _choose(self, group: str, command_id: str) -> None:
        if not command_id or command_id == self._selected:
            return
        self._selected = command_id
        for other in _GROUPS:
            if other != group:
                self._tables[other].select("")
        self._show_detail()
        self.moved.emit()

    def _show_detail(self) -> None:
        command = self._commands.get(self._selected)
        if command is None:
            self._detail.show_command(_("Choose a command to see its life-line."), "", ())
            self._detail.show_life(())
            self._detail.offer()
            return
        point = self._context.backend.registry.points[command.content.point]
        self._ask_life(command.content.id)
        told = effect_text(self._effects.of(command.content.id)) if command.content.action != "set" else ""
        self._detail.show_command(
            p.action_word(command, point),
            p.outcome(command, self._names),
            facts_of(command, self._context.backend.registry, names=self._names, effect=told),
        )
        doubtful = command.state is CommandState.INDETERMINATE
        self._detail.offer(
            approvable=command.state is CommandState.AWAITING_APPROVAL,
            mine=p.waits_for_hands(command, self._hands()),
            cancellable=p.may_be_taken_back(command),
            doubtful=doubtful,
        )

    def _ask_life(self, command_id: str) -> None:
        """The life-line is read off this thread; until it comes, that of the same command stays, another's goes."""
        if self._life[0] != command_id:
            self._hear_life(command_id, ())
        self._context.actions.ask(
            self._context.backend.commands.steps(command_id),
            lambda entries: self._hear_life(command_id, entries),
            owner=self,
            failed=self._context.actions.refused.emit,
        )

    def _hear_life(self, command_id: str, entries: Sequence[JournalEntry]) -> None:
        if command_id != self._selected or (command_id == self._life[0] and len(entries) < len(self._life[1])):
            # Answers may overtake each other; a life-line only grows.
            return
        steps = p.life_line(entries, self._names)
        self._life = (command_id, steps)
        self._detail.show_life([_life_step(step, now=place == len(steps) - 1) for place, step in enumerate(steps)])

    def _now(self) -> int:
        return self._context.backend.now()

    # -- built once -----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for group in _GROUPS:
            self._tables[group].head.hide()
            self._cards[group].body.addWidget(self._tables[group], 1)
            self._cards[group].body.addWidget(self._empties[group], 1)
        space(self._grid, gap=m.GAP)
        row = QHBoxLayout()
        space(row, gap=m.GAP)
        row.addLayout(self._grid, 1)
        row.addWidget(self._detail)
        column = QVBoxLayout(self)
        space(column, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        column.addLayout(row, 1)
        column.addWidget(self._strip)
        self._arrange(self.size())

    def _arrange(self, size: QSize) -> None:
        """Three columns side by side, or two where there is no room."""
        narrow = size.width() < px(_NARROW)
        if narrow == self._narrow:
            return
        self._narrow = narrow
        places = ((0, 0, 1), (1, 0, 1), (0, 1, 2)) if narrow else ((0, 0, 1), (0, 1, 1), (0, 2, 1))
        for group, (line, across, lines) in zip(_GROUPS, places, strict=True):
            self._grid.addWidget(self._cards[group], line, across, lines, 1)
        for across in range(3):
            self._grid.setColumnStretch(across, 0 if narrow and across == 2 else 1)
        self._grid.setRowStretch(0, 1)
        self._grid.setRowStretch(1, 1 if narrow else 0)

    def _connect(self) -> None:
        for group, table in self._tables.items():
            table.selected.connect(lambda key, group=group: self._choose(group, key))
            table.opened.connect(self._open)
        self._new.clicked.connect(self._opening.choose)
        self._detail.approve.connect(lambda: self._open(self._selected))
        self._detail.take_back.connect(self._take_back)
        self._detail.resolved.connect(self._resolve)
        self._strip.opened.connect(self._went_out)
        self._effects.changed.connect(self._show)
        self._opening.closed.connect(self._closed)
        self._opening.requested.connect(self._went_out)
        self._opening.signed.connect(self._went_out)


def _life_step(step: p.Step, *, now: bool) -> LifeStep:
    note = shown(" · ".join(part for part in (step.by, step.detail) if part))
    return LifeStep(time=clock_time(step.at), words=shown(step.word, 40), note=note, now=now)


def _group_word(group: str) -> str:
    return {"waiting": _("Waiting for me"), "in_flight": _("In flight"), "ended": _("Ended in the last 24 h")}[group]


def _empty_word(group: str) -> str:
    return {
        "waiting": _("Nothing waits for you."),
        "in_flight": _("No command is open."),
        "ended": _("No command ended in the last 24 h."),
    }[group]


def _columns() -> tuple[Column, ...]:
    return (Column(key="entry", title="", width=0, kind=Kind.ENTRY),)


SPEC = PageSpec(key="commands", shortcut="F7", icon="commands", title=mark("Commands"), level="L2", build=CommandsPage)
