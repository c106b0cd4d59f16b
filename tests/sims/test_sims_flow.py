"""Formulas of flow and storage against known figures and against their own derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.model.network import Use
from sims.gasnet.flow import (
    ATMOSPHERE_BAR,
    STANDARD_DENSITY,
    area_for_m2,
    demand_factors,
    kg_s,
    m3h,
    orifice_kg_s,
    served,
    stored_kg,
)


def flow(inlet: float, outlet: float, area: float = 1e-3) -> float:
    return float(orifice_kg_s(np.array([inlet]), np.array([outlet]), np.array([area]))[0][0])


def test_sonic_flow_is_the_textbook_value() -> None:
    # Yellow Book (PGS 2) eq. 2.22 by hand: 4.613 bar abs, 58 mm hole, Cd 1, gamma 1.31, M 16.604, 288.15 K.
    area = math.pi / 4 * 0.058**2
    density = 4.613e5 * 0.016604 / (8.314 * 288.15)
    by_hand = area * math.sqrt(1.31 * density * 4.613e5 * (2 / 2.31) ** (2.31 / 0.31))
    assert flow(4.613, ATMOSPHERE_BAR, area) == pytest.approx(by_hand, rel=1e-9)
    assert m3h(0.85 * by_hand) == pytest.approx(9_400, rel=0.05)


@given(st.floats(1.02, 60), st.floats(0.05, 1.2))
def test_flow_rises_with_inlet_and_falls_with_outlet(inlet: float, ratio: float) -> None:
    outlet = inlet * ratio
    assert flow(inlet * 1.01, outlet) >= flow(inlet, outlet) >= flow(inlet, outlet * 1.01) >= 0


@given(st.floats(1.5, 60), st.sampled_from([0.2, 0.5, 0.56, 0.7, 0.9, 0.99]))
def test_orifice_derivatives(inlet: float, ratio: float) -> None:
    step = 1e-6 * inlet
    outlet = inlet * ratio
    _, by_inlet, by_outlet = orifice_kg_s(np.array([inlet]), np.array([outlet]), np.array([1e-3]))
    rise = (flow(inlet + step, outlet) - flow(inlet - step, outlet)) / (2 * step)
    fall = (flow(inlet, outlet + step) - flow(inlet, outlet - step)) / (2 * step)
    assert by_inlet[0] == pytest.approx(rise, rel=2e-3, abs=1e-7)
    assert by_outlet[0] == pytest.approx(fall, rel=2e-3, abs=1e-7)


def test_nothing_flows_back() -> None:
    assert flow(2.0, 2.0) == 0
    assert flow(2.0, 3.0) == 0


def test_an_opening_sized_for_a_flow_passes_it() -> None:
    assert flow(15.0, 4.6, area_for_m2(3.5, 15.0)) == pytest.approx(3.5)


def test_line_pack_of_a_kilometre_of_dn300() -> None:
    # 70.7 m³ at 0.36 MPa gauge hold some 330 standard m³.
    held, _ = stored_kg(np.array([math.pi / 4 * 0.3**2 * 1000]), np.array([4.61325]))
    assert held[0] / STANDARD_DENSITY == pytest.approx(331, rel=0.01)


@given(st.floats(1.0, 60))
def test_storage_derivative(pressure: float) -> None:
    volume, step = np.array([10.0]), 1e-5
    _, slope = stored_kg(volume, np.array([pressure]))
    rise = (stored_kg(volume, np.array([pressure + step]))[0] - stored_kg(volume, np.array([pressure - step]))[0])[0]
    assert slope[0] == pytest.approx(rise / (2 * step), rel=1e-5)


@given(st.floats(-1, 40))
def test_served_rises_from_nothing_to_everything(bar: float) -> None:
    share, slope = served(np.array([bar, 0.0, 4.0]))
    assert slope[0] >= 0
    assert share[0] <= 1
    assert share[1] == 0
    assert share[2] == pytest.approx(1)


@pytest.mark.parametrize(("hour", "low", "high"), [(3, 100, 104), (8, 155, 162), (12, 150, 158), (19, 194, 197)])
def test_the_day_has_its_peaks(hour: float, low: float, high: float) -> None:
    works = 0.06
    factors = demand_factors(hour, works)
    assert low <= 196 * (works * factors[Use.WORKS] + (1 - works) * factors[Use.HOMES]) <= high


@given(st.floats(0, 24))
def test_demand_is_never_negative_and_joins_at_midnight(hour: float) -> None:
    assert all(factor >= 0 for factor in demand_factors(hour, 0.06).values())
    assert demand_factors(23.9999, 0.06)[Use.HOMES] == pytest.approx(demand_factors(0.0, 0.06)[Use.HOMES], rel=1e-3)


def test_units_come_back() -> None:
    assert m3h(kg_s(12_345)) == pytest.approx(12_345)
