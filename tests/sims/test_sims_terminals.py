"""The terminals: every model is played in full, readings stay in range, wells follow leaks, points can be frozen."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from backend.errors import ConfigError
from backend.model.form import ModbusForm
from backend.site import Site
from sims.devices.battery_terminals import methane_percent_lel
from sims.devices.moment import Leak
from sims.devices.terminal import Outcome
from sims.equipment import load_equipment
from sims.plant import Plant
from tests.support.field import StillPlant, small_site

HOLE_M3H = 9_000.0


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path / "site")[0]


@pytest.fixture
def field(site: Site) -> StillPlant:
    return StillPlant(site)


def leaking(plant: Plant, flow_m3h: float) -> None:
    """A leak in the state that devices feel, without a solver."""
    plant.state = replace(plant.state, leak_m3h={"BA-05": flow_m3h})


def test_every_property_of_every_model_is_played(field: StillPlant) -> None:
    terminals = field.plant.equipment.terminals
    assert {terminal.model.id for terminal in terminals.values()} == {
        "station-rtu",
        "motor-valve",
        "valve-well-monitor",
        "regulator-cabinet",
        "pressure-logger",
        "ci-flow-meter",
        "gas-analyser",
        "leak-detector",
        "vehicle-tracker",
    }
    for terminal in terminals.values():
        assert terminal.readings().keys() == terminal.forms.keys() == terminal.model.properties.keys(), terminal.id


def test_readings_stay_in_the_instruments_range(field: StillPlant) -> None:
    for _ in range(30):
        field.pass_time(60.0)
        for terminal in field.plant.equipment.terminals.values():
            for name, value in terminal.readings().items():
                entry = terminal.model.properties[name]
                assert math.isfinite(value)
                assert entry.minimum <= value <= entry.maximum, (terminal.id, name)


def test_readings_are_noisy_but_calm_ones_are_not(field: StillPlant) -> None:
    terminal = field.plant.equipment.terminals["R-12"]
    shown = [terminal.readings() for _ in range(50)]
    pressures = {reading["outlet_pressure"] for reading in shown}
    assert len(pressures) > 5
    assert max(pressures) - min(pressures) < 5
    assert {reading["run_a_setpoint"] for reading in shown} == {360.0}
    assert {reading["run_a_slam_shut"] for reading in shown} == {0.0}


def test_integer_registers_get_whole_raw_values(field: StillPlant) -> None:
    terminal = field.plant.equipment.terminals["R-12"]
    form = terminal.forms["filter_a_dp"]
    assert isinstance(form, ModbusForm)
    raw = terminal.readings()["filter_a_dp"] / form.scale
    assert raw == pytest.approx(round(raw), abs=1e-9)


def test_a_calm_day_is_calm(field: StillPlant) -> None:
    wells = [id_ for id_ in field.plant.equipment.terminals if id_.startswith("VW-")]
    for _ in range(20):
        field.pass_time(60.0)
        assert all(field.reading(well, "ch4") < 2 for well in wells)


def test_a_point_can_be_frozen_and_lives_again(field: StillPlant) -> None:
    field.plant.freeze("R-12", "door", 1.0)
    field.plant.freeze("R-12", "outlet_pressure", 250.0)
    field.pass_time(5.0)
    assert (field.reading("R-12", "door"), field.reading("R-12", "outlet_pressure")) == (1.0, 250.0)
    field.plant.freeze("R-12", "door", None)
    assert field.reading("R-12", "door") == 0.0


def test_a_write_needs_a_writable_point_in_range(field: StillPlant) -> None:
    outcomes = {
        ("R-12", "outlet_pressure", 300.0): Outcome.UNKNOWN,
        ("R-12", "nothing", 1.0): Outcome.UNKNOWN,
        ("R-99", "run_a_setpoint", 350.0): Outcome.UNKNOWN,
        ("R-12", "run_a_setpoint", 250.0): Outcome.RANGE,
        ("R-12", "run_a_setpoint", 350.0): Outcome.TAKEN,
        ("RC-001", "outlet_setpoint", 2.5): Outcome.TAKEN,
        ("RC-001", "outlet_setpoint", 11.0): Outcome.RANGE,
        ("XV-0417", "command", 2.0): Outcome.TAKEN,
        ("XV-0417", "command", 1.5): Outcome.REFUSED,
        ("R-12", "inlet_valve_command", 2.0): Outcome.TAKEN,
    }
    assert {case: field.plant.write(*case).outcome for case in outcomes} == outcomes


def test_a_cabinets_setpoint_comes_into_force(field: StillPlant) -> None:
    field.plant.write("RC-001", "outlet_setpoint", 2.2)
    assert field.reading("RC-001", "outlet_setpoint") == 2.2
    field.pass_time(30.0)
    assert field.reading("RC-001", "outlet_setpoint_feedback") == 2.2
    assert field.reading("RC-001", "outlet_pressure") == pytest.approx(2.2, abs=0.15)


def test_methane_rises_near_the_leak_first(field: StillPlant) -> None:
    leaking(field.plant, HOLE_M3H)
    field.pass_time(40.0, steps=40)
    near, next_to, far = (field.reading(well, "ch4") for well in ("VW-0418", "VW-0417", "VW-0415"))
    assert near > 20
    assert near > 5 * next_to
    assert far < 3


def test_methane_airs_out_when_the_leak_ends(field: StillPlant) -> None:
    leaking(field.plant, HOLE_M3H)
    field.pass_time(120.0, steps=60)
    full = field.reading("VW-0418", "ch4")
    leaking(field.plant, 0.0)
    field.pass_time(10.0)
    just_after = field.reading("VW-0418", "ch4")
    field.pass_time(1500.0, steps=30)
    assert just_after > 0.9 * full
    assert field.reading("VW-0418", "ch4") < 0.05 * full


def test_methane_of_a_point_source() -> None:
    # 2.5 m³/s spreading with 1 m²/s, 12 m away: 1.66 % by volume, a third of the lower explosive limit.
    assert methane_percent_lel(Leak(lon=0, lat=0, flow_m3h=9_000), 12.0) == pytest.approx(33.2, abs=0.1)
    assert methane_percent_lel(Leak(lon=0, lat=0, flow_m3h=90_000), 1.0) == 100


def test_counters_count_and_the_meter_corrects_its_volume(field: StillPlant) -> None:
    before = {name: field.reading("K-014", name) for name in ("total_base", "total_line")}
    flow = field.plant.state.demand_m3h["BA-06.L"]
    field.pass_time(3600.0, steps=60)
    assert field.reading("K-014", "total_base") - before["total_base"] == pytest.approx(flow, rel=1e-3)
    line = field.reading("K-014", "total_line") - before["total_line"]
    pressure = field.reading("K-014", "pressure_abs")
    # pTZ by hand: 20 °C and 101.325 kPa against 11.5 °C and the line's pressure, Z = 1 - 0.0022 p.
    assert line == pytest.approx(flow * 101.325 / pressure * 284.65 / 293.15 * (1 - 0.000022 * pressure), rel=2e-3)


def test_the_same_seed_reads_the_same(site: Site) -> None:
    first, second = StillPlant(site), StillPlant(site)
    for one in (first, second):
        one.pass_time(5.0)
    assert [terminal.readings() for terminal in first.plant.equipment.terminals.values()] == [
        terminal.readings() for terminal in second.plant.equipment.terminals.values()
    ]


@pytest.mark.parametrize(
    ("old", "new"), [('"model": "pressure-logger"', '"model": "toaster"'), ('"asset": "PL-01"', '"asset": "PL-77"')]
)
def test_a_device_that_cannot_be_simulated_is_named(site: Site, old: str, new: str) -> None:
    file = site.folder / "registry" / "devices.json"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=r"devices\.json: device \d+ cannot be simulated"):
        load_equipment(site, seed=1)
