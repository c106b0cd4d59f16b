"""The controls of the page: group and range above the chart; other day, band, how live it is, pause in the header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.pages.trends.readout import shift_word
from app.pages.trends.window import DAY, RANGES
from app.texts import _
from widgets.inputs import Button, ButtonKind, Segmented
from widgets.readouts import Text
from widgets.theme import Role, Tone, Weight

OTHER: Final = "other"
"""Key of the range that was zoomed to."""
_NARROW: Final = 1500
"""px at 100 % below which the buttons say their key only."""


class Tools(QObject):
    """Builds, names and updates the controls.

    Signals: range_chosen(str key); compare_pressed(); band_pressed(); pause_pressed(); groups_pressed(); add_pressed().
    """

    range_chosen = Signal(str)
    compare_pressed = Signal()
    band_pressed = Signal()
    pause_pressed = Signal()
    groups_pressed = Signal()
    add_pressed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._compact = True
        self._shift = DAY
        self._words: dict[Button, str] = {}
        self.groups = Button(icon="layers", key="G")
        self.add = Button(icon="add", key="A")
        self.ranges = Segmented([(key, key) for key in (*dict(RANGES), OTHER)], name="")
        self.compare = Button(icon="clock", key="Y")
        self.band = Button(key="B")
        self.live = Text("", Role.LABEL, tone=Tone.SECONDARY, elide=Qt.TextElideMode.ElideRight)
        self.pause = Button(icon="pause", key="P", kind=ButtonKind.RAISED)
        self.groups.clicked.connect(self.groups_pressed)
        self.add.clicked.connect(self.add_pressed)
        self.ranges.chosen.connect(self.range_chosen)
        self.compare.clicked.connect(self.compare_pressed)
        self.band.clicked.connect(self.band_pressed)
        self.pause.clicked.connect(self.pause_pressed)

    def header(self) -> Sequence[QWidget]:
        """From the left, what stands in the page's header."""
        return (self.compare, self.band, self.live, self.pause)

    def show_range(self, key: str) -> None:
        """Mark the range in view."""
        self.ranges.set_current(key or OTHER)

    def show_compare(self, shift: int) -> None:
        """Which other day is drawn; 0 for none."""
        self._shift = shift
        self.compare.set_kind(ButtonKind.PRIMARY if shift else ButtonKind.PLAIN)
        self._say(self.compare, shift_word(shift or DAY))

    def show_band(self, on: bool) -> None:
        """Whether the band is drawn."""
        self.band.set_kind(ButtonKind.PRIMARY if on else ButtonKind.PLAIN)

    def show_live(self, words: str, *, live: bool) -> None:
        """How live the picture is, in words."""
        self.live.setText(words)
        self.live.set_weight(Weight.REGULAR if live else Weight.SEMIBOLD)
        self.live.set_tone(Tone.SECONDARY if live else Tone.NORMAL)
        self.pause.set_icon("pause" if live else "play")
        self._say(self.pause, _("Pause") if live else _("Go live"))

    def set_width(self, width: float) -> None:
        """The page is so wide, in px at 100 %: below a width the buttons show icon and key only."""
        compact = width < _NARROW
        if compact != self._compact:
            self._compact = compact
            for button, words in self._words.items():
                self._say(button, words)

    def retranslate(self) -> None:
        """Every text anew."""
        self.ranges.set_segments([*((key, range_word(key)) for key, _span in RANGES), (OTHER, "…")], _("Range"))
        self._say(self.groups, _("Groups"))
        self._say(self.add, _("Add pen"))
        self._say(self.band, _("Band"))
        self.show_compare(self._shift)

    def _say(self, button: Button, words: str) -> None:
        self._words[button] = words
        button.set_words("" if self._compact and button in (self.compare, self.band, self.pause) else words)
        button.setAccessibleName(words)


def range_word(key: str) -> str:
    """A range in words."""
    return {
        "10min": _("10 min"),
        "1h": _("1 h"),
        "6h": _("6 h"),
        "24h": _("24 h"),
        "7d": _("7 d"),
        "30d": _("30 d"),
        "1y": _("1 y"),
        "10y": _("10 y"),
    }[key]
