"""The page's controls in the header: which view, which place, what is lost, and what a small screen has folded away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.formats import asset_name, shown
from app.pages.stations.presenter import Place
from app.texts import _
from widgets.inputs import Button, ButtonKind, Segmented
from widgets.readouts import Text
from widgets.readouts.ages import clock_age
from widgets.surfaces.surface import Level, Surface
from widgets.theme import Role, Tone, Weight, px, space
from widgets.theme import metrics as m

_NAME = 16
_KEYS = ("P", "F", "PgUp", "PgDn")


class Room(StrEnum):
    """How much room the header has: words and keys, icons and keys, icons."""

    WIDE = "wide"
    NARROW = "narrow"
    TIGHT = "tight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Which views there are and which is on. foot, plate: folded away, so they can be asked for; here: any place."""

    current: str = "list"
    room: Room = Room.WIDE
    picture: bool = False
    foot: bool = False
    plate: bool = False
    here: bool = False


class HeaderTools(QObject):
    """Signals: view_chosen(str "process", "foot" or "list"); stepped(int -1 or 1); places_asked(); plate_asked()."""

    view_chosen = Signal(str)
    stepped = Signal(int)
    places_asked = Signal()
    plate_asked = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._lost = Surface(Level.RAISED, line=Tone.MUTED, radius=m.RADIUS_CONTROL)
        self._lost_words = Text("", Role.LABEL, Weight.SEMIBOLD)
        self._view = Segmented([("process", "")], name="")
        self._places = Button(icon="tree", key="P", kind=ButtonKind.RAISED)
        self._plate = Button(icon="info", key="F", kind=ButtonKind.RAISED)
        self._before = Button(icon="left", key="PgUp", kind=ButtonKind.RAISED)
        self._after = Button(icon="right", key="PgDn", kind=ButtonKind.RAISED)
        self._buttons = (self._places, self._plate, self._before, self._after)
        self._views = Views()
        self._neighbours: tuple[Place | None, Place | None] = (None, None)
        row = QHBoxLayout(self._lost)
        space(row, (m.HALF, m.QUARTER, m.HALF, m.QUARTER))
        row.addWidget(self._lost_words)
        for widget in self.widgets():
            # The page's until the header takes them: never a window of its own.
            widget.setParent(page)
        self._lost.hide()
        self._let_shrink()
        self._view.chosen.connect(self.view_chosen)
        self._places.clicked.connect(self.places_asked)
        self._plate.clicked.connect(self.plate_asked)
        self._before.clicked.connect(lambda: self.stepped.emit(-1))
        self._after.clicked.connect(lambda: self.stepped.emit(1))

    def _let_shrink(self) -> None:
        """A wide header must not keep a window from being made narrow: then the words go."""
        for button in self._buttons:
            button.setMinimumWidth(px(m.BUTTON))

    def widgets(self) -> Sequence[QWidget]:
        """From the left, as the header takes them."""
        return (self._lost, self._view, self._places, self._plate, self._before, self._after)

    def show_views(self, views: Views) -> None:
        """Show what there is to choose."""
        if views != self._views:
            self._views = views
            self._show_views()

    def _show_views(self) -> None:
        views = self._views
        segments = [("process", _("Process"))] if views.picture else []
        segments += [("foot", _("Trends and alarms"))] if views.foot else []
        self._view.set_segments([*segments, ("list", _("Equipment list"))], _("View of the place"))
        self._view.set_current(views.current)
        self._plate.setVisible(views.plate and views.here)
        for widget in (self._view, self._places, self._before, self._after):
            widget.setVisible(views.here)
        self._show_words()

    def show_neighbours(self, before: Place | None, after: Place | None) -> None:
        """Where PgUp and PgDn lead."""
        self._neighbours = (before, after)
        self._show_words()

    def _show_words(self) -> None:
        """Words where there is room for them; icon and key say enough where there is not."""
        wide = self._views.room is Room.WIDE
        for button, key in zip(self._buttons, _KEYS, strict=True):
            button.set_key("" if self._views.room is Room.TIGHT else key)
        for button, words in ((self._places, _("Places")), (self._plate, _("Faceplate"))):
            button.set_words(words if wide else "")
            button.setAccessibleName(words)
        for button, place in zip((self._before, self._after), self._neighbours, strict=True):
            button.setEnabled(place is not None)
            button.set_words(shown(place.asset.id, _NAME) if place is not None and wide else "")
            button.setAccessibleName(asset_name(place.asset) if place is not None else _("no other place"))

    def show_lost(self, devices: Sequence[str], age_s: float) -> str:
        """Say whose link is lost and for how long; nothing while all are there. What the header has no room for is
        given back."""
        words = ""
        if devices:
            words = _("{devices} lost {age}, last values").format(
                devices=shown(", ".join(devices), 40), age=clock_age(age_s)
            )
        if words != self._lost_words.text():
            self._lost_words.setText(words)
        wide = self._views.room is Room.WIDE
        self._lost.setVisible(bool(words) and wide)
        return "" if wide else words

    def retranslate(self) -> None:
        """Show every text anew."""
        self._show_views()
