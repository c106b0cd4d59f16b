"""What lies within so many metres of the selected thing (K-04): a circle on the map, and a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formats import asset_name, shown
from app.pages.map.layers import word_of
from app.pages.map.questions import FIRST_RADIUS
from app.texts import _
from backend.model.isolation import Surroundings
from backend.model.plant import Asset
from widgets.inputs import Segmented
from widgets.maps.scale_bar import length_text
from widgets.maps.scene import Shape, Symbol
from widgets.readouts.ages import number_text
from widgets.surfaces import Drawer, Fact, FactList
from widgets.tables import Align, Column, Kind, Row, RowModel, Table
from widgets.theme import metrics as m

WIDTH: Final = 380
RADII: Final = (50, 100, 200, 500, 1000)
_MOST: Final = 60


class NearPanel(Drawer):
    """The things round a place, the nearest first.

    Signals: radius_chosen(int metres); found(str key) when a thing was opened.
    """

    radius_chosen = Signal(int)
    found = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(close_name=_("Close"), width=WIDTH, parent=parent)
        self._radii = Segmented([(str(radius), length_text(radius)) for radius in RADII], name="")
        self._radii.set_current(str(FIRST_RADIUS))
        self._facts = FactList(name="")
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="", row_height=m.ROW_DENSE)
        self.body.addWidget(self._radii)
        self.body.addWidget(self._facts)
        self.body.addWidget(self._table, 1)
        self._radii.chosen.connect(lambda key: self.radius_chosen.emit(int(key)))
        self._table.opened.connect(self.found)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.retranslate()

    def show_around(
        self, what: str, around: Surroundings, symbols: Mapping[str, Symbol], assets: Mapping[str, Asset]
    ) -> None:
        """The answer."""
        self.set_subject(shown(what, 32), _("within {length}").format(length=length_text(around.radius_m)))
        self._facts.set_facts(
            [
                Fact(label=_("Customers"), value=number_text(around.customers)),
                Fact(label=_("Pipe"), value=length_text(around.pipe_m)),
            ]
        )
        things = [thing for thing in around.things if thing.id in symbols and thing.id != what]
        self._model.replace(
            [
                Row(
                    key=thing.id,
                    cells=(
                        _title(thing.id, assets),
                        word_of(symbols[thing.id].shape) if symbols[thing.id].shape is not Shape.OTHER else "",
                        length_text(thing.away_m),
                    ),
                )
                for thing in things[:_MOST]
            ]
        )

    def retranslate(self) -> None:
        """Show every text anew."""
        self._radii.set_segments([(str(radius), length_text(radius)) for radius in RADII], _("Radius"))
        self._facts.say(_("Within the circle"))
        self._table.setAccessibleName(_("What is near"))
        self._model.set_columns(_columns())


def _title(key: str, assets: Mapping[str, Asset]) -> str:
    number = shown(key, 24)
    name = asset_name(assets[key]) if key in assets else number
    return number if name == number else f"{number} {name}"


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="thing", title=_("Thing"), width=0, elide=True),
        Column(key="kind", title=_("Kind"), width=110, kind=Kind.MUTED),
        Column(key="away", title=_("Away"), width=64, align=Align.RIGHT),
    )
