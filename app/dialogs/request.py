"""Ask for a command: choose what and why, read what is and what will be, type the short code, hold.

Two steps of one dialog: the request reserves the actuator (C1), the confirmation (C2) must follow within 60 s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.actions import Actions
from app.dialogs.body import CommandBody
from app.dialogs.code import CodeField, code_label
from app.dialogs.expiry import ExpiryCard
from app.dialogs.interlocks import scrolled, show_interlocks
from app.dialogs.persons import PersonCard
from app.dialogs.steps import CHECK, REQUEST, SELECT, command_steps
from app.dialogs.words import CLOSED_BEFORE_CONFIRMING, REASONS, blocked_text, state_words, stored_reason
from app.formats import clock_time, shown
from app.session import Desk
from app.texts import _
from backend.api import Backend
from backend.clock import US
from backend.model.command import Command, Commandable, CommandCheck
from backend.model.plant import Point
from widgets.inputs import Button, ButtonKind, FormField, HoldButton, LineField, ReasonInput, Segmented
from widgets.mimic import ValveState
from widgets.readouts import Text
from widgets.readouts.ages import number_text
from widgets.surfaces import Card, DialogFrame, FactList, Stepper
from widgets.theme import Role, Weight, px, space
from widgets.theme import metrics as m

CONFIRM_S = 60.0
HOLD_S = 1.0
_CHECK_MS = 1000
_SIDE = 440
_HEIGHT = 800
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?")
"""What may be typed as a value: float() would also take "1_000", "nan" and Chinese digits."""

_OTHER_WAY: Final = {ValveState.OPEN: "close", ValveState.CLOSED: "open"}
"""What is most likely asked of a valve that stands so; a person still chooses."""


class RequestDialog(DialogFrame):
    """From a point to a confirmed request.

    Signals: finished(str command id); escaped() (from DialogFrame), which sends nothing.
    """

    finished = Signal(str)

    def __init__(
        self,
        backend: Backend,
        actions: Actions,
        desk: Desk,
        target: Commandable,
        *,
        action: str = "",
        plan: Sequence[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        """plan: every point of the set this one belongs to, in order; () = it stands alone."""
        super().__init__("", icon="commands", parent=parent)
        self._backend = backend
        self._actions = actions
        self._desk = desk
        self._target = target
        self._plan = tuple(plan)
        self._point: Point = backend.registry.points[target.point]
        self._states = state_words(each for each in backend.registry.points if each.device == target.device)
        self._opened_at = backend.now()
        self._command: Command | None = None
        self._asking = False
        self._sending = False
        self._asked: tuple[object, ...] = ()
        self._answered: tuple[object, ...] = ()
        self._steps = Stepper(name=_("Steps of the command"))
        self._left = CommandBody(backend, actions, target, plan=self._plan)
        self._interlocks = FactList(name=_("Interlocks"), ruled=False)
        self._blocked = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._expiry = ExpiryCard(name=_("Time left to confirm"))
        self._action = Segmented([(each, _action_word(each)) for each in target.actions], name=_("Action"))
        self._value = LineField(name=_("New value"))
        self._on_site = QCheckBox()
        self._reason = ReasonInput(
            [(key, _(english)) for key, english in REASONS.items()],
            name=_("Reason"),
            list_hint=_("Choose a reason"),
            text_hint=_("In your own words"),
        )
        self._code = CodeField(target.short_code, name=_("Number on screen"))
        self._panels = QStackedWidget()
        self._back = Button(_("Back"), key="Esc", height=m.COMMAND_BUTTON)
        self._next = Button(_("Reserve and check"), kind=ButtonKind.COMMIT, height=m.COMMAND_BUTTON)
        self._hold = HoldButton(_("Request"), seconds=HOLD_S, key=_("hold ↵ 1 s"))
        self._timer = QTimer(self)
        self._timer.setInterval(_CHECK_MS)
        self._lay_out()
        self._connect()
        if self._plan and not action:
            # A set of valves is there to isolate.
            action = "close"
            self._reason.choose("isolate")
        action = action or _OTHER_WAY.get(self._left.position(), "")
        if action in target.actions:
            self._action.set_current(action)
        self._show()
        self._check()
        self._timer.start()

    def focus_first(self) -> None:
        """Start in a field, never on a button."""
        waiting = self._command is not None
        (self._code if waiting else self._value if self._action.current() == "set" else self._reason).setFocus()

    def release_reservation(self) -> None:
        """Left before confirming: take the request back so that the valve is free for others."""
        session = self._desk.session
        if self._command is not None and session is not None:
            self._actions.follow(
                self._backend.commands.cancel(session, self._command.content.id, CLOSED_BEFORE_CONFIRMING)
            )
        self._command = None

    def sizeHint(self) -> QSize:
        return QSize(px(m.DIALOG_WIDTH), px(_HEIGHT))

    # -- what people do -------------------------------------------------------------------------------------------

    def choose(self, action: str, reason: str) -> None:
        """Fill in action and reason, as a person would."""
        self._action.set_current(action)
        self._reason.choose(reason)
        self._check()

    def may_reserve(self) -> bool:
        """Whether everything for a request is there and nothing blocks it."""
        return self._complete()

    def may_confirm(self) -> bool:
        """Whether the request stands and waits for the short code and the hold."""
        return self._command is not None

    def type_value(self, words: str) -> None:
        """Fill in the new value."""
        self._value.setText(words)

    def asked_value(self) -> float | None:
        """The new value as it would be asked for; None where it is no plain number."""
        return self._content()[1]

    def hindrance(self) -> str:
        """What is in the way of a request, as the dialog says it."""
        return self._blocked.text()

    def type_code(self, code: str) -> None:
        """Fill in the short code."""
        self._code.fill(code)

    def reserve(self) -> None:
        """Ask for the command (C1)."""
        session = self._desk.session
        if session is None or not self._complete():
            return
        self._sending = True
        self._refusal.setText("")
        self._show()
        action, value, on_site = self._content()
        future = self._backend.commands.request(
            session,
            point=self._point.id,
            action=action,
            value=value,
            reason=stored_reason(self._reason.key(), self._reason.text()),
            person_on_site=on_site,
        )
        self._actions.follow(future, self._reserved, failed=self._refused, owner=self)

    def _reserved(self, command: Command) -> None:
        self._sending = False
        self._command = command
        self._left.own(command.content.id)
        self._chooser.hide()
        self._expiry.show()
        # From here on the request stands as it is: what is shown as asked for may not be changed under it.
        for chooser in (self._action, self._value, self._on_site):
            chooser.setEnabled(False)
        self._panels.setCurrentIndex(1)
        self._code.clear()
        self._code.setFocus()
        self._show()

    def _confirm(self) -> None:
        session = self._desk.session
        if session is None or self._command is None or self._sending:
            return
        self._sending = True
        self._refusal.setText("")
        self._show()
        self._actions.follow(
            self._backend.commands.confirm(session, self._command.content.id, self._code.text().strip()),
            self._confirmed,
            failed=self._refused,
            owner=self,
        )

    def _confirmed(self, command: Command) -> None:
        self._command = None
        self._timer.stop()
        self.finished.emit(command.content.id)

    def _refused(self, sentence: str) -> None:
        self._sending = False
        self._refusal.setText(sentence)
        self._show()

    # -- showing --------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Ask how things stand for exactly what is asked here; again when that changed while asking."""
        session = self._desk.session
        content = self._content()
        if content != self._asked:
            self._hinder("")
        if session is None or self._asking or not self._may_be_checked(content):
            self._show()
            return
        self._asking = True
        self._asked = content
        action, value, on_site = content
        self._actions.ask(
            self._backend.commands.check(
                session, point=self._point.id, action=action, value=value, person_on_site=on_site
            ),
            self._checked,
            owner=self,
            failed=self._check_failed,
        )
        self._show()

    def _checked(self, check: CommandCheck) -> None:
        self._asking = False
        if self._asked != self._content():
            self._check()
            return
        self._answered = self._asked
        own = self._command.content.id if self._command is not None else ""
        self._interlock_card.set_note(show_interlocks(self._interlocks, check.interlocks, self._states, own=own))
        # The reservation itself would read as a hindrance once it is ours.
        self._hinder(blocked_text(check.blocked, self._states) if self._command is None else "")
        self._show()

    def _check_failed(self, words: str) -> None:
        self._asking = False
        self._answered = ()
        self._hinder(words)
        self._show()

    def _hinder(self, words: str) -> None:
        """Say what is in the way; empty = nothing."""
        self._blocked.setText(words)
        self._blocked.setVisible(bool(words))

    def _content(self) -> tuple[str, float | None, bool]:
        """What is asked now: action, value (None where there is none or no number), person on site."""
        action = self._action.current()
        text = self._value.text().strip()
        number = float(text) if action == "set" and _NUMBER.fullmatch(text) else None
        return action, number, action == "open" and self._on_site.isChecked()

    def _may_be_checked(self, content: tuple[str, float | None, bool]) -> bool:
        return content[0] != "set" or content[1] is not None

    def _complete(self) -> bool:
        """Whether a request may be asked for: checked as it stands, nothing in the way, a reason given."""
        content = self._content()
        return (
            self._command is None
            and not self._sending
            and self._may_be_checked(content)
            and self._answered == content
            and not self._blocked.text()
            and bool(self._reason.key())
        )

    def _show(self) -> None:
        action, value, _on_site = self._content()
        setting = action == "set"
        waiting = self._command is not None
        number = _("{number} of {all}").format(number=self._place(), all=len(self._plan)) if self._plan else ""
        self.set_title(_title(action).format(device=shown(self._target.device, 40)), number)
        self._left.refresh(action, value)
        times = {SELECT: self._opened_at}
        if self._command is not None:
            times[CHECK] = self._command.content.requested_at
        self._steps.set_steps(command_steps(REQUEST if waiting else CHECK, times), _("Steps of the command"))
        self._value_field.setVisible(setting)
        typed = self._value.text().strip()
        self._value_field.set_error(_("The new value is not a number.") if setting and typed and value is None else "")
        self._on_site.setVisible(action == "open")
        self._refusal.setVisible(bool(self._refusal.text()))
        self._next.setVisible(not waiting)
        self._hold.setVisible(waiting)
        self._next.setEnabled(self._complete())
        if self._command is not None:
            self._show_time_left(self._command)
        else:
            self.set_foot_note(
                "" if self._complete() else _("Enabled when nothing is in the way and a reason is given")
            )

    def _place(self) -> int:
        return 1 + self._plan.index(self._target.point)

    def _show_time_left(self, command: Command) -> None:
        left = max(0.0, (command.not_after - self._backend.now()) / US)
        self._expiry.show_left(
            left,
            CONFIRM_S,
            _("Reserved for you until {time}").format(time=clock_time(command.not_after)),
            _("Confirm before the time runs out. If it expires nothing is sent."),
        )
        right = self._code.text().strip() == self._target.short_code
        self._hold.setEnabled(left > 0 and right and not self._sending)
        if left <= 0:
            self.set_foot_note(_("The reservation ran out; nothing was sent."))
        else:
            self.set_foot_note("" if right else _("Enabled when the short code is complete"))

    def _lay_out(self) -> None:
        self.body.addWidget(self._steps)
        columns = QHBoxLayout()
        space(columns, gap=m.GAP * 2)
        columns.addWidget(self._left, 1)
        columns.addWidget(self._side())
        self.body.addLayout(columns, 1)
        # Only now: what is shown before it has a parent flashes up as a window of its own.
        self._action.setVisible(self._target.actions != ("set",))
        self.add_leading(self._back)
        self.add_commit(self._next)
        self.add_commit(self._hold)

    def _asked_for(self) -> QWidget:
        """What is asked: action, value with its range, a person on site."""
        holder = QWidget()
        row = QVBoxLayout(holder)
        space(row, gap=m.HALF)
        limits = _("allowed {low} to {high} {unit}").format(
            low=number_text(self._target.low, self._point.precision),
            high=number_text(self._target.high, self._point.precision),
            unit=shown(self._target.unit, 16),
        )
        self._value_field = FormField(_("New value"), self._value, hint=limits)
        self._on_site.setText(_("A person stands at the valve (needed to open)"))
        self._on_site.setAccessibleName(self._on_site.text())
        row.addWidget(self._action, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self._value_field)
        row.addWidget(self._on_site)
        return holder

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(px(_SIDE))
        column = QVBoxLayout(side)
        space(column, gap=m.HALF)
        self._interlock_card = Card(_("Interlocks"))
        self._interlock_card.body.addWidget(scrolled(self._interlocks), 1)
        self._interlock_card.body.addWidget(self._blocked)
        self._chooser = self._asked_for()
        column.addWidget(self._chooser)
        column.addWidget(self._expiry)
        column.addWidget(self._interlock_card, 1)
        why = QWidget()
        reasons = QVBoxLayout(why)
        space(reasons, gap=m.HALF)
        reasons.addWidget(FormField(_("Reason"), self._reason))
        session = self._desk.session
        person = _("{name}, {desk}").format(
            name=shown(session.name, 32) if session else "", desk=shown(self._desk.workstation, 24)
        )
        me = PersonCard(person, _("you ask for it; another person must approve it"), here=True)
        me.body.addWidget(FormField(code_label(self._target), self._code))
        code = QWidget()
        typed = QVBoxLayout(code)
        space(typed)
        typed.addWidget(me)
        self._panels.addWidget(why)
        self._panels.addWidget(code)
        column.addWidget(self._panels)
        column.addWidget(self._refusal)
        self._expiry.hide()
        return side

    def _connect(self) -> None:
        self._back.clicked.connect(self.escaped)
        self._next.clicked.connect(self.reserve)
        self._hold.confirmed.connect(self._confirm)
        self._hold.accept_enter_from(self._code.editor())
        self._code.changed.connect(self._show)
        self._reason.changed.connect(self._show)
        self._action.chosen.connect(lambda _key: self._check())
        self._value.textChanged.connect(lambda _text: self._check())
        self._value.returnPressed.connect(self._reason.setFocus)
        self._on_site.toggled.connect(lambda _on: self._check())
        self._timer.timeout.connect(self._check)


def _action_word(action: str) -> str:
    return {"open": _("Open"), "close": _("Close"), "set": _("Set")}[action]


def _title(action: str) -> str:
    return {"open": _("Request: open {device}"), "close": _("Request: close {device}")}.get(
        action, _("Request: set {device}")
    )
