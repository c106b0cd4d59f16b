"""Measure along clicks: the path so far and its length. Plain Python."""

from __future__ import annotations

from widgets.maps.mercator import length_m
from widgets.maps.scale_bar import length_text
from widgets.maps.scene import Overlay, Place


class Measuring:
    """A path that grows with each click while it is on."""

    def __init__(self) -> None:
        self.on = False
        self._path: tuple[Place, ...] = ()

    def toggle(self) -> None:
        """Begin anew, or stop and forget."""
        self.on = not self.on
        self._path = ()

    def stop(self) -> None:
        """Forget it."""
        self.on = False
        self._path = ()

    def add(self, lon: float, lat: float) -> None:
        """One more corner."""
        self._path = (*self._path, (lon, lat))

    def take_back(self) -> None:
        """Without the last corner."""
        self._path = self._path[:-1]

    def metres(self) -> float:
        """Length so far."""
        return length_m(self._path)

    def words(self) -> str:
        """Length so far, as people read it."""
        return length_text(self.metres())

    def overlay(self) -> Overlay:
        """What is drawn."""
        return Overlay(path=self._path, path_words=self.words())
