"""The strip that fills itself: every command on its way, wherever it was given; for the page and for the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from app.lane import Lane
from app.pages.commands.entries import travel_of
from app.pages.commands.presenter import in_strip
from app.pages.commands.strip import TravelStrip
from backend.api import Backend
from backend.clock import US
from backend.model.command import Command

TICK_US: Final = 10 * US
"""A verified command keeps its tick for so long (hmi.md 3.6)."""


class OnItsWay(TravelStrip):
    """Listens to the bridge for as long as it lives. Signals: opened(str command id) (from TravelStrip)."""

    def __init__(self, backend: Backend, bridge: Lane, *, inset: bool = False, parent: QWidget | None = None) -> None:
        """inset: it stands at the edge of the window and keeps away from it."""
        super().__init__(inset=inset, parent=parent)
        self._backend = backend
        self._bridge = bridge
        self._commands = {each.content.id: each for each in backend.commands.snapshot()}
        self._wanted = True
        bridge.commands.connect(self._on_commands)
        bridge.beat.connect(self.refresh)
        self.refresh()

    def want(self, wanted: bool) -> None:
        """Whether there is a place for it now."""
        self._wanted = wanted
        self.refresh()

    def refresh(self) -> None:
        """Show how far they are."""
        now = self._backend.now()
        listed = in_strip(self._commands.values(), now, TICK_US) if self._wanted else ()
        registry, snapshot = self._backend.registry, self._bridge.snapshot()
        self.show_travels(tuple(travel_of(each, registry, snapshot, names={}, now=now) for each in listed))

    def _on_commands(self, changed: Sequence[Command]) -> None:
        self._commands |= {each.content.id: each for each in changed}
        self.refresh()
