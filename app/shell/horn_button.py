"""The button that silences the horn, and says whether it sounds."""

from __future__ import annotations

from app.texts import _
from widgets.inputs import Button, ButtonKind
from widgets.theme import metrics as m
from widgets.theme import set_tip


class HornButton(Button):
    """Sounding: raised, loudspeaker. Silenced while alarms wait: crossed out. Nothing to sound: plain.

    Silence is not acknowledge. Signals: clicked (from QAbstractButton).
    """

    def __init__(self, *, height: int = m.BUTTON_PRIMARY) -> None:
        super().__init__(icon="horn", height=height)
        self._state = (False, False)
        self.retranslate()

    def show_state(self, *, sounding: bool, waiting: bool) -> None:
        """sounding: an alarm wants the horn now. waiting: some alarm is not acknowledged."""
        if (sounding, waiting) != self._state:
            self._state = (sounding, waiting)
            self.set_icon("horn_off" if waiting and not sounding else "horn")
            self.set_kind(ButtonKind.RAISED if sounding else ButtonKind.PLAIN)
            self.retranslate()

    def retranslate(self) -> None:
        """Say name and state anew."""
        sounding, waiting = self._state
        state = _("The horn sounds.") if sounding else _("The horn is silenced.") if waiting else _("Nothing sounds.")
        self.setAccessibleName(_("Silence the horn"))
        self.setAccessibleDescription(state)
        set_tip(self, f"{state} {_('Silence the horn (Pause)')}")
