"""The page's controls in the header: which view, which place, what is lost, and what a small screen has folded away."""

from __future__ import annotations

from collections.abc import Sequence

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
        self._shown: tuple[object, ...] = ()
        self._narrow = False
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
        for button in (self._places, self._before, self._after):
            button.setMinimumWidth(px(m.BUTTON))

    def widgets(self) -> Sequence[QWidget]:
        """From the left, as the header takes them."""
        return (self._lost, self._view, self._places, self._plate, self._before, self._after)

    def show_view(self, view: str, *, picture: bool, foot: bool, plate: bool, here: bool) -> None:
        """Which views there are and which is on. foot: it is folded away; plate: the faceplate is; here: any place."""
        if (view, picture, foot, plate, here) == self._shown:
            return
        self._shown = (view, picture, foot, plate, here)
        segments = [("process", _("Process"))] if picture else []
        segments += [("foot", _("Trends and alarms"))] if foot else []
        self._view.set_segments([*segments, ("list", _("Equipment list"))], _("View of the place"))
        self._view.set_current(view)
        self._narrow = plate
        self._show_words()
        self._plate.setVisible(plate and here)
        for widget in (self._view, self._places, self._before, self._after):
            widget.setVisible(here)

    def show_neighbours(self, before: Place | None, after: Place | None) -> None:
        """Where PgUp and PgDn lead."""
        self._neighbours = (before, after)
        self._show_words()

    def _show_words(self) -> None:
        """Words where there is room for them; icon and key say enough where there is not."""
        for button, words in ((self._places, _("Places")), (self._plate, _("Faceplate"))):
            button.set_words("" if self._narrow else words)
            button.setAccessibleName(words)
        for button, place in zip((self._before, self._after), self._neighbours, strict=True):
            button.setEnabled(place is not None)
            button.set_words(shown(place.asset.id, _NAME) if place is not None and not self._narrow else "")
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
        self._lost.setVisible(bool(words) and not self._narrow)
        return words if self._narrow else ""

    def retranslate(self) -> None:
        """Show every text anew."""
        view, self._shown = self._shown, ()
        if view:
            self.show_view(
                str(view[0]), picture=bool(view[1]), foot=bool(view[2]), plate=bool(view[3]), here=bool(view[4])
            )
        self._show_words()
