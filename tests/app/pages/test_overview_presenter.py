"""What the overview says: level 1 reports by exception, nothing unread is made up, the forecast is no wish."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.pages.overview.demand import forecast_of, summed
from app.pages.overview.plant import plant_of
from app.pages.overview.presenter import alarms_by_point, zone_rows
from backend.model.alarm import AlarmConfig, AlarmFacts, AlarmName, AlarmRecord, Priority, Suppressed, Suppression
from backend.model.balance import CityBalance, ZoneState
from backend.model.plant import Asset, AssetKind, Point, QuantityKind, Registry
from backend.model.trend import Thinned
from tests.support.stored import alarm
from widgets.tables import GlyphCell

HOUR_US = 3_600_000_000
METHANE = Point(
    id=0, tag="GD-1", device="VW-1", asset="VW-1", property="methane", title="Methane", title_zh="",
    kind=QuantityKind.CONCENTRATION, unit="%LEL", low=0, high=100, precision=1, period_s=1,
)  # fmt: skip
NO_BALANCE = CityBalance(
    at=0, supply_m3h=np.nan, outflow_m3h=np.nan, stored_m3=np.nan, per_h=np.nan, deviation_m3h=np.nan,
    tiers=(), tiers_per_h=(), zones=(), unread=(),
)  # fmt: skip


def record(point: int, priority: int, *, cond: bool = True, ack: bool = False, held: bool = False) -> AlarmRecord:
    config, facts = alarm()
    some = replace(config, key=f"{point}:{priority}", point=point)
    held_back = (Suppressed(kind=Suppression.SHELVED, by="A", reason="x", since=0, until=1),) if held else ()
    changed = replace(facts, cond=cond, ack=ack, suppressed=held_back)
    return _record(some, changed, priority)


def _record(config: AlarmConfig, facts: AlarmFacts, priority: int) -> AlarmRecord:
    return AlarmRecord(
        config=config, facts=facts, name=AlarmName.UNACK, priority=Priority(priority), horn=False, changed_at=0
    )


@pytest.mark.parametrize(
    ("priority", "cond", "ack", "held", "shown"),
    [
        (1, True, True, False, True),
        (2, True, True, False, True),
        (3, True, False, False, True),
        (3, True, True, False, False),
        (4, True, False, False, False),
        (1, False, False, False, False),
        (1, True, False, True, False),
    ],
)
def test_level_one_reports_by_exception(priority: int, cond: bool, ack: bool, held: bool, shown: bool) -> None:
    assert bool(alarms_by_point([record(7, priority, cond=cond, ack=ack, held=held)])) is shown


def test_the_most_urgent_alarm_of_a_point_is_shown() -> None:
    found = alarms_by_point([record(7, 3), record(7, 1), record(7, 2)])
    assert {point: int(each.priority) for point, each in found.items()} == {7: 1}


def line(at: list[int], mean: list[float]) -> Thinned:
    values = np.array(mean)
    times = np.array(at, np.int64)
    return Thinned(
        point=0, tier="raw", at=times, last_at=times, low=values, high=values, mean=values, first=values, last=values,
        count=np.ones(len(at), np.int32), worst=np.full(len(at), 0xC0, np.uint8),
    )  # fmt: skip


def test_sources_are_added_up_step_by_step() -> None:
    one = line([0, HOUR_US], [10.0, 20.0])
    other = line([10, HOUR_US + 10, HOUR_US + 20], [1.0, 2.0, 4.0])
    np.testing.assert_allclose(summed([one, other], 0, 2 * HOUR_US, 2), [11.0, 23.0])


def test_a_source_that_was_not_read_leaves_a_gap_not_a_drop() -> None:
    found = summed([line([0, HOUR_US], [10.0, 20.0]), line([0, HOUR_US], [5.0, np.nan])], 0, 2 * HOUR_US, 2)
    np.testing.assert_array_equal(found, [15.0, np.nan])


def test_the_forecast_is_yesterday_at_todays_height_and_only_ahead() -> None:
    yesterday = np.array([100.0, 200.0, 150.0, 120.0])
    today = np.array([110.0, 220.0, np.nan, np.nan])
    np.testing.assert_allclose(forecast_of(yesterday, today, 12.0), [np.nan, np.nan, 165.0, 132.0])


def test_without_a_yesterday_there_is_no_forecast() -> None:
    none = np.full(4, np.nan)
    assert np.isnan(forecast_of(none, np.array([1.0, 2.0, np.nan, np.nan]), 12.0)).all()


def test_a_zone_shows_the_worst_alarm_of_anything_in_it_not_of_its_station_alone() -> None:
    assets = (
        Asset(id="C", kind=AssetKind.AREA, name="City"),
        Asset(id="Z-01", kind=AssetKind.AREA, name="Old Town", parent="C"),
        Asset(id="Z-07", kind=AssetKind.AREA, name="Binjiang", parent="C"),
        Asset(id="VW-1", kind=AssetKind.VALVE_WELL, name="well", parent="Z-07", area="Z-07"),
    )
    plant = plant_of(Registry(assets=assets, points=(replace(METHANE, asset="VW-1"),)))
    zones = tuple(
        ZoneState(id=zone, stations=(), deviation=np.nan, flow_m3h=np.nan, customers=1, hours_left=np.nan)
        for zone in ("Z-01", "Z-07")
    )
    rows = zone_rows(plant, replace(NO_BALANCE, zones=zones), alarms_by_point([record(METHANE.id, 1)]))
    glyphs = {row.key: row.cells[-1] for row in rows}
    assert glyphs["Z-01"] is None
    assert isinstance(glyphs["Z-07"], GlyphCell)
    assert glyphs["Z-07"].priority == 1
