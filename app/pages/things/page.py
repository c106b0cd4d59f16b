"""Models: the list at the left, members or the processing chain of the chosen one at the right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.formats import sentence, shown
from app.page import Page, PageContext, PageSpec
from app.pages.things import presenter
from app.pages.things.forms import Form, ReasonForm, StepForm
from app.pages.things.presenter import Step
from app.texts import _, bilingual, say
from backend.api.models import ModelView, StepResult, ThingModel
from backend.errors import LinepackError, mark
from backend.model.person import Right, Session
from widgets.inputs import Button, ButtonKind, Segmented
from widgets.readouts import Text
from widgets.surfaces import Card, Veil
from widgets.tables import Column, Kind, RowModel, Table
from widgets.theme import Role, Tone, font, px, space
from widgets.theme import metrics as m

_LIST_WIDTH = 304
_INPUT_WIDTH = 260
_STEPS_HEIGHT = 220
_LARGEST_FILE = 4 * 1024 * 1024
_FILES = "JSON (*.json)"


class ThingsPage(Page):
    """What each product gives and does, and how its values are processed."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._views: dict[str, ModelView] = {}
        self._chosen = ""
        self._steps: list[Step] = []
        self._veil: Veil | None = None
        self._models_model, self._members_model = RowModel(_model_columns()), RowModel(_member_columns())
        self._steps_model, self._results_model = RowModel(_step_columns()), RowModel(_result_columns())
        self._models = Table(self._models_model, name="", row_height=m.ROW_LIST)
        self._members = Table(self._members_model, name="", row_height=m.ROW_DENSE)
        self._chain = Table(self._steps_model, name="", row_height=m.ROW_DENSE)
        self._results = Table(self._results_model, name="", row_height=m.ROW_DENSE)
        self._list_card, self._card, self._trial_card = Card(), Card(), Card()
        self._tab = Segmented([("members", ""), ("processing", "")], name="")
        self._note = Text("", Role.HINT, tone=Tone.MUTED, wrap=True)
        self._inputs = QPlainTextEdit()
        self._hint = Text("", Role.HINT, tone=Tone.MUTED, wrap=True)
        self._import, self._export = Button(icon="download"), Button(icon="export")
        self._add, self._edit, self._remove = Button(icon="add"), Button(icon="edit"), Button()
        self._up, self._down = Button(), Button()
        self._try = Button(icon="play")
        self._save = Button(kind=ButtonKind.PRIMARY)
        self._chain_box = QWidget()
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._context.desk.changed.connect(self._show_rights)
        self._look()

    def leave(self) -> None:
        self._context.desk.changed.disconnect(self._show_rights)
        self.put_away()

    def focus_first(self) -> None:
        dialog = self._veil.dialog() if self._veil is not None else None
        if isinstance(dialog, Form):
            dialog.focus_first()
        else:
            self._models.setFocus()

    def put_away(self) -> None:
        if self._veil is not None:
            self._veil.lift()
            self._veil = None
            if self.isVisible():
                self._models.setFocus()

    def select(self, what: str) -> None:
        if what in self._views:
            self._models.select(what)
            self._choose(what)

    def retranslate(self) -> None:
        self._list_card.set_title(_("Thing models"))
        self._tab.set_segments([("members", _("Members")), ("processing", _("Processing"))], _("View of the model"))
        self._models.setAccessibleName(_("Thing models"))
        self._members.setAccessibleName(_("Members of the model"))
        self._chain.setAccessibleName(_("Processing steps"))
        self._results.setAccessibleName(_("Output of each step"))
        self._trial_card.set_title(_("Test"))
        self._inputs.setAccessibleName(_("Test input"))
        self._hint.setText(_("A line a value: property, seconds, value, and uncertain or bad if it is not good."))
        self._models_model.set_columns(_model_columns())
        self._members_model.set_columns(_member_columns())
        self._steps_model.set_columns(_step_columns())
        self._results_model.set_columns(_result_columns())
        self._import.set_words(_("Import JSON"))
        self._export.set_words(_("Export JSON"))
        self._add.set_words(_("Add step"))
        self._edit.set_words(_("Change"))
        self._remove.set_words(_("Remove"))
        self._up.set_words(_("Move up"))
        self._down.set_words(_("Move down"))
        self._try.set_words(_("Test the chain"))
        self._save.set_words(_("Save as a new version"))
        self._show()

    # -- showing --------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        self._views = {view.model.id: view for view in self._context.backend.models.snapshot()}
        self._models_model.replace(presenter.model_rows(tuple(self._views.values())))
        if self._chosen not in self._views:
            self._choose(next(iter(self._views), ""))
        self._models.select(self._chosen)
        self._show()

    def _choose(self, model: str) -> None:
        if model == self._chosen or model not in self._views:
            return
        self._chosen = model
        self._begin()

    def _begin(self) -> None:
        """Show the chosen model as it was saved last; what was being edited is left."""
        thing = self._views[self._chosen].model
        self._steps = presenter.steps_of(thing)
        self._inputs.setPlainText(presenter.first_inputs(thing))
        self._results_model.replace([])
        self._show()

    def _show(self) -> None:
        view = self._views.get(self._chosen)
        processing = self._tab.current() == "processing"
        self._members.setVisible(not processing)
        self._chain_box.setVisible(processing)
        self._trial_card.setVisible(processing)
        if view is not None:
            thing = view.model
            name = shown(bilingual(thing.title, thing.title_zh), 60)
            self._card.set_title(
                f"{shown(thing.id, 40)}  {name}", f"{_('Version')} {thing.version} · {_('Devices')} {view.devices}"
            )
            self._members_model.replace(presenter.member_rows(thing))
            self._note.setText(_waiting(view))
            self._note.setVisible(view.waits)
            # Counts are those of the running chain: beside a changed one they would stand at other steps.
            same = not view.waits and self._steps == presenter.steps_of(thing)
            self._steps_model.replace(presenter.step_rows(self._steps, view.dropped if same else {}))
        self._show_rights()

    def _show_rights(self) -> None:
        edits = self._context.desk.may(Right.CONFIG_EDIT)
        view = self._views.get(self._chosen)
        self._import.setEnabled(edits)
        self._export.setEnabled(view is not None)
        changed = view is not None and self._steps != presenter.steps_of(view.model)
        self._save.setEnabled(edits and changed)
        for button in (self._edit, self._remove, self._up, self._down):
            button.setEnabled(bool(self._steps))
        self._add.setEnabled(view is not None)
        self._try.setEnabled(view is not None)

    # -- the chain ------------------------------------------------------------------------------------------------

    def _place(self) -> int:
        """The chosen step; -1 for none."""
        key = self._chain.current_key()
        return int(key) if key and int(key) < len(self._steps) else -1

    def _ask_add(self) -> None:
        self._ask_step(None)

    def _ask_edit(self) -> None:
        if self._place() >= 0:
            self._ask_step(self._place())

    def _ask_step(self, place: int | None) -> None:
        view = self._views.get(self._chosen)
        if view is None:
            return
        form = StepForm(view.model, None if place is None else self._steps[place])

        def made(step: Step) -> None:
            self.put_away()
            if place is None:
                self._steps.append(step)
            else:
                self._steps[place] = step
            self._show()
            self._chain.select(str(len(self._steps) - 1 if place is None else place))

        form.made.connect(made)
        self._open(form)

    def _remove_step(self) -> None:
        place = self._place()
        if place >= 0:
            del self._steps[place]
            self._show()

    def _move(self, by: int) -> None:
        place = self._place()
        if place >= 0 and 0 <= place + by < len(self._steps):
            self._steps[place], self._steps[place + by] = self._steps[place + by], self._steps[place]
            self._show()
            self._chain.select(str(place + by))

    def _test(self) -> None:
        if self._chosen not in self._views:
            return
        try:
            inputs = presenter.read_inputs(self._inputs.toPlainText())
        except ValueError as error:
            self._context.actions.refused.emit(_("Test input, line {line}: not understood.").format(line=error))
            return
        asked, thing = self._chosen, self._views[self._chosen].model

        def then(results: Sequence[StepResult]) -> None:
            if self._chosen == asked:
                self._results_model.replace(presenter.result_rows(results, thing))

        self._context.actions.follow(self._context.backend.models.trial(asked, self._steps, inputs), then, owner=self)

    def _ask_save(self) -> None:
        session = self._editor()
        if session is None or self._chosen not in self._views:
            return
        models, name, steps = self._context.backend.models, self._chosen, list(self._steps)
        self._open_reason(
            ReasonForm(
                _("Save as a new version"),
                name,
                self._context.actions,
                lambda reason: models.save_chain(session, name, steps, reason),
            )
        )

    # -- files ----------------------------------------------------------------------------------------------------

    def _ask_import(self) -> None:
        session = self._editor()
        path = self.choose_to_open() if session is not None else ""
        if session is None or not path:
            return
        models, file = self._context.backend.models, Path(path).name
        try:
            if Path(path).stat().st_size > _LARGEST_FILE:
                raise OSError(_("too large"))
            text = Path(path).read_text("utf-8-sig")
            thing = models.check(text, file=file)
        except LinepackError as error:
            self._context.actions.refused.emit(sentence(say(error)))
            return
        except (OSError, UnicodeDecodeError) as error:
            words = _("{file} cannot be read: {reason}").format(file=file, reason=error)
            self._context.actions.refused.emit(sentence(words))
            return
        self._open_reason(
            ReasonForm(
                _("Import JSON"),
                f"{thing.id} {thing.version}",
                self._context.actions,
                lambda reason: models.import_(session, text, file=file, reason=reason),
                icon="download",
            )
        )

    def _ask_export(self) -> None:
        path = self.choose_to_save(f"{self._chosen.replace('/', '_')}.json") if self._chosen in self._views else ""
        if not path:
            return
        try:
            Path(path).write_text(self._context.backend.models.export(self._chosen), "utf-8")
        except (OSError, LinepackError) as error:
            words = _("{file} cannot be written: {reason}").format(file=Path(path).name, reason=error)
            self._context.actions.refused.emit(sentence(words))
        else:
            self._context.actions.done.emit(_("The model was exported."))

    def choose_to_open(self) -> str:
        """Ask for a file to read; empty when none was chosen."""
        return QFileDialog.getOpenFileName(self, _("Import JSON"), "", _FILES)[0]

    def choose_to_save(self, name: str) -> str:
        """Ask for a file to write; empty when none was chosen."""
        return QFileDialog.getSaveFileName(self, _("Export JSON"), name, _FILES)[0]

    # -- dialogs --------------------------------------------------------------------------------------------------

    def _open_reason(self, form: ReasonForm) -> None:
        def saved(thing: ThingModel) -> None:
            self.put_away()
            self._context.actions.done.emit(
                _("{model} {version} was saved; it is in force from the next start.").format(
                    model=shown(thing.id, 40), version=thing.version
                )
            )
            self._chosen = thing.id
            self._look()
            self._begin()

        form.saved.connect(saved)
        self._open(form)

    def _open(self, form: Form) -> None:
        self.put_away()
        form.escaped.connect(self.put_away)
        self._veil = Veil(form, self)
        form.focus_first()

    def _editor(self) -> Session | None:
        """Who may change models here; says so when nobody may. Checked again below, whatever is answered here."""
        session = self._context.desk.session
        if session is None:
            self._context.actions.refused.emit(_("Sign in first."))
        elif not self._context.desk.may(Right.CONFIG_EDIT):
            self._context.actions.refused.emit(_("Your role may not do this."))
        else:
            return session
        return None

    # -- built once -----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._models.selected.connect(self._choose)
        self._tab.chosen.connect(lambda _key: self._show())
        self._chain.opened.connect(lambda _key: self._ask_edit())
        self._import.clicked.connect(self._ask_import)
        self._export.clicked.connect(self._ask_export)
        self._add.clicked.connect(self._ask_add)
        self._edit.clicked.connect(self._ask_edit)
        self._remove.clicked.connect(self._remove_step)
        self._up.clicked.connect(lambda: self._move(-1))
        self._down.clicked.connect(lambda: self._move(1))
        self._try.clicked.connect(self._test)
        self._save.clicked.connect(self._ask_save)

    def _lay_out(self) -> None:
        self._list_card.setFixedWidth(px(_LIST_WIDTH))
        self._list_card.body.addWidget(self._models, 1)
        self._list_card.body.addLayout(_row(self._import, self._export))
        self._card.add_tool(self._tab)
        self._card.body.addWidget(self._note)
        self._card.body.addWidget(self._members, 1)
        chain = QVBoxLayout(self._chain_box)
        space(chain, gap=m.HALF)
        self._chain.setMinimumHeight(px(_STEPS_HEIGHT) // 2)
        chain.addWidget(self._chain, 1)
        buttons = _row(self._add, self._edit, self._remove, self._up, self._down)
        buttons.addWidget(self._save)
        chain.addLayout(buttons)
        self._card.body.addWidget(self._chain_box, 1)
        self._inputs.setTabChangesFocus(True)
        self._inputs.setFont(font(Role.LABEL))
        self._inputs.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._inputs.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left = QVBoxLayout()
        space(left, gap=m.HALF)
        self._inputs.setFixedWidth(px(_INPUT_WIDTH))
        self._hint.setFixedWidth(px(_INPUT_WIDTH))
        left.addWidget(self._hint)
        left.addWidget(self._inputs, 1)
        left.addLayout(_row(self._try))
        trial = QHBoxLayout()
        space(trial, gap=m.GAP)
        trial.addLayout(left)
        trial.addWidget(self._results, 1)
        self._trial_card.body.addLayout(trial, 1)
        right = QVBoxLayout()
        space(right, gap=m.GAP)
        right.addWidget(self._card, 1)
        right.addWidget(self._trial_card, 1)
        row = QHBoxLayout(self)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addWidget(self._list_card)
        row.addLayout(right, 1)


def _row(*buttons: Button) -> QHBoxLayout:
    row = QHBoxLayout()
    space(row, gap=m.HALF)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row


def _waiting(view: ModelView) -> str:
    if not view.in_force:
        return _("New: in force from the next start.")
    return _("Version {old} is in force until the next start.").format(old=view.in_force)


def _model_columns() -> tuple[Column, ...]:
    return (
        Column(key="id", title=_("Model"), width=0, kind=Kind.MONO, elide=True),
        Column(key="version", title=_("Version"), width=62, kind=Kind.MONO),
    )


def _member_columns() -> tuple[Column, ...]:
    return (
        Column(key="kind", title=_("Member"), width=72),
        Column(key="category", title=_("Category"), width=84),
        Column(key="name", title=_("Name"), width=172, kind=Kind.MONO, elide=True),
        Column(key="title", title=_("Title"), width=230, elide=True),
        Column(key="unit", title=_("Unit"), width=56),
        Column(key="range", title=_("Range"), width=150, elide=True),
        Column(key="precision", title=_("Digits"), width=50),
        Column(key="period", title=_("Period"), width=60),
        Column(key="limits", title=_("Limits"), width=0, elide=True),
        Column(key="form", title=_("Form"), width=120, elide=True),
    )


def _step_columns() -> tuple[Column, ...]:
    return (
        Column(key="number", title=_("No."), width=40),
        Column(key="step", title=_("Step"), width=100),
        Column(key="property", title=_("Property"), width=170, kind=Kind.MONO),
        Column(key="parameters", title=_("Parameters"), width=0, elide=True),
        Column(key="dropped", title=_("Dropped"), width=80),
    )


def _result_columns() -> tuple[Column, ...]:
    return (
        Column(key="step", title=_("After"), width=140, elide=True),
        Column(key="property", title=_("Property"), width=0, kind=Kind.MONO, elide=True),
        Column(key="time", title=_("Time"), width=64),
        Column(key="value", title=_("Value"), width=120),
        Column(key="quality", title=_("Quality"), width=120, elide=True),
    )


SPEC = PageSpec(key="models", shortcut="Ctrl+F8", icon="layers", title=mark("Models"), level="L4", build=ThingsPage)
