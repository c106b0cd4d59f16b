"""Ask for a command: choose what and why, read what is and what will be, type the short code, hold.

Two steps of one dialog: the request reserves the actuator (C1), the confirmation (C2) must follow within 60 s.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.actions import Actions
from app.dialogs.change import ChangeCard
from app.formats import asset_name, clock_time, literal, point_title, value_text
from app.session import Desk
from app.texts import _
from app.tones import valve_state
from backend.api import Backend
from backend.clock import US
from backend.model.command import Command, Commandable, CommandCheck
from backend.model.plant import Point
from widgets.inputs import Button, ButtonKind, FormField, HoldButton, LineField, ReasonInput, Segmented
from widgets.readouts import Text
from widgets.surfaces import Card, DialogFrame, ExpiryRing, Fact, FactList, Step, Stepper, StepState
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

CONFIRM_S = 60.0
HOLD_S = 1.0
_CHECK_MS = 1000
_SIDE = 400


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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Prepare command"), icon="commands", parent=parent)
        self._backend = backend
        self._actions = actions
        self._desk = desk
        self._target = target
        self._point: Point = backend.registry.points[target.point]
        self._command: Command | None = None
        self._asking = False
        self._steps = Stepper(name=_("Steps of the command"))
        self._change = ChangeCard()
        self._interlocks = FactList(name=_("Interlocks"), ruled=False)
        self._blocked = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._ring = ExpiryRing(name=_("Time left to confirm"))
        self._ring_words = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._action = Segmented([(each, _action_word(each)) for each in target.actions], name=_("Action"))
        self._value = LineField(name=_("New value"))
        self._on_site = QCheckBox()
        self._reason = ReasonInput(
            (
                ("isolate", _("Isolate a leak or line break")),
                ("work", _("Planned work")),
                ("pressure", _("Adjust network pressure")),
                ("test", _("Function test")),
                ("other", _("Other, see text")),
            ),
            name=_("Reason"),
            list_hint=_("Choose a reason"),
            text_hint=_("In your own words"),
        )
        self._code = LineField(name=_("Short code"))
        self._code_field = FormField(_("Short code, typed from the screen"), self._code)
        self._panels = QStackedWidget()
        self._back = Button(_("Close"), key="Esc", height=m.COMMAND_BUTTON)
        self._next = Button(_("Reserve and check"), kind=ButtonKind.COMMIT, height=m.COMMAND_BUTTON)
        self._hold = HoldButton(_("Request"), seconds=HOLD_S, key=_("hold ↵ 1 s"))
        self._timer = QTimer(self)
        self._timer.setInterval(_CHECK_MS)
        self._lay_out()
        self._connect()
        if action in target.actions:
            self._action.set_current(action)
        self._show()
        self._check()
        self._timer.start()

    def focus_first(self) -> None:
        """Start in a field, never on a button."""
        self._reason.setFocus()

    def release_reservation(self) -> None:
        """Left before confirming: take the request back so that the valve is free for others."""
        session = self._desk.session
        if self._command is not None and session is not None:
            self._actions.follow(
                self._backend.commands.cancel(session, self._command.content.id, _("dialog closed before confirming")),
                failed=lambda _sentence: None,
            )
            self._command = None

    # -- what people do -------------------------------------------------------------------------------------------

    def choose(self, action: str, reason: str) -> None:
        """Fill in action and reason, as a person would."""
        self._action.set_current(action)
        self._reason.choose(reason)
        self._check()

    def may_reserve(self) -> bool:
        """Whether everything for a request is there and nothing blocks it."""
        return self._next.isVisible() and self._next.isEnabled()

    def may_confirm(self) -> bool:
        """Whether the request stands and waits for the short code and the hold."""
        return self._command is not None

    def type_code(self, code: str) -> None:
        """Fill in the short code."""
        self._code.setText(code)

    def reserve(self) -> None:
        """Ask for the command (C1)."""
        session = self._desk.session
        if session is None:
            self.set_foot_note(_("Sign in first."))
            return
        try:
            value = self._given()
        except ValueError:
            self.set_foot_note(_("The new value is not a number."))
            return
        self._next.setEnabled(False)
        self._actions.follow(
            self._backend.commands.request(
                session,
                point=self._point.id,
                action=self._action.current(),
                value=value,
                reason=self._reason.reason(),
                person_on_site=self._on_site.isChecked(),
            ),
            self._reserved,
            failed=self._refused,
        )

    def _reserved(self, command: Command) -> None:
        self._command = command
        self._panels.setCurrentIndex(1)
        self._code.clear()
        self._code.setFocus()
        self._show()

    def _confirm(self) -> None:
        session = self._desk.session
        if session is None or self._command is None:
            return
        command_id = self._command.content.id
        self._hold.setEnabled(False)
        self._actions.follow(
            self._backend.commands.confirm(session, command_id, self._code.text().strip()),
            self._confirmed,
            failed=self._refused,
        )

    def _confirmed(self, command: Command) -> None:
        self._command = None
        self._timer.stop()
        self.finished.emit(command.content.id)

    def _refused(self, sentence: str) -> None:
        self.set_foot_note(sentence)
        self._show()

    # -- showing --------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        session = self._desk.session
        if session is None or self._asking or self._command is not None:
            self._show()
            return
        try:
            value = self._given()
        except ValueError:
            value = None
        if self._action.current() == "set" and value is None:
            self._blocked.setText("")
            return
        self._asking = True
        future = self._backend.commands.check(
            session,
            point=self._point.id,
            action=self._action.current(),
            value=value,
            person_on_site=self._on_site.isChecked(),
        )
        self._actions.follow(future, self._checked, failed=self._check_failed)

    def _checked(self, check: CommandCheck) -> None:
        self._asking = False
        met = sum(each.met for each in check.interlocks)
        facts = [Fact(label=_(each.name), value=literal(each.value_text), met=each.met) for each in check.interlocks]
        self._interlocks.set_facts(facts, _("Interlocks"))
        self._interlock_card.set_note(
            _("{met} of {all} met, checked again on send").format(met=met, all=len(check.interlocks))
        )
        self._blocked.setText(literal(check.blocked_reason))
        self._show()

    def _check_failed(self, sentence: str) -> None:
        self._asking = False
        self._blocked.setText(sentence)

    def _show(self) -> None:
        snapshot = self._backend.live.snapshot()
        now = self._backend.now()
        current = float(snapshot.value[self._feedback])
        at = int(snapshot.at[self._feedback])
        feedback = self._backend.registry.points[self._feedback]
        age = _("read {time}").format(time=clock_time(at))
        try:
            value = self._given()
        except ValueError:
            value = None
        wanted = value_text(self._point, value) if value is not None else "—"
        self._change.show_change(
            self._action.current(),
            now=valve_state(feedback, current, int(snapshot.quality[self._feedback])),
            now_word=value_text(feedback, current),
            now_note=age,
            wanted_word=wanted if self._action.current() == "set" else _wanted_word(self._action.current()),
            wanted_note=_("verified by {tag}").format(tag=feedback.tag),
        )
        waiting = self._command is not None
        self._steps.set_steps(_steps(waiting), _("Steps of the command"))
        self._next.setVisible(not waiting)
        self._hold.setVisible(waiting)
        self._next.setEnabled(bool(self._reason.key()) and not self._blocked.text())
        if self._command is not None:
            left = max(0.0, (self._command.not_after - now) / US)
            self._ring.show_left(left, CONFIRM_S)
            self._ring_words.setText(_("Confirm before the time runs out. If it expires nothing is sent."))
            self._hold.setEnabled(left > 0 and self._code.text().strip() == self._target.short_code)
            if left <= 0:
                self.set_foot_note(_("The reservation ran out; nothing was sent."))

    @property
    def _feedback(self) -> int:
        return self._target.feedback_point if self._target.feedback_point is not None else self._point.id

    def _given(self) -> float | None:
        if self._action.current() != "set":
            return None
        text = self._value.text().strip()
        if not text.isascii():
            raise ValueError
        return float(text) if text else None

    def _lay_out(self) -> None:
        asset = next(each for each in self._backend.registry.assets if each.id == self._target.asset)
        self.setMinimumWidth(px(m.DIALOG_WIDTH))
        self.body.addWidget(self._steps)
        columns = QHBoxLayout()
        space(columns, gap=m.GAP * 2)
        left = QVBoxLayout()
        space(left, gap=m.GAP)
        left.addWidget(Text(self._target.device, Role.TAG, Weight.MEDIUM, mono=True))
        place = f"{asset_name(asset)} · {point_title(self._point)} · {self._point.tag}"
        left.addWidget(Text(place, Role.BODY, wrap=True))
        left.addWidget(self._change)
        self._action.setVisible(self._target.actions != ("set",))
        left.addWidget(self._action)
        limits = _("allowed {low} to {high} {unit}").format(
            low=self._target.low, high=self._target.high, unit=self._target.unit
        )
        self._value_field = FormField(_("New value"), self._value, hint=limits)
        self._value_field.setVisible("set" in self._target.actions)
        left.addWidget(self._value_field)
        self._on_site.setText(_("A person stands at the valve (needed to open)"))
        self._on_site.setVisible("open" in self._target.actions)
        left.addWidget(self._on_site)
        left.addStretch(1)
        columns.addLayout(left, 1)
        columns.addWidget(self._side())
        self.body.addLayout(columns, 1)
        self.add_leading(self._back)
        self.add_commit(self._next)
        self.add_commit(self._hold)

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(px(_SIDE))
        column = QVBoxLayout(side)
        space(column, gap=m.GAP)
        self._interlock_card = Card(_("Interlocks"))
        self._interlock_card.body.addWidget(self._interlocks)
        self._interlock_card.body.addWidget(self._blocked)
        column.addWidget(self._interlock_card)
        why = QWidget()
        reasons = QVBoxLayout(why)
        space(reasons, gap=m.HALF)
        reasons.addWidget(FormField(_("Reason"), self._reason))
        reasons.addStretch(1)
        code = QWidget()
        typed = QVBoxLayout(code)
        space(typed, gap=m.GAP)
        line = QHBoxLayout()
        space(line, gap=m.GAP)
        line.addWidget(self._ring)
        line.addWidget(self._ring_words, 1)
        typed.addLayout(line)
        typed.addWidget(Text(self._target.short_code, Role.KPI, Weight.SEMIBOLD, mono=True))
        typed.addWidget(self._code_field)
        typed.addStretch(1)
        self._panels.addWidget(why)
        self._panels.addWidget(code)
        column.addWidget(self._panels, 1)
        return side

    def _connect(self) -> None:
        self._back.clicked.connect(self.escaped)
        self._next.clicked.connect(self.reserve)
        self._hold.confirmed.connect(self._confirm)
        self._hold.accept_enter_from(self._code)
        self._code.textChanged.connect(lambda _text: self._show())
        self._reason.changed.connect(self._show)
        self._action.chosen.connect(lambda _key: self._check())
        self._value.textChanged.connect(lambda _text: self._check())
        self._on_site.toggled.connect(lambda _on: self._check())
        self._timer.timeout.connect(self._check)


def _steps(waiting: bool) -> tuple[Step, ...]:
    names = (_("Select"), _("Check"), _("Request"), _("Approve"), _("Execute"), _("Verify"))
    at = 2 if waiting else 1
    return tuple(
        Step(words=name, state=StepState.DONE if place < at else StepState.NOW if place == at else StepState.AHEAD)
        for place, name in enumerate(names)
    )


def _action_word(action: str) -> str:
    return {"open": _("Open"), "close": _("Close"), "set": _("Set")}[action]


def _wanted_word(action: str) -> str:
    return {"open": _("open"), "close": _("closed")}.get(action, "")
