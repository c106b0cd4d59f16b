"""Approve or reject as the second person: read what is signed, type the codes and the password, hold."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.actions import Actions
from app.dialogs.body import CommandBody
from app.dialogs.change import DIFFERS
from app.dialogs.code import CodeField, code_label
from app.dialogs.expiry import ExpiryCard
from app.dialogs.interlocks import scrolled, show_interlocks
from app.dialogs.lines import Lines
from app.dialogs.persons import PersonCard
from app.dialogs.signed import SignedText
from app.dialogs.since import changes_since
from app.dialogs.steps import APPROVE, CHECK, command_steps, step_times
from app.dialogs.talk import Talk
from app.dialogs.words import reason_text, state_words
from app.formats import clock_time, shown
from app.session import Desk
from app.texts import _
from backend.api import Backend
from backend.clock import US
from backend.errors import mark
from backend.model.command import Command, Commandable, CommandCheck, CommandState
from widgets.inputs import Button, FormField, HoldButton, LineField, PasswordField
from widgets.readouts import Text
from widgets.surfaces import Card, DialogFrame, FactList, Stepper
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

HOLD_S = 2.0
APPROVAL_S = 600.0
_SIDE = 440
_CODE_DIGITS = 6
_BEAT_MS = 1000
_TITLES: Final = {
    "open": mark("Approve: open {device}"),
    "close": mark("Approve: close {device}"),
    "set": mark("Approve: set {device}"),
}


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
        target: Commandable,
        *,
        authenticator: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """target: what the command is for. authenticator: the code of a stand-in for the person's phone (demo)."""
        title = _TITLES.get(command.content.action, _TITLES["set"])
        super().__init__(
            _(title).format(device=shown(command.content.device, 40)),
            number=command.content.id,
            icon="commands",
            parent=parent,
        )
        self._backend = backend
        self._actions = actions
        self._desk = desk
        self._command = command
        self._target = target
        self._states = state_words(each for each in backend.registry.points if each.device == target.device)
        self._hash = ""
        self._check: CommandCheck | None = None
        self._ended = False
        self._sending = False
        self._authenticator = authenticator
        self._left = CommandBody(backend, actions, target, own=command.content.id)
        self._since = Lines(weight=Weight.SEMIBOLD)
        self._signed = SignedText()
        self._expiry = ExpiryCard(name=_("Time left to approve"))
        self._interlocks = FactList(name=_("Interlocks"), ruled=False)
        self._code = CodeField(target.short_code, name=_("Number on screen"))
        self._password = PasswordField(name=_("Your password"))
        self._one_time = LineField(name=_("One-time code"))
        self._on_site = QCheckBox()
        self._reason = LineField(name=_("Reason to reject, or question"), hint=_("Reason to reject, or question"))
        self._talk = Talk(backend, actions, command.content.id, self._name)
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._reject = Button(_("Reject"), height=m.COMMAND_BUTTON)
        self._ask = Button(_("Ask {person}").format(person=self._name(command.requester)), key="Q", icon="chat")
        self._back = Button(_("Back"), key="Esc", height=m.COMMAND_BUTTON)
        self._hold = HoldButton(_("Approve and execute"), seconds=HOLD_S, key=_("hold ↵ 2 s"))
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
        self._code.fill(short_code)
        self._password.setText(password)
        self._one_time.setText(one_time)

    def give_reason(self, words: str) -> None:
        """Fill in why it is rejected."""
        self._reason.setText(words)

    def changed_since(self) -> tuple[str, ...]:
        """What is not as it was when it was asked for; () = nothing."""
        return self._since.lines()[1:]

    def signed_words(self) -> str:
        """The text that is signed, as shown behind the fold."""
        return self._signed.words()

    def _approve(self) -> None:
        session = self._desk.session
        if session is None or self._sending or not self._another():
            return
        self._sending = True
        self._refuse("")
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
            self._refuse(_("A rejection needs a reason."))
            self._reason.setFocus()
            return
        self._sending = True
        self._refuse("")
        self._enable()
        self._actions.follow(
            self._backend.commands.reject(session, self._command.content.id, reason),
            lambda _command: self._finish(),
            failed=self._refused,
            owner=self,
        )

    def ask_requester(self) -> None:
        """Q: send what is written as a question; without words, go where it is written."""
        session = self._desk.session
        words = self._reason.text().strip()
        if session is None or self._sending:
            return
        if not words:
            self._refuse(_("Write the question, then press Ask."))
            self._reason.setFocus()
            return
        self._refuse("")
        self._reason.clear()
        self._talk.ask(session, words, self._refused)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Q and not event.modifiers():
            self.ask_requester()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        self._ended = True
        self._timer.stop()
        self.finished.emit()

    def _refused(self, sentence: str) -> None:
        self._sending = False
        self._refuse(sentence)
        self._one_time.clear()
        self._enable()

    def _refuse(self, words: str) -> None:
        self._refusal.setText(words)
        self._refusal.setVisible(bool(words))

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_text(self, signed: tuple[str, str]) -> None:
        text, self._hash = signed
        self._signed.show_text(text)
        self._enable()

    def _beat(self) -> None:
        content = self._command.content
        current = next(
            (each for each in self._backend.commands.snapshot() if each.content.id == content.id), self._command
        )
        self._command = current
        waiting = current.state is CommandState.AWAITING_APPROVAL
        left = max(0.0, (current.not_after - self._backend.now()) / US) if waiting else 0.0
        self._expiry.show_left(
            left,
            APPROVAL_S,
            _("Request expires {time}").format(time=clock_time(current.not_after)),
            _("The valve is reserved until then. If it expires nothing is sent."),
        )
        value = content.value if content.action == "set" else None
        self._left.refresh(content.action, value, old=content.old_value, within_s=content.verify_within_s)
        session = self._desk.session
        if session is not None and not self._ended:
            check = self._backend.commands.check(
                session, point=content.point, action=content.action, value=value, person_on_site=True
            )
            self._actions.ask(check, self._show_interlocks, owner=self, failed=None)
            self._talk.look()
        self._enable()

    def _show_interlocks(self, check: CommandCheck) -> None:
        own = self._command.content.id
        self._check = check
        self._interlock_card.set_note(show_interlocks(self._interlocks, check.interlocks, self._states, own=own))
        self._show_since()

    def _show_since(self) -> None:
        content, snapshot = self._command.content, self._backend.live.snapshot()
        feedback = self._backend.registry.points[self._left.feedback()]
        changed = changes_since(
            content,
            feedback=feedback,
            now=float(snapshot.value[feedback.id]),
            quality=int(snapshot.quality[feedback.id]),
            interlocks=self._check.interlocks if self._check is not None else (),
            asked=self._backend.network.at_request(content.id),
            alone=self._left.alone(),
        )
        lines = [f"{DIFFERS} {each}" for each in changed]
        self._since.show_lines([_("Changed since the request"), *lines] if lines else [])

    def _another(self) -> bool:
        """Whether the person here is another one than who asked for it."""
        session = self._desk.session
        return session is not None and session.person not in (self._command.requester, self._command.confirmer)

    def _enable(self) -> None:
        waiting = self._command.state is CommandState.AWAITING_APPROVAL
        another = self._another()
        complete = (
            bool(self._hash)
            and self._code.text() == self._target.short_code
            and bool(self._password.text())
            and len(self._one_time.text().strip()) == _CODE_DIGITS
        )
        self._hold.setEnabled(waiting and another and complete and not self._sending)
        self._reject.setEnabled(waiting and another and not self._sending)
        self._ask.setEnabled(waiting and another and not self._sending)
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
        steps = command_steps(APPROVE, step_times(self._command) | {CHECK: self._command.content.requested_at})
        self.body.addWidget(Stepper(steps, name=_("Steps")))
        columns = QHBoxLayout()
        space(columns, gap=m.GAP * 2)
        self._left.add_below_subject(self._since)
        reason = _("Reason given: {reason}").format(reason=reason_text(self._command.content.reason))
        self._left.add_below(Text(reason, Role.LABEL, wrap=True))
        self._left.add_below(self._talk)
        self._left.add_below(self._signed)
        columns.addWidget(self._left, 1)
        columns.addWidget(self._side())
        self.body.addLayout(columns, 1)
        self._since.hide()
        self.add_leading(self._back)
        self.add_leading(self._reject)
        self.add_leading(self._ask)
        self.add_leading(self._reason)
        self._reason.setMinimumWidth(px(_SIDE // 2))
        self.add_commit(self._hold)

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(px(_SIDE))
        column = QVBoxLayout(side)
        space(column, gap=m.HALF)
        self._interlock_card = Card(_("Interlocks"))
        self._interlock_card.body.addWidget(scrolled(self._interlocks), 1)
        column.addWidget(self._expiry)
        column.addWidget(self._interlock_card, 1)
        command = self._command
        asked = _("asked {time}, confirmed by number").format(time=clock_time(command.content.requested_at))
        name = _("{name}, {desk}").format(name=self._name(command.requester), desk=shown(command.workstation, 24))
        column.addWidget(PersonCard(name, asked, done=True))
        column.addWidget(self._person())
        column.addWidget(self._refusal)
        self._refusal.hide()
        return side

    def _person(self) -> QWidget:
        """Who is here, and what the one here has to type."""
        session = self._desk.session
        name = _("{name}, {desk}").format(
            name=shown(session.name, 32) if session else "", desk=shown(self._desk.workstation, 24)
        )
        mine = _("you, not the requester") if self._another() else _("you, the requester")
        card = PersonCard(name, mine, here=True)
        numbers = QHBoxLayout()
        space(numbers, gap=m.GAP)
        top = Qt.AlignmentFlag.AlignTop
        numbers.addWidget(FormField(code_label(self._target), self._code), 0, top)
        numbers.addWidget(FormField(_("One-time code"), self._one_time), 1, top)
        numbers.addWidget(FormField(_("Your password"), self._password), 1, top)
        card.body.addLayout(numbers)
        if self._authenticator:
            hint = _("Demo stand-in for an authenticator: {code}").format(code=self._authenticator)
            card.body.addWidget(Text(hint, Role.HINT, tone=Tone.MUTED))
        self._on_site.setText(_("A person stands at the valve"))
        self._on_site.setAccessibleName(self._on_site.text())
        card.body.addWidget(self._on_site)
        self._on_site.setVisible(self._command.content.action == "open")
        return card

    def _name(self, person: str) -> str:
        accounts = self._backend.people.accounts()
        return shown(next((each.name for each in accounts if each.person == person), person), 32)

    def _connect(self) -> None:
        self._back.clicked.connect(self.escaped)
        self._reject.clicked.connect(self._do_reject)
        self._ask.clicked.connect(self.ask_requester)
        self._hold.confirmed.connect(self._approve)
        self._hold.accept_enter_from(self._code.editor())
        self._code.changed.connect(self._enable)
        for field in (self._password, self._one_time):
            self._hold.accept_enter_from(field)
            field.textChanged.connect(lambda _text: self._enable())
            field.textEdited.connect(lambda _text: self._refuse(""))
        self.setTabOrder(self._code.editor(), self._one_time)
        self.setTabOrder(self._one_time, self._password)
        self.setTabOrder(self._password, self._hold)
        self._timer.timeout.connect(self._beat)
