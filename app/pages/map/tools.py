"""The map's tools in the page header: how old things are, measure, centre, zoom, print."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.texts import _
from widgets.inputs import Button, ButtonKind
from widgets.readouts import Text
from widgets.theme import Role, Tone
from widgets.theme import metrics as m


class MapTools(QObject):
    """Facts and buttons for the header.

    Signals: asked(str): "measure", "centre", "nearer", "further" or "print".
    """

    asked = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._base = Text("", Role.HINT, tone=Tone.SECONDARY, elide=Qt.TextElideMode.ElideRight)
        self._age = Text("", Role.HINT, tone=Tone.SECONDARY)
        self._buttons = {
            "measure": Button(icon="measure", key="M", kind=ButtonKind.QUIET, height=m.TARGET),
            "centre": Button(icon="goto", key="0", kind=ButtonKind.QUIET, height=m.TARGET),
            "further": Button(icon="minus", kind=ButtonKind.QUIET, height=m.TARGET),
            "nearer": Button(icon="plus", kind=ButtonKind.QUIET, height=m.TARGET),
            "print": Button(icon="print", kind=ButtonKind.QUIET, height=m.TARGET),
        }
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, name=name: self.asked.emit(name))
        self.retranslate()

    def widgets(self) -> Sequence[QWidget]:
        """From the left."""
        return (self._base, self._age, *self._buttons.values())

    def show_base(self, words: str) -> None:
        """What lies under the network."""
        self._base.setText(words)

    def show_age(self, words: str) -> None:
        """How old the newest value is, or how old positions are."""
        self._age.setText(words)

    def set_measuring(self, on: bool) -> None:
        """Whether clicks measure."""
        self._buttons["measure"].set_kind(ButtonKind.PRIMARY if on else ButtonKind.QUIET)

    def retranslate(self) -> None:
        """Show every text anew."""
        self._buttons["measure"].set_words(_("Measure"))
        self._buttons["centre"].set_words(_("Centre"))
        self._buttons["print"].set_words(_("Print"))
        self._buttons["nearer"].setAccessibleName(_("Nearer"))
        self._buttons["further"].setAccessibleName(_("Further"))
