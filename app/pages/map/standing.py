"""What lies over the network whatever is asked: probable leaks, pipes that nothing feeds, where a vehicle has been."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from app.page import PageContext
from app.pages.map.leaks import Leak, LeakGuess, with_leaks
from app.pages.map.track import Track
from backend.model.alarm import AlarmRecord
from backend.model.live import TagSnapshot
from backend.model.network import Network
from backend.model.plant import Point, Registry
from widgets.maps.scene import Look, Place, Situation


class Standing(QObject):
    """Kept up to date by the page with every push. Signals: changed()."""

    changed = Signal()

    def __init__(self, context: PageContext, network: Network, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._network = network
        self._guess = LeakGuess(context.backend.registry, network)
        self._leaks: tuple[Leak, ...] = ()
        self._closed: frozenset[str] = frozenset()
        self._cut: frozenset[str] = frozenset()
        self._track = Track(context, self)
        self._track.changed.connect(self.changed)

    def take_registry(self, registry: Registry) -> None:
        """Detectors and pipes are others now."""
        self._guess = LeakGuess(registry, self._network)

    def push(self, snapshot: TagSnapshot, alarms: Iterable[AlarmRecord]) -> None:
        """Values, alarms or valves may have changed."""
        self._leaks = self._guess.now(snapshot, alarms)
        states = self._context.backend.network.valve_states()
        if states.closed != self._closed:
            self._closed = states.closed
            self._context.actions.ask(self._context.backend.network.cut_off(), self._take_cut, owner=self, failed=None)
        self.changed.emit()

    def follow(self, thing: str, pair: tuple[Point, Point] | None) -> None:
        """This is selected; pair: the points of its place, where it moves."""
        self._track.follow(thing, pair)

    def goes_on(self, at: Place | None) -> None:
        """The selected vehicle is here now."""
        self._track.goes_on(at)

    def situation(self) -> Situation:
        """For the map."""
        return Situation(ellipses=tuple(leak.ellipse for leak in self._leaks), cut=self._cut, track=self._track.path)

    def told(self, looks: Mapping[str, Look]) -> dict[str, Look]:
        """The looks, with each estimate beside its detector."""
        return with_leaks(looks, self._leaks)

    def cut(self) -> frozenset[str]:
        """Pipes that no source reaches."""
        return self._cut

    def _take_cut(self, cut: frozenset[str]) -> None:
        self._cut = cut
        self.changed.emit()
