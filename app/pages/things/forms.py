"""Forms of the models page: a step of a chain, and the reason for a new version."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.actions import Actions
from app.formats import shown
from app.pages.things.presenter import Step, parameter_word, parameters_of, read_parameter, step_word
from app.texts import _
from backend.api.models import KEYS, PARAMETERS, ThingModel
from widgets.inputs import Button, ButtonKind, Choice, FormField, LineField
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, Weight, px
from widgets.theme import metrics as m

_WIDTH = 560


class Form(DialogFrame):
    """Fields, a refusal, Back and one committing button. Signals: escaped() (from DialogFrame)."""

    def __init__(self, title: str, commit: str, *, number: str = "", icon: str = "edit") -> None:
        super().__init__(title, number=number, icon=icon)
        self.setMinimumWidth(px(_WIDTH))
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._commit = Button(commit, kind=ButtonKind.COMMIT, height=m.BUTTON_PRIMARY)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self.add_leading(back)
        self.add_commit(self._commit)
        back.clicked.connect(self.escaped)
        self._commit.clicked.connect(self.submit)

    def put(self, *widgets: QWidget) -> None:
        """Fill the body, once; the refusal stands below."""
        for widget in (*widgets, self._refusal):
            self.body.addWidget(widget)

    def refuse(self, words: str) -> None:
        """Say why not; the form stays for another try."""
        self._refusal.setText(words)
        self._commit.setEnabled(True)

    def submit(self) -> None:
        """For subclasses."""

    def focus_first(self) -> None:
        """Put the cursor where typing begins. For subclasses."""


class StepForm(Form):
    """One step: its kind, its property and the parameters that belong to the kind. Signals: made(object step)."""

    made = Signal(object)

    def __init__(self, model: ThingModel, step: Step | None = None) -> None:
        super().__init__(_("Processing step"), _("Take over"), number=shown(model.id, 40))
        self._kind = Choice([(kind, step_word(kind)) for kind in PARAMETERS], name=_("Step"))
        self._property = Choice([(name, shown(name, 60)) for name in model.properties], name=_("Property"))
        self._fields = {key: LineField(name=parameter_word(key)) for key in KEYS}
        self._rows = {key: FormField(parameter_word(key), field) for key, field in self._fields.items()}
        given: Step = step or {"step": next(iter(PARAMETERS)), "property": next(iter(model.properties))}
        self._kind.set_key(str(given["step"]))
        self._property.set_key(str(given["property"]))
        for key, field in self._fields.items():
            value = given.get(key, "")
            field.setText(f"{value:.12g}" if isinstance(value, float) else str(value))
        self.put(FormField(_("Step"), self._kind), FormField(_("Property"), self._property), *self._rows.values())
        self._kind.chosen.connect(lambda _key: self._show_fields())
        self._show_fields()

    def focus_first(self) -> None:
        self._kind.setFocus()

    def submit(self) -> None:
        step: Step = {"step": self._kind.key(), "property": self._property.key()}
        for key in parameters_of(self._kind.key()):
            typed = self._fields[key].text().strip()
            if typed:
                try:
                    step[key] = read_parameter(key, typed)
                except ValueError:
                    self.refuse(_("{field} must be a number.").format(field=parameter_word(key)))
                    return
        self.made.emit(step)

    def _show_fields(self) -> None:
        wanted = parameters_of(self._kind.key())
        for key, row in self._rows.items():
            row.setVisible(key in wanted)
        self.adjustSize()


class ReasonForm(Form):
    """Why a new version is saved; stays open until it was accepted. Signals: saved(object model)."""

    saved = Signal(object)

    def __init__(
        self, title: str, name: str, actions: Actions, ask: Callable[[str], Future[ThingModel]], *, icon: str = "edit"
    ) -> None:
        super().__init__(title, title, number=shown(name, 40), icon=icon)
        self._actions = actions
        self._ask = ask
        self._reason = LineField(name=_("Reason"))
        note = _("In force from the next start. A new computed property also needs its devices imported again.")
        self.put(FormField(_("Reason"), self._reason), Text(note, Role.HINT, tone=Tone.MUTED, wrap=True))
        self._reason.returnPressed.connect(self.submit)

    def focus_first(self) -> None:
        self._reason.setFocus()

    def submit(self) -> None:
        if not self._reason.text().strip():
            self.refuse(_("Say why."))
        elif self._commit.isEnabled():
            self._commit.setEnabled(False)
            self._actions.follow(self._ask(self._reason.text()), self.saved.emit, failed=self.refuse, owner=self)
