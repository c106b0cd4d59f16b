"""Open the command dialogs over the page, one at a time: choose, prepare one or a set in order, approve."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.dialogs.approve import ApproveDialog
from app.dialogs.note import NoteDialog
from app.dialogs.request import RequestDialog
from app.dialogs.target import TargetDialog
from app.page import PageContext
from app.pages.commands.presenter import waits_for
from app.texts import _
from backend.model.command import Command, Commandable
from backend.model.person import Right
from widgets.surfaces import Veil

_Dialog = RequestDialog | ApproveDialog | TargetDialog | NoteDialog


class Opening(QObject):
    """Signals: closed() when nothing is open any more; requested(str command id); signed(str command id)."""

    closed = Signal()
    requested = Signal(str)
    signed = Signal(str)

    def __init__(self, context: PageContext, over: QWidget) -> None:
        super().__init__(over)
        self._context = context
        self._over = over
        self._veil: Veil | None = None
        self._plan: tuple[int, ...] = ()

    def focus(self) -> bool:
        """Put the keyboard into the open dialog; whether there is one."""
        dialog = self._veil.dialog() if self._veil is not None else None
        if isinstance(dialog, _Dialog):
            dialog.focus_first()
        return dialog is not None

    def put_away(self) -> None:
        """Close what is open; nothing is sent, and a reservation is taken back."""
        if self._veil is not None:
            dialog = self._veil.dialog()
            if isinstance(dialog, RequestDialog):
                dialog.release_reservation()
            self._close()

    def choose(self) -> None:
        """Choose what to command, then prepare it."""
        if not self._may(Right.CMD_REQUEST):
            return
        dialog = TargetDialog(self._context.backend)
        dialog.chosen.connect(lambda point: self.prepare((point,)))
        self._open(dialog, self._close)

    def prepare(self, points: tuple[int, ...]) -> None:
        """One dialog after the other, in this order; a set stays together in what each of them says."""
        if not points or not self._may(Right.CMD_REQUEST):
            return
        if any(self._target(point) is None for point in points):
            self._refuse(_("This point cannot be commanded."))
            return
        self._plan = points if len(points) > 1 else ()
        self._prepare(points[0])

    def approve(self, command: Command) -> None:
        """Open the approval of a waiting command."""
        if not self._may(Right.CMD_APPROVE):
            return
        session = self._context.desk.session
        if session is None or not waits_for(command, session.person):
            self._refuse(_("You asked for this command: another person must approve it."))
            return
        target = self._target(command.content.point)
        if target is None:
            self._refuse(_("This point cannot be commanded."))
            return
        context = self._context
        dialog = ApproveDialog(
            context.backend,
            context.actions,
            context.desk,
            command,
            target,
            authenticator=context.authenticator(),
        )
        dialog.finished.connect(lambda: self._signed(command.content.id))
        self._open(dialog, self._close)

    def note(self, command: Command, *, asked: str = "") -> None:
        """Write to the log about a command. asked: who is asked; "" = a note, or an answer."""
        session = self._context.desk.session
        if not self._may(Right.ALARM_ACK) or session is None:
            return
        content = command.content
        dialog = NoteDialog(f"{content.id}  {content.tag}", asked=asked)
        dialog.written.connect(
            lambda words: self._context.actions.follow(
                self._context.backend.notes.write(session, content.id, words, asks=bool(asked)),
                lambda _note: self._close(),
                failed=dialog.refused,
                owner=dialog,
            )
        )
        self._open(dialog, self._close)

    def _prepare(self, point: int) -> None:
        target = self._target(point)
        if target is None:
            self._refuse(_("This point cannot be commanded."))
            return
        context = self._context
        dialog = RequestDialog(context.backend, context.actions, context.desk, target, plan=self._plan)
        dialog.finished.connect(lambda command_id: self._asked(point, command_id))
        self._open(dialog, lambda: self._left(dialog, point))

    def _asked(self, point: int, command_id: str) -> None:
        """The next of the set, if there is one."""
        plan = self._plan
        self._close()
        self.requested.emit(command_id)
        if point in plan[:-1]:
            self._plan = plan
            self._prepare(plan[plan.index(point) + 1])

    def _left(self, dialog: RequestDialog, point: int) -> None:
        """Esc: the reservation is taken back, and the rest of the set is not asked for either; that is said."""
        plan = self._plan
        dialog.release_reservation()
        self._close()
        if plan:
            rest = len(plan) - plan.index(point)
            self._refuse(_("{count} of {all} commands were not asked for.").format(count=rest, all=len(plan)))

    def _signed(self, command_id: str) -> None:
        self._close()
        self.signed.emit(command_id)

    def _open(self, dialog: _Dialog, escaped: Callable[[], None]) -> None:
        plan = self._plan
        self.put_away()
        self._plan = plan
        dialog.escaped.connect(escaped)
        self._veil = Veil(dialog, self._context.seat.take(self, self.put_away, self._over))
        dialog.focus_first()

    def _close(self) -> None:
        self._plan = ()
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
            self._context.seat.give(self)
            self.closed.emit()

    def _target(self, point: int) -> Commandable | None:
        listed = self._context.backend.commands.commandable()
        return next((each for each in listed if each.point == point), None)

    def _may(self, right: Right) -> bool:
        if self._context.desk.session is None:
            self._refuse(_("Sign in first."))
            return False
        if not self._context.desk.may(right):
            self._refuse(_("Your role may not do this."))
            return False
        return True

    def _refuse(self, words: str) -> None:
        self._context.actions.refused.emit(words)
