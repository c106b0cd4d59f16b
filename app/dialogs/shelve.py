"""Shelve an alarm: a reason and an end are both needed; it comes back by itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.formats import clock_time, shown
from app.texts import _
from backend.clock import US
from widgets.inputs import Button, ButtonKind, FormField, ReasonInput, Segmented
from widgets.readouts import Text
from widgets.surfaces import DialogFrame
from widgets.theme import Role, Tone, Weight, px
from widgets.theme import metrics as m

_WIDTH = 560
_MINUTES = (15, 30, 60, 120, 240, 480, 720)
_USUAL = 60


class ShelveDialog(DialogFrame):
    """Asks for how long and why. now: µs UTC, from which the end is told.

    Signals: decided(int seconds, str reason); escaped() (from DialogFrame).
    """

    decided = Signal(int, str)

    def __init__(self, alarm: str, max_seconds: int, now: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(_("Shelve alarm"), icon="shelve", parent=parent)
        self.setMinimumWidth(px(_WIDTH))
        self._now = now
        allowed = [minutes for minutes in _MINUTES if minutes * 60 <= max_seconds] or [max_seconds // 60]
        self._time = Segmented([(str(minutes), _duration(minutes)) for minutes in allowed], name=_("For how long"))
        self._time.set_current(str(max(minutes for minutes in allowed if minutes <= max(_USUAL, allowed[0]))))
        self._end = Text("", Role.LABEL)
        self._reason = ReasonInput(
            (
                ("maintenance", _("Maintenance in progress")),
                ("nuisance", _("Nuisance, work order open")),
                ("known", _("Known condition, being dealt with")),
            ),
            name=_("Reason"),
            list_hint=_("Choose a reason"),
            text_hint=_("In your own words"),
        )
        self._commit = Button(_("Shelve"), kind=ButtonKind.COMMIT, height=m.COMMAND_BUTTON)
        self._refusal = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        back = Button(_("Back"), key="Esc", height=m.BUTTON_PRIMARY)
        self.body.addWidget(Text(shown(alarm, 200), Role.VALUE, wrap=True))
        self.body.addWidget(FormField(_("For how long"), self._time))
        self.body.addWidget(self._end)
        self.body.addWidget(FormField(_("Reason"), self._reason))
        self.body.addWidget(
            Text(_("The alarm comes back by itself; if it is active then, it sounds."), Role.HINT, tone=Tone.MUTED)
        )
        self.body.addWidget(self._refusal)
        self.add_leading(back)
        self.add_commit(self._commit)
        self._commit.setEnabled(False)
        self._reason.changed.connect(lambda: self._commit.setEnabled(bool(self._reason.key())))
        self._time.chosen.connect(lambda _minutes: self._show_end())
        self._commit.clicked.connect(self._decide)
        back.clicked.connect(self.escaped)
        self._show_end()

    def focus_first(self) -> None:
        """Start in the list of reasons, never on a button."""
        self._reason.setFocus()

    def choose(self, minutes: int, reason: str) -> None:
        """Fill the form, as a person would."""
        self._time.set_current(str(minutes))
        self._show_end()
        self._reason.choose(reason)

    def refused(self, sentence: str) -> None:
        """Say why not; the dialog stays for another try."""
        self._refusal.setText(sentence)
        self._commit.setEnabled(True)

    def _show_end(self) -> None:
        end = self._now + int(self._time.current()) * 60 * US
        self._end.setText(_("Back at {time}.").format(time=clock_time(end)[:5]) if self._now else "")
        self._end.setVisible(bool(self._now))

    def _decide(self) -> None:
        self._commit.setEnabled(False)
        self._refusal.setText("")
        self.decided.emit(int(self._time.current()) * 60, self._reason.reason())


def _duration(minutes: int) -> str:
    return _("{count} min").format(count=minutes) if minutes < 60 else _("{count} h").format(count=minutes // 60)
