"""The head of a command dialog: which thing in large letters, where it is in words, and a piece of the network."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.whereabouts import extract, place_lines
from app.formats import asset_name, point_title, shown
from app.texts import _
from backend.api import Backend
from backend.model.command import Commandable
from widgets.mimic import LocatorMap, ValveState
from widgets.readouts import Text
from widgets.theme import Role, Tone, Weight, space
from widgets.theme import metrics as m


class Subject(QWidget):
    """Read first: tag, name, place, then the picture of where it is."""

    def __init__(self, backend: Backend, target: Commandable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._target = target
        assets = {each.id: each for each in backend.registry.assets}
        point = backend.registry.points[target.point]
        name = asset_name(assets[target.asset])
        if target.actions == ("set",) or point.device != point.asset:
            name = f"{name} · {point_title(point)}"
        self._map = LocatorMap(name=_("Where {tag} is").format(tag=shown(target.device, 40)))
        words = QVBoxLayout()
        space(words, gap=m.QUARTER)
        words.addWidget(Text(shown(target.device, 24), Role.TAG, Weight.MEDIUM, mono=True))
        words.addWidget(Text(name, Role.VALUE, wrap=True))
        for line in place_lines(backend, target):
            words.addWidget(Text(line, Role.LABEL, tone=Tone.SECONDARY, wrap=True))
        words.addStretch(1)
        row = QHBoxLayout(self)
        space(row, gap=m.GAP)
        row.addLayout(words, 1)
        row.addWidget(self._map)

    def show_surroundings(self, state: ValveState, partners: tuple[str, ...] = ()) -> None:
        """Draw the piece of network as the valves stand now. partners: valves that move too."""
        states = self._backend.network.valve_states()
        found = extract(self._backend, self._target, partners, states)
        self._map.setVisible(found is not None)
        if found is not None:
            self._map.show_place(found.lines, found.marks, radius_m=found.radius_m, state=state, station=found.station)
