"""What people ask of the map, one question at a time: measure, isolate, what is near. Knows no panel and no key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.formats import clock_time, shown
from app.page import PageContext
from app.pages.map.isolating import Isolating
from app.pages.map.measuring import Measuring
from app.pages.map.plans import Crew, area_of, letter, no_plan_words, overlay_of
from app.texts import _
from backend.model.isolation import Surroundings
from backend.model.network import Network
from widgets.maps.mercator import EQUATOR_M
from widgets.maps.scene import Overlay, Place
from widgets.mimic import ValveState

FIRST_RADIUS: Final = 200


class Questions(QObject):
    """At most one is open.

    Signals: changed() when there is something else to show; framed(tuple of places) when the map should look there.
    """

    changed = Signal()
    framed = Signal(object)

    def __init__(self, context: PageContext, network: Network, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._network = network
        self._framed = ("", 0)
        self._near: tuple[str, Place] | None = None
        self.radius = FIRST_RADIUS
        self.around: Surroundings | None = None
        """The answer to what is near; None while there is none."""
        self.measuring = Measuring()
        self.isolating = Isolating(context, self)
        self.isolating.changed.connect(self._isolation_changed)
        self.isolating.failed.connect(context.actions.refused)

    # -- asking -----------------------------------------------------------------------------------------------------

    def toggle_measure(self) -> None:
        """Begin or end measuring."""
        self._near = None
        if self.isolating.what:
            self.isolating.stop()
        self.measuring.toggle()
        self.changed.emit()

    def measure_to(self, lon: float, lat: float) -> None:
        """One corner more."""
        self.measuring.add(lon, lat)
        self.changed.emit()

    def isolate(self, what: str) -> None:
        """Which valves cut this off?"""
        self.measuring.stop()
        self._near = None
        self.isolating.ask(what)

    def toggle_near(self, what: str, at: Place) -> None:
        """What lies round this place? Asked again for the same thing, the question is closed."""
        if self._near is not None and self._near[0] == what:
            self._near = None
            self.changed.emit()
            return
        self.measuring.stop()
        if self.isolating.what:
            self.isolating.stop()
        self._near = (what, at)
        self._ask_near()

    def move_near(self, what: str, at: Place) -> None:
        """While that question is open: the same for another thing."""
        if self._near is not None and self._near[0] != what:
            self._near = (what, at)
            self._ask_near()

    def set_radius(self, metres: int) -> None:
        """How far is near."""
        self.radius = metres
        if self._near is not None:
            self._ask_near()

    def stop(self) -> bool:
        """Close the question; False when none was open."""
        if self.measuring.on:
            self.toggle_measure()
        elif self.isolating.what:
            self.isolating.stop()
        elif self._near is not None:
            self._near = None
            self.changed.emit()
        else:
            return False
        return True

    # -- what there is to show --------------------------------------------------------------------------------------

    def near(self) -> str:
        """The thing round which people look; "" while they do not ask that."""
        return self._near[0] if self._near is not None else ""

    def overlay(self, states: Mapping[str, ValveState], crews: Sequence[Crew] = ()) -> Overlay:
        """What lies over the network."""
        plan = self.isolating.plan()
        if self.measuring.on:
            return self.measuring.overlay()
        if plan is not None:
            spot = self.isolating.target()
            target = (spot.lon, spot.lat) if spot is not None else None
            return overlay_of(plan, self._network, self.isolating.chosen, states, target=target, crews=crews)
        return Overlay(circle=(self._near[1], float(self.radius))) if self._near is not None else Overlay()

    def words(self) -> str:
        """The sentence at the top; "" where the panel says all."""
        if self.measuring.on:
            return _("Click along the way: {length}. Esc ends.").format(length=self.measuring.words())
        if self.isolating.plan() is not None:
            return _("{what}: isolation view, computed {time}. Esc leaves.").format(
                what=shown(self.isolating.what, 32), time=clock_time(self.isolating.answered_at)
            )
        return no_plan_words(self.isolating.what, self.isolating.answer) if self.isolating.what else ""

    def title(self) -> str:
        """The question in a few words, for paper."""
        plan = self.isolating.plan()
        if self.measuring.on:
            return self.measuring.words()
        if plan is not None:
            name = shown(self.isolating.what, 32)
            return _("Isolation of {what}, set {letter}").format(what=name, letter=letter(self.isolating.shown))
        return shown(self.near(), 32)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _isolation_changed(self) -> None:
        plan = self.isolating.plan()
        shown_now = (self.isolating.what, self.isolating.shown)
        if not self.isolating.what:
            self._framed = ("", 0)
        elif plan is not None and shown_now != self._framed:
            self._framed = shown_now
            self.framed.emit(area_of(plan, self._network))
        self.changed.emit()

    def _ask_near(self) -> None:
        if self._near is None:
            return
        what, (lon, lat) = self._near
        metres = self.radius
        self.around = None
        self.framed.emit(corners((lon, lat), metres))
        self.changed.emit()

        def take(around: Surroundings) -> None:
            if self.near() == what and self.radius == metres:
                self.around = around
                self.changed.emit()

        asked = self._context.backend.network.around(lon, lat, metres)
        self._context.actions.ask(asked, take, owner=self, failed=self._context.actions.refused.emit)


def corners(at: Place, metres: float) -> Sequence[Place]:
    """Two opposite corners of the square round a circle."""
    reach = metres / EQUATOR_M * 360.0
    return tuple((at[0] + side * reach, at[1] + side * reach) for side in (-1, 1))
