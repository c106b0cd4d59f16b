"""Line pack and balance of a small drawn city: figures worked out by hand; what is not read is not made up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analysis import balance_of, city_of
from backend.analysis.balance import changes_per_h
from backend.analysis.linepack import measured, sections, stored_m3
from backend.model.live import TagSnapshot
from backend.model.network import Network, Node, Pipe, Regulator, Tier
from backend.model.plant import Asset, AssetKind, Limits, Point, Registry
from backend.model.quality import GOOD, Cause, Status, quality
from tests.support.points import point as base_point

BAD = quality(Status.BAD, Cause.COMMS)
SUPPLY_FLOW, INLET, OUTLET, SETPOINT, FLOW = range(5)
HOUR_US = 3_600_000_000


def point(number: int, asset: str, name: str, unit: str = "kPa", limits: Limits | None = None) -> Point:
    made = base_point(number, f"{asset}.{name}", asset, limits)
    return replace(made, asset=asset, property=name, unit=unit)


def drawing() -> Network:
    """One 1 km pipe of each tier, 500 mm, with a station between them."""
    place = {"lon": 121.0, "lat": 31.0}
    return Network(
        nodes=(
            Node(id="ring", tier=Tier.SHP, design_kpa=1500, **place),
            Node(id="R-1.in", tier=Tier.SHP, design_kpa=1450, **place),
            Node(id="R-1.out", tier=Tier.MP, zone="Z-1", design_kpa=360, **place),
            Node(id="street", tier=Tier.MP, zone="Z-1", design_kpa=340, customers=1200, **place),
        ),
        pipes=(
            Pipe(id="P-1", tier=Tier.SHP, start="ring", end="R-1.in", diameter_mm=500, length_m=1000),
            Pipe(id="P-2", tier=Tier.MP, start="R-1.out", end="street", diameter_mm=500, length_m=1000, zone="Z-1"),
        ),
        regulators=(
            Regulator(
                id="R-1/A", start="R-1.in", end="R-1.out", capacity_m3h=9000, design_inlet_kpa=1450, setpoint_kpa=360,
                setpoint_low_kpa=300, setpoint_high_kpa=380, monitor_kpa=400, slam_shut_kpa=440,
            ),
        ),
    )  # fmt: skip


def registered() -> Registry:
    return Registry(
        assets=(
            Asset(id="CITY", kind=AssetKind.AREA, name="City"),
            Asset(id="Z-1", kind=AssetKind.AREA, name="Zone", parent="CITY"),
            Asset(id="NGS", kind=AssetKind.SUPPLY, name="North Gate", parent="CITY"),
            Asset(id="R-1", kind=AssetKind.STATION, name="Station", parent="Z-1"),
        ),
        points=(
            point(SUPPLY_FLOW, "NGS", "flow", "m³/h"),
            point(INLET, "R-1", "inlet_pressure"),
            point(OUTLET, "R-1", "outlet_pressure", limits=Limits(ll=300.0, hh=420.0)),
            point(SETPOINT, "R-1", "run_a_setpoint_feedback"),
            point(FLOW, "R-1", "flow", "m³/h"),
        ),
    )


def snapshot(*values: float, bad: tuple[int, ...] = ()) -> TagSnapshot:
    codes = [BAD if number in bad else GOOD for number in range(len(values))]
    at = np.full(len(values), 1, np.int64)
    return TagSnapshot(
        value=np.array(values, np.float64),
        at=at,
        quality=np.array(codes, np.uint8),
        received_at=at,
        version=1,
        taken_at=HOUR_US,
    )


CALM = (10_000.0, 1450.0, 360.0, 360.0, 9_000.0)
VOLUME = math.pi * 0.25 / 4 * 1000


def test_a_volume_holds_what_the_gas_law_says() -> None:
    """1 m³ at 1 MPa gauge: 1101.325 / 101.325 × 293.15 / 288.15 / (1 − 0.000022 × 1101.325)."""
    assert stored_m3(1.0, 1000.0) == pytest.approx(10.8692 * 1.017352 / 0.975771, rel=1e-4)
    assert stored_m3(1.0, 0.0) == pytest.approx(1.0196, rel=1e-3)


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_more_pressure_is_more_gas(one: int, other: int) -> None:
    assert (stored_m3(1.0, one) < stored_m3(1.0, other)) == (one < other)


def test_each_tier_and_zone_is_a_section_with_its_own_readings() -> None:
    high, low = sections(drawing(), registered())
    assert (high.tier, high.points, high.volume_m3) == (Tier.SHP, (INLET,), pytest.approx(VOLUME))
    assert (low.tier, low.zone, low.points) == (Tier.MP, "Z-1", (OUTLET,))
    assert (low.lowest_kpa, low.highest_kpa) == (300.0, 420.0)
    assert {(node, one.id) for node, one in measured(drawing(), registered())} == {
        ("R-1.in", INLET),
        ("R-1.out", OUTLET),
    }


def test_the_balance_adds_up() -> None:
    found = balance_of(city_of(drawing(), registered()), snapshot(*CALM))
    assert (found.supply_m3h, found.outflow_m3h, found.deviation_m3h) == (10_000.0, 9_000.0, 1_000.0)
    assert found.stored_m3 == pytest.approx(stored_m3(VOLUME, 1450.0) + stored_m3(VOLUME, 360.0))
    assert [pack.measured for pack in found.tiers] == [1.0, 1.0]
    assert found.unread == ()


def test_gas_that_goes_into_the_pipes_is_accounted_for() -> None:
    city = city_of(drawing(), registered())
    now = snapshot(*CALM)
    stored = tuple(pack.stored_m3 for pack in balance_of(city, now).tiers)
    watched = [(HOUR_US - ago * 60_000_000, tuple(each - ago * 10.0 for each in stored)) for ago in (10, 5, 1)]
    found = balance_of(city, now, watched)
    assert found.tiers_per_h == pytest.approx((600.0, 600.0))
    assert found.deviation_m3h == pytest.approx(1_000.0 - 1_200.0)


def test_a_zone_says_how_far_off_it_is_and_how_long_it_lasts() -> None:
    (zone,) = balance_of(city_of(drawing(), registered()), snapshot(10_000, 1450, 270.0, 360.0, 9_000)).zones
    assert (zone.id, zone.stations, zone.customers, zone.flow_m3h) == ("Z-1", ("R-1",), 1200, 9_000.0)
    assert zone.deviation == pytest.approx(-0.25)
    assert zone.hours_left == 0.0
    (calm,) = balance_of(city_of(drawing(), registered()), snapshot(*CALM)).zones
    assert calm.hours_left == pytest.approx((stored_m3(VOLUME, 360) - stored_m3(VOLUME, 300)) / 9_000)


def test_what_is_not_read_is_named_and_not_made_up() -> None:
    found = balance_of(city_of(drawing(), registered()), snapshot(*CALM, bad=(INLET, FLOW)))
    assert math.isnan(found.outflow_m3h)
    assert math.isnan(found.stored_m3)
    assert math.isnan(found.deviation_m3h)
    assert [pack.measured for pack in found.tiers] == [0.0, 1.0]
    assert found.unread == ("R-1.flow",)


def test_a_change_needs_five_minutes_of_watching() -> None:
    assert all(math.isnan(each) for each in changes_per_h([(0, (1.0,)), (10, (2.0,)), (20, (3.0,))], 1))


def test_a_site_without_a_drawing_has_no_line_pack() -> None:
    found = balance_of(city_of(Network(), registered()), snapshot(*CALM))
    assert (found.tiers, found.stored_m3) == ((), 0)
    assert found.supply_m3h == 10_000.0
