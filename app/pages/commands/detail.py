"""The chosen command: its facts, its life-line, and what the person here can do with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.interlocks import scrolled
from app.texts import _
from widgets.inputs import Button, ButtonKind, LineField
from widgets.readouts import Text
from widgets.surfaces import Card, Fact, FactList, LifeLine, LifeStep
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

WIDTH = 400


class Detail(Card):
    """Signals: approve(); take_back(); resolved(bool happened). The words written are in `note`."""

    approve = Signal()
    take_back = Signal()
    resolved = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._headline = Text("", Role.KEY, Weight.SEMIBOLD, wrap=True)
        self._state = Text("", Role.VALUE, tone=Tone.SECONDARY, wrap=True)
        self._facts = FactList(name="")
        self._life = LifeLine(name="", orientation=Qt.Orientation.Vertical)
        self._approve = Button(key="↵", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._cancel = Button(height=m.BUTTON_PRIMARY)
        self._verified = Button(height=m.BUTTON_PRIMARY)
        self._failed = Button(height=m.BUTTON_PRIMARY)
        self._written = LineField(name="")
        self.setFixedWidth(px(WIDTH))
        self.body.addWidget(self._headline)
        self.body.addWidget(self._state)
        story = QWidget()
        told = QVBoxLayout(story)
        space(told, (0, 0, m.HALF, 0), m.GAP)
        told.addWidget(self._facts)
        told.addWidget(self._life)
        self.body.addWidget(scrolled(story), 1)
        self.body.addWidget(self._written)
        buttons = QHBoxLayout()
        space(buttons, gap=m.HALF)
        for button in (self._approve, self._cancel, self._verified, self._failed):
            buttons.addWidget(button, 1)
        self.body.addLayout(buttons)
        self._approve.clicked.connect(self.approve)
        self._cancel.clicked.connect(self.take_back)
        self._verified.clicked.connect(lambda: self.resolved.emit(True))
        self._failed.clicked.connect(lambda: self.resolved.emit(False))
        self.offer()

    def retranslate(self) -> None:
        """Every fixed text anew."""
        self._approve.set_words(_("Read and approve"))
        self._cancel.set_words(_("Take back"))
        self._verified.set_words(_("It happened"))
        self._failed.set_words(_("It did not happen"))
        self._written.setPlaceholderText(_("Reason or note"))
        self._written.setAccessibleName(_("Reason or note"))

    def show_command(self, title: str, state: str, facts: Sequence[Fact]) -> None:
        """Show a command."""
        self._headline.setText(title)
        self._state.setText(state)
        self._state.setVisible(bool(state))
        self._facts.set_facts(facts, _("Facts of the command"))

    def show_life(self, steps: Sequence[LifeStep]) -> None:
        """Show how it came so far; empty where none is chosen."""
        self._life.set_steps(steps, _("Life-line"))

    def offer(
        self, *, approvable: bool = False, mine: bool = False, cancellable: bool = False, doubtful: bool = False
    ) -> None:
        """Which of the buttons there are. mine: the approval is for the person here."""
        self._approve.setVisible(approvable)
        self._approve.setEnabled(approvable and mine)
        self._cancel.setVisible(cancellable)
        self._verified.setVisible(doubtful)
        self._failed.setVisible(doubtful)
        self._written.setVisible(cancellable or doubtful)

    def note(self) -> str:
        """The words written, without blanks around them."""
        return self._written.text().strip()

    def clear_note(self) -> None:
        """Forget the words."""
        self._written.clear()

    def focus_note(self) -> None:
        """Put the keyboard into the note."""
        self._written.setFocus()
