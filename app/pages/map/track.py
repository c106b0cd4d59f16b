"""The way that the selected vehicle has come today, from the history of its positions."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.formats import midnight
from app.page import PageContext
from backend.model.plant import Point
from backend.model.trend import Thinned
from widgets.maps.scene import Place

_BUCKETS: Final = 600
_STILL_M: Final = 5.0
_M_PER_DEGREE: Final = 110_870.0


class Track(QObject):
    """Asks for it once, when a vehicle is selected, and grows with every position since. Signals: changed()."""

    changed = Signal()

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._vehicle = ""
        self.path: tuple[Place, ...] = ()

    def follow(self, vehicle: str, pair: tuple[Point, Point] | None) -> None:
        """The points of this vehicle's longitude and latitude; None = nothing that moves is selected."""
        if vehicle == self._vehicle:
            return
        self._vehicle, self.path = vehicle, ()
        self.changed.emit()
        if pair is None:
            return
        backend = self._context.backend
        now = backend.now()
        asked = backend.history.thinned([point.id for point in pair], midnight(now), now, _BUCKETS)

        def take(found: tuple[Thinned, ...]) -> None:
            if vehicle == self._vehicle:
                self.path = path_of(*found)
                self.changed.emit()

        self._context.actions.ask(asked, take, owner=self, failed=None)

    def goes_on(self, at: Place | None) -> None:
        """It is here now."""
        if at is not None and self.path and _metres(self.path[-1], at) > _STILL_M:
            self.path = (*self.path, at)
            self.changed.emit()


def path_of(lon: Thinned, lat: Thinned) -> tuple[Place, ...]:
    """The places in their order, without those where nothing moved; both axes are read at the longitude's times."""
    east, north = np.isfinite(lon.last), np.isfinite(lat.last)
    if not east.any() or not north.any():
        return ()
    at = lon.last_at[east]
    across = lon.last[east]
    up = np.interp(at.astype(np.float64), lat.last_at[north].astype(np.float64), lat.last[north])
    path: list[Place] = []
    for place in zip(across.tolist(), up.tolist(), strict=True):
        if not path or _metres(path[-1], place) > _STILL_M:
            path.append(place)
    return tuple(path)


def _metres(one: Place, other: Place) -> float:
    """Good enough over a town; no haversine for hundreds of places."""
    east = (other[0] - one[0]) * math.cos(math.radians(one[1]))
    return math.hypot(east, other[1] - one[1]) * _M_PER_DEGREE
