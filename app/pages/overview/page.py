"""The network in one look: key figures, supply ring, zones, pressure abacus, the day's curve, safety fabric."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from app.formats import midnight
from app.page import Page, PageContext, PageSpec
from app.pages.overview import presenter
from app.pages.overview.demand import BAND, forecast_of, summed
from app.pages.overview.plant import Plant, plant_of
from app.texts import _
from backend.errors import mark
from backend.model.event import LinkHealth, LinkState
from backend.model.trend import Thinned
from widgets.city import Abacus, DayCurve, Fabric, SupplyRing, Titles
from widgets.readouts import KpiTile
from widgets.readouts.ages import number_text
from widgets.surfaces import Card, EmptyState
from widgets.tables import Align, Column, Kind, RowModel, Table
from widgets.theme import metrics as m
from widgets.theme import px, space

_FIGURES = 7
_BEATS = 4
"""Once a second."""
_DEMAND_BEATS = 240
"""Once a minute."""
_ZONES_WIDTH = 412
_FABRIC_WIDTH = 300
_DAY_US = 86_400_000_000
_STEPS = 96


class OverviewPage(Page):
    """Is the city all right, where is it not?"""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._plant: Plant = plant_of(context.backend.registry)
        self._beats = 0
        self._lost: dict[str, LinkHealth] = {}
        self._tiles = [KpiTile("") for _tile in range(_FIGURES)]
        self._ring = SupplyRing(_titles(), name="")
        self._abacus = Abacus(name="", setpoint="", unit="kPa")
        self._day = DayCurve(name="", now="")
        self._fabric = Fabric(name="")
        self._zone_model = RowModel(_zone_columns())
        self._zones = Table(self._zone_model, name="", row_height=m.ROW_TABLE)
        self._cards = {key: Card() for key in ("supply", "zones", "abacus", "day", "fabric")}
        self._empty = EmptyState("")
        self._lay_out()
        self._ring.opened.connect(self._open_station)
        self._abacus.opened.connect(self._open_station)
        self._ring.chosen.connect(self._abacus.choose)
        self._abacus.chosen.connect(self._ring.choose)
        self._zones.opened.connect(self._open_zone)
        self._fabric.opened.connect(lambda _key: self._context.go("map", ""))
        self.retranslate()

    # -- Page -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        self._plant = plant_of(self._context.backend.registry)
        bridge = self._context.bridge
        bridge.beat.connect(self._on_beat)
        bridge.alarms.connect(self._on_alarms)
        bridge.links.connect(self._on_links)
        self._lost = {health.link: health for health in self._context.backend.links.snapshot()}
        self._beats = 0
        self._show()
        self._ask_day()

    def leave(self) -> None:
        bridge = self._context.bridge
        bridge.beat.disconnect(self._on_beat)
        bridge.alarms.disconnect(self._on_alarms)
        bridge.links.disconnect(self._on_links)

    def focus_first(self) -> None:
        self._ring.setFocus()

    def select(self, what: str) -> None:
        """Mark a station or a zone."""
        if what in self._ring.keys():  # noqa: SIM118 - a widget, not a mapping
            self._ring.choose(what)
            self._abacus.choose(what)
        self._zones.select(what)

    def retranslate(self) -> None:
        self._ring.set_words(_("Supply network"), _titles())
        self._abacus.set_words(_("Pressure abacus"), _("set"), "kPa")
        self._day.set_words(_("Demand today"), _("now"))
        self._fabric.say(_("Safety fabric"))
        self._zones.setAccessibleName(_("Zones"))
        self._zone_model.set_columns(_zone_columns())
        self._cards["supply"].set_title(_("Supply network"), _("station flow in 10³ m³/h"))
        self._cards["zones"].set_title(_("Zones"))
        self._cards["abacus"].set_title(_("Pressure abacus"), _("each outlet by its own limits"))
        self._cards["day"].set_title(_("Demand today"), _("10³ m³/h"))
        self._cards["fabric"].set_title(_("Safety fabric"), _("1 cell = equal share of the fleet"))
        self._empty.set_words(_("No stations configured. Import devices with `linepack import`."))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        walked = self._ring.current_key() or self._abacus.current_key()
        if event.key() == Qt.Key.Key_T and not event.modifiers() and walked:
            self._context.go("trends", f"pens:{','.join(self._tags(walked))}")
        elif event.key() == Qt.Key.Key_M and not event.modifiers() and walked:
            self._context.go("map", walked)
        else:
            super().keyPressEvent(event)

    # -- what came ------------------------------------------------------------------------------------------------

    def _on_beat(self) -> None:
        self._beats += 1
        if self._beats % _BEATS == 0:
            self._show()
        if self._beats % _DEMAND_BEATS == 0:
            self._ask_day()

    def _on_alarms(self, _records: object) -> None:
        self._show()

    def _on_links(self, changed: object) -> None:
        assert isinstance(changed, list)
        self._lost |= {health.link: health for health in changed}
        self._show()

    # -- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        backend, snapshot = self._context.backend, self._context.bridge.snapshot()
        alarms = presenter.alarms_by_point(backend.alarms.snapshot())
        balance = backend.balance.snapshot()
        some = bool(self._plant.sources or self._plant.stations)
        self._empty.setVisible(not some)
        for card in self._cards.values():
            card.setVisible(some)
        for tile, figure in zip(self._tiles, presenter.figures(self._plant, balance, snapshot, alarms), strict=True):
            tile.set_label(figure.label)
            tile.set_span(figure.span)
            tile.show_value(
                figure.value,
                unit=figure.unit if figure.value is not None else "",
                digits=figure.digits,
                signed=figure.signed,
                mark=figure.mark,
                sentence=figure.sentence,
            )
            tile.set_alarm(figure.alarm)
            tile.show_trend(self._line(figure.points))
        self._ring.show_supply(
            presenter.sources(self._plant, snapshot, alarms),
            presenter.stations(self._plant, snapshot, alarms),
            presenter.tiers(balance),
        )
        self._abacus.show_rods(presenter.rods(self._plant, snapshot, alarms))
        self._zone_model.replace(presenter.zone_rows(self._plant, balance, alarms))
        customers = sum(zone.customers for zone in balance.zones)
        self._cards["zones"].set_note(_("{count} customers").format(count=number_text(customers, 0)))
        self._fabric.show_strands(presenter.strands(self._plant, alarms, self._silent()))

    def _line(self, points: tuple[int, ...]) -> NDArray[np.float64]:
        """The last hour of some points, added up."""
        if not points:
            return np.empty(0)
        lines = [self._context.recent.series(point)[1] for point in points]
        return np.asarray(np.sum(lines, axis=0), np.float64)

    def _silent(self) -> set[str]:
        """Assets all of whose devices are not heard."""
        lost = {
            device for health in self._lost.values() if health.state is not LinkState.UP for device in health.devices
        }
        return {device.asset for device in self._context.backend.registry.devices if device.id in lost}

    def _ask_day(self) -> None:
        """Today's supply and yesterday's, in quarters of an hour; off this thread."""
        flows = tuple(place.flow.id for place in self._plant.sources if place.flow is not None)
        if not flows:
            return
        backend = self._context.backend
        start = midnight(backend.now())
        # Two days in one question: yesterday is what is expected of today.
        asked = backend.history.thinned(flows, start - _DAY_US, start + _DAY_US, 2 * _STEPS)
        self._context.actions.ask(asked, lambda found: self._take_day(found, start), owner=self, failed=None)

    def _take_day(self, found: tuple[Thinned, ...], start: int) -> None:
        whole = summed(found, start - _DAY_US, 2 * _DAY_US, 2 * _STEPS) / 1000
        now = datetime.fromtimestamp(self._context.backend.now() / 1e6).astimezone()
        hour = now.hour + now.minute / 60
        expected = forecast_of(whole[:_STEPS], whole[_STEPS:], hour)
        self._day.show_day(whole[_STEPS:], expected, hour=hour, band=BAND)
        known = bool(np.isfinite(expected).any())
        self._cards["day"].set_note(
            _("10³ m³/h · forecast ± {band} %").format(band=round(BAND * 100))
            if known
            else _("10³ m³/h · no forecast yet")
        )

    # -- what people do -------------------------------------------------------------------------------------------

    def _open_station(self, key: str) -> None:
        self._context.go("stations", key)

    def _open_zone(self, key: str) -> None:
        station = next((place.asset.id for place in self._plant.stations if place.asset.parent == key), "")
        self._context.go("stations", station)

    def _tags(self, asset: str) -> list[str]:
        place = next(each for each in (*self._plant.sources, *self._plant.stations) if each.asset.id == asset)
        return [point.tag for point in (place.outlet, place.inlet, place.flow) if point is not None]

    def _lay_out(self) -> None:
        tiles = QHBoxLayout()
        space(tiles, gap=m.GAP)
        for tile in self._tiles:
            tiles.addWidget(tile, 1)
        for key, widget in (
            ("supply", self._ring),
            ("zones", self._zones),
            ("abacus", self._abacus),
            ("day", self._day),
            ("fabric", self._fabric),
        ):
            self._cards[key].body.addWidget(widget, 1)
        middle = QHBoxLayout()
        space(middle, gap=m.GAP)
        middle.addWidget(self._cards["supply"], 19)
        self._cards["zones"].setMinimumWidth(px(_ZONES_WIDTH))
        middle.addWidget(self._cards["zones"], 10)
        foot = QGridLayout()
        space(foot, gap=m.GAP)
        foot.addWidget(self._cards["abacus"], 0, 0)
        foot.addWidget(self._cards["day"], 0, 1)
        foot.addWidget(self._cards["fabric"], 0, 2)
        foot.setColumnStretch(0, 5)
        foot.setColumnStretch(1, 3)
        foot.setColumnStretch(2, 2)
        self._cards["fabric"].setMinimumWidth(px(_FABRIC_WIDTH))
        column = QVBoxLayout(self)
        space(column, (m.PAGE_INSET, 0, m.PAGE_INSET, m.PAGE_INSET), m.GAP)
        column.addLayout(tiles)
        column.addLayout(middle, 11)
        column.addLayout(foot, 8)
        column.addWidget(self._empty)


def _titles() -> Titles:
    return Titles(
        tiers=_("Line pack by pressure tier"),
        stored=_("10³ m³"),
        change=_("change / h"),
        left=_("time to minimum"),
    )


def _zone_columns() -> tuple[Column, ...]:
    return (
        Column(key="zone", title=_("Zone"), width=0, elide=True),
        Column(key="bar", title=_("Against set-point"), width=128, kind=Kind.BAR),
        Column(key="deviation", title="", width=70, kind=Kind.VALUE, align=Align.RIGHT),
        Column(key="flow", title=_("10³ m³/h"), width=74, align=Align.RIGHT),
        Column(key="customers", title=_("Customers"), width=84, align=Align.RIGHT),
        Column(key="left", title=_("Line pack"), width=76, align=Align.RIGHT),
        Column(key="alarm", title="", width=30, kind=Kind.GLYPH),
    )


SPEC = PageSpec(key="overview", shortcut="F1", icon="overview", title=mark("Overview"), level="L1", build=OverviewPage)
