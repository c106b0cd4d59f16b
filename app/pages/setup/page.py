"""Setup: theme, scale, language, motion, desk name and lock of this desk; the company's look, monitors and clock."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.formats import local_time
from app.page import Page, PageContext, PageKey, PageSpec
from app.pages.setup.presenter import (
    LANGUAGE_NAMES,
    Monitor,
    change_facts,
    clock_facts,
    locks,
    look_facts,
    monitor_facts,
    monitor_word,
    motions,
    scales,
    themes,
)
from app.texts import _
from backend.errors import mark
from backend.model.change import ProfileChange
from widgets.inputs import Button, FormField, LineField, Segmented
from widgets.readouts import Text
from widgets.surfaces import Card, Fact, FactList
from widgets.theme import Role, Tone, space
from widgets.theme import metrics as m

_LONGEST_NAME = 32
_CHANGES = 10
"""Lines of the newest changes; the journal has them all."""


class SetupPage(Page):
    """The desk profile; every change is in force at once and is remembered for this desk."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._looks = context.looks
        self._name = LineField(name="")
        self._name.setMaxLength(_LONGEST_NAME)
        self._theme = Segmented(themes(), name="")
        self._scale = Segmented(scales(), name="")
        self._language = Segmented(LANGUAGE_NAMES, name="")
        self._motion = Segmented(motions(), name="")
        self._lock = Segmented(locks(), name="")
        self._lock_now = Button(icon="lock", key="Ctrl L")
        editors: tuple[QWidget, ...] = (
            self._name,
            self._theme,
            self._language,
            self._scale,
            self._motion,
            self._lock,
        )
        self._fields = {editor: FormField("", editor) for editor in editors}
        self._desk = Card()
        self._look, self._look_facts = Card(), FactList(name="")
        self._monitors, self._monitor_facts = Card(), FactList(name="")
        self._clock, self._clock_facts = Card(), FactList(name="")
        self._changes, self._change_facts = Card(), FactList(name="")
        self._no_changes = Text("", Role.LABEL, tone=Tone.MUTED, wrap=True)
        self._lay_out()
        self._connect()
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._looks.changed.connect(self._show)
        self._looks.kept.connect(self._ask_changes)
        self._context.bridge.beat.connect(self._show_clock)
        self._show()
        self._ask_changes()

    def leave(self) -> None:
        self._keep_name()
        self._looks.changed.disconnect(self._show)
        self._looks.kept.disconnect(self._ask_changes)
        self._context.bridge.beat.disconnect(self._show_clock)

    def focus_first(self) -> None:
        self._theme.setFocus()

    def keys(self) -> Sequence[PageKey]:
        return (PageKey(key="← →", words=_("change the chosen setting")),)

    def retranslate(self) -> None:
        self._desk.set_title(_("This desk"), _("kept for this desk, in force at once"))
        self._look.set_title(_("Company look"), _("read when the console starts"))
        self._monitors.set_title(_("Monitors"), _("windows return to the monitor they were on"))
        self._clock.set_title(_("Clock"))
        self._changes.set_title(_("Changes of this desk"), _("each one is an entry of the journal"))
        self._no_changes.setText(_("Nothing was changed here yet."))
        self._theme.set_segments(themes(), _("Theme"))
        self._language.set_segments(LANGUAGE_NAMES, _("Language"))
        self._motion.set_segments(motions(), _("New alarms"))
        self._lock.set_segments(locks(), _("Lock after minutes without input"))
        labels: dict[QWidget, tuple[str, str]] = {
            self._name: (_("Name of the desk"), _("Empty: the name of the machine.")),
            self._theme: (_("Theme"), ""),
            self._language: (_("Language"), _("Tags are never translated.")),
            self._scale: (_("Scale, %"), self._scale_hint()),
            self._motion: (_("New alarms"), _("Steady rings blink no more and nothing else moves.")),
            self._lock: (_("Lock after minutes without input"), _("Alarms stay in view and can be silenced.")),
        }
        for editor, (label, hint) in labels.items():
            self._fields[editor].set_label(label, hint)
        self._scale.set_segments(scales(), _("Scale, %"))
        self._lock_now.set_words(_("Lock now"))
        self._show()
        if self.isVisible():
            self._ask_changes()

    # -- what people do -------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._theme.chosen.connect(lambda key: self._looks.set(theme=key))
        self._language.chosen.connect(lambda key: self._looks.set(language=key))
        self._scale.chosen.connect(lambda key: self._looks.set(scale=float(key)))
        self._motion.chosen.connect(lambda key: self._looks.set(steady=key == "steady"))
        self._lock.chosen.connect(lambda key: self._looks.set(lock_min=int(key)))
        self._name.editingFinished.connect(self._keep_name)
        self._lock_now.clicked.connect(self._context.desk.lock)

    def _keep_name(self) -> None:
        self._looks.set(desk=self._name.text().strip())

    def _scale_hint(self) -> str:
        hint = _("115 % reads well from more than 60 cm. Kept for the monitor of the main window: {monitor}.")
        return hint.format(monitor=monitor_word(self._looks.monitor()))

    def _ask_changes(self) -> None:
        self._context.actions.ask(self._looks.changes(), self._show_changes, owner=self, failed=None)

    # -- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        taste = self._looks.taste
        self._theme.set_current(taste.theme)
        self._language.set_current(taste.language)
        self._scale.set_current(f"{taste.scale:.2f}")
        self._motion.set_current("steady" if taste.steady else "blink")
        self._lock.set_current(str(taste.lock_min))
        if not self._name.hasFocus():
            self._name.setText(taste.desk)
        self._name.setPlaceholderText(self._context.desk.workstation)
        folder = self._context.backend.site.folder
        put(self._look_facts, look_facts(self._looks.brand, self._looks.fault, folder), _("Company look"))
        put(self._monitor_facts, monitor_facts(_monitors()), _("Monitors"))
        self._fields[self._scale].set_label(_("Scale, %"), self._scale_hint())
        self._show_clock()

    def _show_changes(self, changes: Sequence[ProfileChange]) -> None:
        names = {each.person: each.name for each in self._context.backend.people.accounts()}
        facts = change_facts(changes, names)[:_CHANGES]
        put(self._change_facts, facts, _("Changes of this desk"))
        self._change_facts.setVisible(bool(facts))
        self._no_changes.setVisible(not facts)

    def _show_clock(self) -> None:
        put(self._clock_facts, clock_facts(local_time(self._context.backend.now())), _("Clock"))

    def _lay_out(self) -> None:
        for field in self._fields.values():
            self._desk.body.addWidget(field, 0, Qt.AlignmentFlag.AlignLeft)
        self._desk.body.addWidget(self._lock_now, 0, Qt.AlignmentFlag.AlignLeft)
        self._desk.body.addStretch(1)
        self._look.body.addWidget(self._look_facts)
        self._monitors.body.addWidget(self._monitor_facts)
        self._clock.body.addWidget(self._clock_facts)
        self._changes.body.addWidget(self._change_facts)
        self._changes.body.addWidget(self._no_changes)
        right = QVBoxLayout()
        space(right, gap=m.GAP)
        for card in (self._look, self._monitors, self._clock, self._changes):
            right.addWidget(card)
        right.addStretch(1)
        canvas = QWidget()
        canvas.setObjectName("canvas")
        row = QHBoxLayout(canvas)
        space(row, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        row.addWidget(self._desk, 1)
        row.addLayout(right, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(canvas)
        column = QVBoxLayout(self)
        space(column)
        column.addWidget(scroll)


def put(target: FactList, facts: Sequence[tuple[str, str]], name: str) -> None:
    """Show label and value pairs."""
    target.set_facts([Fact(label=label, value=value) for label, value in facts], name)


def _monitors() -> tuple[Monitor, ...]:
    first = QGuiApplication.primaryScreen()
    return tuple(
        Monitor(name=each.name(), width=each.size().width(), height=each.size().height(), first=each is first)
        for each in QGuiApplication.screens()
    )


SPEC = PageSpec(key="setup", shortcut="", icon="setup", title=mark("Setup"), level="L4", build=SetupPage, foot=True)
