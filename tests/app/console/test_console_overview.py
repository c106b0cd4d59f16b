"""The overview on the pretend field: figures add up, arrows walk the stations, ↵ opens one; in Chinese as well."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.texts import set_language
from backend.model.quality import is_good
from tests.support.city import OPERATOR, PASSWORD
from tests.support.desk import WindowedDesk, cells
from widgets.city import Abacus, SupplyRing
from widgets.readouts import KpiTile


@pytest.fixture
def overview(live: WindowedDesk) -> WindowedDesk:
    live.sign_in(OPERATOR, PASSWORD)
    flows = [point for point in live.backend.registry.points if point.property == "flow"]
    live.until(lambda: all(is_good(int(live.bridge.snapshot().quality[point.id])) for point in flows[:3]))
    live.page("overview")
    return live


def tile(desk: WindowedDesk, label: str) -> KpiTile:
    return next(each for each in desk.shell.findChildren(KpiTile) if each.accessibleName() == label)


def test_the_supply_is_the_sum_of_the_sources(overview: WindowedDesk) -> None:
    registry = overview.backend.registry
    supplies = {asset.id for asset in registry.assets if asset.kind.value == "supply"}
    flows = [point.id for point in registry.points if point.asset in supplies and point.property == "flow"]

    def agrees() -> bool:
        shown = tile(overview, "Supply").accessibleDescription().split()[0].replace(",", "").replace("—", "nan")
        return abs(float(shown) - sum(overview.bridge.snapshot().value[flows])) < 1000

    overview.until(agrees)


def test_every_district_station_is_a_bead_and_a_box(overview: WindowedDesk) -> None:
    stations = [asset.id for asset in overview.backend.registry.assets if asset.kind.value == "station"]
    assert set(overview.one(Abacus).keys()) <= set(stations)
    assert len(overview.one(Abacus).keys()) >= 2
    assert set(overview.one(Abacus).keys()) < set(overview.one(SupplyRing).keys())


def test_arrows_walk_and_enter_opens_the_station(overview: WindowedDesk) -> None:
    ring = overview.one(SupplyRing)
    ring.setFocus()
    overview.press(Qt.Key.Key_Right)
    first = ring.current_key()
    assert first == ring.keys()[0]
    assert overview.one(Abacus).current_key() == first
    overview.press(Qt.Key.Key_Return)
    assert overview.shell.current() == "stations"


def test_the_zones_say_how_many_live_there(overview: WindowedDesk) -> None:
    nodes = overview.backend.network.drawing().nodes
    rows = cells(overview.table("Zones").row_model())
    shown = sum(int(row[4].replace(",", "")) for row in rows)
    assert shown == sum(node.customers for node in nodes if node.zone)


def test_it_speaks_chinese(overview: WindowedDesk) -> None:
    set_language("zh_CN")
    overview.shell.retranslate()
    assert "供气" in {each.accessibleName() for each in overview.shell.findChildren(KpiTile)}
    assert overview.one(SupplyRing).accessibleName() == "供气管网"
