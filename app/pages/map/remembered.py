"""What the map remembers of a person: where they looked, and which layers were off. Written when the page is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject

from app.page import PageContext
from widgets.maps.projection import clamped
from widgets.maps.scene import View

_KEY: Final = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A view and the layers that are off."""

    view: View
    off: frozenset[str]


class Memory:
    """Reads and writes the preference of who is signed in, or of the desk while nobody is; what cannot be read is as
    if there were none."""

    def __init__(self, context: PageContext) -> None:
        self._preferences = context.backend.preferences
        self._actions = context.actions
        self._desk = context.desk
        self._kept: Remembered | None = None

    def owner(self) -> str:
        """Whose view it is."""
        session = self._desk.session
        return f"person:{session.person}" if session is not None else f"desk:{self._desk.workstation}"

    def recall(self, then: Callable[[Remembered], None], owner: QObject) -> None:
        """Give what was kept to `then`, if anything was."""

        owner_name = self.owner()
        self._kept = None

        def take(value: Any) -> None:
            found = parse(value)
            if found is not None and owner_name == self.owner():
                self._kept = found
                then(found)

        self._actions.ask(self._preferences.read(owner_name, _KEY), take, owner=owner, failed=None)

    def keep(self, remembered: Remembered) -> None:
        """Write it, where it is something else than before."""
        if remembered != self._kept:
            self._kept = remembered
            view = remembered.view
            value = {"lon": view.at[0], "lat": view.at[1], "zoom": view.zoom, "off": sorted(remembered.off)}
            self._preferences.write(self.owner(), _KEY, value)


def parse(value: Any) -> Remembered | None:
    """A preference as it was written; None for anything else."""
    try:
        view = View(at=(float(value["lon"]), float(value["lat"])), zoom=clamped(int(value["zoom"])))
        off = frozenset(str(layer) for layer in value["off"])
    except (TypeError, KeyError, ValueError):
        return None
    inside = -180 <= view.at[0] <= 180 and -85 <= view.at[1] <= 85
    return Remembered(view=view, off=off) if inside else None
