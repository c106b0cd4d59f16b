"""What every command dialog shows at the left: the thing, the change, its consequence, how to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.actions import Actions
from app.dialogs.change import ChangeCard, read_note
from app.dialogs.consequence import ConsequenceCard
from app.dialogs.interlocks import scrolled
from app.dialogs.outlook import Moves, missing, moves, outlook, undo_text
from app.dialogs.subject import Subject
from app.formats import shown, value_text
from app.texts import _
from app.tones import valve_state
from backend.api import Backend
from backend.model.command import Commandable
from backend.model.isolation import Consequence
from widgets.mimic import ValveState
from widgets.readouts import Text
from widgets.readouts.ages import NO_VALUE
from widgets.surfaces import Level, Surface
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m

_ARRIVED: Final = {"open": ValveState.OPEN, "close": ValveState.CLOSED}


class CommandBody(QWidget):
    """Scrolls where the dialog is low; the thing, the change and the consequence always come first.

    Signals: judged() when the consequence was worked out anew.
    """

    judged = Signal()

    def __init__(
        self,
        backend: Backend,
        actions: Actions,
        target: Commandable,
        *,
        own: str = "",
        plan: Sequence[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._actions = actions
        self._target = target
        self._own = own
        self._plan = tuple(plan)
        self._asked = Moves(closing=(), opening=(), partners=())
        self._told: Consequence | None = None
        self._alone: Consequence | None = None
        self._asking = False
        self._around: tuple[object, ...] = ()
        self._subject = Subject(backend, target)
        self._change = ChangeCard()
        self._consequence = ConsequenceCard()
        self._together = Text("", Role.LABEL, wrap=True)
        self._together_box = Surface(Level.RAISED)
        self._already = Text("", Role.LABEL, Weight.BOLD, wrap=True)
        self._undo = Text("", Role.LABEL, tone=Tone.SECONDARY, wrap=True)
        self._column = QVBoxLayout()
        self._lay_out()

    def own(self, command_id: str) -> None:
        """The dialog is about this command from now on."""
        self._own = command_id

    def add_below_subject(self, widget: QWidget) -> None:
        """Put a chooser between the thing and the change."""
        self._column.insertWidget(1, widget)

    def add_below(self, widget: QWidget) -> None:
        """Put something seldom needed at the foot."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def position(self) -> ValveState:
        """How the valve stands now, as its feedback has it."""
        number, snapshot = self.feedback(), self._backend.live.snapshot()
        feedback = self._backend.registry.points[number]
        return valve_state(feedback, float(snapshot.value[number]), int(snapshot.quality[number]))

    def told(self) -> Consequence | None:
        """The consequence of this and what moves with it; None while it is not known."""
        return self._told

    def alone(self) -> Consequence | None:
        """What this valve does by itself."""
        return self._alone

    def feedback(self) -> int:
        """The point that says how it stands."""
        return self._target.feedback_point if self._target.feedback_point is not None else self._target.point

    def refresh(self, action: str, value: float | None, *, old: float | None = None, within_s: float = 0.0) -> None:
        """Show how things stand now for this action. value: of a set-point. old: as it stood when asked for."""
        self._show_change(action, value, old, within_s)
        self._show_outlook(action, value)
        self._ask(action, value)

    def _show_change(self, action: str, value: float | None, old: float | None, within_s: float) -> None:
        registry, snapshot = self._backend.registry, self._backend.live.snapshot()
        number = self.feedback()
        feedback, point = registry.points[number], registry.points[self._target.point]
        now = float(snapshot.value[number])
        state = self.position()
        wanted = NO_VALUE if value is None else value_text(point, value)
        tag = shown(feedback.tag)
        proof = [_("{tag} must agree").format(tag=tag)]
        if within_s:
            proof.append(_("within {seconds} s").format(seconds=f"{within_s:.0f}"))
        self._change.show_change(
            action,
            now=state,
            now_word=value_text(feedback, now),
            now_notes=read_note(snapshot, number, tag, self._backend.now()),
            wanted_word={"open": _("open"), "close": _("closed")}.get(action, wanted),
            wanted_notes=proof,
            differs=old is not None and old != now,
        )
        self._already.setVisible(state is _ARRIVED.get(action))
        self._already.setText(_("It stands so already."))
        self._undo.setText(undo_text(action, self._told, value_text(feedback, now)))
        self._show_around(state)

    def _show_around(self, state: ValveState) -> None:
        partners = tuple(each.valve for each in self._asked.partners) or missing(self._told)
        if (state, partners) != self._around:
            self._around = state, partners
            self._subject.show_surroundings(state, partners)

    def _show_outlook(self, action: str, value: float | None) -> None:
        seen = outlook(
            self._backend,
            self._told,
            self._asked,
            alone=self._alone,
            point=self._target.point,
            action=action,
            value=value,
        )
        self._consequence.show_outlook(seen)
        self._together.setText(seen.together)
        self._together_box.setVisible(bool(seen.together))

    def _ask(self, action: str, value: float | None) -> None:
        asked = moves(self._backend, point=self._target.point, action=action, own=self._own, plan=self._plan)
        if asked != self._asked:
            self._asked, self._told, self._alone = asked, None, None
        if self._asking or not asked.known():
            return
        self._asking = True
        network = self._backend.network
        mine = asked.closing[:1]
        self._actions.ask(
            network.consequence(mine, asked.opening),
            lambda alone: self._hear_alone(asked, alone, action, value),
            owner=self,
            failed=self._heard_nothing,
        )

    def _hear_alone(self, asked: Moves, alone: Consequence, action: str, value: float | None) -> None:
        if not asked.partners:
            self._heard(asked, alone, alone, action, value)
            return
        self._actions.ask(
            self._backend.network.consequence(asked.closing, asked.opening),
            lambda told: self._heard(asked, alone, told, action, value),
            owner=self,
            failed=self._heard_nothing,
        )

    def _heard(self, asked: Moves, alone: Consequence, told: Consequence, action: str, value: float | None) -> None:
        self._asking = False
        if asked == self._asked:
            self._alone, self._told = alone, told
            self._show_outlook(action, value)
            self._show_around(self.position())
            self.judged.emit()

    def _heard_nothing(self, _words: str) -> None:
        self._asking = False
        self._told = self._alone = None

    def _lay_out(self) -> None:
        inside = QWidget()
        space(self._column, gap=m.GAP)
        inside.setLayout(self._column)
        row = QVBoxLayout(self._together_box)
        space(row, (m.INSET, m.HALF, m.INSET, m.HALF))
        row.addWidget(self._together)
        self._together.set_weight(Weight.MEDIUM)
        for widget in (
            self._subject,
            self._change,
            self._already,
            self._consequence,
            self._together_box,
            self._undo,
        ):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        outer = QVBoxLayout(self)
        space(outer)
        outer.addWidget(scrolled(inside))
        self._together_box.hide()
        self._already.hide()
