"""Approve or reject as the second person: read what is signed, type the codes and the password, hold."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.actions import Actions
from app.dialogs.change import ChangeCard, read_note
from app.dialogs.interlocks import scrolled, show_interlocks
from app.formats import asset_name, clock_time, literal, shown, value_text
from app.session import Desk
from app.texts import _
from app.tones import valve_state
from backend.api import Backend
from backend.clock import US
from backend.model.command import Command, CommandCheck, CommandState
from widgets.inputs import Button, FormField, HoldButton, LineField, PasswordField
from widgets.readouts import Text
from widgets.surfaces import Card, DialogFrame, ExpiryRing, FactList, Step, Stepper, StepState
from widgets.theme import Role, Tone, Weight, font, px, space
from widgets.theme import metrics as m

HOLD_S = 2.0
APPROVAL_S = 600.0
_SIDE = 420
_CODE_DIGITS = 6
_BEAT_MS = 1000


class ApproveDialog(DialogFrame):
    """One waiting command before the person who may approve it.

    Signals: finished(); escaped() (from DialogFrame), which sends nothing.
    """

    finished = Signal()

    def __init__(
        self,
        backend: Backend,
        actions: Actions,
        desk: Desk,
        command: Command,
        *,
        short_code: str,
        authenticator: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            _("Approve command on {device}").format(device=shown(command.content.device, 40)),
            number=command.content.id,
            icon="commands",
            parent=parent,
        )
        self._backend = backend
        self._actions = actions
        self._desk = desk
        self._command = command
        self._short_code = short_code
        self._hash = ""
        self._ended = False
        self._sending = False
        self._ring = ExpiryRing(name=_("Time left to approve"))
        self._ring_words = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._change = ChangeCard()
        self._interlocks = FactList(name=_("Interlocks"), ruled=False)
        self._text = QPlainTextEdit()
        self._code = LineField(name=_("Short code"))
        self._password = PasswordField(name=_("Your password"))
        self._one_time = LineField(name=_("One-time code"))
        self._on_site = QCheckBox()
        self._reason = LineField(name=_("Reason to reject"), hint=_("Reason to reject"))
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._reject = Button(_("Reject"), height=m.COMMAND_BUTTON)
        self._back = Button(_("Close"), key="Esc", height=m.COMMAND_BUTTON)
        self._hold = HoldButton(_("Approve and execute"), seconds=HOLD_S, key=_("hold ↵ 2 s"))
        self._authenticator = authenticator
        self._timer = QTimer(self)
        self._timer.setInterval(_BEAT_MS)
        self._lay_out()
        self._connect()
        self._actions.follow(
            backend.commands.signed_text(command.content.id), self._show_text, failed=self._refused, owner=self
        )
        self._beat()
        self._timer.start()

    def focus_first(self) -> None:
        """Start in the short code, never on a button."""
        self._code.setFocus()

    # -- what people do -------------------------------------------------------------------------------------------

    def may_sign(self) -> bool:
        """Whether the text to sign has been read from the backend."""
        return bool(self._hash)

    def checked(self) -> bool:
        """Whether the interlocks of now are shown."""
        return self._interlocks.sizeHint().height() > 0

    def fill(self, short_code: str, password: str, one_time: str) -> None:
        """Fill in what an approval needs, as a person would."""
        self._code.setText(short_code)
        self._password.setText(password)
        self._one_time.setText(one_time)

    def give_reason(self, words: str) -> None:
        """Fill in why it is rejected."""
        self._reason.setText(words)

    def _approve(self) -> None:
        session = self._desk.session
        if session is None or self._sending or not self._another():
            return
        self._sending = True
        self._refusal.setText("")
        future = self._backend.commands.approve(
            session,
            self._command.content.id,
            password=self._password.take(),
            code=self._one_time.text().strip(),
            signed_hash=self._hash,
            person_on_site=self._on_site.isChecked(),
        )
        self._enable()
        self._actions.follow(future, lambda _command: self._finish(), failed=self._refused, owner=self)

    def _do_reject(self) -> None:
        session = self._desk.session
        reason = self._reason.text().strip()
        if session is None or self._sending:
            return
        if not reason:
            self._refusal.setText(_("A rejection needs a reason."))
            self._reason.setFocus()
            return
        self._sending = True
        self._refusal.setText("")
        self._enable()
        self._actions.follow(
            self._backend.commands.reject(session, self._command.content.id, reason),
            lambda _command: self._finish(),
            failed=self._refused,
            owner=self,
        )

    def _finish(self) -> None:
        self._ended = True
        self._timer.stop()
        self.finished.emit()

    def _refused(self, sentence: str) -> None:
        self._sending = False
        self._refusal.setText(sentence)
        self._one_time.clear()
        self._enable()

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_text(self, signed: tuple[str, str]) -> None:
        text, self._hash = signed
        # To the letter, but no name in it may turn round what stands beside it.
        self._text.setPlainText("\n".join(literal(line) for line in text.split("\n")))
        self._enable()

    def _beat(self) -> None:
        content = self._command.content
        current = next(
            (each for each in self._backend.commands.snapshot() if each.content.id == content.id), self._command
        )
        self._command = current
        waiting = current.state is CommandState.AWAITING_APPROVAL
        left = max(0.0, (current.not_after - self._backend.now()) / US) if waiting else 0.0
        self._ring.show_left(left, APPROVAL_S)
        self._ring_words.setText(
            _("Request expires {time}. If it expires nothing is sent.").format(time=clock_time(current.not_after))
        )
        self._show_change()
        session = self._desk.session
        if session is not None and not self._ended:
            check = self._backend.commands.check(
                session,
                point=content.point,
                action=content.action,
                value=content.value if content.action == "set" else None,
                person_on_site=True,
            )
            self._actions.ask(check, self._show_interlocks, owner=self, failed=None)
        self._enable()

    def _show_interlocks(self, check: CommandCheck) -> None:
        note = show_interlocks(self._interlocks, check.interlocks, own=self._command.content.id)
        self._interlock_card.set_note(note)

    def _show_change(self) -> None:
        content = self._command.content
        snapshot = self._backend.live.snapshot()
        number = content.feedback_point if content.feedback_point is not None else content.point
        feedback = self._backend.registry.points[number]
        point = self._backend.registry.points[content.point]
        value = float(snapshot.value[number])
        words = {"open": _("open"), "close": _("closed")}
        self._change.show_change(
            content.action,
            now=valve_state(feedback, value, int(snapshot.quality[number])),
            now_word=value_text(feedback, value),
            now_note=read_note(snapshot, number),
            wanted_word=words.get(content.action, value_text(point, content.value)),
            wanted_note=_("verified by {tag}").format(tag=shown(feedback.tag)),
        )

    def _another(self) -> bool:
        """Whether the person here is another one than who asked for it."""
        session = self._desk.session
        return session is not None and session.person not in (self._command.requester, self._command.confirmer)

    def _enable(self) -> None:
        waiting = self._command.state is CommandState.AWAITING_APPROVAL
        another = self._another()
        complete = (
            bool(self._hash)
            and self._code.text().strip() == self._short_code
            and bool(self._password.text())
            and len(self._one_time.text().strip()) == _CODE_DIGITS
        )
        self._hold.setEnabled(waiting and another and complete and not self._sending)
        self._reject.setEnabled(waiting and another and not self._sending)
        if self._sending:
            self.set_foot_note(_("Being checked"))
        elif not waiting:
            self.set_foot_note(_("This command no longer waits for approval."))
        elif not another:
            self.set_foot_note(_("You asked for this command: another person must approve it."))
        else:
            self.set_foot_note("" if complete else _("Enabled when number, password and code are complete"))

    def sizeHint(self) -> QSize:
        return QSize(px(m.DIALOG_WIDTH), px(m.DIALOG_HEIGHT))

    def _lay_out(self) -> None:
        content = self._command.content
        assets = {asset.id: asset for asset in self._backend.registry.assets}
        names = (_("Select"), _("Check"), _("Request"), _("Approve"), _("Execute"), _("Verify"))
        states = [StepState.DONE] * 3 + [StepState.NOW] + [StepState.AHEAD] * 2
        steps = Stepper(
            [Step(words=name, state=state) for name, state in zip(names, states, strict=True)], name=_("Steps")
        )
        self.body.addWidget(steps)
        columns = QHBoxLayout()
        space(columns, gap=m.GAP * 2)
        left = QVBoxLayout()
        space(left, gap=m.HALF)
        head = QHBoxLayout()
        space(head, gap=m.GAP)
        head.addWidget(Text(shown(content.device, 24), Role.TAG, Weight.MEDIUM, mono=True))
        head.addStretch(1)
        head.addWidget(self._ring)
        self._ring_words.setFixedWidth(px(_SIDE // 2))
        head.addWidget(self._ring_words)
        left.addLayout(head)
        left.addWidget(Text(f"{asset_name(assets[content.asset])} · {shown(content.tag)}", Role.BODY, wrap=True))
        left.addWidget(self._change)
        reason = _("Reason given: {reason}").format(reason=shown(content.reason, 200))
        left.addWidget(Text(reason, Role.LABEL, wrap=True))
        left.addWidget(Text(_("What you sign, to the letter"), Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY))
        self._text.setReadOnly(True)
        self._text.setFont(font(Role.HINT, mono=True))
        self._text.setTabChangesFocus(True)
        self._text.setMinimumHeight(px(m.ROW_TABLE))
        self._text.setAccessibleName(_("What you sign, to the letter"))
        left.addWidget(self._text, 1)
        columns.addLayout(left, 1)
        columns.addWidget(self._side())
        self.body.addLayout(columns, 1)
        self.add_leading(self._back)
        self.add_leading(self._reject)
        self.add_leading(self._reason)
        self._reason.setMinimumWidth(px(_SIDE // 2))
        self.add_commit(self._hold)

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(px(_SIDE))
        column = QVBoxLayout(side)
        space(column, gap=m.GAP)
        self._interlock_card = Card(_("Interlocks"))
        self._interlock_card.body.addWidget(scrolled(self._interlocks), 1)
        column.addWidget(self._interlock_card, 1)
        column.addWidget(self._person())
        column.addWidget(self._refusal)
        return side

    def _person(self) -> QWidget:
        """Who asked, who is here, and what the one here has to type."""
        requester = _("requested by {person}, {time}").format(
            person=self._name(self._command.requester), time=clock_time(self._command.content.requested_at)
        )
        session = self._desk.session
        mine = _("{name}, you, not the requester") if self._another() else _("{name}, you, the requester")
        card = Card(mine.format(name=shown(session.name, 32)) if session else "", line=Tone.YOU)
        card.body.addWidget(Text(requester, Role.HINT, tone=Tone.SECONDARY, wrap=True))
        numbers = QHBoxLayout()
        space(numbers, gap=m.GAP)
        numbers.addWidget(FormField(_("Short code"), self._code), 1)
        numbers.addWidget(FormField(_("One-time code"), self._one_time), 1)
        card.body.addLayout(numbers)
        hint = self._authenticator and _("Demo stand-in for an authenticator: {code}").format(code=self._authenticator)
        card.body.addWidget(FormField(_("Your password"), self._password, hint=hint))
        self._on_site.setText(_("A person stands at the valve"))
        card.body.addWidget(self._on_site)
        self._on_site.setVisible(self._command.content.action == "open")
        return card

    def _name(self, person: str) -> str:
        accounts = self._backend.people.accounts()
        return shown(next((each.name for each in accounts if each.person == person), person), 32)

    def _connect(self) -> None:
        self._back.clicked.connect(self.escaped)
        self._reject.clicked.connect(self._do_reject)
        self._hold.confirmed.connect(self._approve)
        for field in (self._code, self._password, self._one_time):
            self._hold.accept_enter_from(field)
            field.textChanged.connect(lambda _text: self._enable())
            field.textEdited.connect(lambda _text: self._refusal.setText(""))
        self.setTabOrder(self._code, self._one_time)
        self.setTabOrder(self._one_time, self._password)
        self.setTabOrder(self._password, self._hold)
        self._timer.timeout.connect(self._beat)
