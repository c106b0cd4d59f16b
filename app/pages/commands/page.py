"""Commands: three columns (waiting, in flight, ended), the life-line of the chosen one, and the dialogs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.approve import ApproveDialog
from app.dialogs.request import RequestDialog
from app.dialogs.target import TargetDialog
from app.formats import clock_time, shown
from app.page import Page, PageContext, PageSpec
from app.pages.commands.presenter import Columns, action_word, columns, left_s, life_line, state_word, waits_for
from app.texts import _
from backend.errors import mark
from backend.model.command import TERMINAL, Command, CommandState
from backend.model.person import Right
from widgets.inputs import Button, ButtonKind, LineField
from widgets.readouts import Text
from widgets.readouts.ages import NO_VALUE, countdown
from widgets.surfaces import Card, DialogFrame, EmptyState, Fact, FactList, LifeLine, LifeStep, Veil
from widgets.tables import Align, Column, Kind, Row, RowLook, RowModel, Table
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

_DETAIL_WIDTH = 420
_OPEN_ROWS = 5
_GROUPS = ("waiting", "in_flight", "ended")


class CommandsPage(Page):
    """What was asked of the field, where it stands, and who it waits for."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._points = context.backend.registry.points
        self._commands: dict[str, Command] = {}
        self._names: dict[str, str] = {}
        self._selected = ""
        self._veil: Veil | None = None
        self._models = {group: RowModel(_columns()) for group in _GROUPS}
        self._tables = {group: Table(self._models[group], name="", row_height=m.ROW_LIST) for group in _GROUPS}
        self._cards = {group: Card() for group in _GROUPS}
        self._empties = {group: EmptyState("") for group in _GROUPS}
        self._new = Button(icon="add", key="C", kind=ButtonKind.PRIMARY)
        self._approve = Button(key="↵", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._cancel = Button(height=m.BUTTON_PRIMARY)
        self._verified = Button(height=m.BUTTON_PRIMARY)
        self._failed = Button(height=m.BUTTON_PRIMARY)
        self._note = LineField(name="")
        self._title = Text("", Role.KEY, Weight.SEMIBOLD, wrap=True)
        self._state = Text("", Role.VALUE, tone=Tone.SECONDARY, wrap=True)
        self._facts = FactList(name="")
        self._line = LifeLine(name="", orientation=Qt.Orientation.Vertical)
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._context.bridge.commands.connect(self._on_commands)
        self._context.bridge.beat.connect(self._on_beat)
        self._names = {each.person: each.name for each in self._context.backend.people.accounts()}
        self._commands = {each.content.id: each for each in self._context.backend.commands.snapshot()}
        self._show()

    def focus_first(self) -> None:
        dialog = self._veil.dialog() if self._veil is not None else None
        if isinstance(dialog, RequestDialog | ApproveDialog | TargetDialog):
            dialog.focus_first()
        else:
            self.setFocus()

    def put_away(self) -> None:
        if self._veil is not None:
            dialog = self._veil.dialog()
            if isinstance(dialog, RequestDialog):
                dialog.release_reservation()
            self._close_dialog()

    def leave(self) -> None:
        self._context.bridge.commands.disconnect(self._on_commands)
        self._context.bridge.beat.disconnect(self._on_beat)

    def select(self, what: str) -> None:
        if what.startswith("prepare:"):
            self.prepare(int(what.removeprefix("prepare:")))
        elif what.startswith("approve:"):
            self._selected = what.removeprefix("approve:")
            self._show()
            self._open(self._selected)
        elif what:
            self._selected = what
            self._show()

    def retranslate(self) -> None:
        for group in _GROUPS:
            self._models[group].set_columns(_columns())
            self._tables[group].setAccessibleName(_group_word(group))
            self._empties[group].set_words(_empty_word(group))
        self._new.set_words(_("Prepare command"))
        self._approve.set_words(_("Read and approve"))
        self._cancel.set_words(_("Take back"))
        self._verified.set_words(_("It happened"))
        self._failed.set_words(_("It did not happen"))
        self._note.setPlaceholderText(_("Reason or note"))
        self._note.setAccessibleName(_("Reason or note"))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_C:
                self.choose_target()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._waiting(self._selected) is not None:
                self._open(self._selected)
            case _:
                super().keyPressEvent(event)

    # -- dialogs --------------------------------------------------------------------------------------------------

    def choose_target(self) -> None:
        """Choose what to command, then prepare it."""
        if not self._may(Right.CMD_REQUEST):
            return
        dialog = TargetDialog(self._context.backend)
        dialog.chosen.connect(self._prepare_chosen)
        self._open_dialog(dialog)
        dialog.focus_first()

    def prepare(self, point: int) -> None:
        """Open the command dialog for a point."""
        if not self._may(Right.CMD_REQUEST):
            return
        targets = self._context.backend.commands.commandable()
        target = next((each for each in targets if each.point == point), None)
        if target is None:
            self._context.actions.refused.emit(_("This point cannot be commanded."))
            return
        dialog = RequestDialog(self._context.backend, self._context.actions, self._context.desk, target)
        dialog.finished.connect(self._finished)
        dialog.escaped.connect(dialog.release_reservation)
        self._open_dialog(dialog)
        dialog.focus_first()

    def approve(self, command: Command) -> None:
        """Open the approval of a waiting command."""
        if not self._may(Right.CMD_APPROVE):
            return
        session = self._context.desk.session
        if session is None or not waits_for(command, session.person):
            self._context.actions.refused.emit(_("You asked for this command: another person must approve it."))
            return
        targets = self._context.backend.commands.commandable()
        target = next((each for each in targets if each.point == command.content.point), None)
        if target is None:
            self._context.actions.refused.emit(_("This point cannot be commanded."))
            return
        dialog = ApproveDialog(
            self._context.backend,
            self._context.actions,
            self._context.desk,
            command,
            target,
            authenticator=self._context.authenticator(),
        )
        dialog.finished.connect(self._close_dialog)
        self._open_dialog(dialog)
        dialog.focus_first()

    def _prepare_chosen(self, point: int) -> None:
        self._close_dialog()
        self.prepare(point)

    def _open_dialog(self, dialog: DialogFrame) -> None:
        self.put_away()
        dialog.escaped.connect(self._close_dialog)
        self._veil = Veil(dialog, self)

    def _close_dialog(self) -> None:
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
            if self.isVisible():
                self.setFocus()

    def _finished(self, command_id: str) -> None:
        self._close_dialog()
        self._selected = command_id
        self._show()

    def _may(self, right: Right) -> bool:
        if self._context.desk.session is None:
            self._context.actions.refused.emit(_("Sign in first."))
            return False
        if not self._context.desk.may(right):
            self._context.actions.refused.emit(_("Your role may not do this."))
            return False
        return True

    # -- what people do -------------------------------------------------------------------------------------------

    def _waiting(self, command_id: str) -> Command | None:
        """The command, if it waits for an approval."""
        command = self._commands.get(command_id)
        return command if command is not None and command.state is CommandState.AWAITING_APPROVAL else None

    def _open(self, command_id: str) -> None:
        command = self._waiting(command_id)
        if command is not None:
            self.approve(command)

    def _take_back(self) -> None:
        session = self._context.desk.session
        if session is not None and self._selected in self._commands:
            reason = self._note.text().strip() or _("taken back")
            self._context.actions.follow(self._context.backend.commands.cancel(session, self._selected, reason))
            self._note.clear()

    def _resolve(self, verified: bool) -> None:
        session = self._context.desk.session
        note = self._note.text().strip()
        if session is None or self._selected not in self._commands:
            return
        if not note:
            self._context.actions.refused.emit(_("Write how you know it, then say what happened."))
            return
        future = self._context.backend.commands.resolve(session, self._selected, verified=verified, note=note)
        self._context.actions.follow(future)
        self._note.clear()

    # -- showing --------------------------------------------------------------------------------------------------

    def _on_commands(self, changed: Sequence[Command]) -> None:
        self._commands |= {each.content.id: each for each in changed}
        self._show()

    def _on_beat(self) -> None:
        shown = columns(self._commands.values(), self._now())
        self._models["waiting"].update([self._row(each) for each in shown.waiting])

    def _show(self) -> None:
        shown = columns(self._commands.values(), self._now())
        for group, commands in zip(_GROUPS, _groups(shown), strict=True):
            self._models[group].replace([self._row(each) for each in commands])
            self._cards[group].set_title(_group_word(group), str(len(commands)))
            self._tables[group].setVisible(bool(commands))
            self._empties[group].setVisible(not commands)
            self._fit(group, len(commands))
            if self._selected in {each.content.id for each in commands}:
                self._tables[group].select(self._selected)
        self._show_detail()

    def _fit(self, group: str, rows: int) -> None:
        """What is open takes the height of its rows, up to a few; what has ended takes the rest."""
        if group != _GROUPS[-1]:
            head = self._tables[group].head.sizeHint().height()
            self._tables[group].setFixedHeight(head + px(m.ROW_LIST) * min(rows, _OPEN_ROWS) + 2)

    def _row(self, command: Command) -> Row:
        left = left_s(command, self._now())
        session = self._context.desk.session
        mine = session is not None and waits_for(command, session.person)
        return Row(
            key=command.content.id,
            cells=(
                action_word(command, self._points[command.content.point]),
                state_word(command.state),
                self._name(command.requester),
                countdown(left) if left is not None else clock_time(command.ended_at),
            ),
            bold=mine,
            look=RowLook.DIM
            if command.state in TERMINAL and command.state is not CommandState.FAILED
            else RowLook.PLAIN,
        )

    def _choose(self, group: str, command_id: str) -> None:
        if not command_id:
            return
        self._selected = command_id
        for other in _GROUPS:
            if other != group:
                self._tables[other].select("")
        self._show_detail()

    def _show_detail(self) -> None:
        command = self._commands.get(self._selected)
        session = self._context.desk.session
        waiting = command is not None and command.state is CommandState.AWAITING_APPROVAL
        cancellable = command is not None and command.state not in TERMINAL
        doubtful = command is not None and command.state is CommandState.INDETERMINATE
        self._approve.setVisible(waiting)
        self._approve.setEnabled(
            waiting
            and command is not None
            and session is not None
            and waits_for(command, session.person)
            and self._context.desk.may(Right.CMD_APPROVE)
        )
        self._cancel.setVisible(cancellable and not doubtful)
        self._verified.setVisible(doubtful)
        self._failed.setVisible(doubtful)
        self._note.setVisible(cancellable)
        if command is None:
            self._title.setText(_("Choose a command to see its life-line."))
            self._state.setText("")
            self._facts.set_facts(())
            self._line.set_steps((), _("Life-line"))
            return
        self._title.setText(action_word(command, self._points[command.content.point]))
        self._state.setText(state_word(command.state))
        self._facts.set_facts(self._fact_rows(command), _("Facts of the command"))
        steps = life_line(self._context.backend.commands.steps(command.content.id), self._names)
        self._line.set_steps(
            [
                LifeStep(
                    time=clock_time(step.at),
                    words=shown(step.word, 40),
                    note=shown(" · ".join(part for part in (step.by, step.detail) if part)),
                    now=place == len(steps) - 1,
                )
                for place, step in enumerate(steps)
            ],
            _("Life-line"),
        )

    def _fact_rows(self, command: Command) -> tuple[Fact, ...]:
        content = command.content
        rows = [
            Fact(label=_("Number"), value=shown(content.id)),
            Fact(label=_("Tag"), value=shown(content.tag)),
            Fact(label=_("Place"), value=shown(content.asset)),
            Fact(label=_("Reason"), value=shown(content.reason, 48)),
            Fact(label=_("Requested by"), value=self._name(command.requester)),
            Fact(label=_("Approved by"), value=self._name(command.approver) or NO_VALUE),
        ]
        if command.note:
            rows.append(Fact(label=_("Outcome"), value=shown(command.note, 48)))
        return tuple(rows)

    def _name(self, person: str) -> str:
        return shown(self._names.get(person, person), 32)

    def _now(self) -> int:
        return self._context.backend.now()

    # -- built once -----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        space(left, gap=m.GAP)
        for group in _GROUPS:
            self._cards[group].body.addWidget(self._tables[group], 1)
            self._cards[group].body.addWidget(self._empties[group])
            last = group == _GROUPS[-1]
            left.addWidget(self._cards[group], 1 if last else 0)
        self._cards[_GROUPS[-1]].body.addStretch(1)
        self._cards["waiting"].add_tool(self._new)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addLayout(left, 1)
        row.addWidget(self._detail())

    def _detail(self) -> QWidget:
        card = Card()
        card.setFixedWidth(px(_DETAIL_WIDTH))
        for widget in (self._title, self._state, self._facts, self._line):
            card.body.addWidget(widget)
        card.body.addStretch(1)
        card.body.addWidget(self._note)
        buttons = QHBoxLayout()
        space(buttons, gap=m.HALF)
        for button in (self._approve, self._cancel, self._verified, self._failed):
            buttons.addWidget(button, 1)
        card.body.addLayout(buttons)
        return card

    def _connect(self) -> None:
        for group, table in self._tables.items():
            table.selected.connect(lambda key, group=group: self._choose(group, key))
            table.opened.connect(self._open)
        self._new.clicked.connect(self.choose_target)
        self._approve.clicked.connect(lambda: self._open(self._selected))
        self._cancel.clicked.connect(self._take_back)
        self._verified.clicked.connect(lambda: self._resolve(True))
        self._failed.clicked.connect(lambda: self._resolve(False))


def _groups(shown: Columns) -> tuple[tuple[Command, ...], ...]:
    return (shown.waiting, shown.in_flight, shown.ended)


def _group_word(group: str) -> str:
    return {"waiting": _("Waiting"), "in_flight": _("In flight"), "ended": _("Ended in the last 24 h")}[group]


def _empty_word(group: str) -> str:
    return {
        "waiting": _("No command is waiting."),
        "in_flight": _("No command is open."),
        "ended": _("No command ended in the last 24 h."),
    }[group]


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="action", title=_("Action"), width=300),
        Column(key="state", title=_("State"), width=0, kind=Kind.MUTED, elide=True),
        Column(key="by", title=_("Requested by"), width=150, kind=Kind.MUTED, elide=True),
        Column(key="left", title=_("Time"), width=96, kind=Kind.TIME, align=Align.RIGHT),
    )


SPEC = PageSpec(key="commands", shortcut="F7", icon="commands", title=mark("Commands"), level="L2", build=CommandsPage)
